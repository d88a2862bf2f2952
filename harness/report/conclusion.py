"""What a report amounts to: the verdict on the whole, why, and the exit status."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from harness.model.errors import HarnessError
from harness.model.judgement import Verdict
from harness.model.settings import FailOn
from harness.report.values import Conclusion, OperationResult, Report
from harness.report.wording import counted, spans

BROKEN_STATUS = 1
# What a shell gives for a program that Ctrl-C ended.
INTERRUPTED_STATUS = 130

# Whoever reads a certificate must know what it leaves out; these verdicts leave something out.
_GAPS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.ERROR: "not judged, by a fault of the harness",
        Verdict.VACUOUS: "called without a check that applies",
        Verdict.UNSUPPORTED: "refused by the daemon as unsupported",
        Verdict.DISABLED: "left out as disabled",
        Verdict.SKIPPED: "skipped",
        Verdict.UNTRIED: "not tried",
    }
)


def conclude(results: Iterable[OperationResult]) -> Conclusion:
    """Return the verdict on some operations: certified only where each was kept and succeeded."""
    found = tuple(results)
    if any(result.verdict is Verdict.BROKEN for result in found):
        return Conclusion.BROKEN
    complete = found and all(r.verdict is Verdict.KEPT and r.succeeded for r in found)
    return Conclusion.CERTIFIED if complete else Conclusion.PARTIAL


def conclusion(report: Report) -> Conclusion:
    """Return the verdict on the whole run."""
    if report.totals[Verdict.BROKEN]:
        return Conclusion.BROKEN
    return Conclusion.PARTIAL if gaps(report) else Conclusion.CERTIFIED


def gaps(report: Report) -> tuple[str, ...]:
    """Return every reason why the run shows less than that all is kept, gravest first."""
    totals = report.totals
    kept = [result for result in report.results if result.verdict is Verdict.KEPT]
    unproven = sum(not result.succeeded for result in kept)
    unreached = max(0, report.planned - len(report.results))
    outside = [found.version for found in report.unsupported]
    general = len(report.failures) - totals[Verdict.ERROR]
    stated = (
        ("it was interrupted", report.interrupted),
        ("it ended early", not report.finished and not report.interrupted),
        ("nothing was judged", not report.judged),
        (f"{counted(unreached, 'operation')} never reached", unreached),
        (f"{counted(general, 'failure')} of the harness", general > 0),
        *((f"{counted(totals[v], 'operation')} {text}", totals[v]) for v, text in _GAPS.items()),
        (f"{counted(unproven, 'operation')} kept but never seen to succeed", unproven),
        (f"API {spans(outside)} not served by the daemon", outside),
        (f"{counted(len(report.leaks), 'leak')}", report.leaks),
        *((text, True) for text in report.filters),
    )
    return tuple(text for text, holds in stated if holds)


def exit_status(report: Report) -> int:
    """Return the exit status that tells a script what came of the run.

    130 where it was interrupted; else 1 where something is broken, unless only unexplained faults
    are to fail and each is known; else 5 where the harness failed, left something behind, or judged
    nothing at all; else 0.
    """
    if report.interrupted:
        return INTERRUPTED_STATUS
    if conclusion(report) is Conclusion.BROKEN and not _forgiven(report):
        return BROKEN_STATUS
    faultless = report.finished and not report.failures and not report.leaks
    if faultless and report.judged and not report.totals[Verdict.ERROR]:
        return 0
    return HarnessError.exit_status


def _forgiven(report: Report) -> bool:
    """Tell whether only unexplained faults are to fail, and there are none.

    What is broken without a finding that tells how is explained by nothing.
    """
    told = {place for cluster in report.explained for place in cluster.places}
    broken = {(r.version, r.operation) for r in report.results if r.verdict is Verdict.BROKEN}
    return report.fail_on is FailOn.UNEXPLAINED and not report.unexplained and broken <= told
