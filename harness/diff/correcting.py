"""Which errata a change between two documents goes back to."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property

from harness.model.change import Change
from harness.model.spec import Erratum, Json, Operation, Schema, Spec
from harness.specs.node import escape

_VARIABLE = re.compile(r"\{[^}]*\}")
_STATUS = re.compile(r"\d{3}|default")
_PARAMETERS = frozenset({"query", "headers", "path"})
# As many as an allOf has in documents, or more: what is merged does not tell.
_PARTS = 4
# Keys that lead to what has places of its own.
_DEEPER = frozenset(
    {
        *("properties", "items", "additionalProperties", "allOf"),
        *("schema", "parameters", "responses"),
    },
)


@cache
def named(operation: str) -> str:
    """Return an operation without the names of its variables: "GET /images/{}/json"."""
    return _VARIABLE.sub("{}", operation)


class Nearness(Enum):
    """How near an erratum is to a place, from the nearest on."""

    AT = "at the very place"
    NEAR = "around it, or inside of it"
    OPERATION = "on the operation"


@dataclass(frozen=True)
class Corrected:
    """A spec after errata, and the errata that were applied, by where they stand."""

    spec: Spec

    def errata(self, change: Change, nearness: "Nearness") -> Iterator[Erratum]:
        """Yield the errata that are as near to a change; one may come several times."""
        finds = {
            Nearness.AT: self._at,
            Nearness.NEAR: self._near,
            Nearness.OPERATION: self._on_operation,
        }
        for reach in change.reaches:
            operation = self.operations.get(named(reach.operation))
            if operation:
                yield from finds[nearness](_Spots(operation, reach.place))

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Return the operations by method and path without the names of variables."""
        return {named(f"{one.method} {one.path}"): one for one in self.spec.operations.values()}

    @cached_property
    def _errata(self) -> list[Erratum]:
        return sorted(self.spec.errata, key=lambda erratum: erratum.pointer)

    @cached_property
    def _pointers(self) -> list[str]:
        return [erratum.pointer for erratum in self._errata]

    @cached_property
    def _by_pointer(self) -> dict[str, list[Erratum]]:
        found: dict[str, list[Erratum]] = {}
        for erratum in self._errata:
            found.setdefault(erratum.pointer, []).append(erratum)
        return found

    def _exactly(self, spot: str) -> Iterable[Erratum]:
        return self._by_pointer.get(spot, ())

    def _within(self, spot: str) -> Iterator[Erratum]:
        """Yield the errata at a pointer and inside of it."""
        yield from self._exactly(spot)
        start = bisect_left(self._pointers, f"{spot}/")
        # What follows a slash in the order of texts.
        yield from self._errata[start : bisect_left(self._pointers, f"{spot}0", start)]

    def _at(self, spots: "_Spots") -> Iterator[Erratum]:
        for spot in spots.here:
            yield from (one for one in self._within(spot) if _own(one.pointer, spot))
        for spot in spots.lists:
            said = (one for one in self._within(f"{spot}/required"))
            yield from (one for one in said if spots.name in _texts(one.says) ^ _texts(one.sends))
        for one in self._within(spots.parameters) if spots.parameters else ():
            if spots.name in _parameter_names(one.says) | _parameter_names(one.sends):
                yield one

    def _near(self, spots: "_Spots") -> Iterator[Erratum]:
        for spot in spots.here:
            yield from self._within(spot)
        for spot in spots.above:
            yield from (one for one in self._within(spot) if _own(one.pointer, spot))
        for spot in (*spots.here, *spots.above):
            for end in (at for at, sign in enumerate(spot) if sign == "/"):
                yield from self._exactly(spot[:end])

    def _on_operation(self, spots: "_Spots") -> Iterator[Erratum]:
        yield from self._within(spots.root)
        yield from (one for one in self._errata if one.operation == spots.operation.id)


