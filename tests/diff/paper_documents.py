"""Tiny documents with one operation, and whatever a test says is different about them."""

from harness.diff.paper import compare
from harness.specs.importer import canonical
from harness.specs.node import Node
from harness.specs.reader import read_foreign

TEXT = {"type": "string"}
PLACES = {
    "request-parameter": "query/q",
    "request-body": "body",
    "request-property": "body/P",
    "reply-header": "200/headers/H",
    "reply-body": "200/body",
    "reply-property": "200/body/P",
}
SCOPES = tuple(PLACES)


def spec(paths, **document):
    """Read a document with these paths."""
    whole = {"swagger": "2.0", "info": {"title": "t", "version": "1.30"}, "paths": paths}
    return read_foreign(canonical(Node({**whole, **document}, "f"), foreign=True), "f")


def one(*, path="/boxes", method="post", document=None, **operation):
    """Read a document with one operation, which is right but for what is given."""
    default = {"operationId": "BoxCreate", "responses": {"200": {"description": "OK"}}}
    return spec({path: {method: {**default, **operation}}}, **(document or {}))


def body(schema, *, required=True):
    """Return parameters with a body alone."""
    return [{"name": "b", "in": "body", "required": required, "schema": schema}]


def replies(schema=None, *, status="200", headers=None):
    """Return one reply."""
    more = {"schema": schema, "headers": headers}
    return {status: {"description": "d", **{k: v for k, v in more.items() if v is not None}}}


def valued(scope, schema, document=None):
    """Read a document in which a value of that scope has that schema."""
    held = {"type": "object", "properties": {"P": schema}}
    parts = {
        "request-parameter": {"parameters": [{"name": "q", "in": "query", **schema}]},
        "request-body": {"parameters": body(schema)},
        "request-property": {"parameters": body(held)},
        "reply-header": {"responses": replies(headers={"H": schema})},
        "reply-body": {"responses": replies(schema)},
        "reply-property": {"responses": replies(held)},
    }
    return one(document=document, **parts[scope])


def told(old, new):
    """Return what changed: rule, place of the first reach, old, new."""
    return [(c.rule, c.reaches[0].place, c.old, c.new) for c in compare(old, new)]
