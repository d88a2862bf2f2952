"""Rules on the type of a value: its JSON type, its format, whether it may be null."""

from collections.abc import Iterator
from types import MappingProxyType

from harness.diff.paper.rule import NARROWS, WIDENS, Family, Told
from harness.diff.paper.words import describe, nullable, types_of
from harness.model.change import Level
from harness.model.spec import Schema

_HOLDS = MappingProxyType(
    {
        "int64": frozenset({"int32", "int16", "int8", "uint32", "uint16", "uint8"}),
        "int32": frozenset({"int16", "int8", "uint16", "uint8"}),
        "int16": frozenset({"int8", "uint8"}),
        "uint64": frozenset({"uint32", "uint16", "uint8"}),
        "uint32": frozenset({"uint16", "uint8"}),
        "uint16": frozenset({"uint8"}),
        "double": frozenset({"float"}),
    }
)
# The documents write the second for the first.
_SAME = MappingProxyType({"dateTime": "date-time"})


def same_types(old: Schema, new: Schema) -> bool:
    """Tell whether both say the same of the type, so that what they say beyond it compares."""
    alike = bool(old.types) and old.types == new.types
    return alike or types_of(old) == types_of(new)


def _types(old: Schema, new: Schema) -> Iterator[Told]:
    yield Told(describe(old), describe(new))


def _told(old: Schema, new: Schema) -> Iterator[Told]:
    if not types_of(old) and types_of(new):
        yield from _types(old, new)


def _untold(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, told.old) for told in _told(new, old))


def _generalized(old: Schema, new: Schema) -> Iterator[Told]:
    before, after = types_of(old), types_of(new)
    if before and before != after and _covered(before, after):
        yield from _types(old, new)


def _specialized(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, told.old) for told in _generalized(new, old))


def _changed(old: Schema, new: Schema) -> Iterator[Told]:
    before, after = types_of(old), types_of(new)
    if before and after and not _covered(before, after) and not _covered(after, before):
        yield from _types(old, new)


def _covered(some: frozenset[str], more: frozenset[str]) -> bool:
    return all(kind in more or (kind == "integer" and "number" in more) for kind in some)


def _format(schema: Schema) -> str:
    return _SAME.get(schema.format, schema.format)


def _format_widened(old: Schema, new: Schema) -> Iterator[Told]:
    before, after = _format(old), _format(new)
    if before and before != after and (not after or before in _HOLDS.get(after, ())):
        yield Told(before, after)


def _format_narrowed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, told.old) for told in _format_widened(new, old))


def _format_changed(old: Schema, new: Schema) -> Iterator[Told]:
    before, after = _format(old), _format(new)
    if before and after and before != after:
        held = before in _HOLDS.get(after, ()) or after in _HOLDS.get(before, ())
        if not held:
            yield Told(before, after)


def _became_nullable(old: Schema, new: Schema) -> Iterator[Told]:
    if nullable(new) and not nullable(old):
        yield Told("", "null")


def _became_not_nullable(old: Schema, new: Schema) -> Iterator[Told]:
    if nullable(old) and not nullable(new):
        yield Told("null", "")


TYPES = (
    Family(
        "type-changed",
        "The type of {} is another one.",
        Level.BREAKING,
        Level.BREAKING,
        _changed,
    ),
    Family("type-generalized", "The type of {} holds more than before.", *WIDENS, _generalized),
    Family("type-specialized", "The type of {} holds less than before.", *NARROWS, _specialized),
    Family(
        "type-told",
        "The type of {} is told, and was not before.",
        Level.RISKY,
        Level.COMPATIBLE,
        _told,
    ),
    Family("type-untold", "The type of {} is no longer told.", *WIDENS, _untold),
)
FORMATS = (
    Family(
        "format-changed",
        "The format of {} is another one.",
        Level.RISKY,
        Level.RISKY,
        _format_changed,
    ),
    Family(
        "format-widened",
        "The format of {} holds more than before, or is no longer told.",
        *WIDENS,
        _format_widened,
    ),
    Family(
        "format-narrowed",
        "The format of {} holds less than before, or is told now.",
        Level.RISKY,
        Level.COMPATIBLE,
        _format_narrowed,
    ),
)
NULLS = (
    Family("became-nullable", "Null may now stand for {}.", *WIDENS, _became_nullable),
    Family("became-not-nullable", "Null no longer stands for {}.", *NARROWS, _became_not_nullable),
)