@dataclass(frozen=True)
class _Spots:
    """Where a document says what it says of a place of an operation, as JSON pointers.

    `here` are those of the place itself, `above` those of the schemas around it, `lists` those of
    the object that may require it, and `parameters` that of the list of parameters, "" where the
    place is in none.
    """

    operation: Operation
    place: str

    @cached_property
    def root(self) -> str:
        return f"/paths/{escape(self.operation.path)}/{self.operation.method.lower()}"

    @cached_property
    def name(self) -> str:
        return _unescape(self.place.rpartition("/")[2])

    @cached_property
    def parameters(self) -> str:
        return f"{self.root}/parameters" if self.place.partition("/")[0] in _PARAMETERS else ""

    @cached_property
    def here(self) -> tuple[str, ...]:
        if self.parameters:
            return tuple(
                each.schema.pointer
                for each in self.operation.parameters
                if each.name == self.name and each.schema.pointer.startswith(self.root)
            )
        if self.place == "body":
            return (*self.chain[-1], self._request()[0].rpartition("/")[0])
        if self.chain:
            return self.chain[-1]
        responses = "/responses" if _STATUS.fullmatch(self.place.partition("/")[0]) else ""
        return (f"{self.root}{responses}/{self.place}" if self.place else self.root,)

    @cached_property
    def above(self) -> tuple[str, ...]:
        return tuple(spot for each in self.chain[:-1] for spot in each)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        return self.chain[-2] if len(self.chain) > 1 else ()

    @cached_property
    def chain(self) -> tuple[tuple[str, ...], ...]:
        """Where the schemas along the place stand, from the body down.

        Each both as it is reached and as it is defined. Ends where the document tells of nothing
        more, with where the next one would be. Nothing where the place is outside of bodies.
        """
        head, *segments = self.place.split("/")
        if head == "body":
            written, schema = self._request()
        elif _STATUS.fullmatch(head) and segments[:1] == ["body"]:
            written, schema = self._reply(head)
            segments = segments[1:]
        else:
            return ()
        found = [_spots(written, schema)]
        for segment in segments:
            if schema is None:
                break
            key, inner = _step(schema, segment)
            spots = [spot for one in found[-1] for spot in _spots(f"{one}/{key}", inner)]
            if inner is None:
                spots += _beside(schema, segment)
            found.append(tuple(dict.fromkeys(spots)))
            schema = inner
        return tuple(found)

    def _request(self) -> tuple[str, Schema | None]:
        body, listed = self.operation.body, self.operation.parameters
        place = listed.index(body) if body else len(listed)
        return f"{self.root}/parameters/{place}/schema", body.schema if body else None

    def _reply(self, status: str) -> tuple[str, Schema | None]:
        response = self.operation.responses.get(0 if status == "default" else int(status))
        return f"{self.root}/responses/{status}/schema", response.schema if response else None


def errata_of(change: Change, specs: Iterable[Corrected]) -> tuple[Erratum, ...]:
    """Return those errata of corrected documents that are nearest to a change, each id once."""
    corrected = tuple(specs)
    for nearness in Nearness:
        found = {each.id: each for spec in corrected for each in spec.errata(change, nearness)}
        if found:
            return tuple(found.values())
    return ()


def _own(pointer: str, spot: str) -> bool:
    """Tell whether a pointer leads to a schema or what it says, and not to schemas inside."""
    return pointer.removeprefix(spot).split("/")[1:2] not in ([key] for key in _DEEPER)


def _parameter_names(text: str | None) -> set[str]:
    value: Json = json.loads(text) if text else None
    rows = value if isinstance(value, list) else [value]
    return {str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row}


def _texts(text: str | None) -> set[str]:
    value: Json = json.loads(text) if text else None
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _spots(written: str, schema: Schema | None) -> tuple[str, ...]:
    if schema is None or schema.pointer == written:
        return (written,)
    return (written, schema.pointer)


def _step(schema: Schema, segment: str) -> tuple[str, Schema | None]:
    if segment == "*":
        key = "items" if schema.items else "additionalProperties"
        return key, schema.items or schema.additional
    name = _unescape(segment)
    return f"properties/{escape(name)}", schema.properties.get(name)


def _beside(schema: Schema, segment: str) -> Iterator[str]:
    """Yield where a property that a schema lacks would be, beside those it took from others."""
    for inner in schema.properties.values():
        holder = inner.pointer.rpartition("/")[0]
        if holder.endswith("/properties"):
            yield f"{holder}/{segment}"
    for part in range(_PARTS):
        yield f"{schema.pointer}/allOf/{part}/properties/{segment}"


def _unescape(segment: str) -> str:
    return segment.replace("~1", "/").replace("~0", "~")
