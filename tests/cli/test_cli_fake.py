"""`docker-contract fake`: where it listens, what it prints, how it ends."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from harness.cli import main, options
from harness.model.errors import UsageError
from harness.model.settings import CertifySettings, TlsFiles

PROGRAM = [sys.executable, "-c", "from harness.cli.main import main; main()", "fake"]
ASK = (
    "import os, socket; s = socket.socket(socket.AF_UNIX); "
    "s.connect(os.environ['DOCKER_HOST'].removeprefix('unix://')); "
    "s.sendall(b'GET /version HTTP/1.0\\r\\n\\r\\n'); print(s.makefile().read()); "
    "raise SystemExit(7)"
)


@contextmanager
def serving(*words):
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(tmp_path, number):
    path = tmp_path / "docker.sock"
    with serving("--host", f"unix://{path}") as process:
        assert process.stdout.readline() == f"DOCKER_HOST=unix://{path}\n"
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
        process.send_signal(number)
        assert process.wait(10) == 0
        assert not path.exists()


def test_a_port_that_is_free_is_told():
    with serving("--host", "tcp://127.0.0.1:0") as process:
        name, _, address = process.stdout.readline().strip().partition("=tcp://")
        assert name == "DOCKER_HOST"
        host, _, port = address.partition(":")
        socket.create_connection((host, int(port)), timeout=5).close()


def test_a_command_runs_with_the_fake_and_gives_its_exit_status(capfd):
    assert main.run(["fake", "--api", "1.24", sys.executable, "-c", ASK]) == 7
    assert '"ApiVersion":"1.24"' in capfd.readouterr().out
    assert "DOCKER_HOST" not in os.environ or "fake" not in os.environ["DOCKER_HOST"]


def test_flags_of_the_command_are_its_own(capfd):
    words = [sys.executable, "-c", "import sys; print(sys.argv[1:])", "--api", "--image"]
    assert main.run(["fake", *words]) == 0
    assert capfd.readouterr().out == "['--api', '--image']\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--api-max", "1.40"], "the fake serves API 1.18 to 1.33, not 1.40"),
        (["--api-min", "1.17"], "the fake serves API 1.18 to 1.33, not 1.17"),
        (["--api-min", "x"], "'x' is not an API version; write it like 1.30"),
        (["--api-min", "1.30", "--api-max", "1.24"], "at least 1.30 and at most 1.24"),
        (["--api", "1.24", "--api-max", "1.30"], "leave out --api-min and --api-max, or --api"),
        (["--host", "npipe://x"], "is no address to listen on"),
        (["--host", "tcp://127.0.0.1"], "has no port; 0 is any that is free"),
        (["--host", "tcp://127.0.0.1:70000"], "has no port; 0 is any that is free"),
        (["--host", "unix:///nowhere/x.sock"], "cannot listen there: No such file or directory"),
        (["--host", "unix://" + "/x" * 100], "cannot listen there"),
        (
            ["--tlscert", "/nowhere", "--host", "tcp://127.0.0.1:0"],
            "--tlscert and --tlskey together",
        ),
        (
            ["--tlscert", "/nowhere", "--tlskey", "/x", "--host", "tcp://127.0.0.1:0"],
            "not a usable certificate: No such file or directory",
        ),
        (["no-such-program-here"], "no-such-program-here: there is no such program"),
        (["--image", "BAD IMAGE", "true"], "BAD IMAGE"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(capfd, words, told):
    assert main.run(["fake", *words]) == 2
    error = capfd.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_socket_that_somebody_listens_at_is_not_taken(tmp_path, capfd):
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as owner:
        owner.bind(str(path))
        owner.listen()
        assert main.run(["fake", "--host", f"unix://{path}", "true"]) == 2
    assert "something listens there already" in capfd.readouterr().err
    assert path.exists()


def test_a_socket_that_nobody_listens_at_any_more_is_used(tmp_path, capfd):
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    assert main.run(["fake", "--host", f"unix://{path}", "true"]) == 0
    assert capfd.readouterr().err == ""


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Give a home without a docker configuration, and no daemon at the default socket."""
    monkeypatch.setattr("harness.daemon.address.DEFAULT_SOCKET_PATH", tmp_path / "none")
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path)}


@pytest.mark.parametrize(
    ("settings", "env", "engine"),
    [
        (CertifySettings(), {}, "fake"),
        (CertifySettings(), {"DOCKER_CONTEXT": "default"}, "fake"),
        (CertifySettings(), {"DOCKER_HOST": "tcp://127.0.0.1:1"}, ""),
        (CertifySettings(), {"DOCKER_CONTEXT": "other"}, ""),
        (CertifySettings(host="unix:///x"), {}, ""),
        (CertifySettings(context="other"), {}, ""),
        (CertifySettings(tls=TlsFiles(verify=True)), {}, ""),
        (CertifySettings(engine="podman"), {}, "podman"),
    ],
)
def test_the_fake_is_certified_where_no_daemon_is_named(nowhere, settings, env, engine):
    assert options.or_fake(settings, {**nowhere, **env}).engine == engine


def test_a_daemon_at_the_default_socket_counts_as_named(nowhere, tmp_path):
    (tmp_path / "none").touch()
    assert options.or_fake(CertifySettings(), nowhere).engine == ""


def test_a_broken_docker_configuration_is_told(nowhere, tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UsageError, match="is not JSON"):
        options.or_fake(CertifySettings(), nowhere)
