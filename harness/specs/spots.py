"""Places in a Swagger document, found by what a person writes in contracts/errata.yaml.

A place is written in one of these ways; a path goes through a *value*, as the pointers of findings
do (`*` for every element of a list and every key of a map), and so stays the same whether a version
writes a schema in place, by reference or as an allOf:

    /definitions/Port/properties/IP         a JSON pointer into the document
    ContainerLogs /responses/101            inside an operation; /parameters/tail by its name
    ContainerSummary /*/Ports/*/Type        the schema of that value in a definition
    ContainerInspect 200 /State/Health      the schema of that value in a reply
    ContainerCreate body /HostConfig/Binds  the schema of that value in a request's body
    ContainerList 200 /                     the schema of the whole reply
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from harness.model.errors import SpecError
from harness.model.spec import Json
from harness.specs.importer import METHODS
from harness.specs.node import escape

_MOST_WORDS = 3


class Absent(Enum):
    """The type of ABSENT, which stands for no value at all."""

    ABSENT = "nothing"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document: what holds it, its key there, and its JSON pointer."""

    holder: dict[str, Json] | list[Json]
    key: str
    pointer: str

    @property
    def value(self) -> Json | Absent:
        """Return what stands here."""
        if isinstance(self.holder, dict):
            return self.holder.get(self.key, ABSENT)
        place = _position(self.holder, self.key)
        return ABSENT if place is None else self.holder[place]

    def put(self, value: Json | Absent) -> None:
        """Write a value here; ABSENT removes what stands here."""
        if isinstance(self.holder, dict):
            if value is ABSENT:
                self.holder.pop(self.key, None)
            else:
                self.holder[self.key] = value
            return
        place = _position(self.holder, self.key)
        if place is None:
            self.holder.extend([] if value is ABSENT else [value])
        else:
            self.holder[place : place + 1] = [] if value is ABSENT else [value]

    def step(self, key: str) -> "Spot | None":
        """Return the place of a member or an element; None where there can be none."""
        value = self.value
        if isinstance(value, list):
            place = _position(value, key)
            return Spot(value, key, f"{self.pointer}/{'-' if place is None else place}")
        return (
            Spot(value, key, f"{self.pointer}/{escape(key)}") if isinstance(value, dict) else None
        )


def locate(document: dict[str, Json], place: str) -> Spot:
    """Find a place; raise SpecError where nothing can stand. What stands there may be ABSENT."""
    words = place.split()
    if not words or len(words) > _MOST_WORDS:
        raise SpecError(f"{place!r} is not a place; write a pointer, or a name and a pointer")
    if words[0].startswith("/"):
        return _walk(Spot({"": document}, "", ""), words[0])
    name, path = words[0], words[-1]
    found = _operation(document, name)
    if found is None:
        found = Spot({"": document}, "", "").step("definitions")
        found = found.step(name) if found else None
        if found is None or found.value is ABSENT:
            raise SpecError(f"there is no operation and no definition {name}")
        return _value(document, found, path)
    if len(words) < _MOST_WORDS:
        return _walk(found, path)
    return _value(document, _root_schema(found, words[1]), path)


def parent(place: str) -> tuple[str, str]:
    """Split a place in a value into the place that holds it and the name of the property."""
    holder, _, name = place.rpartition("/")
    return (f"{holder}/" if holder.endswith(" ") else holder), _unescape(name)


def _unescape(segment: str) -> str:
    return segment.replace("~1", "/").replace("~0", "~")


def _position(elements: list[Json], key: str) -> int | None:
    """Return the index of an element by its number, or by its `name` (a parameter)."""
    if key.isdecimal():
        return int(key) if int(key) < len(elements) else None
    named = (
        i for i, each in enumerate(elements) if isinstance(each, dict) and each.get("name") == key
    )
    return next(named, None)


def _walk(spot: Spot, pointer: str) -> Spot:
    for segment in pointer.split("/")[1:]:
        following = spot.step(_unescape(segment))
        if following is None:
            raise SpecError(f"nothing stands at {spot.pointer or '/'}")
        spot = following
    return spot


def _operation(document: dict[str, Json], name: str) -> Spot | None:
    paths = Spot({"": document}, "", "").step("paths")
    if paths is None or not isinstance(paths.value, dict):
        return None
    for path in paths.value:
        item = paths.step(path)
        for method in METHODS:
            spot = item.step(method) if item else None
            if spot and isinstance(spot.value, dict) and spot.value.get("operationId") == name:
                return spot
    return None


def _root_schema(operation: Spot, which: str) -> Spot:
    if which != "body":
        return _walk(operation, f"/responses/{which}/schema")
    parameters = _walk(operation, "/parameters")
    for index, each in enumerate(parameters.value if isinstance(parameters.value, list) else ()):
        if isinstance(each, dict) and each.get("in") == "body":
            return _walk(parameters, f"/{index}/schema")
    raise SpecError(f"{operation.pointer} has no body")


def _value(document: dict[str, Json], spot: Spot, path: str) -> Spot:
    for segment in path.split("/")[1:] if path != "/" else ():
        following = _member(document, spot, _unescape(segment))
        if following is None:
            raise SpecError(f"no schema at {spot.pointer} tells of {segment}")
        spot = following
    return spot


def _member(document: dict[str, Json], spot: Spot, segment: str) -> Spot | None:
    """Return the schema of a member; where there is none, where it would be written."""
    speakers = list(parts(document, spot))
    keys = ("items", "additionalProperties") if segment == "*" else ("properties",)
    holders = [found for part in reversed(speakers) for key in keys if (found := part.step(key))]
    if segment == "*":
        return next((held for held in holders if isinstance(held.value, dict)), None)
    objects = [held for held in holders if isinstance(held.value, dict)]
    members = [found for held in objects if (found := held.step(segment))]
    return next((each for each in members if each.value is not ABSENT), next(iter(members), None))


def parts(document: dict[str, Json], spot: Spot) -> Iterator[Spot]:
    """Yield all schemas that speak for a place: itself, what it refers to, its allOf; last wins."""
    value = spot.value
    if not isinstance(value, dict):
        return
    reference = value.get("$ref")
    if isinstance(reference, str):
        yield from parts(document, _walk(Spot({"": document}, "", ""), reference[1:]))
        return
    branches = spot.step("allOf")
    if branches is not None and isinstance(branches.value, list):
        for index in range(len(branches.value)):
            branch = branches.step(str(index))
            yield from parts(document, branch) if branch else ()
    yield spot
