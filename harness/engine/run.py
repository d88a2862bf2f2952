"""One operation at one version: its calls made, sent and judged."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from harness.daemon.address import Address
from harness.daemon.private import QUIET
from harness.daemon.transport import Daemon
from harness.engine.plan import Planned
from harness.engine.reproduction import reproduction
from harness.engine.swarm import Swarm
from harness.engine.workshop import UnmakeableError, message_of
from harness.engine.world import World
from harness.model.call import Call, Exchange, Manner
from harness.model.events import (
    CallJudged,
    Event,
    FindingShrunk,
    OperationJudged,
    OperationStarted,
)
from harness.model.judgement import Finding, Judged, Streaming, Subject, Verdict
from harness.model.spec import Operation, Spec
from harness.model.tables import Cost, Recipe, Tier

_DEADLINE = 20.0  # seconds; an unknown driver costs dockerd ten
_ENDLESS_DEADLINE = 5.0
_LIMIT = 8 * 1024 * 1024

Judge = Callable[[Subject], Judged]
Cause: TypeAlias = tuple[str, str, str]


@dataclass
class Clock:
    """Where the time of a run went, in seconds."""

    generating: float = 0.0
    waiting: float = 0.0
    judging: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """An operation at one version, and a way to call it."""

    spec: Spec
    operation: Operation
    recipe: Recipe


@dataclass
class Bench:
    """All that exercising an operation takes."""

    daemon: Daemon
    world: World
    swarm: Swarm
    shown_address: Address  # in lines to be run by hand
    judge: Judge
    generate: Callable[[Spec, Operation, Recipe], tuple[Call, ...]]
    record: Callable[[Exchange], None]
    available: frozenset[str] = frozenset()  # of what recipes need: registry, restart, …
    quiet: float = QUIET  # seconds without a byte after which an endless reply is left
    clock: Clock = field(default_factory=Clock)
    varied: set[tuple[str, str]] = field(default_factory=set)  # operation and shape
    cases: dict[Cause, Case] = field(default_factory=dict)  # what first showed each cause


def exercise(
    bench: Bench, spec: Spec, planned: Planned, recipes: Sequence[Recipe]
) -> Iterator[Event]:
    """Make, send and judge the calls of one operation, and tell what happened."""
    operation = spec.operations[planned.operation]
    yield OperationStarted(spec.version, operation.id)
    began = time.monotonic()
    outcome = _Outcome(reason=planned.reason)
    cases: dict[Cause, Case] = {}
    bench.world.refresh()
    if not planned.reason:
        for number, recipe in enumerate(recipes):
            case = Case(spec, operation, recipe)
            for call, judged in _judged(bench, case, outcome, first_only=number > 0):
                outcome.add(judged)
                cases = dict.fromkeys((finding.cause for finding in judged.findings), case) | cases
                yield CallJudged(spec.version, operation.id, judged, recipe=number, call=call)
    bench.cases = cases | bench.cases
    yield OperationJudged(
        version=spec.version,
        operation=operation.id,
        tags=operation.tags,
        verdict=outcome.verdict,
        calls=outcome.calls,
        succeeded=outcome.succeeded,
        findings=tuple(outcome.findings),
        reason=outcome.why,
        seconds=time.monotonic() - began,
    )


@dataclass
class _Outcome:
    reason: str = ""
    calls: int = 0
    succeeded: bool = False
    refusal: str = ""
    verdicts: set[Verdict] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        self.calls += 1
        self.verdicts.add(judged.verdict)
        self.findings += judged.findings
        if judged.exchange.call.manner is Manner.POLITE:
            self.succeeded |= judged.succeeded
            reply = judged.exchange.reply
            told = message_of(reply) or ("" if reply.status else reply.ending)
            self.refusal = self.refusal or f"answered {reply.status}: {told}"

    @property
    def why(self) -> str:
        """Return why the operation was not seen to succeed; "" where it was."""
        return "" if self.succeeded else self.refusal or self.reason

    @property
    def verdict(self) -> Verdict:
        return Verdict.worst(tuple(self.verdicts))


def _judged(
    bench: Bench, case: Case, outcome: _Outcome, *, first_only: bool
) -> Iterator[tuple[Call, Judged]]:
    recipe = case.recipe
    lacking = [need for need in recipe.needs if need not in bench.available]
    if lacking:
        outcome.reason = f"needs {', '.join(lacking)}, which this run does not have"
        return
    began = time.monotonic()
    calls = bench.generate(case.spec, case.operation, recipe)
    bench.clock.generating += time.monotonic() - began
    for call in _chosen(bench, case, calls, first_only=first_only):
        try:
            yield call, attempt(bench, case, call, plain=calls[0])
        except UnmakeableError as error:
            outcome.reason = str(error)
            # What the plain call needs is not tried to be made for each further one.
            if call == calls[0]:
                return


def _chosen(bench: Bench, case: Case, calls: Sequence[Call], *, first_only: bool) -> Sequence[Call]:
    """Leave out calls that would show nothing new for what they cost.

    Further recipes only show another way to succeed. Costly operations are varied once, or once
    for each shape: at other versions one call shows that they still succeed.
    """
    shape = "" if case.recipe.cost is Cost.ONCE else case.operation.shape
    varied = (case.operation.id, shape) in bench.varied
    if first_only or (varied and case.recipe.cost is not Cost.CHEAP):
        return calls[:1]
    bench.varied.add((case.operation.id, shape))
    return calls


def attempt(bench: Bench, case: Case, call: Call, *, plain: Call) -> Judged:
    """Bind one call, send it, judge the reply and tidy up after it.

    An open call is sent after the `plain` call that it derives from. Raises UnmakeableError where
    the world cannot give what the call needs.
    """
    baseline = _sent(bench, case, plain) if call.manner is Manner.OPEN else None
    exchange = _sent(bench, case, call)
    began = time.monotonic()
    judged = bench.judge(
        Subject(
            spec=case.spec,
            operation=case.operation,
            exchange=exchange,
            streaming=case.recipe.streaming,
            plain=baseline,
            endless=case.recipe.endless,
        )
    )
    bench.clock.judging += time.monotonic() - began
    return judged


def _sent(bench: Bench, case: Case, call: Call) -> Exchange:
    recipe = case.recipe
    bench.swarm.ensure(recipe.swarm, disruptive=recipe.tier is Tier.DISRUPTIVE)
    bound = bench.world.bind(call)
    began = time.monotonic()
    exchange = bench.daemon.send(
        bound.call,
        case.spec.version,
        deadline=_ENDLESS_DEADLINE if recipe.endless else _DEADLINE,
        limit=_LIMIT,
        upgrade=recipe.upgrade,
        websocket=recipe.streaming is Streaming.WEBSOCKET,
        quiet=bench.quiet if recipe.endless else None,
    )
    bench.clock.waiting += time.monotonic() - began
    bench.clock.calls += 1
    bench.record(exchange)
    bench.world.settle(bound, recipe, exchange)
    if ("swarm", "") in recipe.makes and exchange.reply.status < 400:  # noqa: PLR2004 - 4xx, 5xx
        bench.swarm.disturbed()
    return exchange


class Shrink(Protocol):
    """What makes calls smaller as long as they still show something."""

    def __call__(self, call: Call, *, still_shows: Callable[[Call], bool]) -> Call:
        """Return the smallest call found."""


def shrunk(bench: Bench, case: Case, finding: Finding, shrink: Shrink) -> FindingShrunk:
    """Find the smallest call that still shows a finding, and a line that shows it by hand."""
    calls = bench.generate(case.spec, case.operation, case.recipe)
    smallest = finding

    def still_shows(call: Call) -> bool:
        nonlocal smallest
        try:
            judged = attempt(bench, case, call, plain=calls[0])
        except UnmakeableError:
            return False
        same = next((f for f in judged.findings if f.cause == finding.cause), None)
        smallest = same or smallest
        return same is not None

    call = shrink(calls[finding.exchange.call.number], still_shows=still_shows)
    line = reproduction(
        bench.shown_address,
        call,
        case.spec.version,
        upgrade=case.recipe.upgrade,
        websocket=case.recipe.streaming is Streaming.WEBSOCKET,
    )
    return FindingShrunk(smallest, line)
