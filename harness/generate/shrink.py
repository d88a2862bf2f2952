"""From a call that shows a finding to the smallest one that still does."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.generate.base import removed, replaced, value, with_body
from harness.generate.bodies import ABSENT, Absent, Path, found, json_body, put, without
from harness.generate.bounds import bounds
from harness.model.call import Call, Manner, Pairs
from harness.model.spec import Json
from harness.model.tables import Limit, Recipe

# Without limits, what was laid over a body is dropped as a whole, down to this depth: taken apart,
# it might mean more than before (a port without its address, say).
_APART = 2


def shrink(
    call: Call,
    recipe: Recipe,
    still_shows: Callable[[Call], bool],
    *,
    most: int,
    limits: Sequence[Limit] | None = None,
) -> Call:
    """Return the smallest call found that still shows what `still_shows` tells.

    Greedy: the first smaller call that shows it is gone on from. `most` bounds how often
    `still_shows` is asked. With `limits`, values at free places are simplified too.
    """
    asked: set[Call] = set()
    smallest = call
    while True:
        for smaller in shrink_steps(smallest, recipe, limits=limits):
            if smaller in asked:
                continue
            if len(asked) >= most:
                return smallest
            asked.add(smaller)
            if still_shows(smaller):
                smallest = smaller
                break
        else:
            return smallest


def shrink_steps(
    call: Call, recipe: Recipe, *, limits: Sequence[Limit] | None = None
) -> Iterator[Call]:
    """Yield smaller variants of a call, the boldest first.

    The recipe is the smallest: what it says stays, since it keeps a call to what the run made. So
    does what the call is rude or open with, since without that it would be another call.
    """
    if not call.at.startswith("body"):
        yield from _with_the_recipes_body(call, recipe)
    yield from _with_fewer("query", call, recipe)
    yield from _with_fewer("header", call, recipe)
    own = json_body(recipe)
    body = _body(call)
    if isinstance(body, dict) and not _is_whole(call):
        start: Json = own if isinstance(own, dict) else {}
        yield from _with_smaller_bodies(call, body, start, recipe, limits)


def _is_whole(call: Call) -> bool:
    """Tell whether the body as such is what the call is rude with."""
    return call.manner is not Manner.POLITE and call.at == "body"


def _body(call: Call) -> Json | Absent:
    if call.body is None or "json" not in call.media_type:
        return ABSENT
    try:
        body: Json = json.loads(call.body)
    except ValueError:
        return ABSENT
    return body


def _with_the_recipes_body(call: Call, recipe: Recipe) -> Iterator[Call]:
    own, body = json_body(recipe), _body(call)
    if not isinstance(own, Absent) and not isinstance(body, Absent) and own != body:
        yield with_body(call, own, call.media_type)


def _with_fewer(location: str, call: Call, recipe: Recipe) -> Iterator[Call]:
    """Yield the call without one parameter of its own, or with the recipe's text for it."""
    pairs = call.query if location == "query" else call.headers
    recipes = recipe.query if location == "query" else recipe.headers
    for name, text in pairs:
        own = value(recipes, name)
        if call.at == f"{location}/{name}" or own == text:
            continue
        fewer = removed(pairs, name) if own is None else replaced(pairs, name, own)
        yield _with_pairs(call, location, fewer)


def _with_pairs(call: Call, location: str, pairs: Pairs) -> Call:
    return replace(call, query=pairs) if location == "query" else replace(call, headers=pairs)


def _with_smaller_bodies(
    call: Call, body: Json, own: Json, recipe: Recipe, limits: Sequence[Limit] | None
) -> Iterator[Call]:
    held = bounds(call.operation, limits or (), recipe)
    kept = tuple(call.at.split("/")[1:]) if call.at.startswith("body/") else ()
    for path in _paths(body, ()):
        present, before = found(body, path), found(own, path)
        if path == kept[: len(path)] or present == before:
            continue
        place = "/".join(("body", *path))
        above = "/".join(("body", *path[:-1]))
        apart = limits is not None and held.values(above) is None and not held.is_limited(above)
        if not apart and len(path) > _APART:
            continue
        if isinstance(before, Absent):
            yield with_body(call, without(body, path), call.media_type)
        elif not isinstance(before, dict):
            yield with_body(call, put(body, path, before), call.media_type)
        simple = apart and held.values(place) is None and not held.is_limited(place)
        if simple and not isinstance(present, Absent):
            for simpler in _simpler(present):
                yield with_body(call, put(body, path, simpler), call.media_type)


def _paths(body: Json, path: Path) -> Iterator[Path]:
    """Yield the places of a body, objects before what they hold."""
    if isinstance(body, dict):
        for name in sorted(body):
            yield (*path, name)
            yield from _paths(body[name], (*path, name))


def _simpler(present: Json) -> Iterator[Json]:
    """Yield simpler values of the same type."""
    if isinstance(present, bool):
        return
    if isinstance(present, list) and present:
        yield []
        if len(present) > 1:
            yield present[:1]
    elif isinstance(present, str) and len(present) > 1 and "{{" not in present:
        yield present[:1]
    elif isinstance(present, int | float):
        yield from (each for each in (0, 1) if abs(each) < abs(present))
