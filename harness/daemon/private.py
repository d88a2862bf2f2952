"""What a run needs of a daemon of its own, whatever that daemon is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from harness.daemon.managed import REGISTRY_PORT, ManagedDaemon, start_dockerd, start_podman

QUIET = 0.3  # seconds without a byte after which an endless reply is left


class Place(Protocol):
    """Where a private daemon can be reached other than by its socket."""

    @property
    def address(self) -> str:
        """Return the address that other daemons of the run reach it by."""

    def enter(self) -> None:
        """Move the calling thread to where the daemon sees it on the loopback address."""


class Private(Protocol):
    """A running daemon of the run's own; a context manager that stops and removes it."""

    @property
    def host(self) -> str:
        """Return the address in the form of DOCKER_HOST."""

    @property
    def network(self) -> Place:
        """Return where other daemons of the run find it."""

    def restart(self) -> None:
        """End the daemon and start it on the same data."""

    def stop(self, *, patience: float = ...) -> None:
        """Stop the daemon and remove all it left."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """A kind of private daemon.

    `start` starts one; `beside` starts another one that the first can reach, where there can be
    one. `restarts` tells that it comes back with its data. `registry_port` is where it expects the
    run's registry, 0 for anywhere. `quiet` is after how many seconds without a byte an endless
    reply has said what it has to say.
    """

    start: Callable[[], Private]
    beside: "Callable[[Private], Private] | None" = None
    restarts: bool = False
    registry_port: int = REGISTRY_PORT
    quiet: float = QUIET


Engines: TypeAlias = Mapping[str, Engine]


def _dockerd_beside(first: Private) -> Private:
    if not isinstance(first, ManagedDaemon):
        raise TypeError("a dockerd is started beside a dockerd")
    return start_dockerd(beside=first)


ENGINES: Engines = {
    "dockerd": Engine(start=partial(start_dockerd), beside=_dockerd_beside, restarts=True),
    "podman": Engine(start=partial(start_podman)),
}
