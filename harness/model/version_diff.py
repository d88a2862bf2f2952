"""How two versions differ: on paper, as announced, and on the wire, side by side."""

from dataclasses import dataclass
from enum import StrEnum

from harness.model.announcement import Announcement
from harness.model.change import Change, Level
from harness.model.version import ApiVersion
from harness.model.wire import WireChange


class Standing(StrEnum):
    """What a change between documents amounts to."""

    ANNOUNCED = "announced"
    UNANNOUNCED = "unannounced"
    CORRECTION = "correction"  # only the document was, or became, wrong: an erratum says so
    DRIFT = "drift"  # the documents drifted, and the API did not change: contracts/drift.yaml
    UNSTATED = "unstated"  # announced or seen on the wire, and not in the documents
    UNKNOWN = "unknown"  # the documents are not two of ours: nothing is known of announcements


class Observed(StrEnum):
    """Whether a daemon shows a change on the wire."""

    SEEN = "seen"
    NOT_SEEN = "not seen"  # tried at both versions, and alike: this daemon does not gate it
    UNTRIED = "untried"  # no call of both versions bears on it
    UNKNOWN = "unknown"  # nothing was observed for these versions


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix: what is documented, observed and announced.

    One at least of `change`, `announcements` and `wire` is there. `reasons` are sentences: why it
    is a correction or drift, why documents do not show what was announced.
    """

    standing: Standing
    observed: Observed
    change: Change | None = None
    announcements: tuple[Announcement, ...] = ()
    wire: tuple[WireChange, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the operations that it is about, sorted."""
        if self.change:
            return self.change.operations
        named = {each for told in self.announcements for each in told.operations}
        return tuple(sorted(named | {each.operation for each in self.wire}))

    @property
    def level(self) -> Level:
        """Return how bad it is for clients; what is only corrected or announced breaks nobody."""
        if self.change and self.standing not in {Standing.CORRECTION, Standing.DRIFT}:
            return self.change.level
        return Level.COMPATIBLE


@dataclass(frozen=True, slots=True)
class Document:
    """One of the two that are compared; `version` is None where it is a file of a person's own."""

    label: str  # "1.24", or the path as it was given
    version: ApiVersion | None
    operations: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """A change that an ignore file leaves out, and why."""

    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """All that is told of two documents; rows are sorted: by operation, then place, then rule.

    `daemon` is the daemon on which the wire was observed, "" for none, and `observed` tells when
    or from what ("recorded", a recording's path). `narrowed` says to what the diff was narrowed, in
    words, "" for nothing.
    """

    old: Document
    new: Document
    rows: tuple[Row, ...]
    daemon: str = ""
    observed: str = ""
    ignored: tuple[Ignored, ...] = ()
    unused: tuple[str, ...] = ()  # entries of the ignore file that nothing matched
    narrowed: str = ""
    gaps: tuple[str, ...] = ()  # what could not be compared, and why

    def count(self, level: Level) -> int:
        """Return how many rows are of a level."""
        return sum(row.level is level for row in self.rows if row.change)
