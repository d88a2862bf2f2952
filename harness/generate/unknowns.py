"""Polite calls with something added that no document names, which a daemon must ignore."""

from collections.abc import Iterator
from dataclasses import replace

from harness.generate.base import base_call, with_body
from harness.generate.bodies import Path, found, json_body, put
from harness.generate.bounds import Bounds
from harness.generate.fields import WORD, fields
from harness.model.call import Call, Manner, Twist
from harness.model.spec import Operation

_PARAMETER = "x-contract-unknown"
_PROPERTY = "XContractUnknown"


def open_calls(operation: Operation, bounds: Bounds) -> Iterator[Call]:
    """Yield the recipe's call with an unknown parameter, then with a property at each level."""
    base = replace(base_call(operation, bounds.recipe), manner=Manner.OPEN)
    yield replace(
        base,
        query=(*base.query, (_PARAMETER, "1")),
        twist=Twist.UNKNOWN_QUERY,
        at=f"query/{_PARAMETER}",
    )
    body = json_body(bounds.recipe)
    if not isinstance(body, dict):
        return
    levels: list[Path] = [()]
    # Only into objects that the recipe has, since the plain call is compared with this one.
    levels += [
        field.path
        for field in fields(operation, bounds)
        if field.schema.properties and isinstance(found(body, field.path), dict)
    ]
    for level in levels:
        path = (*level, _PROPERTY)
        place = "/".join(("body", *path))
        if not bounds.is_limited(place):
            call = with_body(base, put(body, path, WORD), base.media_type)
            yield replace(call, twist=Twist.UNKNOWN_PROPERTY, at=place)
