"""JSON bodies of requests, read as Go's decoder reads them into the types of the document."""

import json
import math
from collections.abc import Mapping
from typing import NoReturn, TypeGuard

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.fields import Fields
from harness.model.spec import Json, Schema

_WHITE = " \t\r\n"
# What fits in the types of Go that the formats of a document stand for.
_ANY_RANGE = range(-(2**63), 2**63)
_RANGES: Mapping[str, range] = {
    "int8": range(-(2**7), 2**7),
    "int16": range(-(2**15), 2**15),
    "int32": range(-(2**31), 2**31),
    "uint8": range(2**8),
    "uint16": range(2**16),
    "uint32": range(2**32),
    "uint64": range(2**64),
}


def _constant(name: str) -> NoReturn:
    raise ValueError(f"invalid character {name[0]!r} looking for beginning of value")


_DECODER = json.JSONDecoder(parse_constant=_constant)
# What JSON types each type of a document admits; numbers are judged apart.
_KINDS: Mapping[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict}


def decode(raw: bytes, schema: Schema) -> Json:
    """Return the first JSON value of a body, with the names of the document.

    What follows that value is ignored; so is the letter case of names. Refuses with 400 what is
    empty, no JSON, or of another type than the document says; null passes for every type.
    """
    text = raw.decode(errors="replace").lstrip(_WHITE)
    if not text:
        raise bad_request("got EOF while reading request body")
    try:
        return fit(_first(text), schema, "")
    except RecursionError as error:
        raise bad_request("exceeded max depth") from error


def decode_fields(raw: bytes, schema: Schema) -> Fields:
    """Return a body that is an object; null is an empty one."""
    value = decode(raw, schema)
    if value is None:
        return Fields()
    if not isinstance(value, dict):
        raise mismatch(value, "an object")
    return Fields(value)


def fit(value: Json, schema: Schema, place: str) -> Json:
    """Return a value with the names of its schema; refuse one of another type with 400."""
    if value is None:
        return None
    if schema.types and not any(_is_of(value, each, schema.format) for each in schema.types):
        raise mismatch(value, " or ".join(schema.types), place)
    if isinstance(value, list) and schema.items is not None:
        items = schema.items
        return [fit(each, items, f"{place}[]") for each in value]
    if isinstance(value, dict):
        return _members(value, schema, place)
    return value


def parse_json(text: str, *, whole: bool = False) -> Json:
    """Return a JSON text as a value; refuse with 400 what is none, in the words of Go.

    What follows the value is ignored, unless it has to be the `whole` text.
    """
    stripped = text.strip(_WHITE)
    if whole and not stripped:
        raise bad_request("unexpected end of JSON input")
    return _first(stripped, whole=whole)


def _first(text: str, *, whole: bool = False) -> Json:
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise bad_request(_in_words_of_go(error, text, whole=whole)) from error
    except (RecursionError, ValueError) as error:
        raise bad_request(f"invalid JSON: {error}") from error
    if whole and text[end:].strip(_WHITE):
        rest = text[end:].lstrip(_WHITE)
        raise bad_request(f"invalid character {_quoted(rest[0])} after top-level value")
    found: Json = _repaired(value) if "\\u" in text else value
    return found


def _repaired(value: Json) -> Json:
    """Return a value without halves of surrogate pairs, which no UTF-8 can hold."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_repaired(each) for each in value]
        case dict():
            return {str(_repaired(key)): _repaired(member) for key, member in value.items()}
        case _:
            return value


def _in_words_of_go(error: json.JSONDecodeError, text: str, *, whole: bool) -> str:
    unfinished = error.msg.startswith("Unterminated") or "truncated" in error.msg
    if error.pos >= len(text) or unfinished:
        return "unexpected end of JSON input" if whole else "unexpected EOF"
    where = "looking for beginning of value"
    if error.msg.startswith("Invalid control character"):
        where = "in string literal"
    elif error.msg.startswith("Invalid \\"):
        where = "in string escape code"
    elif "property name" in error.msg:
        where = "looking for beginning of object key string"
    elif "delimiter" in error.msg:
        where = _after(error.msg, text[: error.pos])
    return f"invalid character {_quoted(text[error.pos])} {where}"


def _after(message: str, before: str) -> str:
    if "':'" in message:
        return "after object key"
    brackets = 0
    for character in reversed(before):
        # Which of the two is open is a guess where a text holds brackets; it is only told.
        brackets += {"]": 1, "}": 1, "[": -1, "{": -1}.get(character, 0)
        if brackets < 0:
            return "after array element" if character == "[" else "after object key:value pair"
    return "after top-level value"


def _quoted(character: str) -> str:
    if character == "'":
        return r"'\''"
    return "'\"'" if character == '"' else repr(character)


def _members(value: dict[str, Json], schema: Schema, place: str) -> Json:
    known = {name.lower(): name for name in schema.properties}
    fitted: dict[str, Json] = {}
    for key, member in value.items():
        name = key if key in schema.properties else known.get(key.lower(), key)
        inner = schema.properties.get(name) or schema.additional
        fitted[name] = fit(member, inner, f"{place}.{name}") if inner else member
    return fitted


def _is_of(value: Json, kind: str, form: str) -> bool:
    if kind in _KINDS:
        return isinstance(value, _KINDS[kind])
    if kind == "integer":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and value in _RANGES.get(form, _ANY_RANGE)
    return kind != "number" or _is_number(value)


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def mismatch(value: Json, wanted: str, place: str = "") -> RefusedError:
    """Return the refusal of a value of another type than is `wanted` at a place of the body."""
    kinds = {bool: "bool", str: "string", list: "array", dict: "object"}
    kind = next((word for type_, word in kinds.items() if isinstance(value, type_)), "number")
    where = f"field {place.lstrip('.')}" if place else "value"
    return bad_request(f"json: cannot unmarshal {kind} into Go {where} of type {wanted}")
