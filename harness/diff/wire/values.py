"""JSON values as places: what stands where, without what is chance."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from harness.diff.shapes import kind
from harness.diff.wire.texts import number, plain, told
from harness.model.spec import Json, Schema
from harness.specs.node import escape
from harness.specs.volatile import Chance

Seen: TypeAlias = Mapping[str, frozenset[str]]
Chances: TypeAlias = Callable[[str], Chance]

EMPTY = {"array": "array []", "object": "object {}"}
OR = " | "

_MOST = 6  # different values of one place that are told one by one


def seen(root: str, schema: Schema | None, values: Iterable[Json], chance: Chances) -> Seen:
    """Return what stands at each place at or below `root`, merged over all values.

    `*` stands for the elements of a list, and for the values of a map whose keys are free by the
    schema; what the schema does not name counts as well. A place that chance decides has its type
    alone, or is left out with all below it.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    pending: list[tuple[str, Schema | None, Json]] = [(root, schema, value) for value in values]
    while pending:
        place, promised, value = pending.pop()
        decided = chance(place)
        if decided is Chance.PRESENCE:
            continue
        found[place].add(kind(value) if decided else _text(value))
        if isinstance(value, list):
            items = promised.items if promised else None
            pending += [(f"{place}/*", items, element) for element in value]
        elif isinstance(value, dict):
            pending += [
                (f"{place}/{key}", inner, member)
                for name, member in value.items()
                for key, inner in (_member(promised, name),)
            ]
    return {place: frozenset(texts) for place, texts in found.items()}


def merged(*parts: Seen) -> Seen:
    """Return what all parts have, place by place."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        for place, texts in part.items():
            found[place] |= texts
    return {place: frozenset(texts) for place, texts in found.items()}


def written(found: Seen) -> dict[str, str]:
    """Return one text for each place, in order of places; of many values, their types alone."""
    return {place: _written(found[place]) for place in sorted(found)}


def names(root: str, schema: Schema | None, value: Json) -> Iterable[str]:
    """Return the places at or below `root` that a value has, each once."""
    return seen(root, schema, [value], lambda _: Chance.NOTHING)


def _written(texts: frozenset[str]) -> str:
    # A place that is empty here and filled there is both: only which places are below it differs.
    kept = texts if len(texts) <= _MOST else {text.split(" ", 1)[0] for text in texts}
    return OR.join(sorted(kept))


def _text(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean {str(value).lower()}"
        case int() | float():
            return f"number {number(value)}"
        case str():
            return f"string {told(value)}"
        case list():
            return "array" if value else EMPTY["array"]
        case dict():
            return "object" if value else EMPTY["object"]


def _member(schema: Schema | None, name: str) -> tuple[str, Schema | None]:
    """Return the segment for a member, and its schema; of a map, all members are one place."""
    if schema and name in schema.properties:
        return escape(name), schema.properties[name]
    if schema and schema.additional:
        return "*", schema.additional
    return escape(plain(name)), None
