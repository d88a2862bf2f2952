"""How the replies of two daemons to one call differ, and what is known of it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from harness.model.version import VersionRange


class Aspect(StrEnum):
    """What of two replies differs."""

    CALL = "call"  # only one of the daemons could be asked
    STATUS = "status"
    MEDIA_TYPE = "media-type"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is seen on the left and on the right, at a place of the reply where that matters."""

    aspect: Aspect
    left: str
    right: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """A difference between two daemons that somebody has read; `why` tells who is right.

    `sides` are regular expressions for the whole of what the two daemons are called, and `seen`
    patterns of what is seen on each, in the same order. Operations, pointer and what is seen are
    patterns in the manner of fnmatch. Without `versions`, all are meant. One that is there
    `by_chance` may be missed by a run.
    """

    id: str
    sides: tuple[str, str]
    operations: tuple[str, ...]
    aspect: Aspect
    why: str
    versions: VersionRange | None = None
    pointer: str = "*"
    seen: tuple[str, str] = ("*", "*")
    by_chance: bool = False

    @property
    def mirrored(self) -> "KnownDifference":
        """Return the same difference with the sides exchanged."""
        return replace(self, sides=self.sides[::-1], seen=self.seen[::-1])
