"""A canonical Swagger document, read into a Spec."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Erratum, Json, Operation, Parameter, Response, Schema, Spec
from harness.model.version import ApiVersion
from harness.specs.importer import METHODS
from harness.specs.node import Node

_T = TypeVar("_T")


def read_spec(document: Json, source: str, errata: tuple[Erratum, ...] = ()) -> Spec:
    """Read a document into a Spec; raise SpecError that names the place of what is wrong.

    `errata` are those that were applied to the document. References and allOf are resolved: a
    schema that is a reference stands where its definition stands; one that merges stands where
    the merging is asked for.
    """
    reading = _Document(Node(document, source))
    operations: dict[str, Operation] = {}
    for operation in reading.operations():
        if operation.id in operations:
            raise SpecError(f"{source}: two operations are called {operation.id}")
        operations[operation.id] = operation
    return Spec(
        version=read_version(document, source),
        operations=operations,
        errata=errata,
        source=source,
        stated=str(read_version(document, source)),
        definitions=reading.definitions(),
    )


def read_foreign(document: Json, source: str) -> Spec:
    """Read a Swagger document of any API into a Spec; raise SpecError as `read_spec` does.

    It may be of any version, leave out the ids of operations or give one to several, and have
    default replies. An operation without an id of its own is called by its method and path.
    """
    reading = _Document(Node(document, source), foreign=True)
    operations: dict[str, Operation] = {}
    try:
        for operation in reading.operations():
            named = f"{operation.method} {operation.path}"
            operations[named if operation.id in operations else operation.id] = operation
    except RecursionError as error:
        raise SpecError(f"{source} nests too deep") from error
    stated = reading.root["info"]["version"].text()
    try:
        version = ApiVersion.parse(stated)
    except UsageError:
        version = ApiVersion(0, 0)
    return Spec(
        version=version,
        operations=operations,
        source=source,
        stated=stated,
        definitions=reading.definitions(),
    )


def read_version(document: Json, source: str) -> ApiVersion:
    """Return the API version that a document is of."""
    return ApiVersion.parse(Node(document, source)["info"]["version"].text())


@dataclass(frozen=True)
class _Document:
    """A document, with what was resolved of it so far."""

    root: Node
    foreign: bool = False
    schemas: dict[str, Schema] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @cached_property
    def consumes(self) -> tuple[str, ...]:
        found = self.root.find("consumes")
        return found.texts() if found else ()

    @cached_property
    def produces(self) -> tuple[str, ...]:
        found = self.root.find("produces")
        return found.texts() if found else ()

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.root["paths"].members():
            shared = methods.find("parameters")
            for method in METHODS:
                node = methods.find(method)
                if node is not None:
                    yield self.operation(method, path, node, shared)

    def operation(self, method: str, path: str, node: Node, shared: Node | None) -> Operation:
        listed = node.find("parameters")
        parameters = {
            (parameter.location, parameter.name): parameter
            for group in (shared, listed)
            if group is not None
            for parameter in map(self.parameter, group.elements())
        }
        consumes, produces, tags = (node.find(key) for key in ("consumes", "produces", "tags"))
        deprecated = node.find("deprecated")
        responses = [self.response(*member) for member in node["responses"].members()]
        operation = Operation(
            id=self.name(method, path, node),
            method=method.upper(),
            path=path,
            parameters=tuple(parameters.values()),
            responses={response.status: response for response in responses},
            consumes=consumes.texts() if consumes else self.consumes,
            produces=produces.texts() if produces else self.produces,
            tags=tags.texts() if tags else (),
            deprecated=bool(deprecated and deprecated.truth()),
        )
        # Tags only sort operations into chapters, which no call and no reply can show.
        said = [self.digest(member) for name, member in node.members() if name != "tags"]
        said += [self.digest(shared)] if shared else []
        everything = (operation.method, path, operation.consumes, operation.produces, said)
        return replace(operation, shape=_sha256(repr(everything)))

    def name(self, method: str, path: str, node: Node) -> str:
        found = node.find("operationId") if self.foreign else node["operationId"]
        return found.text() if found else f"{method.upper()} {path}"

    def definitions(self) -> dict[str, Schema]:
        found = self.schemas.values()
        return {schema.reference: schema for schema in found if schema.reference}

    def parameter(self, node: Node) -> Parameter:
        node = self.target(node)
        required = node.find("required")
        form = node.find("collectionFormat")
        schema = node.find("schema")
        return Parameter(
            name=node["name"].text(),
            location=node["in"].text(),
            required=bool(required and required.truth()),
            schema=self.schema(node if schema is None else schema),
            collection_format=form.text() if form else "",
            empty_allowed=_flag(node, "allowEmptyValue"),
        )

    def response(self, status: str, node: Node) -> Response:
        node = self.target(node)
        if self.foreign and status == "default":
            status = "0"
        elif not status.isdecimal():
            raise SpecError(f"{node.place}: {status} is not a status code")
        schema = node.find("schema")
        headers = node.find("headers")
        return Response(
            status=int(status),
            schema=self.schema(schema) if schema else None,
            headers={name: self.plain(each) for name, each in headers.members()} if headers else {},
        )

    def target(self, node: Node) -> Node:
        """Follow a reference to where it leads; return any other node as it is."""
        reference = node.find("$ref")
        if reference is None:
            return node
        found: Node | None = self.root
        hash_sign, *segments = reference.text().split("/")
        for segment in segments:
            found = found.step(segment) if found else None
        if hash_sign != "#":
            missing = f"there is no {reference.text()} in this file; bundle all into one"
            raise SpecError(f"{node.place}: {missing}")
        if found is None or not segments:
            raise SpecError(f"{node.place}: there is no {reference.text()}")
        return found

    def schema(self, node: Node) -> Schema:
        reference = node.find("$ref")
        if reference is None:
            return self.plain(node) if node.find("allOf") is None else self.merged(node)
        target = self.target(node)
        _, folder, name, *deeper = f"{target.pointer}//".split("/")
        name = name if folder == "definitions" and not any(deeper) else ""
        if target.pointer not in self.schemas:
            # What a definition says of itself stays open, so that the reading ends.
            self.schemas[target.pointer] = Schema(target.pointer, reference=name, again=True)
            self.schemas[target.pointer] = replace(self.schema(target), reference=name)
        return self.schemas[target.pointer]

    def plain(self, node: Node) -> Schema:
        properties = node.find("properties")
        items = node.find("items")
        required = node.find("required")
        additional = node.find("additionalProperties")
        return Schema(
            pointer=node.pointer,
            types=_types(node.find("type")),
            format=_text(node, "format"),
            enum=tuple(_enum(node.find("enum"))),
            nullable=_nullable(node),
            properties={name: self.schema(member) for name, member in properties.members()}
            if properties
            else {},
            # A parameter says `required: true` of itself.
            required=frozenset(required.texts())
            if required and isinstance(required.value, list)
            else frozenset(),
            items=self.schema(items) if items else None,
            additional=self.schema(additional)
            if additional and isinstance(additional.value, dict)
            else None,
            minimum=_number(node, "minimum"),
            maximum=_number(node, "maximum"),
            pattern=_text(node, "pattern"),
            default=default.value if (default := node.find("default")) else None,
            closed=bool(additional and additional.value is False),
            read_only=_flag(node, "readOnly"),
            unique_items=_flag(node, "uniqueItems"),
            discriminator=_text(node, "discriminator"),
            exclusive_minimum=_flag(node, "exclusiveMinimum"),
            exclusive_maximum=_flag(node, "exclusiveMaximum"),
            multiple_of=_number(node, "multipleOf"),
            min_length=_number(node, "minLength"),
            max_length=_number(node, "maxLength"),
            min_items=_number(node, "minItems"),
            max_items=_number(node, "maxItems"),
            min_properties=_number(node, "minProperties"),
            max_properties=_number(node, "maxProperties"),
        )

    def merged(self, node: Node) -> Schema:
        """Return one schema for all parts of an allOf and what stands beside it."""
        branches = [self.schema(element) for element in node["allOf"].elements()]
        parts = [*branches, self.plain(node)]
        # Null passes an allOf where each part admits it, or where it is said beside.
        nullable = _nullable(node) or all(branch.nullable for branch in branches)
        single = branches[0].reference if len(branches) == 1 else ""
        return Schema(
            pointer=node.pointer,
            types=_last(part.types for part in parts),
            format=_last(part.format for part in parts),
            enum=_last(part.enum for part in parts),
            nullable=nullable,
            properties={name: each for part in parts for name, each in part.properties.items()},
            required=frozenset[str]().union(*(part.required for part in parts)),
            items=_last(part.items for part in parts),
            additional=_last(part.additional for part in parts),
            reference=single,
            minimum=_last(part.minimum for part in parts),
            maximum=_last(part.maximum for part in parts),
            pattern=_last(part.pattern for part in parts),
            default=_last(part.default for part in parts),
            closed=any(part.closed for part in parts),
            read_only=any(part.read_only for part in parts),
            unique_items=any(part.unique_items for part in parts),
            discriminator=_last(part.discriminator for part in parts),
            inherited=_origins(parts),
            exclusive_minimum=any(part.exclusive_minimum for part in parts),
            exclusive_maximum=any(part.exclusive_maximum for part in parts),
            multiple_of=_last(part.multiple_of for part in parts),
            min_length=_last(part.min_length for part in parts),
            max_length=_last(part.max_length for part in parts),
            min_items=_last(part.min_items for part in parts),
            max_items=_last(part.max_items for part in parts),
            min_properties=_last(part.min_properties for part in parts),
            max_properties=_last(part.max_properties for part in parts),
        )

    def digest(self, node: Node) -> str:
        """Return a digest of a node with every reference resolved: alike where alike in content."""
        value = node.value
        if isinstance(value, list):
            return _sha256(repr([self.digest(element) for element in node.elements()]))
        if not isinstance(value, dict):
            return repr(value)
        if value.keys() == {"$ref"}:
            target = self.target(node)
            if target.pointer not in self.digests:
                self.digests[target.pointer] = target.pointer  # where a definition holds itself
                self.digests[target.pointer] = self.digest(target)
            return self.digests[target.pointer]
        members = sorted((name, self.digest(member)) for name, member in node.members())
        return _sha256(repr(members))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _types(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return node.texts() if isinstance(node.value, list) else (node.text(),)


def _enum(node: Node | None) -> Iterator[str | int | float | bool | None]:
    for element in node.elements() if node else ():
        # The documents say "an empty object" by an enum of {}; a value that is no scalar tells no
        # more than the type does.
        if not isinstance(element.value, dict | list):
            yield element.value


def _nullable(node: Node) -> bool:
    found = node.find("x-nullable")
    return bool(found and found.truth())


def _origins(parts: Iterable[Schema]) -> dict[str, str]:
    """Return which definition says each property of an allOf, for those that one says."""
    said = {
        name: part.inherited.get(name, part.reference) for part in parts for name in part.properties
    }
    return {name: origin for name, origin in said.items() if origin}


def _flag(node: Node, key: str) -> bool:
    found = node.find(key)
    return bool(found and found.truth())


def _text(node: Node, key: str) -> str:
    found = node.find(key)
    return found.text() if found else ""


def _number(node: Node, key: str) -> float | None:
    found = node.find(key)
    return found.number() if found else None


def _last(values: Iterable[_T]) -> _T:
    """Return the last value that says something; the last one where none does."""
    listed = list(values)
    return next((value for value in reversed(listed) if value not in (None, "", ())), listed[-1])
