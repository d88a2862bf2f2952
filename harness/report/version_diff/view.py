"""What the page on two versions shows, as values: its rows, their groups, and what to filter by."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

from harness.model.change import Change
from harness.model.profiles import PROFILES
from harness.model.version_diff import Observed, Row, Standing
from harness.model.wire import WireChange
from harness.report.version_diff import telling
from harness.report.version_diff.order import CORRECTED, Told, matrix, sections, told
from harness.report.wording import counted


class Weight(StrEnum):
    """What a row means to clients: a level, or why it has none."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"
    UNDOCUMENTED = "undocumented"  # announced or seen, and in no document
    WIRE = "wire"  # seen, where no documents were compared
    DOCUMENT = "document"  # a correction or a drift: nothing but a document changed


LABELS: Mapping[Weight, str] = MappingProxyType(
    {
        Weight.BREAKING: "breaking",
        Weight.RISKY: "risky",
        Weight.COMPATIBLE: "compatible",
        Weight.UNDOCUMENTED: "in no document",
        Weight.WIRE: "on the wire",
        Weight.DOCUMENT: "document only",
    }
)
_EVERY = "every operation"


@dataclass(frozen=True, slots=True)
class Places:
    """Places that some operations have in common; no operations where all have them."""

    places: tuple[str, ...]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it: its one line, and which places unfold below it."""

    row: Row
    anchor: str
    place: str
    words: str
    old: str
    new: str
    reaches: tuple[Places, ...]

    @property
    def weight(self) -> Weight:
        """Return what it means to clients."""
        return weight(self.row)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one operation, or of one definition that several operations have in common.

    `numbers` are those of its operations in the page's list of them; `reached` tells in words where
    those of a definition use it.
    """

    anchor: str
    title: str
    operations: tuple[str, ...]
    numbers: tuple[int, ...]
    areas: tuple[str, ...]
    lines: tuple[Line, ...]
    reached: str = ""

    @property
    def counts(self) -> Mapping[Weight, int]:
        """Return how many lines there are of each weight that it has, worst first."""
        return weights(line.row for line in self.lines)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The groups of one area, or those of the shared definitions."""

    anchor: str
    title: str
    groups: tuple[Group, ...]

    @property
    def counts(self) -> Mapping[Weight, int]:
        """Return how many lines there are of each weight that it has, worst first."""
        return weights(line.row for group in self.groups for line in group.lines)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by, as people read it, and how many rows have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """What can be chosen of one property of rows."""

    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A line of the matrix: documented and announced or not, by what is observed.

    Each cell is a count with the fragment that shows these rows.
    """

    title: str
    cells: tuple[tuple[int, str], ...]
    total: tuple[int, str]


@dataclass(frozen=True, slots=True)
class View:
    """All rows of a page, each once, and the ways to choose among them."""

    chapters: tuple[Chapter, ...]
    operations: tuple[tuple[str, int], ...]
    facets: tuple[Facet, ...]
    figures: tuple[Choice, ...]
    rules: tuple[str, ...]


def view(rows: Sequence[Row], daemon: str = "") -> View:
    """Return what a page shows of these rows."""
    by_operation = Counter(operation for row in rows for operation in row.operations)
    operations = sorted(by_operation, key=lambda each: each.split(" ")[::-1])
    chapters = tuple(_chapters(rows, {each: number for number, each in enumerate(operations)}))
    return View(
        chapters,
        tuple((each, by_operation[each]) for each in operations),
        tuple(facet for facet in _facets(rows, chapters, daemon) if len(facet.choices) > 1),
        tuple(_choices((weight(row) for row in rows), Weight)),
        tuple(sorted({row.change.rule for row in rows if row.change})),
    )


def weight(row: Row) -> Weight:
    """Return what a row means to clients."""
    if row.change is None:
        unstated = row.standing is Standing.UNSTATED
        return Weight.UNDOCUMENTED if unstated else Weight.WIRE
    return Weight.DOCUMENT if row.standing in CORRECTED else Weight(row.level)


def weights(rows: Iterable[Row]) -> Mapping[Weight, int]:
    """Count rows by their weight, worst first; what there is none of is left out."""
    counts = Counter(map(weight, rows))
    return {each: counts[each] for each in Weight if counts[each]}


def crossings(rows: Sequence[Row], observed: Collection[Observed]) -> Iterator[Crossing]:
    """Yield the lines of the matrix, documented and announced by observed, with links.

    Only these observations have cells.
    """
    for line, counts in matrix(rows).items():
        base = f"#{_filter(row for row in rows if told(row) == line)}"
        yield Crossing(
            _title(line),
            tuple(
                (counts[each], f"{base}&observed={slug(each)}")
                for each in Observed
                if each in observed
            ),
            (sum(counts.values()), base),
        )


