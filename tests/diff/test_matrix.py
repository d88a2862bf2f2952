"""Rows and what was seen of them: documented, observed, announced."""

from dataclasses import replace

import pytest
from wire_traces import OPENED, refused, step, trace

from harness.diff.matrix import join
from harness.diff.wire import compare
from harness.model.announcement import Announcement, Kind
from harness.model.change import Change, Level, Part, Reach
from harness.model.version import ApiVersion
from harness.model.version_diff import Observed, Row, Standing
from harness.model.wire import Aspect

SEEN, NOT_SEEN, UNTRIED = Observed.SEEN, Observed.NOT_SEEN, Observed.UNTRIED
MADE = "POST /boxes/create"
ADDED = "reply-property-added"
PLAIN = step({"Name": "null"})


def documented(rule, *places, operation=OPENED, announced=()):
    reaches = tuple(Reach(operation, place) for place in places)
    change = Change(rule, Level.RISKY, Part.REPLY, reaches)
    return Row(Standing.UNANNOUNCED, Observed.UNKNOWN, change, tuple(announced))


def announcement(kind=Kind.BEHAVIOUR, *places, operations=(OPENED,), **differences):
    return Announcement(
        "1.30/1.1", ApiVersion(1, 30), kind, operations, "a box", places, **differences
    )


def announced(*args, **kwargs):
    return Row(Standing.UNSTATED, Observed.UNKNOWN, announcements=(announcement(*args, **kwargs),))


def joined(row, old, new):
    """Return the row as it is joined with two traces, and what was seen beyond it."""
    one, other = trace(*old), trace(*new, minor=30)
    rows = join((row,), compare(one, other), one, other)
    (found,) = (each for each in rows if each.change or each.announcements)
    return found, [each for each in rows if each is not found]


@pytest.mark.parametrize(
    ("rule", "place", "old", "new", "expected"),
    [
        (ADDED, "200/body/Lid", step(), step({"Lid": "null"}), SEEN),
        (ADDED, "200/body/lid", step(), step({"Lid": "null"}), SEEN),
        (ADDED, "200/body/Lid/Knob", step(), step({"Lid": "object"}), SEEN),
        (ADDED, "200/body/Lid", step({"Lid": "array []"}), step({"Lid": "array"}), SEEN),
        (ADDED, "200/body/Name", PLAIN, PLAIN, NOT_SEEN),
        (ADDED, "200/body/Lid", PLAIN, PLAIN, UNTRIED),
        (ADDED, "200/body/Lid", step({"Lid": "null"}), step(), UNTRIED),
        (ADDED, "200/body/Lid", step(), step({"Lid-2": "null"}), UNTRIED),
        (ADDED, "404/body/Name", PLAIN, PLAIN, UNTRIED),
        (ADDED, "201/body/Name", PLAIN, PLAIN, NOT_SEEN),
        ("reply-property-removed", "200/body/Lid", step({"Lid": "null"}), step(), SEEN),
        ("reply-property-removed", "200/body/Lid", step(), step({"Lid": "null"}), UNTRIED),
        (
            "reply-property-type-changed",
            "200/body/Lid",
            *(step({"Lid": "number 1"}), step({"Lid": "null"}), SEEN),
        ),
        (
            "reply-property-type-changed",
            "200/body/Lid",
            *(step({"Lid": "number 1"}), step({"Lid": "number 2"}), NOT_SEEN),
        ),
        (
            "reply-property-enum-value-added",
            "200/body/Lid",
            *(step({"Lid": "number 1"}), step({"Lid": "number 2"}), SEEN),
        ),
        (
            "reply-header-added",
            "200/headers/Os",
            *(step(), step(places={"body": "object", "headers/Os": "string"}), SEEN),
        ),
        ("reply-error-status-added", "404", step(), refused(), SEEN),
        ("reply-error-status-removed", "404", refused(), step(), SEEN),
        ("reply-error-status-added", "404", refused(), refused(), NOT_SEEN),
        ("reply-error-status-added", "404", refused(), step(), UNTRIED),
        ("reply-error-status-added", "409", refused(), refused(), UNTRIED),
        ("reply-media-type-added", "produces", refused(media_type="text/plain"), refused(), SEEN),
        ("reply-media-type-added", "produces", PLAIN, PLAIN, NOT_SEEN),
        (
            "reply-body-type-changed",
            "404/body",
            *(refused(media_type="text/plain"), refused(), SEEN),
        ),
        ("reply-property-added", "404/body/message", refused(), refused(), NOT_SEEN),
        ("operation-added", "", refused("page not found"), PLAIN, SEEN),
        ("operation-added", "", PLAIN, PLAIN, NOT_SEEN),
        ("operation-removed", "", PLAIN, refused(""), SEEN),
        ("operation-removed", "", PLAIN, refused(), NOT_SEEN),
        ("operation-id-changed", "operationId", PLAIN, PLAIN, UNTRIED),
        ("operation-deprecated", "deprecated", PLAIN, PLAIN, UNTRIED),
    ],
)
def test_a_reply_shows_a_change_or_not(rule, place, old, new, expected):
    row, _ = joined(documented(rule, place), [old], [new])
    assert row.observed is expected
    assert bool(row.wire) is (expected is SEEN)


