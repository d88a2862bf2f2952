"""The page of checks is the tables of checks."""

from pathlib import Path

from contracts.rules import RULES
from harness.checks import CHECKS
from harness.report.checks_page import render

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_in_docs_is_what_the_tables_give():
    assert PAGE.read_text(encoding="utf-8") == render(CHECKS, RULES)


def test_every_check_has_a_row_of_three_cells():
    rows = [line for line in render(CHECKS, RULES).splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [check.id for check in CHECKS + RULES]
    assert {row.count(" | ") for row in rows} == {2}
