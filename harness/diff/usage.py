"""What a client uses of the API, and what of a diff concerns it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from harness.diff.history import history, key
from harness.diff.places import answered, asked, json_values
from harness.model.announcement import Announcement, Kind
from harness.model.call import Call, Exchange, Manner
from harness.model.change import Change, Level, Part, Reach
from harness.model.spec import Operation, Spec
from harness.model.version import ApiVersion
from harness.model.version_diff import Row, VersionDiff
from harness.model.wire import WireChange
from harness.specs.routing import Routes

_EVERY = "*"
_WRONG = frozenset({Manner.RUDE, Manner.OPEN})
_ANYWHERE = frozenset({"", "deprecated", "consumes", "produces"})


@dataclass(frozen=True, slots=True)
class Used:
    """What was asked of one operation, and what came back: places as in `model.change.Reach`.

    Of what was `asked`, `meant` had a value at least once, be it only true; the rest was always
    null, zero, false or without content. `filters` are the keys of its filters.
    """

    calls: int = 0
    asked: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a client used, by the `key` of operations.

    `unmatched` counts the requests that no document has an operation for, by method and path.
    """

    operations: Mapping[str, Used]
    unmatched: Mapping[str, int]

    @property
    def calls(self) -> int:
        """Return how many requests are of a documented operation."""
        return sum(used.calls for used in self.operations.values())


