"""What changed when: states and counts of each operation at each version."""

from dataclasses import replace

from canned_diff import ADDED, CONDITION, DRIFT, ONLY_SEEN, REMOVED, SERVICES, SHARED, WAIT, change
from canned_steps import step, steps, version

from harness.model.change import Level
from harness.report.version_diff.heat_map import State, heat_map


def test_the_heat_map_tells_what_became_of_an_operation():
    gone = replace(REMOVED, change=replace(REMOVED.change, level=Level.BREAKING))
    found = heat_map(
        steps(step(24, 25, CONDITION, DRIFT), step(25, 26, ADDED, gone), step(26, 27, SHARED))
    )
    lines = {line.operation: line.cells for _, lines in found.areas for line in lines}
    assert [str(each) for each in found.versions] == ["1.24", "1.25", "1.26", "1.27"]
    assert states(lines[WAIT]) == [State.SAME, State.CHANGED, State.SAME, State.SAME]
    assert states(lines["GET /configs"]) == [State.ABSENT, State.ABSENT, State.ADDED, State.SAME]
    assert states(lines["POST /containers/{id}/copy"]) == [
        State.SAME,
        State.SAME,
        State.REMOVED,
        State.ABSENT,
    ]
    assert lines[WAIT][1].tally.words == "1 compatible"
    assert lines["GET /info"][1].tally.words == "1 change of the document alone"
    assert lines["GET /info"][1].tally.changes == 0
    assert lines[SERVICES[3]][3].tally.changes == 1
    assert [total.tally.changes for total in found.totals] == [1, 2, 1]


def states(cells):
    return [cell.state for cell in cells]


def test_variables_may_be_renamed_from_version_to_version():
    renamed = replace(
        CONDITION, change=change("query-parameter-added", "POST /containers/{name}/wait")
    )
    found = heat_map(
        steps(step(24, 25, renamed), step(25, 26, CONDITION)),
        {version(24): [], version(25): ["POST /containers/{name}/wait"], version(26): [WAIT]},
    )
    ((_, (line,)),) = found.areas
    assert line.operation == WAIT
    assert states(line.cells) == [State.ABSENT, State.ADDED, State.CHANGED]
    assert "%7Bname%7D" in line.cells[1].link
    assert "%7Bid%7D" in line.cells[2].link


def test_the_index_has_a_line_for_every_operation_and_none_for_what_is_no_operation():
    everywhere = replace(
        ONLY_SEEN, wire=tuple(replace(each, operation="*") for each in ONLY_SEEN.wire)
    )
    found = heat_map(
        steps(step(24, 25, everywhere)),
        {version(24): ["GET /info"], version(25): ["GET /info", "POST /session"]},
    )
    lines = {line.operation: states(line.cells) for _, lines in found.areas for line in lines}
    assert lines == {
        "GET /info": [State.SAME, State.SAME],
        "POST /session": [State.ABSENT, State.ADDED],
    }
