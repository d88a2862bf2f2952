"""The fake as an engine of runs: started for one, and gone with it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from harness.daemon.private import Engine, Private
from harness.fake.daemon import FakeDaemon
from harness.fake.neighbours import Neighbours

_IMAGE = "busybox:latest"
_SEED = "engine"  # the same identities each time, so that two runs can be compared


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a fake pretends to be: at an address that only the fakes of one run know."""

    address: str

    def enter(self) -> None:
        """Do nothing: a fake sees the loopback address of its process."""


@dataclass(eq=False, slots=True)
class PrivateFake:
    """A fake daemon for a run, and the others that it can reach."""

    daemon: FakeDaemon
    network: Stand
    neighbours: Neighbours
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    @property
    def host(self) -> str:
        """Return the address in the form of DOCKER_HOST."""
        return self.daemon.host

    def restart(self) -> None:
        """Do what a daemon does that is restarted: containers end, a locked swarm is locked."""
        self.daemon.restart()

    def stop(self, *, patience: float = 0.0) -> None:
        """Stop the fake."""
        del patience
        self.daemon.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def fake(*images: str) -> Engine:
    """Return the engine of fakes that have these images from the start."""
    return Engine(
        start=lambda: _started("198.18.0.1", Neighbours(), images),
        beside=_beside,
        restarts=True,
        registry_port=0,
        quiet=0.02,
    )


def _beside(first: Private) -> Private:
    if not isinstance(first, PrivateFake):
        raise TypeError("a fake is started beside a fake")
    return _started(f"198.18.0.{next(first.numbers)}", first.neighbours, (_IMAGE,))


def _started(address: str, neighbours: Neighbours, images: tuple[str, ...]) -> PrivateFake:
    daemon = FakeDaemon(
        images=images, seed=f"{_SEED}-{address}", address=address, neighbours=neighbours
    )
    daemon.start()
    return PrivateFake(daemon, Stand(address), neighbours)


FAKE = fake(_IMAGE)
