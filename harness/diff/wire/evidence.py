"""What two traces show of a place of an operation: a difference, none, or nothing at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeAlias

from harness.diff.correcting import named
from harness.diff.wire.comparing import aligned, hollow
from harness.model.version_diff import Observed
from harness.model.wire import Aspect, Step, Trace, WireChange

Found: TypeAlias = tuple[Observed, tuple[WireChange, ...]]

UNTRIED: Found = (Observed.UNTRIED, ())
NOT_SEEN: Found = (Observed.NOT_SEEN, ())

_NO_ROUTE = frozenset({404, 405, 501})
_PAGE = frozenset({"", "page not found"})  # what a daemon says of a path that it does not serve
_CAME = frozenset({Aspect.PROPERTY_ADDED, Aspect.HEADER})
_WENT = frozenset({Aspect.PROPERTY_REMOVED, Aspect.HEADER})
_VALUES = frozenset({Aspect.VALUE, Aspect.TYPE})
_KINDS = frozenset({Aspect.TYPE, Aspect.MEDIA_TYPE})  # plain text that becomes JSON
_OF_REPLIES = frozenset({Aspect.MEDIA_TYPE, Aspect.HEADER, Aspect.CALL})


@dataclass
class _Operation:
    """What both sides show of one operation: the keys of its steps by the places they ask with."""

    pairs: list[tuple[Step, Step]] = field(default_factory=list)
    changes: list[WireChange] = field(default_factory=list)
    users: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shown: set[str] = field(default_factory=set)  # by both sides of some pair, without letter case
    media: set[str] = field(default_factory=set)

    def add(self, old: Step, new: Step) -> None:
        self.pairs.append((old, new))
        for place in old.asked:
            for part in _parts(place.casefold()):
                self.users[part].add(old.key)
        if old.status != new.status:
            return
        self.shown |= {str(old.status)}
        both = old.places.keys() & new.places.keys()
        if old.message and new.message:
            both = {*both, "body", "body/message"}
        self.shown |= {f"{old.status}/{place}".casefold() for place in both}
        if old.media_type == new.media_type:
            self.media.add(old.media_type)


@dataclass
class Evidence:
    """Two traces and how they differ, asked place by place."""

    old: Trace
    new: Trace
    changes: tuple[WireChange, ...]
    _operations: dict[str, _Operation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for step, other in aligned(self.old, self.new)[0]:
            self._of(step.operation).add(step, other)
        for change in self.changes:
            self._of(change.operation).changes.append(change)

    def operations(self) -> tuple[str, ...]:
        """Return the operations that both sides called, without the names of variables."""
        return tuple(name for name, each in self._operations.items() if each.pairs)

    def served(self, operation: str, *, added: bool) -> Found:
        """Tell whether an operation came or went: whether a daemon serves its path."""
        known = self._tried(operation)
        if not known:
            return UNTRIED
        before = any(_is_served(old) for old, _ in known.pairs)
        after = any(_is_served(new) for _, new in known.pairs)
        if before == after or before is added:
            return NOT_SEEN
        return _seen(change for change in known.changes if change.aspect is Aspect.STATUS)

    def request(self, operation: str, place: str, rule: str, *, gated: bool) -> Found:
        """Tell whether a place of the request, "query/all" or "body/HostConfig", matters.

        All steps that show a difference must have used it, and half of those that used it must show
        one; where it is known to be `gated`, some that used it are enough.
        """
        known = self._tried(operation)
        if not known:
            return UNTRIED
        users = known.users.get(place.casefold(), set())
        if rule.endswith(("-became-required", "-required-added")):
            return _lacking(known, users, place)
        if not users:
            return UNTRIED
        # Where every call used it, nothing tells whether it is the reason.
        changes = known.changes if len(users) < len(known.pairs) else []
        due = [change for change in changes if _is_due(change, place, users, gated=gated)]
        return _seen([*due, *self._elsewhere(place, users, gated=gated)])

    def reply(self, operation: str, place: str, rule: str) -> Found:
        """Tell whether a place of replies, "404" or "200/body/Id", shows a change by a rule."""
        known = self._tried(operation)
        if not known:
            return UNTRIED
        status, _, rest = place.partition("/")
        if not rest and "status" in rule:
            return _status(known, status, added=rule.endswith("-added"))
        place = _as_answered(known, status, rest)
        found = _seen(change for change in known.changes if _shows(change, place, rule))
        if found[1] or place.casefold() in known.shown:
            return found
        return UNTRIED

    def media_type(self, operation: str, patterns: Iterable[str] = ("",)) -> Found:
        """Tell whether the media type of some replies, by statuses or patterns of them, changed."""
        known = self._tried(operation)
        if not known:
            return UNTRIED
        wanted = tuple(patterns)
        return _seen(
            change
            for change in known.changes
            if change.aspect is Aspect.MEDIA_TYPE
            and any(not each or fnmatchcase(change.place, each) for each in wanted)
        )

    def matching(self, operation: str, pattern: str) -> Found:
        """Tell what is seen of places of replies that fit a pattern in the manner of fnmatch."""
        known = self._tried(operation)
        if not known:
            return UNTRIED
        found = _seen(
            change
            for change in known.changes
            if any(fnmatchcase(spot, pattern) or _above(spot, pattern) for spot in spots(change))
        )
        low = pattern.casefold()
        return found if found[1] or any(fnmatchcase(one, low) for one in known.shown) else UNTRIED

    def whole(self, operation: str) -> Found:
        """Tell what is seen of an operation, at whatever place."""
        known = self._tried(operation)
        if not known:
            return UNTRIED
        return _seen(known.changes)

    def _tried(self, operation: str) -> _Operation | None:
        known = self._operations.get(named(operation))
        return known if known and known.pairs else None

    def _of(self, operation: str) -> _Operation:
        return self._operations.setdefault(named(operation), _Operation())

    def _elsewhere(self, place: str, users: set[str], *, gated: bool) -> Iterator[WireChange]:
        """Yield what other operations tell of a property that steps of the same story sent.

        That is its value; and, where it is known to be `gated`, whether they succeed, if it is only
        in stories that sent it that they do so on one side alone.
        """
        root, _, path = place.partition("/")
        if root != "body" or not path:
            return
        stories = {_story(key) for key in users}
        for change in self.changes:
            told = {_story(key) for key in change.steps}
            if gated and change.aspect is Aspect.STATUS and told <= stories:
                yield change
            of_body = change.place.partition("/")[2].startswith("body/")
            if change.aspect in _VALUES and of_body and change.place.endswith(f"/{path}"):
                yield from (change,) if told & stories else ()


def spots(change: WireChange) -> tuple[str, ...]:
    """Return the places of documents that a difference on the wire bears on."""
    match change.aspect:
        case Aspect.STATUS:
            return tuple(text.partition(":")[0] for text in (change.old, change.new))
        case Aspect.MEDIA_TYPE:
            return (change.place, f"{change.place}/body", "produces")
        case Aspect.MESSAGE:
            return (change.place, f"{change.place}/body")
        case _:
            return (change.place,)


def _seen(changes: Iterable[WireChange]) -> Found:
    """Return that these are seen, or that nothing is; what only one side was asked is no sight."""
    found = tuple({id(each): each for each in changes if each.aspect is not Aspect.CALL}.values())
    return (Observed.SEEN, found) if found else NOT_SEEN


def _is_served(step: Step) -> bool:
    return not (step.status in _NO_ROUTE and step.message in _PAGE)


def _lacking(known: _Operation, users: set[str], place: str) -> Found:
    """Tell whether calls that lack a place are refused by one side alone."""
    parent = place.casefold().rpartition("/")[0]
    inside = "/" in parent or (parent == "body" and place != "body")
    all_keys = known.users.get(parent, set()) if inside else {old.key for old, _ in known.pairs}
    lacking = all_keys - users
    if not lacking:
        return UNTRIED
    return _seen(
        change
        for change in known.changes
        if change.aspect is Aspect.STATUS and set(change.steps) <= lacking
    )


def _is_due(change: WireChange, place: str, users: set[str], *, gated: bool) -> bool:
    """Tell whether a place of the request may be the reason of a difference."""
    steps = set(change.steps)
    if change.aspect in _OF_REPLIES:
        return False
    if gated:
        return bool(steps & users)
    if change.asked:
        return place.casefold() in {each.casefold() for each in change.asked}
    return steps <= users and 2 * len(steps) >= len(users)


def _status(known: _Operation, status: str, *, added: bool) -> Found:
    """Tell whether a status came or went."""
    seen = [
        change
        for change in known.changes
        if change.aspect is Aspect.STATUS and spots(change)[added] == status
    ]
    if seen:
        return _seen(seen)
    return NOT_SEEN if status in known.shown else UNTRIED


def _as_answered(known: _Operation, status: str, rest: str) -> str:
    """Return the place in replies; of successes with another status, where none has this one."""
    if status.startswith("2") and status not in known.shown:
        others = sorted(each for each in known.shown if len(each) == 3 and each[0] == "2")  # noqa: PLR2004 - a status alone
        status = others[0] if others else status
    return f"{status}/{rest}" if rest else status


def _shows(change: WireChange, place: str, rule: str) -> bool:
    """Tell whether a difference at or above a place is what a rule tells."""
    mine, other = place.casefold(), [spot.casefold() for spot in spots(change)]
    at = mine in other
    return (at or any(_above(spot, mine) for spot in other)) and _tells(change, rule, at=at)


def _tells(change: WireChange, rule: str, *, at: bool) -> bool:
    """Tell whether a difference, at a place or above it, is of the sort that a rule tells."""
    of_values = "value" in rule or "default" in rule
    if rule.endswith("-added") and not of_values:
        fits = (change.aspect in _CAME and not change.old) or _filled(change)
    elif rule.endswith("-removed") and not of_values:
        fits = (change.aspect in _WENT and not change.new) or _emptied(change)
    elif "media-type" in rule:
        fits = change.aspect is Aspect.MEDIA_TYPE
    elif any(word in rule for word in ("letter-case", "required", "optional")):
        fits = change.aspect in _CAME | _WENT
    elif any(word in rule for word in ("-type-", "nullable", "map")):
        fits = at and change.aspect in _KINDS
    else:
        fits = at and change.aspect in _VALUES
    return fits


def _filled(change: WireChange) -> bool:
    return change.aspect in _VALUES and hollow(change.old) and not hollow(change.new)


def _emptied(change: WireChange) -> bool:
    return change.aspect in _VALUES and hollow(change.new) and not hollow(change.old)


def _above(spot: str, place: str) -> bool:
    """Tell whether a place is inside of another that is more than a status."""
    return "/body/" in spot and place.startswith(f"{spot}/")


def _parts(place: str) -> Iterator[str]:
    """Yield a place of the request and all that it stands in."""
    while "/" in place:
        yield place
        place = place.rpartition("/")[0]
    if place == "body":
        yield place


def _story(key: str) -> str:
    return key.rpartition("/")[0]
