"""The call that a recipe describes, from which all others of its operation differ in a little."""

from dataclasses import replace

from harness.generate.bodies import ABSENT, Absent, json_body, written
from harness.model.call import Call, Manner, Pairs, Twist
from harness.model.errors import SpecError
from harness.model.spec import Json, Operation
from harness.model.tables import Recipe

JSON = "application/json"


def base_call(operation: Operation, recipe: Recipe) -> Call:
    """Return the recipe as a call; raise SpecError where it leaves a parameter of the path out."""
    given = dict(recipe.path)
    names = [parameter.name for parameter in operation.inputs("path")]
    missing = [name for name in names if name not in given]
    if missing:
        raise SpecError(f"resources.yaml#/operations/{operation.id}/path: {missing[0]} is missing")
    body = json_body(recipe)
    plain = None if recipe.body is None else recipe.body.encode()
    return Call(
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        path_parameters=tuple((name, given[name]) for name in names),
        query=recipe.query,
        headers=recipe.headers,
        body=plain if isinstance(body, Absent) else written(body),
        media_type=recipe.media_type if recipe.body is not None else "",
    )


def takes_json(operation: Operation, recipe: Recipe) -> bool:
    """Tell whether the operation has a JSON body: the recipe's, or one that it leaves out."""
    if json_body(recipe) is not ABSENT:
        return True
    return operation.body is not None and recipe.body is None and JSON in operation.consumes


def with_query(call: Call, name: str, text: str) -> Call:
    """Return a call with a query parameter, in the place of one of that name."""
    return replace(call, query=replaced(call.query, name, text))


def with_header(call: Call, name: str, text: str) -> Call:
    """Return a call with a header, in the place of one of that name."""
    return replace(call, headers=replaced(call.headers, name, text))


def with_body(call: Call, body: Json | bytes, media_type: str = JSON) -> Call:
    """Return a call with another body: a value that is written as JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else written(body)
    return replace(call, body=content, media_type=media_type)


def rude(call: Call, twist: Twist, at: str) -> Call:
    """Return a call marked as wrong in one way."""
    return replace(call, manner=Manner.RUDE, twist=twist, at=at)


def replaced(pairs: Pairs, name: str, text: str) -> Pairs:
    """Return pairs with one of that name alone, where the first one stood or at the end."""
    if any(_same(key, name) for key, _ in pairs):
        return tuple((key, text if _same(key, name) else value) for key, value in pairs)
    return (*pairs, (name, text))


def removed(pairs: Pairs, name: str) -> Pairs:
    """Return pairs without those of that name."""
    return tuple(pair for pair in pairs if not _same(pair[0], name))


def value(pairs: Pairs, name: str) -> str | None:
    """Return the first value of that name; None where there is none."""
    return next((text for key, text in pairs if _same(key, name)), None)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
