"""Two documents compared: operation by operation, and what several share told once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from harness.diff.paper.operations import EXISTENCE, OPERATIONS, blanked
from harness.diff.paper.parameters import BODIES, PARAMETERS, Input, pairs
from harness.diff.paper.replies import HEADERS, REPLIES, Header, Reply, header_pairs
from harness.diff.paper.rule import (
    HEADER,
    PARAMETER,
    REPLY_BODY,
    REQUEST_BODY,
    Found,
    lowered,
    told,
)
from harness.diff.paper.values import Values
from harness.model.change import Change, Reach
from harness.model.profiles import profile
from harness.model.spec import Operation, Spec
from harness.specs.node import escape

_LOCATIONS = {"header": "headers"}
# What two parameters must have alike for no rule on the parameter itself to have anything to tell.
_said = attrgetter("name", "location", "required", "collection_format", "empty_allowed")


def compare(old: Spec, new: Spec) -> tuple[Change, ...]:
    """Return what changed from one document to another, sorted by where it is, then by rule."""
    by_cause: defaultdict[tuple[str, ...], list[_Seen]] = defaultdict(list)
    for seen in _compared(old, new):
        by_cause[seen.cause].append(seen)
    changes = map(_change, by_cause.values())
    return tuple(sorted(changes, key=lambda each: (each.reaches, each.rule, each.old, each.new)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A change at one place of one operation, which is of an area."""

    operation: str
    area: str
    found: Found

    @property
    def cause(self) -> tuple[str, ...]:
        """Return what is alike where several places show one change of a shared definition."""
        found = self.found
        alike = (found.rule.id, found.old, found.new, found.definition)
        return (*alike, found.within) if found.definition else (*alike, self.operation, found.place)


def _change(seen: list[_Seen]) -> Change:
    found = seen[0].found
    return Change(
        rule=found.rule.id,
        level=found.rule.level,
        part=found.rule.part,
        reaches=tuple(sorted({Reach(each.operation, each.found.place) for each in seen})),
        old=found.old,
        new=found.new,
        definition=found.definition,
        within=found.within,
        areas=tuple(sorted({each.area for each in seen})),
    )


def _compared(old: Spec, new: Spec) -> Iterator[_Seen]:
    values = Values(old.definitions, new.definitions)
    for before, after in _pairs(old, new):
        shown = after or before
        if shown is not None:
            area = profile(shown.tags or (before.tags if before else ()))
            for found in _operation(values, before, after):
                yield _Seen(f"{shown.method} {shown.path}", area, found)


def _pairs(old: Spec, new: Spec) -> Iterator[tuple[Operation | None, Operation | None]]:
    """Yield operations of one method and path side by side, whatever their variables are called."""
    before, after = _by_path(old), _by_path(new)
    for key in before.keys() & after.keys():
        yield before.pop(key), after.pop(key)
    alike = {(method, blanked(path)): (method, path) for method, path in after}
    for (method, path), operation in before.items():
        partner = alike.pop((method, blanked(path)), None)
        yield operation, after.pop(partner) if partner else None
    yield from ((None, operation) for operation in after.values())


def _by_path(spec: Spec) -> dict[tuple[str, str], Operation]:
    return {(each.method, each.path): each for each in spec.operations.values()}


def _operation(values: Values, old: Operation | None, new: Operation | None) -> Iterator[Found]:
    yield from told(EXISTENCE, old, new)
    if old is None or new is None:
        return
    yield from told(OPERATIONS, old, new)
    for one, other in pairs(old, new):
        yield from lowered(_place(one, other), _parameter(values, one, other))
    yield from lowered("body", _body(values, old.body, new.body))
    for status in sorted(old.responses.keys() | new.responses.keys()):
        replies = old.responses.get(status), new.responses.get(status)
        yield from lowered(str(status or "default"), _reply(values, *replies))


def _place(old: Input, new: Input) -> str:
    shown = new or old
    return f"{_LOCATIONS.get(shown.location, shown.location)}/{escape(shown.name)}" if shown else ""


def _parameter(values: Values, old: Input, new: Input) -> Iterator[Found]:
    if old is None or new is None or _said(old) != _said(new):
        yield from told(PARAMETERS, old, new)
    if old and new:
        yield from values.compare(PARAMETER, old.schema, new.schema)


def _body(values: Values, old: Input, new: Input) -> Iterator[Found]:
    yield from told(BODIES, old, new)
    if old and new:
        yield from values.compare(REQUEST_BODY, old.schema, new.schema)


def _reply(values: Values, old: Reply, new: Reply) -> Iterator[Found]:
    yield from told(REPLIES, old, new)
    if old is None or new is None:
        return
    if old.schema and new.schema:
        yield from lowered("/body", values.compare(REPLY_BODY, old.schema, new.schema))
    for one, other in header_pairs(old, new):
        shown = other or one
        if shown:
            yield from lowered(f"/headers/{escape(shown[0])}", _header(values, one, other))


def _header(values: Values, old: Header, new: Header) -> Iterator[Found]:
    yield from told(HEADERS, old, new)
    if old and new:
        yield from values.compare(HEADER, old[1], new[1])
