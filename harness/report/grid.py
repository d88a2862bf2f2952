"""The table of versions and profiles that a report is read by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.model.judgement import Verdict
from harness.model.profiles import PROFILES
from harness.model.version import ApiVersion
from harness.report.conclusion import conclude
from harness.report.values import Conclusion, OperationResult, Report


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of the operations of one profile at one version; `rest` were not judged."""

    kept: int
    broken: int
    errors: int
    rest: int
    conclusion: Conclusion


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by profile and version; there is no cell where a version has no such operation."""

    versions: tuple[ApiVersion, ...]
    profiles: tuple[str, ...]
    cells: Mapping[tuple[str, ApiVersion], Cell]
    totals: Mapping[ApiVersion, Cell]


def grid(report: Report) -> Grid:
    """Count a report's verdicts by profile and version."""
    by_cell: dict[tuple[str, ApiVersion], list[OperationResult]] = {}
    by_version: dict[ApiVersion, list[OperationResult]] = {}
    for result in report.results:
        by_cell.setdefault((result.profile, result.version), []).append(result)
        by_version.setdefault(result.version, []).append(result)
    present = {profile for profile, _ in by_cell}
    return Grid(
        versions=tuple(sorted(by_version)),
        profiles=tuple(profile for profile in PROFILES if profile in present),
        cells={place: _cell(results) for place, results in by_cell.items()},
        totals={version: _cell(results) for version, results in by_version.items()},
    )


def _cell(results: Iterable[OperationResult]) -> Cell:
    found = tuple(results)
    counts = Counter(result.verdict for result in found)
    judged = (Verdict.KEPT, Verdict.BROKEN, Verdict.ERROR)
    return Cell(
        kept=counts[Verdict.KEPT],
        broken=counts[Verdict.BROKEN],
        errors=counts[Verdict.ERROR],
        rest=len(found) - sum(counts[verdict] for verdict in judged),
        conclusion=conclude(found),
    )
