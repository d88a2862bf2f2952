"""Faults that a daemon is known to have, and that did not show where they should have."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from harness.model.judgement import Finding, Verdict
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion, VersionRange
from harness.report.values import Report
from harness.specs.known import explains, reaches

_JUDGED = frozenset({Verdict.KEPT, Verdict.BROKEN})


def unseen(
    report: Report, findings: Iterable[Finding], known: Iterable[KnownFault]
) -> tuple[KnownFault, ...]:
    """Return those of a daemon's known faults that a run would have shown, and did not.

    Only a run that came to its end and left nothing out can tell: each operation of the fault was
    judged, at each version that the fault is known at.
    """
    if not report.finished or report.interrupted or report.filters:
        return ()
    shown = tuple(findings)
    return tuple(
        fault
        for fault in known
        if _exercised(report, fault) and not any(explains(fault, finding) for finding in shown)
    )


def _exercised(report: Report, fault: KnownFault) -> bool:
    results = [
        result for result in report.results if reaches(fault, result.version, result.operation)
    ]
    named = all(
        any(fnmatchcase(result.operation, pattern) for result in results)
        for pattern in fault.operations
    )
    judged = all(result.verdict in _JUDGED for result in results)
    return named and judged and _covers(report.versions, fault.versions)


def _covers(run: tuple[ApiVersion, ...], fault: VersionRange | None) -> bool:
    """Tell whether a run was at all versions of a fault; where it names none, any are enough."""
    if fault is None:
        return True
    minors = range(fault.first.minor, fault.last.minor + 1)
    return fault.first.major == fault.last.major and all(
        ApiVersion(fault.first.major, minor) in run for minor in minors
    )
