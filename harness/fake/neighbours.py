"""Fakes that know of one another, so that one can join the swarm of another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from harness.fake.world import World

Deed: TypeAlias = Callable[[], None]


@dataclass(slots=True)
class Neighbours:
    """The worlds that can be reached, by address without a port.

    `doers` have something done in the thread of a world, soon; a world without one has no thread.
    """

    worlds: dict[str, World] = field(default_factory=dict)
    doers: dict[str, Callable[[Deed], object]] = field(default_factory=dict)

    def find(self, address: str) -> World | None:
        """Return the world at an address, which may have a port; None where there is none."""
        return self.worlds.get(address.rpartition(":")[0] or address)

    def post(self, address: str, deed: Deed) -> None:
        """Have something done in the world at an address, when nothing else happens there."""
        doer = self.doers.get(address)
        if doer is None:
            deed()
        else:
            with suppress(RuntimeError):  # it ends just now
                doer(deed)
