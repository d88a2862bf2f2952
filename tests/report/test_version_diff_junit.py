"""A version diff as JUnit XML."""

from xml.etree import ElementTree as ET

import pytest
from canned_diff import (
    BREAKING,
    CONDITION,
    CREATE,
    DRIFT,
    IGNORED,
    LETTER_CASE,
    ONE_DEFINITION,
    ONLY_SEEN,
    SERVICES,
    SHARED,
    TYPE,
    VALUES,
    canned_diff,
    change,
    empty_diff,
    row,
)

from harness.model.change import Level
from harness.model.version_diff import Ignored
from harness.report.version_diff import junit


def suites(diff):
    return ET.fromstring(junit.render(diff))


def case(name, *rows, **differences):
    root = suites(canned_diff(*rows, **differences))
    (found,) = root.findall(f"testsuite/testcase[@name='{name}']")
    return found


@pytest.mark.parametrize(
    ("one", "operation", "tags"),
    [
        (BREAKING, CREATE, ["failure"]),
        (VALUES, "GET /containers/{id}/json", ["system-out"]),
        (CONDITION, "POST /containers/{id}/wait", ["system-out"]),
        (DRIFT, "GET /info", ["system-out"]),
        (LETTER_CASE, "GET /tasks", ["system-out"]),
        (ONLY_SEEN, "GET /networks", ["system-out"]),
    ],
)
def test_only_what_is_breaking_fails(one, operation, tags):
    assert [child.tag for child in case(operation, one)] == tags


def test_a_failure_tells_of_its_changes():
    failure = case("GET /containers/json", TYPE).find("failure")
    assert failure.get("message") == "200/body/*/Ports: type changed, string → array"
    assert failure.text == (
        "200/body/*/Ports: type changed, string → array "
        "(breaking, unannounced, not seen) [reply-property-type-changed]"
    )


def test_of_several_breaking_changes_the_first_is_the_message():
    other = row(change("operation-removed", CREATE, level=Level.BREAKING))
    failure = case(CREATE, BREAKING, other).find("failure")
    assert failure.get("message").endswith(" (and 1 more)")
    assert len(failure.text.splitlines()) == 2


def test_beside_a_failure_the_rest_is_told_too():
    harmless = row(change("request-parameter-added", CREATE, "query/x"))
    found = case(CREATE, BREAKING, harmless)
    assert [child.tag for child in found] == ["failure", "system-out"]
    assert found.find("system-out").text.startswith("query/x: added")


def test_what_is_shared_fails_every_operation():
    breaking = row(
        change("reply-property-removed", SERVICES, "200/body/A", level=Level.BREAKING),
    )
    root = suites(canned_diff(breaking, SHARED, ignored=()))
    failed = [
        each.get("name") for each in root.iter("testcase") if each.find("failure") is not None
    ]
    assert failed == list(SERVICES)


def test_what_is_ignored_is_skipped_with_the_reason():
    found = case("GET /images/json", VALUES)
    assert found.find("skipped").get("message") == "ignored: We never filter images."


def test_what_is_ignored_beside_other_changes_is_told():
    ignored = Ignored(row(change("operation-removed", CREATE, level=Level.BREAKING)), "So.")
    harmless = row(change("request-parameter-added", CREATE, "query/x"))
    found = case(CREATE, harmless, ignored=(ignored, Ignored(IGNORED, "So.")))
    assert [child.tag for child in found] == ["system-out"]
    assert found.find("system-out").text.endswith("\nignored: So.")


def test_suites_are_areas_and_the_comparison_as_a_whole():
    root = suites(canned_diff())
    assert root.get("name") == "docker-contract diff API 1.24 → 1.30"
    assert [suite.get("name") for suite in root] == [
        "containers",
        "images",
        "volumes",
        "networks",
        "system",
        "swarm",
        "comparison",
    ]
    names = [each.get("name") for each in root[-1]]
    assert names == [
        "compares API 1.24 → 1.30",
        "GET /events: no story has both versions",
        "ignores operation-removed at POST /auth",
    ]


def test_without_any_row_one_case_passes():
    root = suites(empty_diff())
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("1", "0", "0")


def test_an_operation_that_reaches_a_definition_twice_has_one_case():
    assert case("GET /nodes/{id}", ONE_DEFINITION).find("failure") is not None
