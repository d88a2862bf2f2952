"""How changes word what a document says of a value."""

import json

from harness.model.spec import Json, Schema

_LONGEST = 80


def types_of(schema: Schema) -> frozenset[str]:
    """Return the JSON types of a schema without null, those too that go without saying."""
    said = frozenset(schema.types) - {"null"}
    if said:
        return said
    if schema.properties or schema.additional or schema.closed:
        return frozenset({"object"})
    return frozenset({"array"}) if schema.items else frozenset()


def nullable(schema: Schema) -> bool:
    """Tell whether the value may be null."""
    return schema.nullable or "null" in schema.types


def describe(schema: Schema) -> str:
    """Return what a schema says in short: "array of string", "integer (int64)", "any value"."""
    kinds = [_kind(schema, kind) for kind in sorted(types_of(schema))] or ["any value"]
    return " or ".join([*kinds, "null"] if nullable(schema) else kinds)


def _kind(schema: Schema, kind: str) -> str:
    if kind == "array":
        return f"array of {describe(schema.items)}" if schema.items else kind
    if kind == "object":
        if schema.reference:
            return schema.reference
        free = schema.additional if not schema.properties else None
        return f"map of {describe(free)}" if free else kind
    return f"{kind} ({schema.format})" if schema.format else kind


def said(value: Json) -> str:
    """Return a value of a document as text: a string in quotes, so that it is no other value."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
