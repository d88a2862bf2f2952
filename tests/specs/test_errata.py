"""Errata correct a document, and are refused where they do not fit it."""

# ruff: noqa: E501 - a row of a table is a line

import json

import pytest
import yaml

from harness.model.errors import SpecError
from harness.model.version import ApiVersion
from harness.specs.errata import apply_errata, read_errata
from harness.specs.node import Node

V30 = ApiVersion(1, 30)

DOCUMENT = yaml.safe_load("""
paths:
  /boxes:
    get:
      operationId: BoxList
      parameters:
      - {name: all, in: query, type: integer}
      responses:
        '101': {description: Switching Protocols}
        '200':
          description: OK
          schema: {type: array, items: {$ref: '#/definitions/Box'}}
  /boxes/create:
    post:
      operationId: BoxCreate
      parameters:
      - name: body
        in: body
        schema: {allOf: [{$ref: '#/definitions/Box'}, {type: object, properties: {Wet: {type: boolean}}}]}
      responses: {}
  /ping:
    get: {operationId: Ping, responses: {}}
definitions:
  Lid: {type: object, properties: {Knob: {type: string, enum: [round]}}}
  Box:
    type: object
    required: [Lid, Sides]
    properties:
      Lid: {$ref: '#/definitions/Lid'}
      Sides: {type: object, additionalProperties: {type: array, items: {type: string}}}
      Odd/Name: {type: string}
""")  # fmt: skip


def corrected(entry, *, strict=True, version=V30):
    """Apply one entry, written as in errata.yaml, to the document."""
    whole = {"id": "e", "versions": "1.25..1.33", "evidence": "seen", **yaml.safe_load(entry)}
    found = read_errata(Node([whole], "errata.yaml"))
    return apply_errata(DOCUMENT, found, version, strict=strict)


def at(document, pointer):
    """Return what stands at a JSON pointer."""
    for segment in pointer.split("/")[1:]:
        key = segment.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)]
        elif key in document:
            document = document[key]
        else:
            return None
    return document


BOX = "/definitions/Box/properties"
LIST = "/paths/~1boxes/get"
CREATE = "/paths/~1boxes~1create/post"
ERROR = {"description": "Conflict", "schema": {"$ref": "#/definitions/ErrorResponse"}}


