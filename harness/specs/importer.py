"""An upstream Swagger document, turned into the canonical one of this project: facts only.

What is dropped: all prose (descriptions, summaries, titles, examples) and the extensions that only
speak to code generators. What is said in another way, since Swagger forbids or ignores it:

* a `default` of null, which no type but null admits, becomes `x-nullable: true`;
* facts beside a `$ref`, which readers ignore there, become an `allOf` of that one reference;
* the description that each reply must have becomes the reason phrase of its status.

A list of types stays: JSON Schema knows it, and Swagger's own schema admits it. Definitions, paths,
properties and names of required properties are sorted; parameters, enums and tags keep their order.
"""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.specs.node import Node
from harness.specs.yaml_text import read_yaml, write_yaml

Reader = Callable[[Node], Json]

TITLE = "Docker Engine API"
METHODS = ("get", "head", "post", "put", "delete", "options", "patch")
_TYPES = frozenset(("array", "boolean", "file", "integer", "null", "number", "object", "string"))


def import_document(text: str, source: str) -> str:
    """Return the canonical text of a Swagger 2.0 document; raise SpecError where it is none.

    `source` names the document in messages. The canonical text of a canonical text is itself.
    """
    return write_yaml(canonical(read_yaml(text, source)))


def canonical(node: Node, *, foreign: bool = False) -> dict[str, Json]:
    """Return the facts of a Swagger 2.0 document in canonical order.

    Raises SpecError where it is none, or of no version of the API unless it is `foreign`.
    """
    if node.value is None:
        raise SpecError(f"{node.source} is empty; a Swagger 2.0 document is needed")
    if not isinstance(node.value, dict):
        raise SpecError(f"{node.source} is not a Swagger document")
    kind = node.value.get("swagger")
    # Without quotes, YAML takes it for a number.
    if str(kind) != "2.0":
        found = f"OpenAPI {node.value['openapi']}" if "openapi" in node.value else "something else"
        found = found if kind is None else f"Swagger {kind}"
        raise SpecError(f"{node.source} is no Swagger 2.0 document but {found}")
    version = _stated(node["info"]["version"], foreign=foreign)
    try:
        facts = _pick(node, _DOCUMENT)
    except RecursionError as error:
        raise SpecError(f"{node.source} nests too deep") from error
    return {"swagger": "2.0", "info": {"title": TITLE, "version": version}, **facts}


def _stated(version: Node, *, foreign: bool) -> str:
    if foreign:
        return version.text() if isinstance(version.value, str) else str(version.number())
    try:
        ApiVersion.parse(version.text())
    except UsageError as error:
        raise SpecError(f"{version.place}: {error}") from error
    return version.text()


def _pick(node: Node, readers: Mapping[str, Reader]) -> dict[str, Json]:
    """Return what stands at the keys that have a reader, in the order of the readers."""
    found = ((key, node.find(key)) for key in readers)
    return {key: readers[key](member) for key, member in found if member is not None}


def _text(node: Node) -> Json:
    return node.text()


def _truth(node: Node) -> Json:
    return node.truth()


def _number(node: Node) -> Json:
    return node.number()


def _texts(node: Node) -> Json:
    return list(node.texts())


def _names(node: Node) -> Json:
    return sorted(set(node.texts()))  # type: ignore[return-value] # a list of str is Json


def _value(node: Node) -> Json:
    return node.value


def _values(node: Node) -> Json:
    return [element.value for element in node.elements()]


def _types(node: Node) -> Json:
    names = node.texts() if isinstance(node.value, list) else (node.text(),)
    for name in names:
        if name not in _TYPES:
            raise SpecError(f"{node.place}: {name} is no type of JSON Schema")
    return node.value


def _sorted_map(reader: Reader) -> Reader:
    def read(node: Node) -> Json:
        return {key: reader(member) for key, member in sorted(node.members(), key=_key)}

    return read


def _paths(node: Node) -> Json:
    return {path: _path(member) for path, member in sorted(_plain(node), key=_key)}


