"""JSON bodies with tokens in them: read, changed at one place, written."""

import copy
import json
from typing import TypeAlias

from harness.model.spec import Json
from harness.model.tables import Recipe

Path: TypeAlias = tuple[str, ...]

# Stands for a number that Python's JSON writer would not write as it is.
_MARK = "docker-contract-number"


class Absent:
    """The value of a place that holds nothing."""


ABSENT = Absent()


def json_body(recipe: Recipe) -> Json | Absent:
    """Return the body of a recipe as a value; ABSENT where it has none or one that is no JSON."""
    if recipe.body is None or "json" not in recipe.media_type:
        return ABSENT
    try:
        value: Json = json.loads(recipe.body)
    except ValueError:
        return ABSENT
    return value


def written(value: Json) -> bytes:
    """Return a value as the bytes of a body, the same ones for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def written_with(body: Json, path: Path, number: str) -> bytes:
    """Return a body as bytes, with the text of a number at a place."""
    return written(put(body, path, _MARK)).replace(f'"{_MARK}"'.encode(), number.encode())


def found(body: Json | Absent, path: Path) -> Json | Absent:
    """Return what a body holds at a place; ABSENT where nothing is."""
    value = body
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return ABSENT
        value = value[name]
    return value


def put(body: Json, path: Path, value: Json) -> Json:
    """Return a copy of a body with a value at a place; objects on the way are made."""
    if not path:
        return value
    changed = copy.deepcopy(body) if isinstance(body, dict) else {}
    place = changed
    for name in path[:-1]:
        inner = place.get(name)
        if not isinstance(inner, dict):
            inner = place[name] = {}
        place = inner
    place[path[-1]] = copy.deepcopy(value)
    return changed


def without(body: Json, path: Path) -> Json:
    """Return a copy of a body with nothing at a place."""
    changed = copy.deepcopy(body)
    holder = found(changed, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    return changed
