"""The tables of announcements and of drift are read, and refused where they are wrong."""

import pytest

from harness.model.announcement import Announcement, Drift, Kind
from harness.model.errors import SpecError
from harness.model.version import ApiVersion
from harness.specs.changelog import read_changelog
from harness.specs.drift import read_drifts
from harness.specs.node import Node
from harness.specs.rows import load_table

OLD, MIDDLE, NEW = (ApiVersion(1, minor) for minor in (24, 25, 26))
KNOWN = (OLD, MIDDLE, NEW)
OPERATIONS = {
    OLD: frozenset({"POST /boxes/{id}/open"}),
    MIDDLE: frozenset({"POST /boxes/{id}/open", "GET /boxes"}),
    NEW: frozenset({"GET /boxes", "GET /lids"}),
}
CHANGE = {
    "bullet": 1,
    "kind": "parameter-added",
    "operations": ["GET /boxes"],
    "subject": "wide",
    "places": ["query/wide"],
}
DRIFT = {
    "id": "prose",
    "operations": ["GET /*"],
    "rules": ["*-format-narrowed"],
    "why": "Prose has\n  no formats.",
}


def without(row, *keys):
    return {key: value for key, value in row.items() if key not in keys}


def table(*changes, bullets=1, **versions):
    rows = {"bullets": bullets, "changes": list(changes or (CHANGE,))}
    empty = {"bullets": 0, "changes": []}
    return Node({"1.24": empty, "1.25": rows, "1.26": empty, **versions}, "changelog.yaml")


def read(node, operations=OPERATIONS):
    return read_changelog(node, KNOWN, operations)


def announcement(**differences):
    default = {
        "id": "1.25/1.1",
        "version": MIDDLE,
        "kind": Kind.PARAMETER_ADDED,
        "operations": ("GET /boxes",),
        "subject": "wide",
        "places": ("query/wide",),
    }
    return Announcement(**{**default, **differences})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (CHANGE, {}),
        ({**CHANGE, "gated": False, "rules": ["a", "b*"]}, {"gated": False, "rules": ("a", "b*")}),
        ({**CHANGE, "error": "Says  box."}, {"error": "Says box."}),
        (
            {**CHANGE, "absent": "Neither document has it."},
            {"absent": "Neither document has it."},
        ),
        (
            {**without(CHANGE, "places"), "absent": "It is not there."},
            {"absent": "It is not there.", "places": ()},
        ),
        (
            {**without(CHANGE, "places"), "behaviour": "No form tells."},
            {"behaviour": "No form tells.", "places": ()},
        ),
        (
            {**without(CHANGE, "places"), "kind": "operation-added"},
            {"kind": Kind.OPERATION_ADDED, "places": ("",)},
        ),
        ({**CHANGE, "operations": ["*"]}, {"operations": ("*",)}),
        (
            {**CHANGE, "operations": ["POST /boxes/{id}/open"]},
            {"operations": ("POST /boxes/{id}/open",)},
        ),
        (
            {**CHANGE, "operations": ["GET /lids"], "absent": "It comes at 1.26."},
            {"operations": ("GET /lids",), "absent": "It comes at 1.26."},
        ),
    ],
    ids=[
        *("plain", "gated", "error", "absent", "absent-anywhere", "behaviour", "whole"),
        *("all", "removed", "later"),
    ],
)
def test_a_change_is_read(row, expected):
    assert read(table(row)) == (announcement(**expected),)


def test_an_announcement_is_on_paper_unless_it_says_why_not():
    assert announcement().on_paper
    assert not announcement(absent="It is not there.").on_paper
    assert not announcement(behaviour="No form tells.").on_paper


def test_changes_are_counted_by_bullet():
    second = {**CHANGE, "bullet": 2}
    found = read(table(CHANGE, CHANGE, second, second, bullets=2))
    assert [each.id for each in found] == ["1.25/1.1", "1.25/1.2", "1.25/2.1", "1.25/2.2"]


