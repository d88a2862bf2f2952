"""One row of a version diff in words."""

from dataclasses import replace

import pytest
from canned_diff import (
    ABSENT,
    BREAKING,
    CONDITION,
    DRIFT,
    HEADERS_AT_ONCE,
    HIDDEN,
    LETTER_CASE,
    NASTY,
    ONE_DEFINITION,
    ONLY_SEEN,
    REMOVED,
    SHARED,
    TYPE,
    VALUES,
    announced,
    canned_diff,
    change,
    empty_diff,
    hostile_diff,
    row,
    wire,
)

from harness.model.version_diff import Document, Observed, Standing
from harness.model.wire import Aspect
from harness.report.layout import LONGEST
from harness.report.version_diff import telling


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (BREAKING, "body/HostConfig/Mounts/*/Type: added, and required (string)"),
        (REMOVED, "operation removed (ContainerCopy)"),
        (CONDITION, "query/condition: added (string)"),
        (VALUES, '200/body/State/Status: value added ("removing")'),
        (TYPE, "200/body/*/Ports: type changed, string → array"),
        (SHARED, "TaskSpec/Placement/Platforms: added (array of Platform)"),
        (LETTER_CASE, "TaskSpec/Resources/Limits/NanoCpus: letter case, NanoCPUs → NanoCpus"),
        (HEADERS_AT_ONCE, "headers at once: behaviour"),
        (ONLY_SEEN, "200/body/*/Containers: property removed (object)"),
    ],
    ids=lambda value: "" if isinstance(value, str) else None,
)
def test_a_row_is_told_on_one_line(one, line):
    assert telling.line(one) == line


def test_with_an_operation_a_definition_is_told_by_its_place_there():
    place = "200/body/Spec/TaskTemplate/Placement/Platforms"
    assert telling.where(SHARED, "GET /tasks") == place
    assert telling.where(ONE_DEFINITION, "GET /nodes/{id}") == (
        "200/body/Description/Engine (and 1 more place)"
    )


def test_inside_its_definition_a_place_is_told_without_the_name():
    assert telling.within(SHARED) == "/Placement/Platforms"
    assert telling.within(CONDITION) == telling.where(CONDITION)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "added"),
        ({"new": "string"}, "added (string)"),
        ({"old": "string"}, "added (string)"),
        ({"old": "1", "new": "2"}, "added, 1 → 2"),
    ],
)
def test_what_a_document_does_not_say_is_left_out(more, words):
    assert telling.happened(change("request-parameter-added", **more)) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (CONDITION, "announced 1.30/8.1"),
        (TYPE, "unannounced"),
        (DRIFT, "drift"),
        (ABSENT, "announced 1.25/5.1"),
        (ONLY_SEEN, "in no document"),
        (HIDDEN, "hidden by the documents"),
        (
            replace(HIDDEN, announcements=CONDITION.announcements),
            "announced 1.30/8.1, hidden by the documents",
        ),
        (row(change("type"), Standing.UNKNOWN), ""),
    ],
)
def test_a_standing_comes_with_its_announcements(one, words):
    assert telling.standing(one) == words


def test_where_nothing_was_observed_nothing_is_said_of_it():
    assert telling.observed(row(change("type"), observed=Observed.UNKNOWN)) == ""
    assert telling.observed(TYPE) == "not seen"


@pytest.mark.parametrize(
    ("one", "mark"), [(TYPE, "✗"), (VALUES, "!"), (CONDITION, "✓"), (DRIFT, "="), (ABSENT, "~")]
)
def test_a_mark_says_what_clients_must_know(one, mark):
    assert telling.mark(one) == mark


def test_the_notes_hold_reasons_announcements_and_what_was_seen():
    assert list(telling.notes(HEADERS_AT_ONCE)) == [
        "No form of a document tells when headers are sent.",
        "announced: 1.30/8.2 headers at once: behaviour",
        "seen: framing, at the end → at once, by wait/3",
    ]


def test_an_announcement_comes_with_what_is_wrong_with_it():
    wrong = announced("1.30/7.1", error="Says GET.")
    assert telling.announcement(wrong) == (
        "1.30/7.1 condition: parameter added (the announcement is wrong: Says GET.)"
    )


def test_of_many_steps_the_first_are_named():
    seen = wire(Aspect.STATUS, steps=tuple(f"wait/{number}" for number in range(9)))
    assert telling.seen(seen) == "status, 400 → 200, by wait/0, wait/1, wait/2 and 6 more"


def test_several_of_a_kind_are_counted():
    two = (wire(place="200/body/A"), wire(place="200/body/B"))
    several = row(None, Standing.UNSTATED, Observed.SEEN, wire=two)
    assert telling.line(several) == "200/body/A: status, 400 → 200 (and 1 more)"


def test_the_subject_names_versions_or_files():
    assert telling.subject(canned_diff()) == "API 1.24 → 1.30"
    files = canned_diff(old=Document("a.yaml", None, 1))
    assert telling.subject(files) == "a.yaml → 1.30"


def test_the_observer_is_told_with_the_time():
    assert telling.observer(canned_diff()) == "Docker Engine 20.10.24 (recorded)"
    assert telling.observer(empty_diff()) == ""


def test_what_comes_from_elsewhere_is_printable_and_cut():
    for one in hostile_diff().rows:
        for text in (telling.line(one), telling.heading(one), *telling.notes(one)):
            assert text.isprintable()
            assert len(text) < 8 * LONGEST
    assert telling.told(NASTY).endswith("…")
