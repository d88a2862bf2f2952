"""Rules on which values of a type are admitted: enumerations, defaults, patterns, limits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.diff.paper.rule import NARROWS, TELLS, WIDENS, Family, Told
from harness.diff.paper.words import said
from harness.model.change import Level
from harness.model.spec import Schema

_NO_LIMIT = float("inf")


def _enum(schema: Schema) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said(value) for value in schema.enum))


def _listed(schema: Schema) -> str:
    return ", ".join(_enum(schema))


def _value_added(old: Schema, new: Schema) -> Iterator[Told]:
    if old.enum and new.enum:
        before = _enum(old)
        yield from (Told("", value) for value in _enum(new) if value not in before)


def _value_removed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _value_added(new, old))


def _became_enum(old: Schema, new: Schema) -> Iterator[Told]:
    if new.enum and not old.enum:
        yield Told("", _listed(new))


def _enum_removed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _became_enum(new, old))


def _default_added(old: Schema, new: Schema) -> Iterator[Told]:
    if old.default is None and new.default is not None:
        yield Told("", said(new.default))


def _default_removed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _default_added(new, old))


def _default_changed(old: Schema, new: Schema) -> Iterator[Told]:
    if old.default is None or new.default is None:
        return
    before, after = said(old.default), said(new.default)
    if before != after:
        yield Told(before, after)


def _pattern_added(old: Schema, new: Schema) -> Iterator[Told]:
    if new.pattern and not old.pattern:
        yield Told("", new.pattern)


def _pattern_removed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _pattern_added(new, old))


def _pattern_changed(old: Schema, new: Schema) -> Iterator[Told]:
    if old.pattern and new.pattern and old.pattern != new.pattern:
        yield Told(old.pattern, new.pattern)


def _unique(old: Schema, new: Schema) -> Iterator[Told]:
    if new.unique_items and not old.unique_items:
        yield Told("", "each once")


def _not_unique(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _unique(new, old))


def _multiple_narrowed(old: Schema, new: Schema) -> Iterator[Told]:
    if new.multiple_of != old.multiple_of and new.multiple_of is not None:
        before = "" if old.multiple_of is None else said(old.multiple_of)
        if not _multiple(old.multiple_of, new.multiple_of):
            yield Told(before, said(new.multiple_of))


def _multiple_widened(old: Schema, new: Schema) -> Iterator[Told]:
    if old.multiple_of is not None and new.multiple_of != old.multiple_of:
        if new.multiple_of is None:
            yield Told(said(old.multiple_of), "")
        elif _multiple(old.multiple_of, new.multiple_of):
            yield Told(said(old.multiple_of), said(new.multiple_of))


def _multiple(number: float | None, base: float) -> bool:
    return number is not None and bool(base) and number % base == 0


@dataclass(frozen=True, slots=True)
class _Limit:
    """A limit of values: the field of a schema that has it, and the one that makes it exclusive."""

    id: str
    noun: str
    field: str
    upper: bool
    exclusive: str = ""

    def key(self, schema: Schema) -> tuple[float, int]:
        """Return what orders limits: no upper limit is the highest, no lower one the lowest."""
        value: float | None = getattr(schema, self.field)
        if value is None:
            return (_NO_LIMIT if self.upper else -_NO_LIMIT, 0)
        strict = bool(self.exclusive) and bool(getattr(schema, self.exclusive))
        return (value, (-1 if self.upper else 1) if strict else 0)

    def word(self, schema: Schema) -> str:
        value, strict = self.key(schema)
        if abs(value) == _NO_LIMIT:
            return ""
        return f"{value:g}, exclusive" if strict else f"{value:g}"

    def raised(self) -> Callable[[Schema, Schema], Iterator[Told]]:
        def find(old: Schema, new: Schema) -> Iterator[Told]:
            if self.key(new) > self.key(old):
                yield Told(self.word(old), self.word(new))

        return find

    def lowered(self) -> Callable[[Schema, Schema], Iterator[Told]]:
        def find(old: Schema, new: Schema) -> Iterator[Told]:
            if self.key(new) < self.key(old):
                yield Told(self.word(old), self.word(new))

        return find

    def families(self) -> Iterator[Family]:
        """Yield the two rules of a limit; one that is set or gone is told by them too."""
        more, less = (WIDENS, NARROWS) if self.upper else (NARROWS, WIDENS)
        ends = ("is gone or higher", "is new or lower")
        high, low = ends if self.upper else ("is new or higher", "is gone or lower")
        yield Family(f"{self.id}-raised", f"{self.noun} of {{}} {high}.", *more, self.raised())
        yield Family(f"{self.id}-lowered", f"{self.noun} of {{}} {low}.", *less, self.lowered())


_LIMITS = (
    _Limit("max", "The highest value", "maximum", upper=True, exclusive="exclusive_maximum"),
    _Limit("min", "The lowest value", "minimum", upper=False, exclusive="exclusive_minimum"),
    _Limit("max-length", "The greatest length", "max_length", upper=True),
    _Limit("min-length", "The least length", "min_length", upper=False),
    _Limit("max-items", "The greatest number of elements", "max_items", upper=True),
    _Limit("min-items", "The least number of elements", "min_items", upper=False),
)
_OBJECT_LIMITS = (
    _Limit("max-properties", "The greatest number of properties", "max_properties", upper=True),
    _Limit("min-properties", "The least number of properties", "min_properties", upper=False),
)
CONSTRAINTS = (
    Family("enum-value-added", "One more value is listed for {}.", *WIDENS, _value_added),
    Family("enum-value-removed", "A value is no longer listed for {}.", *NARROWS, _value_removed),
    Family(
        "became-enum", "The values of {} are listed, and were not before.", *NARROWS, _became_enum
    ),
    Family("enum-removed", "The values of {} are no longer listed.", *WIDENS, _enum_removed),
    Family(
        "default-changed",
        "The default of {} is another one.",
        Level.RISKY,
        Level.COMPATIBLE,
        _default_changed,
    ),
    Family(
        "default-added", "The default of {} is told, and was not before.", *TELLS, _default_added
    ),
    Family("default-removed", "The default of {} is no longer told.", *TELLS, _default_removed),
    Family(
        "pattern-changed",
        "The pattern of {} is another one.",
        Level.RISKY,
        Level.RISKY,
        _pattern_changed,
    ),
    Family(
        "pattern-added", "There is a pattern for {}.", Level.RISKY, Level.COMPATIBLE, _pattern_added
    ),
    Family("pattern-removed", "There is no longer a pattern for {}.", *WIDENS, _pattern_removed),
    *(family for limit in _LIMITS for family in limit.families()),
    Family(
        "multiple-narrowed",
        "The number that {} is a multiple of is new or another one.",
        *NARROWS,
        _multiple_narrowed,
    ),
    Family(
        "multiple-widened",
        "The number that {} is a multiple of is gone or divides the former.",
        *WIDENS,
        _multiple_widened,
    ),
    Family("became-unique", "Elements of {} may no longer come twice.", *NARROWS, _unique),
    Family("became-not-unique", "Elements of {} may come twice.", *WIDENS, _not_unique),
)
OBJECT_LIMITS = tuple(family for limit in _OBJECT_LIMITS for family in limit.families())
