"""A document is held against the prose it was made of: each difference is told once, and explained."""

# ruff: noqa: E501 - a row of a table is a line

import json
import os
from pathlib import Path

import pytest
import yaml

from harness.model.errors import SpecError, UsageError
from harness.model.version import ApiVersion
from harness.report.audit_text import page
from harness.specs import audit
from harness.specs.audit_rows import read_rows
from harness.specs.audit_values import Side
from harness.specs.errata import apply_errata, read_errata
from harness.specs.importer import canonical
from harness.specs.library import versions
from harness.specs.node import Node

V20 = ApiVersion(1, 20)

PROSE = """
#### Make a door

`POST /doors/create`

**Example request**:

    POST /v1.20/doors/create?name=front HTTP/1.1
    Content-Type: application/json

    {
      "Lock": {"Keys": 2, "Teeth": [{"Long": 1}]},
      "Colours": {"outside": "red"}
    }

**Example response**:

    HTTP/1.1 201 Created
    Content-Type: application/json
    X-Door: front

    {"Id": "1", "Warnings": null}

**JSON parameters**:

- **Lock** - what opens it
    - **Keys** - how many
    - **Teeth** - a list in the form of `{"Long": 1, "Wide": 2}`
- **Hinge** - with `Side`, to the left or right
- **Colours** - a map in the form of `{"side": "colour"}`

**Query parameters**:

- **name** - its name

**Request Headers**:

- **Content-type** - Set to `"application/json"`.

**Status codes**:

- **201** - made
- **409** - there is one

#### List doors

`GET /doors/json`

**Example response**:

    HTTP/1.1 200 OK

    [{"Id": "1", "Lock": {"Keys": 2, "Teeth": []}}]
"""

DOCUMENT = yaml.safe_load("""
swagger: '2.0'
info: {title: Doors, version: '1.20'}
paths:
  /doors/create:
    post:
      operationId: DoorCreate
      consumes: [application/json]
      parameters:
      - {name: name, in: query, type: string}
      - name: body
        in: body
        schema:
          allOf:
          - {$ref: '#/definitions/Door'}
          - {type: object, properties: {Hinge: {type: object, properties: {Side: {type: string, enum: [left, right]}}}}}
      responses:
        '201':
          headers: {X-Door: {type: string}}
          schema:
            type: object
            required: [Id]
            properties: {Id: {type: string}, Warnings: {type: array, items: {type: string}, x-nullable: true}}
        '409': {schema: {type: object, properties: {message: {type: string}}}}
  /doors/json:
    get:
      operationId: DoorList
      responses:
        '200':
          schema:
            type: array
            items:
              allOf:
              - {$ref: '#/definitions/Door'}
              - {type: object, properties: {Id: {type: string}}}
definitions:
  Door:
    type: object
    properties:
      Lock:
        type: object
        properties:
          Keys: {type: integer}
          Teeth: {type: array, items: {type: object, properties: {Long: {type: integer}, Wide: {type: integer}}}}
      Colours: {type: object, additionalProperties: {type: string}}
""")  # fmt: skip

CREATE = DOCUMENT["paths"]["/doors/create"]["post"]
LIST = DOCUMENT["paths"]["/doors/json"]["get"]


def facts(edit=lambda document: None):
    """Return the document in canonical form, edited."""
    document = json.loads(json.dumps(DOCUMENT))
    edit(document)
    return canonical(Node(document, "v1.20.yaml"))


def compared(prose=PROSE, edit=lambda document: None, errata="[]", rows="[]"):
    """Return the audit of the document, edited and with errata and rows."""
    before = facts(edit)
    corrections = read_errata(Node(yaml.safe_load(errata), "errata.yaml"))
    after, applied = apply_errata(before, corrections, V20)
    made = audit.Made(V20, before, after, applied)
    explaining = read_rows(Node(yaml.safe_load(rows), "audit.yaml"))
    return audit.compare(audit.Upstream("v1.20.md", prose), made, explaining)


def told(found):
    return sorted((each.side.value, each.place) for each in found.differences)


