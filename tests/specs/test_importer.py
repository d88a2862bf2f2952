"""An upstream document becomes facts in one canonical form."""

import jsonschema
import pytest
import yaml
from schemathesis.specs.openapi.definitions import SWAGGER_20

from harness.model.errors import SpecError
from harness.specs.importer import import_document

UPSTREAM = """
swagger: "2.0"
info: {title: Prose, version: "1.50", description: prose, x-logo: {url: prose}}
basePath: /v1.50
tags: [{name: Box, x-displayName: Boxes, description: prose}]
paths:
  /boxes/{id}:
    parameters:
      - {name: id, in: path, required: true, type: string, description: prose}
    post:
      summary: prose
      operationId: BoxUpdate
      tags: [Box]
      parameters:
        - {name: size, in: query, type: integer, enum: [2, 1], description: prose}
        - name: body
          in: body
          schema: {$ref: "#/definitions/Box", description: prose}
      responses:
        404: {description: prose, schema: {$ref: "#/definitions/Box"}}
        200:
          description: prose
          examples: {application/json: prose}
          headers: {X-Size: {type: integer, description: prose}}
          schema:
            type: array
            items: {$ref: "#/definitions/Box"}
definitions:
  Lid:
    type: object
    x-go-name: prose
  Box:
    type: object
    title: prose
    example: {When: 2020-01-01T00:00:00Z}
    required: [title, description]
    properties:
      title: {type: string, example: prose}
      description: {type: [string, array], items: {type: string}}
      When: {type: string, default: 2020-01-01T00:00:00Z}
      Lid: {$ref: "#/definitions/Lid", x-nullable: true, type: object}
      Sides: {type: array, default: null, items: {type: string}}
"""


@pytest.fixture(scope="module")
def imported():
    return yaml.safe_load(import_document(UPSTREAM, "box.yaml"))


def box(**changes):
    """Return the upstream document with other members at its top."""
    return yaml.safe_dump({**yaml.safe_load(UPSTREAM), **changes})


def test_a_canonical_document_is_valid_swagger(imported):
    jsonschema.Draft4Validator(SWAGGER_20).validate(imported)


def test_importing_twice_changes_nothing():
    once = import_document(UPSTREAM, "box.yaml")
    assert import_document(once, "again.yaml") == once


def test_prose_is_dropped_and_properties_named_like_prose_stay(imported):
    assert "prose" not in str(imported).casefold()
    assert {"title", "description"} < imported["definitions"]["Box"]["properties"].keys()


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("Lid", {"allOf": [{"$ref": "#/definitions/Lid"}], "x-nullable": True}),
        ("Sides", {"type": "array", "x-nullable": True, "items": {"type": "string"}}),
        ("description", {"type": ["string", "array"], "items": {"type": "string"}}),
        ("When", {"type": "string", "default": "2020-01-01T00:00:00Z"}),
    ],
)
def test_what_swagger_ignores_or_forbids_is_said_in_another_way(imported, name, schema):
    assert imported["definitions"]["Box"]["properties"][name] == schema


def test_order_does_not_depend_on_the_upstream_order(imported):
    assert list(imported["definitions"]) == ["Box", "Lid"]
    assert list(imported["definitions"]["Box"]) == ["type", "required", "properties"]
    assert imported["definitions"]["Box"]["required"] == ["description", "title"]
    assert list(imported["paths"]["/boxes/{id}"]["post"]["responses"]) == ["200", "404"]


def test_the_order_of_enums_and_parameters_is_kept(imported):
    size, body = imported["paths"]["/boxes/{id}"]["post"]["parameters"]
    assert (size["enum"], body["name"]) == ([2, 1], "body")


def test_parameters_of_a_path_are_kept(imported):
    (shared,) = imported["paths"]["/boxes/{id}"]["parameters"]
    assert shared == {"name": "id", "in": "path", "required": True, "type": "string"}


def test_a_reply_is_described_by_its_reason_phrase(imported):
    replies = imported["paths"]["/boxes/{id}"]["post"]["responses"]
    assert [reply["description"] for reply in replies.values()] == ["OK", "Not Found"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f is empty"),
        ("just text", "f is not a Swagger document"),
        ("[1, 2]", "f is not a Swagger document"),
        ("a: [1", "f is not YAML: "),
        ("\x00\x01", "f is not YAML: "),
        ("{a: 1, a: 2}", "f is not YAML: a a second time in line 1"),
        ("{[a]: 1}", "f is not YAML: a key that is not text in line 1"),
        ("{}", "f is no Swagger 2.0 document but something else"),
        ("openapi: 3.0.3", "f is no Swagger 2.0 document but OpenAPI 3.0.3"),
        ("swagger: '1.2'", "f is no Swagger 2.0 document but Swagger 1.2"),
        ("swagger: '2.0'", "f#: info is missing"),
        ("{swagger: '2.0', info: {version: new}}", "f#/info/version: 'new' is not an API version"),
        (box(paths=[]), "f#/paths: should be an object"),
        (box(paths={"/a": {"get": {}}}), "f#/paths/~1a/get: responses is missing"),
        (box(definitions={"A": {"type": "text"}}), "f#/definitions/A/type: text is no type"),
        (box(definitions={"A": {"minimum": "1"}}), "f#/definitions/A/minimum: should be a number"),
    ],
)
def test_a_wrong_file_gets_one_line(text, told):
    with pytest.raises(SpecError) as caught:
        import_document(text, "f")
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
