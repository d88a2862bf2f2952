"""What an audit of the documents found, for a terminal and as a page of reports/."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.model.version import ApiVersion
from harness.report.wording import counted, printable, spans
from harness.specs.audit_values import Audit, Difference, Side

_NAME, _WRONG = "bold", "bold red"
_COUNTED = (Side.MISSING, Side.SURPLUS, Side.EXAMPLE, Side.STALE)
_WORDS = 2  # columns that hold no numbers
_SHORT = ("API", "ops", "params", "headers", "status", "props", "examples")
_COLUMNS = (
    "API",
    "upstream",
    "operations",
    "parameters",
    "headers",
    "statuses",
    "properties",
    "examples",
    "missing",
    "surplus",
    "failing",
    "explained",
)
_TITLES = {
    Side.MISSING: "Named upstream and missing from the spec",
    Side.SURPLUS: "In the spec and not named upstream",
    Side.EXAMPLE: "Examples that break their schema",
    Side.STALE: "Out of date",
}
_OPENING = """\
# The documents and upstream

How each document of `specs/` compares with what upstream publishes: prose up to 1.24, Swagger from
1.25 on. Counted is what a document names before errata: parameters of path and query, headers of
calls and replies, properties of JSON in bodies and successful replies. Each example of JSON was
held to the schema of its operation, and no name was allowed that the schema does not have.

*Missing* is named upstream and not in the document, *surplus* the reverse, *failing* a place in an
example that breaks its schema. Those columns count what nothing explains; *explained* counts what
an erratum of `contracts/errata.yaml` or a row of `contracts/audit.yaml` is about. The second part
lists those.

This page is made by `docker-contract specs audit --upstream DIR --markdown FILE`.
"""


def render(audits: Sequence[Audit], *, explained: bool = False) -> RenderableType:
    """Return the audits for a terminal: a table, and what nothing explains.

    Where `explained`, what an erratum or a row explains is listed as well.
    """
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style=_NAME)
    for column in (*_SHORT, *_COLUMNS[-4:]):
        table.add_column(column, justify="right", no_wrap=True)
    for audit in audits:
        version, _, *numbers = _row(audit)
        table.add_row(version, *numbers)
    found = [(audit.version, each) for audit in audits for each in audit.open]
    blocks = [Text(line) for line in _listed(found)]
    if explained:
        told = [(audit.version, each) for audit in audits for each in audit.explained]
        blocks += [Text(line) for line in _listed(told)]
    return Group(table, Text(), *blocks, Text(_conclusion(audits), style=_WRONG if found else ""))


def page(audits: Sequence[Audit], reasons: Mapping[str, str]) -> str:
    """Return reports/coverage/specs.md, given what the explanations of differences stand for."""
    marks = ["---" if index < _WORDS else "---:" for index in range(len(_COLUMNS))]
    rows = [_COLUMNS, marks, *(_row(audit) for audit in audits)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    entries = "\n".join(_entries(audits, reasons)).rstrip()
    return f"{_OPENING}\n{table}\n\n## Explained\n\n{entries}\n"


def _row(audit: Audit) -> tuple[str, ...]:
    sizes = audit.sizes
    counts = [sum(each.side is side for each in audit.open) for side in _COUNTED[:3]]
    numbers = (
        *(sizes.operations, sizes.parameters, sizes.headers, sizes.statuses, sizes.properties),
        *(audit.examples, *counts, len(audit.explained)),
    )
    return (str(audit.version), audit.upstream, *map(str, numbers))


def _listed(found: Iterable[tuple[ApiVersion, Difference]]) -> Iterator[str]:
    """Yield lines: a title for each side, and each difference once with all its versions."""
    grouped: dict[Side, dict[tuple[str, str, str], list[ApiVersion]]] = {}
    for version, each in found:
        key = (each.place, each.explanation, _message(each))
        grouped.setdefault(each.side, {}).setdefault(key, []).append(version)
    for side in _COUNTED:
        if side in grouped:
            yield f"{_TITLES[side]}:"
            for (place, why, message), versions in sorted(grouped[side].items()):
                told = ": ".join(part for part in (place, message) if part)
                yield f"  {printable(told)} [{', '.join(filter(None, (spans(versions), why)))}]"
            yield ""


def _message(difference: Difference) -> str:
    # The title says it of all that are missing or surplus.
    return "" if difference.side in (Side.MISSING, Side.SURPLUS) else difference.message


def _conclusion(audits: Sequence[Audit]) -> str:
    left = sum(len(audit.open) for audit in audits)
    explained = sum(len(audit.explained) for audit in audits)
    tried = sum(audit.examples for audit in audits)
    return (
        f"{counted(len(audits), 'version')}, {counted(tried, 'example')}: "
        f"{counted(left, 'difference')} unexplained, {explained:,} explained"
    )


def _entries(audits: Sequence[Audit], reasons: Mapping[str, str]) -> Iterator[str]:
    grouped: dict[str, dict[str, list[ApiVersion]]] = {}
    for audit in audits:
        for each in audit.explained:
            places = grouped.setdefault(each.explanation, {})
            places.setdefault(f"{each.side} `{each.place}`", []).append(audit.version)
    for name, places in sorted(grouped.items()):
        reason = reasons.get(name, "Corrected by errata together.")
        yield f"### {name}\n\n{' '.join(reason.split())}\n"
        yield from (f"- {place}, {spans(versions)}" for place, versions in sorted(places.items()))
        yield ""
