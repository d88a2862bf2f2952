"""A version diff on a terminal."""

from io import StringIO

import pytest
from canned_diff import (
    ADDED,
    CONDITION,
    DRIFT,
    LETTER_CASE,
    canned_diff,
    change,
    empty_diff,
    hostile_diff,
    row,
    wire,
)
from rich.console import Console

from harness.model.version_diff import Ignored, Observed, Standing
from harness.report.version_diff.terminal import screen


def shown(diff, *, width=100, everything=False, **console):
    file = StringIO()
    terminal = Console(file=file, width=width, highlight=False, **console)
    terminal.print(screen(diff, everything=everything), crop=False)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_the_head_tells_what_is_compared_and_what_is_found():
    title, observer, narrowed, counts = shown(canned_diff(narrowed="what a client uses"))[:4]
    assert title == "API 1.24 → 1.30  78 → 106 operations"
    assert observer == "observed on Docker Engine 20.10.24 (recorded)"
    assert narrowed == "only what a client uses"
    assert counts.split("   ") == [
        "✗ 4 breaking",
        "! 1 risky",
        "✓ 4 compatible",
        "= 2 of the documents alone",
        "~ 3 in no document",
    ]


def test_each_change_stands_below_its_operation_on_a_line():
    lines = shown(canned_diff())
    at = lines.index("  POST /containers/{id}/wait")
    assert lines[at + 1 : at + 3] == [
        "    ✓ query/condition: added (string) · announced 1.30/8.1 · seen",
        "    ~ headers at once: behaviour · announced 1.30/8.2 · seen",
    ]


def test_what_is_shared_is_told_once_with_where_it_is_used():
    lines = shown(canned_diff(), width=200)
    at = lines.index(
        "  TaskSpec, in replies of 6 operations: GET /services, POST /services/create, "
        "GET /services/{id}, POST /services/{id}/update, GET /tasks, GET /tasks/{id}"
    )
    assert lines[at + 1] == (
        "    ✓ /Placement/Platforms: added (array of Platform) · announced 1.30/7.1 · not seen"
    )
    assert sum("Platforms" in line for line in lines) == 2  # there, and in the list of the unseen


def test_of_many_operations_the_first_are_named():
    many = tuple(f"GET /services/{number}" for number in range(9))
    told = row(change("reply-property-added", many, "200/body/A", definition="A", within="/B"))
    more = " and 3 more; --all names them"
    assert any(line.endswith(more) for line in shown(canned_diff(told), width=200))
    assert not any(" more" in line for line in shown(canned_diff(told), width=300, everything=True))


def test_what_many_operations_repeat_is_told_once_unless_all_is_wanted():
    rows = [
        row(change("reply-error-status-added", f"GET /info/{n}", "503", new="Service Unavailable"))
        for n in range(5)
    ]
    diff = canned_diff(*rows, CONDITION)
    folded, whole = shown(diff), shown(diff, everything=True)
    at = folded.index("the same in several operations")
    assert folded[at + 1 : at + 3] == [
        "  ✓ 503: error status added (Service Unavailable) · unannounced · untried",
        "    in 5 operations: GET /info/0, GET /info/1, GET /info/2, GET /info/3, GET /info/4",
    ]
    assert sum("Service Unavailable" in line for line in folded) == 1
    assert sum("Service Unavailable" in line for line in whole) == 5


def test_corrections_and_drift_are_folded_unless_all_is_wanted():
    folded, whole = shown(canned_diff()), shown(canned_diff(), everything=True)
    assert "1 correction and 1 drift of the documents alone; --all shows them" in folded
    assert not any("NanoCPUs" in line or "Init" in line for line in folded)
    assert any(line.startswith("    = 200/body/Init: removed (string)") for line in whole)
    assert "        The later document was written anew, and left it out." in whole
    assert not any("--all" in line for line in whole)


