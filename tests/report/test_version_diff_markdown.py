"""A version diff as Markdown."""

import pytest
from canned_diff import DRIFT, VALUES, canned_diff, change, empty_diff, row
from markdown_it import MarkdownIt

from harness.model.version import ApiVersion
from harness.report.version_diff import index_markdown, markdown
from harness.report.version_diff.conclusion import summary
from harness.report.version_diff.markdown import code, prose

CANNED = markdown.render(canned_diff()).splitlines()


def test_the_head_tells_what_is_compared():
    assert CANNED[:6] == [
        "# API 1.24 → 1.30",
        "",
        "* 78 → 106 operations",
        "* observed on `Docker Engine 20.10.24` (recorded)",
        "",
        f"{summary(canned_diff())}.",
    ]


def test_the_matrix_sets_documents_against_announcements_and_the_wire():
    at = CANNED.index("## On paper, as announced, and observed")
    assert CANNED[at + 2 : at + 10] == [
        "| on paper | announced | seen | not seen | untried |",
        "| --- | --- | --- | --- | --- |",
        "| documented | yes | 3 | 1 | 0 |",
        "| documented | no | 0 | 2 | 3 |",
        "| not documented | yes | 1 | 0 | 1 |",
        "| not documented | no | 1 | 0 | 0 |",
        "| correction | no | 0 | 1 | 0 |",
        "| drift | no | 0 | 1 | 0 |",
    ]


def test_an_area_is_a_table():
    at = CANNED.index("## volumes")
    heading, _, only = CANNED[at + 2 : at + 5]
    columns = ["level", "operation", "place", "change", "announced", "observed", "rule", "notes"]
    assert heading.strip("| ").split(" | ") == columns
    assert only == (
        "| not documented | `GET /volumes` | `filters: name` | filter added | 1.25/5.1 | untried "
        "|  | The documents say nothing of keys."
        "<br>announced: 1.25/5.1 filters: name: filter added |"
    )


def test_a_shared_definition_comes_with_its_operations():
    at = CANNED.index("### `ErrorResponse`, in replies of 3 operations")
    assert CANNED[at + 2] == ("`GET /images/{name}/json`, `GET /info`, `GET /volumes`")
    assert CANNED[at + 6] == (
        "| compatible | `/message` | became required | no | untried "
        "| `reply-property-became-required` |  |"
    )


def test_corrections_are_there_with_their_reasons():
    (line,) = [line for line in CANNED if line.startswith("| drift | `GET /info`")]
    assert line.endswith("| The later document was written anew, and left it out. |")


def test_the_lists_and_what_was_left_out_end_it():
    assert [line for line in CANNED if line.startswith("## ")][-5:] == [
        "## Documented, and alike at both versions on `Docker Engine 20.10.24`",
        "## Seen on `Docker Engine 20.10.24`, and in no document",
        "## Not compared",
        "## Ignored",
        "## To be ignored, but not there",
    ]
    assert "* **risky**: `GET /containers/{id}/json` `200/body/State/Status` " in "\n".join(CANNED)
    assert "* `GET /images/json` `query/filter` removed (string): We never filter images." in CANNED


def test_nothing_is_told_as_nothing():
    assert markdown.render(empty_diff()).endswith("* observed on no daemon\n\nNo differences.\n")


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a|b",
        "a\\|b",
        "`tick`",
        "*bold* _low_ ~~gone~~",
        "<script>",
        "[link](https://example.org)",
        "https://example.org and www.example.org",
        "@somebody and #12",
        " spaces ",
        "&amp; $x$ :smile:",
        "\\",
        "snake_case_name",
    ],
)
@pytest.mark.parametrize("write", [code, prose])
def test_a_text_comes_out_of_a_table_as_it_went_in(write, text):
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    html = reader.render(f"| a | b |\n| - | - |\n| {write(text)} | last |\n")
    cell = html.split("<td>")[1].split("</td>")[0]
    assert "<td>last</td>" in html
    assert "<a" not in cell
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inner = cell.removeprefix("<code>").removesuffix("</code>")
    assert inner.strip() == escaped.strip()


@pytest.mark.parametrize("text", ["@somebody", "see www.example.org"])
def test_what_would_call_or_link_is_code(text):
    assert prose(text) == f"`{text}`"


def test_lines_change_only_where_rows_do():
    before = markdown.render(canned_diff(VALUES, DRIFT)).splitlines()
    other = row(change("operation-added", "GET /networks/x", areas=("networks",)))
    after = markdown.render(canned_diff(VALUES, DRIFT, other)).splitlines()
    tables = [line for line in before if line.startswith(("| **", "| drift | `"))]
    assert [line for line in tables if line not in after] == []


def test_the_index_lists_neighbours_first_and_links_both_forms():
    versions = [ApiVersion(1, minor) for minor in (24, 25, 26)]
    pairs = [(versions[0], versions[2]), (versions[1], versions[2]), (versions[0], versions[1])]
    lines = index_markdown.render({pair: canned_diff() for pair in pairs}).splitlines()
    rows = [line for line in lines if line.startswith("| [")]
    assert [line.split("]")[0] for line in rows] == [
        "| [1.24 → 1.25",
        "| [1.25 → 1.26",
        "| [1.24 → 1.26",
    ]
    assert rows[0] == (
        "| [1.24 → 1.25](1.24-1.25.md) ([html](1.24-1.25.html)) "
        "| 4 | 1 | 4 | 4 | 5 | 1 | 1 | 3 | 3 | 2 | 4 |"
    )
    assert lines[-1] == "Observed on `Docker Engine 20.10.24`."
