"""Whether a JSON value has the form that a schema promises.

The rules are open: properties that the document does not name are fine, whatever it says of
additional ones. Null is fine where the document says x-nullable. Numbers stay in the range of their
format, and times are RFC 3339 with up to nine digits after the second; other formats are names.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import jsonschema_rs

from harness.model.errors import SpecError
from harness.model.spec import Json, Schema, Spec
from harness.specs.node import escape

# Inclusive ranges, as Go's types have them.
_RANGES: dict[str, tuple[int, int]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
# The documents write the second for the first.
_TIMES = frozenset(("date-time", "dateTime"))
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-](\d\d):(\d\d))"
)
_SEEN_LENGTH = 60
_MANY_ENUM = 6
_LEAP_SECOND, _HOURS, _MINUTES = 60, 24, 60


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a value breaks its schema.

    `pointer` leads into the value, with `*` for elements of lists and keys of maps. `rule` is the
    keyword that is broken: type, enum, required, format, minimum, maximum or pattern.
    """

    pointer: str
    rule: str
    message: str
    expected: str
    seen: str


def violations(spec: Spec, schema: Schema, value: Json) -> tuple[Violation, ...]:
    """Return where a value breaks a schema of a spec, each place and message once.

    Raises SpecError where the schema itself cannot be used, such as a pattern that is none.
    """
    try:
        validator = _validator(_Held(schema))
    except ValueError as error:
        raise SpecError(f"{spec.source}#{schema.pointer}: {_first_line(error)}") from error
    value = _encodable(value)
    if validator.is_valid(value):
        return ()
    errors = list(validator.iter_errors(value))
    mistyped = {_path(error) for error in errors if error.kind.name == "type"}
    found = [
        _violation(schema, error)
        for error in errors
        # What has the wrong type breaks everything else too, and that is no news.
        if error.kind.name == "type" or _path(error) not in mistyped
    ]
    return tuple(dict.fromkeys(found))


def describe(types: tuple[str, ...]) -> str:
    """Name types for a message: "a string", "an array or null"."""
    return " or ".join(map(_with_article, types))


def _with_article(name: str) -> str:
    if name == "null":
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


class _Held:
    """A schema as a key: equal to itself alone, since comparing trees would cost too much."""

    __slots__ = ("schema",)

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.schema is self.schema

    def __hash__(self) -> int:
        return id(self.schema)


@lru_cache(maxsize=8192)
def _validator(held: _Held) -> jsonschema_rs.Validator:
    return _compiled(json.dumps(_rules(held.schema), sort_keys=True))


@lru_cache(maxsize=4096)
def _compiled(text: str) -> jsonschema_rs.Validator:
    """Compile rules once for all versions that have them, which takes milliseconds."""
    return jsonschema_rs.Draft4Validator(
        json.loads(text), formats={"date-time": _is_time}, validate_formats=True
    )


def _rules(schema: Schema) -> dict[str, Json]:
    """Return a JSON Schema, draft 4, that admits what the document admits."""
    lowest, highest = _range(schema)
    types = _types(schema)
    null: list[Json] = [None] if schema.nullable else []
    rules: dict[str, Json] = {
        "type": list[Json](types) or None,
        "enum": [*schema.enum, *null] if schema.enum else None,
        "properties": {name: _rules(each) for name, each in schema.properties.items()} or None,
        "required": list[Json](sorted(schema.required)) or None,
        "items": _rules(schema.items) if schema.items else None,
        "additionalProperties": _rules(schema.additional) if schema.additional else None,
        "pattern": schema.pattern or None,
        "format": "date-time" if schema.format in _TIMES else None,
        "minimum": lowest,
        "maximum": highest,
    }
    return {keyword: rule for keyword, rule in rules.items() if rule is not None}


def _types(schema: Schema) -> tuple[str, ...]:
    # A file is bytes: the document says nothing of their form.
    if not schema.types or "file" in schema.types:
        return ()
    more = ("null",) if schema.nullable and "null" not in schema.types else ()
    return schema.types + more


def _range(schema: Schema) -> tuple[float | None, float | None]:
    lowest, highest = _RANGES.get(schema.format, (None, None))
    return (
        lowest if schema.minimum is None else schema.minimum,
        highest if schema.maximum is None else schema.maximum,
    )


def _is_time(text: str) -> bool:
    """Tell whether a text is a time of RFC 3339, as Go writes it: up to nine digits, year 1 too."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return False
    return second <= _LEAP_SECOND and int(match[9] or 0) < _HOURS and int(match[10] or 0) < _MINUTES


def _path(error: jsonschema_rs.ValidationError) -> tuple[str | int, ...]:
    return tuple(error.instance_path)


def _violation(root: Schema, error: jsonschema_rs.ValidationError) -> Violation:
    pointer, schema = _general(root, error.instance_path)
    rule = error.kind.name
    if rule == "required":
        name = str(error.kind.as_dict()["property"])
        member = schema.properties.get(name) if schema else None
        promised = describe(_types(member)) if member else ""
        told = "is missing; the spec promises it"
        return Violation(f"{pointer}/{escape(name)}", rule, told, promised, "nothing")
    value = error.instance
    kind = _kind(value)
    if schema is None or rule == "type":
        promised = describe(_types(schema)) if schema else ""
        message = f"is {describe((kind,))}; the spec promises {promised}"
        return Violation(pointer, rule, message, promised, kind)
    seen = _short(json.dumps(value))
    if rule == "enum":
        promised = _choice(schema.enum)
        return Violation(pointer, rule, f"is {seen}; the spec promises {promised}", promised, seen)
    lowest, highest = _range(schema)
    ranged = {"minimum": f"at least {lowest}", "maximum": f"at most {highest}"}
    if rule in ranged and schema.format in _RANGES:
        promised, told = f"{schema.format}, {ranged[rule]}", "is out of range"
    elif rule in ranged:
        promised, told = ranged[rule], "is out of range"
    elif rule == "pattern":
        promised, told = f"the pattern {schema.pattern}", "is formed in another way"
    else:
        promised, told = schema.format or rule, f"is no {schema.format or rule}"
    return Violation(pointer, rule, f"{told}; the spec promises {promised}", promised, seen)


def _general(schema: Schema | None, path: list[str | int]) -> tuple[str, Schema | None]:
    """Return a path as a pointer that is alike for all elements, and the schema it leads to."""
    pointer = ""
    for step in path:
        if isinstance(step, int):
            pointer, schema = f"{pointer}/*", schema.items if schema else None
        elif schema is None or step in schema.properties:
            pointer = f"{pointer}/{escape(step)}"
            schema = schema.properties[step] if schema else None
        else:
            pointer, schema = f"{pointer}/*", schema.additional
    return pointer, schema


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


def _choice(values: tuple[Json, ...]) -> str:
    shown = [json.dumps(value) for value in values[:_MANY_ENUM]]
    more = f" or {len(values) - _MANY_ENUM} others" if len(values) > _MANY_ENUM else ""
    return f"{' or '.join(shown)}{more}" if len(shown) > 1 or more else shown[0]


def _short(text: str) -> str:
    return text if len(text) <= _SEEN_LENGTH else f"{text[: _SEEN_LENGTH - 1]}…"


def _first_line(error: ValueError) -> str:
    return str(error).partition("\n")[0]


def _encodable(value: Json) -> Json:
    """Return a value whose texts have no lone surrogates, which the validator cannot take."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
        return json.loads(text)  # type: ignore[no-any-return] # JSON in, JSON out
    return value
