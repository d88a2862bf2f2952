"""The order of the rows of a version diff, and what they add up to."""

import random

import pytest
from canned_diff import (
    ABSENT,
    BREAKING,
    CONDITION,
    DRIFT,
    HEADERS_AT_ONCE,
    HIDDEN,
    LETTER_CASE,
    MANY_AREAS,
    ONE_DEFINITION,
    ONLY_SEEN,
    REMOVED,
    ROWS,
    SERVICES,
    SHARED,
    TYPE,
    VALUES,
    WAIT,
    change,
    hostile_diff,
    row,
    wire,
)

from harness.model.change import Level
from harness.model.profiles import profile
from harness.model.version_diff import Observed, Standing
from harness.report.version_diff.order import (
    Told,
    area_of,
    areas_of,
    beside_documents,
    documented_not_seen,
    is_change,
    is_hidden,
    matrix,
    sections,
    seen_undocumented,
    told,
    totals,
    wire_alone,
)
from harness.specs.library import load, versions

ON_THE_WIRE = row(None, Standing.UNKNOWN, Observed.SEEN, wire=(wire(),))


def every_row(found):
    alone = [each for area in found.areas for each in area.rows]
    return alone + [each for shared in found.shared for each in shared.rows]


@pytest.mark.parametrize("rows", [ROWS, hostile_diff().rows, ()], ids=["canned", "hostile", "none"])
def test_each_row_has_one_place(rows):
    assert sorted(map(repr, every_row(sections(rows)))) == sorted(map(repr, rows))


def test_the_order_does_not_depend_on_that_of_the_rows():
    mixed = list(ROWS)
    random.Random(7).shuffle(mixed)
    assert sections(mixed) == sections(ROWS)


def test_areas_come_in_the_order_of_reports():
    names = [area.name for area in sections(ROWS).areas]
    assert names == ["containers", "volumes", "networks", "system", "swarm"]


def test_operations_come_by_path_and_hold_only_what_is_theirs_alone():
    containers = sections(ROWS).areas[0]
    assert [(each.operation, each.rows) for each in containers.operations] == [
        ("POST /containers/create", (BREAKING,)),
        ("GET /containers/json", (TYPE,)),
        ("POST /containers/{id}/copy", (REMOVED,)),
        ("GET /containers/{id}/json", (VALUES,)),
        (WAIT, (CONDITION, HEADERS_AT_ONCE)),
    ]


def test_what_several_operations_share_is_told_by_definition():
    shared = sections(ROWS).shared
    assert [(each.definition, each.rows) for each in shared] == [
        ("ErrorResponse", (MANY_AREAS,)),
        ("TaskSpec", (SHARED, LETTER_CASE)),
    ]
    assert shared[0].areas == ("images", "volumes", "system")
    assert set(shared[1].operations) == set(SERVICES)


def test_a_definition_that_one_operation_reaches_twice_stands_with_the_operation():
    (area,) = sections((ONE_DEFINITION,)).areas
    assert (area.name, area.operations[0].rows) == ("swarm", (ONE_DEFINITION,))


def test_the_worst_comes_first_and_the_whole_operation_before_its_parts():
    here = [
        row(change("a", place="200/body", level=Level.COMPATIBLE)),
        row(change("b", place="query/x", level=Level.RISKY)),
        row(change("c", place="query/y", level=Level.BREAKING)),
        row(change("d", place="query/a", level=Level.BREAKING), Standing.CORRECTION),
        row(change("e", level=Level.BREAKING)),
        HEADERS_AT_ONCE,
    ]
    (area,) = sections(here).areas
    rules = [each.change.rule if each.change else "" for each in area.rows]
    assert rules == ["e", "c", "b", "a", "d", ""]


@pytest.mark.parametrize(
    ("operation", "area"),
    [
        ("POST /containers/{id}/wait", "containers"),
        ("POST /containers/{id}/exec", "exec"),
        ("POST /build", "images"),
        ("GET /_ping", "system"),
        ("GET /pets", "other"),
        ("odd", "other"),
    ],
)
def test_an_operation_has_the_area_of_its_path(operation, area):
    assert area_of(operation) == area


@pytest.mark.parametrize("version", versions(), ids=str)
def test_the_path_tells_what_the_tags_of_our_documents_tell(version):
    operations = load(version).operations.values()
    told_otherwise = {
        each.id: profile(each.tags)
        for each in operations
        if area_of(f"{each.method} {each.path}") != profile(each.tags)
    }
    assert told_otherwise == {}


def test_tags_of_other_documents_come_before_paths():
    pets = row(change("operation-added", "GET /pets", areas=("animals",)))
    assert areas_of((pets,)) == {"GET /pets": "animals"}


def test_levels_count_changes_of_the_api_alone():
    found = totals(ROWS)
    assert found.levels == {Level.BREAKING: 4, Level.RISKY: 1, Level.COMPATIBLE: 4}
    assert found.standings[Standing.CORRECTION] == found.standings[Standing.DRIFT] == 1
    assert found.standings[Standing.UNSTATED] == 3
    assert sum(found.standings.values()) == sum(found.observed.values()) == len(ROWS)


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (CONDITION, Told("documented", announced=True)),
        (VALUES, Told("documented", announced=False)),
        (LETTER_CASE, Told("correction", announced=False)),
        (DRIFT, Told("drift", announced=False)),
        (ABSENT, Told("not documented", announced=True)),
        (ONLY_SEEN, Told("not documented", announced=False)),
        (HIDDEN, Told("hidden", announced=False)),
        (ON_THE_WIRE, Told("not compared", announced=False)),
    ],
    ids=lambda value: getattr(value, "documented", None),
)
def test_a_row_has_its_line_in_the_matrix(one, line):
    assert told(one) == line
    assert list(matrix((one,))) == [line]


def test_the_matrix_counts_every_row_once():
    cells = matrix((*ROWS, ON_THE_WIRE))
    assert sum(count for line in cells.values() for count in line.values()) == len(ROWS) + 1
    assert cells[Told("documented", announced=False)] == {
        Observed.SEEN: 0,
        Observed.NOT_SEEN: 2,
        Observed.UNTRIED: 3,
        Observed.UNKNOWN: 0,
    }


def test_what_is_documented_and_not_seen_leaves_out_what_only_errata_changed():
    assert documented_not_seen((*ROWS, HIDDEN)) == (TYPE, VALUES, SHARED)


def test_what_only_corrected_documents_show_is_a_change():
    assert totals((HIDDEN,)).levels[Level.RISKY] == 1
    assert (is_change(HIDDEN), is_hidden(HIDDEN)) == (True, True)
    assert (is_change(LETTER_CASE), is_hidden(LETTER_CASE)) == (False, False)
    assert (is_change(ONLY_SEEN), is_hidden(ONLY_SEEN)) == (False, False)
    assert beside_documents((*ROWS, HIDDEN)) == 3


def test_what_is_seen_and_not_documented_holds_behaviour_and_surprises():
    assert seen_undocumented((*ROWS, ON_THE_WIRE)) == (HEADERS_AT_ONCE, ONLY_SEEN)


def test_what_was_seen_without_documents_is_counted_apart():
    assert wire_alone((*ROWS, ON_THE_WIRE)) == 1
