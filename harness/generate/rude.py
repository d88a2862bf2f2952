"""Calls that are each wrong in one way, and harmless also where a daemon takes them."""

from collections.abc import Iterator
from dataclasses import replace

from harness.generate.base import (
    base_call,
    removed,
    rude,
    takes_json,
    value,
    with_body,
    with_query,
)
from harness.generate.bodies import ABSENT, Absent, found, json_body, put, without, written_with
from harness.generate.bounds import Bounds
from harness.generate.fields import Field, fields, has_filters, kind
from harness.model.call import Call, Twist
from harness.model.spec import Json, Operation, Parameter

_NESTED = 16  # nested properties that are given a value of the wrong type, at most
_MALFORMED = (b'{"a":', b"{bad")
_MALFORMED_FILTERS = ('{"a":', "{bad", '["contract"]')
_BAD_ENUM = "contract-bad"
# Around zero, and beyond 32 bits, 63 bits, 64 bits and all bits.
_NUMBERS = ("0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "1e400")
_WRONG: dict[str, Json] = {
    "object": "wrong",
    "map": "wrong",
    "array": {"wrong": "type"},
    "string": {"wrong": "type"},
    "integer": ["wrong"],
    "number": ["wrong"],
    "boolean": "wrong",
}


def rude_calls(operation: Operation, bounds: Bounds) -> Iterator[Call]:
    """Yield the calls that are wrong in the path, the body as such, a parameter, a property."""
    base = base_call(operation, bounds.recipe)
    yield from _paths(operation, bounds, base)
    yield from _bodies(operation, bounds, base)
    for parameter in operation.inputs("query"):
        yield from _queries(parameter, bounds, base)
    yield from _headers(operation, bounds, base)
    if takes_json(operation, bounds.recipe):
        yield from _properties(operation, bounds, base)


def _paths(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    for parameter in operation.inputs("path"):
        place = f"path/{parameter.name}"
        if bounds.is_limited(place):
            continue
        pairs = tuple(
            (name, "{{unknown}}" if name == parameter.name else text)
            for name, text in base.path_parameters
        )
        yield rude(replace(base, path_parameters=pairs), Twist.UNKNOWN_ID, place)


def _bodies(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    if bounds.is_limited("body"):
        return
    if takes_json(operation, bounds.recipe):
        for malformed in _MALFORMED:
            yield rude(with_body(base, malformed), Twist.MALFORMED_JSON, "body")
        yield rude(with_body(base, b""), Twist.EMPTY_BODY, "body")
        yield rude(with_body(base, b"null"), Twist.NULL_BODY, "body")
        content = b"{}" if base.body is None else base.body
        yield rude(with_body(base, content, "text/plain"), Twist.WRONG_MEDIA_TYPE, "body")
        form = kind(operation.body.schema) if operation.body else ""
        wrong = _WRONG.get(form, "wrong")
        yield rude(with_body(base, wrong), Twist.WRONG_TYPE, "body")
    elif base.body is not None:
        yield rude(with_body(base, b"", base.media_type), Twist.EMPTY_BODY, "body")
        yield rude(with_body(base, b"not an archive", base.media_type), Twist.FUZZ, "body")


def _queries(parameter: Parameter, bounds: Bounds, base: Call) -> Iterator[Call]:
    place = f"query/{parameter.name}"
    if not bounds.is_free(place, value(base.query, parameter.name) or ""):
        return
    for twist, text in _wrong_texts(parameter):
        yield rude(with_query(base, parameter.name, text), twist, place)
    yield rude(with_query(base, parameter.name, ""), Twist.EMPTY_VALUE, place)
    if parameter.required and value(base.query, parameter.name) is not None:
        left = replace(base, query=removed(base.query, parameter.name))
        yield rude(left, Twist.MISSING_REQUIRED, place)


def _wrong_texts(parameter: Parameter) -> Iterator[tuple[Twist, str]]:
    if has_filters(parameter):
        for text in _MALFORMED_FILTERS:
            yield Twist.MALFORMED_FILTERS, text
    if parameter.schema.enum:
        yield Twist.BAD_ENUM, _BAD_ENUM
        return
    match kind(parameter.schema):
        case "integer" | "number":
            yield Twist.WRONG_TYPE, "abc"
            for number in _NUMBERS:
                yield Twist.BOUNDARY, number
        case "boolean":
            yield Twist.WRONG_TYPE, "abc"
        case _:
            pass


def _headers(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    for parameter in operation.inputs("header"):
        place = f"header/{parameter.name}"
        text = value(base.headers, parameter.name)
        if parameter.required and text is not None and bounds.is_free(place, text):
            left = replace(base, headers=removed(base.headers, parameter.name))
            yield rude(left, Twist.MISSING_REQUIRED, place)


def _properties(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    recipe_body = json_body(bounds.recipe)
    body: Json = {} if isinstance(recipe_body, Absent) else recipe_body
    if not isinstance(body, dict):
        return
    nested = 0
    for field in fields(operation, bounds):
        if not bounds.is_free(field.place, _text(body, field)):
            continue
        nested += len(field.path) > 1
        if len(field.path) == 1 or nested <= _NESTED:
            yield from _of_wrong_type(field, base, body)
        if not field.inside:
            # Parts of a value that the recipe gives as a whole make sense only together.
            yield from _at_the_edge(field, base, body)
        if field.schema.enum and kind(field.schema) == "string":
            wrong = with_body(base, put(body, field.path, _BAD_ENUM))
            yield rude(wrong, Twist.BAD_ENUM, field.place)
        if field.required and found(body, field.path) is not ABSENT:
            left = with_body(base, without(body, field.path))
            yield rude(left, Twist.MISSING_REQUIRED, field.place)


def _text(body: Json, field: Field) -> str:
    present = found(body, field.path)
    return present if isinstance(present, str) else ""


def _of_wrong_type(field: Field, base: Call, body: Json) -> Iterator[Call]:
    form = kind(field.schema)
    if form in _WRONG:
        wrong = with_body(base, put(body, field.path, _WRONG[form]))
        yield rude(wrong, Twist.WRONG_TYPE, field.place)


def _at_the_edge(field: Field, base: Call, body: Json) -> Iterator[Call]:
    form = kind(field.schema)
    if form == "string" and not field.schema.enum:
        empty = with_body(base, put(body, field.path, ""))
        yield rude(empty, Twist.EMPTY_VALUE, field.place)
    elif form in {"integer", "number"}:
        for number in _NUMBERS:
            content = written_with(body, field.path, number)
            yield rude(with_body(base, content), Twist.BOUNDARY, field.place)
