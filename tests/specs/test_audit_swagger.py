"""The examples of an upstream Swagger document are held to the document that was made of it."""

# ruff: noqa: E501 - a row of a table is a line

import json

import pytest
import yaml

from harness.model.version import ApiVersion
from harness.specs import audit
from harness.specs.audit_rows import read_rows
from harness.specs.audit_swagger import examples
from harness.specs.errata import apply_errata, read_errata
from harness.specs.importer import canonical
from harness.specs.node import Node
from harness.specs.yaml_text import read_yaml

V30 = ApiVersion(1, 30)

UPSTREAM = """
swagger: '2.0'
info: {title: Doors, version: '1.30', description: Much of it.}
paths:
  /doors/create:
    post:
      operationId: DoorCreate
      parameters:
      - name: body
        in: body
        schema:
          allOf:
          - $ref: '#/definitions/Door'
          - type: object
            properties: {Name: {type: string, example: front}}
            example: {Name: front, Keys: 2}
      responses:
        201:
          description: made
          schema: {type: object, properties: {Id: {type: string}}}
          examples:
            application/json: {Id: one}
            text/plain: none of ours
        204:
          description: nothing
  /doors:
    get:
      operationId: DoorList
      responses:
        200:
          description: all
          schema:
            type: array
            items: {$ref: '#/definitions/Door'}
            example: [{Keys: 1}, {Sides: {left: red}}]
definitions:
  Door:
    type: object
    required: [Example]
    properties:
      Example: {type: string}
      Keys: {type: integer, example: 3}
      Sides: {type: object, additionalProperties: {type: string, example: blue}}
    example: {Example: x, Keys: 3}
"""


def compared(old="", new="", errata="[]", rows="[]", document=None):
    """Return the audit of upstream's text with a change, against what an import of it gives."""
    assert old in UPSTREAM
    text = UPSTREAM.replace("required: [Example]", "required: []").replace(old, new)
    before = document or canonical(read_yaml(text, "v1.30.yaml"))
    corrections = read_errata(Node(yaml.safe_load(errata), "errata.yaml"))
    after, applied = apply_errata(before, corrections, V30)
    made = audit.Made(V30, before, after, applied)
    explaining = read_rows(Node(yaml.safe_load(rows), "audit.yaml"))
    return audit.compare(audit.Upstream("v1.30.yaml", text), made, explaining)


def told(found):
    return [(each.side.value, each.place, each.message) for each in found.differences]


def test_examples_stand_at_schemas_of_any_depth_and_at_replies():
    found = examples(read_yaml(UPSTREAM, "v1.30.yaml"))
    body = "/paths/~1doors~1create/post/parameters/body/schema"
    assert [(each.pointer, each.value) for each in found] == [
        ("/definitions/Door", {"Example": "x", "Keys": 3}),
        ("/definitions/Door/properties/Keys", 3),
        ("/definitions/Door/properties/Sides/additionalProperties", "blue"),
        # An example of a part of an allOf is one of the whole.
        (body, {"Name": "front", "Keys": 2}),
        (f"{body}/properties/Name", "front"),
        ("/paths/~1doors~1create/post/responses/201/schema", {"Id": "one"}),
        ("/paths/~1doors/get/responses/200/schema", [{"Keys": 1}, {"Sides": {"left": "red"}}]),
    ]


def test_examples_that_keep_to_their_schemas_are_no_difference():
    found = compared()
    assert told(found) == []
    assert found.examples == 7
    assert found.upstream == "v1.30.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("Example: x, Keys: 3", "Example: x, Keys: '3'", "Door /Keys", "in an example is a string; the spec promises an integer"),
        ("Example: x, Keys: 3", "Example: x, keys: 3", "Door /keys", "is in an example; no schema tells of it"),
        ("example: blue", "example: 7", "Door /Sides/*", "in an example is an integer; the spec promises a string"),
        ("Name: front, Keys: 2", "Nam: front, Keys: 2", "DoorCreate body /Nam", "is in an example; no schema tells of it"),
        ("{Id: one}", "{Id: null}", "DoorCreate 201 /Id", "in an example is null; the spec promises a string"),
        ("{left: red}", "[red]", "DoorList 200 /*/Sides", "in an example is an array; the spec promises an object"),
    ],
)  # fmt: skip
def test_an_example_that_breaks_its_schema_is_told(old, new, place, message):
    assert told(compared(old, new)) == [("example", place, message)]


def test_a_document_that_an_import_would_not_give_is_told_with_the_line():
    document = canonical(read_yaml(UPSTREAM.replace("Keys: {type", "Kees: {type"), "v1.30.yaml"))
    found = compared(document=document)
    (told_once,) = [each for each in found.open if each.side.value == "stale"]
    assert told_once.place == "document"
    assert told_once.message.startswith("is not what an import of v1.30.yaml gives, from line ")


@pytest.mark.parametrize(
    ("erratum", "explanation"),
    [
        ("{nullable: DoorCreate 201 /Id}", "e"),
        ("{never: {DoorCreate: [201]}}", "e"),
        ("{nullable: Door /Keys}", ""),
    ],
)
def test_an_example_that_an_erratum_makes_right_is_explained_by_it(erratum, explanation):
    entry = {"id": "e", "versions": "1.30", "evidence": "seen", **yaml.safe_load(erratum)}
    (found,) = compared("{Id: one}", "{Id: null}", errata=json.dumps([entry])).differences
    assert (found.place, found.explanation) == ("DoorCreate 201 /Id", explanation)


def test_an_example_that_a_row_is_about_is_explained_by_it():
    row = "[{id: why, versions: '1.30', places: [DoorCreate 201 /Id], reason: so}]"
    found = compared("{Id: one}", "{Id: null}", rows=row)
    assert [each.explanation for each in found.differences] == ["why"]
