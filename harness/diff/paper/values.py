"""Two schemas of one value, compared place by place with all that they hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import TypeAlias

from harness.diff.paper.constraints import CONSTRAINTS, OBJECT_LIMITS
from harness.diff.paper.objects import OBJECTS, PROPERTIES, recased
from harness.diff.paper.rule import (
    REPLY_BODY,
    REPLY_PROPERTY,
    REQUEST_BODY,
    REQUEST_PROPERTY,
    SCOPES,
    Found,
    Scope,
    ValueRule,
    lowered,
    told,
)
from harness.diff.paper.types import FORMATS, NULLS, TYPES, same_types
from harness.model.change import Part
from harness.model.spec import Schema
from harness.specs.node import escape

_ANYTHING = Schema(pointer="")
_BELOW = MappingProxyType({REQUEST_BODY: REQUEST_PROPERTY, REPLY_BODY: REPLY_PROPERTY})
_ANY_VALUE = (*NULLS, *FORMATS, *CONSTRAINTS)
_STRUCTURED = (*_ANY_VALUE, *OBJECT_LIMITS, *OBJECTS)

TYPE_RULES: Mapping[Scope, tuple[ValueRule, ...]] = MappingProxyType(
    {scope: tuple(family.rule(scope) for family in TYPES) for scope in SCOPES}
)
FACT_RULES: Mapping[Scope, tuple[ValueRule, ...]] = MappingProxyType(
    {
        scope: tuple(
            family.rule(scope) for family in (_STRUCTURED if scope.structured else _ANY_VALUE)
        )
        for scope in SCOPES
    }
)
# What two schemas must have alike for no rule on the value itself to have anything to tell.
_plain_facts = attrgetter(
    *("types", "format", "nullable", "minimum", "maximum", "pattern"),
    *("exclusive_minimum", "exclusive_maximum", "multiple_of", "min_length", "max_length"),
    *("min_items", "max_items", "unique_items", "min_properties", "max_properties"),
    *("closed", "read_only", "discriminator"),
)


# The identities of two schemas, in a scope.
_Both: TypeAlias = tuple[int, int]
_Key: TypeAlias = tuple[str, _Both]
# Of definitions that hold one another there is no end of places: what holds more than so many
# findings is told of at one place of each value.
_MANY = 20


@dataclass(slots=True)
class Values:
    """The comparing of the values of two documents, which remembers what it has compared.

    A definition that stands inside itself is not compared there once more.
    """

    old_definitions: Mapping[str, Schema]
    new_definitions: Mapping[str, Schema]
    _known: dict[_Key, tuple[Found, ...]] = field(default_factory=dict)
    _open: set[_Both] = field(default_factory=set)
    _partly_known: dict[_Key, tuple[Found, ...]] = field(default_factory=dict)
    _cuts: int = 0

    def compare(self, scope: Scope, old: Schema, new: Schema) -> tuple[Found, ...]:
        """Return what differs between two schemas of one value, by place below it."""
        self._partly_known.clear()
        return tuple(map(_settled, self._compare(scope, old, new)))

    def _compare(self, scope: Scope, old: Schema, new: Schema) -> tuple[Found, ...]:
        old, new = _whole(old, self.old_definitions), _whole(new, self.new_definitions)
        both = (id(old), id(new))
        key = (scope.id, both)
        if key in self._known:
            return self._known[key]
        if both in self._open or key in self._partly_known:
            self._cuts += 1
            return self._partly_known.get(key, ())
        cuts = self._cuts
        self._open.add(both)
        found = tuple(_anchored(each, old, new) for each in self._differences(scope, old, new))
        self._open.remove(both)
        if cuts == self._cuts:
            self._known[key] = found
        else:
            # What was open cannot be in it, so it holds for this value alone.
            self._partly_known[key] = found if len(found) <= _MANY else ()
        return found

    def _differences(self, scope: Scope, old: Schema, new: Schema) -> Iterator[Found]:
        if scope.part is Part.REQUEST and old.read_only and new.read_only:
            return  # what no client sends
        if not same_types(old, new):
            yield from told(TYPE_RULES[scope], old, new)
            return
        if _facts(old) != _facts(new):
            yield from told(FACT_RULES[scope], old, new)
        below = _BELOW.get(scope, scope)
        if old.items or new.items:
            items = self._compare(below, old.items or _ANYTHING, new.items or _ANYTHING)
            yield from lowered("/*", items)
        if old.additional and new.additional:
            yield from lowered("/*", self._compare(below, old.additional, new.additional))
        if old.properties or new.properties:
            yield from self._properties(below, old, new)

    def _properties(self, below: Scope, old: Schema, new: Schema) -> Iterator[Found]:
        if old.properties.keys() != new.properties.keys() or old.required != new.required:
            for each in told(PROPERTIES[below.part], old, new):
                yield _inherited(each, _name(each.place), old, new)
        names = recased(old, new)
        for before, member in old.properties.items():
            after = names.get(before, before)
            found = after in new.properties and self._compare(below, member, new.properties[after])
            if found:
                for each in lowered(f"/{escape(after)}", found):
                    yield _inherited(each, after, old, new)


def _facts(schema: Schema) -> tuple[object, ...]:
    # To Python, true is 1.
    values = repr((schema.default, schema.enum))
    return (*_plain_facts(schema), values, schema.additional is None)


def _whole(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    return definitions.get(schema.reference, schema) if schema.again else schema


def _anchored(found: Found, old: Schema, new: Schema) -> Found:
    """Return what was found with the definition that encloses it, where none does more closely.

    What differs between two definitions as a whole is told of them only if they are the same one:
    else something of their user's is another one, and is told of the definition that encloses that.
    """
    name = new.reference or old.reference
    if found.definition or not name:
        return found
    if not found.place and not (_defined(old) and old.pointer == new.pointer):
        return found if old.reference == new.reference else found._replace(became=name)
    return found._replace(definition=name, within=found.place)


def _settled(found: Found) -> Found:
    """Return what no definition encloses with the one that it became, which others became alike."""
    return found if found.definition else found._replace(definition=found.became)


def _defined(schema: Schema) -> bool:
    return schema.pointer == f"/definitions/{escape(schema.reference)}"


def _name(place: str) -> str:
    return place.removeprefix("/").replace("~1", "/").replace("~0", "~")


def _inherited(found: Found, name: str, old: Schema, new: Schema) -> Found:
    """Return what was found at or in a property with the definition that an allOf has it from."""
    definition = new.inherited.get(name) or old.inherited.get(name, "")
    if found.definition or not definition:
        return found
    return found._replace(definition=definition, within=found.place)
