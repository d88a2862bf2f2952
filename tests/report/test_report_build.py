"""Events become a report."""

from dataclasses import replace

import pytest
from canned_run import (
    FINISHED,
    STARTED,
    V25,
    V26,
    V27,
    clean_run,
    exchange,
    finding,
    full_run,
    judged,
    report,
)

from harness.model.events import (
    CallJudged,
    HarnessFailed,
    Leaked,
    OperationStarted,
    VersionUnsupported,
)
from harness.model.judgement import Judged, Verdict
from harness.model.profiles import profile
from harness.report.conclusion import conclude, conclusion, exit_status, gaps
from harness.report.grid import grid
from harness.report.values import Conclusion, Leak, OperationResult, Unsupported


def test_the_facts_of_the_run_reach_the_report():
    told = report(*clean_run())
    assert (told.run, told.daemon, told.seed, told.tier) == (
        "3fa2",
        "dockerd 20.10.24",
        7,
        "scoped",
    )
    assert told.versions == (V25, V26)
    assert (told.calls, told.timing.total, told.timing.waiting) == (48, 200.0, 150.0)
    assert told.started
    assert told.finished
    assert not told.interrupted


def test_results_are_sorted_by_version_and_operation_whatever_the_order_of_events():
    start, *operations, end = clean_run()
    backwards = report(start, *reversed(operations), end)
    assert [(r.version, r.operation) for r in backwards.results] == [
        (V25, "ContainerInspect"),
        (V25, "ContainerList"),
        (V26, "ContainerInspect"),
        (V26, "ContainerList"),
    ]
    assert backwards == report(*clean_run())


def test_the_last_judgement_of_an_operation_counts():
    told = report(STARTED, judged(Verdict.BROKEN, findings=(finding(),)), judged(), FINISHED)
    assert [result.verdict for result in told.results] == [Verdict.KEPT]
    assert told.clusters == ()


def test_one_of_everything_is_kept_apart():
    told = report(*full_run())
    assert told.totals[Verdict.BROKEN] == 3
    assert told.leaks == (Leak("volume", "contract-3fa2-v1"),)
    assert told.unsupported == (Unsupported(V27, "the daemon serves API 1.12 to 1.26"),)
    assert [failure.operation for failure in told.failures] == ["ImageBuild"]
    assert told.successes == 3
    assert told.judged == 5


@pytest.mark.parametrize(
    ("verdict", "findings", "shown"),
    [
        (Verdict.BROKEN, (finding(),), Verdict.BROKEN),
        (Verdict.KEPT, (), Verdict.UNTRIED),
    ],
)
def test_an_operation_that_was_cut_off_keeps_what_its_calls_showed(verdict, findings, shown):
    call = Judged(exchange(), verdict, (), findings)
    told = report(
        STARTED, OperationStarted(V25, "ContainerList"), CallJudged(V25, "ContainerList", call)
    )
    (result,) = told.results
    assert result.verdict is shown
    assert result.calls == 1
    assert result.succeeded
    assert "ended in the middle" in result.reason
    assert len(told.clusters) == len(findings)
    assert told.calls == 1


def test_an_operation_at_which_the_harness_failed_is_in_error():
    told = report(
        STARTED,
        judged(version=V26),
        OperationStarted(V25, "ContainerList"),
        HarnessFailed(V25, "ContainerList", "no container"),
        FINISHED,
    )
    failed = told.results[0]
    assert (failed.verdict, failed.reason) == (Verdict.ERROR, "no container")
    assert failed.profile == "containers"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("Container",), "containers"),
        (("Secret",), "swarm"),
        (("Session (experimental)",), "experimental"),
        (("Session",), "experimental"),
        (("Mystery", "Image"), "images"),
        (("Mystery",), "other"),
        ((), "other"),
    ],
)
def test_tags_tell_the_profile(tags, expected):
    assert profile(tags) == expected


def test_the_grid_counts_by_version_and_profile():
    found = grid(report(*full_run()))
    assert found.versions == (V25, V26, V27)
    assert found.profiles == ("containers", "images", "system", "swarm")
    images = found.cells[("images", V25)]
    assert (images.kept, images.broken, images.errors, images.rest) == (0, 0, 1, 1)
    assert ("images", V27) not in found.cells
    assert found.totals[V26].broken == 2


@pytest.mark.parametrize(
    ("verdict", "succeeded", "expected"),
    [
        (Verdict.KEPT, True, Conclusion.CERTIFIED),
        (Verdict.KEPT, False, Conclusion.PARTIAL),
        (Verdict.BROKEN, True, Conclusion.BROKEN),
        (Verdict.SKIPPED, False, Conclusion.PARTIAL),
        (Verdict.VACUOUS, True, Conclusion.PARTIAL),
        (Verdict.ERROR, False, Conclusion.PARTIAL),
    ],
)
def test_only_what_was_kept_and_succeeded_is_certified(verdict, succeeded, expected):
    kept = OperationResult(V25, "A", "containers", Verdict.KEPT, succeeded=True)
    other = OperationResult(V25, "B", "containers", verdict, succeeded=succeeded)
    assert conclude((kept, other)) is expected


def test_nothing_at_all_is_not_certified():
    assert conclude(()) is Conclusion.PARTIAL


def _changed(*events, filters=()):
    start, first, *middle, end = clean_run()
    return report(start, first, *middle, *events, end, filters=filters)


CLEAN = clean_run()
SKIPPED = judged(Verdict.SKIPPED, reason="beyond tier read")
BROKEN = judged(Verdict.BROKEN, findings=(finding(),))


@pytest.mark.parametrize(
    ("told", "expected", "status", "why"),
    [
        (report(*CLEAN), Conclusion.CERTIFIED, 0, ""),
        (_changed(SKIPPED), Conclusion.PARTIAL, 0, "1 operation skipped"),
        (_changed(judged(succeeded=False)), Conclusion.PARTIAL, 0, "never seen to succeed"),
        (_changed(BROKEN), Conclusion.BROKEN, 1, ""),
        (_changed(BROKEN, Leaked("volume", "v")), Conclusion.BROKEN, 1, "1 leak"),
        (_changed(Leaked("volume", "v")), Conclusion.PARTIAL, 5, "1 leak"),
        (_changed(HarnessFailed(None, "", "oh")), Conclusion.PARTIAL, 5, "1 failure"),
        (_changed(judged(Verdict.ERROR)), Conclusion.PARTIAL, 5, "fault of the harness"),
        (_changed(VersionUnsupported(V27, "no")), Conclusion.PARTIAL, 0, "API 1.27 not served"),
        (_changed(filters=("--only was given",)), Conclusion.PARTIAL, 0, "--only was given"),
        (report(*CLEAN[:2], FINISHED), Conclusion.PARTIAL, 0, "3 operations never reached"),
        (report(*CLEAN[:-1]), Conclusion.PARTIAL, 5, "ended early"),
        (report(STARTED, SKIPPED, FINISHED), Conclusion.PARTIAL, 5, "nothing was judged"),
        (report(STARTED, FINISHED), Conclusion.PARTIAL, 5, "nothing was judged"),
        (
            report(*CLEAN[:-1], replace(FINISHED, interrupted=True)),
            Conclusion.PARTIAL,
            130,
            "it was interrupted",
        ),
    ],
)
def test_a_run_amounts_to_a_conclusion_with_its_reasons(told, expected, status, why):
    assert conclusion(told) is expected
    assert exit_status(told) == status
    assert why in "; ".join(gaps(told))
    assert bool(gaps(told)) is bool(why)
