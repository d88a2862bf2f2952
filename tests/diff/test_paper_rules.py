"""Rules on operations, parameters, bodies, replies: a pair that has each, and one that has not."""

import pytest
from paper_documents import TEXT, body, one, replies, spec, told

from harness.diff.paper import AREAS, RULES
from harness.diff.paper.values import FACT_RULES, TYPE_RULES

INTEGER = {"type": "integer"}
LIST = {"type": "array", "items": TEXT}
NOTHING = spec({})


def query(name="q", schema=TEXT, **facts):
    return {"parameters": [{"name": name, "in": "query", **schema, **facts}]}


def header(name):
    return {"parameters": [{"name": name, "in": "header", **TEXT}]}


def sent(required=(), **properties):
    schema = {"type": "object", "properties": properties}
    return {"parameters": body({**schema, "required": list(required)} if required else schema)}


def answered(required=(), **properties):
    schema = {"type": "object", "properties": properties}
    return {"responses": replies({**schema, "required": list(required)} if required else schema)}


def headed(*names):
    return {"responses": replies(headers=dict.fromkeys(names, TEXT))}


def statuses(*names):
    return {"responses": {name: {"description": "d"} for name in names}}


def variable(name, *, listed=True):
    listing = [{"name": name, "in": "path", "required": True, **TEXT}] if listed else []
    return {"path": f"/boxes/{{{name}}}", "parameters": listing}


