"""The pages of docs/ that are made from the program itself; run to write them anew."""

import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.rules import RULES
from harness.checks import CHECKS
from harness.cli.main import app
from harness.cli.reference import reference
from harness.model.spec import Erratum
from harness.report import checks_page, errata_page
from harness.report.json_result import SCHEMA_FILE
from harness.specs.library import load, versions


def pages() -> dict[str, str]:
    """Return the text of each generated file of docs/, by its name.

    Raises SpecError where a document or an erratum is wrong.
    """
    return {
        "checks.md": checks_page.render(CHECKS, RULES),
        "cli.md": reference(app),
        "errata.md": errata_page.render(_errata()),
        "result.schema.json": SCHEMA_FILE.read_text(encoding="utf-8"),
    }


def write(folder: Path) -> None:
    """Write all generated files into a folder that is there."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _errata() -> Iterator[Erratum]:
    for version in versions():
        yield from load(version).errata


if __name__ == "__main__":
    write(Path(*(sys.argv[1:2] or ["docs"])))
