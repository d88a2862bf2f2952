"""A document is read into a Spec, with references and allOf resolved."""

import pytest

from harness.model.errors import SpecError
from harness.model.version import ApiVersion
from harness.specs.reader import read_spec


def document(definitions=None, responses=None, **operation):
    return {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1.30"},
        "consumes": ["application/json"],
        "produces": ["text/plain"],
        "paths": {
            "/boxes/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}],
                "get": {
                    "operationId": "BoxInspect",
                    "responses": responses or {"200": {"description": "OK"}},
                    **operation,
                },
            }
        },
        "definitions": definitions or {},
    }


def inspect(**changes):
    return read_spec(document(**changes), "f").operations["BoxInspect"]


def schema(of, **definitions):
    responses = {"200": {"description": "OK", "schema": of}}
    return inspect(responses=responses, definitions=definitions).responses[200].schema


TEXT = {"type": "string"}


def test_an_operation_has_its_own_media_types_or_those_of_the_document():
    assert inspect().produces == ("text/plain",)
    assert inspect(produces=["a/b"], consumes=[]).produces == ("a/b",)
    assert inspect(consumes=[]).consumes == ()


def test_parameters_of_the_path_come_first_and_may_be_replaced():
    more = [{"name": "size", "in": "query", "type": "integer", "maximum": 3}]
    assert [each.name for each in inspect(parameters=more).parameters] == ["id", "size"]
    other = [{"name": "id", "in": "path", "required": True, "type": "integer"}]
    (replaced,) = inspect(parameters=other).parameters
    assert replaced.schema.types == ("integer",)
    assert replaced.required
    assert replaced.schema.required == frozenset()


def test_a_reference_stands_where_its_definition_stands():
    found = schema({"type": "array", "items": {"$ref": "#/definitions/Box"}}, Box=TEXT)
    assert found.pointer == "/paths/~1boxes~1{id}/get/responses/200/schema"
    assert (found.items.pointer, found.items.reference) == ("/definitions/Box", "Box")


def test_an_all_of_becomes_one_schema():
    box = {"type": "object", "required": ["A"], "properties": {"A": TEXT, "B": TEXT}}
    more = {
        "type": "object",
        "required": ["C"],
        "properties": {"B": {"type": "integer"}, "C": TEXT},
    }
    found = schema({"allOf": [{"$ref": "#/definitions/Box"}, more]}, Box=box)
    assert {name: each.types for name, each in found.properties.items()} == {
        "A": ("string",),
        "B": ("integer",),
        "C": ("string",),
    }
    assert (found.required, found.reference) == (frozenset({"A", "C"}), "")


@pytest.mark.parametrize(
    ("value", "nullable"),
    [
        ({"$ref": "#/definitions/Box"}, False),
        ({"allOf": [{"$ref": "#/definitions/Box"}]}, False),
        ({"allOf": [{"$ref": "#/definitions/Box"}], "x-nullable": True}, True),
        ({"allOf": [{"$ref": "#/definitions/Null"}, {"$ref": "#/definitions/Box"}]}, False),
        ({"allOf": [{"$ref": "#/definitions/Null"}]}, True),
        ({"type": "string", "x-nullable": True}, True),
        ({"type": "string", "x-nullable": False}, False),
    ],
)
def test_null_is_admitted_where_it_is_said(value, nullable):
    found = schema(value, Box=TEXT, Null={"type": "string", "x-nullable": True})
    assert found.nullable is nullable
    assert found.types == ("string",)


def test_facts_of_a_value_are_kept():
    found = schema(
        {
            "type": ["string", "array"],
            "format": "f",
            "enum": ["a", {}],
            "minimum": 0,
            "maximum": 2,
            "pattern": "p",
            "default": False,
            "additionalProperties": TEXT,
        }
    )
    assert (found.types, found.format, found.enum) == (("string", "array"), "f", ("a",))
    assert (found.minimum, found.maximum, found.pattern, found.default) == (0, 2, "p", False)
    assert found.additional.types == ("string",)


def test_a_minimum_of_zero_outlives_the_merging():
    merged = schema({"allOf": [{"type": "integer", "minimum": 0}], "x-nullable": True})
    assert (merged.types, merged.minimum) == (("integer",), 0)


def test_a_definition_that_holds_itself_ends():
    tree = {"type": "object", "properties": {"Below": {"$ref": "#/definitions/Tree"}}}
    found = schema({"$ref": "#/definitions/Tree"}, Tree=tree)
    assert found.properties["Below"].reference == "Tree"
    assert found.properties["Below"].types == ()


def test_the_headers_of_a_reply_are_named():
    responses = {"200": {"description": "OK", "headers": {"X-A": TEXT}}}
    (found,) = inspect(responses=responses).responses[200].headers.items()
    assert (found[0], found[1].types) == ("X-A", ("string",))


def test_a_shape_is_of_the_content_and_not_of_the_writing():
    def shape(value, **definitions):
        responses = {"200": {"description": "OK", "schema": value}}
        return inspect(responses=responses, definitions=definitions).shape

    inline = shape({"type": "object", "properties": {"A": TEXT}})
    assert (
        shape({"type": "object", "properties": {"A": {"$ref": "#/definitions/X"}}}, X=TEXT)
        == inline
    )
    assert (
        shape({"$ref": "#/definitions/Y"}, Y={"properties": {"A": TEXT}, "type": "object"})
        == inline
    )
    nullable = {"type": "object", "properties": {"A": {**TEXT, "x-nullable": True}}}
    assert shape(nullable) != inline
    assert inspect(tags=["Other"]).shape == inspect().shape
    assert inspect(produces=["a/b"]).shape != inspect().shape


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"operationId": 7}, "f#/paths/~1boxes~1{id}/get/operationId: should be a string"),
        ({"responses": {"ok": {}}}, "f#/paths/~1boxes~1{id}/get/responses/ok: ok is not a status"),
        ({"parameters": [{"in": "query"}]}, "/parameters/0: name is missing"),
        (
            {"responses": {"200": {"schema": {"$ref": "#/definitions/No"}}}},
            "/responses/200/schema: there is no #/definitions/No",
        ),
        ({"responses": {"200": {"schema": {"$ref": "other.yaml#/A"}}}}, "there is no other.yaml"),
    ],
)
def test_a_wrong_document_is_told_by_its_place(changes, told):
    with pytest.raises(SpecError) as caught:
        inspect(**changes)
    assert told in str(caught.value)


def test_two_operations_of_one_name_are_refused():
    twice = document()
    twice["paths"]["/other"] = twice["paths"]["/boxes/{id}"]
    with pytest.raises(SpecError, match="two operations are called BoxInspect"):
        read_spec(twice, "f")


def test_a_spec_has_the_version_of_its_document():
    assert read_spec(document(), "f").version == ApiVersion(1, 30)
