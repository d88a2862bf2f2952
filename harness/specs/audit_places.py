"""How the differences of an audit name places, in the words of contracts/audit.yaml.

POST /boxes/create          an operation
BoxCreate query size        an input; and so header X-Name
BoxCreate status 409        a status
BoxCreate body /Lid/Knob    a property in the body of a call
BoxList 200 /*/Sides/*      the same in a reply
Box /Lid                    the same in a definition
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

from harness.model.spec import Operation, Spec
from harness.specs.node import escape

Route: TypeAlias = tuple[str, str]

_VARIABLE = re.compile(r"\{[^}]*\}|\([^)]*\)")
_VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
_ROOTS = {"definitions": 2, "paths": 5}


def route(method: str, path: str) -> Route:
    """Return what tells operations apart: the names of variables and a version do not matter."""
    return method.upper(), _VARIABLE.sub("{}", _VERSION.sub("", path))


def routes(spec: Spec) -> dict[Route, Operation]:
    """Return the operations of a spec by their routes."""
    return {route(each.method, each.path): each for each in spec.operations.values()}


def operation_pointer(operation: Operation) -> str:
    """Return where an operation stands in its document."""
    return f"/paths/{escape(operation.path)}/{operation.method.lower()}"


def place_of(pointer: str, names: Mapping[Route, str]) -> str:
    """Return the place of a schema, given its JSON pointer and the ids of operations."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    length = _ROOTS.get(steps[0], 0) if steps else 0
    if not length or len(steps) < length:
        return pointer
    inside = _inside(steps[length:])
    if steps[0] == "definitions":
        return f"{steps[1]} {inside}"
    name = names.get(route(steps[2], steps[1]), " ".join((steps[2].upper(), steps[1])))
    return f"{name} {'body' if steps[3] == 'parameters' else steps[4]} {inside}"


def _inside(steps: list[str]) -> str:
    """Return a path through a schema as one through its values."""
    found = ""
    rest = iter(steps)
    for step in rest:
        if step == "properties":
            found += f"/{escape(next(rest, ''))}"
        elif step in ("items", "additionalProperties"):
            found += "/*"
        elif step == "allOf":
            next(rest, None)
    return found or "/"