# What has a rule, by what is different about each document, and what is told.
ROWS = {
    "operation-added": (None, {}, "", "", "BoxCreate"),
    "operation-removed": ({}, None, "", "BoxCreate", ""),
    "operation-removed-after-deprecation": (
        {"deprecated": True},
        None,
        *("", "BoxCreate, deprecated", ""),
    ),
    "operation-id-changed": ({}, {"operationId": "New"}, "operationId", "BoxCreate", "New"),
    "operation-id-added": ({"operationId": "POST /boxes"}, {}, "operationId", "", "BoxCreate"),
    "operation-id-removed": ({}, {"operationId": "POST /boxes"}, "operationId", "BoxCreate", ""),
    "operation-deprecated": ({}, {"deprecated": True}, "deprecated", "", "deprecated"),
    "operation-reactivated": ({"deprecated": True}, {}, "deprecated", "deprecated", ""),
    "operation-tag-added": ({"tags": ["A"]}, {"tags": ["A", "B"]}, "tags", "", "B"),
    "operation-tag-removed": ({"tags": ["A"]}, {}, "tags", "A", ""),
    "request-media-type-added": (
        {"consumes": ["a/b"], **sent()},
        {"consumes": ["c/d", "A/B"], **sent()},
        *("consumes", "", "c/d"),
    ),
    "request-media-type-removed": (
        {"consumes": ["a/b", "c/d"], **sent()},
        {"consumes": ["a/b"], **sent()},
        *("consumes", "c/d", ""),
    ),
    "reply-media-type-added": (
        {"produces": ["a/b"], **answered()},
        {"produces": ["c/d", "a/b"], **answered()},
        *("produces", "", "c/d"),
    ),
    "reply-media-type-removed": (
        {"produces": ["a/b"], **answered()},
        {"produces": [], **answered()},
        *("produces", "a/b", ""),
    ),
    "request-parameter-added": ({}, query(), "query/q", "", "string"),
    "request-parameter-required-added": (
        {},
        query(required=True),
        *("query/q", "", "string"),
    ),
    "request-parameter-removed": (query(schema=LIST), {}, "query/q", "array of string", ""),
    "request-parameter-became-required": (
        query(),
        query(required=True),
        *("query/q", "not required", "required"),
    ),
    "request-parameter-became-optional": (
        query(required=True),
        query(required=False),
        *("query/q", "required", "not required"),
    ),
    "request-parameter-moved": (query("q"), header("q"), "headers/q", "query", "header"),
    "request-parameter-letter-case": (query("q"), query("Q"), "query/Q", "q", "Q"),
    "request-header-letter-case": (header("X-A"), header("x-a"), "headers/x-a", "X-A", "x-a"),
    "request-parameter-collection-format-changed": (
        query(schema=LIST),
        query(schema=LIST, collectionFormat="multi"),
        *("query/q", "csv", "multi"),
    ),
    "request-parameter-became-emptiable": (
        query(),
        query(allowEmptyValue=True),
        *("query/q", "", "may be empty"),
    ),
    "request-parameter-became-not-emptiable": (
        query(allowEmptyValue=True),
        query(allowEmptyValue=False),
        *("query/q", "may be empty", ""),
    ),
    "path-variable-renamed": (variable("id"), variable("name"), "path/name", "id", "name"),
    "path-variable-told": (variable("id", listed=False), variable("id"), "path/id", "", "string"),
    "path-variable-untold": (
        variable("id"),
        variable("id", listed=False),
        *("path/id", "string", ""),
    ),
    "request-body-added": (
        {},
        {"parameters": body(LIST, required=False)},
        *("body", "", "array of string"),
    ),
    "request-body-required-added": ({}, {"parameters": body(TEXT)}, "body", "", "string"),
    "request-body-removed": ({"parameters": body(TEXT)}, {}, "body", "string", ""),
    "request-body-became-required": (
        {"parameters": body(TEXT, required=False)},
        {"parameters": body(TEXT)},
        *("body", "not required", "required"),
    ),
    "request-body-became-optional": (
        {"parameters": body(TEXT)},
        {"parameters": body(TEXT, required=False)},
        *("body", "required", "not required"),
    ),
    "request-property-added": (sent(a=TEXT), sent(a=TEXT, b=TEXT), "body/b", "", "string"),
    "request-property-required-added": (sent(), sent(["b"], b=LIST), "body/b", "", LIST),
    "request-property-removed": (sent(a=TEXT, b=TEXT), sent(b=TEXT), "body/a", "string", ""),
    "request-property-became-required": (
        sent(a=TEXT),
        sent(["a"], a=TEXT),
        *("body/a", "not required", "required"),
    ),
    "request-property-became-optional": (
        sent(["a"], a=TEXT),
        sent(a=TEXT),
        *("body/a", "required", "not required"),
    ),
    "request-property-letter-case": (
        sent(NanoCPUs=INTEGER),
        sent(NanoCpus=INTEGER),
        *("body/NanoCpus", "NanoCPUs", "NanoCpus"),
    ),
    "reply-property-added": (answered(), answered(["b"], b=TEXT), "200/body/b", "", "string"),
    "reply-property-removed": (answered(["a"], a=TEXT), answered(), "200/body/a", "string", ""),
    "reply-property-became-optional": (
        answered(["a"], a=TEXT),
        answered(a=TEXT),
        *("200/body/a", "always sent", "not always sent"),
    ),
    "reply-property-became-required": (
        answered(a=TEXT),
        answered(["a"], a=TEXT),
        *("200/body/a", "not always sent", "always sent"),
    ),
    "reply-property-letter-case": (
        answered(ID=TEXT),
        answered(Id=TEXT),
        *("200/body/Id", "ID", "Id"),
    ),
    "reply-success-status-added": (
        statuses("200"),
        statuses("200", "304"),
        "304",
        "",
        "Not Modified",
    ),
    "reply-success-status-removed": (
        statuses("200", "204"),
        statuses("200"),
        "204",
        "No Content",
        "",
    ),
    "reply-error-status-added": (statuses("200"), statuses("200", "409"), "409", "", "Conflict"),
    "reply-error-status-removed": (statuses("200", "599"), statuses("200"), "599", "599", ""),
    "reply-default-added": (statuses("200"), statuses("200", "default"), "default", "", "default"),
    "reply-default-removed": (
        statuses("200", "default"),
        statuses("200"),
        "default",
        "default",
        "",
    ),
    "reply-body-added": ({}, {"responses": replies(TEXT)}, "200/body", "", "string"),
    "reply-body-removed": ({"responses": replies(LIST)}, {}, "200/body", "array of string", ""),
    "reply-header-added": (headed("A"), headed("A", "B"), "200/headers/B", "", "string"),
    "reply-header-removed": (headed("A", "B"), headed("B"), "200/headers/A", "string", ""),
    "reply-header-letter-case": (
        headed("API-Version"),
        headed("Api-Version"),
        *("200/headers/Api-Version", "API-Version", "Api-Version"),
    ),
}
# What has a rule not, though it is near; where there is no pair, that of ROWS turned around.
MISSED = {
    "operation-removed": ({"deprecated": True}, None),
    "operation-removed-after-deprecation": ({}, None),
    "operation-id-changed": ({"operationId": "POST /boxes"}, {"operationId": "New"}),
    "request-media-type-added": ({"consumes": ["a/b"]}, {"consumes": ["c/d"]}),
    "request-media-type-removed": ({"consumes": ["a/b"], **sent()}, {}),
    "reply-media-type-added": ({"produces": ["a/b"]}, {"produces": ["c/d"]}),
    "request-parameter-added": ({}, query(required=True)),
    "request-parameter-required-added": ({}, query()),
    "request-parameter-moved": ({}, header("q")),
    "request-parameter-letter-case": (header("q"), header("Q")),
    "request-header-letter-case": (query("q"), query("Q")),
    "request-parameter-collection-format-changed": (
        query(schema=LIST),
        query(schema=LIST, collectionFormat="csv"),
    ),
    "path-variable-renamed": (variable("id"), {**variable("id"), "path": "/bags/{id}"}),
    "request-body-added": ({}, {"parameters": body(TEXT)}),
    "request-body-required-added": ({}, {"parameters": body(TEXT, required=False)}),
    "request-property-added": (sent(), sent(["b"], b=TEXT)),
    "request-property-required-added": (sent(), sent(["c"], b=TEXT)),
    "request-property-letter-case": (sent(a=TEXT), sent(a=TEXT, A=TEXT)),
    "reply-property-letter-case": (answered(a=TEXT, A=TEXT), answered(A=TEXT)),
    "reply-success-status-added": (statuses("200"), statuses("200", "400")),
    "reply-error-status-added": (statuses("200"), statuses("200", "302")),
    "reply-header-letter-case": (headed("A"), headed("A", "a-b")),
}
OWN = {rule.id for rules in AREAS.values() for rule in rules} - {
    rule.id for rules in (*TYPE_RULES.values(), *FACT_RULES.values()) for rule in rules
}


def read(difference):
    return NOTHING if difference is None else one(**difference)


@pytest.mark.parametrize("rule", ROWS)
def test_a_rule_finds_the_pair_that_has_it(rule):
    old, new, place, before, after = ROWS[rule]
    after = "array of string" if after is LIST else after
    assert told(read(old), read(new)) == [(rule, place, before, after)]


@pytest.mark.parametrize("rule", ROWS)
def test_a_rule_passes_the_pair_that_has_it_not(rule):
    new, old, *_ = ROWS[rule]
    old, new = MISSED.get(rule, (old, new))
    assert rule not in {found for found, *_ in told(read(old), read(new))}


def test_every_rule_has_its_rows_and_an_id_of_its_own():
    assert set(ROWS) == OWN
    assert MISSED.keys() <= ROWS.keys()
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert {rule for rules in AREAS.values() for rule in rules} == set(RULES)


def test_every_rule_is_told_of_in_a_sentence_of_its_own():
    summaries = [rule.summary for rule in RULES]
    assert len(set(summaries)) == len(summaries)
    assert all(each.endswith(".") and each[0].isupper() and "{" not in each for each in summaries)
