"""Values as a version's document shows them: what it does not name is left out."""

from collections.abc import Callable
from typing import TypeAlias

from harness.model.spec import Json, Operation, Schema

Shape: TypeAlias = Callable[[Json], Json]

_ZEROS: dict[str, Callable[[], Json]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": int,
    "array": list,
    "object": dict,
}


def shape_of(operation: Operation, status: int, also: frozenset[str] = frozenset()) -> Shape:
    """Return what makes a reply's value as the document of the version has it.

    `also` are members that are shown though they are not documented: of the outermost object, or of
    one in it, as in State/Health; of a list, those of its elements. Where the document says nothing
    of the reply, all of it is shown.
    """
    response = operation.responses.get(status)
    if response is None or response.schema is None:
        return _as_it_is
    schema = response.schema
    shape = _Shapes().of(schema)
    if not also:
        return shape
    return lambda value: _with(shape(value), value, also)


def _as_it_is(value: Json) -> Json:
    return value


def _with(shown: Json, value: Json, also: frozenset[str]) -> Json:
    if isinstance(shown, list) and isinstance(value, list):
        return [_with(each, known, also) for each, known in zip(shown, value, strict=True)]
    if not isinstance(shown, dict) or not isinstance(value, dict):
        return shown
    outer = {name for name in also if "/" not in name}
    more = shown | {name: value[name] for name in sorted(outer - shown.keys()) if name in value}
    for name, _, inner in (path.partition("/") for path in sorted(also - outer)):
        if name in more and name in value:
            more[name] = _with(more[name], value[name], frozenset({inner}))
    return more


class _Shapes:
    """Makes a function for each schema once, since definitions may hold themselves."""

    def __init__(self) -> None:
        self._made: dict[int, Shape] = {}
        self._kept: list[Schema] = []  # so that no identity is used again

    def of(self, schema: Schema) -> Shape:
        """Return the function that shows a value as `schema` has it."""
        known = self._made.get(id(schema))
        if known is None:
            self._kept.append(schema)
            self._made[id(schema)] = self._later(id(schema))
            known = self._made[id(schema)] = self._make(schema)
        return known

    def _later(self, key: int) -> Shape:
        def show(value: Json) -> Json:
            return self._made[key](value)

        return show

    def _make(self, schema: Schema) -> Shape:
        missing = _missing(schema)
        if schema.properties:
            return self._object(schema, missing)
        if schema.items is not None:
            each = self.of(schema.items)
            return lambda value: (
                [each(element) for element in value] if isinstance(value, list) else missing(value)
            )
        if schema.additional is not None:
            member = self.of(schema.additional)
            return lambda value: (
                {name: member(inner) for name, inner in value.items()}
                if isinstance(value, dict)
                else missing(value)
            )
        return missing

    def _object(self, schema: Schema, missing: Shape) -> Shape:
        shapes = {name: self.of(inner) for name, inner in schema.properties.items()}
        required = schema.required
        additional = self.of(schema.additional) if schema.additional is not None else None

        def show(value: Json) -> Json:
            value = missing(value)
            if not isinstance(value, dict):
                return value
            shown: dict[str, Json] = {
                name: shape(value[name]) for name, shape in shapes.items() if name in value
            }
            for name in required - shown.keys():
                if name in shapes:
                    shown[name] = shapes[name](None)
            if additional is not None:
                shown.update(
                    (name, additional(inner)) for name, inner in value.items() if name not in shapes
                )
            return shown

        return show


def _missing(schema: Schema) -> Shape:
    """Return what shows a value as it is, and null as the zero value where it must not be null."""
    if schema.nullable or len(schema.types) != 1 or None in schema.enum:
        return _as_it_is
    zero = _ZEROS.get(schema.types[0], str)
    return lambda value: zero() if value is None else value
