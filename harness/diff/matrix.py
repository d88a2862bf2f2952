"""Documented, observed, announced: what was seen on the wire of each row."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from harness.diff.correcting import named
from harness.diff.wire.evidence import NOT_SEEN, UNTRIED, Evidence, Found, spots
from harness.model.announcement import Announcement, Kind
from harness.model.change import Change
from harness.model.version_diff import Observed, Row, Standing
from harness.model.wire import Aspect, Trace, WireChange

_EVERY = "*"
_OF_REQUESTS = ("query", "headers", "body", "formData")
# How things are called, sorted and marked: no call could show a change of it.
_UNSEEABLE = ("operation-id-*", "operation-tag-*", "*-deprecated", "*-reactivated", "path-*")
_ELSEWHERE = "Announced, and the documents do not show it at all of these places."
_OF_ERRORS = frozenset({Aspect.MEDIA_TYPE, Aspect.MESSAGE})
_OF_PLACES = frozenset(
    {
        *(Aspect.PROPERTY_ADDED, Aspect.PROPERTY_REMOVED, Aspect.TYPE, Aspect.VALUE),
        Aspect.HEADER,
    }
)
_WITHIN = frozenset({Kind.FILTER_ADDED, Kind.EVENT_ADDED, Kind.VALUES, Kind.DEPRECATION})
_WHOLE = frozenset({Kind.OPERATION_ADDED, Kind.OPERATION_REMOVED})


def join(
    rows: tuple[Row, ...], changes: tuple[WireChange, ...], old: Trace, new: Trace
) -> tuple[Row, ...]:
    """Fill in what a daemon shows of each row, and add what it shows beyond them, in order.

    A row is SEEN where its place, or what a call asked there, makes a difference on the wire;
    NOT_SEEN where replies of both versions have the place, or calls of both used it, and nothing
    differs; UNTRIED where neither is so, as where no reply of either version has a property. A
    difference that belongs to no row is a row of its own. That calls were made on one side alone
    is no difference of the daemon and not told here.
    """
    evidence = Evidence(old, new, changes)
    in_words = {
        each for row in rows for told in row.announcements for each in _in_words(told, evidence)
    }
    seen = [_seen(row, evidence, in_words) for row in rows]
    claimed = {each for row in seen for each in row.wire}
    rest = [each for each in changes if each not in claimed and each.aspect is not Aspect.CALL]
    return tuple(sorted((*seen, *_beyond(rows, rest)), key=_order))


def _beyond(rows: Iterable[Row], rest: list[WireChange]) -> Iterator[Row]:
    """Yield rows of what no row tells: by announcements that name its place, else one by one."""
    told = {each.id: each for row in rows for each in row.announcements if each.gated}
    for announced in told.values():
        fitting = tuple(each for each in rest if _names(announced, each))
        if fitting:
            yield Row(
                Standing.UNSTATED,
                Observed.SEEN,
                announcements=(announced,),
                wire=fitting,
                reasons=(_ELSEWHERE,),
            )
            rest = [each for each in rest if each not in fitting]
    yield from (Row(Standing.UNSTATED, Observed.SEEN, wire=(each,)) for each in rest)


def _names(announced: Announcement, change: WireChange) -> bool:
    operations = {named(each) for each in announced.operations}
    return bool(operations & {_EVERY, named(change.operation)}) and any(
        fnmatchcase(spot, place) for spot in spots(change) for place in announced.places
    )


def _seen(row: Row, evidence: Evidence, in_words: set[WireChange]) -> Row:
    finds = (
        list(_of_change(row.change, row.announcements, evidence, in_words))
        if row.change
        else [find for told in row.announcements for find in _of_announcement(told, evidence)]
    )
    if not finds:
        return replace(row, observed=Observed.UNTRIED)
    order = (Observed.SEEN, Observed.NOT_SEEN, Observed.UNTRIED)
    observed = min((seen for seen, _ in finds), key=order.index)
    wire = dict.fromkeys(change for _, changes in finds for change in changes)
    return replace(row, observed=observed, wire=tuple(wire))


def _of_change(
    change: Change,
    announced: tuple[Announcement, ...],
    evidence: Evidence,
    in_words: set[WireChange],
) -> Iterator[Found]:
    rule = change.rule
    if any(fnmatchcase(rule, each) for each in _UNSEEABLE):
        return
    for reach in change.reaches:
        root = reach.place.partition("/")[0]
        if rule in {"operation-added", "operation-removed", "operation-removed-after-deprecation"}:
            yield evidence.served(reach.operation, added=rule == "operation-added")
        elif root in _OF_REQUESTS:
            gated = any(each.gated for each in announced)
            found = evidence.request(reach.operation, reach.place, rule, gated=gated)
            other = set(found[1]) <= in_words if not gated else False
            # It is known that daemons do so at every version, or what else made the difference.
            yield NOT_SEEN if found[1] and (other or _ungated(announced)) else found
        elif root == "produces":
            yield evidence.media_type(reach.operation)
        elif root.isdigit():
            yield evidence.reply(reach.operation, reach.place, rule)


def _of_announcement(told: Announcement, evidence: Evidence) -> Iterator[Found]:
    for operation in told.operations:
        for each in evidence.operations() if operation == _EVERY else (operation,):
            if told.kind in _WHOLE:
                yield evidence.served(each, added=told.kind is Kind.OPERATION_ADDED)
            elif told.places:
                yield from (_of_place(told, each, place, evidence) for place in told.places)
            elif told.gated:
                yield _of_words(told, each, evidence)


def _of_place(told: Announcement, operation: str, place: str, evidence: Evidence) -> Found:
    if place.partition("/")[0] in _OF_REQUESTS:
        found = evidence.request(operation, place, "", gated=bool(told.gated))
    else:
        found = evidence.matching(operation, place)
    if found[1] and told.gated is not False:
        return found
    if told.kind in _WITHIN:
        return UNTRIED
    return NOT_SEEN if found[1] else found


def _of_words(told: Announcement, operation: str, evidence: Evidence) -> Found:
    """Tell whether an operation shows what is announced without a place."""
    tried, changes = evidence.whole(operation)
    meant = tuple(each for each in changes if _is_meant(told, each))
    if meant or tried is Observed.UNTRIED:
        return tried, meant
    return NOT_SEEN


def _in_words(told: Announcement, evidence: Evidence) -> Iterator[WireChange]:
    """Yield what is meant by an announcement that names no place."""
    if told.gated and not told.places and told.kind not in _WHOLE:
        for operation in told.operations:
            yield from _of_words(told, operation, evidence)[1]


def _is_meant(told: Announcement, change: WireChange) -> bool:
    """Tell whether a difference may be what is announced: a property must be named there."""
    if change.aspect in _OF_ERRORS:
        return False
    if change.aspect not in _OF_PLACES:
        return True
    names = [each for each in change.place.split("/")[2:] if each != "*"]
    text = f"{told.subject} {told.behaviour} {told.absent}"
    return any(name in text for name in names)


def _ungated(announced: tuple[Announcement, ...]) -> bool:
    gates = {each.gated for each in announced}
    return False in gates and True not in gates


def _order(row: Row) -> tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]:
    """Sort by operations, then places, then rule; what was only seen has places as well."""
    change = row.change
    places = [reach.place for reach in change.reaches] if change else []
    alone = [each.place for each in row.wire] if not change and not row.announcements else []
    return (
        row.operations,
        (*places, *alone),
        change.rule if change else "",
        (*(each.id for each in row.announcements), *(each.old for each in row.wire[:1])),
    )