def test_a_document_that_says_what_the_prose_says_has_no_difference():
    found = compared()
    assert found.differences == ()
    assert found.examples == 3
    sizes = found.sizes
    assert (sizes.operations, sizes.parameters, sizes.headers, sizes.statuses) == (2, 1, 1, 3)
    assert sizes.properties == 11


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("`GET /doors/json`", "`GET /doors/(id)/json`", ("missing", "GET /doors/{}/json")),
        ("- **name** - its name", "- **size** - its size", ("missing", "DoorCreate query size")),
        ("create?name=front", "create?name=front&slow=1", ("missing", "DoorCreate query slow")),
        ("- **409** - there", "- **404** - no\n- **409** - there", ("missing", "DoorCreate status 404")),
        ("HTTP/1.1 200 OK", "HTTP/1.1 203 OK", ("missing", "DoorList status 203")),
        ("Content-type**", "X-Key**", ("missing", "DoorCreate header X-Key")),
        ('`"application/json"`', '`"text/door"`', ("missing", "DoorCreate header Content-type")),
        ("X-Door: front", "X-Gate: front", ("missing", "DoorCreate header X-Gate")),
        ("    - **Keys**", "    - **Kies**", ("missing", "DoorCreate body /Lock/Kies")),
        ("- **Hinge**", "- **Hinges**", ("missing", "DoorCreate body /Hinges")),
        ('"Wide": 2', '"Broad": 2', ("missing", "DoorCreate body /Lock/Teeth/*/Broad")),
        ('{"Long": 1}]', '{"long": 1}]', ("missing", "DoorCreate body /Lock/Teeth/*/long")),
        ('{"Id": "1", "W', '{"ID": "1", "Id": "1", "W', ("missing", "DoorCreate 201 /ID")),
        ('"Keys": 2, "Teeth": []', '"Keys": 2, "Teeth": [], "New": {"A": 1}', ("missing", "DoorList 200 /*/Lock/New")),
        ('{"Keys": 2, "Teeth": [{', '{"Keys": "2", "Teeth": [{', ("example", "DoorCreate body /Lock/Keys")),
        ('"outside": "red"', '"outside": 3', ("example", "DoorCreate body /Colours/*")),
        ('{"Id": "1", "Warnings"', '{"Warnings"', ("example", "DoorCreate 201 /Id")),
        ('[{"Id": "1",', '[{"Id": null,', ("example", "DoorList 200 /*/Id")),
        ('"Colours": {"outside"', '"Hinge": {"Side": "up"}, "Colours": {"outside"', ("example", "DoorCreate body /Hinge/Side")),
    ],
)  # fmt: skip
def test_what_the_prose_names_and_the_document_does_not_is_told(old, new, difference):
    assert old in PROSE
    found = compared(PROSE.replace(old, new))
    assert difference in told(found)
    assert len(found.open) == len(found.differences)


def gone(*path):
    """Return an edit that takes something out of the document."""

    def edit(document):
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return edit


POST, GET = ("paths", "/doors/create", "post"), ("paths", "/doors/json", "get")
LOCK = ("definitions", "Door", "properties", "Lock", "properties")


@pytest.mark.parametrize(
    ("path", "differences"),
    [
        (("paths", "/doors/json"), [("missing", "GET /doors/json")]),
        ((*POST, "parameters", 0), [("missing", "DoorCreate query name")]),
        ((*POST, "responses", "409"), [("missing", "DoorCreate status 409")]),
        ((*POST, "consumes"), [("missing", "DoorCreate header Content-type")]),
        ((*POST, "responses", "201", "headers"), [("missing", "DoorCreate header X-Door")]),
        ((*POST, "responses", "201", "schema"), [("missing", "DoorCreate 201 /")]),
        ((*POST, "parameters", 1), [("missing", "DoorCreate body /"), ("surplus", "Door /Colours"), *[("surplus", f"Door /Lock/Teeth/*/{name}") for name in ("Long", "Wide")]]),
        ((*LOCK, "Keys"), [("missing", "DoorCreate body /Lock/Keys"), ("missing", "DoorList 200 /*/Lock/Keys")]),
        # An object that nothing is said of.
        (LOCK, [("missing", f"{place}/Lock/{name}") for place in ("DoorCreate body ", "DoorList 200 /*") for name in ("Keys", "Teeth")]),
        ((*GET, "responses", "200", "schema", "items", "allOf", 1), [("missing", "DoorList 200 /*/Id")]),
    ],
)  # fmt: skip
def test_each_thing_that_a_document_lacks_is_told_once(path, differences):
    assert told(compared(edit=gone(*path))) == differences


