"""The documented places of a body, and valid values for them and for parameters."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.generate.bodies import ABSENT, Path, found, put
from harness.generate.bounds import Bounds
from harness.model.spec import Json, Operation, Parameter, Schema

WORD = "contract"
_FORMATS: dict[str, str] = {
    "byte": "Y29udHJhY3Q=",
    "binary": WORD,
    "date-time": "2017-01-02T03:04:05Z",
    "dateTime": "2017-01-02T03:04:05Z",
    "date": "2017-01-02",
}
_DEEPEST = 6
_HARMLESS = re.compile(r"[A-Za-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Field:
    """A documented property of a body.

    A `whole` one is given as one value, another by its parts. One that is `inside` is part of a
    whole one.
    """

    path: Path
    schema: Schema
    required: bool
    whole: bool
    inside: bool = False

    @property
    def place(self) -> str:
        """Return the place as tables name it."""
        return "/".join(("body", *self.path))


def kind(schema: Schema) -> str:
    """Return object, map, array, string, integer, number or boolean; "" where all may stand."""
    if schema.properties:
        return "object"
    named = [each for each in schema.types if each != "null"]
    if schema.additional or named[:1] == ["object"]:
        return "map"
    if schema.items:
        return "array"
    return named[0] if named else ""


def fields(operation: Operation, bounds: Bounds) -> tuple[Field, ...]:
    """Return the properties of an operation's JSON body, objects before what they hold.

    Nothing inside a limited property is told.
    """
    if operation.body is None:
        return ()
    return tuple(_fields(operation.body.schema, (), bounds, inside=False))


def _fields(schema: Schema, path: Path, bounds: Bounds, *, inside: bool) -> Iterator[Field]:
    for name, member in schema.properties.items():
        field = Field((*path, name), member, name in schema.required, whole=True, inside=inside)
        parted = kind(member) == "object" and len(field.path) < _DEEPEST
        if not parted or bounds.is_limited(field.place):
            yield field
            continue
        whole = bounds.values(field.place) is not None
        yield replace(field, whole=whole)
        yield from _fields(member, field.path, bounds, inside=inside or whole)


def samples(schema: Schema, place: str, bounds: Bounds) -> tuple[Json, ...]:
    """Return valid and harmless values for a place of a body; none where it is to be left out."""
    given = bounds.values(place)
    if given is not None:
        return given
    if schema.enum:
        return tuple(value for value in schema.enum if value is not None)
    form = kind(schema)
    if form in {"object", "map", "array"}:
        return (_compound(schema, form, place, bounds),)
    return _scalars(schema, form)


def _scalars(schema: Schema, form: str) -> tuple[Json, ...]:
    match form:
        case "boolean":
            return (True, False)
        case "integer" | "number":
            return integers(schema)
        case "string":
            return (word(schema),)
        case _:
            return ()


def _compound(schema: Schema, form: str, place: str, bounds: Bounds) -> Json:
    if form == "object":
        return _object(schema, place, bounds)
    held = schema.items if form == "array" else schema.additional
    values = samples(held, f"{place}/*", bounds) if held else ()
    if form == "array":
        return list(values[:1])
    return {WORD: values[0]} if values else {}


def _object(schema: Schema, place: str, bounds: Bounds) -> Json:
    if place.count("/") > _DEEPEST:
        return {}
    members = {
        name: samples(member, f"{place}/{name}", bounds)
        for name, member in schema.properties.items()
    }
    return {name: values[0] for name, values in members.items() if values}


def integers(schema: Schema) -> tuple[Json, ...]:
    """Return a few small numbers within the bounds of a schema."""
    low = 0 if schema.minimum is None else math.ceil(schema.minimum)
    if schema.maximum is not None and schema.maximum < low:
        low = math.floor(schema.maximum)
    return tuple(
        each for each in (low, low + 1) if schema.maximum is None or each <= schema.maximum
    )


def word(schema: Schema) -> str:
    """Return a text that names nothing: no path, no host, no place outside the container."""
    default = schema.default
    if isinstance(default, str) and _HARMLESS.fullmatch(default) and "host" not in default.lower():
        return default
    return _FORMATS.get(schema.format, WORD)


def texts(parameter: Parameter, bounds: Bounds) -> tuple[str, ...]:
    """Return valid and harmless texts for a parameter; none where it is to be left out."""
    given = bounds.texts(f"{parameter.location}/{parameter.name}")
    if given is not None:
        return given
    if has_filters(parameter):
        return ("{}",)
    schema = parameter.schema
    if kind(schema) == "array":
        schema = schema.items or schema
    values = schema.enum or _scalars(schema, kind(schema))
    return tuple(_text(value) for value in values if value is not None)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def has_filters(parameter: Parameter) -> bool:
    """Tell whether a parameter holds filters, which are JSON although the documents say string."""
    return parameter.name == "filters" and kind(parameter.schema) == "string"


def overlaid(body: Json, field: Field, value: Json, root: Schema, bounds: Bounds) -> Json:
    """Return a body with a value at a field; objects made on the way get what they require."""
    schema = root
    for depth, name in enumerate(field.path[:-1], start=1):
        schema = schema.properties[name]
        above = field.path[:depth]
        if found(body, above) is ABSENT:
            body = put(body, above, _required(schema, above, bounds))
    return put(body, field.path, value)


def _required(schema: Schema, path: Path, bounds: Bounds) -> Json:
    place = "/".join(("body", *path))
    members = {
        name: samples(schema.properties[name], f"{place}/{name}", bounds)
        for name in sorted(schema.required & schema.properties.keys())
    }
    return {name: values[0] for name, values in members.items() if values}
