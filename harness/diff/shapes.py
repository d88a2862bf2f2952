"""The shape of a JSON value: which documented places it has, and the JSON types there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from harness.model.spec import Json, Schema
from harness.specs.node import escape

Shape: TypeAlias = Mapping[str, frozenset[str]]


def shape(schema: Schema | None, values: Iterable[Json]) -> Shape:
    """Return the types at each documented place, by pointer, merged over all values.

    `*` stands for the elements of a list, and for the values of a map whose keys are free. What
    the document does not name does not count, in whatever letter case it comes; of a value without
    a schema only its own type does.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    pending: list[tuple[str, Schema | None, Json]] = [("", schema, value) for value in values]
    while pending:
        pointer, promised, value = pending.pop()
        found[pointer].add(kind(value))
        if promised is None:
            continue
        if isinstance(value, list) and promised.items:
            pending += [(f"{pointer}/*", promised.items, element) for element in value]
        elif isinstance(value, dict):
            for key, member in value.items():
                if key in promised.properties:
                    pending.append((f"{pointer}/{escape(key)}", promised.properties[key], member))
                elif promised.additional:
                    pending.append((f"{pointer}/*", promised.additional, member))
    return {pointer: frozenset(kinds) for pointer, kinds in found.items()}


def kind(value: Json) -> str:
    """Name the JSON type of a value; numbers are one type, since 1.0 is sent as 1."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