def test_operations_are_taken_as_they_are_where_no_documents_are_given():
    named = {**CHANGE, "operations": ["GET /nowhere"]}
    assert read(table(named), operations=None)[0].operations == ("GET /nowhere",)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**CHANGE, "colour": 1}, "changelog.yaml#/1.25/changes/0/colour: colour is not known"),
        (without(CHANGE, "subject"), "#/1.25/changes/0: subject is missing"),
        ({**CHANGE, "subject": " "}, "#/1.25/changes/0/subject: is empty"),
        ({**CHANGE, "kind": "parameter"}, "#/1.25/changes/0/kind: parameter is not one of"),
        ({**CHANGE, "operations": []}, "#/1.25/changes/0/operations: names nothing"),
        ({**CHANGE, "operations": ["GET /boxes"] * 2}, "operations: names 'GET /boxes' twice"),
        ({**CHANGE, "operations": ["*", "GET /boxes"]}, "names all operations, and some"),
        ({**CHANGE, "operations": ["GET /lids"]}, "no document of the time has GET /lids"),
        ({**CHANGE, "operations": ["GET /box"], "absent": "No."}, "of the time has GET /box"),
        ({**CHANGE, "operations": ["POST /boxes/{name}/open"]}, "has POST /boxes/{name}/open"),
        (without(CHANGE, "places"), "#/1.25/changes/0: should have places, or say absent"),
        ({**CHANGE, "places": []}, "#/1.25/changes/0/places: names nothing"),
        ({**CHANGE, "behaviour": "No."}, "places: what is behaviour has no places"),
        ({**CHANGE, "absent": "No.", "behaviour": "No."}, "is absent or behaviour, and not both"),
        ({**CHANGE, "absent": "none of them"}, "absent: should end with a full stop"),
        ({**CHANGE, "gated": "yes"}, "#/1.25/changes/0/gated: should be true or false"),
        ({**CHANGE, "bullet": 2}, "#/1.25/changes/0/bullet: should be from 1 to 1"),
        ({**CHANGE, "bullet": 0}, "#/1.25/changes/0/bullet: should be from 1 to 1"),
        ({**CHANGE, "bullet": 1.5}, "#/1.25/changes/0/bullet: should be a whole number"),
    ],
    ids=[
        *("unknown", "missing", "empty", "kind", "no-operation", "twice", "all-and-some"),
        *("later", "nowhere", "variable", "no-places", "empty-places", "behaviour", "both"),
        *("sentence", "gated", "bullet", "zero", "half"),
    ],
)
def test_a_wrong_change_is_refused(row, message):
    with pytest.raises(SpecError) as refused:
        read(table(row))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (table(bullets=3), "#/1.25/changes: bullet 2 is left out"),
        (table(bullets=0), "#/1.25/changes/0/bullet: should be from 1 to 0"),
        (table({**CHANGE, "bullet": 2}, CHANGE, bullets=2), "before those of bullet 2"),
        (table(**{"1.27": {}}), "#/1.27: there is no spec for API 1.27"),
        (table(**{"v1.24": {}}), "#/v1.24: there is no spec for API v1.24"),
        (table(newest={}), "#/newest: 'newest' is not an API version"),
        (Node({"1.24": {}}, "changelog.yaml"), "changelog.yaml#: tells nothing of API 1.25"),
        (
            Node({"1.25": {}, "1.24": {}, "1.26": {}}, "changelog.yaml"),
            "#/1.24: should stand before 1.25",
        ),
        (table(**{"1.26": {"bullets": 0}}), "#/1.26: changes is missing"),
        (table(**{"1.26": {"changes": []}}), "#/1.26: bullets is missing"),
        (
            table(**{"1.26": {"bullets": 0, "changes": [], "more": 1}}),
            "#/1.26/more: more is not known",
        ),
        (Node([], "changelog.yaml"), "changelog.yaml#: should be an object"),
    ],
    ids=[
        *("left-out", "more", "order", "unknown", "written-otherwise", "no-version", "missing"),
        *("versions-order", "no-changes", "no-bullets", "unknown-key", "list"),
    ],
)
def test_a_wrong_table_is_refused(node, message):
    with pytest.raises(SpecError) as refused:
        read(node)
    assert message in str(refused.value)


def drifts(*rows, pair="1.24..1.25"):
    return read_drifts(Node({pair: list(rows or (DRIFT,))}, "drift.yaml"), KNOWN)


def test_a_row_of_drift_is_read():
    assert drifts() == (
        Drift(
            id="prose",
            pair=(OLD, MIDDLE),
            operations=("GET /*",),
            rules=("*-format-narrowed",),
            places=("*",),
            why="Prose has no formats.",
        ),
    )


def test_drift_may_be_at_some_places_and_there_may_be_none():
    assert drifts({**DRIFT, "places": ["query/*"]})[0].places == ("query/*",)
    assert read_drifts(Node(None, "drift.yaml"), KNOWN) == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**DRIFT, "colour": 1}, "drift.yaml#/1.24..1.25/0/colour: colour is not known"),
        (without(DRIFT, "why"), "#/1.24..1.25/0: why is missing"),
        ({**DRIFT, "why": "no reason"}, "#/1.24..1.25/0/why: should end with a full stop"),
        ({**DRIFT, "rules": []}, "#/1.24..1.25/0/rules: names nothing"),
        ({**DRIFT, "operations": []}, "#/1.24..1.25/0/operations: names nothing"),
    ],
    ids=["unknown", "missing", "sentence", "no-rule", "no-operation"],
)
def test_a_wrong_row_of_drift_is_refused(row, message):
    with pytest.raises(SpecError) as refused:
        drifts(row)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("1.24..1.26", "#/1.24..1.26: 1.24..1.26 are not neighbours"),
        ("1.25..1.24", "are not neighbours"),
        ("1.25", "are not neighbours"),
        ("1.26..1.27", "there is no spec for API 1.27"),
        ("old..new", "'old' is not an API version"),
    ],
    ids=["apart", "backwards", "one", "unknown", "no-version"],
)
def test_a_pair_that_is_none_is_refused(pair, message):
    with pytest.raises(SpecError) as refused:
        drifts(pair=pair)
    assert message in str(refused.value)


def test_two_rows_of_drift_have_not_one_id():
    with pytest.raises(SpecError, match="there is another row prose"):
        drifts(DRIFT, DRIFT)


def test_a_table_is_read_anew_when_its_text_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "drift.yaml"
    for name in ("one", "one", "other"):
        path.write_text(f"name: {name}")
        assert load_table(path, "drift.yaml") == Node({"name": name}, "drift.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "drift.yaml cannot be read"), ("a: [", "drift.yaml is not YAML")],
    ids=["no-file", "no-yaml"],
)
def test_a_table_that_is_none_is_refused(tmp_path, text, message):
    path = tmp_path / "drift.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SpecError, match=message):
        load_table(path, "drift.yaml")
