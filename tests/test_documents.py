"""What is written for people: the generated pages, and the links between the others."""

import re
from pathlib import Path

import pytest

from harness.cli.generated import pages, write
from harness.model.spec import Erratum
from harness.model.version import VersionRange
from harness.report import errata_page

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
WRITTEN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("benchmarks/*.md")])


REPORTS = {
    f"reports/version-diff/{old}-{new}.{kind}"
    for old, new in [
        *((f"1.{minor}", f"1.{minor + 1}") for minor in range(18, 33)),
        ("1.18", "1.33"),
        ("1.24", "1.33"),
    ]
    for kind in ("html", "md")
}


# One test, since making them takes some seconds.
@pytest.mark.timeout(600)
def test_every_page_is_what_its_tables_give():
    made = pages()
    assert made.keys() == {
        "docs/checks.md",
        "docs/cli.md",
        "docs/diff.schema.json",
        "docs/errata.md",
        "docs/result.schema.json",
        "docs/rules.md",
        "reports/coverage/fake.md",
        "reports/version-diff/index.html",
        "reports/version-diff/index.md",
        *REPORTS,
    }
    stale = [name for name, text in made.items() if (ROOT / name).read_text("utf-8") != text]
    assert stale == [], "run: python -m harness.cli.generated"


def test_pages_are_written_below_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("harness.cli.generated.pages", lambda: {"docs/new/a.md": "a\n"})
    write(tmp_path)
    assert (tmp_path / "docs/new/a.md").read_text(encoding="utf-8") == "a\n"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    linked = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in linked if not (page.parent / link).exists()] == []


def erratum(**different):
    default = {
        "id": "one",
        "versions": VersionRange.parse("1.25..1.26"),
        "operation": "",
        "pointer": "/definitions/Port/properties/IP",
        "says": "1",
        "sends": None,
        "evidence": "Seen.",
    }
    return Erratum(**{**default, **different})


def test_an_erratum_of_two_versions_is_told_once():
    page = errata_page.render([erratum(), erratum()])
    assert page.endswith(
        "## one\n\nAPI 1.25..1.26. Seen.\n\n- `definitions/Port/properties/IP`: `1` → nothing\n"
    )


def test_places_that_change_alike_stand_together():
    other = erratum(pointer="/definitions/Port/properties/Type")
    page = errata_page.render([erratum(), other, erratum(pointer="/a", says="2")])
    assert page.endswith(
        "- `definitions/Port/properties/IP`, `definitions/Port/properties/Type`: `1` → nothing\n"
        "- `a`: `2` → nothing\n"
    )


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/definitions/Port", "definitions/Port"),
        ("/paths/~1auth/post/responses/204", "POST /auth responses/204"),
        ("/paths/~1a~0b/get", "GET /a~b"),
        ("/paths/~1auth", "paths//auth"),
    ],
)
def test_a_place_is_shown_as_people_write_it(pointer, shown):
    assert errata_page.place(pointer) == shown


def test_a_long_text_is_cut():
    assert "x…`" in errata_page.render([erratum(says="x" * 1000)])