def slug(text: str) -> str:
    """Return a text as a single word for attributes and fragments: "not seen" → "not-seen"."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "none"


def _title(line: Told) -> str:
    match line.documented, line.announced:
        case "documented", True:
            return "documented and announced"
        case "documented", False:
            return "documented, not announced"
        case "hidden", announced:
            return f"hidden by documents, {'' if announced else 'not '}announced"
        case "not documented", True:
            return "announced, not documented"
        case "not documented", False:
            return "only seen"
        case documented, announced:
            return f"{documented}, announced" if announced else documented


def _filter(rows: Iterable[Row]) -> str:
    """Return the fragment that shows the rows of one line of the matrix, and no others.

    What a line has of levels, standings and announcements, no other line has together.
    """
    known = tuple(rows)
    present = {row.standing for row in known}
    choices = {
        "level": weights(known),
        "standing": [slug(each) for each in Standing if each in present],
        "announced": ["yes" if any(row.announcements for row in known) else "no"],
    }
    return "&".join(f"{name}={','.join(values)}" for name, values in choices.items())


def _chapters(rows: Iterable[Row], numbers: Mapping[str, int]) -> Iterator[Chapter]:
    anchors = _Anchors()
    parts = sections(rows)
    for area in parts.areas:
        yield Chapter(
            f"area-{slug(area.name)}",
            area.name,
            tuple(
                Group(
                    anchors.of("o", each.operation),
                    _EVERY if each.operation == "*" else each.operation,
                    (),
                    (numbers[each.operation],),
                    (slug(area.name),),
                    tuple(_line(row, anchors, each.operation) for row in each.rows),
                )
                for each in area.operations
            ),
        )
    if parts.shared:
        yield Chapter(
            "shared",
            "shared definitions",
            tuple(
                Group(
                    anchors.of("d", each.definition, str(each.part), *each.operations),
                    each.definition or counted(len(each.operations), "operation"),
                    each.operations,
                    tuple(numbers[operation] for operation in each.operations),
                    tuple(map(slug, each.areas)),
                    tuple(_line(row, anchors) for row in each.rows),
                    telling.reached(each),
                )
                for each in parts.shared
            ),
        )


class _Anchors:
    """Names for places of the page, which stay the same when other rows come or go."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def of(self, kind: str, *parts: str) -> str:
        text = "\n".join(parts).encode(errors="backslashreplace")
        name = f"{kind}-{sha256(text).hexdigest()[:8]}"
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name}-{self._given[name]}"


def _line(row: Row, anchors: _Anchors, operation: str = "") -> Line:
    place = telling.where(row, operation)
    change = row.change
    if change and change.definition and not operation:
        place = change.within.removeprefix("/") or change.definition
    words, old, new = _phrase(row)
    return Line(
        row,
        anchors.of("c", *_identity(row)),
        place,
        words,
        old,
        new,
        tuple(_reaches(change)) if change else (),
    )


def _phrase(row: Row) -> tuple[str, str, str]:
    """Return what happened, and what was before and after."""
    if row.change:
        return telling.happened(replace(row.change, old="", new="")), row.change.old, row.change.new
    if row.announcements or len(row.wire) > 1:
        return telling.what(row), "", ""
    (seen,) = row.wire
    return _aspect(seen), seen.old, seen.new


def _aspect(seen: WireChange) -> str:
    return str(seen.aspect).replace("-", " ")


def _identity(row: Row) -> tuple[str, ...]:
    if row.change:
        first = row.change.reaches[0]
        where = (
            (row.change.definition, row.change.within)
            if row.change.definition
            else (first.operation, first.place)
        )
        return (row.change.rule, *where)
    if row.announcements:
        return tuple(each.id for each in row.announcements)
    return tuple(f"{each.aspect} {each.operation} {each.place}" for each in row.wire)


def _reaches(change: Change) -> Iterator[Places]:
    """Yield the places of a change, where its line does not say them all."""
    if len(change.reaches) == 1 and not change.definition:
        return
    by_place: dict[str, list[str]] = {}
    for reach in change.reaches:
        by_place.setdefault(reach.place, []).append(reach.operation)
    by_operations: dict[tuple[str, ...], list[str]] = {}
    for place, names in by_place.items():
        by_operations.setdefault(tuple(names), []).append(place)
    for operations, places in by_operations.items():
        yield Places(tuple(places), () if operations == change.operations else operations)


def _facets(rows: Sequence[Row], chapters: Iterable[Chapter], daemon: str) -> Iterator[Facet]:
    yield Facet("level", "Level", tuple(_choices(map(weight, rows), Weight)))
    where = f"Seen on {daemon}" if daemon else "Seen"
    yield Facet("observed", where, tuple(_choices((row.observed for row in rows), Observed)))
    standings = _choices((row.standing for row in rows), Standing)
    yield Facet("standing", "Standing", tuple(standings))
    announced = Counter("yes" if row.announcements else "no" for row in rows)
    yield Facet(
        "announced",
        "Announced",
        tuple(Choice(each, each, announced[each]) for each in ("yes", "no") if announced[each]),
    )
    areas: Counter[str] = Counter()
    for chapter in chapters:
        for group in chapter.groups:
            areas.update(dict.fromkeys(group.areas, len(group.lines)))
    order = [*PROFILES, *sorted(areas.keys() - set(PROFILES))]
    present = (Choice(each, each, areas[each]) for each in order if areas[each])
    yield Facet("area", "Area", tuple(present))


def _choices(found: Iterable[StrEnum], order: Iterable[StrEnum]) -> Iterator[Choice]:
    counts = Counter(found)
    for each in order:
        if counts[each]:
            label = LABELS[each] if isinstance(each, Weight) else str(each)
            yield Choice(slug(each), label, counts[each])
