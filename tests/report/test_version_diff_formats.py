"""What holds for every format of a version diff, the terminal included."""

import re
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from canned_diff import ROWS, canned_diff, empty_diff, hostile_diff, row, wire
from markdown_it import MarkdownIt
from rich.console import Console

from harness.model.version_diff import Observed, Standing
from harness.report.version_diff.formats import FORMATS
from harness.report.version_diff.terminal import screen


def shown(diff, *, width=80, everything=True, **console):
    file = StringIO()
    terminal = Console(file=file, width=width, highlight=False, **console)
    terminal.print(screen(diff, everything=everything), crop=False)
    return file.getvalue()


RENDERERS = {"terminal": shown, **FORMATS}
DIFFS = {
    "canned": canned_diff(),
    "empty": empty_diff(),
    "hostile": hostile_diff(),
    "wire alone": canned_diff(row(None, Standing.UNKNOWN, Observed.SEEN, wire=(wire(),))),
}


@pytest.mark.parametrize("diff", DIFFS)
@pytest.mark.parametrize("name", RENDERERS)
def test_equal_diffs_make_equal_texts(name, diff):
    assert RENDERERS[name](DIFFS[diff]) == RENDERERS[name](DIFFS[diff])


@pytest.mark.parametrize("name", RENDERERS)
def test_what_comes_from_elsewhere_cannot_steer_the_reader(name):
    text = RENDERERS[name](hostile_diff())
    text.encode()
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "alert" in text


@pytest.mark.parametrize("name", RENDERERS)
def test_every_row_is_told(name):
    text = "".join(RENDERERS[name](canned_diff()).split())
    for each in ROWS:
        missing = [part for part in words(each) if "".join(part.split()) not in text]
        # Annotations are of changes alone.
        assert not missing or (name == "github" and not each.change), missing


def words(each):
    if each.change and each.standing not in {Standing.CORRECTION, Standing.DRIFT}:
        return [each.change.rule.replace("_", "")]
    if each.announcements:
        return [announced.subject for announced in each.announcements]
    return [] if each.change else [seen.place.split("*")[0] for seen in each.wire]


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"html", "json"}))
def test_endless_texts_are_cut(name):
    assert "y" * 1000 not in FORMATS[name](hostile_diff())


@pytest.mark.parametrize("diff", DIFFS)
def test_each_line_of_annotations_is_one_command(diff):
    for line in FORMATS["github"](DIFFS[diff]).splitlines():
        command = re.fullmatch(r"::(error|warning|notice) title=([^:,]*)::(.*)", line)
        assert command, line
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", command[2] + command[3])


@pytest.mark.parametrize("diff", DIFFS)
def test_junit_is_xml_and_counts_what_it_holds(diff):
    root = ET.fromstring(FORMATS["junit"](DIFFS[diff]))
    for tag, total in (
        ("testcase", "tests"),
        ("failure", "failures"),
        ("error", "errors"),
        ("skipped", "skipped"),
    ):
        assert root.get(total) == str(len(list(root.iter(tag))))
        assert root.get(total) == str(sum(int(suite.get(total)) for suite in root))


@pytest.mark.parametrize("diff", DIFFS)
def test_markdown_is_what_it_seems(diff):
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(FORMATS["markdown"](DIFFS[diff]))
    inline = [child for token in tokens for child in token.children or ()]
    html = {child.content for child in inline if child.type == "html_inline"}
    assert html <= {"<code>", "</code>", "<br>"}
    assert not [token for token in tokens if token.type in {"html_block", "fence", "code_block"}]
    assert not [child for child in inline if child.type in {"link_open", "image", "em_open"}]
    for table in re.findall(r"(?:^\|.*\|\n?)+", FORMATS["markdown"](DIFFS[diff]), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1
