"""Events folded into a report."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from harness.model.events import (
    CallJudged,
    Event,
    FindingShrunk,
    HarnessFailed,
    Leaked,
    OperationJudged,
    OperationStarted,
    RunFinished,
    RunStarted,
    VersionUnsupported,
)
from harness.model.judgement import Judged, Verdict
from harness.model.profiles import profile
from harness.model.settings import FailOn
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion
from harness.report.clusters import cluster
from harness.report.unseen import unseen
from harness.report.values import (
    Failure,
    Leak,
    OperationResult,
    Report,
    Timing,
    Unsupported,
)
from harness.specs.known import faults_of

_Place: TypeAlias = tuple[ApiVersion, str]


class ReportBuilder:
    """Takes the events of one run in order, and makes a report of them at any time.

    Whatever comes twice for one version and operation, as with runs that are repeated, the last
    one counts. Operations that began and did not end keep what their calls had shown. Of the
    `known` faults, those of the daemon that is judged explain what is found.
    """

    def __init__(
        self,
        filters: Iterable[str] = (),
        known: Iterable[KnownFault] = (),
        fail_on: FailOn = FailOn.BROKEN,
    ) -> None:
        self._filters = tuple(filters)
        self._known = tuple(known)
        self._fail_on = fail_on
        self._start: RunStarted | None = None
        self._finish: RunFinished | None = None
        self._results: dict[_Place, OperationJudged] = {}
        self._open: dict[_Place, list[Judged]] = {}
        self._shrunk: list[FindingShrunk] = []
        self._unsupported: list[Unsupported] = []
        self._failures: list[Failure] = []
        self._leaks: list[Leak] = []
        self._calls = 0

    def add(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case RunStarted():
                self._start = event
            case VersionUnsupported():
                self._unsupported.append(Unsupported(event.version, event.reason))
            case OperationStarted():
                self._open[(event.version, event.operation)] = []
            case CallJudged():
                self._calls += 1
                self._open.setdefault((event.version, event.operation), []).append(event.judged)
            case OperationJudged():
                self._open.pop((event.version, event.operation), None)
                self._results[(event.version, event.operation)] = event
            case FindingShrunk():
                self._shrunk.append(event)
            case HarnessFailed():
                self._failures.append(Failure(event.version, event.operation, event.message))
            case Leaked():
                self._leaks.append(Leak(event.kind, event.name))
            case RunFinished():
                self._finish = event

    def report(self) -> Report:
        """Return what the events so far amount to."""
        start = self._start or RunStarted("", "", "", (), 0, 0, "")
        finish = self._finish or RunFinished(calls=self._calls)
        judged = {**self._unfinished(), **self._results}
        # In the order of versions, whatever came first: a run may be held in several processes.
        findings = [finding for place in sorted(judged) for finding in judged[place].findings]
        shrunk = sorted(self._shrunk, key=lambda each: each.finding.exchange.version)
        known = faults_of(start.daemon, self._known)
        told = Report(
            run=start.run,
            daemon=start.daemon,
            address=start.address,
            seed=start.seed,
            tier=start.tier,
            versions=start.versions,
            planned=start.operations,
            results=tuple(_result(judged[place]) for place in sorted(judged)),
            clusters=cluster(findings, shrunk, known),
            unsupported=tuple(sorted(self._unsupported, key=lambda found: found.version)),
            failures=tuple(self._failures),
            leaks=tuple(sorted(self._leaks, key=lambda leak: (leak.kind, leak.name))),
            filters=self._filters,
            started=self._start is not None,
            finished=self._finish is not None,
            interrupted=finish.interrupted,
            calls=finish.calls or self._calls,
            timing=Timing(finish.seconds, finish.generating, finish.waiting, finish.judging),
            fail_on=self._fail_on,
        )
        return replace(told, unseen=unseen(told, findings, known))

    def _unfinished(self) -> dict[_Place, OperationJudged]:
        failed = {
            (found.version, found.operation): found.message
            for found in self._failures
            if found.version is not None
        }
        tags = {operation: event.tags for (_, operation), event in self._results.items()}
        return {
            place: _unfinished(
                place, tags.get(place[1], ()), self._open.get(place, []), failed.get(place, "")
            )
            for place in {**self._open, **failed}
        }


def _unfinished(
    place: _Place, tags: tuple[str, ...], calls: list[Judged], failure: str
) -> OperationJudged:
    version, operation = place
    broken = any(judged.verdict is Verdict.BROKEN for judged in calls)
    verdict = Verdict.BROKEN if broken else Verdict.ERROR if failure else Verdict.UNTRIED
    return OperationJudged(
        version=version,
        operation=operation,
        tags=tags,
        verdict=verdict,
        calls=len(calls),
        succeeded=any(judged.succeeded for judged in calls),
        findings=tuple(finding for judged in calls for finding in judged.findings),
        reason=failure or "the run ended in the middle of it",
        seconds=sum(judged.exchange.reply.seconds for judged in calls),
    )


def _result(event: OperationJudged) -> OperationResult:
    return OperationResult(
        version=event.version,
        operation=event.operation,
        profile=profile(event.tags),
        verdict=event.verdict,
        calls=event.calls,
        succeeded=event.succeeded,
        findings=len(event.findings),
        reason=event.reason,
        seconds=event.seconds,
    )
