"""The order in which every format tells the rows of a version diff, and what they add up to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from harness.model.change import Level, Part
from harness.model.profiles import PROFILES
from harness.model.version_diff import Observed, Row, Standing

# Of what is no change of the API, only the documents changed.
CORRECTED = frozenset({Standing.CORRECTION, Standing.DRIFT})

OTHER = "other"
_DOCUMENTED = ("documented", "hidden", "not documented", "not compared", "correction", "drift")
_BY_FOLDER: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in ("containers", "exec", "images", "distribution", "volumes")},
        **{name: name for name in ("networks", "system", "swarm", "plugins")},
        **dict.fromkeys(("_ping", "auth", "events", "info", "version"), "system"),
        **dict.fromkeys(("nodes", "services", "tasks", "secrets", "configs"), "swarm"),
        **dict.fromkeys(("build", "commit"), "images"),
        "session": "experimental",
    }
)


@dataclass(frozen=True, slots=True)
class OperationRows:
    """The rows that are about one operation alone, worst first."""

    operation: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The operations of one profile that have rows of their own, in the order of their paths."""

    name: str
    operations: tuple[OperationRows, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows of all its operations."""
        return tuple(row for each in self.operations for row in each.rows)


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows that several operations have in common, worst first.

    `definition` is where the change is, "" where the rows have no definition in common; `part` is
    what of the operations uses it, None for rows that are no changes.
    """

    definition: str
    part: Part | None
    operations: tuple[str, ...]
    areas: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sections:
    """All rows, each in one place."""

    areas: tuple[Area, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What rows add up to.

    Levels count changes of the API; what is only corrected or drifted, and what no document shows,
    is in the other counts alone. Every level, standing and observation is there, most with 0.
    """

    levels: Mapping[Level, int]
    standings: Mapping[Standing, int]
    observed: Mapping[Observed, int]


@dataclass(frozen=True, order=True, slots=True)
class Told:
    """What the documents and the announcements say of a row: a line of the matrix.

    `documented` is "documented", "hidden" (only corrected documents show it), "not documented",
    "not compared" (there were no documents), "correction" or "drift".
    """

    documented: str
    announced: bool


def sections(rows: Iterable[Row]) -> Sections:
    """Return rows by area and operation; those of several operations stand by themselves."""
    known = tuple(rows)
    areas = areas_of(known)
    alone = [row for row in known if len(row.operations) == 1]
    others = [row for row in known if len(row.operations) != 1]
    return Sections(tuple(_areas(alone, areas)), tuple(_shared(others, areas)))


def areas_of(rows: Iterable[Row]) -> Mapping[str, str]:
    """Return the area of each operation, as the documents tell it, or else as its path does."""
    known = tuple(rows)
    found = {operation: area_of(operation) for row in known for operation in row.operations}
    for row in known:
        if row.change and len(row.change.areas) == 1:
            (area,) = row.change.areas
            if area != OTHER:
                found.update(dict.fromkeys(row.operations, area))
    return found


def area_of(operation: str) -> str:
    """Return the area of "POST /containers/{id}/wait" by its path, "other" where none is known."""
    folders = operation.partition(" ")[2].strip("/").split("/")
    # An exec is made below its container, and belongs to the others of its kind.
    folder = "exec" if folders[-1] == "exec" else folders[0]
    return _BY_FOLDER.get(folder, OTHER)


def area_rank(name: str) -> tuple[int, str]:
    """Return what areas are sorted by: the known ones as all reports order them, then others."""
    return (PROFILES.index(name) if name in PROFILES else len(PROFILES), name)


def totals(rows: Iterable[Row]) -> Totals:
    """Count rows by what clients must know of them."""
    known = tuple(rows)
    levels = Counter(row.level for row in known if is_change(row))
    standings = Counter(row.standing for row in known)
    observed = Counter(row.observed for row in known)
    return Totals(
        {each: levels[each] for each in Level},
        {each: standings[each] for each in Standing},
        {each: observed[each] for each in Observed},
    )


def matrix(rows: Iterable[Row]) -> Mapping[Told, Mapping[Observed, int]]:
    """Count rows by what is documented and announced, and by what is observed.

    Lines without any row are left out; every observation is there, most with 0.
    """
    cells = Counter((told(row), row.observed) for row in rows)
    lines = sorted(
        {line for line, _ in cells},
        key=lambda line: (_DOCUMENTED.index(line.documented), not line.announced),
    )
    return {line: {each: cells[line, each] for each in Observed} for line in lines}


def told(row: Row) -> Told:
    """Return the line of the matrix in which a row is counted."""
    if is_hidden(row):
        documented = "hidden"
    elif row.standing is Standing.UNSTATED:
        documented = "not documented"
    elif not row.change:
        documented = "not compared"  # there are no documents that could have told of it
    elif row.standing in CORRECTED:
        documented = str(row.standing)
    else:
        documented = "documented"
    return Told(documented, announced=bool(row.announcements))


def is_change(row: Row) -> bool:
    """Tell whether documents, corrected or not, show a change of the API."""
    return row.change is not None and row.standing not in CORRECTED


def is_hidden(row: Row) -> bool:
    """Tell whether it is a change that only corrected documents show."""
    return row.change is not None and row.standing is Standing.UNSTATED


def documented_not_seen(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the changes that were tried, and that the daemon does not make, worst first."""
    found = [row for row in rows if is_change(row) and not is_hidden(row)]
    unseen = [row for row in found if row.observed is Observed.NOT_SEEN]
    return tuple(sorted(unseen, key=_worst))


def seen_undocumented(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return what the daemon does differently, and no document tells."""
    return tuple(
        row for row in rows if row.standing is Standing.UNSTATED and row.observed is Observed.SEEN
    )


def beside_documents(rows: Iterable[Row]) -> int:
    """Count what is announced or seen, and is a change in no document, corrected or not."""
    return sum(not row.change and row.standing is Standing.UNSTATED for row in rows)


def wire_alone(rows: Iterable[Row]) -> int:
    """Count what was seen where no documents were compared that could have told of it."""
    return sum(not row.change and row.standing is Standing.UNKNOWN for row in rows)


def _areas(rows: Iterable[Row], areas: Mapping[str, str]) -> Iterable[Area]:
    by_area: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        (operation,) = row.operations
        by_area.setdefault(areas[operation], {}).setdefault(operation, []).append(row)
    for name in sorted(by_area, key=area_rank):
        operations = by_area[name]
        yield Area(
            name,
            tuple(
                OperationRows(each, tuple(sorted(operations[each], key=_worst)))
                for each in sorted(operations, key=_of_operation)
            ),
        )


def _shared(rows: Iterable[Row], areas: Mapping[str, str]) -> Iterable[Shared]:
    # What has no definition comes last.
    ordered = sorted(rows, key=lambda row: (not _definition(row), _common(row)))
    for (definition, part, operations), members in groupby(ordered, key=_common):
        reached = sorted({areas[each] for each in operations}, key=area_rank)
        yield Shared(
            definition,
            Part(part) if part else None,
            tuple(sorted(operations, key=_of_operation)),
            tuple(reached),
            tuple(sorted(members, key=_worst_within)),
        )


def _common(row: Row) -> tuple[str, str, tuple[str, ...]]:
    # Of one definition, what requests hold comes apart from what replies hold.
    return _definition(row), str(row.change.part) if row.change else "", row.operations


def _definition(row: Row) -> str:
    return row.change.definition if row.change else ""


def _of_operation(operation: str) -> tuple[str, str]:
    method, _, path = operation.partition(" ")
    return path, method


def _worst(row: Row) -> tuple[int, int, int, str, str, str]:
    """Return what rows of one operation are sorted by: the whole operation, then the worst."""
    return _badness(row, row.change.reaches[0].place if row.change else "")


def _worst_within(row: Row) -> tuple[int, int, int, str, str, str]:
    """Return what rows of one definition are sorted by."""
    inside = row.change.within or row.change.reaches[0].place if row.change else ""
    return _badness(row, inside)


def _badness(row: Row, place: str) -> tuple[int, int, int, str, str, str]:
    change = row.change
    if change:
        kind = 1 if row.standing in CORRECTED else 0
        rest = (place, change.rule, f"{change.old}\n{change.new}")
        return (kind, list(Level).index(row.level), bool(place), *rest)
    announced = row.announcements[0].id if row.announcements else ""
    seen = row.wire[0] if row.wire else None
    rest = (seen.place, seen.aspect, f"{seen.old}\n{seen.new}") if seen else ("", "", "")
    return (2, 0 if announced else 1, 0, announced or rest[0], *rest[1:])
