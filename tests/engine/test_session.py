"""How a run ends, however it comes to its end."""

import pytest

from harness.engine.session import Session
from harness.model.errors import DaemonError
from harness.model.events import RunFinished
from harness.model.settings import CertifySettings


@pytest.fixture
def told():
    return []


@pytest.fixture
def session(told, monkeypatch):
    """Make a session that tells of its steps, and has a daemon in mind only."""
    session = Session(CertifySettings(versions="1.30"), judge=None, emit=told.append)
    for step in ("open", "shrink", "clean"):
        monkeypatch.setattr(session, f"_{step}", lambda step=step: told.append(step))
    return session


def raising(told, step, error):
    def fail():
        told.append(step)
        raise error

    return fail


def test_a_run_shrinks_and_cleans_before_it_is_finished(session, told):
    with session:
        told.append("run")
    assert told[:-1] == ["open", "run", "shrink", "clean"]
    assert isinstance(told[-1], RunFinished)
    assert not told[-1].interrupted


@pytest.mark.parametrize("error", [KeyboardInterrupt, DaemonError("gone")])
def test_a_run_that_ends_before_its_time_cleans_without_shrinking(session, told, error):
    with pytest.raises((KeyboardInterrupt, DaemonError)), session:
        raise error
    assert told[:-1] == ["open", "clean"]
    assert told[-1].interrupted


def test_a_run_that_pytest_saw_interrupted_says_so(session, told):
    with session:
        session.interrupt()
    assert told[:-1] == ["open", "clean"]
    assert told[-1].interrupted


def test_what_was_made_is_removed_also_where_shrinking_is_interrupted(session, told, monkeypatch):
    monkeypatch.setattr(session, "_shrink", raising(told, "shrink", KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt), session:
        pass
    assert told[:-1] == ["open", "shrink", "clean"]
    assert isinstance(told[-1], RunFinished)


def test_a_run_that_does_not_begin_ends_nothing(session, told, monkeypatch):
    monkeypatch.setattr(session, "_open", raising(told, "open", DaemonError("gone")))
    with pytest.raises(DaemonError), session:
        told.append("run")
    assert told == ["open"]
