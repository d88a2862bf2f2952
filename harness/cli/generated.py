"""The pages that are made from the program itself; run to write them anew."""

import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.rules import RULES
from harness.checks import CHECKS
from harness.cli import version_reports
from harness.cli.main import app
from harness.cli.reference import reference
from harness.cli.version_diffs import versions_between
from harness.diff.paper import AREAS
from harness.fake.handlers import HANDLERS
from harness.model.spec import Erratum
from harness.report import checks_page, errata_page, fake_page, rules_page
from harness.report.json_result import SCHEMA_FILE
from harness.report.version_diff import json_text
from harness.specs.library import load, versions


def pages() -> dict[str, str]:
    """Return the text of each generated file, by its path in the repository.

    Raises SpecError where a document or an erratum is wrong.
    """
    return {
        "docs/checks.md": checks_page.render(CHECKS, RULES),
        "docs/cli.md": reference(app),
        "docs/diff.schema.json": json_text.SCHEMA_FILE.read_text(encoding="utf-8"),
        "docs/errata.md": errata_page.render(_errata()),
        "docs/rules.md": rules_page.render(AREAS),
        "docs/result.schema.json": SCHEMA_FILE.read_text(encoding="utf-8"),
        "reports/coverage/fake.md": fake_page.render(map(load, versions()), HANDLERS),
        **version_reports.pages(versions_between),
    }


def write(folder: Path) -> None:
    """Write all generated files below a folder, the repository's own or another."""
    for name, text in pages().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _errata() -> Iterator[Erratum]:
    for version in versions():
        yield from load(version).errata


if __name__ == "__main__":
    write(Path(*(sys.argv[1:2] or ["."])))
