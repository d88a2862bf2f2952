"""Walks through the schemas of a document, along a value, along names, or everywhere.

The walk goes through the raw document, so that what it meets has the one place where it is written,
whatever refers to it. Pointers into values have `*` for elements of lists and keys of maps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.spec import Json
from harness.specs.audit_values import Corrigible
from harness.specs.node import escape
from harness.specs.spots import Spot, parts

Document: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Form:
    """What all schemas that speak for a place say of what may stand in it.

    `values` is the schema of a map's values. `free` tells that nothing is said, so that anything
    may stand there.
    """

    properties: Mapping[str, Spot]
    items: Spot | None
    values: Spot | None
    free: bool
    holds_members: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A name met on the way: its pointer in the value, and where it stands in the document.

    `known` is false where no schema tells of it; then `place` is where it would stand.
    """

    pointer: str
    place: str
    known: bool = True


def form(document: Document, spot: Spot) -> Form:
    """Return what the schemas of a place say together; the last that says something wins."""
    speakers = [each for each in parts(document, spot) if isinstance(each.value, dict)]
    said = {key for each in speakers for key in _mapping(each)} - {"x-nullable", "allOf", "default"}
    types = {name for each in speakers for name in _types(each)}
    properties = {
        name: member
        for each in speakers
        if (held := each.step("properties")) is not None
        for name in _mapping(held)
        if (member := held.step(name)) is not None
    }
    additional = _last(speakers, "additionalProperties")
    return Form(
        properties=properties,
        items=_last(speakers, "items"),
        values=additional if additional and isinstance(additional.value, dict) else None,
        free=not said or bool(additional and additional.value is True),
        holds_members=not types or "object" in types,
    )


def along(document: Document, spot: Spot, value: Json, pointer: str = "") -> Iterator[Met]:
    """Yield all names of properties in a value; below one that is not known, nothing."""
    found = form(document, spot)
    if isinstance(value, list) and found.items:
        for each in value:
            yield from along(document, found.items, each, f"{pointer}/*")
    elif isinstance(value, dict) and found.holds_members:
        for name, each in value.items():
            yield from _member(document, spot, found, (name, each, pointer))


def _member(
    document: Document, spot: Spot, found: Form, member: tuple[str, Json, str]
) -> Iterator[Met]:
    name, value, pointer = member
    place = f"{pointer}/{escape(name)}"
    if name in found.properties:
        yield Met(place, found.properties[name].pointer)
        yield from along(document, found.properties[name], value, place)
    elif found.values:
        yield from along(document, found.values, value, f"{pointer}/*")
    elif not found.free:
        yield Met(place, f"{spot.pointer}/properties/{escape(name)}", known=False)


def reach(document: Document, spot: Spot, names: tuple[str, ...]) -> tuple[Spot | None, Met]:
    """Follow names, through lists and maps where they do not stand at once.

    Returns the schema that the last one leads to, None where one is not known, and what was met
    last. A name in a map is a key, and so is known.
    """
    pointer = ""
    met = Met("", spot.pointer)
    for name in names:
        at, found, pointer = _inward(document, spot, name, pointer)
        pointer = f"{pointer}/{escape(name)}"
        if name in found.properties:
            spot = found.properties[name]
            met = Met(pointer, spot.pointer)
        elif found.values:
            spot, pointer = found.values, f"{pointer.rpartition('/')[0]}/*"
            met = Met(pointer, spot.pointer)
        elif found.free:
            return at, Met(pointer, at.pointer)
        else:
            return None, Met(pointer, f"{at.pointer}/properties/{escape(name)}", known=False)
    return spot, met


def _inward(document: Document, spot: Spot, name: str, pointer: str) -> tuple[Spot, Form, str]:
    """Go into lists, and into maps of objects, as long as a name does not stand."""
    found = form(document, spot)
    while name not in found.properties:
        inner = found.items or (found.values if _leads_on(document, found.values) else None)
        if inner is None:
            break
        spot, pointer = inner, f"{pointer}/*"
        found = form(document, spot)
    return spot, found, pointer


def _leads_on(document: Document, spot: Spot | None) -> bool:
    if spot is None:
        return False
    found = form(document, spot)
    return bool(found.properties or found.items or found.values)


def everywhere(document: Document, spot: Spot, seen: set[str]) -> Iterator[Spot]:
    """Yield all properties under a place that are not among those seen, and add them."""
    yield from _below(document, spot, seen, None)


def unmet(document: Document, spot: Spot, met: set[str], seen: set[str]) -> Iterator[Spot]:
    """Yield the properties under a place that were not met, and nothing below them.

    Those that are among the seen are left out; those that were met are added to them.
    """
    for member in _below(document, spot, seen, met):
        if member.pointer not in met:
            yield member


def _below(document: Document, spot: Spot, seen: set[str], met: set[str] | None) -> Iterator[Spot]:
    found = form(document, spot)
    for member in found.properties.values():
        if member.pointer not in seen:
            seen.add(member.pointer)
            yield member
            if met is None or member.pointer in met:
                yield from _below(document, member, seen, met)
    for inner in (found.items, found.values):
        if inner is not None and inner.pointer not in seen:
            seen.add(inner.pointer)
            yield from _below(document, inner, seen, met)


def follow(document: Document, spot: Spot, pointer: str) -> Corrigible:
    """Return where the schema of a value may be corrected, given a pointer into the value."""
    around = [spot.pointer]
    own: tuple[str, ...] = (spot.pointer,)
    for segment in pointer.split("/")[1:]:
        found = form(document, spot)
        name = segment.replace("~1", "/").replace("~0", "~")
        member = found.properties.get(name) or found.items or found.values
        holders = [each.pointer for each in parts(document, spot)]
        own = tuple(f"{each}/required" for each in holders)
        if member is None:
            return Corrigible(
                own=(*(f"{each}/properties/{segment}" for each in holders), *own),
                around=tuple(around),
            )
        own = (member.pointer, *own)
        around.insert(0, member.pointer)
        spot = member
    return Corrigible(own, tuple(around))


def _mapping(spot: Spot) -> dict[str, Json]:
    return spot.value if isinstance(spot.value, dict) else {}


def _types(spot: Spot) -> tuple[str, ...]:
    types = _mapping(spot).get("type")
    listed = types if isinstance(types, list) else [types]
    return tuple(each for each in listed if isinstance(each, str))


def _last(speakers: list[Spot], key: str) -> Spot | None:
    found = (each.step(key) for each in reversed(speakers) if key in _mapping(each))
    return next(found, None)
