"""Swagger documents of other people: read with what they lack, and refused in one line."""

import json

import pytest
import yaml

from harness.model.errors import HarnessError, SpecError, UsageError
from harness.model.version import ApiVersion
from harness.specs.importer import canonical
from harness.specs.library import load_file, load_foreign, versions
from harness.specs.node import Node
from harness.specs.places import specs_folder
from harness.specs.reader import read_foreign
from harness.specs.yaml_text import read_yaml

TEXT = {"type": "string"}
HEAD = "swagger: '2.0'\ninfo: {version: '1'}\n"
ANSWER = {"200": {"description": "d"}}


def document(*, version="1.0.0-rc1", path="/boxes", **more):
    return {
        "swagger": "2.0",
        "info": {"title": "t", "version": version},
        "paths": {path: {"get": {"responses": ANSWER}}},
        **more,
    }


def read(**more):
    return read_foreign(canonical(Node(document(**more), "f"), foreign=True), "f")


@pytest.fixture(autouse=True)
def _empty(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def load(tmp_path):
    """Return what loads a text as a foreign document."""

    def loading(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return load_foreign(path)

    return loading


@pytest.mark.parametrize(
    ("version", "stated", "known"),
    [
        ("1.0.0-rc1", "1.0.0-rc1", ApiVersion(0, 0)),
        ("1.30", "1.30", ApiVersion(1, 30)),
        ("", "", ApiVersion(0, 0)),
        (3, "3", ApiVersion(0, 0)),
        (1.5, "1.5", ApiVersion(1, 5)),
    ],
)
def test_a_version_is_any_text(version, stated, known):
    spec = read(version=version)
    assert (spec.stated, spec.version) == (stated, known)


def test_an_operation_without_an_id_of_its_own_is_called_by_method_and_path():
    twice = {"operationId": "twice", "responses": ANSWER}
    paths = {"/a": {"get": twice, "put": {"responses": ANSWER}}, "/b": {"get": twice}}
    assert list(read(paths=paths).operations) == ["twice", "PUT /a", "GET /b"]


def test_what_is_shared_and_what_answers_all_other_statuses_is_read():
    operation = {
        "parameters": [{"$ref": "#/parameters/q"}],
        "responses": {"default": {"$ref": "#/responses/Error"}, "x-more": {"any": "thing"}},
    }
    spec = read(
        paths={"/a": {"parameters": [{"$ref": "#/parameters/p"}], "get": operation}, "x-more": 1},
        parameters={
            "q": {"name": "Q", "in": "query", **TEXT, "allowEmptyValue": True},
            "p": {"name": "P", "in": "header", **TEXT},
        },
        responses={"Error": {"description": "d", "schema": {}, "headers": {"H": TEXT}}},
    )
    (found,) = spec.operations.values()
    assert [(each.name, each.location) for each in found.parameters] == [
        ("P", "header"),
        ("Q", "query"),
    ]
    assert found.parameters[1].empty_allowed
    assert list(found.responses) == [0]
    assert found.responses[0].schema.types == ()
    assert found.responses[0].headers["H"].types == ("string",)


def test_definitions_in_themselves_are_read_to_an_end():
    of = {
        "properties": {"next": {"$ref": "#/definitions/Box"}, "same": {"$ref": "#/definitions/Me"}}
    }
    answer = {"200": {"description": "d", "schema": {"$ref": "#/definitions/Box"}}}
    spec = read(
        paths={"/a": {"get": {"responses": answer}}},
        definitions={"Box": of, "Me": {"$ref": "#/definitions/Me"}, "Unused": TEXT},
    )
    box = spec.operations["GET /a"].responses[200].schema
    assert (box.reference, box.again) == ("Box", False)
    assert (box.properties["next"].reference, box.properties["next"].again) == ("Box", True)
    assert spec.definitions["Box"] is box
    assert spec.definitions.keys() == {"Box", "Me"}


@pytest.mark.parametrize("pointer", ["/paths/~1a~0b/get/parameters/0/schema", "/paths/~1a~0b"])
def test_a_reference_may_lead_anywhere_in_the_document(pointer):
    parameters = [{"name": "b", "in": "body", "schema": TEXT}]
    answer = {"200": {"description": "d", "schema": {"$ref": f"#{pointer}"}}}
    paths = {"/a~b": {"get": {"parameters": parameters, "responses": answer}}}
    (found,) = read(paths=paths).operations.values()
    assert found.responses[200].schema.pointer == pointer


def test_all_that_rules_ask_for_is_read():
    facts = {
        "minLength": 1,
        "maxLength": 2,
        "minItems": 3,
        "maxItems": 4,
        "multipleOf": 5,
        "minProperties": 6,
        "maxProperties": 7,
        "uniqueItems": True,
        "readOnly": True,
        "exclusiveMinimum": True,
        "exclusiveMaximum": True,
        "discriminator": "k",
        "additionalProperties": False,
    }
    base = {"properties": {"a": TEXT, "b": TEXT}}
    merged = {"allOf": [{"$ref": "#/definitions/Base"}, {"properties": {"b": TEXT}, **facts}]}
    schemas = {"plain": facts, "merged": merged}
    answer = {"200": {"description": "d", "schema": {"properties": schemas}}}
    paths = {"/a": {"get": {"responses": answer, "deprecated": True}}}
    (operation,) = read(paths=paths, definitions={"Base": base}).operations.values()
    assert operation.deprecated
    properties = operation.responses[200].schema.properties
    for found in properties.values():
        limits = (found.min_length, found.max_length, found.min_items, found.max_items)
        assert (*limits, found.multiple_of) == (1, 2, 3, 4, 5)
        assert (found.min_properties, found.max_properties) == (6, 7)
        assert found.unique_items
        assert found.read_only
        assert found.closed
        assert found.exclusive_minimum
        assert found.exclusive_maximum
        assert found.discriminator == "k"
    assert properties["merged"].inherited == {"a": "Base"}


def test_a_document_may_be_json_or_yaml(load):
    as_json, as_yaml = json.dumps(document()), yaml.safe_dump(document())
    assert load(as_json, "a").operations == load(as_yaml, "b").operations
    assert load("swagger: 2.0\ninfo: {version: 1}\npaths: {}", "c").stated == "1"


def test_our_own_documents_are_read_as_foreign_ones_too():
    path = specs_folder() / f"v{versions()[-1]}.yaml"
    foreign, own = load_foreign(path), load_file(path, with_errata=False)
    assert foreign.operations == own.operations
    assert (foreign.version, foreign.errata) == (own.version, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty; a Swagger 2.0 document is needed"),
        ("just text", "is not a Swagger document"),
        ("openapi: 3.0.0", "is no Swagger 2.0 document but OpenAPI 3.0.0"),
        ("swagger: '1.2'", "is no Swagger 2.0 document but Swagger 1.2"),
        ('{"swagger": "2.0"', "is not YAML: .* in line 2"),
        ('{"swagger": "2.0", "swagger": "2.0"}', "swagger a second time in line 1"),
        ("swagger: '2.0'", "#: info is missing"),
        ("swagger: '2.0'\ninfo: {version: [1]}", "#/info/version: should be a number"),
        ("swagger: '2.0'\ninfo: {version: '1'}", "#: paths is missing"),
        (
            f"{HEAD}paths: {{/a: {{$ref: b}}}}",
            "bundle all into one file",
        ),
        (f"{HEAD}paths: &p {{/a: {{get: *p}}}}", "responses is missing"),
        (
            f"{HEAD}paths: {{}}\ndefinitions: &p {{a: {{properties: *p}}}}",
            "nests too deep",
        ),
        ("swagger: '2.0'\ninfo: {version: !!binary aGk=}", "binary is no JSON in line 2"),
        ("swagger: '2.0'\ninfo: !!set {a}", "set is no JSON in line 2"),
        (json.dumps(document(paths={"/a": {"get": {}}})), "responses is missing"),
        (
            json.dumps(
                document(
                    paths={"/a": {"get": {"responses": {"200": {"schema": {"$ref": "b#/c"}}}}}}
                )
            ),
            "there is no b#/c in this file; bundle all into one",
        ),
        (
            json.dumps(
                document(paths={"/a": {"get": {"responses": {"200": {"schema": {"$ref": "#/c"}}}}}})
            ),
            "there is no #/c",
        ),
        (
            json.dumps(document(paths={"/a": {"get": {"responses": {"2XX": {"schema": {}}}}}})),
            "2XX is not a status code",
        ),
    ],
)
def test_what_is_no_swagger_document_is_refused_in_one_line(load, text, told):
    with pytest.raises(SpecError, match=told) as raised:
        load(text)
    assert "\n" not in str(raised.value)
    assert "mine.yaml" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [("none.yaml", "does not exist"), ("", "is a folder"), ("/dev/null", "is no file")],
)
def test_a_path_that_leads_to_no_file_is_an_error_of_usage(tmp_path, name, told):
    with pytest.raises(UsageError, match=told):
        load_foreign(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "f").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HarnessError, match="is not a text file"):
        load_foreign(tmp_path / "f")


@pytest.mark.parametrize("text", ['{"a": 1}', "{a: 1}", ' \n {"a": 1}', "a: 1"])
def test_json_is_read_as_yaml_would_be(text):
    assert read_yaml(text, "f").value == {"a": 1}
