"""The pytest session that runs inside the program."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import canned_session
import pytest
from canned_session import FINISHED, KEPT, STARTED, VERSION

from harness.cli import certify
from harness.cli.destinations import Destination
from harness.cli.session import run_session
from harness.model.call import Call, Exchange, Reply
from harness.model.errors import DaemonError, HarnessError, SpecError, UsageError
from harness.model.events import Leaked, OperationStarted
from harness.model.judgement import Complaint, Finding, Severity, Verdict
from harness.model.settings import CertifySettings, FailOn
from harness.model.tables import KnownFault
from harness.specs.known import known_faults

HERE = Path(__file__).parent

TESTS = """
import pytest
@pytest.mark.parametrize("number", range(3))
def test_operation(call, number):
    call(number)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a folder of one contract; be in one whose pytest configuration is hostile."""
    (tmp_path / "contracts").mkdir()
    # Python keeps modules by name, so each test needs a name of its own.
    (tmp_path / "contracts" / f"test_{tmp_path.name}.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--more-nonsense")
    return tmp_path / "contracts"


def run(folder, image="", session=run_session):
    events = []
    settings = CertifySettings(image=image)
    try:
        session(settings, events.append, folder=folder, plugin=canned_session.__name__)
    except HarnessError as error:
        return events, error
    return events, None


@pytest.mark.parametrize("image", ["", "broken"])
def test_the_events_of_a_session_arrive(folder, capfd, image):
    events, error = run(folder, image)
    assert events == [STARTED, KEPT, FINISHED]
    assert error is None
    assert "test session starts" not in capfd.readouterr().out
    assert os.environ["PYTEST_ADDOPTS"] == "--more-nonsense"


@pytest.mark.parametrize(
    ("image", "expected", "events"),
    [
        ("dead at the start", DaemonError("unix:///d: nobody answers"), []),
        ("dead when reached", DaemonError("unix:///d: nobody answers"), []),
        ("dies", DaemonError("unix:///d: died"), [STARTED, KEPT, FINISHED]),
        ("wrong document", SpecError("v1.30.yaml#/paths: should be an object"), []),
        ("bug at the start", HarnessError("the session failed: ZeroDivisionError: a bug"), []),
    ],
)
def test_what_ends_a_session_is_told(folder, capfd, image, expected, events):
    seen, error = run(folder, image)
    assert type(error) is type(expected)
    assert str(error) == str(expected)
    assert seen == events
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_contract_that_cannot_be_read_is_a_failure_of_the_harness(folder):
    (folder / "test_unreadable.py").write_text("import nonsense_that_is_not_there")
    events, error = run(folder)
    assert events == []
    assert "nonsense_that_is_not_there" in str(error)
    assert "\n" not in str(error)


def canned(*events, error=None):
    def session(settings, sink):
        for event in events:
            sink(event)
        if error:
            raise error

    return session


def broken():
    call = Call("ContainerList", "GET", "/containers/json")
    finding = Finding(
        "status-documented",
        Severity.ERROR,
        "ContainerList",
        Complaint("", "answered 418"),
        Exchange(VERSION, call, Reply(418)),
    )
    return replace(KEPT, verdict=Verdict.BROKEN, findings=(finding,))


@pytest.mark.parametrize(
    ("events", "status", "closing"),
    [
        ((STARTED, KEPT, FINISHED), 0, "CERTIFIED"),
        ((STARTED, broken(), FINISHED), 1, "BROKEN"),
        ((STARTED, KEPT, Leaked("volume", "v"), FINISHED), 5, "PARTIAL"),
        ((STARTED, KEPT, replace(FINISHED, interrupted=True)), 130, "PARTIAL"),
    ],
)
def test_the_exit_status_tells_what_came_of_it(capsys, events, status, closing):
    settings = CertifySettings()
    assert certify.hold(settings, (), silent=True, session=canned(*events)) == status
    output = capsys.readouterr()
    assert f"\n{closing}: " in output.out
    assert output.err == ""


@pytest.mark.parametrize(
    ("fail_on", "known", "more", "status"),
    [
        (FailOn.BROKEN, True, (), 1),
        (FailOn.BROKEN, False, (), 1),
        (FailOn.UNEXPLAINED, False, (), 1),
        (FailOn.UNEXPLAINED, True, (), 0),
        (FailOn.UNEXPLAINED, True, (Leaked("volume", "v"),), 5),
    ],
)
def test_known_faults_pass_where_only_unexplained_ones_are_to_fail(  # noqa: PLR0913, PLR0917 - a row
    capsys, monkeypatch, fail_on, known, more, status
):
    fault = KnownFault("teapot", "a daemon", "status-documented", ("ContainerList",), "It is one.")
    monkeypatch.setattr(certify, "known_faults", lambda: (fault,) if known else ())
    session = canned(STARTED, broken(), *more, FINISHED)
    settings = CertifySettings()
    assert certify.hold(settings, (), silent=True, session=session, fail_on=fail_on) == status
    shown = capsys.readouterr().out
    assert ("1 fault: 1 known, 0 unexplained" in shown) is known
    assert "BROKEN" in shown


def test_a_wrong_table_of_known_faults_ends_a_run_before_it_begins(monkeypatch, tmp_path):
    (tmp_path / "x.yaml").write_text("daemon: x")
    monkeypatch.setattr(certify, "known_faults", lambda: known_faults(tmp_path))
    seen = []
    with pytest.raises(SpecError, match="faults is missing"):
        certify.hold(CertifySettings(), (), silent=True, session=lambda *given: seen.append(given))
    assert seen == []


def test_a_filtered_run_certifies_nothing(capsys):
    settings = CertifySettings(only=("ContainerList",))
    session = canned(STARTED, KEPT, FINISHED)
    assert certify.hold(settings, (), silent=True, session=session) == 0
    assert "--only left operations out" in capsys.readouterr().out


def test_what_was_found_is_shown_before_the_error_that_ended_it(capsys, tmp_path):
    session = canned(STARTED, broken(), error=DaemonError("died"))
    file = Destination("junit", tmp_path / "out.xml")
    with pytest.raises(DaemonError, match="died"):
        certify.hold(CertifySettings(), (file,), silent=True, session=session)
    assert "  it ended early" in capsys.readouterr().out
    assert "the run was stopped before its end" in file.path.read_text()


@pytest.mark.parametrize("error", [None, DaemonError("nobody answers")])
def test_a_run_that_never_began_shows_no_report(capsys, error):
    with pytest.raises(HarnessError, match="nobody answers" if error else "before the run began"):
        certify.hold(CertifySettings(), (), silent=True, session=canned(error=error))
    assert capsys.readouterr().out == ""


def test_progress_goes_to_stderr_in_plain_lines(capsys):
    session = canned(STARTED, KEPT, FINISHED)
    certify.hold(CertifySettings(), (), silent=False, session=session)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "judging a daemon at unix:///d: API 1.30, 1 operation, tier scoped, seed 7",
    ]


def test_files_are_written(tmp_path):
    files = [Destination(kind, tmp_path / kind) for kind in ("json", "junit", "ndjson")]
    certify.hold(CertifySettings(), files, silent=True, session=canned(STARTED, KEPT, FINISHED))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["json", "junit"]


def test_a_file_that_fails_keeps_neither_the_result_nor_the_others_back(tmp_path, capsys):
    files = [Destination("json", tmp_path / "gone" / "a"), Destination("junit", tmp_path / "b")]
    with pytest.raises(UsageError, match="cannot be written"):
        certify.hold(CertifySettings(), files, silent=True, session=canned(STARTED, KEPT, FINISHED))
    assert "CERTIFIED" in capsys.readouterr().out
    assert files[1].path.read_text().startswith("<?xml")


def test_ctrl_c_in_a_session_shows_the_partial_result(folder, capsys):
    session = partial(run_session, folder=folder, plugin=canned_session.__name__)
    began = time.monotonic()
    settings = CertifySettings(image="ctrl-c")
    assert certify.hold(settings, (), silent=False, session=session) == 130
    output = capsys.readouterr()
    assert time.monotonic() - began < 5
    assert "  it was interrupted\n" in output.out
    assert "press Ctrl-C again" in output.err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_ctrl_c_that_got_lost_ends_the_run_at_its_next_call(capsys):
    told = []

    def session(settings, sink):
        sink(STARTED)
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        for _ in range(3):
            told.append("an operation")
            sink(OperationStarted(VERSION, "ContainerList"))

    assert certify.hold(CertifySettings(), (), silent=True, session=session) == 130
    assert told == ["an operation"]
    assert "  it was interrupted\n" in capsys.readouterr().out


STUBBORN = """
import sys, time
from canned_session import STARTED, KEPT
from harness.cli.certify import hold
from harness.model.settings import CertifySettings, FailOn

def session(settings, sink):
    sink(STARTED)
    sink(KEPT)
    while True:
        try:
            print("ready", flush=True)
            time.sleep(30)
        except KeyboardInterrupt:
            pass

sys.exit(hold(CertifySettings(), (), silent=True, session=session))
"""


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_the_second_signal_ends_at_once(number, status):
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        for _ in range(2):
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
        _, told = process.communicate(timeout=20)
    assert process.returncode == status
    assert "docker-contract clean" in told
    assert "Traceback" not in told
