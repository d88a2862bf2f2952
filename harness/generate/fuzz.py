"""Rude calls out of schemathesis: wrong values nobody thought of, laid over the recipe's call."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

from harness.generate.base import base_call, rude, takes_json, value, with_body, with_query
from harness.generate.bodies import Absent, Path, found, json_body, put
from harness.generate.bounds import Bounds
from harness.generate.draws import drawn
from harness.generate.fields import has_filters, kind
from harness.model.call import Call, Twist
from harness.model.spec import Json, Operation, Parameter, Schema

_Object: TypeAlias = dict[str, Json]
_Objects: TypeAlias = dict[str, dict[str, Json]]
# What a text would need to name a path, a host, an image elsewhere, a namespace, or a token.
_TELLING = ("/", "\\", ":", ".", "@", "{{", "host")
_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "map": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
# Cases that are drawn for each call that is wanted; some have nothing wrong that may be kept.
_TRIES = 2
_DEEPEST = 6


def fuzz_calls(
    document: Mapping[str, Json], operation: Operation, bounds: Bounds, *, seed: int, examples: int
) -> Iterator[Call]:
    """Yield up to half as many calls as `examples`, each with wrong values where that is harmless.

    Only what the document does not allow is taken from a case, at places that no limit is on and
    where the recipe names nothing of the world.
    """
    base = base_call(operation, bounds.recipe)
    queries = {
        parameter.name: parameter
        for parameter in operation.inputs("query")
        if _may_fuzz(parameter, bounds, base)
    }
    bodily = takes_json(operation, bounds.recipe) and not bounds.is_limited("body")
    asked = _asked(document, operation, bounds, {*queries}, bodily=bodily)
    wanted = examples // 2
    if asked is None or not wanted:
        return
    seeded = f"{seed} {operation.id} {operation.shape} fuzz"
    count = wanted * _TRIES
    made: dict[Call, None] = {}
    for query, body in drawn(asked, negative=True, seeded=seeded, count=count):
        call, at = _with_queries(base, queries, query)
        if bodily and operation.body is not None:
            call, place = _with_wrong_body(call, operation.body.schema, body, bounds)
            at = at or place
        if at:
            made.setdefault(rude(call, Twist.FUZZ, at))
    yield from list(made)[:wanted]


def _may_fuzz(parameter: Parameter, bounds: Bounds, base: Call) -> bool:
    """Tell whether some texts would be wrong for a parameter, and may be tried."""
    wrong = kind(parameter.schema) in {"integer", "number", "boolean"} or parameter.schema.enum
    present = value(base.query, parameter.name) or ""
    free = bounds.is_free(f"query/{parameter.name}", present) and "{{" not in present
    return free and bool(wrong or has_filters(parameter))


def _asked(
    document: Mapping[str, Json],
    operation: Operation,
    bounds: Bounds,
    queries: set[str],
    *,
    bodily: bool,
) -> dict[str, Json] | None:
    """Return the operation as documented, with what may be fuzzed alone; None where nothing may."""
    paths = cast("_Objects", document["paths"])
    shared = cast("list[Json]", paths[operation.path].get("parameters", []))
    described = cast("_Object", paths[operation.path][operation.method.lower()])
    listed = cast("list[Json]", described.get("parameters", []))
    parameters: list[Json] = []
    for each in (*shared, *listed):
        parameter = _target(document, each)
        if parameter["in"] == "query" and parameter["name"] in queries:
            parameters.append(parameter)
        if parameter["in"] == "body" and bodily:
            schema = _pruned(document, parameter["schema"], "body", bounds)
            parameters.append({**parameter, "schema": schema})
    if not parameters:
        return None
    return {
        "consumes": ["application/json"],
        "parameters": parameters,
        "responses": {"200": {"description": ""}},
    }


def _pruned(document: Mapping[str, Json], schema: Json, place: str, bounds: Bounds) -> Json:
    """Return a schema without references and without the properties that a limit is on.

    Less to draw is drawn faster, and what is limited would be thrown away.
    """
    described = _target(document, schema)
    if place.count("/") > _DEEPEST:
        return {}
    pruned: _Object = {}
    for key, said in described.items():
        if key == "properties":
            pruned[key] = {
                name: _pruned(document, each, f"{place}/{name}", bounds)
                for name, each in cast("_Object", said).items()
                if not bounds.is_limited(f"{place}/{name}")
            }
        elif key in {"items", "additionalProperties"} and isinstance(said, dict):
            pruned[key] = _pruned(document, said, f"{place}/*", bounds)
        elif key == "allOf" and isinstance(said, list):
            pruned[key] = [_pruned(document, each, place, bounds) for each in said]
        elif key not in {"description", "example", "title"}:
            pruned[key] = said
    return pruned


def _target(document: Mapping[str, Json], value: Json) -> _Object:
    """Follow a reference to where it leads; return any other object as it is."""
    described = cast("_Object", value)
    while "$ref" in described:
        _, group, name = str(described["$ref"]).split("/", 2)
        described = cast("_Objects", document[group])[name]
    return described


def _with_queries(
    base: Call, queries: Mapping[str, Parameter], query: Mapping[str, str]
) -> tuple[Call, str]:
    call, at = base, ""
    for name in sorted(queries.keys() & query.keys()):
        text = query[name]
        # An empty text is a twist of its own.
        if text and _is_harmless(text) and not _reads_as(queries[name].schema, text):
            call = with_query(call, name, text)
            at = at or f"query/{name}"
    return call, at


def _reads_as(schema: Schema, text: str) -> bool:
    """Tell whether a text is one that the schema allows."""
    if schema.enum:
        return text in schema.enum
    match kind(schema):
        case "boolean":
            return text in {"true", "false"}
        case "integer" | "number":
            return text.removeprefix("-").isdecimal()
        case _:
            return False


def _with_wrong_body(
    call: Call, schema: Schema, drawn_body: Json, bounds: Bounds
) -> tuple[Call, str]:
    if drawn_body is None:
        return call, ""
    if not isinstance(drawn_body, dict):
        wrong = kind(schema) not in {"array", ""} and bounds.admits("body", drawn_body)
        harmless = wrong and _is_harmless(drawn_body)
        return (with_body(call, drawn_body), "body") if harmless else (call, "")
    recipe_body = json_body(bounds.recipe)
    body: Json = {} if isinstance(recipe_body, Absent) else recipe_body
    at = ""
    for path, each in _wrong(schema, (), drawn_body):
        place = "/".join(("body", *path))
        present = found(body, path)
        if _names_something(present) or not bounds.admits(place, each):
            continue
        if not bounds.is_limited(place) and _is_harmless(each):
            body = put(body, path, each)
            at = at or place
    return (with_body(call, body), at) if at else (call, "")


def _wrong(schema: Schema, path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    """Yield the values that their schemas do not allow; what is not documented is left out."""
    if isinstance(value, dict) and schema.properties:
        for name in sorted(value.keys() & schema.properties.keys()):
            yield from _wrong(schema.properties[name], (*path, name), value[name])
    elif path and not _is_valid(schema, value):
        yield path, value


def _is_valid(schema: Schema, value: Json) -> bool:
    form = kind(schema)
    if not form:
        return True
    if schema.enum:
        return value in schema.enum
    fitting = isinstance(value, _PYTHON[form])
    if form != "boolean" and isinstance(value, bool):
        return False
    if isinstance(value, list) and schema.items and fitting:
        return all(_is_valid(schema.items, element) for element in value)
    if isinstance(value, dict) and schema.additional and fitting:
        return all(_is_valid(schema.additional, each) for each in value.values())
    return fitting


def _names_something(value: Json | Absent) -> bool:
    """Tell whether a part of the recipe's body names the run or something of its world."""
    if isinstance(value, dict):
        return any(_names_something(each) for each in value.values())
    if isinstance(value, list):
        return any(_names_something(each) for each in value)
    return isinstance(value, str) and "{{" in value


def _is_harmless(value: Json) -> bool:
    if isinstance(value, dict):
        return all(_is_harmless(key) and _is_harmless(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_is_harmless, value))
    return not isinstance(value, str) or not any(each in value.lower() for each in _TELLING)