def asking(*places, answers=None):
    return step(answers, asked=places)


@pytest.mark.parametrize(
    ("rule", "place", "old", "new", "expected"),
    [
        (
            "request-parameter-added",
            "query/all",
            [asking("query/all"), asking()],
            [asking("query/all", answers={"Lid": "null"}), asking()],
            SEEN,
        ),
        (
            "request-parameter-added",
            "query/all",
            [asking("query/all"), asking()],
            [asking("query/all"), asking()],
            NOT_SEEN,
        ),
        (
            "request-parameter-added",
            "query/all",
            [asking("query/all"), asking()],
            [asking("query/all"), asking(answers={"Lid": "null"})],
            NOT_SEEN,
        ),
        (
            "request-parameter-added",
            "query/all",
            [asking("query/all")],
            [asking("query/all", answers={"Lid": "null"})],
            NOT_SEEN,
        ),
        ("request-parameter-added", "query/all", [asking()], [asking()], UNTRIED),
        (
            "request-property-added",
            "body/Lid",
            [asking("body", "body/Lid/Knob")],
            [asking("body", "body/Lid/Knob")],
            NOT_SEEN,
        ),
        (
            "request-parameter-became-required",
            "query/all",
            [asking(), asking("query/all")],
            [replace(refused(), asked=()), asking("query/all")],
            SEEN,
        ),
        (
            "request-parameter-became-required",
            "query/all",
            [asking("query/all")],
            [asking("query/all")],
            UNTRIED,
        ),
        (
            "request-property-became-required",
            "body/Lid/Knob",
            [asking("body/Lid/Size"), asking()],
            [asking("body/Lid/Size"), asking()],
            NOT_SEEN,
        ),
    ],
)
def test_what_was_asked_makes_a_difference_or_not(rule, place, old, new, expected):
    row, _ = joined(documented(rule, place), old, new)
    assert row.observed is expected


@pytest.mark.parametrize(("gated", "expected"), [(True, SEEN), (None, NOT_SEEN)])
def test_of_what_is_gated_some_calls_that_used_it_are_enough(gated, expected):
    old = [asking("body", "body/Lid"), asking("body"), asking()]
    new = [asking("body", "body/Lid", answers={"Lid": "null"}), asking("body"), asking()]
    told = announcement(Kind.REQUEST_PROPERTY_REMOVED, "body", gated=gated)
    row = documented("request-body-removed", "body", announced=[told])
    assert joined(row, old, new)[0].observed is expected


def test_what_one_operation_was_sent_another_may_show():
    made = step(key="boxes/made/0", operation=MADE, asked=("body", "body/Lid/Knob"))
    told = [step({"Lid/Knob": f"number {n}"}, key="boxes/made/1") for n in (1, 2)]
    row = documented("request-property-added", "body/Lid/Knob", operation=MADE)
    found, rest = joined(row, [made, told[0]], [made, told[1]])
    assert (found.observed, len(found.wire), rest) == (SEEN, 1, [])
    elsewhere = [replace(each, key="boxes/other/0") for each in told]
    found, rest = joined(row, [made, elsewhere[0]], [made, elsewhere[1]])
    assert (found.observed, len(rest)) == (NOT_SEEN, 1)


