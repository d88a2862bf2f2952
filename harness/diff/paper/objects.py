"""Rules on objects: properties that come and go, maps, and what is said of an object as a whole."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from harness.diff.paper.rule import NARROWS, TELLS, Family, PaperRule, Told, ValueRule
from harness.diff.paper.words import describe
from harness.model.change import Level, Part
from harness.model.spec import Schema
from harness.specs.node import escape

Find: TypeAlias = Callable[[Schema, Schema], Iterator[Told]]

_REQUIRED, _ALWAYS = "required", "always sent"


def recased(old: Schema, new: Schema) -> dict[str, str]:
    """Return the properties that differ in letter case alone: new names by old ones."""
    gone = [name for name in old.properties if name not in new.properties]
    if not gone:
        return {}
    come = {name.casefold(): name for name in new.properties if name not in old.properties}
    return {name: come[name.casefold()] for name in gone if name.casefold() in come}


def free(schema: Schema) -> bool:
    """Tell whether an object is a map: no names are told, and what all values are is."""
    return bool(schema.additional) and not schema.properties


def _added(old: Schema, new: Schema) -> Iterator[str]:
    """Yield the properties that only the newer document has, but for those of a former map."""
    if free(old) and not new.additional:
        return
    case = recased(old, new).values()
    for name in new.properties:
        if name not in old.properties and name not in case:
            yield name


def _property_added(old: Schema, new: Schema) -> Iterator[Told]:
    for name in _added(old, new):
        if name not in new.required:
            yield _place(name, "", describe(new.properties[name]))


def _required_added(old: Schema, new: Schema) -> Iterator[Told]:
    for name in _added(old, new):
        if name in new.required:
            yield _place(name, "", describe(new.properties[name]))


def _reply_property_added(old: Schema, new: Schema) -> Iterator[Told]:
    for name in _added(old, new):
        yield _place(name, "", describe(new.properties[name]))


def _property_removed(old: Schema, new: Schema) -> Iterator[Told]:
    for name in _added(new, old):
        yield _place(name, describe(old.properties[name]), "")


def _letter_case(old: Schema, new: Schema) -> Iterator[Told]:
    for before, after in recased(old, new).items():
        yield _place(after, before, after)


def _became_required(old: Schema, new: Schema, *, word: str = _REQUIRED) -> Iterator[Told]:
    names = {after: before for before, after in recased(old, new).items()}
    for name in new.properties:
        before = names.get(name, name)
        if before in old.properties and name in new.required and before not in old.required:
            yield _place(name, f"not {word}", word)


def _became_optional(old: Schema, new: Schema, *, word: str = _REQUIRED) -> Iterator[Told]:
    names = {after: before for before, after in recased(old, new).items()}
    for name in new.properties:
        before = names.get(name, name)
        if before in old.properties and before in old.required and name not in new.required:
            yield _place(name, word, f"not {word}")


def _promised(old: Schema, new: Schema) -> Iterator[Told]:
    yield from _became_required(old, new, word=_ALWAYS)


def _not_promised(old: Schema, new: Schema) -> Iterator[Told]:
    yield from _became_optional(old, new, word=_ALWAYS)


def _place(name: str, old: str, new: str) -> Told:
    return Told(old, new, f"/{escape(name)}")


def _became_map(old: Schema, new: Schema) -> Iterator[Told]:
    if new.additional and not old.additional:
        yield Told(_shape(old), _shape(new))


def _no_longer_map(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, told.old) for told in _became_map(new, old))


def _shape(schema: Schema) -> str:
    named = f"object with {', '.join(sorted(schema.properties))}" if schema.properties else ""
    free_part = f"map of {describe(schema.additional)}" if schema.additional else ""
    return " and ".join(each for each in (named, free_part) if each) or "object"


def _closed(old: Schema, new: Schema) -> Iterator[Told]:
    if new.closed and not old.closed:
        yield Told("", "no other properties")


def _opened(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _closed(new, old))


def _read_only(old: Schema, new: Schema) -> Iterator[Told]:
    if new.read_only and not old.read_only:
        yield Told("", "read only")


def _not_read_only(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _read_only(new, old))


def _discriminator_added(old: Schema, new: Schema) -> Iterator[Told]:
    if new.discriminator and not old.discriminator:
        yield Told("", new.discriminator)


def _discriminator_removed(old: Schema, new: Schema) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _discriminator_added(new, old))


def _discriminator_changed(old: Schema, new: Schema) -> Iterator[Told]:
    if old.discriminator and new.discriminator and old.discriminator != new.discriminator:
        yield Told(old.discriminator, new.discriminator)


_RISKS = (Level.RISKY, Level.RISKY)
OBJECTS = (
    Family(
        "became-map", "The other properties of {} are those of a map now.", *_RISKS, _became_map
    ),
    Family(
        "no-longer-map",
        "The other properties of {} are no longer those of a map.",
        *_RISKS,
        _no_longer_map,
    ),
    Family("closed", "Only the named properties of {} may be there.", *NARROWS, _closed),
    Family("opened", "Other properties of {} than the named ones may be there.", *TELLS, _opened),
    Family(
        "became-read-only",
        "What is sent for {} no longer counts.",
        Level.RISKY,
        Level.COMPATIBLE,
        _read_only,
    ),
    Family("became-not-read-only", "What is sent for {} counts now.", *TELLS, _not_read_only),
    Family(
        "discriminator-added", "A property tells of which kind {} is.", *TELLS, _discriminator_added
    ),
    Family(
        "discriminator-removed",
        "No property tells any longer of which kind {} is.",
        *TELLS,
        _discriminator_removed,
    ),
    Family(
        "discriminator-changed",
        "Another property tells of which kind {} is.",
        *TELLS,
        _discriminator_changed,
    ),
)


def _rule(part: Part, what: str, level: Level, summary: str, find: Find) -> ValueRule:
    return PaperRule(f"{part}-property-{what}", level, part, summary, find)


# The open rules: a daemon must ignore what it does not know, and a client what it did not expect.
PROPERTIES: Mapping[Part, tuple[ValueRule, ...]] = MappingProxyType(
    {
        Part.REQUEST: (
            _rule(
                Part.REQUEST,
                "added",
                Level.COMPATIBLE,
                "A property may be sent that was not known.",
                _property_added,
            ),
            _rule(
                Part.REQUEST,
                "required-added",
                Level.BREAKING,
                "A property must be sent that was not known.",
                _required_added,
            ),
            _rule(
                Part.REQUEST,
                "removed",
                Level.RISKY,
                "A property is no longer known: daemons ignore it without a word.",
                _property_removed,
            ),
            _rule(
                Part.REQUEST,
                "became-required",
                Level.BREAKING,
                "A property must be sent that could be left out.",
                _became_required,
            ),
            _rule(
                Part.REQUEST,
                "became-optional",
                Level.COMPATIBLE,
                "A property may be left out that had to be sent.",
                _became_optional,
            ),
            _rule(
                Part.REQUEST,
                "letter-case",
                Level.RISKY,
                "The name of a property that is sent differs in letter case.",
                _letter_case,
            ),
        ),
        Part.REPLY: (
            _rule(
                Part.REPLY,
                "added",
                Level.COMPATIBLE,
                "A reply may have a property that it had not.",
                _reply_property_added,
            ),
            _rule(
                Part.REPLY,
                "removed",
                Level.BREAKING,
                "A reply no longer has a property.",
                _property_removed,
            ),
            _rule(
                Part.REPLY,
                "became-optional",
                Level.RISKY,
                "A property is not always sent any longer.",
                _not_promised,
            ),
            _rule(
                Part.REPLY,
                "became-required",
                Level.COMPATIBLE,
                "A property is always sent, and was not before.",
                _promised,
            ),
            _rule(
                Part.REPLY,
                "letter-case",
                Level.BREAKING,
                "The name of a property of a reply differs in letter case.",
                _letter_case,
            ),
        ),
    }
)
