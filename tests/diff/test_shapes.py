"""The shape of JSON values: documented places and the types there."""

import pytest

from harness.diff.shapes import shape
from harness.model.spec import Schema

TEXT = Schema("", types=("string",))
BOX = Schema(
    "",
    types=("object",),
    properties={
        "Name": TEXT,
        "Size": Schema("", types=("integer",)),
        "a/b": TEXT,
        "Lids": Schema("", types=("array",), items=Schema("", properties={"Id": TEXT})),
        "Labels": Schema("", types=("object",), additional=TEXT),
        "Free": Schema("", types=("object",)),
    },
)
BOXES = Schema("", types=("array",), items=BOX)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {}),
        ({"Name": "a"}, {"/Name": "string"}),
        ({"Name": None}, {"/Name": "null"}),
        ({"name": "a"}, {}),
        ({"Colour": "a"}, {}),
        ({"Size": 1}, {"/Size": "number"}),
        ({"Size": 1.5}, {"/Size": "number"}),
        ({"Size": True}, {"/Size": "boolean"}),
        ({"a/b": "a"}, {"/a~1b": "string"}),
        ({"Lids": []}, {"/Lids": "array"}),
        (
            {"Lids": [{"Id": "a"}, {"Hue": "a"}]},
            {"/Lids": "array", "/Lids/*": "object", "/Lids/*/Id": "string"},
        ),
        ({"Labels": {}}, {"/Labels": "object"}),
        ({"Labels": {"a": "b", "c": "d"}}, {"/Labels": "object", "/Labels/*": "string"}),
        ({"Free": {"a": "b"}}, {"/Free": "object"}),
        ({"Name": {"Id": "a"}}, {"/Name": "object"}),
        ({"Name": [{"Id": "a"}]}, {"/Name": "array"}),
    ],
)
def test_documented_places_have_their_types(value, expected):
    found = shape(BOX, [value])
    assert found == {"": {"object"}, **{place: {kind} for place, kind in expected.items()}}


def test_elements_are_merged():
    found = shape(BOXES, [[{"Name": "a"}, {"Name": None}, {"Size": 1}]])
    assert found == {
        "": {"array"},
        "/*": {"object"},
        "/*/Name": {"string", "null"},
        "/*/Size": {"number"},
    }


def test_values_of_a_stream_are_merged():
    assert shape(BOX, [{"Name": "a"}, [], {"Size": 1}]) == {
        "": {"object", "array"},
        "/Name": {"string"},
        "/Size": {"number"},
    }


def test_documented_keys_of_a_map_stand_for_themselves():
    both = Schema("", properties={"Name": TEXT}, additional=Schema("", types=("integer",)))
    assert shape(both, [{"Name": "a", "Other": 1}]) == {
        "": {"object"},
        "/Name": {"string"},
        "/*": {"number"},
    }


@pytest.mark.parametrize(("value", "kind"), [({"Name": "a"}, "object"), ([1], "array")])
def test_without_a_schema_only_the_whole_has_a_type(value, kind):
    assert shape(None, [value]) == {"": {kind}}


def test_no_value_has_no_shape():
    assert shape(BOX, []) == {}
