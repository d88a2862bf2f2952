"""Calls that are valid in every way: each documented parameter and property seen at least once."""

import math
from collections.abc import Iterable, Iterator, Mapping

from harness.generate.base import (
    JSON,
    base_call,
    takes_json,
    value,
    with_body,
    with_header,
    with_query,
)
from harness.generate.bodies import Absent, json_body
from harness.generate.bounds import Bounds
from harness.generate.draws import drawn
from harness.generate.fields import Field, fields, kind, overlaid, samples, texts
from harness.model.call import Call
from harness.model.spec import Json, Operation, Schema

_HANDFUL = 3  # properties that one call lays over the recipe's body; more exclude one another
_ROUNDS = 4  # values of one property, at most
# Words that begin with c are no special words such as host, and no paths.
_FREE: Mapping[str, Json] = {"type": "string", "pattern": "^c[a-z0-9]{0,11}$"}


def polite_calls(
    operation: Operation, bounds: Bounds, *, seed: int, examples: int
) -> Iterator[Call]:
    """Yield the recipe's call, then one for each parameter, then bodies, then random mixtures."""
    base = base_call(operation, bounds.recipe)
    yield base
    yield from _with_parameters(operation, bounds, base)
    if takes_json(operation, bounds.recipe):
        yield from _with_fields(operation, bounds, base)
    if examples > 0:
        yield from _mixtures(operation, bounds, base, seed=seed, examples=examples)


def _with_parameters(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    for name, choices in _open_parameters(operation, bounds, base, "query").items():
        for text in choices:
            yield with_query(base, name, text)
    for name, choices in _open_parameters(operation, bounds, base, "header").items():
        for text in choices:
            yield with_header(base, name, text)


def _open_parameters(
    operation: Operation, bounds: Bounds, base: Call, location: str
) -> dict[str, tuple[str, ...]]:
    """Return the texts of each parameter that the recipe leaves open or the tables vary."""
    pairs = base.query if location == "query" else base.headers
    return {
        parameter.name: texts(parameter, bounds)
        for parameter in operation.inputs(location)
        if value(pairs, parameter.name) is None
        or bounds.texts(f"{location}/{parameter.name}") is not None
    }


def _choices(operation: Operation, bounds: Bounds) -> list[tuple[Field, tuple[Json, ...]]]:
    """Return the values of each property that a call may lay over the recipe's body."""
    if bounds.values("body") is not None or not takes_json(operation, bounds.recipe):
        return []
    whole = [field for field in fields(operation, bounds) if field.whole and not field.inside]
    found = [(field, samples(field.schema, field.place, bounds)) for field in whole]
    return [(field, values) for field, values in found if values]


def _with_fields(operation: Operation, bounds: Bounds, base: Call) -> Iterator[Call]:
    choices = _choices(operation, bounds)
    for turn in range(_ROUNDS):
        chosen = [(field, values[turn]) for field, values in choices if turn < len(values)]
        calls = math.ceil(len(chosen) / _HANDFUL)
        for first in range(calls):
            # Every so many, since neighbours are alike and may exclude one another.
            yield _over(operation, bounds, base, chosen[first::calls])


def _over(
    operation: Operation, bounds: Bounds, base: Call, chosen: Iterable[tuple[Field, Json]]
) -> Call:
    recipe_body = json_body(bounds.recipe)
    body: Json = {} if isinstance(recipe_body, Absent) else recipe_body
    if operation.body is not None:
        for field, each in chosen:
            body = overlaid(body, field, each, operation.body.schema, bounds)
    return with_body(base, body)


def _mixtures(
    operation: Operation, bounds: Bounds, base: Call, *, seed: int, examples: int
) -> Iterator[Call]:
    queries = {
        name: choices
        for name, choices in _open_parameters(operation, bounds, base, "query").items()
        if choices
    }
    choices = {field.place: (field, values) for field, values in _choices(operation, bounds)}
    if len(queries) + len(choices) <= 1:
        return
    asked = _narrowed(queries, choices, bounds)
    seeded = f"{seed} {operation.id} {operation.shape} mixtures"
    for query, laid in drawn(asked, negative=False, seeded=seeded, count=examples):
        call = base
        for name in (name for name in queries if name in query):
            call = with_query(call, name, query[name])
        if isinstance(laid, dict) and laid:
            pairs = [(choices[place][0], laid[place]) for place in sorted(laid)]
            call = _over(operation, bounds, call, pairs)
        yield call


def _narrowed(
    queries: Mapping[str, tuple[str, ...]],
    choices: Mapping[str, tuple[Field, tuple[Json, ...]]],
    bounds: Bounds,
) -> dict[str, Json]:
    """Return an operation that allows just what a polite call may hold; its body is flat."""
    parameters: list[Json] = [
        {"name": name, "in": "query", "type": "string", "enum": list(texts)}
        for name, texts in queries.items()
    ]
    if choices:
        schema: dict[str, Json] = {
            "type": "object",
            "properties": {
                place: _form(field, values, bounds) for place, (field, values) in choices.items()
            },
            "additionalProperties": False,
            "maxProperties": _HANDFUL,
        }
        parameters.append({"name": "body", "in": "body", "schema": schema})
    return {
        "consumes": [JSON],
        "parameters": parameters,
        "responses": {"200": {"description": ""}},
    }


def _form(field: Field, values: tuple[Json, ...], bounds: Bounds) -> Json:
    schema = field.schema
    if bounds.values(field.place) is None and not schema.enum:
        match kind(schema):
            case "string" if not schema.format and not schema.pattern:
                return dict(_FREE)
            case "integer" if schema.minimum is None and schema.maximum is None:
                return {"type": "integer", "minimum": 0, "maximum": 9}
            case "array" if schema.items and _is_free(schema.items, f"{field.place}/*", bounds):
                return {"type": "array", "items": dict(_FREE), "maxItems": 2}
            case _:
                pass
    return {"enum": list(values)}


def _is_free(schema: Schema, place: str, bounds: Bounds) -> bool:
    free = kind(schema) == "string" and not (schema.enum or schema.format or schema.pattern)
    return free and bounds.values(place) is None
