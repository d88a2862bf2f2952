"""A fake daemon that listens: started and stopped from a test or a command, many in one process."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from harness.fake.clock import Clock, Ids
from harness.fake.containers.lookup import container_of
from harness.fake.handlers import HANDLERS
from harness.fake.neighbours import Neighbours
from harness.fake.programs.processes import Program
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.faults import Fault
from harness.fake.requests.service import Seen, Service
from harness.fake.snapshots import Snapshot, put_back, take
from harness.fake.start import furnish, restart
from harness.fake.wire.server import BODY_LIMIT, Server
from harness.fake.world import Settings, World
from harness.model.errors import UsageError
from harness.model.version import ApiVersion

_PATIENCE = 10.0
_REMEMBERED = 10_000
_LONGEST_NAP = 3600.0
_BACKLOG = 1024
_HIGHEST_PORT = 65535

_T = TypeVar("_T")


@dataclass(eq=False, slots=True)
class FakeDaemon:
    """A daemon that runs nothing; a context manager that serves while it is entered.

    `host` is where it listens: "" is a unix socket in a folder of its own, otherwise unix:///path
    or tcp://127.0.0.1:port, with port 0 for any that is free; once started, it is in the form of
    DOCKER_HOST. `api_min` and `api_max` bound the versions served. `images` are there from the
    start. `seed` makes identities the same each time; `clock` is what time it is.
    A request with a body above `body_limit` bytes is refused. Fakes that share
    `neighbours` can join each other's swarms, each at its `address`.

    Raises UsageError for what cannot be, and where it cannot listen.
    """

    host: str = ""
    api_min: str = "1.18"
    api_max: str = "1.33"
    images: Iterable[str] = ()
    seed: str = ""
    clock: Clock = field(default_factory=Clock)
    tls: ssl.SSLContext | None = None
    body_limit: int = BODY_LIMIT
    address: str = "192.0.2.1"
    neighbours: Neighbours = field(default_factory=Neighbours, repr=False)
    world: World = field(init=False, repr=False)
    service: Service = field(init=False, repr=False)
    _calls: deque[Seen] = field(init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False, repr=False)
    _end: asyncio.Event | None = field(default=None, init=False, repr=False)
    _folder: "tempfile.TemporaryDirectory[str] | None" = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        lowest, highest = ApiVersion.parse(self.api_min), ApiVersion.parse(self.api_max)
        served = Settings()
        for version in (lowest, highest):
            if not served.lowest <= version <= served.highest:
                raise UsageError(
                    f"the fake serves API {served.lowest} to {served.highest}, not {version}"
                )
        if highest < lowest:
            raise UsageError(f"no API version is at least {lowest} and at most {highest}")
        settings = replace(served, lowest=lowest, highest=highest)
        self.world = World(
            settings=settings,
            clock=self.clock,
            ids=Ids(self.seed),
            address=self.address,
            neighbours=self.neighbours,
        )
        self._calls = deque(maxlen=_REMEMBERED)
        self.service = Service(self.world, HANDLERS, note=self._calls.append)
        try:
            furnish(self.world, self.images)
        except RefusedError as error:
            raise UsageError(f"images {', '.join(self.images)}: {error.message}") from error

    @property
    def calls(self) -> tuple[Seen, ...]:
        """Return the calls that came, oldest first; only so many of the last are remembered."""
        return tuple(self._calls)

    @property
    def programs(self) -> dict[str, Program]:
        """Return the programs that containers can run beside the known ones, by name."""
        return self.world.programs

    def fail(self, fault: Fault) -> None:
        """Commit a fault from the next call on."""
        self.run(lambda: self.service.faults.add(fault))

    def heal(self) -> None:
        """Commit no faults any more."""
        self.run(self.service.faults.clear)

    def snapshot(self) -> Snapshot:
        """Return what the world holds now."""
        return self.run(lambda: take(self.world))

    def put_back(self, snapshot: Snapshot) -> None:
        """Make the world what it was when the snapshot was taken."""
        self.run(lambda: put_back(self.world, snapshot))

    def set_state(self, container: str, **changes: object) -> None:
        """Put a container, by name or id, into a state that it may not reach otherwise.

        `changes` are fields of `harness.fake.values.State`, such as status=Status.DEAD,
        exit_code=137, oom_killed=True or health="unhealthy".
        """

        def change() -> None:
            found = container_of(self.world, container)
            state = replace(found.state, **changes)  # type: ignore[arg-type]
            self.world.change(found, state=state)

        self.run(change)

    def advance(self, seconds: float) -> None:
        """Move the daemon's time on, and let happen what is due by then."""

        def move() -> None:
            self.clock.advance(seconds)
            self.world.tick()
            self.world.tell()

        self.run(move)

    def restart(self) -> None:
        """Do what a daemon does that is restarted: containers end, a locked swarm is locked."""
        self.run(lambda: restart(self.world))

    def run(self, what: Callable[[], _T]) -> _T:
        """Do something with the world while no request does; return what it returns."""
        loop = self._loop
        if loop is None or self._thread is threading.current_thread():
            return what()
        done: Future[_T] = Future()

        def there() -> None:
            try:
                done.set_result(what())
            except BaseException as error:  # noqa: BLE001 - it is raised where it belongs
                done.set_exception(error)

        loop.call_soon_threadsafe(there)
        return done.result(_PATIENCE)

    def start(self) -> None:
        """Begin to listen; raise UsageError where that cannot be."""
        if self._thread is not None:
            return
        started: Future[str] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(started,), name="fake-daemon", daemon=True
        )
        self._thread.start()
        try:
            self.host = started.result(_PATIENCE)
        except OSError as error:
            self._thread = None
            reason = error.strerror or str(error)
            raise UsageError(f"{self.host}: cannot listen there: {reason}") from error
        except UsageError:
            self._thread = None
            raise

    def stop(self) -> None:
        """Stop listening and end all connections; the world stays as it is."""
        loop, end, thread = self._loop, self._end, self._thread
        self._loop = self._end = self._thread = None
        if loop and end:
            loop.call_soon_threadsafe(end.set)
        if thread:
            thread.join(_PATIENCE)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self.host = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self, started: "Future[str]") -> None:
        try:
            asyncio.run(self._listen(started))
        except (OSError, UsageError) as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _listen(self, started: "Future[str]") -> None:
        server = Server(self.service.respond, self.body_limit)
        listener, host = await self._bind(server)
        end = asyncio.Event()
        self._loop, self._end = asyncio.get_running_loop(), end
        self.neighbours.doers[self.address] = self._loop.call_soon_threadsafe
        ticking = asyncio.create_task(self._tick(end))
        started.set_result(host)
        try:
            await end.wait()
        finally:
            self.neighbours.doers.pop(self.address, None)
            listener.close()
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
            await server.close()
            _remove_socket(host)

    async def _bind(self, server: Server) -> tuple[asyncio.Server, str]:
        if not self.host:
            self._folder = tempfile.TemporaryDirectory(prefix="docker-contract-fake-")
            self.host = f"unix://{self._folder.name}/docker.sock"
        scheme, _, rest = self.host.partition("://")
        loop = asyncio.get_running_loop()
        if scheme == "unix":
            _refuse_taken(rest)
            listener = await loop.create_unix_server(server.protocol, rest, backlog=_BACKLOG)
            return listener, self.host
        if scheme != "tcp":
            raise UsageError(
                f"{self.host!r} is no address to listen on; "
                "write it like unix:///tmp/docker.sock or tcp://127.0.0.1:0"
            )
        name, _, port = rest.rpartition(":")
        if not port.isdecimal() or int(port) > _HIGHEST_PORT:
            raise UsageError(f"{self.host!r} has no port; 0 is any that is free")
        listener = await loop.create_server(
            server.protocol, name or "127.0.0.1", int(port), ssl=self.tls, backlog=_BACKLOG
        )
        address = listener.sockets[0].getsockname()
        return listener, f"tcp://{address[0]}:{address[1]}"

    async def _tick(self, end: asyncio.Event) -> None:
        """Let things happen when their time has come."""
        world = self.world
        # Before Python 3.12, wait_for may swallow a cancellation.
        while not end.is_set():
            world.tick()
            due = world.next_due()
            pause = _LONGEST_NAP if due is None else max(due - world.now(), 0.0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(world.signal.wait(), pause)


def _refuse_taken(path: str) -> None:
    """Refuse a socket that somebody listens at: it would be taken away from them."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return
    raise UsageError(f"unix://{path}: something listens there already")


def _remove_socket(host: str) -> None:
    if host.startswith("unix://"):
        Path(host.removeprefix("unix://")).unlink(missing_ok=True)