def test_with_all_the_rule_and_the_evidence_are_told():
    lines = shown(canned_diff(CONDITION), everything=True)
    assert "        rule request-parameter-added" in lines
    assert "        announced: 1.30/8.1 condition: parameter added" in lines
    assert "        seen: 200/body: framing, whole → in pieces, by wait/3" in lines


def test_the_two_special_lists_stand_at_the_end():
    lines = shown(canned_diff())
    at = lines.index("Documented, and alike at both versions on Docker Engine 20.10.24 (3)")
    assert (
        lines[at + 1] == "  ✗ GET /containers/json 200/body/*/Ports: type changed, string → array"
    )
    at = lines.index("Seen on Docker Engine 20.10.24, and in no document (2)")
    assert lines[at + 1] == "  ~ GET /networks 200/body/*/Containers: property removed (object)"


def test_long_lists_are_cut_unless_all_is_wanted():
    rows = [
        row(change("reply-property-added", place=f"200/body/{n}"), observed=Observed.NOT_SEEN)
        for n in range(20)
    ]
    assert "  and 5 more; --all shows them" in shown(canned_diff(*rows))
    assert "  and 5 more; --all shows them" not in shown(canned_diff(*rows), everything=True)


def test_where_no_daemon_was_asked_nothing_is_said_of_one():
    told = row(change("request-parameter-added", place="query/x"), observed=Observed.UNKNOWN)
    lines = shown(canned_diff(told, daemon="", observed="", gaps=(), ignored=(), unused=()))
    assert lines == [
        "API 1.24 → 1.30  78 → 106 operations",
        "observed on no daemon",
        "✗ 0 breaking   ! 0 risky   ✓ 1 compatible",
        "",
        "containers",
        "  POST /containers/{id}/wait",
        "    ✓ query/x: added · unannounced",
        "",
        "COMPATIBLE: 1 compatible change",
    ]


def test_documents_of_which_nothing_is_known_have_no_standing():
    told = row(change("operation-added"), Standing.UNKNOWN, Observed.UNKNOWN)
    assert "    ✓ operation added" in shown(canned_diff(told))


def test_recordings_are_told_without_documents():
    told = row(None, Standing.UNKNOWN, Observed.SEEN, wire=(wire(),))
    lines = shown(canned_diff(told))
    assert "~ 1 difference on the wire; no documents were compared" in lines
    assert "    ~ status, 400 → 200 · seen" in lines
    assert lines[-1] == "DIFFERENT ON THE WIRE: 1 difference on the wire; 1 ignored"


def test_where_nothing_differs_it_says_so():
    assert shown(empty_diff())[-1] == "No differences."
    left = Ignored(ADDED, "So.")
    lines = shown(canned_diff(rows=(), ignored=(left,)))
    assert lines[-1] == "No differences. 1 change ignored."


def test_where_only_documents_differ_it_says_so():
    lines = shown(canned_diff(DRIFT, LETTER_CASE, ignored=()))
    assert lines[-1].startswith("NO CHANGE ON PAPER: 1 correction of a document")


def test_what_was_left_out_is_told():
    folded, whole = shown(canned_diff()), shown(canned_diff(), everything=True)
    assert "1 change ignored; --all shows which, and why" in folded
    assert "  GET /images/json query/filter: removed (string): We never filter images." in whole
    for lines in (folded, whole):
        assert "  GET /events: no story has both versions" in lines
        assert "  operation-removed at POST /auth" in lines


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("diff", [canned_diff(), hostile_diff()], ids=["canned", "hostile"])
def test_no_line_is_wider_than_the_terminal(diff, width):
    assert all(len(line) <= width for line in shown(diff, width=width, everything=True))


def test_colour_is_only_for_terminals():
    assert not any("\x1b[" in line for line in shown(canned_diff()))
    coloured = shown(canned_diff(), force_terminal=True, color_system="standard")
    assert any("\x1b[1;31m" in line for line in coloured)
    plain = shown(canned_diff(), force_terminal=True, color_system=None)
    assert not any("\x1b[3" in line for line in plain)
