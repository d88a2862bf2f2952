"""Rules on values: for each family and each scope a pair that has it, and one that has not."""

import pytest
from paper_documents import PLACES, SCOPES, TEXT, told, valued

from harness.diff.paper import RULES
from harness.diff.paper.values import FACT_RULES, TYPE_RULES
from harness.model.change import Level, Part

INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}
LIST, OBJECT = {"type": "array", "items": TEXT}, {"type": "object"}
MAP = {"type": "object", "additionalProperties": TEXT}
CLOSED = {"type": "object", "additionalProperties": False}


def with_(base, **facts):
    return {**base, **facts}


def limits(name, keyword, base):
    low, high = with_(base, **{keyword: 5}), with_(base, **{keyword: 6})
    return {f"{name}-raised": (low, high, "5", "6"), f"{name}-lowered": (high, low, "6", "5")}


# What has a rule: old, new, and what is told of each. Turned around, none of them has it.
ROWS = {
    "type-changed": (TEXT, INTEGER, "string", "integer"),
    "type-generalized": (INTEGER, NUMBER, "integer", "number"),
    "type-specialized": (NUMBER, INTEGER, "number", "integer"),
    "type-told": ({}, TEXT, "any value", "string"),
    "type-untold": (LIST, {}, "array of string", "any value"),
    "format-changed": (with_(TEXT, format="byte"), with_(TEXT, format="date"), "byte", "date"),
    "format-widened": (
        with_(INTEGER, format="int32"),
        with_(INTEGER, format="int64"),
        "int32",
        "int64",
    ),
    "format-narrowed": (TEXT, with_(TEXT, format="byte"), "", "byte"),
    "became-nullable": (TEXT, with_(TEXT, **{"x-nullable": True}), "", "null"),
    "became-not-nullable": (with_(TEXT, **{"x-nullable": True}), TEXT, "null", ""),
    "enum-value-added": (with_(TEXT, enum=["a"]), with_(TEXT, enum=["b", "a"]), "", '"b"'),
    "enum-value-removed": (with_(TEXT, enum=["b", "a"]), with_(TEXT, enum=["a"]), '"b"', ""),
    "became-enum": (TEXT, with_(TEXT, enum=["a", "b"]), "", '"a", "b"'),
    "enum-removed": (with_(INTEGER, enum=[1]), INTEGER, "1", ""),
    "default-changed": (with_(INTEGER, default=1), with_(INTEGER, default=True), "1", "true"),
    "default-added": (TEXT, with_(TEXT, default=""), "", '""'),
    "default-removed": (with_(LIST, default=["a"]), LIST, '["a"]', ""),
    "pattern-changed": (with_(TEXT, pattern="a"), with_(TEXT, pattern="b"), "a", "b"),
    "pattern-added": (TEXT, with_(TEXT, pattern="a"), "", "a"),
    "pattern-removed": (with_(TEXT, pattern="a"), TEXT, "a", ""),
    **limits("max", "maximum", INTEGER),
    **limits("min", "minimum", NUMBER),
    **limits("max-length", "maxLength", TEXT),
    **limits("min-length", "minLength", TEXT),
    **limits("max-items", "maxItems", LIST),
    **limits("min-items", "minItems", LIST),
    **limits("max-properties", "maxProperties", OBJECT),
    **limits("min-properties", "minProperties", OBJECT),
    "multiple-narrowed": (with_(INTEGER, multipleOf=2), with_(INTEGER, multipleOf=4), "2", "4"),
    "multiple-widened": (with_(INTEGER, multipleOf=4), with_(INTEGER, multipleOf=2), "4", "2"),
    "became-unique": (LIST, with_(LIST, uniqueItems=True), "", "each once"),
    "became-not-unique": (with_(LIST, uniqueItems=True), LIST, "each once", ""),
    "became-map": (OBJECT, MAP, "object", "map of string"),
    "no-longer-map": (MAP, OBJECT, "map of string", "object"),
    "closed": (OBJECT, CLOSED, "", "no other properties"),
    "opened": (CLOSED, OBJECT, "no other properties", ""),
    "became-read-only": (TEXT, with_(TEXT, readOnly=True), "", "read only"),
    "became-not-read-only": (with_(TEXT, readOnly=True), TEXT, "read only", ""),
    "discriminator-added": (OBJECT, with_(OBJECT, discriminator="k"), "", "k"),
    "discriminator-removed": (with_(OBJECT, discriminator="k"), OBJECT, "k", ""),
    "discriminator-changed": (
        with_(OBJECT, discriminator="k"),
        with_(OBJECT, discriminator="l"),
        "k",
        "l",
    ),
}
# Where turning around finds the rule once more: two that have it not, though they differ.
MISSED = {
    "type-changed": (INTEGER, NUMBER),
    "format-changed": (with_(INTEGER, format="int32"), with_(INTEGER, format="int64")),
    "default-changed": (TEXT, with_(TEXT, default="a")),
    "pattern-changed": (TEXT, with_(TEXT, pattern="a")),
    "discriminator-changed": (OBJECT, with_(OBJECT, discriminator="k")),
}
STRUCTURED = {
    *("max-properties-raised", "max-properties-lowered"),
    *("min-properties-raised", "min-properties-lowered"),
    *("became-map", "no-longer-map", "closed", "opened", "became-read-only"),
    *("became-not-read-only", "discriminator-added", "discriminator-removed"),
    "discriminator-changed",
}
FLAT = ("request-parameter", "reply-header")
CASES = [
    (scope, family)
    for family in ROWS
    for scope in SCOPES
    if family not in STRUCTURED or scope not in FLAT
]
each_case = pytest.mark.parametrize(("scope", "family"), CASES)