@pytest.mark.parametrize(
    ("edit", "difference"),
    [
        (lambda d: d["paths"].update({"/doors": {"get": {"operationId": "DoorFind", "responses": {}}}}), ("surplus", "GET /doors")),
        (lambda d: d["paths"]["/doors/json"]["get"].update(parameters=[{"name": "all", "in": "query", "type": "boolean"}]), ("surplus", "DoorList query all")),
        (lambda d: d["paths"]["/doors/json"]["get"].update(parameters=[{"name": "X-All", "in": "header", "type": "string"}]), ("surplus", "DoorList header X-All")),
        (lambda d: d["paths"]["/doors/json"]["get"]["responses"].update({"500": {}}), ("surplus", "DoorList status 500")),
        (lambda d: d["definitions"]["Door"]["properties"].update(Bell={"type": "object", "properties": {"Loud": {"type": "boolean"}}}), ("surplus", "Door /Bell")),
        (lambda d: d["definitions"]["Door"]["properties"]["Lock"]["properties"]["Teeth"]["items"]["properties"].update(Old={"type": "boolean"}), ("surplus", "Door /Lock/Teeth/*/Old")),
        (lambda d: d["paths"]["/doors/create"]["post"]["responses"]["201"]["schema"]["properties"].update(New={}), ("surplus", "DoorCreate 201 /New")),
    ],
)  # fmt: skip
def test_what_only_the_document_names_is_told(edit, difference):
    assert told(compared(edit=edit)) == [difference]


def test_a_schema_that_says_anything_goes_holds_any_name():
    def edit(document):
        document["definitions"]["Door"]["properties"]["Lock"] = {}

    assert told(compared(edit=edit)) == []


def test_an_example_tells_its_line():
    (found,) = compared(PROSE.replace('[{"Id": "1"', '[{"Id": 1')).differences
    line = PROSE.splitlines().index('    [{"Id": "1", "Lock": {"Keys": 2, "Teeth": []}}]') + 1
    # The line at which the block of code begins.
    assert found.message == (
        f"the example of line {line - 2} is an integer; the spec promises a string"
    )


@pytest.mark.parametrize(
    ("prose", "erratum", "place"),
    [
        (PROSE.replace("- **name**", "- **size** - s\n- **name**"), "parameters: {DoorCreate: [{name: size, in: query, type: string}]}", "DoorCreate query size"),
        (PROSE.replace("- **409**", "- **404** - s\n- **409**"), "{pointer: DoorCreate /responses/404, sends: {description: no}}", "DoorCreate status 404"),
        (PROSE.replace('"Keys": 2, "Teeth": []', '"Keys": null'), "nullable: Door /Lock/Keys", "DoorList 200 /*/Lock/Keys"),
        (PROSE.replace('{"Id": "1", "W', '{"W').replace("**JSON parameters", "**JSON fields in response**:\n\n- **Id** - s\n\n**JSON parameters"), "optional: DoorCreate 201 /Id", "DoorCreate 201 /Id"),
        (PROSE.replace('"Teeth": []', '"Bell": 1'), "{pointer: Door /Lock/Bell, sends: {type: integer}}", "DoorList 200 /*/Lock/Bell"),
        (PROSE.replace('"Teeth": []', '"Bell": 1'), f"{{pointer: Door /Lock, says: {json.dumps(DOCUMENT['definitions']['Door']['properties']['Lock'])}, sends: {{}}}}", "DoorList 200 /*/Lock/Bell"),
    ],
)  # fmt: skip
def test_a_difference_that_an_erratum_mends_is_explained_by_it(prose, erratum, place):
    entry = {"id": "mended", "versions": "1.20", "evidence": "seen", **yaml.safe_load(erratum)}
    other = {"id": "other", "versions": "1.20", "evidence": "seen", "nullable": "Door /Colours"}
    found = compared(prose, errata=json.dumps([other, entry]))
    assert [(each.place, each.explanation) for each in found.differences] == [(place, "mended")]
    assert found.open == ()


def test_an_erratum_elsewhere_explains_nothing():
    errata = "[{id: e, versions: '1.20', evidence: seen, nullable: Door /Colours}]"
    found = compared(PROSE.replace('"Teeth": []', '"Teeth": null'), errata=errata)
    assert [each.place for each in found.open] == ["DoorList 200 /*/Lock/Teeth"]


