"""In which versions an operation, and each place of it, is documented."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.model.spec import Operation, Parameter, Schema, Spec
from harness.model.version import ApiVersion
from harness.specs.node import escape

_VARIABLE = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True, slots=True)
class Appearance:
    """A place of an operation, as in `model.change.Reach`, and what each version says of it.

    `operation` has the path of the newest version. `said` holds the versions that have the place,
    lowest first.
    """

    operation: str
    place: str
    said: Mapping[ApiVersion, str]


def key(method: str, path: str) -> str:
    """Return what names an operation whatever its variables are called: "GET /images/{}/json"."""
    return f"{method} {_VARIABLE.sub('{}', path)}"


def history(specs: Mapping[ApiVersion, Spec], operation: str) -> tuple[Appearance, ...]:
    """Return all places of one operation, by its `key`, the operation itself first.

    Nothing where no version has it.
    """
    found: dict[str, dict[ApiVersion, str]] = {}
    shown = ""
    for version in sorted(specs):
        for each in specs[version].operations.values():
            if key(each.method, each.path) == operation:
                shown = f"{each.method} {each.path}"
                for place, said in places(each).items():
                    found.setdefault(place, {})[version] = said
    return tuple(Appearance(shown, place, found[place]) for place in sorted(found, key=_order))


def matching(appearances: tuple[Appearance, ...], what: str) -> tuple[Appearance, ...]:
    """Return the places that end in `what`, whose segments have dots or slashes between them.

    Letter case matters only where it tells two apart. Where none ends so, those that hold it.
    """
    wanted = [segment for segment in re.split(r"[./]", what) if segment]
    if not wanted:
        return ()
    for fold in (str, str.casefold):
        folded = [fold(segment) for segment in wanted]
        segments = [(each, [fold(part) for part in _segments(each.place)]) for each in appearances]
        ending = tuple(each for each, parts in segments if parts[-len(folded) :] == folded)
        if ending:
            return ending
    held = "/".join(wanted).casefold()
    return tuple(each for each in appearances if held in "/".join(_segments(each.place)).casefold())


def places(operation: Operation) -> dict[str, str]:
    """Return every place of an operation, with a short text of what the document says there."""
    found = {"": "deprecated" if operation.deprecated else ""}
    for parameter in operation.parameters:
        found.update(_parameter(parameter))
    for status, response in sorted(operation.responses.items()):
        reply = str(status) if status else "default"
        found[reply] = "" if response.schema else "no body"
        for header in response.headers:
            found[f"{reply}/headers/{escape(header)}"] = ""
        if response.schema:
            found.update(_schema(f"{reply}/body", response.schema, required=True))
    return found


def _parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    if parameter.location == "body":
        yield from _schema("body", parameter.schema, required=parameter.required)
        return
    location = "headers" if parameter.location == "header" else parameter.location
    said = _said(parameter.schema, required=parameter.required and location != "path")
    yield f"{location}/{escape(parameter.name)}", said


def _schema(
    place: str, schema: Schema, *, required: bool, within: frozenset[int] = frozenset()
) -> Iterator[tuple[str, str]]:
    # In a reply everything may be told to be required; what is asked for is what matters.
    yield place, _said(schema, required=required and place.startswith("body"))
    if id(schema) in within:
        return
    inside = within | {id(schema)}
    for name, member in sorted(schema.properties.items()):
        needed = name in schema.required
        yield from _schema(f"{place}/{escape(name)}", member, required=needed, within=inside)
    for element in (schema.items, schema.additional):
        if element is not None:
            yield from _schema(f"{place}/*", element, required=False, within=inside)


def _said(schema: Schema, *, required: bool) -> str:
    kind = _kind(schema)
    if schema.format:
        kind += f" ({schema.format})"
    if schema.items and not schema.reference:
        kind += f" of {_kind(schema.items)}"
    parts = [kind]
    if schema.enum:
        parts.append("one of " + ", ".join(_value(value) for value in schema.enum))
    if schema.nullable:
        parts.append("may be null")
    if required:
        parts.append("required")
    return "; ".join(parts)


def _kind(schema: Schema) -> str:
    # Where a definition holds itself, its name must do.
    return " or ".join(schema.types) or schema.reference or "any type"


def _value(value: object) -> str:
    return '""' if value == "" else str(value)


def _segments(place: str) -> list[str]:
    return [segment for segment in place.replace("~1", "/").split("/") if segment != "*"]


def _order(place: str) -> tuple[int, str]:
    """Sort the operation itself first, then what is asked, then what is answered."""
    head = place.partition("/")[0]
    ranks = {"": 0, "path": 1, "query": 2, "headers": 3, "body": 4}
    return ranks.get(head, 5), place
