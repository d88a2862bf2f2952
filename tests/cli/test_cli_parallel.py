"""A run in several processes looks like one in one."""

from pathlib import Path

import parted_sessions
import pytest

from harness.cli import parallel
from harness.model.errors import DaemonError, HarnessError
from harness.model.events import OperationJudged, RunFinished, RunStarted
from harness.model.settings import CertifySettings
from harness.specs.library import versions

FAKE = CertifySettings(engine="fake")


def events_of(settings, jobs):
    seen = []
    parallel.run_parallel(settings, seen.append, jobs=jobs, session=parted_sessions.session)
    return seen


@pytest.mark.parametrize("image", ["", "slow at the start"])
def test_the_events_are_those_of_one_run(image):
    seen = events_of(CertifySettings(engine="fake", image=image), 2)
    started, *judged, finished = seen
    assert isinstance(started, RunStarted)
    assert started.versions == versions()
    assert started.operations == len(versions())
    assert {event.version for event in judged if isinstance(event, OperationJudged)} == set(
        versions()
    )
    assert len(judged) == len(versions())
    assert isinstance(finished, RunFinished)
    assert finished.calls == 5 * len(versions())
    assert finished.waiting == 2.0
    assert not finished.interrupted


def test_one_process_is_this_one():
    # A local function could not be sent to another.
    seen = []
    parallel.run_parallel(
        CertifySettings(engine="fake", versions="1.30"),
        seen.append,
        jobs=3,
        session=lambda _settings, emit: emit("here"),
    )
    assert seen == ["here"]


def test_the_error_of_a_part_is_that_of_the_run_after_all_others_have_ended():
    seen = []
    settings = CertifySettings(engine="fake", image="dead at the start")
    with pytest.raises(DaemonError, match="nobody answers"):
        parallel.run_parallel(settings, seen.append, jobs=2, session=parted_sessions.session)


def test_a_part_that_is_killed_is_told():
    seen = []
    settings = CertifySettings(engine="fake", image="killed")
    with pytest.raises(HarnessError, match="died without a word"):
        parallel.run_parallel(settings, seen.append, jobs=2, session=parted_sessions.session)
    assert sum(isinstance(event, OperationJudged) for event in seen) == len(versions())


def test_an_interrupt_ends_all_parts_and_keeps_what_they_said():
    seen = []

    def take(event):
        seen.append(event)
        if isinstance(event, OperationJudged) and len(seen) > len(versions()):
            raise KeyboardInterrupt

    settings = CertifySettings(engine="fake", image="endless")
    with pytest.raises(KeyboardInterrupt):
        parallel.run_parallel(settings, take, jobs=2, session=parted_sessions.session)
    assert isinstance(seen[-1], RunFinished)
    assert seen[-1].interrupted
    assert seen[-1].calls == 2  # one of each part


@pytest.mark.parametrize("jobs", [1, 2, 3, 5, 16])
def test_parts_are_neighbours_and_hold_every_version_once(jobs):
    parts = [part.split(",") for part in parallel._parts(FAKE, jobs)]  # noqa: SLF001 - no process
    assert len(parts) == jobs
    assert [text for part in parts for text in part] == [str(version) for version in versions()]


def test_parts_have_about_as_much_to_do():
    sizes = [
        sum(Path("specs", f"v{text}.yaml").stat().st_size for text in part.split(","))
        for part in parallel._parts(FAKE, 2)  # noqa: SLF001 - no process
    ]
    assert max(sizes) < 1.2 * min(sizes)


@pytest.mark.parametrize(
    ("settings", "asked_for", "jobs"),
    [
        (FAKE, 0, 3),
        (FAKE, 1, 1),
        (FAKE, 2, 2),
        (FAKE, 99, 16),
        (CertifySettings(engine="fake", versions="1.30"), 0, 1),
        (CertifySettings(engine="fake", versions="1.30"), 5, 1),
        (CertifySettings(engine="fake", versions="1.26..1.33"), 0, 2),
        (CertifySettings(engine="dockerd"), 0, 1),
        (CertifySettings(engine="dockerd"), 2, 2),
        (CertifySettings(), 2, 1),
        (CertifySettings(engine="fake", only=("SystemPing",)), 2, 1),
        (CertifySettings(engine="fake", recording=Path("x")), 2, 1),
        (CertifySettings(engine="fake", spec_file=Path("x")), 2, 1),
    ],
)
def test_a_run_is_parted_where_it_can_be_and_where_that_pays(
    monkeypatch, settings, asked_for, jobs
):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
    assert parallel.jobs_of(settings, asked_for) == jobs