def _plain(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the members of an object that are no extensions."""
    return ((key, member) for key, member in node.members() if not key.startswith("x-"))


def _key(pair: tuple[str, Node]) -> str:
    return str(pair[0])


def _list(reader: Reader) -> Reader:
    def read(node: Node) -> Json:
        return [reader(element) for element in node.elements()]

    return read


def _schema(node: Node) -> Json:
    own = _pick(node, _SCHEMA)
    if "default" in own and own["default"] is None:
        del own["default"]
        own["x-nullable"] = True
    reference = node.find("$ref")
    if reference is not None:
        target: dict[str, Json] = {"$ref": reference.text()}
        beside: dict[str, Json] = {
            key: own[key] for key in ("x-nullable", "readOnly", "default") if key in own
        }
        if not beside:
            return target
        own = {"allOf": [target], **beside}
    return {key: own[key] for key in _SCHEMA if key in own}


def _additional(node: Node) -> Json:
    return node.value if isinstance(node.value, bool) else _schema(node)


def _parameter(node: Node) -> Json:
    return _reference(node) or _pick(node, _PARAMETER)


def _reference(node: Node) -> Json:
    reference = node.find("$ref")
    return {"$ref": reference.text()} if reference else None


def _item(node: Node) -> Json:
    return _pick(node, _ITEM)


def _responses(node: Node) -> Json:
    replies = sorted(_plain(node), key=_key)
    return {status: _response(member, status) for status, member in replies}


def _response(node: Node, status: str) -> Json:
    return _reference(node) or {"description": phrase(status), **_pick(node, _RESPONSE)}


def phrase(status: str) -> str:
    """Return what is written as the description of a reply: the reason phrase of its status."""
    known = {str(int(each)): each.phrase for each in HTTPStatus}
    return known.get(status, f"Status {status}")


def _shared_response(node: Node) -> Json:
    return _response(node, node.pointer.rpartition("/")[2])


def _operation(node: Node) -> Json:
    node["responses"]  # which every operation must have
    return _pick(node, _OPERATION)


def _path(node: Node) -> Json:
    if node.find("$ref") is not None:
        raise SpecError(f"{node.place}: a path that stands elsewhere; bundle all into one file")
    return _pick(node, _PATH)


_ITEM: Mapping[str, Reader] = {
    "type": _types,
    "format": _text,
    "collectionFormat": _text,
    "x-nullable": _truth,
    "enum": _values,
    "default": _value,
    "multipleOf": _number,
    "minimum": _number,
    "exclusiveMinimum": _truth,
    "maximum": _number,
    "exclusiveMaximum": _truth,
    "minLength": _number,
    "maxLength": _number,
    "pattern": _text,
    "minItems": _number,
    "maxItems": _number,
    "uniqueItems": _truth,
    "items": _item,
}
_SCHEMA: Mapping[str, Reader] = {
    **{key: reader for key, reader in _ITEM.items() if key not in ("collectionFormat", "items")},
    "readOnly": _truth,
    "discriminator": _text,
    "minProperties": _number,
    "maxProperties": _number,
    "allOf": _list(_schema),
    "required": _names,
    "properties": _sorted_map(_schema),
    "additionalProperties": _additional,
    "items": _schema,
}
_PARAMETER: Mapping[str, Reader] = {
    "name": _text,
    "in": _text,
    "required": _truth,
    "allowEmptyValue": _truth,
    **_ITEM,
    "schema": _schema,
}
_RESPONSE: Mapping[str, Reader] = {"headers": _sorted_map(_item), "schema": _schema}
_OPERATION: Mapping[str, Reader] = {
    "operationId": _text,
    "deprecated": _truth,
    "tags": _texts,
    "schemes": _texts,
    "consumes": _texts,
    "produces": _texts,
    "parameters": _list(_parameter),
    "responses": _responses,
}
_PATH: Mapping[str, Reader] = {
    "parameters": _list(_parameter),
    **dict.fromkeys(METHODS, _operation),
}
_TAG: Mapping[str, Reader] = {"name": _text}
_DOCUMENT: Mapping[str, Reader] = {
    "host": _text,
    "basePath": _text,
    "schemes": _texts,
    "consumes": _texts,
    "produces": _texts,
    "tags": _list(lambda node: _pick(node, _TAG)),
    "paths": _paths,
    "parameters": _sorted_map(_parameter),
    "responses": _sorted_map(_shared_response),
    "definitions": _sorted_map(_schema),
}
