"""Reading ignore files."""

from datetime import date

import pytest

from harness.model.change import Reach
from harness.model.errors import SpecError, UsageError
from harness.specs.ignoring import Ignore, read_ignores

WAIT = Reach("POST /containers/{id}/wait", "query/condition")
FULL = """
- rule: request-parameter-*
  operations: ["POST /containers/*", GET /info]
  place: query/*
  why: We
    never wait.
  expires: 2027-01-31
- {rule: operation-removed, why: Gone for good.}
"""


def written(tmp_path, text):
    path = tmp_path / "ignore.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_entries_are_read_in_order(tmp_path):
    assert read_ignores(written(tmp_path, FULL)) == (
        Ignore(
            "request-parameter-*",
            "We never wait.",
            ("POST /containers/*", "GET /info"),
            "query/*",
            date(2027, 1, 31),
        ),
        Ignore("operation-removed", "Gone for good."),
    )


def test_a_list_without_entries_ignores_nothing(tmp_path):
    assert read_ignores(written(tmp_path, "[]")) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "#: should be a list of entries with rule and why"),
        ("rule: x", "#: should be a list of entries with rule and why"),
        ("- x", "#/0: should be an object"),
        ("- {why: So.}", "#/0: rule is missing"),
        ("- {rule: x}", "#/0: why is missing"),
        ("- {rule: x, why: ' '}", "#/0/why: is empty"),
        ("- {rule: '', why: So.}", "#/0/rule: is empty"),
        ("- {rule: 1, why: So.}", "#/0/rule: should be a string"),
        ("- {rule: x, why: So., until: 1}", "#/0/until: until is not known here; there are rule, "),
        ("- {rule: x, why: So., operations: GET /info}", "#/0/operations: should be a list"),
        ("- {rule: x, why: So., operations: []}", "#/0/operations: names no operation"),
        ("- {rule: x, why: So., operations: [1]}", "#/0/operations/0: should be a string"),
        ("- {rule: x, why: So., place: [x]}", "#/0/place: should be a string"),
        ("- {rule: x, why: So., expires: 2027-13-31}", "#/0/expires: '2027-13-31' is no day"),
        ("- {rule: x, why: So., expires: soon}", "#/0/expires: 'soon' is no day"),
        ("- {rule: x, why: So., expires: 2027}", "#/0/expires: should be a string"),
        ("- {rule: x, rule: y, why: So.}", "is not YAML: rule a second time in line 1"),
        ("- {rule: x", "is not YAML"),
        (b"\xff\xfe\x00", "is not a text file"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, message):
    with pytest.raises(SpecError) as raised:
        read_ignores(written(tmp_path, text))
    assert message in str(raised.value)
    assert "ignore.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_the_fault_of_the_person(tmp_path):
    with pytest.raises(UsageError, match="is not there; --ignore names a file"):
        read_ignores(tmp_path / "none.yaml")


def test_a_folder_is_no_ignore_file(tmp_path):
    with pytest.raises(SpecError, match="is a folder"):
        read_ignores(tmp_path)


@pytest.mark.parametrize(
    ("entry", "matching"),
    [
        (Ignore("*", ""), True),
        (Ignore("request-parameter-added", ""), True),
        (Ignore("request-parameter", ""), False),
        (Ignore("*", "", ("GET /*",)), False),
        (Ignore("*", "", ("GET /*", "POST /containers/{id}/wait")), True),
        (Ignore("*", "", place="query/*"), True),
        (Ignore("*", "", place=""), False),
        (Ignore("*", "", place="Query/*"), False),
    ],
    ids=str,
)
def test_an_entry_matches_by_rule_operation_and_place(entry, matching):
    assert entry.matches("request-parameter-added", WAIT) is matching


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (Ignore("a", "So."), "a"),
        (Ignore("a", "So.", ("GET /x", "GET /y")), "a in GET /x, GET /y"),
        (Ignore("a", "So.", place=""), "a at ''"),
    ],
    ids=["rule", "operations", "place"],
)
def test_an_entry_is_told_by_what_it_matches(entry, text):
    assert str(entry) == text
