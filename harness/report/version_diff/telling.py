"""One row of a version diff in words, for all formats: on one line, printable, and not too long."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from harness.model.announcement import Announcement
from harness.model.change import Change, Level, Part
from harness.model.version_diff import Observed, Row, Standing, VersionDiff
from harness.model.wire import WireChange
from harness.report.layout import LONGEST
from harness.report.version_diff.order import CORRECTED, Shared, is_hidden
from harness.report.wording import counted, printable, shortened

# What the place of a change says already.
_NOUNS = frozenset({"query", "header", "path", "request", "reply", "parameter", "property", "body"})
# Where the words that a rule's id leaves are no good for people.
_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "became enum": "values listed",
        "became map": "became a map",
        "closed": "closed to other properties",
        "enum removed": "values no longer listed",
        "enum value added": "value added",
        "enum value removed": "value removed",
        "no longer map": "no longer a map",
        "opened": "opened to other properties",
        "required added": "added, and required",
        "type untold": "type no longer told",
    }
)
# Rules of which the id says what both documents say.
_EVIDENT = frozenset({"required", "optional", "nullable", "emptiable", "unique"})
_NAMED_STEPS = 3

MARKS: Mapping[Level, str] = MappingProxyType(
    {Level.BREAKING: "✗", Level.RISKY: "!", Level.COMPATIBLE: "✓"}
)
UNDOCUMENTED_MARK, CORRECTED_MARK = "~", "="


def mark(row: Row) -> str:
    """Return one character for what a row means to clients."""
    if not row.change:
        return UNDOCUMENTED_MARK
    return CORRECTED_MARK if row.standing in CORRECTED else MARKS[row.level]


def line(row: Row, operation: str = "") -> str:
    """Return what a row tells on one line: "query/condition: added (string)".

    With an operation, the place is the one where this operation has it; without, a change in a
    definition is told by its place there.
    """
    place, words = where(row, operation), what(row)
    return f"{place}: {words}" if place else words


def within(row: Row) -> str:
    """Return the place of a row below the name of its definition, where it is a change in one."""
    if row.change and row.change.definition:
        return told(row.change.within)
    return where(row)


def where(row: Row, operation: str = "") -> str:
    """Return the place of a row, as `line` does; "" for the operation as a whole."""
    if row.change:
        return _place(row.change, operation)
    if row.announcements:
        return told(row.announcements[0].subject)
    return told(row.wire[0].place)


def what(row: Row) -> str:
    """Return what is otherwise than before, without its place: "type changed, string → array"."""
    if row.change:
        return happened(row.change)
    if row.announcements:
        words = _spaced(row.announcements[0].kind)
    else:
        words = _between(_spaced(row.wire[0].aspect), row.wire[0].old, row.wire[0].new)
    others = len(row.announcements or row.wire) - 1
    return f"{words} (and {others} more)" if others else words


def happened(change: Change) -> str:
    """Return what a change is, by its rule and by what the documents say."""
    words = told(change.rule).split("-")
    kept = " ".join([word for word in words if word not in _NOUNS] or words)
    if words[-1] in _EVIDENT:
        return kept
    return _between(_PHRASES.get(kept, kept), change.old, change.new)


def heading(row: Row) -> str:
    """Return a row for where it stands alone: "GET /info 200/body/Init: removed (string)"."""
    operations = row.operations
    if len(operations) != 1:
        return f"{line(row)}, in {counted(len(operations), 'operation')}"
    named, place = told(operations[0]), where(row, operations[0])
    return f"{named} {place}: {what(row)}" if place else f"{named}: {what(row)}"


def reached(shared: Shared) -> str:
    """Return where operations use what they share: "in replies of 4 operations"."""
    operations = counted(len(shared.operations), "operation")
    match shared.part:
        case Part.REQUEST:
            return f"in requests of {operations}"
        case Part.REPLY:
            return f"in replies of {operations}"
        case Part.OPERATION | None:
            return f"in {operations}"


def standing(row: Row) -> str:
    """Return what a change amounts to, with its announcements: "announced 1.30/8.1"."""
    ids = ", ".join(told(each.id) for each in row.announcements)
    if row.standing is Standing.UNKNOWN:
        return ids
    if is_hidden(row):
        return f"announced {ids}, hidden by the documents" if ids else "hidden by the documents"
    words = str(row.standing)
    if row.standing is Standing.UNSTATED:
        words = "announced" if ids else "in no document"
    return f"{words} {ids}" if ids else words


def observed(row: Row) -> str:
    """Return what a daemon shows of a row; "" where nothing is known of daemons."""
    return "" if row.observed is Observed.UNKNOWN else str(row.observed)


def seen(change: WireChange) -> str:
    """Return what was seen on the wire: "200/body: framing, whole → in pieces, by wait/3"."""
    place = f"{told(change.place)}: " if change.place else ""
    words = _between(_spaced(change.aspect), change.old, change.new)
    return f"{place}{words}, by {_few(change.steps)}"


def announcement(each: Announcement) -> str:
    """Return an announcement, and what is wrong with it: "1.30/8.1 condition: parameter added"."""
    flaw = f" (the announcement is wrong: {told(each.error)})" if each.error else ""
    return f"{told(each.id)} {told(each.subject)}: {_spaced(each.kind)}{flaw}"


def notes(row: Row) -> Iterator[str]:
    """Yield everything about a row that its line does not hold, a sentence or a fact each."""
    yield from map(told, row.reasons)
    yield from (f"announced: {announcement(each)}" for each in row.announcements)
    yield from (f"seen: {seen(each)}" for each in row.wire)


def subject(diff: VersionDiff) -> str:
    """Return which documents are compared, in one line: "API 1.24 → 1.30"."""
    kind = "API " if diff.old.version and diff.new.version else ""
    return f"{kind}{told(diff.old.label)} → {told(diff.new.label)}"


def observer(diff: VersionDiff) -> str:
    """Return on what changes were observed: "Docker Engine 20.10.24 (recorded)"; "" for nothing."""
    if not diff.daemon:
        return ""
    how = f" ({told(diff.observed)})" if diff.observed else ""
    return f"{told(diff.daemon)}{how}"


def told(text: str) -> str:
    """Return a text from elsewhere as reports show it: printable, and cut where it is very long."""
    return shortened(printable(text), LONGEST)


def _place(change: Change, operation: str) -> str:
    if not operation:
        inside = f"{change.definition}{change.within}" if change.definition else ""
        return told(inside or change.reaches[0].place)
    places = [reach.place for reach in change.reaches if reach.operation == operation]
    if not places:
        return ""
    others = f" (and {counted(len(places) - 1, 'more place')})" if len(places) > 1 else ""
    return f"{told(places[0])}{others}"


def _between(words: str, old: str, new: str) -> str:
    before, after = told(old), told(new)
    if before and after:
        return f"{words}, {before} → {after}"
    return f"{words} ({before or after})" if before or after else words


def _spaced(name: str) -> str:
    return name.replace("-", " ")


def _few(names: Iterable[str]) -> str:
    known = tuple(names)
    others = len(known) - _NAMED_STEPS
    first = ", ".join(map(told, known[:_NAMED_STEPS]))
    return f"{first} and {others} more" if others > 0 else first
