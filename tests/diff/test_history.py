import pytest
from tiny_specs import number, tiny

from harness.diff.history import history, key, matching, places

WAIT = "POST /things/{}/wait"


def operation(**differences):
    return {
        "operationId": "ThingWait",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "type": "string"},
            {"name": "condition", "in": "query", "type": "string", "enum": ["next", ""]},
            {"name": "X-Auth", "in": "header", "type": "string"},
            {
                "name": "body",
                "in": "body",
                "schema": {
                    "type": "object",
                    "required": ["Image"],
                    "properties": {
                        "Image": {"type": "string"},
                        "Labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "Ports": {"type": "array", "items": {"$ref": "#/definitions/Port"}},
                    },
                },
            },
        ],
        "responses": {
            "200": {
                "description": "OK",
                "headers": {"Ostype": {"type": "string"}},
                "schema": {"$ref": "#/definitions/Tree"},
            },
            "404": {"description": "Not Found"},
        },
        **differences,
    }


DEFINITIONS = {
    "Port": {"type": "integer", "format": "uint16", "x-nullable": True},
    "Tree": {
        "type": "object",
        "properties": {
            "Name": {"type": "string"},
            "Below": {"type": "array", "items": {"$ref": "#/definitions/Tree"}},
        },
    },
}


def spec(version="1.30", variable="id", **differences):
    return tiny(
        version, {f"/things/{{{variable}}}/wait": {"post": operation(**differences)}}, DEFINITIONS
    )


def test_every_place_is_told_with_what_the_document_says_of_it():
    assert places(spec().operations["ThingWait"]) == {
        "": "",
        "path/id": "string",
        "query/condition": 'string; one of next, ""',
        "headers/X-Auth": "string",
        "body": "object",
        "body/Image": "string; required",
        "body/Labels": "object",
        "body/Labels/*": "string",
        "body/Ports": "array of integer",
        "body/Ports/*": "integer (uint16); may be null",
        "200": "",
        "200/headers/Ostype": "",
        "200/body": "object",
        "200/body/Name": "string",
        "200/body/Below": "array of Tree",
        "200/body/Below/*": "Tree",
        "404": "no body",
    }


def test_what_comes_later_is_told_from_its_version_on_whatever_variables_are_called():
    specs = {
        number("1.29"): spec("1.29", "name", parameters=[]),
        number("1.30"): spec("1.30"),
        number("1.31"): tiny("1.31"),
    }
    found = {each.place: each for each in history(specs, WAIT)}
    assert found[""].operation == "POST /things/{id}/wait"
    assert [str(version) for version in found[""].said] == ["1.29", "1.30"]
    assert [str(version) for version in found["query/condition"].said] == ["1.30"]


def test_an_operation_that_no_version_has_has_no_history():
    assert history({number("1.30"): spec()}, "GET /nothing") == ()


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("condition", ["query/condition"]),
        ("query/condition", ["query/condition"]),
        ("CONDITION", ["query/condition"]),
        ("404", ["404"]),
        ("Ostype", ["200/headers/Ostype"]),
        ("Below.Name", []),
        ("Name", ["200/body/Name"]),
        ("abel", ["body/Labels", "body/Labels/*"]),
        ("things.labe", []),
        ("body.labe", ["body/Labels", "body/Labels/*"]),
        ("nothing", []),
        ("/", []),
        ("", []),
    ],
)
def test_places_are_found_by_how_they_end(what, found):
    appearances = history({number("1.30"): spec()}, WAIT)
    assert [each.place for each in matching(appearances, what)] == found


def test_letter_case_tells_places_apart_where_it_can():
    parameters = [
        {"name": name, "in": "query", "type": "string"} for name in ("condition", "Condition")
    ]
    appearances = history({number("1.30"): spec(parameters=parameters)}, WAIT)
    assert [each.place for each in matching(appearances, "Condition")] == ["query/Condition"]
    assert len(matching(appearances, "CONDITION")) == 2


def test_operations_are_named_whatever_their_variables_are_called():
    assert key("GET", "/a/{id}/b") == key("GET", "/a/{name}/b") == "GET /a/{}/b"