@each_case
def test_a_rule_finds_what_has_it(scope, family):
    old, new, before, after = ROWS[family]
    found = told(valued(scope, old), valued(scope, new))
    assert found == [(f"{scope}-{family}", PLACES[scope], before, after)]


@each_case
def test_a_rule_passes_what_has_it_not(scope, family):
    new, old, *_ = ROWS[family]
    old, new = MISSED.get(family, (old, new))
    found = told(valued(scope, old), valued(scope, new))
    assert f"{scope}-{family}" not in {rule for rule, *_ in found}
    assert len(found) == 1
    assert told(valued(scope, old), valued(scope, old)) == []


def test_every_rule_on_values_has_its_rows():
    ids = {rule.id for rules in (*TYPE_RULES.values(), *FACT_RULES.values()) for rule in rules}
    assert {f"{scope}-{family}" for scope, family in CASES} == ids
    assert len(CASES) == len(ids)


def test_what_is_taken_breaks_others_than_what_is_sent():
    levels = {rule.id: rule.level for rule in RULES}
    for narrow in ("enum-value-removed", "max-lowered", "min-raised", "became-not-nullable"):
        assert levels[f"request-property-{narrow}"] is Level.BREAKING
        assert levels[f"reply-property-{narrow}"] is Level.COMPATIBLE
    for wide in ("enum-value-added", "max-raised", "became-nullable", "type-generalized"):
        assert levels[f"request-property-{wide}"] is Level.COMPATIBLE
        assert levels[f"reply-property-{wide}"] is Level.RISKY
    for rule in RULES:
        if rule.id.startswith(("reply-", "request-")):
            assert rule.part is (Part.REPLY if rule.id.startswith("reply-") else Part.REQUEST)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"maximum": 3}, [("request-body-max-lowered", "body", "", "3")]),
        ({"maximum": 3}, {}, [("request-body-max-raised", "body", "3", "")]),
        ({"minimum": 0}, {}, [("request-body-min-lowered", "body", "0", "")]),
        ({}, {"minimum": 0}, [("request-body-min-raised", "body", "", "0")]),
        (
            {"maximum": 3},
            {"maximum": 3, "exclusiveMaximum": True},
            [("request-body-max-lowered", "body", "3", "3, exclusive")],
        ),
        (
            {"minimum": 3, "exclusiveMinimum": True},
            {"minimum": 3},
            [("request-body-min-lowered", "body", "3, exclusive", "3")],
        ),
        ({"exclusiveMaximum": True}, {}, []),
        ({}, {"multipleOf": 3}, [("request-body-multiple-narrowed", "body", "", "3")]),
        ({"multipleOf": 3}, {}, [("request-body-multiple-widened", "body", "3", "")]),
        (
            {"multipleOf": 3},
            {"multipleOf": 2},
            [("request-body-multiple-narrowed", "body", "3", "2")],
        ),
        ({"maximum": 1}, {"maximum": 1.0}, []),
        ({"enum": [1, 2]}, {"enum": [2, 1]}, []),
        ({"enum": [1]}, {"enum": ["1"]}, None),
        ({"default": 1}, {"default": 1}, []),
        (
            {"format": "int64"},
            {"format": "int8"},
            [("request-body-format-narrowed", "body", "int64", "int8")],
        ),
        (
            {"format": "int64"},
            {"format": "uint64"},
            [("request-body-format-changed", "body", "int64", "uint64")],
        ),
    ],
)
def test_limits_that_come_and_go_are_told_by_what_they_do(old, new, expected):
    found = told(
        valued("request-body", {**NUMBER, **old}), valued("request-body", {**NUMBER, **new})
    )
    if expected is None:
        assert len(found) == 2
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"type": "string"}, {"type": ["string"]}, []),
        ({"type": ["array", "string"]}, {"type": ["string", "array"]}, []),
        ({"type": ["string", "null"]}, {"type": "string", "x-nullable": True}, []),
        ({"properties": {"a": TEXT}}, {"type": "object", "properties": {"a": TEXT}}, []),
        ({"items": TEXT}, LIST, []),
        ({"additionalProperties": TEXT}, MAP, []),
        (LIST, MAP, [("reply-body-type-changed", "array of string", "map of string")]),
        (
            {"type": ["array", "string"], "items": TEXT},
            LIST,
            [("reply-body-type-specialized", "array of string or string", "array of string")],
        ),
        (
            with_(TEXT, enum=["a"], default="a", format="byte", pattern="a"),
            INTEGER,
            [("reply-body-type-changed", "string (byte)", "integer")],
        ),
        ({"format": "date-time"}, {"format": "dateTime"}, []),
        (
            {"type": "array"},
            LIST,
            [("reply-property-type-told", "any value", "string")],
        ),
    ],
)
def test_a_type_is_what_the_document_means_by_it(old, new, expected):
    found = told(valued("reply-body", old), valued("reply-body", new))
    assert [(rule, before, after) for rule, _, before, after in found] == expected