def test_what_an_erratum_departs_from_is_no_difference():
    errata = "[{id: e, versions: '1.20', evidence: seen, never: {DoorCreate: [409]}}]"
    assert compared(errata=errata).differences == ()


SIZED = PROSE.replace("- **name**", "- **size** - s\n- **name**")


@pytest.mark.parametrize(
    ("row", "explained"),
    [
        ("{places: [DoorCreate query size]}", True),
        ("{places: ['DoorCreate query *'], side: missing}", True),
        ("{places: [DoorCreate query size], side: surplus}", False),
        ("{places: [DoorList query size]}", False),
        ("{places: [doorcreate query size]}", False),
    ],
)
def test_a_row_explains_the_places_that_its_patterns_name(row, explained):
    entry = {"id": "why", "versions": "1.20", "reason": "so", **yaml.safe_load(row)}
    found = compared(SIZED, rows=json.dumps([entry]))
    (difference,) = [each for each in found.differences if each.side is Side.MISSING]
    assert difference.explanation == ("why" if explained else "")
    stale = [each.place for each in found.differences if each.side is Side.STALE]
    assert stale == ([] if explained else ["audit.yaml why"])


def test_a_row_of_other_versions_is_left_alone():
    row = "[{id: why, versions: 1.21..1.24, places: [DoorCreate query size], reason: so}]"
    assert told(compared(SIZED, rows=row)) == [("missing", "DoorCreate query size")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("[{id: a, versions: '1.20', places: [x]}]", "audit.yaml#/0: reason is missing"),
        ("[{id: a, versions: x, places: [x], reason: r}]", "audit.yaml#/0/versions: 'x' is not an API version; write it like 1.30"),
        ("[{id: a, versions: '1.20', places: [], reason: r}]", "audit.yaml#/0/places: names no place"),
        ("[{id: a, versions: '1.20', places: [x], reason: r, side: stale}]", "audit.yaml#/0/side: stale is not one of missing, surplus, example"),
        ("[{id: a, versions: '1.20', places: [x], reason: r, place: x}]", "audit.yaml#/0/place: place is not known in a row"),
        ("[{id: a, versions: '1.20', places: [x], reason: r}, {id: a, versions: '1.20', places: [x], reason: r}]", "audit.yaml#/1: there is another row a"),
    ],
)  # fmt: skip
def test_rows_that_are_wrong_are_refused_by_their_place(rows, message):
    with pytest.raises(SpecError) as caught:
        compared(rows=rows)
    assert str(caught.value) == message


def test_each_row_of_audit_yaml_says_why():
    assert audit.rows()
    assert all(row.reason.strip().endswith(".") for row in audit.rows())


def test_no_row_has_the_name_of_an_erratum():
    names = {each.id for each in audit.reading.corrections()}
    assert names.isdisjoint(row.id for row in audit.rows())


def test_a_folder_without_the_document_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"has neither v1.20.md nor v1.20.yaml$"):
        audit.find_upstream(V20, tmp_path)
    with pytest.raises(UsageError, match="is no folder; name the one with"):
        audit.find_upstream(V20, tmp_path / "none")


def _upstream():
    """Return the folder of upstream's documents: the one named, or one beside the checkout."""
    named = os.environ.get("DOCKER_CONTRACT_UPSTREAM")
    beside = sorted(Path(__file__).parents[3].glob("*/upstream/v1.18.md"))
    return Path(named) if named else next((path.parent for path in beside), None)


UPSTREAM = _upstream()
at_hand = pytest.mark.skipif(UPSTREAM is None, reason="no folder holds upstream's documents")


@at_hand
@pytest.mark.parametrize("version", versions(), ids=str)
def test_nothing_is_unexplained(version):
    found = audit.audit(version, UPSTREAM)
    assert [(each.side.value, each.place, each.message) for each in found.open] == []
    assert found.examples > 0


@at_hand
def test_the_page_of_reports_is_true():
    audits = [audit.audit(version, UPSTREAM) for version in versions()]
    reasons = {name: why for version in versions() for name, why in audit.reasons(version).items()}
    written = Path(__file__).parents[2] / "reports" / "coverage" / "specs.md"
    assert written.read_text(encoding="utf-8") == page(audits, reasons)
