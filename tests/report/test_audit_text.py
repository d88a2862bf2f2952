"""Audits are shown as a table and lists, on a terminal and as a page."""

from rich.console import Console

from harness.model.version import ApiVersion
from harness.report.audit_text import page, render
from harness.specs.audit_values import Audit, Difference, Side, Sizes

SIZE = Difference(
    Side.MISSING, "DoorCreate query size", "is named in the prose and not in the spec"
)
BELL = Difference(Side.SURPLUS, "Door /Bell", "is in the spec and not named in the prose")
KEYS = Difference(Side.EXAMPLE, "Door /Keys", "is null", explanation="keys-are-null")
STALE = Difference(Side.STALE, "audit.yaml x", "explains nothing: y")


def audit(minor, *differences):
    return Audit(ApiVersion(1, minor), f"v1.{minor}.md", Sizes(2, 3, 4, 5, 6), 7, differences)


AUDITS = [audit(18, SIZE, KEYS), audit(19, SIZE, BELL, KEYS), audit(20, STALE)]


def lines(**options):
    console = Console(width=80, highlight=False)
    with console.capture() as captured:
        console.print(render(AUDITS, **options))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_terminal_of_80_columns_shows_the_whole_table():
    shown = lines()
    assert shown[0].endswith("missing surplus failing explained")
    assert [row.split() for row in shown[1:4]] == [
        ["1.18", "2", "3", "4", "5", "6", "7", "1", "0", "0", "1"],
        ["1.19", "2", "3", "4", "5", "6", "7", "1", "1", "0", "1"],
        ["1.20", "2", "3", "4", "5", "6", "7", "0", "0", "0", "0"],
    ]


def test_what_nothing_explains_is_listed_by_side_with_its_versions():
    assert lines()[5:] == [
        "Named upstream and missing from the spec:",
        "  DoorCreate query size [1.18..1.19]",
        "",
        "In the spec and not named upstream:",
        "  Door /Bell [1.19]",
        "",
        "Out of date:",
        "  audit.yaml x: explains nothing: y [1.20]",
        "",
        "3 versions, 21 examples: 4 differences unexplained, 2 explained",
    ]


def test_what_is_explained_is_listed_where_asked():
    line = "  Door /Keys: is null [1.18..1.19, keys-are-null]"
    assert line not in lines()
    assert line in lines(explained=True)


def test_the_page_has_a_row_a_version_and_tells_what_explains():
    text = page(AUDITS, {"keys-are-null": "Seen\n  so."})
    assert "\n| 1.19 | v1.19.md | 2 | 3 | 4 | 5 | 6 | 7 | 1 | 1 | 0 | 1 |\n" in text
    assert text.endswith(
        "## Explained\n\n### keys-are-null\n\nSeen so.\n\n- example `Door /Keys`, 1.18..1.19\n"
    )
