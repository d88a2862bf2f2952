"""How much changed for each operation at each version, as a table to be looked at."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from harness.model.change import Level
from harness.model.profiles import PROFILES
from harness.model.version import ApiVersion
from harness.model.version_diff import Row, VersionDiff
from harness.report.version_diff.order import CORRECTED, area_of, areas_of, is_change
from harness.report.version_diff.page import file_name, filtered
from harness.report.wording import counted

Pair: TypeAlias = tuple[ApiVersion, ApiVersion]

ADDED, REMOVED = "operation-added", "operation-removed"
# From how many changes on a cell is darker by one more step.
_STEPS = (2, 5, 12)


class State(StrEnum):
    """What a version has of an operation."""

    ABSENT = "absent"
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rows of one operation add up to; `operation` is its name in their documents.

    `levels` count changes of the API; `corrected` are changes of the documents alone, and
    `undocumented` what was announced or seen and stands in no document.
    """

    operation: str = ""
    levels: Mapping[Level, int] = field(default_factory=dict)
    corrected: int = 0
    undocumented: int = 0
    rules: frozenset[str] = frozenset()

    @property
    def changes(self) -> int:
        """Return how many changes of the API there are."""
        return sum(self.levels.values())

    @property
    def others(self) -> int:
        """Return how many rows there are that show no change of the API."""
        return self.corrected + self.undocumented

    @property
    def worst(self) -> Level:
        """Return the worst level that a change has."""
        return next((level for level in Level if self.levels.get(level)), Level.COMPATIBLE)

    @property
    def strength(self) -> int:
        """Return how dark a cell is, from 1 to 4."""
        return 1 + sum(self.changes >= step for step in _STEPS)

    @property
    def words(self) -> str:
        """Return all figures in words: "2 breaking, 5 compatible"."""
        told = [f"{self.levels[level]} {level}" for level in Level if self.levels.get(level)]
        if self.undocumented:
            told.append(f"{self.undocumented} in no document")
        if self.corrected:
            told.append(f"{counted(self.corrected, 'change')} of the document alone")
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one operation at one version, and where its changes are told."""

    state: State
    tally: Tally = Tally()
    link: str = ""

    @property
    def words(self) -> str:
        """Return all that is known of it in words."""
        turn = self.state if self.state in {State.ADDED, State.REMOVED} else ""
        return ", ".join(part for part in (turn, self.tally.words) if part)


@dataclass(frozen=True, slots=True)
class Line:
    """An operation, with a cell for each version."""

    operation: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What all changes from one version to the next add up to, each counted once."""

    pair: Pair
    tally: Tally

    @property
    def link(self) -> str:
        """Return where they are told."""
        return file_name(*self.pair)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Lines by area, in the order of reports, and a total for each step."""

    versions: tuple[ApiVersion, ...]
    areas: tuple[tuple[str, tuple[Line, ...]], ...]
    totals: tuple[Total, ...]

    @property
    def operations(self) -> int:
        """Return how many operations have a line."""
        return sum(len(lines) for _, lines in self.areas)


def heat_map(
    steps: Mapping[Pair, VersionDiff],
    operations: Mapping[ApiVersion, Collection[str]] | None = None,
) -> HeatMap:
    """Return what changed at each step from one version to the next, by operation.

    `operations` are those of each version, as in `change.Reach`; without them, only what changed
    has a line.
    """
    pairs = sorted(steps)
    tallies = {pair: _tallies(steps[pair].rows) for pair in pairs}
    versions = tuple(sorted({version for pair in pairs for version in pair}))
    names = _names(tallies, operations or {})
    known = {version: {blank(each) for each in ids} for version, ids in (operations or {}).items()}
    areas = {
        blank(name): area for pair in pairs for name, area in areas_of(steps[pair].rows).items()
    }
    by_area: dict[str, list[Line]] = {}
    for key in sorted(names, key=_by_path):
        present = _life(key, versions, known) if known else _told_life(key, versions, tallies)
        line = Line(names[key], tuple(_cells(key, versions, present, tallies)))
        by_area.setdefault(areas.get(key) or area_of(names[key]), []).append(line)
    return HeatMap(
        versions,
        tuple((area, tuple(by_area[area])) for area in sorted(by_area, key=_by_profile)),
        tuple(Total(pair, _tally(steps[pair].rows)) for pair in pairs),
    )


def blank(operation: str) -> str:
    """Return an operation without the names of its variables, which versions vary."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


def _tallies(rows: Iterable[Row]) -> dict[str, Tally]:
    by_operation: dict[str, list[Row]] = {}
    for row in rows:
        for operation in row.operations:
            by_operation.setdefault(operation, []).append(row)
    return {blank(name): _tally(found, name) for name, found in by_operation.items()}


def _tally(rows: Iterable[Row], operation: str = "") -> Tally:
    found = tuple(rows)
    return Tally(
        operation,
        Counter(row.level for row in found if is_change(row)),
        corrected=sum(row.standing in CORRECTED for row in found),
        undocumented=sum(row.change is None for row in found),
        rules=frozenset(row.change.rule for row in found if row.change),
    )


def _names(
    tallies: Mapping[Pair, Mapping[str, Tally]], operations: Mapping[ApiVersion, Collection[str]]
) -> dict[str, str]:
    """Return the newest name of each operation, by its blank name; "*" is none."""
    told = {
        key: tally.operation for pair in sorted(tallies) for key, tally in tallies[pair].items()
    }
    listed = {blank(name): name for version in sorted(operations) for name in operations[version]}
    return listed or {key: name for key, name in told.items() if " " in name}


def _life(
    key: str, versions: Iterable[ApiVersion], known: Mapping[ApiVersion, Collection[str]]
) -> set[ApiVersion]:
    return {version for version in versions if key in known.get(version, ())}


def _told_life(
    key: str, versions: Iterable[ApiVersion], tallies: Mapping[Pair, Mapping[str, Tally]]
) -> set[ApiVersion]:
    """Return the versions that have an operation, by what is told of its coming and going."""
    nothing = Tally()
    rules = {new: tallies[_, new].get(key, nothing).rules for _, new in tallies}
    turns = [(version, rules[version]) for version in sorted(rules)]
    here = next((REMOVED in told for _, told in turns if told & {ADDED, REMOVED}), True)
    life = set()
    for version in versions:
        told = rules.get(version, frozenset())
        here = ADDED in told or (here and REMOVED not in told)
        if here:
            life.add(version)
    return life


def _cells(
    key: str,
    versions: Iterable[ApiVersion],
    present: Collection[ApiVersion],
    tallies: Mapping[Pair, Mapping[str, Tally]],
) -> Iterator[Cell]:
    before = {new: old for old, new in tallies}
    for version in versions:
        now, tally, link = version in present, Tally(), ""
        then = now
        if version in before:
            pair = (before[version], version)
            then = before[version] in present
            tally = tallies[pair].get(key, tally)
            link = f"{file_name(*pair)}{filtered(tally.operation)}" if tally.operation else ""
        yield Cell(_state(tally, now=now, then=then), tally, link)


def _state(tally: Tally, *, now: bool, then: bool) -> State:
    if now is not then:
        return State.ADDED if now else State.REMOVED
    if tally.changes or tally.others:
        return State.CHANGED
    return State.SAME if now else State.ABSENT


def _by_path(key: str) -> tuple[str, str]:
    method, _, path = key.partition(" ")
    return path, method


def _by_profile(area: str) -> tuple[int, str]:
    return (PROFILES.index(area) if area in PROFILES else len(PROFILES), area)
