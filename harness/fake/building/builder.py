"""Building an image of a Dockerfile, as the classic builder does, told line by line."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.fake.building.bases import Bases
from harness.fake.building.config_steps import (
    Before,
    StepError,
    command_line,
    configured,
    only_configures,
    variables_of,
)
from harness.fake.building.context import Context
from harness.fake.building.copying import Copying
from harness.fake.building.dockerfile import Dockerfile, Stage, read_instruction, stages_of
from harness.fake.building.instructions import Instruction
from harness.fake.building.running import Running
from harness.fake.building.stage import PATH, Arguments, StageState, files_of, shown_argument
from harness.fake.files.trees import ancestors
from harness.fake.images.progress import short
from harness.fake.images.references import familiar
from harness.fake.images.store import tag_image
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import File, Image
from harness.fake.world import World
from harness.model.spec import Json
from harness.model.version import ApiVersion


@dataclass(frozen=True, slots=True)
class Options:
    """How to build: what the query of the request says."""

    version: ApiVersion
    tags: tuple[str, ...] = ()
    quiet: bool = False
    cached: bool = True
    pull: bool = False
    remove: bool = True
    force_remove: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    target: str = ""
    host: Fields = field(default_factory=Fields)
    credentials: Fields = field(default_factory=Fields)
    auxiliary: bool = True


@dataclass(slots=True)
class Build:
    """A build on its way; `running` is the container whose command is being run."""

    world: World
    context: Context
    dockerfile: Dockerfile
    options: Options
    outer: tuple[Instruction, ...] = ()
    stages: tuple[Stage, ...] = ()
    bases: Bases = field(init=False)
    arguments: Arguments = field(default_factory=Arguments)
    running: Running | None = None
    step: int = 0
    of: int = 0

    def __post_init__(self) -> None:
        options = self.options
        self.bases = Bases(self.world, options.credentials, options.pull)

    def prepare(self) -> None:
        """Read the stages up to the one asked for; refuse with 400 where it is not there."""
        outer, stages = stages_of(self.dockerfile)
        self.outer, self.stages = outer, self._targeted(stages)
        if self.stages:
            last = self.stages[-1]
            labels = tuple(
                Instruction("label", f"LABEL {name}={value}", arguments=(name, value), literal=True)
                for name, value in sorted(self.options.labels.items())
            )
            whole = Stage(last.base, last.name, (*last.instructions, *labels))
            self.stages = (*self.stages[:-1], whole)
        self.arguments = Arguments(self.options.arguments)
        self.of = len(outer) + sum(1 + len(stage.instructions) for stage in self.stages)

    async def lines(self) -> AsyncIterator[Json]:
        """Build, and yield what is told of it; an error is the last line."""
        held: list[Json] = []
        try:
            async for line in self._told():
                if self.options.quiet:
                    held.append(line)
                else:
                    yield line
        except (StepError, RefusedError) as error:
            for line in held:
                yield line
            yield _error(error)
            return
        finally:
            # Also when whoever asked has gone: nothing goes on for nobody.
            if self.running is not None:
                self.running.end(remove=self.options.force_remove)
        if self.options.quiet:
            yield _stream(f"{self._image_id()}\n")

    def _image_id(self) -> str:
        image = self.bases.stages[-1][1]
        return image.id if image else ""

    async def _told(self) -> AsyncIterator[Json]:
        if self.dockerfile.warnings:
            yield _stderr("\n".join(self.dockerfile.warnings) + "\n")
        for instruction in self.outer:
            yield self._step(instruction)
            yield _stream("\n")
            before = Before(Fields(), self.arguments.outer_values(), self.dockerfile.escape)
            declared, _ = shown_argument(instruction, before)
            self.arguments.outer |= declared
            self.arguments.used |= declared.keys()
        image: Image | None = None
        for stage in self.stages:
            if self.bases.named(stage.name):
                raise StepError(f"{stage.name} stage name already used")
            async for line in self._stage(stage):
                yield line
            image = self.bases.stages[-1][1]
            if image is not None and self.options.auxiliary:
                yield {"aux": {"ID": image.id}}
        if unused := self.arguments.unused():
            shown = " ".join(unused)
            yield _stream(f"[Warning] One or more build-args [{shown}] were not consumed\n")
        if image is None:
            raise StepError("No image was generated. Is your Dockerfile empty?")
        yield _stream(f"Successfully built {short(image.id)}\n")
        for tag in self.options.tags:
            tag_image(self.world, image.id, tag)
            yield _stream(f"Successfully tagged {familiar(tag)}\n")

    async def _stage(self, stage: Stage) -> AsyncIterator[Json]:
        yield self._step(stage.base)
        yield _stream("\n")
        before = Before(Fields(), self.arguments.outer_values(), self.dockerfile.escape)
        lines, image = self.bases.base(stage.base, before)
        for line in lines:
            yield line
        yield _stream(f" ---> {short(image.id) if image else ''}\n")
        state = self._begin(stage, image)
        self.bases.stages.append((stage.name, image))
        triggers = state.config.texts("OnBuild")
        if triggers:
            yield _stream(f"# Executing {len(triggers)} build trigger")
            if len(triggers) > 1:
                yield _stream("s")
            yield _stream("\n")
            state.config = Fields(state.config.copy(OnBuild=None))
        own = [read_instruction(trigger, state.escape) for trigger in triggers]
        for instruction in (*own, *stage.instructions):
            if instruction not in own:
                yield self._step(instruction)
                yield _stream("\n")
            async for line in self._instruction(state, instruction):
                yield line
            self.bases.stages[-1] = (stage.name, state.image)

    def _begin(self, stage: Stage, image: Image | None) -> StageState:
        config = image.config if image else Fields()
        variables = config.texts("Env")
        if "PATH" not in variables_of(config):
            config = Fields(config.copy(Env=[PATH, *variables]))
        self.arguments.declared = {}
        return StageState(
            world=self.world,
            image=image,
            config=config,
            arguments=self.arguments,
            escape=self.dockerfile.escape,
            name=stage.name,
            author=image.author if image else "",
            missed=not self.options.cached,
        )

    async def _instruction(
        self, state: StageState, instruction: Instruction
    ) -> AsyncIterator[Json]:
        before = state.before()
        if instruction.literal:
            before = replace(before, literal=True)
        if instruction.name == "run":
            async for line in self._run(state, instruction, before):
                yield line
        elif instruction.name in {"copy", "add"}:
            for line in self._copy(state, instruction, before):
                yield line
        elif instruction.name == "arg":
            declared, comment = shown_argument(instruction, before)
            self.arguments.declared |= declared
            self.arguments.used |= declared.keys()
            for line in self._committed(state, comment):
                yield line
        elif only_configures(instruction):
            for line in self._configured(state, instruction, before):
                yield line

    def _configured(
        self, state: StageState, instruction: Instruction, before: Before
    ) -> Iterator[Json]:
        after = configured(instruction, before)
        old = state.config.fields("Healthcheck").texts("Test")
        if instruction.name == "healthcheck" and old:
            yield _stream(f"Note: overriding previous HEALTHCHECK: [{' '.join(old)}]\n")
        state.config = Fields(state.config.copy(**after.config))
        state.author = after.author or state.author
        state.command_set |= instruction.name == "cmd"
        folder = state.config.text("WorkingDir") if instruction.name == "workdir" else ""
        yield from self._committed(state, after.comment, folder)

    def _committed(self, state: StageState, comment: str, folder: str = "") -> Iterator[Json]:
        """Make an image of a step that runs nothing; with a folder, one in which that is there."""
        command = state.no_command(comment, apart=not folder)
        if (image := state.cached(command)) is not None:
            yield from _hit(state, image)
            return
        files = _folders(state, folder) if folder else {}
        running = Running(self.world, self.options.version)
        container = running.make(state, command, self.options.host)
        yield _stream(f" ---> Running in {container[:12]}\n")
        image = state.commit(command, files=files, container=container, hostname=container[:12])
        yield from self._removed(running)
        yield _stream(f" ---> {short(image.id)}\n")

    def _removed(self, running: Running) -> Iterator[Json]:
        if self.options.remove or self.options.force_remove:
            running.remove()
            yield _stream(f"Removing intermediate container {running.container[:12]}\n")

    def _copy(self, state: StageState, instruction: Instruction, before: Before) -> Iterator[Json]:
        words = [before.expand(word) for word in instruction.arguments]
        files: Mapping[str, File] = self.context.files
        origin = before.expand(instruction.flags.get("from", ""))
        if origin:
            told, image = self.bases.origin(origin)
            yield from told
            files = files_of(image)
        copying = Copying(
            name=instruction.name.upper(),
            sources=tuple(words[:-1]),
            destination=words[-1],
            files=files,
            of_context=not origin,
            owner=before.expand(instruction.flags.get("chown", "")),
        )
        sources = copying.found()
        command = state.no_command(copying.comment(sources), apart=False)
        if (image := state.cached(command)) is not None:
            yield from _hit(state, image)
            return
        folder = state.config.text("WorkingDir") or "/"
        changes = copying.changes(state.files(), sources, folder, self.world.now())
        image = state.commit(command, files=changes)
        yield _stream(f" ---> {short(image.id)}\n")

    async def _run(
        self, state: StageState, instruction: Instruction, before: Before
    ) -> AsyncIterator[Json]:
        if "mount" in instruction.flags:
            raise StepError(
                "the --mount option requires BuildKit. Refer to "
                "https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit "
                "enabled"
            )
        command = command_line(instruction, before.shell)
        own = variables_of(state.config)
        values = self.arguments.values(own)
        shown = [f"{name}={value}" for name, value in values.items()]
        saved = [f"|{len(shown)}", *shown, *command] if shown else command
        if (image := state.cached(saved)) is not None:
            for line in _hit(state, image):
                yield line
            return
        hidden = [f"{name}={value}" for name, value in self.arguments.proxies(own).items()]
        running = Running(self.world, self.options.version, environment=(*shown, *hidden))
        container = running.make(state, command, self.options.host)
        yield _stream(f" ---> Running in {container[:12]}\n")
        self.running = running
        async for stream, text in running.run():
            yield _stderr(text) if stream else _stream(text)
        self.running = None
        if running.code:
            if self.options.force_remove:
                for line in self._removed(running):
                    yield line
            raise StepError(
                f"The command '{' '.join(command)}' returned a non-zero code: {running.code}",
                running.code,
            )
        image = state.commit(saved, files=running.changes(), container=container)
        for line in self._removed(running):
            yield line
        yield _stream(f" ---> {short(image.id)}\n")

    def _step(self, instruction: Instruction) -> Json:
        self.step += 1
        return _stream(f"Step {self.step}/{self.of} : {instruction.original}")

    def _targeted(self, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        wanted = self.options.target
        if not wanted:
            return stages
        for number, stage in enumerate(stages, start=1):
            if stage.name == wanted.lower():
                return stages[:number]
        message = f"failed to reach build target {wanted} in Dockerfile"
        raise RefusedError(400, message)


def _folders(state: StageState, path: str) -> dict[str, File]:
    """Return the folders that are to be made so that there is one at a path."""
    tree = state.files()
    made: dict[str, File] = {}
    for folder in (*reversed(list(ancestors(path))), path):
        there = tree.get(folder)
        if folder != "/" and there is None:
            made[folder] = File("dir", mode=0o755, changed=state.world.now())
        elif there is not None and there.kind == "file":
            raise StepError(f"Cannot mkdir: {path} is not a directory")
    return made


def _hit(state: StageState, image: Image) -> Iterator[Json]:
    state.go_on(image)
    yield _stream(" ---> Using cache\n")
    yield _stream(f" ---> {short(image.id)}\n")


def _stream(text: str) -> dict[str, Json]:
    return {"stream": text}


def _stderr(text: str) -> dict[str, Json]:
    return {"stream": f"\x1b[91m{text}\x1b[0m"}


def _error(error: StepError | RefusedError) -> dict[str, Json]:
    code = error.code if isinstance(error, StepError) else None
    message = error.message if isinstance(error, RefusedError) else str(error)
    detail: dict[str, Json] = {"message": message}
    if code is not None:
        detail = {"code": code, **detail}
    return {"errorDetail": detail, "error": message}
