"""The list of the reports on versions, in Markdown: what each pair adds up to, and where it is."""

from collections.abc import Iterator, Mapping

from harness.model.change import Level
from harness.model.version import ApiVersion
from harness.model.version_diff import Observed, Standing, VersionDiff
from harness.report.version_diff.order import (
    beside_documents,
    documented_not_seen,
    seen_undocumented,
    totals,
)
from harness.report.version_diff.page import file_name

_OPENING = """\
# How the versions differ

What changes from one version of the Docker Engine API to another: on paper, as the version history
announces it, and as a daemon shows it that serves both. Each page is there in
two forms: Markdown with every row in tables, and HTML with search and filters, for a browser.

These pages are made by `docker-contract diff` from `specs/`, `contracts/changelog.yaml`,
`contracts/errata.yaml`, `contracts/drift.yaml` and `contracts/observed/`; `tox -e reports` makes
them anew.
"""
_COLUMNS = (
    "versions",
    *Level,
    "announced",
    "unannounced",
    "corrections",
    "drift",
    "in no document",
    "documented, not seen",
    "seen, not documented",
    "untried",
)


def render(diffs: Mapping[tuple[ApiVersion, ApiVersion], VersionDiff]) -> str:
    """Return the index of the diffs, which stand beside it as files that `file_name` names.

    Wider pairs come after those of neighbours, and versions in their order.
    """
    return "\n".join((_OPENING, *_lines(diffs)))


def _lines(diffs: Mapping[tuple[ApiVersion, ApiVersion], VersionDiff]) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"| --- |{' --: |' * (len(_COLUMNS) - 1)}"
    for old, new in sorted(diffs, key=lambda pair: (pair[1].minor - pair[0].minor > 1, pair)):
        page, browser = file_name(old, new, "md"), file_name(old, new)
        links = f"[{old} → {new}]({page}) ([html]({browser}))"
        yield f"| {links} | {' | '.join(f'{count:,}' for count in _counts(diffs[old, new]))} |"
    daemons = sorted({f"`{diff.daemon}`" for diff in diffs.values() if diff.daemon})
    yield f"\nObserved on {', '.join(daemons)}.\n" if daemons else "\nObserved on no daemon.\n"


def _counts(diff: VersionDiff) -> Iterator[int]:
    found = totals(diff.rows)
    yield from found.levels.values()
    yield found.standings[Standing.ANNOUNCED]
    yield found.standings[Standing.UNANNOUNCED]
    yield found.standings[Standing.CORRECTION]
    yield found.standings[Standing.DRIFT]
    yield beside_documents(diff.rows)
    yield len(documented_not_seen(diff.rows))
    yield len(seen_undocumented(diff.rows))
    yield found.observed[Observed.UNTRIED]
