"""What each change between two documents amounts to: announced, a correction, drift, or neither."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import cache

from harness.diff.correcting import Corrected, errata_of, named
from harness.model.announcement import Announcement, Drift, Kind
from harness.model.change import Change, Reach
from harness.model.profiles import profile
from harness.model.spec import Spec
from harness.model.version import ApiVersion
from harness.model.version_diff import Observed, Row, Standing

NOT_FOUND = "Announced, and not found in the documents."
UNTRACED = "It is gone once the errata are applied."
_TYPED = re.compile(r"(-type)-(changed|generalized|specialized|told|untold)$")
_EVERY = "*"
_ADDED = "-added"
_WHOLE = ("-added", "-removed", "-type-changed")
# How the ids of the rules end that can tell of what is announced; others can end in any way.
_ENDS = {
    **dict.fromkeys(
        (
            *(Kind.OPERATION_ADDED, Kind.PARAMETER_ADDED, Kind.HEADER_ADDED),
            *(Kind.REQUEST_PROPERTY_ADDED, Kind.REPLY_PROPERTY_ADDED),
        ),
        _ADDED,
    ),
    **dict.fromkeys(
        (
            *(Kind.OPERATION_REMOVED, Kind.PARAMETER_REMOVED),
            *(Kind.REQUEST_PROPERTY_REMOVED, Kind.REPLY_PROPERTY_REMOVED),
        ),
        "-removed",
    ),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many changes and announcements there are of each sort.

    `hidden` are changes that only corrected documents show. Of the announcements `found` are those
    that the documents show, and `missing` those that they should show and do not.
    """

    announced: int = 0
    unannounced: int = 0
    corrections: int = 0
    drift: int = 0
    hidden: int = 0
    found: int = 0
    absent: int = 0
    behaviour: int = 0
    missing: int = 0

    @property
    def changes(self) -> int:
        """Return how many changes the documents show."""
        return self.announced + self.unannounced + self.corrections + self.drift

    @property
    def announcements(self) -> int:
        """Return how many single changes are announced."""
        return self.found + self.absent + self.behaviour + self.missing


def reconcile(  # noqa: PLR0913, PLR0917 - two documents in two states, and the two tables on them
    raw: Iterable[Change],
    corrected: Iterable[Change],
    old: Spec,
    new: Spec,
    announcements: Iterable[Announcement],
    drifts: Iterable[Drift],
) -> tuple[Row, ...]:
    """Give each change between two documents its standing, and each announcement its place.

    `raw` are the changes of the documents as they are, `corrected` those after errata; `old` and
    `new` are the specs after errata. A change of which only a part is corrected, or drift, is told
    in parts. Where the documents are not both of specs/, nothing is known of any change.
    """
    if not (_ours(old) and _ours(new)):
        rows = [Row(Standing.UNKNOWN, Observed.UNKNOWN, change) for change in raw]
        return tuple(sorted(rows, key=order))
    told = _Told(
        Corrected(old),
        Corrected(new),
        announcements=_announced(announcements, old.version, new.version),
        drifts=_drifted(drifts, old.version, new.version),
    )
    rows = [*_shown(tuple(raw), tuple(corrected), told)]
    attached = {each.id for row in rows for each in row.announcements}
    rest = [each for each in told.announcements if each.id not in attached]
    holders = {each.id: _holder(each, rows) for each in rest if told.several and each.on_paper}
    rows = [_with_parts(row, rest, holders) for row in rows]
    rows += _alone(rest, holders, told)
    return tuple(sorted(rows, key=order))


def figures(rows: Iterable[Row]) -> Figures:
    """Count changes by what they amount to, and announcements by where they are found."""
    listed = tuple(rows)
    shown = [row for row in listed if row.change and row.standing is not Standing.UNSTATED]
    found = {each.id for row in shown for each in row.announcements}
    others = {
        each.id: each for row in listed for each in row.announcements if each.id not in found
    }.values()

    def count(standing: Standing) -> int:
        return sum(row.standing is standing for row in shown)

    return Figures(
        announced=count(Standing.ANNOUNCED),
        unannounced=count(Standing.UNANNOUNCED),
        corrections=count(Standing.CORRECTION),
        drift=count(Standing.DRIFT),
        hidden=sum(bool(row.change) and row.standing is Standing.UNSTATED for row in listed),
        found=len(found),
        absent=sum(bool(each.absent) for each in others),
        behaviour=sum(bool(each.behaviour) for each in others),
        missing=sum(each.on_paper for each in others),
    )


