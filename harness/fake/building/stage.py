"""A stage of a build: the image so far, its configuration, and the variables of its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from harness.fake.building.config_steps import SHELL, Before, variables_of
from harness.fake.building.instructions import Instruction
from harness.fake.files.trees import merged, with_folders
from harness.fake.images.configs import sealed
from harness.fake.images.store import derive, store
from harness.fake.requests.fields import Fields
from harness.fake.values import File, Image, Tree
from harness.fake.world import World
from harness.model.spec import Json

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"})
_COMPARED = ("Cmd", "Env", "Labels", "ExposedPorts", "Entrypoint", "Volumes", "User")


@dataclass(slots=True)
class Arguments:
    """The build arguments: `given` by the client (None is no value), `declared` by ARG.

    `outer` are those declared before the first FROM; `used` all that any ARG names.
    """

    given: Mapping[str, str | None] = field(default_factory=dict)
    outer: dict[str, str | None] = field(default_factory=dict)
    declared: dict[str, str | None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def values(self, taken: Iterable[str] = ()) -> dict[str, str]:
        """Return what the declared arguments are, without those whose name is taken."""
        names = self.declared.keys() - set(taken)
        values = {name: self._value(name, self.declared[name]) for name in names}
        return {name: value for name, value in sorted(values.items()) if value is not None}

    def outer_values(self) -> dict[str, str]:
        """Return what the arguments before the first FROM are."""
        values = {name: self._given(name, default) for name, default in self.outer.items()}
        return {name: value for name, value in values.items() if value is not None}

    def proxies(self, taken: Iterable[str] = ()) -> dict[str, str]:
        """Return the arguments for proxies, which need no ARG."""
        hidden = {*taken, *self.declared}
        return {
            name: value
            for name, value in self.given.items()
            if value is not None and name.lower() in _PROXIES and name not in hidden
        }

    def unused(self) -> list[str]:
        """Return the names of what was given and that no ARG declares."""
        names = (name for name in self.given if name.lower() not in _PROXIES)
        return sorted(name for name in names if name not in self.used)

    def _value(self, name: str, default: str | None) -> str | None:
        if default is None and self.given.get(name) is None:
            return self.outer_values().get(name)
        return self._given(name, default)

    def _given(self, name: str, default: str | None) -> str | None:
        given = self.given.get(name)
        return default if given is None else given


@dataclass(slots=True)
class StageState:
    """A stage on its way; `missed` tells that a step was not in the cache, so that none is."""

    world: World
    image: Image | None
    config: Fields
    arguments: Arguments
    escape: str
    name: str = ""
    author: str = ""
    command_set: bool = False
    missed: bool = False

    def before(self) -> Before:
        """Return what the next instruction finds."""
        own = variables_of(self.config)
        variables = {**self.arguments.values(), **own}
        return Before(self.config, variables, self.escape, self.command_set)

    @property
    def shell(self) -> list[str]:
        """Return what commands are given to."""
        return self.config.texts("Shell") or list(SHELL)

    @property
    def parent(self) -> str:
        """Return the id of the image so far; "" for scratch."""
        return self.image.id if self.image else ""

    def files(self) -> dict[str, File]:
        """Return the files of the image so far."""
        return files_of(self.image)

    def cached(self, command: list[str]) -> Image | None:
        """Return the image that this step made of the same one before; None where none did."""
        if self.missed:
            return None
        wanted = _compared(self.config, command)
        for image in reversed(self.world.images.values()):
            same = image.parent == self.parent and image.container_config
            if same and _compared(image.container_config, None) == wanted:
                return image
        self.missed = True
        return None

    def go_on(self, image: Image) -> None:
        """Take an image as that of this stage."""
        self.image = image

    def commit(
        self, command: list[str], *, files: Tree | None, container: str = "", hostname: str = ""
    ) -> Image:
        """Make the image of a step and keep it; without files only the configuration changes."""
        config = Fields(self.config.copy(Image=self.parent))
        image = derive(
            self.world,
            self.image,
            config=config,
            files=files or {},
            created_by=" ".join(command),
            author=self.author,
            empty=not files,
        )
        changes: dict[str, Json] = {"Cmd": list(command), "Hostname": hostname}
        if hostname and not config.raw("Labels"):
            changes["Labels"] = {}
        in_container = Fields(config.copy(**changes))
        made = sealed(replace(image, container=container, container_config=in_container))
        self.image = store(self.world, made)
        return self.image

    def no_command(self, comment: str, *, apart: bool = True) -> list[str]:
        """Return the command line that stands for a step which runs nothing."""
        return [*self.shell, *(("#(nop) ", comment) if apart else (f"#(nop) {comment}",))]


def files_of(image: Image | None) -> dict[str, File]:
    """Return the files of an image; none of scratch."""
    tree = merged(*(layer.files for layer in image.layers)) if image else {}
    return with_folders(tree, tree)


def shown_argument(instruction: Instruction, before: Before) -> tuple[dict[str, str | None], str]:
    """Return the names and defaults that ARG declares, and its line in the history."""
    declared: dict[str, str | None] = {}
    for word in instruction.arguments:
        name, equals, default = word.partition("=")
        declared[before.expand(name)] = before.expand(default) if equals else None
    words = (name if value is None else f"{name}={value}" for name, value in declared.items())
    return declared, f"ARG {' '.join(words)}"


def _compared(config: Fields, command: list[str] | None) -> list[Json]:
    """Return what makes two steps the same."""
    values: list[Json] = [config.raw(name) or None for name in _COMPARED]
    if command is not None:
        values[0] = list(command)
    return values
