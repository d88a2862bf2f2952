"""Differences from upstream that are meant, and are no errata: contracts/audit.yaml.

Each entry has

    id        its name
    versions  a range such as 1.18..1.24
    places    patterns in the manner of fnmatch, where * stands for anything, of places as
              harness/specs/audit_places.py tells
    side      missing, surplus or example; any where it is left out
    reason    why the spec does not follow upstream there

At each version of its range, each pattern of a row must explain something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.model.errors import SpecError, UsageError
from harness.model.version import ApiVersion, VersionRange
from harness.specs.audit_values import Difference, Side
from harness.specs.node import Node

_KEYS = frozenset({"id", "versions", "places", "side", "reason"})
_SIDES = frozenset(Side) - {Side.STALE}


@dataclass(frozen=True, slots=True)
class Row:
    """A reason for differences at some places of some versions; any side where `side` is None."""

    id: str
    versions: VersionRange
    places: tuple[str, ...]
    side: Side | None
    reason: str

    def explains(self, difference: Difference, pattern: str) -> bool:
        """Tell whether a pattern of this row is of the difference."""
        on_side = self.side is None or difference.side is self.side
        return on_side and fnmatchcase(difference.place, pattern)


def read_rows(node: Node) -> tuple[Row, ...]:
    """Read the entries of audit.yaml; raise SpecError that names the place of what is wrong."""
    found: dict[str, Row] = {}
    for entry in node.elements() if node.value is not None else ():
        row = _row(entry)
        if row.id in found:
            raise SpecError(f"{entry.place}: there is another row {row.id}")
        found[row.id] = row
    return tuple(found.values())


def row_of(difference: Difference, rows: tuple[Row, ...], version: ApiVersion) -> Row | None:
    """Return the first row that explains a difference at a version, or None."""
    if difference.side not in _SIDES:
        return None
    return next(
        (
            row
            for row in rows
            if version in row.versions
            and any(row.explains(difference, each) for each in row.places)
        ),
        None,
    )


def stale_rows(
    rows: tuple[Row, ...], differences: tuple[Difference, ...], version: ApiVersion
) -> Iterator[Difference]:
    """Yield a difference for each pattern of a row that explains nothing at a version of its."""
    for row in rows:
        for pattern in row.places if version in row.versions else ():
            if not any(row.explains(each, pattern) for each in differences):
                message = f"explains nothing: {pattern}"
                yield Difference(Side.STALE, f"audit.yaml {row.id}", message)


def _row(entry: Node) -> Row:
    for name, member in entry.members():
        if name not in _KEYS:
            raise SpecError(f"{member.place}: {name} is not known in a row")
    side = entry.find("side")
    if side is not None and side.text() not in _SIDES:
        known = ", ".join(each for each in Side if each in _SIDES)
        raise SpecError(f"{side.place}: {side.text()} is not one of {known}")
    try:
        versions = VersionRange.parse(entry["versions"].text())
    except UsageError as error:
        raise SpecError(f"{entry.place}/versions: {error}") from error
    places = entry["places"]
    if not places.texts():
        raise SpecError(f"{places.place}: names no place")
    return Row(
        id=entry["id"].text(),
        versions=versions,
        places=places.texts(),
        side=Side(side.text()) if side else None,
        reason=entry["reason"].text(),
    )