def test_what_is_gated_may_decide_whether_another_operation_succeeds():
    made = step(key="boxes/made/0", operation=MADE, asked=("body", "body/Lid"))
    old, new = step(key="boxes/made/1"), refused(key="boxes/made/1")
    told = announcement(Kind.REQUEST_PROPERTY_ADDED, "body/Lid", operations=(MADE,), gated=True)
    row = documented("request-property-added", "body/Lid", operation=MADE, announced=[told])
    found, rest = joined(row, [made, old], [made, new])
    assert (found.observed, rest) == (SEEN, [])
    plain = documented("request-property-added", "body/Lid", operation=MADE)
    found, rest = joined(plain, [made, old], [made, new])
    assert (found.observed, len(rest)) == (NOT_SEEN, 1)


def test_variables_may_have_other_names():
    row = documented(ADDED, "200/body/Lid", operation="GET /boxes/{name}/json")
    assert joined(row, [step()], [step({"Lid": "null"})])[0].observed is SEEN


def test_a_change_of_several_places_is_seen_where_one_is():
    row = documented(ADDED, "200/body/Lid", "200/body/Name", "200/body/Mood")
    assert joined(row, [PLAIN], [step({"Name": "null", "Lid": "null"})])[0].observed is SEEN
    assert joined(row, [PLAIN], [PLAIN])[0].observed is NOT_SEEN


WAITS = step(framing="no end")


@pytest.mark.parametrize(
    ("row", "old", "new", "expected"),
    [
        (announced(gated=True), step(), WAITS, SEEN),
        (announced(gated=True), PLAIN, PLAIN, NOT_SEEN),
        (announced(gated=None), step(), WAITS, UNTRIED),
        (announced(gated=False), step(), WAITS, UNTRIED),
        (announced(gated=True), step(), step({"Lid": "null"}), NOT_SEEN),
        (announced(gated=True, behaviour="About Lid."), step(), step({"Lid": "null"}), SEEN),
        (announced(Kind.TYPE, "200/body/L*", gated=True), step(), step({"Lid": "null"}), SEEN),
        (announced(Kind.TYPE, "200/body/L*", gated=True), PLAIN, PLAIN, UNTRIED),
        (announced(Kind.TYPE, "200/body/N*", gated=True), PLAIN, PLAIN, NOT_SEEN),
        (announced(Kind.VALUES, "200/body/N*"), PLAIN, PLAIN, UNTRIED),
        (
            announced(Kind.OPERATION_ADDED, gated=True),
            *(refused("page not found"), PLAIN, SEEN),
        ),
        (
            announced(Kind.TYPE, "[45]??/body", operations=("*",), gated=True),
            *(refused(media_type="text/plain"), refused(), SEEN),
        ),
    ],
)
def test_an_announcement_alone_is_seen_or_not(row, old, new, expected):
    assert joined(row, [old], [new])[0].observed is expected


def test_what_no_row_tells_is_a_row_of_its_own():
    row, rest = joined(
        documented(ADDED, "200/body/Lid"), [step()], [step({"Knob": "null", "Lid": "null"})]
    )
    assert row.observed is SEEN
    (other,) = rest
    assert (other.standing, other.observed) == (Standing.UNSTATED, SEEN)
    assert [each.place for each in other.wire] == ["200/body/Knob"]


def test_what_an_announcement_names_elsewhere_is_told_with_it():
    told = announcement(Kind.TYPE, "[45]??/body", "produces", operations=("*",), gated=True)
    row = documented("reply-media-type-added", "produces", announced=[told])
    text, other = refused(media_type="text/plain"), replace(refused(), operation="GET /lids")
    one = trace(text, replace(other, media_type="text/plain"))
    two = trace(refused(), other, minor=30)
    beyond, found = join((row,), compare(one, two), one, two)
    assert found.observed is SEEN
    assert (beyond.announcements, beyond.standing) == ((told,), Standing.UNSTATED)
    assert [each.operation for each in beyond.wire] == ["GET /lids"]


def test_calls_of_one_side_alone_are_no_row():
    one, other = trace(PLAIN, PLAIN), trace(PLAIN, minor=30)
    changes = compare(one, other)
    assert [each.aspect for each in changes] == [Aspect.CALL]
    assert join((), changes, one, other) == ()
