"""Holds the examples in an upstream Swagger document to the schemas of the document made of it.

Upstream gives examples of definitions, of properties at any depth, of bodies and of replies. That
the facts are the same is shown by importing the file anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.model.errors import SpecError
from harness.model.spec import Json, Schema, Spec
from harness.specs.audit_places import Route, place_of
from harness.specs.audit_values import Corrigible, Difference, Side
from harness.specs.audit_walk import Document, along, follow
from harness.specs.importer import METHODS, import_document
from harness.specs.node import Node, escape
from harness.specs.reader import read_spec
from harness.specs.spots import ABSENT, Spot, locate
from harness.specs.validation import violations
from harness.specs.yaml_text import write_yaml

_JSON = "application/json"
_NESTED = ("properties", "items", "additionalProperties", "allOf")


@dataclass(frozen=True, slots=True)
class UpstreamExample:
    """An example, and the pointer of the schema that it is of; parameters go by their names."""

    pointer: str
    value: Json


def same_facts(upstream: str, document: Document, source: str) -> tuple[Difference, ...]:
    """Return the first line in which a fresh import of upstream's text and a document differ."""
    fresh = import_document(upstream, source).splitlines()
    ours = write_yaml(document).splitlines()
    if fresh == ours:
        return ()
    pairs = zip(fresh, ours, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(fresh), len(ours)))
    message = f"is not what an import of {source} gives, from line {same + 1} on"
    return (Difference(Side.STALE, "document", message),)


def examples(upstream: Node) -> Iterator[UpstreamExample]:
    """Yield the examples of an upstream document, in order."""
    definitions = upstream.find("definitions")
    for _, schema in definitions.members() if definitions else ():
        yield from _of_schema(schema, schema.pointer)
    for _, methods in upstream["paths"].members():
        for method in METHODS:
            operation = methods.find(method)
            if operation is not None:
                yield from _of_operation(operation)


def _of_operation(operation: Node) -> Iterator[UpstreamExample]:
    listed = operation.find("parameters")
    for parameter in listed.elements() if listed else ():
        schema, name = parameter.find("schema"), parameter.find("name")
        if schema and name:
            where = f"{operation.pointer}/parameters/{escape(name.text())}/schema"
            yield from _of_schema(schema, where)
    for _, reply in operation["responses"].members():
        where = f"{reply.pointer}/schema"
        schema, shown = reply.find("schema"), reply.find("examples")
        value = shown.find(_JSON) if shown else None
        if value is not None:
            yield UpstreamExample(where, value.value)
        if schema is not None:
            yield from _of_schema(schema, where)


def _of_schema(schema: Node, pointer: str) -> Iterator[UpstreamExample]:
    if not isinstance(schema.value, dict):
        return
    shown = schema.find("example")
    if shown is not None:
        yield UpstreamExample(pointer, shown.value)
    for keyword in _NESTED:
        inner = schema.find(keyword)
        if inner is None:
            continue
        if keyword == "properties":
            for name, member in inner.members():
                yield from _of_schema(member, f"{pointer}/properties/{escape(name)}")
        elif keyword == "allOf":
            for part in inner.elements():
                # An example of one part is meant to be one of the whole.
                yield from _of_schema(part, pointer)
        else:
            yield from _of_schema(inner, f"{pointer}/{keyword}")


def compare_examples(
    shown: tuple[UpstreamExample, ...],
    document: Document,
    source: str,
    names: Mapping[Route, str],
) -> tuple[Difference, ...]:
    """Return where examples break the schemas of a document, each place and message once.

    An example of a schema that is not in the document, such as one that an erratum took out, is
    left out. `names` are the ids of operations that places are told by.
    """
    placed = [(each, spot) for each in shown if (spot := _spot(document, each.pointer))]
    spec, schemas = _read(document, [spot for _, spot in placed], source)
    found: dict[tuple[str, str], Difference] = {}
    for (example, spot), schema in zip(placed, schemas, strict=True):
        root = place_of(example.pointer, names)
        for pointer, message, where in _broken(document, spot, spec, schema, example.value):
            place = f"{root.rstrip('/')}{pointer}" or "/"
            found[place, message] = Difference(Side.EXAMPLE, place, message, where)
    return tuple(found.values())


def _broken(
    document: Document, spot: Spot, spec: Spec, schema: Schema, value: Json
) -> Iterator[tuple[str, str, Corrigible]]:
    for met in along(document, spot, value):
        if not met.known:
            where = follow(document, spot, met.pointer)
            yield met.pointer, "is in an example; no schema tells of it", where
    for each in violations(spec, schema, value):
        where = follow(document, spot, each.pointer)
        yield each.pointer, f"in an example {each.message}", where


def _spot(document: Document, pointer: str) -> Spot | None:
    try:
        spot = locate(document, pointer)
    except SpecError:
        return None
    return None if spot.value is ABSENT else spot


def _read(document: Document, spots: list[Spot], source: str) -> tuple[Spec, list[Schema]]:
    """Read schemas that stand anywhere, as the replies of operations made up for them."""
    paths: Document = {
        f"/{index}": {
            "get": {"operationId": str(index), "responses": {"200": {"schema": _json(spot)}}}
        }
        for index, spot in enumerate(spots)
    }
    spec = read_spec({**document, "paths": paths}, source)
    found = (spec.operations[str(index)].responses[200].schema for index in range(len(spots)))
    return spec, [schema for schema in found if schema is not None]


def _json(spot: Spot) -> Json:
    value = spot.value
    return None if value is ABSENT else value
