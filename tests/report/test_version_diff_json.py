"""A version diff as JSON."""

import json
from dataclasses import fields, replace
from pathlib import Path

import jsonschema
import pytest
from canned_diff import CONDITION, NASTY, ROWS, canned_diff, empty_diff, hostile_diff

from harness.diff.paper import compare
from harness.diff.reconciling import reconcile
from harness.model.announcement import Announcement
from harness.model.change import Change
from harness.model.version import ApiVersion
from harness.model.version_diff import Document, Row, VersionDiff
from harness.model.wire import WireChange
from harness.report.version_diff import json_text
from harness.specs.changelog import changelog
from harness.specs.drift import drifts
from harness.specs.library import load

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads(json_text.SCHEMA_FILE.read_text(encoding="utf-8"))


def real_diff(old="1.24", new="1.25"):
    versions = (ApiVersion.parse(old), ApiVersion.parse(new))
    raw = [load(version, with_errata=False) for version in versions]
    corrected = [load(version) for version in versions]
    rows = reconcile(compare(*raw), compare(*corrected), *corrected, changelog(), drifts())
    before, after = (
        Document(str(spec.version), spec.version, len(spec.operations)) for spec in raw
    )
    return VersionDiff(before, after, rows)


@pytest.mark.parametrize(
    "diff",
    [
        canned_diff(),
        empty_diff(),
        hostile_diff(),
        canned_diff(old=Document("a.yaml", None, 1)),
        real_diff(),
    ],
    ids=["canned", "empty", "hostile", "file", "1.24 and 1.25"],
)
def test_the_result_keeps_its_schema(diff):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    found = json.loads(json_text.render(diff))
    assert [error.message for error in validator.iter_errors(found)] == []
    assert len(found["rows"]) == len(diff.rows)


def test_the_schema_is_a_schema_and_published():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    published = (DOCS / "diff.schema.json").read_text(encoding="utf-8")
    assert published == json_text.SCHEMA_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2},
        {"rows": [{}]},
        {"surplus": 1},
        {"old": {"label": "1.24", "version": "latest", "operations": 1}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_schema_refuses_what_is_none_of_ours(wrong):
    found = json.loads(json_text.render(canned_diff()))
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid({**found, **wrong})


def test_everything_that_a_row_holds_is_told():
    told = json.loads(json_text.render(canned_diff(CONDITION)))
    (row,) = told["rows"]
    assert row["change"].keys() == {field.name for field in fields(Change)}
    assert row["announcements"][0].keys() == {field.name for field in fields(Announcement)}
    assert row["wire"][0].keys() == {field.name for field in fields(WireChange)}
    assert row.keys() == {"level", "operations"} | {field.name for field in fields(Row)}
    assert told.keys() == {"format", "totals"} | {field.name for field in fields(VersionDiff)}


def test_counts_are_those_of_the_rows():
    told = json.loads(json_text.render(canned_diff()))
    assert told["totals"]["levels"] == {"breaking": 4, "risky": 1, "compatible": 4}
    assert sum(told["totals"]["standings"].values()) == len(ROWS)
    assert told["totals"]["ignored"] == 1


def test_long_and_odd_texts_are_told_whole():
    change = replace(CONDITION.change, new=NASTY)
    told = json.loads(json_text.render(canned_diff(replace(CONDITION, change=change))))
    assert told["rows"][0]["change"]["new"] == NASTY
