"""The world of a fake daemon: all that it knows, and what happens in it; without any I/O."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from weakref import WeakSet

from harness.fake.clock import Clock, Ids
from harness.fake.images.remote import Remote
from harness.fake.neighbours import Neighbours
from harness.fake.plugins.values import Plugin
from harness.fake.programs.processes import Processes, Program
from harness.fake.swarm.values import Swarm
from harness.fake.values import (
    Awaited,
    Container,
    Event,
    Exec,
    Image,
    Labels,
    LogLine,
    Network,
    Volume,
)
from harness.model.version import ApiVersion

LOWEST, HIGHEST = ApiVersion(1, 18), ApiVersion(1, 33)
_EVENTS_KEPT = 256  # as many as dockerd keeps
# The releases whose highest API version each one is.
_RELEASES = {
    (1, 18): "1.6.2", (1, 19): "1.7.1", (1, 20): "1.8.3", (1, 21): "1.9.1",
    (1, 22): "1.10.3", (1, 23): "1.11.2", (1, 24): "1.12.6", (1, 25): "1.13.0",
    (1, 26): "1.13.1", (1, 27): "17.03.2", (1, 28): "17.04.0", (1, 29): "17.05.0",
    (1, 30): "17.06.2", (1, 31): "17.07.0", (1, 32): "17.09.1", (1, 33): "17.10.0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fake says of itself and of the machine that it pretends to run on."""

    lowest: ApiVersion = LOWEST
    highest: ApiVersion = HIGHEST
    hostname: str = "fake"
    kernel: str = "6.1.0-fake"
    system: str = "A fake of Docker"
    architecture: str = "x86_64"
    processors: int = 2
    memory: int = 2 * 1024**3
    root: str = "/var/lib/docker"

    @property
    def product(self) -> str:
        """Return the version of the engine that it pretends to be, marked as a fake."""
        release = _RELEASES.get((self.highest.major, self.highest.minor), "0")
        return f"{release}-fake"


class Signal:
    """Wakes everybody who waits for something to happen."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def tell(self) -> None:
        """Wake those who wait."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def wait(self) -> "asyncio.Future[None]":
        """Return what is done once something happens.

        It counts from this call on, not only once somebody awaits it: what happens in between, as
        `asyncio.wait_for` begins to wait a little later, must not be missed.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: "asyncio.Future[None]") -> None:
        self._waiting.discard(future)


@dataclass(slots=True)
class World:
    """Everything that one fake daemon holds, by id unless it says otherwise.

    `tags` leads from "repository:tag" to the id of an image, `digests` from "repository@sha256:…".
    `logs` are the output of containers. `programs` are what tests registered, by name.
    Nothing here waits for anything but `signal`; whoever changes a value calls `tell`.
    """

    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)
    containers: dict[str, Container] = field(default_factory=dict)
    execs: dict[str, Exec] = field(default_factory=dict)
    logs: dict[str, list[LogLine]] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Image] = field(default_factory=dict)  # removed, but containers are made of them
    volumes: dict[str, Volume] = field(default_factory=dict)  # by name
    networks: dict[str, Network] = field(default_factory=dict)
    plugins: dict[str, Plugin] = field(default_factory=dict)
    swarm: Swarm | None = None
    address: str = "192.0.2.1"  # where other fakes reach this one, and nobody else
    neighbours: Neighbours = field(default_factory=Neighbours)
    remote: Remote = field(default_factory=Remote)
    programs: dict[str, Program] = field(default_factory=dict)
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    event_count: int = 0
    listeners: int = 0  # to events
    signal: Signal = field(default_factory=Signal)
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    awaited: WeakSet[Awaited] = field(default_factory=WeakSet)  # while somebody waits
    processes: Processes = field(init=False)
    identity: str = field(init=False)  # of this daemon, in 64 hexadecimal digits

    def __post_init__(self) -> None:
        self.processes = Processes(now=self.now, tell=self.tell)
        self.neighbours.worlds[self.address] = self
        seed = self.ids.seed
        self.identity = Ids(f"{seed}/daemon/{self.address}" if seed else "").digest()

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        return self.clock.now()

    def tell(self) -> None:
        """Wake everybody who waits for something to happen."""
        self.signal.tell()

    def emit(
        self,
        kind: str,
        action: str,
        actor: str,
        attributes: Labels | None = None,
        *,
        scope: str = "local",
    ) -> None:
        """Tell of something that happened; no two events have the same time."""
        now = self.now()
        nanoseconds = int(now * 1e9)
        if self.events and nanoseconds <= self.events[-1].nanoseconds:
            nanoseconds = self.events[-1].nanoseconds + 1
        event = Event(kind, action, actor, dict(attributes or {}), now, nanoseconds, scope)
        self.events.append(event)
        self.event_count += 1
        self.tell()

    def at(self, time: float, what: Callable[[], None]) -> None:
        """Have something done once a time has come."""
        self.due.append((time, what))
        self.tell()

    def tick(self) -> None:
        """Let everything happen whose time has come."""
        now = self.now()
        if self.due:
            ready = sorted((each for each in self.due if each[0] <= now), key=lambda each: each[0])
            if ready:
                self.due = [each for each in self.due if each[0] > now]
                for _, what in ready:
                    what()
        self.processes.tick()

    def next_due(self) -> float | None:
        """Return when something will happen by itself; None where nothing will."""
        times = [time for time, _ in self.due]
        of_processes = self.processes.next_due()
        if of_processes is not None:
            times.append(of_processes)
        return min(times, default=None)

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed on the world's clock."""
        await self.until(lambda: False, seconds)

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until a condition holds, or for so many seconds; return whether it holds."""
        if seconds is None:
            while not condition():
                await self.signal.wait()
            return True
        end = self.now() + seconds
        alarm = (end, self.tell)
        self.at(*alarm)
        try:
            while not condition():
                if self.now() >= end:
                    return False
                await self.signal.wait()
        finally:
            if alarm in self.due:  # nobody waits for it any more
                self.due.remove(alarm)
        return True

    def change(self, container: Container, **changes: object) -> Container:
        """Put a changed container in its old one's place, and return it."""
        changed = replace(container, **changes)  # type: ignore[arg-type]
        self.containers[container.id] = changed
        self.tell()
        return changed
