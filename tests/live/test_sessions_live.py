"""Whole runs on private daemons: interrupted, repeated, through pytest, and with nobody there."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from somebody import NEEDS_DOCKERD, run, start

from harness.daemon.address import parse
from harness.daemon.managed import start_dockerd
from harness.daemon.transport import Daemon
from harness.model.call import Call
from harness.specs.places import contracts_folder

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]
FEW = ("ContainerList", "ImageTag", "NetworkCreate", "ContainerStop", "SystemVersion")
QUICK = ("--api", "1.30", "--max-examples", "2", "--no-progress")


@pytest.fixture(scope="module")
def host():
    with (
        tempfile.TemporaryDirectory(prefix="dc-") as folder,
        start_dockerd(folder=Path(folder)) as managed,
    ):
        yield managed.host


def result_of(host, seed, folder):
    """Run a few operations with a seed; return what was found, and what was said in JSON."""
    file = folder / f"{seed}-{time.monotonic_ns()}.json"
    only = [f"--only={operation}" for operation in FEW]
    arguments = ("certify", "--host", host, *QUICK, *only, "--seed", str(seed))
    status, _, err = run(*arguments, "--report", f"json={file}")
    assert status in {0, 1}, err
    return json.loads(file.read_text())


def findings_of(result):
    """Return what was found where and how often, without what differs from run to run."""
    clusters = [
        (
            *(cluster[key] for key in ("check", "pointer", "message", "count")),
            sorted((place["version"], place["operation"]) for place in cluster["places"]),
            *(cluster["example"][key] for key in ("operation", "path", "manner", "twist", "at")),
        )
        for cluster in result["clusters"]
    ]
    keys = ("version", "operation", "verdict", "calls", "succeeded", "findings", "reason")
    operations = [tuple(operation[key] for key in keys) for operation in result["operations"]]
    return clusters, operations


def left_by(folder):
    """Return the processes and folders that a run in `folder` left behind."""
    processes = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in words:
                processes.append(words)
    return processes, list(folder.iterdir())


@NEEDS_DOCKERD
def test_ctrl_c_ends_a_run_within_five_seconds_and_tells_what_was_seen(monkeypatch):
    with tempfile.TemporaryDirectory(prefix="dc-") as name:
        folder = Path(name)
        monkeypatch.setenv("TMPDIR", name)
        program = start("certify", "--engine", "dockerd", "--api", "1.30", start_new_session=True)
        try:
            _wait_until_something_is_judged(program)
            os.killpg(program.pid, signal.SIGINT)
            began = time.monotonic()
            out, err = program.communicate(timeout=30)
            seconds = time.monotonic() - began
        finally:
            program.kill()
            program.communicate()
        assert program.returncode == 130, err
        assert seconds < 5
        assert "interrupted" in out.lower()
        assert "partial" in out.lower()
        assert left_by(folder) == ([], [])


def _wait_until_something_is_judged(program):
    """Read the progress until operations were told of."""
    lines = []
    reader = threading.Thread(
        target=lambda: [lines.append(program.stderr.readline()) for _ in range(2)], daemon=True
    )
    reader.start()
    reader.join(60)
    assert len(lines) == 2, lines


@NEEDS_DOCKERD
def test_one_seed_gives_the_same_findings_and_another_runs_too(host, tmp_path):
    first, second = (findings_of(result_of(host, 1, tmp_path)) for _ in range(2))
    assert first == second
    # dockerd 20.10 answers some of these calls with a 500, so there is something to compare.
    assert first[0]
    assert len(findings_of(result_of(host, 2, tmp_path))[1]) == len(FEW)


@NEEDS_DOCKERD
def test_pytest_judges_a_daemon(host):
    arguments = ("--daemon", host, "--api", "1.30", "-k", "ContainerList", "--max-examples", "2")
    folder = str(contracts_folder())
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", folder, *arguments, "-v", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    (line,) = [
        line for line in ran.stdout.splitlines() if "test_operation[" in line and "%" in line
    ]
    assert "test_operation[1.30-ContainerList]" in line
    assert "PASSED" in line or "FAILED" in line
    assert "error" not in ran.stdout.splitlines()[-1]


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("podman") is None, reason="needs root and podman"
)
def test_podman_is_held_to_the_documents_too():
    only = ("--only=SystemVersion", "--only=SystemPing")
    status, out, err = run("certify", "--engine", "podman", *QUICK, *only)
    assert status in {0, 1}, err
    assert "1.30" in out


@pytest.fixture
def stranger():
    """Listen with something that is no daemon: it says hello and closes the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"220 mail.example ready\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture
def silent():
    """Listen and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def dead():
    """Name a port that nothing listens on any more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def gone(tmp_path):
    """Name a socket that is not there."""
    return f"unix://{tmp_path}/docker.sock"


@pytest.mark.parametrize("who", ["gone", "dead", "silent", "stranger"])
@pytest.mark.parametrize("command", [("certify", "--api", "1.30", "--no-progress"), ("clean",)])
def test_with_no_daemon_there_one_line_says_so(request, who, command):
    host = request.getfixturevalue(who)
    began = time.monotonic()
    status, out, err = run(*command, "--host", host, timeout=30)
    assert time.monotonic() - began < 8  # five seconds to find out, and the start of Python
    assert (status, out) == (4, "")
    assert len(err.strip().splitlines()) == 1, err
    assert host in err


def test_a_reading_run_makes_nothing():
    with start_dockerd() as private:
        status, out, _ = run("certify", "--host", private.host, "--tier", "read", "--api", "1.30")
        daemon = Daemon(parse(private.host))
        asked = [
            daemon.ask(Call("", "GET", target), None, deadline=10, limit=10_000).body.strip()
            for target in ("/containers/json?all=1", "/images/json", "/volumes")
        ]
        daemon.close()
    assert (status, "10 of 103 operations seen to succeed" in out) == (1, True)
    assert asked == [b"[]", b"[]", b'{"Volumes":[],"Warnings":null}']
