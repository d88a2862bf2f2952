"""Values are held to schemas under the open rules."""

# ruff: noqa: E501 - a row of a table is a line

from dataclasses import replace

import pytest

from harness.model.errors import SpecError
from harness.model.spec import Schema, Spec
from harness.model.version import ApiVersion
from harness.specs.library import load
from harness.specs.validation import Violation, violations

SPEC = Spec(ApiVersion(1, 30), {}, source="f")


def a(*types, **more):
    return Schema("/x", types=types, **more)


TEXT = a("string")
NUMBER = a("integer")
BOX = a(
    "object",
    properties={
        "Name": TEXT,
        "Sides": a(
            "array", items=a("object", properties={"Kind": a("string", enum=("in", "out"))})
        ),
        "Labels": a("object", additional=TEXT),
    },
    required=frozenset({"Name"}),
)
TIME = a("string", format="date-time")


def rules(schema, value):
    return [(each.pointer, each.rule) for each in violations(SPEC, schema, value)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (a(), {"any": [1, None]}),
        (TEXT, "x"),
        (a("string", "array", items=TEXT), ["x"]),
        (a("string", nullable=True), None),
        (a("string", enum=("a",), nullable=True), None),
        (a("string", "null"), None),
        (a("file"), None),
        (a("string", format="ip-address"), ""),
        (a("string", format="uint8"), "text"),
        (a("integer", format="uint64"), 2**64 - 1),
        (a("integer", format="int64"), -(2**63)),
        (a("integer", format="unheard-of"), 2**80),
        (a("number"), 1),
        (a("string", pattern="^a+$"), "aa"),
        (BOX, {"Name": "x", "Unknown": 7}),
        (BOX, {"Name": "x", "Sides": [{"Kind": "in"}, {}], "Labels": {"a": "b"}}),
        (TIME, "0001-01-01T00:00:00Z"),
        (TIME, "2024-02-29T23:59:60.123456789+14:00"),
        (replace(TIME, nullable=True), None),
    ],
)
def test_what_is_promised_may_be_sent(schema, value):
    assert violations(SPEC, schema, value) == ()


@pytest.mark.parametrize(
    ("schema", "value", "pointer", "rule", "message"),
    [
        (TEXT, None, "", "type", "is null; the spec promises a string"),
        (TEXT, [], "", "type", "is an array; the spec promises a string"),
        (NUMBER, True, "", "type", "is a boolean; the spec promises an integer"),
        (NUMBER, 1.5, "", "type", "is a number; the spec promises an integer"),
        (a("string", "array"), {}, "", "type", "is an object; the spec promises a string or an array"),
        (a("array", nullable=True), "", "", "type", "is a string; the spec promises an array or null"),
        (BOX, {}, "/Name", "required", "is missing; the spec promises it"),
        (BOX, {"Name": 1}, "/Name", "type", "is an integer; the spec promises a string"),
        (BOX, {"Name": "", "Labels": {"a/b": 1}}, "/Labels/*", "type", "is an integer; the spec promises a string"),
        (BOX, {"Name": "", "Sides": [{}, {"Kind": "up"}]}, "/Sides/*/Kind", "enum", 'is "up"; the spec promises "in" or "out"'),
        (a("integer", format="uint16"), 65536, "", "maximum", "is out of range; the spec promises uint16, at most 65535"),
        (a("integer", format="int32"), -(2**31) - 1, "", "minimum", "is out of range; the spec promises int32, at least -2147483648"),
        (a("integer", minimum=1), 0, "", "minimum", "is out of range; the spec promises at least 1"),
        (a("string", pattern="^a+$"), "b", "", "pattern", "is formed in another way; the spec promises the pattern ^a+$"),
        (TIME, "yesterday", "", "format", "is no date-time; the spec promises date-time"),
        (a("string", format="dateTime"), "2020-01-01", "", "format", "is no dateTime; the spec promises dateTime"),
    ],
)  # fmt: skip
def test_what_is_not_promised_is_told(schema, value, pointer, rule, message):
    (found,) = violations(SPEC, schema, value)
    assert (found.pointer, found.rule, found.message) == (pointer, rule, message)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01T00:00:00",
        "2020-01-01 00:00:00Z",
        "2020-13-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:00:61Z",
        "2020-01-01T00:00:00.1234567890Z",
        "2020-01-01T00:00:00+24:00",
        "",
    ],
)
def test_a_time_is_of_rfc_3339(text):
    assert rules(TIME, text) == [("", "format")]


def test_elements_with_one_fault_break_the_schema_once():
    many = a("array", items=BOX)
    assert rules(many, [{"Name": None}] * 40 + [{}]) == [
        ("/*/Name", "type"),
        ("/*/Name", "required"),
    ]


def test_a_value_of_the_wrong_type_is_told_once():
    odd = a("string", enum=("a",), pattern="a")
    assert rules(odd, 7) == [("", "type")]


def test_expected_and_seen_are_short():
    (found,) = violations(SPEC, a("string", enum=tuple("abcdefgh")), "x" * 500)
    assert found == Violation("", "enum", found.message, found.expected, found.seen)
    assert len(found.seen) <= 60
    assert found.expected.endswith("or 2 others")


def test_text_that_is_no_unicode_is_judged_all_the_same():
    assert rules(NUMBER, "\ud800") == [("", "type")]
    assert rules(TEXT, "\ud800") == []


def test_schemas_at_one_place_are_told_apart():
    assert rules(TEXT, 1) == [("", "type")]
    assert rules(NUMBER, 1) == []


def test_a_pattern_that_is_none_is_a_fault_of_the_document():
    with pytest.raises(SpecError, match="f#/x: "):
        violations(SPEC, a("string", pattern="("), "x")


def test_a_real_schema_is_used_as_it_was_read():
    spec = load(ApiVersion(1, 33))
    schema = spec.operations["ContainerList"].responses[200].schema
    value = [{"Id": "x", "Ports": [{"PrivatePort": 80, "Type": "tcp"}, {"PrivatePort": 70000}]}]
    assert sorted((each.pointer, each.rule) for each in violations(spec, schema, value)) == [
        ("/*/Ports/*/PrivatePort", "maximum"),
        ("/*/Ports/*/Type", "required"),
    ]
