"""Specs for a terminal: the list of versions, the operations of one, and one operation in full."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from harness.model.spec import Erratum, Json, Operation, Parameter, Schema, Spec
from harness.model.version import ApiVersion
from harness.report.wording import counted, printable

_NAME, _QUIET, _HEAD = "bold", "dim", "bold cyan"
_ERRORS = 400
# A part of an allOf, a keyword of a schema, or a property.
_INSIDE = re.compile(r"(/allOf/\d+)?(/[^/]+|/properties/[^/]+)?")
_REASONS = {int(status): status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What the list tells of a version; `new_shapes` are operations new or changed since before."""

    version: ApiVersion
    operations: int
    definitions: int
    new_shapes: int
    errata: int


def version_rows(specs: Iterable[tuple[Spec, int]]) -> tuple[VersionRow, ...]:
    """Return a row for each spec and the number of its definitions, lowest version first."""
    known: set[tuple[str, str]] = set()
    rows = []
    for spec, definitions in sorted(specs, key=lambda pair: pair[0].version):
        shapes = {(operation.id, operation.shape) for operation in spec.operations.values()}
        errata = len({erratum.id for erratum in spec.errata})
        new = len(shapes - known)
        rows.append(VersionRow(spec.version, len(shapes), definitions, new, errata))
        known |= shapes
    return tuple(rows)


def versions_table(rows: Iterable[VersionRow]) -> Table:
    """Return the list of versions: operations, definitions, changed operations, errata."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_NAME)
    table.add_column("API")
    for name in ("operations", "definitions", "new or changed", "errata"):
        table.add_column(name, justify="right")
    for row in rows:
        counts = (row.operations, row.definitions, row.new_shapes, row.errata)
        table.add_row(str(row.version), *map(str, counts))
    return table


def operations_table(spec: Spec) -> Table:
    """Return the operations of a spec, by path."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style=_NAME)
    table.add_column(overflow="fold")
    table.add_column(style=_QUIET)
    for operation in sorted(spec.operations.values(), key=lambda each: (each.path, each.method)):
        table.add_row(operation.method, Text(printable(operation.path)), printable(operation.id))
    return table


def operation_page(spec: Spec, operation: Operation) -> Group:
    """Return all that a spec says of an operation: parameters, body, replies, errata."""
    return Group(
        *_title(spec, operation),
        *_parameters(operation),
        *_body(operation),
        *_replies(operation),
        *_errata(errata_of(spec, operation)),
    )


def errata_of(spec: Spec, operation: Operation) -> tuple[Erratum, ...]:
    """Return the errata that bear on an operation, itself or a definition it uses; each id once."""
    roots = [parameter.schema for parameter in operation.parameters]
    roots += [reply.schema for reply in operation.responses.values() if reply.schema]
    used = {place for root in roots for place in _places(root)}
    found = {
        erratum.id: erratum
        for erratum in spec.errata
        if erratum.operation == operation.id
        or any(_touches(erratum.pointer, place) for place in used)
    }
    return tuple(found.values())


def _touches(pointer: str, place: str) -> bool:
    """Tell whether a change at a pointer changes the schema at a place, or a property of it."""
    return pointer.startswith(place) and bool(_INSIDE.fullmatch(pointer[len(place) :]))


def _places(schema: Schema) -> Iterator[str]:
    yield schema.pointer
    for below in _below(schema):
        yield from _places(below)


def _below(schema: Schema) -> Iterator[Schema]:
    yield from schema.properties.values()
    if schema.items:
        yield schema.items
    if schema.additional:
        yield schema.additional


def _title(spec: Spec, operation: Operation) -> Iterator[RenderableType]:
    yield Text.assemble((operation.method, _HEAD), " ", (printable(operation.path), _HEAD))
    chapters = ", ".join(operation.tags)
    where = f"API {spec.version}" + (f", {chapters}" if chapters else "")
    yield Text(printable(f"{operation.id}, {where}"), style=_QUIET)
    if operation.body and operation.consumes:
        yield Text(f"takes {', '.join(operation.consumes)}", style=_QUIET)
    if operation.produces:
        yield Text(f"sends {', '.join(operation.produces)}", style=_QUIET)