@dataclass(frozen=True, slots=True)
class Need:
    """Something used, and the versions that document it, lowest first; empty where none does.

    `operation` has the path of the newest version.
    """

    operation: str
    place: str
    versions: tuple[ApiVersion, ...]


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest version that documents all that a client asks with; None where there is none.

    `needs` are what the version before it lacks, or where there is none, what keeps versions out.
    `unknown` is what no version documents.
    """

    version: ApiVersion | None
    needs: tuple[Need, ...]
    unknown: tuple[Need, ...]


def usage(exchanges: Iterable[Exchange], routes: Sequence[Routes]) -> Usage:
    """Return what a client used; `routes` are those of all versions, and the newest match first.

    Calls that are meant to be wrong, as recordings of this program have them, are no use.
    """
    found: dict[str, Used] = {}
    unmatched: Counter[str] = Counter()
    newest_first = sorted(routes, key=lambda each: each.version, reverse=True)
    for exchange in exchanges:
        if exchange.call.manner in _WRONG:
            continue
        operation = _operation(exchange, newest_first)
        if operation is None:
            unmatched[f"{exchange.call.method} {exchange.call.path}"] += 1
            continue
        name = key(operation.method, operation.path)
        before = found.get(name, Used())
        found[name] = Used(
            before.calls + 1,
            before.asked | asked(operation, exchange.call),
            before.meant | asked(operation, exchange.call, empty=False),
            before.answered | answered(operation, exchange.reply),
            before.filters | _filters(exchange.call),
        )
    return Usage(found, unmatched)


def narrow(diff: VersionDiff, used: Usage, told: str) -> VersionDiff:
    """Return the diff with only the rows that concern a client; `told` says whose traffic it was.

    What concerns it is a change of an operation that it calls, of a place that it asks with or is
    answered with, and whatever is newly required.
    """
    rows = (_narrowed(row, used) for row in diff.rows)
    return replace(
        diff,
        rows=tuple(row for row in rows if row),
        narrowed=f"{diff.narrowed}, {told}" if diff.narrowed else told,
    )


def lowest(used: Usage, specs: Mapping[ApiVersion, Spec]) -> Lowest:
    """Return the lowest version that a client can ask for, by what the documents say.

    An operation must be there. What is asked of it must have come by then: where a later document
    lacks it, daemons ignore it, which stops no client.
    """
    needs = [
        need for name, each in sorted(used.operations.items()) for need in _needs(specs, name, each)
    ]
    unknown = tuple(need for need in needs if not need.versions)
    known = [need for need in needs if need.versions]
    fitting = [v for v in sorted(specs) if all(_fits(need, v) for need in known)]
    if not fitting:
        last = min((max(need.versions) for need in known), default=None)
        first = max((min(need.versions) for need in known), default=None)
        torn = tuple(n for n in known if min(n.versions) == first or max(n.versions) == last)
        return Lowest(None, torn, unknown)
    version = fitting[0]
    below = max((v for v in specs if v < version), default=None)
    return Lowest(
        version, tuple(need for need in known if below and not _fits(need, below)), unknown
    )


def _fits(need: Need, version: ApiVersion) -> bool:
    return min(need.versions) <= version if need.place else version in need.versions


def _needs(specs: Mapping[ApiVersion, Spec], operation: str, used: Used) -> Iterator[Need]:
    """Yield the operation and what is asked of it, but not what just comes with another need."""
    found = history(specs, operation)
    known = {each.place: tuple(each.said) for each in found}
    shown = found[0].operation if found else operation
    told = {"": known.get("", ())}
    yield Need(shown, "", told[""])
    for place in sorted(used.meant):
        around = told.get(place.rpartition("/")[0])
        if place in known:
            told[place] = known[place]
            if known[place] != around:
                yield Need(shown, place, known[place])
        elif place.partition("/")[0] in {"query", "body"} and not _inside(place, known):
            yield Need(shown, place, ())


def _inside(place: str, known: Mapping[str, object]) -> bool:
    """Tell whether a place is in one that itself is unknown, which is told then, or has no form."""
    parent = place.rpartition("/")[0]
    return bool(parent) and parent not in known and parent != "query"


def _operation(exchange: Exchange, routes: Sequence[Routes]) -> Operation | None:
    call = exchange.call
    if call.operation:
        wanted = key(call.method, call.path)
        for each in routes:
            for operation in (*each.plain.values(), *(route.operation for route in each.routes)):
                if key(operation.method, operation.path) == wanted:
                    return operation
        return None
    for each in routes:
        found = each.find(call.method, call.path)
        if found is not None:
            return found[0]
    return None


def _filters(call: Call) -> frozenset[str]:
    texts = [value for name, value in call.query if name == "filters"]
    values = [value for text in texts for value in json_values(text.encode(errors="replace"))]
    return frozenset(key for value in values if isinstance(value, dict) for key in value)


def _narrowed(row: Row, used: Usage) -> Row | None:
    if row.change:
        reaches = tuple(reach for reach in row.change.reaches if _concerns(reach, row.change, used))
        return replace(row, change=replace(row.change, reaches=reaches)) if reaches else None
    wire = tuple(each for each in row.wire if _seen(each, used))
    if wire or any(_bears(each, used) for each in row.announcements):
        return replace(row, wire=wire)
    return None


def _bears(announcement: Announcement, used: Usage) -> bool:
    """Tell whether what no document shows concerns a client, as far as its places are known."""
    if _EVERY in announcement.operations:
        concerned = list(used.operations.values())
    else:
        keys = map(_key, announcement.operations)
        concerned = [used.operations[each] for each in keys if each in used.operations]
    if announcement.kind is Kind.FILTER_ADDED and announcement.places:
        return any(announcement.subject in each.filters for each in concerned)
    places = {place for each in concerned for place in each.meant | each.answered}
    return bool(concerned) and (
        not announcement.places
        or any(
            "/" not in pattern or fnmatchcase(place, pattern)
            for pattern in announcement.places
            for place in places
        )
    )


def _concerns(reach: Reach, change: Change, used: Usage) -> bool:
    each = used.operations.get(_key(reach.operation))
    if each is None:
        return False
    place = reach.place
    if place in _ANYWHERE or "/" not in place.removeprefix("path/"):
        # "path/id" and "200" concern whoever calls the operation; operationId nobody on the wire.
        return place != "operationId"
    if change.part is Part.REQUEST:
        parent = place.rpartition("/")[0]
        demanded = "required" in change.rule and (parent in {"query", "headers"} | each.asked)
        # A client that never means it gains nothing, but may send it in a form that is refused.
        sent = each.meant if change.level is Level.COMPATIBLE else each.asked
        return demanded or _touches(place, sent)
    return _touches(place, each.answered)


def _seen(change: WireChange, used: Usage) -> bool:
    each = used.operations.get(_key(change.operation))
    if each is None or (change.asked and not each.meant & {*change.asked}):
        # What only shows where something is asked with, a client that does not ask so never sees.
        return False
    return "/" not in change.place or _touches(change.place, each.answered)


def _touches(place: str, places: frozenset[str]) -> bool:
    return any(other == place or other.startswith(f"{place}/") for other in places)


def _key(operation: str) -> str:
    method, space, path = operation.partition(" ")
    return key(method, path) if space else operation
