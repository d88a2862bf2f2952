"""The containers of a build: made for each step, run for RUN, and removed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby

from harness.fake.building.config_steps import StepError
from harness.fake.building.stage import StageState
from harness.fake.containers import lifecycle
from harness.fake.files.container_files import image_tree, own_layer, tree_of
from harness.fake.files.owners import UnknownOwnerError, user_of
from harness.fake.programs.processes import STDERR
from harness.fake.requests.fields import Fields
from harness.fake.values import Tree
from harness.fake.world import World
from harness.model.spec import Json
from harness.model.version import ApiVersion


@dataclass(slots=True)
class Running:
    """The container of one step; `code` is what its command ended with."""

    world: World
    version: ApiVersion
    environment: tuple[str, ...] = ()
    container: str = ""
    code: int = 0

    def make(self, state: StageState, command: list[str], host: Fields) -> str:
        """Make the container, and return its id; refuse what dockerd refuses."""
        environment: list[Json] = [*state.config.texts("Env"), *self.environment]
        config = state.config.copy(
            Image=state.parent,
            Cmd=list(command),
            Entrypoint=[""],
            Env=environment,
            Healthcheck={"Test": ["NONE"]},
            Hostname="",
        )
        made = lifecycle.create(
            self.world,
            name="",
            config=Fields(config),
            host=host,
            networking=Fields(),
            version=self.version,
        )
        self.container = made.id
        return made.id

    async def run(self) -> AsyncIterator[tuple[bool, str]]:
        """Run the command and yield what it writes, and whether to stderr."""
        world, identity = self.world, self.container
        self._check_user()
        lifecycle.told(world, world.containers[identity], "attach")
        lifecycle.start(world, identity)
        seen = 0
        while True:
            world.tick()
            lines = world.logs.get(identity, [])[seen:]
            seen += len(lines)
            for stream, written in groupby(lines, key=lambda line: line.stream):
                data = b"".join(line.data for line in written)
                yield stream == STDERR, data.decode(errors="replace")
            if not lines and not lifecycle.is_running(world, identity):
                break
            if not lines:
                await self._happening(seen)
        container = world.containers.get(identity)
        self.code = container.state.exit_code if container else 1

    def _check_user(self) -> None:
        container = self.world.containers[self.container]
        try:
            user_of(tree_of(self.world, container), container.config.text("User") or "0")
        except UnknownOwnerError as error:
            raise StepError(str(error)) from error

    async def _happening(self, seen: int) -> None:
        world, identity = self.world, self.container
        await world.until(
            lambda: (
                len(world.logs.get(identity, ())) > seen
                or not lifecycle.is_running(world, identity)
            )
        )

    def changes(self) -> Tree:
        """Return what the command changed of the files."""
        container = self.world.containers[self.container]
        return own_layer(container, image_tree(self.world, container))

    def remove(self) -> None:
        """Remove the container."""
        if self.container in self.world.containers:
            lifecycle.remove(self.world, self.container, force=True, volumes=True)

    def end(self, *, remove: bool) -> None:
        """End what still runs, since nobody waits for it; it is removed then, or if asked."""
        running = lifecycle.is_running(self.world, self.container)
        if running or remove:
            self.remove()
