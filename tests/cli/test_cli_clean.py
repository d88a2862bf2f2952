"""What runs left is removed on demand."""

import sys
from types import SimpleNamespace

import pytest

from harness.cli import main
from harness.model.errors import DaemonError
from harness.model.settings import CertifySettings

VOLUME = SimpleNamespace(kind="volume", id="contract-3fa2-\x1bv")


@pytest.fixture
def left(monkeypatch):
    """Stand in for what removes things; return the settings it was called with."""
    asked = []
    left = SimpleNamespace(folders=[], resources=(), asked=asked, error=None)

    def clean(settings):
        asked.append(settings)
        if left.error:
            raise left.error
        return left.resources

    monkeypatch.setitem(sys.modules, "harness.engine.session", SimpleNamespace(clean=clean))
    monkeypatch.setattr("harness.daemon.managed_folder.clean_stale", lambda: left.folders)
    return left


def test_a_clean_daemon_is_told_so(left, capsys):
    assert main.run(["clean"]) == 0
    assert capsys.readouterr().out == "nothing was left behind\n"
    assert left.asked == [CertifySettings()]


def test_what_was_removed_is_listed(left, capsys):
    left.folders, left.resources = ["/tmp/contract-1"], (VOLUME,)
    assert main.run(["clean", "--host", "unix:///d"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "removed private daemon in /tmp/contract-1",
        "removed volume contract-3fa2-\\x1bv",
    ]
    assert left.asked == [CertifySettings(host="unix:///d")]


def test_with_an_engine_no_daemon_is_asked(left, capsys):
    left.folders = ["/tmp/contract-1"]
    assert main.run(["clean", "--engine", "dockerd"]) == 0
    assert capsys.readouterr().out == "removed private daemon in /tmp/contract-1\n"
    assert left.asked == []


def test_private_daemons_are_told_of_although_the_other_cannot_be_reached(left, capsys):
    left.folders, left.error = ["/tmp/contract-1"], DaemonError("nobody answers")
    assert main.run(["clean"]) == 4
    output = capsys.readouterr()
    assert output.out == "removed private daemon in /tmp/contract-1\n"
    assert output.err == "docker-contract: nobody answers\n"


def test_a_wrong_command_line_removes_nothing(left, capsys):
    left.folders = ["/tmp/contract-1"]
    assert main.run(["clean", "--engine", "moby"]) == 2
    assert capsys.readouterr().out == ""
