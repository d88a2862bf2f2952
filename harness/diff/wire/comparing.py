"""Two traces held against each other, step by step."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import takewhile
from typing import TypeAlias

from harness.diff.wire.values import EMPTY, OR
from harness.model.wire import Aspect, Step, Trace, WireChange

_NOTHING = "nothing"
_NO_REPLY = "no reply"
_CALLED = "called"
_GRPC = re.compile(r"rpc error: code = \w+ desc = ")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_HOLLOW = frozenset({*EMPTY.values(), "null"})
_OF_THE_WORLD = frozenset({Aspect.VALUE, Aspect.MESSAGE, Aspect.EVENTS})
_FOLLOWING = frozenset(
    {
        *(Aspect.STATUS, Aspect.EVENTS, Aspect.TYPE, Aspect.VALUE),
        *(Aspect.PROPERTY_ADDED, Aspect.PROPERTY_REMOVED),
    }
)
_FEW = 3  # different values of a place that are told one by one
_LONG = 160  # characters of a list of messages


@dataclass(frozen=True, slots=True)
class _Cause:
    """What differences of several steps have in common.

    That is, of a place the types before and after, whatever values each step shows; of statuses,
    not what is said.
    """

    operation: str
    place: str
    aspect: Aspect
    old: str
    new: str


_Told: TypeAlias = tuple[str, str]
_Difference: TypeAlias = tuple[_Cause, _Told]


def compare(old: Trace, new: Trace) -> tuple[WireChange, ...]:
    """Return how two traces differ, each difference once with all steps that show it, sorted.

    Where the status of a step differs, all else follows from that and is not told; of what came or
    went, the outermost place is. After a step of a story that one side did and the other refused,
    or that both refused for other reasons, the two find different things: what they then tell of
    them is not told either. What generated calls come upon depends on what others left: of them,
    values, messages and events are not told. Steps that only one trace has are one change for each
    operation.
    """
    both, alone = aligned(old, new)
    found: defaultdict[_Cause, dict[str, _Told]] = defaultdict(dict)
    used: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    parted: set[str] = set()
    for one, other in both:
        used[one.operation][one.key] = frozenset(one.asked)
        for cause, told in _differences(one, other):
            chance = bool(one.sent) and cause.aspect in _OF_THE_WORLD
            if not chance and not (_story(one) in parted and cause.aspect in _FOLLOWING):
                found[cause][one.key] = told
        if not one.sent and _outcome(one) != _outcome(other):
            parted.add(_story(one))
    changes = [_change(cause, told, used[cause.operation]) for cause, told in found.items()]
    return tuple(sorted((*changes, *_alone(*alone)), key=_order))


def aligned(
    old: Trace, new: Trace
) -> tuple[tuple[tuple[Step, Step], ...], tuple[tuple[Step, ...], tuple[Step, ...]]]:
    """Return the steps of both traces that made the same call, and those that each has alone.

    Stories make the same calls in the same order; a generated call is known by what it sent.
    """
    was, now = (_by_call(each.steps) for each in (old, new))
    both = tuple((step, now[call]) for call, step in was.items() if call in now)
    alone = (
        tuple(step for call, step in was.items() if call not in now),
        tuple(step for call, step in now.items() if call not in was),
    )
    return both, alone


def _by_call(steps: Iterable[Step]) -> dict[tuple[str, str, int], Step]:
    times: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, str, int], Step] = {}
    for step in steps:
        call = step.operation, step.sent or step.key
        times[call] += 1
        found[*call, times[call]] = step
    return found


def types(text: str) -> frozenset[str]:
    """Return the JSON types that the text of a place names."""
    return frozenset(each.split(" ", 1)[0] for each in _QUOTED.sub('""', text).split(OR))


def _story(step: Step) -> str:
    return step.key.rpartition("/")[0]


def _outcome(step: Step) -> str:
    """Tell whether a step was done, or why it was not, in whatever words of the wire."""
    if 0 < step.status < HTTPStatus.BAD_REQUEST:
        return "done"
    return _GRPC.sub("", step.message)


def _differences(old: Step, new: Step) -> Iterator[_Difference]:
    operation, status = old.operation, str(new.status)

    def differs(place: str, aspect: Aspect, was: str, now: str) -> _Difference:
        return _Cause(operation, place, aspect, was, now), (was, now)

    if old.status != new.status:
        cause, _ = differs("", Aspect.STATUS, _status(old), _status(new))
        yield cause, (_said(old), _said(new))
        return
    yield from _of_places(old, new, "headers")
    other_type = old.media_type != new.media_type
    if other_type:
        was, now = old.media_type or _NOTHING, new.media_type or _NOTHING
        yield differs(status, Aspect.MEDIA_TYPE, was, now)
    if old.framing != new.framing:
        yield differs(f"{status}/body", Aspect.FRAMING, old.framing, new.framing)
        return
    if old.message != new.message:
        yield differs(status, Aspect.MESSAGE, old.message, new.message)
    if other_type and old.places.get("body") != new.places.get("body"):
        return
    if old.events != new.events:
        yield differs(f"{status}/body", Aspect.EVENTS, *_events(old.events, new.events))
    yield from _of_places(old, new, "body")


def _of_places(old: Step, new: Step, root: str) -> Iterator[_Difference]:
    covered: set[str] = set()
    for place in sorted(old.places.keys() | new.places.keys()):
        if place.split("/", 1)[0] != root or any(above in covered for above in _above(place)):
            continue
        was, now = old.places.get(place, ""), new.places.get(place, "")
        if was == now:
            continue
        if hollow(was) or hollow(now):
            covered.add(place)
        aspect = Aspect.HEADER if root == "headers" else _aspect(was, now)
        spot = f"{new.status}/{place}"
        yield _Cause(old.operation, spot, aspect, _typed(was), _typed(now)), (was, now)


def _above(place: str) -> Iterator[str]:
    while "/" in place:
        place = place.rpartition("/")[0]
        yield place


def hollow(text: str) -> bool:
    """Tell whether nothing can be below a place of this text, "" being one that is not there."""
    return not types(text) & EMPTY.keys() or set(text.split(OR)) <= _HOLLOW


def _aspect(old: str, new: str) -> Aspect:
    if not old:
        return Aspect.PROPERTY_ADDED
    if not new:
        return Aspect.PROPERTY_REMOVED
    return Aspect.VALUE if types(old) == types(new) else Aspect.TYPE


def _typed(text: str) -> str:
    return OR.join(sorted(types(text))) if text else ""


def _said(step: Step) -> str:
    return f"{_status(step)}: {step.message}" if step.message else _status(step)


def _status(step: Step) -> str:
    return str(step.status) if step.status else _NO_REPLY


def _events(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, str]:
    """Tell the messages that only one side has; where both have the same, those out of order."""
    was, now = (
        [each for each in dict.fromkeys(one) if each not in other]
        for one, other in ((old, new), (new, old))
    )
    if not was and not now:
        same = sum(
            1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False))
        )
        was, now = list(old[same:]), list(new[same:])
    return _listed(was), _listed(now)


def _listed(events: list[str]) -> str:
    text = ", ".join(events)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _change(
    cause: _Cause, told: Mapping[str, _Told], used: Mapping[str, frozenset[str]]
) -> WireChange:
    """Gather what the steps of one cause tell; `used` are the places that each step asked with."""
    said = sorted(set(told.values()))
    old, new = said[0] if len(said) == 1 else (cause.old, cause.new)
    if cause.aspect is Aspect.VALUE and len(said) <= _FEW:
        old, new = (OR.join(dict.fromkeys(side)) for side in zip(*said, strict=True))
    others = [places for key, places in used.items() if key not in told]
    common = frozenset[str].intersection(*(used[key] for key in told))
    # Where every call shows it, no place that one of them used is the reason.
    asked = common.difference(*others) if others else frozenset()
    return WireChange(
        aspect=cause.aspect,
        operation=cause.operation,
        place=cause.place,
        old=old,
        new=new,
        steps=tuple(told),
        asked=tuple(sorted(asked)),
    )


def _alone(old: Iterable[Step], new: Iterable[Step]) -> Iterator[WireChange]:
    """Yield the calls that were not made on both sides, by operation."""
    for steps, told in ((old, (_CALLED, "")), (new, ("", _CALLED))):
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for step in steps:
            keys[step.operation].append(step.key)
        for operation, of in keys.items():
            yield WireChange(Aspect.CALL, operation, "", *told, tuple(of))


def _order(change: WireChange) -> tuple[str, str, str, str, str, tuple[str, ...]]:
    place = change.operation, change.place, change.aspect.value
    return (*place, change.old, change.new, change.steps)