def _parameters(operation: Operation) -> Iterator[RenderableType]:
    listed = [each for each in operation.parameters if each.location != "body"]
    if not listed:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style=_QUIET)
    table.add_column(style=_NAME)
    table.add_column(overflow="fold")
    for parameter in listed:
        table.add_row(parameter.location, printable(parameter.name), _parameter(parameter))
    yield from _section("Parameters", table)


def _parameter(parameter: Parameter) -> Text:
    facts = ["required"] if parameter.required else []
    facts += [f"as {parameter.collection_format}"] if parameter.collection_format else []
    return _told(parameter.schema, facts)


def _body(operation: Operation) -> Iterator[RenderableType]:
    if operation.body is None:
        return
    facts = ["required"] if operation.body.required else []
    yield from _section("Body", _tree(_told(operation.body.schema, facts), operation.body.schema))


def _replies(operation: Operation) -> Iterator[RenderableType]:
    trees = [
        _reply(status, reply.schema, reply.headers)
        for status, reply in sorted(operation.responses.items())
    ]
    yield from _section("Replies", *trees)


def _reply(status: int, schema: Schema | None, headers: Iterable[str]) -> Tree:
    label = Text.assemble((str(status), _NAME), " ", (_REASONS.get(status, ""), _QUIET))
    if schema:
        label.append(": ").append_text(_told(schema, []))
    names = ", ".join(map(printable, headers))
    if names:
        label.append(f", headers {names}")
    # An error has the same form everywhere.
    return Tree(label) if schema is None or status >= _ERRORS else _tree(label, schema)


def _errata(errata: tuple[Erratum, ...]) -> Iterator[RenderableType]:
    if not errata:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style=_NAME, overflow="fold")
    table.add_column(overflow="fold")
    for erratum in errata:
        table.add_row(printable(erratum.id), Text(printable(erratum.evidence)))
    title = counted(len(errata), "erratum", "errata")
    yield from _section(f"Corrected here, by {title}", table)


def _section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield Text()
    yield Text(title, style=_NAME)
    yield from (Padding(part, (0, 0, 0, 2)) for part in parts)


def _tree(label: Text, schema: Schema) -> Tree:
    tree = Tree(label, guide_style=_QUIET)
    _grow(tree, schema)
    return tree


def _grow(tree: Tree, schema: Schema) -> None:
    inner = _innermost(schema)
    for name, member in inner.properties.items():
        facts = ["required"] if name in inner.required else []
        label = Text.assemble((printable(name), _NAME), "  ").append_text(_told(member, facts))
        _grow(tree.add(label), member)


def _innermost(schema: Schema) -> Schema:
    """Return what the elements of lists and maps are made of, which a tree shows right below."""
    while not schema.properties and (schema.items or schema.additional):
        schema = schema.items or schema.additional or schema
    return schema


def _told(schema: Schema, facts: list[str]) -> Text:
    told = Text(_type(schema))
    told.append("".join(f", {fact}" for fact in [*facts, *_facts(schema)]), style=_QUIET)
    return told


def _type(schema: Schema) -> str:
    if schema.items and "array" in schema.types:
        others = [name for name in schema.types if name != "array"]
        return " or ".join([f"array of {_type(schema.items)}", *others])
    if schema.additional and not schema.properties:
        return f"map of {_type(schema.additional)}"
    name = " or ".join(schema.types) or ("object" if schema.properties else "anything")
    return f"{name} {printable(schema.reference)}" if schema.reference else name


def _facts(schema: Schema) -> Iterator[str]:
    inner = _innermost(schema)
    if inner.format:
        yield inner.format
    if schema.nullable:
        yield "or null"
    if inner.enum:
        yield f"one of {' '.join(map(_shown, inner.enum))}"
    if schema.minimum is not None:
        yield f"at least {schema.minimum}"
    if schema.maximum is not None:
        yield f"at most {schema.maximum}"
    if schema.pattern:
        yield f"matches {printable(schema.pattern)}"
    if schema.default is not None:
        yield f"default {_shown(schema.default)}"


def _shown(value: Json) -> str:
    if isinstance(value, str) and value:
        return printable(value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else _text(value)


def _text(value: Json) -> str:
    return '""' if value == "" else printable(str(value))