def order(row: Row) -> tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]:
    """Return by what rows are sorted: operation, then place, then rule, then announcement."""
    change = row.change
    return (
        row.operations,
        tuple(reach.place for reach in change.reaches) if change else (),
        change.rule if change else "",
        tuple(each.id for each in row.announcements),
    )


def tells_of(announcement: Announcement, rule: str, reach: Reach) -> bool:
    """Tell whether a change by this rule at this place is what is announced."""
    operation = named(reach.operation)
    return (
        any(each in (_EVERY, operation) for each in map(named, announcement.operations))
        and rule.endswith(_ENDS.get(announcement.kind, ""))
        and _matches(reach.place, announcement.places)
        and _matches(rule, announcement.rules)
    )


def catches_up(announcement: Announcement, rule: str, reach: Reach) -> bool:
    """Tell whether a change adds what was announced when the documents did not show it."""
    if not announcement.absent or _ENDS.get(announcement.kind) != _ADDED:
        return False
    whole = announcement.kind is Kind.OPERATION_ADDED
    name = "" if whole else announcement.subject.rpartition(".")[2]
    return reach.place.rpartition("/")[2] == name and tells_of(
        replace(announcement, places=announcement.places or ("",)), rule, reach
    )


def covers(drift: Drift, rule: str, reach: Reach) -> bool:
    """Tell whether a change by this rule at this place is drift of this row."""
    return (
        _matches(reach.operation, drift.operations)
        and _matches(rule, drift.rules)
        and _matches(reach.place, drift.places)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Two documents, and what is told of the time between them."""

    old: Corrected
    new: Corrected
    announcements: tuple[Announcement, ...]
    drifts: tuple[Drift, ...]
    by_operation: dict[str, tuple[Announcement, ...]] = field(default_factory=dict)

    def of(self, change: Change) -> tuple[Announcement, ...]:
        """Return the announcements of a change, in the order of the table."""
        found = {
            each.id: each
            for reach in change.reaches
            for each in self._about(named(reach.operation))
            if (tells_of if each.on_paper else catches_up)(each, change.rule, reach)
        }
        return tuple(each for each in self.announcements if each.id in found)

    def drift(self, rule: str, reach: Reach) -> Drift | None:
        """Return the first row that a change at a place is drift of, or None."""
        return next((each for each in self.drifts if covers(each, rule, reach)), None)

    def errata(self, change: Change) -> tuple[str, ...]:
        """Return sentences on the errata that a change goes back to."""
        errata = errata_of(change, (self.old, self.new))
        return tuple(f"Erratum {each.id}: {each.evidence}" for each in errata) or (UNTRACED,)

    @property
    def several(self) -> bool:
        """Tell whether there are versions between the two."""
        return bool({each.version for each in self.announcements} - {self.new.spec.version})

    def parted(self, change: Change, chosen: list[bool]) -> tuple[Change | None, Change | None]:
        """Return the part of a change at the chosen places, and the part at the others."""
        parts = []
        for wanted in (True, False):
            rows = zip(change.reaches, chosen, strict=True)
            reaches = tuple(reach for reach, one in rows if one is wanted)
            parts.append(self._only(change, reaches) if reaches else None)
        return parts[0], parts[1]

    def _only(self, change: Change, reaches: tuple[Reach, ...]) -> Change:
        if reaches == change.reaches:
            return change
        names = {named(reach.operation) for reach in reaches}
        found = [self.new.operations.get(each) or self.old.operations.get(each) for each in names]
        areas = tuple(sorted({profile(each.tags) for each in found if each}))
        return replace(change, reaches=reaches, areas=areas)

    def _about(self, operation: str) -> tuple[Announcement, ...]:
        if operation not in self.by_operation:
            self.by_operation[operation] = tuple(
                each
                for each in self.announcements
                if any(name in (_EVERY, operation) for name in map(named, each.operations))
            )
        return self.by_operation[operation]


def _shown(raw: tuple[Change, ...], corrected: tuple[Change, ...], told: _Told) -> Iterator[Row]:
    right, wrong = set(_subjects(corrected)), set(_subjects(raw))
    for change in raw:
        kept, gone = told.parted(change, [one in right for one in _subjects((change,))])
        if gone:
            yield _row(Standing.CORRECTION, gone, told.of(gone), told.errata(gone))
        if kept:
            yield from _standing(kept, told)
    for change in corrected:
        _, hidden = told.parted(change, [one in wrong for one in _subjects((change,))])
        if hidden:
            yield from _hidden(hidden, told)


def _standing(change: Change, told: _Told) -> Iterator[Row]:
    announced = told.of(change)
    if announced:
        yield _row(Standing.ANNOUNCED, change, announced)
        return
    rows = [told.drift(change.rule, reach) for reach in change.reaches]
    drifted, other = told.parted(change, [row is not None for row in rows])
    if drifted:
        why = tuple(dict.fromkeys(row.why for row in rows if row))
        yield _row(Standing.DRIFT, drifted, reasons=why)
    if other:
        yield _row(Standing.UNANNOUNCED, other)


def _hidden(change: Change, told: _Told) -> Iterator[Row]:
    """Yield what only corrected documents show, without what a row of drift explains."""
    drifted = [told.drift(change.rule, reach) is not None for reach in change.reaches]
    _, real = told.parted(change, drifted)
    if real:
        why = tuple(f"The documents hide it. {each}" for each in told.errata(real))
        yield _row(Standing.UNSTATED, real, told.of(real), why)


def _alone(
    rest: Iterable[Announcement], holders: Mapping[str, Row | None], told: _Told
) -> Iterator[Row]:
    """Yield the rows of announcements that no change shows, nor one that holds them."""
    for each in rest:
        holder = holders.get(each.id)
        if holder and holder.standing is Standing.ANNOUNCED:
            continue
        reason = each.absent or each.behaviour or _missing(each, holder, told)
        yield Row(Standing.UNSTATED, Observed.UNKNOWN, announcements=(each,), reasons=(reason,))


def _missing(announcement: Announcement, holder: Row | None, told: _Told) -> str:
    if not told.several:
        return NOT_FOUND
    if holder and holder.change:
        names = {named(each) for each in announcement.operations}
        reaches = holder.change.reaches
        at = next((reach for reach in reaches if named(reach.operation) in names), reaches[0])
        whole = f"{at.operation} {at.place}".strip()
        return (
            f"Announced for {announcement.version}, and part of what came or went whole: {whole}."
        )
    return (
        f"Announced for {announcement.version}; something later undid it, or hides it from the "
        f"documents of {told.old.spec.version} and {told.new.spec.version}."
    )


def _with_parts(row: Row, rest: Iterable[Announcement], holders: Mapping[str, Row | None]) -> Row:
    """Add to a row what is announced of parts of it, where versions lie between the two.

    An operation that came at 1.21 and was given a parameter at 1.24 is new as a whole at 1.24 for
    those who come from 1.20.
    """
    more = tuple(each for each in rest if holders.get(each.id) is row)
    if not more or row.standing is not Standing.ANNOUNCED:
        return row
    return replace(row, announcements=(*row.announcements, *more))


def _holder(announcement: Announcement, rows: Iterable[Row]) -> Row | None:
    """Return the row of what came or went as a whole with what is announced in it, or None."""
    whole = [row for row in rows if row.change and row.change.rule.endswith(_WHOLE)]
    for operation in map(named, announcement.operations):
        for row in whole:
            for reach in row.change.reaches if row.change else ():
                if named(reach.operation) == operation and _holds(reach.place, announcement.places):
                    return row
    return None


def _holds(place: str, patterns: Iterable[str]) -> bool:
    """Tell whether a place has places inside that one of the patterns is of."""
    if not place:
        return True
    parts = [pattern.split("/") for pattern in patterns]
    above = {"/".join(part[:end]) for part in parts for end in range(1, len(part))} - {_EVERY}
    return _matches(place, tuple(sorted(above)))


def _row(
    standing: Standing,
    change: Change,
    announcements: tuple[Announcement, ...] = (),
    reasons: tuple[str, ...] = (),
) -> Row:
    return Row(standing, Observed.UNKNOWN, change, announcements, reasons=reasons)


def _subjects(changes: Iterable[Change]) -> Iterator[tuple[str, str, str]]:
    """Yield what each change is about, place by place: the same before and after errata.

    A type that changed is one subject, however far the types are from each other.
    """
    for change in changes:
        rule = _TYPED.sub(r"\1", change.rule)
        for reach in change.reaches:
            yield rule, named(reach.operation), reach.place


def _ours(spec: Spec) -> bool:
    return spec.source == f"v{spec.version}.yaml"


def _announced(
    announcements: Iterable[Announcement], old: ApiVersion, new: ApiVersion
) -> tuple[Announcement, ...]:
    return tuple(each for each in announcements if old < each.version <= new)


def _drifted(drifts: Iterable[Drift], old: ApiVersion, new: ApiVersion) -> tuple[Drift, ...]:
    return tuple(each for each in drifts if old <= each.pair[0] and each.pair[1] <= new)


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


@cache
def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return bool(patterns) and bool(_pattern(patterns).match(text))
