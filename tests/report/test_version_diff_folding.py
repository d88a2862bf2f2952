"""What is said of many places or operations, and is told once."""

import pytest
from canned_diff import CONDITION, ROWS, TYPE, VALUES, change, hostile_diff, row

from harness.model.version_diff import Observed, Standing
from harness.report.version_diff.folding import entries, repeated
from harness.report.version_diff.order import sections


def added(count, **different):
    return [
        row(change("reply-property-added", "GET /info", f"200/body/P{number}"), **different)
        for number in range(count)
    ]


def lines(rows, what="added (string)"):
    return [(each, each.change.reaches[0].place, what) for each in rows]


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_are_told_one_by_one(count):
    told = [each.line for each in entries(lines(added(count)))]
    assert told == [f"200/body/P{number}: added (string)" for number in range(count)]


def test_many_are_told_together_with_all_places():
    rows = added(4)
    (entry,) = entries(lines(rows))
    assert entry.line == "200/body/P0, 200/body/P1, 200/body/P2, 200/body/P3: added (string)"
    assert entry.rows == tuple(rows)
    assert entry.first is rows[0]


def test_what_is_otherwise_announced_or_seen_stays_apart():
    rows = [*added(2), *added(2, observed=Observed.SEEN), *added(2, standing=Standing.ANNOUNCED)]
    assert len(list(entries(lines(rows)))) == 6


def test_the_order_stays_and_many_stand_where_the_first_was():
    rows = added(4)
    mixed = [*lines(rows[:2]), (VALUES, "200", "gone"), *lines(rows[2:]), (TYPE, "201", "gone")]
    assert [each.first for each in entries(mixed)] == [rows[0], VALUES, TYPE]


def test_whole_operations_have_no_places_to_be_told_together():
    rows = [(each, "", "deprecated") for each in added(5)]
    assert [each.line for each in entries(rows)] == ["deprecated"] * 5


def status(operation):
    return row(change("reply-error-status-added", operation, "503"))


def test_what_many_operations_repeat_is_taken_out_of_their_areas():
    rows = [status(f"GET /info/{number}") for number in range(4)]
    areas, again = repeated(sections([*rows, CONDITION]).areas)
    assert [area.name for area in areas] == ["containers"]
    assert areas[0].rows == (CONDITION,)
    (one,) = again
    assert one.entry.line == "503: error status added"
    assert one.operations == tuple(f"GET /info/{number}" for number in range(4))


def test_what_few_operations_repeat_stays():
    rows = [status(f"GET /info/{number}") for number in range(3)]
    areas, again = repeated(sections(rows).areas)
    assert areas == sections(rows).areas
    assert again == ()


@pytest.mark.parametrize("rows", [ROWS, hostile_diff().rows], ids=["canned", "hostile"])
def test_no_row_is_lost(rows):
    before = sections(rows).areas
    areas, again = repeated(before)
    left = [each for area in areas for each in area.rows]
    taken = [each for one in again for each in one.entry.rows]
    assert len(left) + len(taken) == sum(len(area.rows) for area in before)