@pytest.mark.parametrize(
    ("entry", "pointer", "value"),
    [
        ("{pointer: /definitions/Lid/type, says: object, sends: array}", "/definitions/Lid/type", "array"),
        ("{pointer: Box /Sides/*/*, says: {type: string}, sends: {}}", f"{BOX}/Sides/additionalProperties/items", {}),
        ("{pointer: Box /Odd~1Name, says: {type: string}}", f"{BOX}/Odd~1Name", None),
        ("{pointer: Box /New, sends: {type: string}}", f"{BOX}/New", {"type": "string"}),
        ("{pointer: BoxList 200 /*/Lid/Knob, says: {type: string, enum: [round]}, sends: {type: integer}}", "/definitions/Lid/properties/Knob", {"type": "integer"}),
        ("{pointer: BoxList 200 /, says: {type: array, items: {$ref: '#/definitions/Box'}}, sends: {type: object}}", f"{LIST}/responses/200/schema", {"type": "object"}),
        ("{pointer: BoxCreate body /Wet, says: {type: boolean}, sends: {type: string}}", f"{CREATE}/parameters/0/schema/allOf/1/properties/Wet", {"type": "string"}),
        ("{pointer: BoxCreate body /Sides/*, says: {type: array, items: {type: string}}, sends: {}}", f"{BOX}/Sides/additionalProperties", {}),
        ("{pointer: BoxList /parameters/all/type, says: integer, sends: boolean}", f"{LIST}/parameters/0/type", "boolean"),
        ("{pointer: BoxList /consumes, sends: [a/b]}", f"{LIST}/consumes", ["a/b"]),
        ("nullable: [Box /Sides]", f"{BOX}/Sides/x-nullable", True),
        ("nullable: [BoxList 200 /*/Lid]", f"{BOX}/Lid", {"allOf": [{"$ref": "#/definitions/Lid"}], "x-nullable": True}),
        ("nullable: [BoxList 200 /]", f"{LIST}/responses/200/schema/x-nullable", True),
        ("nullable: Box /Sides/*", f"{BOX}/Sides/additionalProperties/x-nullable", True),
        ("optional: [Box /Lid]", "/definitions/Box/required", ["Sides"]),
        ("optional: [Box /Lid, BoxList 200 /*/Sides]", "/definitions/Box/required", None),
        ("optional: [BoxCreate body /Lid]", "/definitions/Box/required", ["Sides"]),
        ("renamed: {Lid /Knob: Handle}", "/definitions/Lid/properties", {"Handle": {"type": "string", "enum": ["round"]}}),
        ("values: {BoxList 200 /*/Lid/Knob: [square, round]}", "/definitions/Lid/properties/Knob/enum", ["round", "square"]),
        ("statuses: {BoxList: [409]}", f"{LIST}/responses/409", ERROR),
        ("statuses: {BoxList: [204]}", f"{LIST}/responses/204", {"description": "No Content"}),
        ("never: {BoxList: [101]}", f"{LIST}/responses/101", None),
        ("parameters: {BoxList: [{name: x, in: query, type: string}]}", f"{LIST}/parameters/1", {"name": "x", "in": "query", "type": "string"}),
        ("parameters: {Ping: [{name: x, in: query, type: string}]}", "/paths/~1ping/get/parameters", [{"name": "x", "in": "query", "type": "string"}]),
    ],
)  # fmt: skip
def test_an_erratum_changes_its_place(entry, pointer, value):
    before = json.dumps(DOCUMENT)
    document, applied = corrected(entry)
    assert at(document, pointer) == value
    assert {erratum.id for erratum in applied} == {"e"}
    assert json.dumps(DOCUMENT) == before


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{pointer: Box /Sides/*/*, says: {type: integer}, sends: {}}", 'there stands {"type": "string"}, and not {"type": "integer"}'),
        ("{pointer: Box /Lid, sends: {}}", "and not nothing"),
        ("{pointer: Box /New, says: {}}", "there stands nothing, and not {}"),
        ("{pointer: Box /Sides/*/*, says: {type: string}, sends: {type: string}}", "this changes nothing"),
        ("{pointer: Box /New}", "this changes nothing"),
        ("{pointer: Cube /New, sends: {}}", "there is no operation and no definition Cube"),
        ("{pointer: Box /Lid/*, sends: {}}", "tells of *"),
        ("{pointer: Ping 200 /, sends: {}}", "nothing stands at /paths/~1ping/get/responses/200"),
        ("{pointer: Ping body /, sends: {}}", "has no body"),
        ("{pointer: a b c d, sends: {}}", "'a b c d' is not a place"),
        ("nullable: [Box /New]", "there is no schema at /definitions/Box/properties/New"),
        ("nullable: [Box /Sides, Box /Sides]", "this changes nothing"),
        ("optional: [Lid /Knob]", "Knob is not required"),
        ("renamed: {Box /New: Lid}", "nothing stands at"),
        ("renamed: {Box /Lid: Sides}", "something stands at"),
        ("values: {Lid /Knob: [round]}", "this changes nothing"),
        ("values: {Box /Sides: [x]}", "there is no enum"),
        ("statuses: {BoxList: [101]}", "and not nothing"),
        ("never: {BoxList: [404]}", "this changes nothing"),
        ("parameters: {BoxList: [{name: all, in: query, type: string}]}", "and not nothing"),
    ],
)  # fmt: skip
def test_an_erratum_that_does_not_fit_is_an_error_or_left_out(entry, told):
    with pytest.raises(SpecError) as caught:
        corrected(entry)
    assert str(caught.value).startswith("errata.yaml: e, API 1.30, ")
    assert told in str(caught.value)
    _, applied = corrected(entry, strict=False)
    assert len(applied) == (1 if entry.count("Sides") == 2 else 0)


def test_an_erratum_is_left_alone_outside_its_versions():
    document, applied = corrected("statuses: {BoxList: [409]}", version=ApiVersion(1, 24))
    assert (document, applied) == (DOCUMENT, ())


def test_what_was_applied_tells_what_was_said_and_is_sent():
    _, (erratum,) = corrected("nullable: [BoxList 200 /*/Sides]")
    assert (erratum.operation, erratum.pointer) == ("BoxList", f"{BOX}/Sides/x-nullable")
    assert (erratum.says, erratum.sends, erratum.evidence) == (None, "true", "seen")


@pytest.mark.parametrize(
    ("place", "operation"),
    [
        ("Box /Sides", ""),
        ("BoxList 200 /*/Sides", "BoxList"),
        ("BoxCreate body /Sides", "BoxCreate"),
    ],
)
def test_an_erratum_in_an_operation_names_it(place, operation):
    _, (erratum,) = corrected(f"nullable: [{place}]")
    assert erratum.operation == operation


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ("[{versions: 1.30, evidence: e}]", "errata.yaml#/0: id is missing"),
        ("[{id: a, versions: '1.30', nullable: [x]}]", "errata.yaml#/0: evidence is missing"),
        ("[{id: a, versions: new, evidence: e, nullable: [x]}]", "errata.yaml#/0/versions: 'new'"),
        ("[{id: a, versions: '1.30', evidence: e}]", "errata.yaml#/0: a corrects nothing"),
        (
            "[{id: a, versions: '1.30', evidence: e, nulable: []}]",
            "#/0/nulable: nulable is not known",
        ),
        (
            "[&a {id: a, versions: '1.30', evidence: e, nullable: [x]}, *a]",
            "errata.yaml#/1: there is another erratum a",
        ),
        ("{}", "errata.yaml#: should be a list"),
    ],
)
def test_a_wrong_entry_is_told_by_its_place(entries, told):
    with pytest.raises(SpecError) as caught:
        read_errata(Node(yaml.safe_load(entries), "errata.yaml"))
    assert told in str(caught.value)


def test_an_empty_file_has_no_errata():
    assert read_errata(Node(None, "errata.yaml")) == ()
