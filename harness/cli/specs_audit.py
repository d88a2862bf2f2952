"""`docker-contract specs audit`: compare the documents of specs/ with what upstream publishes."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.printing import show
from harness.model.errors import UsageError
from harness.model.version import ApiVersion, select
from harness.report.audit_text import page, render
from harness.specs.audit import audit, reasons
from harness.specs.library import versions

_WIDTH = 200  # of a line where stdout is no terminal


def audit_specs(
    *,
    upstream: Annotated[
        Path,
        typer.Option(
            "--upstream",
            metavar="DIR",
            help="The folder with upstream's documents: v1.18.md to v1.24.md, v1.25.yaml and on.",
        ),
    ],
    api: Annotated[
        str,
        typer.Option("--api", metavar="VERSIONS", help="Such as 1.24, 1.18..1.24 or all."),
    ] = "all",
    explained: Annotated[
        bool,
        typer.Option("--explained", help="List also what an erratum or a row explains."),
    ] = False,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write the page of reports/ here as well."),
    ] = None,
) -> int:
    """Compare our documents with those that upstream publishes, for whoever maintains them.

    Up to 1.24 upstream has prose: operations, query parameters, headers, statuses and properties
    that one side names and the other does not are listed. From 1.25 on, an import must give our
    document again. All examples of JSON are held to their schemas, unknown names included.
    Differences that contracts/errata.yaml or contracts/audit.yaml explain are counted apart.
    Exit status: 0 nothing unexplained, 1 something is, 2 usage, 3 a document is wrong.
    """
    chosen = select(api, versions())
    audits = [audit(version, upstream) for version in chosen]
    show(render(audits, explained=explained), width=_WIDTH)
    if markdown is not None:
        _write(markdown, page(audits, _reasons(chosen)))
    return int(any(each.open for each in audits))


def _reasons(chosen: tuple[ApiVersion, ...]) -> dict[str, str]:
    return {name: reason for version in chosen for name, reason in reasons(version).items()}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
