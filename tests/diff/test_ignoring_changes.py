"""Leaving out of a version diff what does not count."""

from datetime import date, timedelta

import pytest

from harness.diff.ignoring import apply
from harness.model.change import Change, Level, Part, Reach
from harness.model.version import ApiVersion
from harness.model.version_diff import Document, Ignored, Observed, Row, Standing, VersionDiff
from harness.model.wire import Aspect, WireChange
from harness.specs.ignoring import Ignore

TODAY = date(2027, 1, 31)
DOCUMENT = Document("1.24", ApiVersion(1, 24), 1)


def row(*reaches, rule="request-parameter-removed"):
    change = Change(rule, Level.RISKY, Part.REQUEST, tuple(Reach(*reach) for reach in reaches))
    return Row(Standing.UNANNOUNCED, Observed.UNTRIED, change)


def ignored(rows, *entries, today=TODAY):
    return apply(VersionDiff(DOCUMENT, DOCUMENT, tuple(rows)), entries, today)


ONE = row(("GET /info", "query/x"))
TWO = row(("GET /info", "query/x"), ("GET /version", "query/x"))
SEEN = Row(
    Standing.UNSTATED,
    Observed.SEEN,
    wire=(WireChange(Aspect.STATUS, "GET /info", "", "200", "404", ("a/1",)),),
)


def test_what_matches_moves_with_its_reason():
    found = ignored([ONE, SEEN], Ignore("request-*", "So."))
    assert found.rows == (SEEN,)
    assert found.ignored == (Ignored(ONE, "So."),)
    assert found.unused == ()


@pytest.mark.parametrize(
    "entry",
    [
        Ignore("reply-*", "So."),
        Ignore("*", "So.", ("GET /version",)),
        Ignore("*", "So.", place="query/y"),
    ],
    ids=["rule", "operation", "place"],
)
def test_what_does_not_match_stays_and_the_entry_is_told(entry):
    found = ignored([ONE], entry)
    assert found.rows == (ONE,)
    assert found.ignored == ()
    assert found.unused == (str(entry),)


def test_a_change_that_counts_in_one_operation_counts():
    found = ignored([TWO], Ignore("*", "So.", ("GET /info",)))
    assert found.rows == (TWO,)
    assert found.unused == ()


def test_several_entries_may_cover_a_change_together():
    entries = (Ignore("*", "First.", ("GET /info",)), Ignore("*", "Second.", ("GET /version",)))
    found = ignored([TWO], *entries)
    assert found.ignored == (Ignored(TWO, "First. Second."),)


def test_a_reason_is_told_once():
    found = ignored([TWO], Ignore("*", "So."), Ignore("*", "Also."))
    assert found.ignored == (Ignored(TWO, "So."),)
    assert found.unused == ()


def test_what_no_document_shows_is_never_ignored():
    entry = Ignore("*", "So.")
    found = ignored([SEEN], entry)
    assert found.rows == (SEEN,)
    assert found.unused == ("*",)


@pytest.mark.parametrize(
    ("days", "applies"), [(0, True), (1, True), (-1, False)], ids=["last day", "before", "after"]
)
def test_an_entry_applies_through_its_last_day(days, applies):
    entry = Ignore("*", "So.", expires=TODAY + timedelta(days))
    found = ignored([ONE], entry)
    assert bool(found.ignored) is applies
    assert found.unused == (() if applies else ("*: expired after 2027-01-30",))


def test_what_was_ignored_before_stays_so():
    once = ignored([ONE, TWO], Ignore("*", "So.", ("GET /version",)), Ignore("x", "So."))
    twice = apply(once, [Ignore("*", "Again.")], TODAY)
    assert twice.ignored == (Ignored(ONE, "Again."), Ignored(TWO, "Again."))
    assert twice.unused == ("x",)


def test_nothing_to_ignore_changes_nothing():
    diff = VersionDiff(DOCUMENT, DOCUMENT, (ONE, TWO, SEEN))
    assert apply(diff, (), TODAY) == diff
