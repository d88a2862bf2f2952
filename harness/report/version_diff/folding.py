"""What a person need read only once: the same change at many places, or in many operations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.model.version_diff import Row
from harness.report.version_diff import telling
from harness.report.version_diff.order import Area, OperationRows

# Fewer are as easily read one by one, where their names can be found at once.
_MANY = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """Rows that say the same of several places, or a row alone; `line` tells of all of them."""

    line: str
    rows: tuple[Row, ...]

    @property
    def first(self) -> Row:
        """Return the row that stands for all, in level, standing and what was observed."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same change at the same place of several operations."""

    entry: Entry
    operations: tuple[str, ...]


def repeated(areas: Iterable[Area]) -> tuple[tuple[Area, ...], tuple[Repeated, ...]]:
    """Take out of the areas what many operations repeat; return what is left, and that."""
    known = tuple(areas)
    found: dict[tuple[str, ...], list[tuple[str, Row]]] = {}
    for area in known:
        for each in area.operations:
            for row in each.rows:
                found.setdefault(_said(row, each.operation), []).append((each.operation, row))
    many = {said: members for said, members in found.items() if len(members) >= _MANY}
    rest = (replace(area, operations=tuple(_rest(area.operations, many))) for area in known)
    return tuple(area for area in rest if area.operations), tuple(
        Repeated(
            Entry(telling.line(members[0][1], members[0][0]), tuple(row for _, row in members)),
            tuple(operation for operation, _ in members),
        )
        for members in many.values()
    )


def entries(lines: Iterable[tuple[Row, str, str]]) -> Iterator[Entry]:
    """Yield rows, each given with its place and what happened there, many that say the same as one.

    The order is theirs; what stands for many comes where the first of them was.
    """
    known = tuple(lines)
    found: dict[tuple[str, ...], list[tuple[Row, str]]] = {}
    for row, place, what in known:
        found.setdefault(_saying(row, what), []).append((row, place))
    for row, place, what in known:
        members = found[_saying(row, what)]
        if len(members) < _MANY or not all(each for _, each in members):
            yield Entry(f"{place}: {what}" if place else what, (row,))
        elif row is members[0][0]:
            places = ", ".join(each for _, each in members)
            yield Entry(f"{places}: {what}", tuple(each for each, _ in members))


def _rest(
    operations: Iterable[OperationRows], many: dict[tuple[str, ...], list[tuple[str, Row]]]
) -> Iterable[OperationRows]:
    for each in operations:
        rows = tuple(row for row in each.rows if _said(row, each.operation) not in many)
        if rows:
            yield replace(each, rows=rows)


def _said(row: Row, operation: str) -> tuple[str, ...]:
    return _saying(row, telling.line(row, operation))


def _saying(row: Row, words: str) -> tuple[str, ...]:
    return (words, telling.mark(row), telling.standing(row), telling.observed(row))
