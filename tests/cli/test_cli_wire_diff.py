"""Two versions are held against each other on a daemon, from the command line."""

import pytest

from contracts.scenarios import stories
from harness.cli.main import run
from harness.fake import FakeDaemon

GATES = tuple(story for story in stories() if story.name == "gates/a-wait-has-conditions")


@pytest.fixture(autouse=True)
def few_stories(monkeypatch):
    monkeypatch.setattr("harness.cli.wire_diffs.stories", lambda: GATES)


def told(capfd, *words):
    """Return the exit status, and what went to stdout and stderr."""
    status = run(["diff", *words])
    out, err = capfd.readouterr()
    return status, out, err


def test_a_daemon_is_asked_at_both_versions(capfd):
    status, out, err = told(capfd, "1.29", "1.30", "--engine", "fake", "--only", "ContainerWait")
    assert status == 0
    assert "(asked by this run)" in out
    assert "query/condition: added (string) · announced 1.30/8.1 · seen" in out
    assert err == ""


def test_a_version_differs_in_nothing_from_itself(capfd):
    status, out, _ = told(capfd, "1.30", "1.30", "--engine", "fake")
    assert status == 0
    assert "No differences." in out


def test_recordings_of_two_versions_tell_the_same(capfd, tmp_path):
    both = tmp_path / "both.ndjson"
    words = ("--engine", "fake", "--only", "ContainerWait", "--report", f"ndjson={both}")
    _, live, _ = told(capfd, "1.29", "1.30", *words)
    old, new = tmp_path / "old.ndjson", tmp_path / "new.ndjson"
    header, *lines = both.read_text(encoding="utf-8").splitlines(keepends=True)
    for path, version in ((old, "1.29"), (new, "1.30")):
        mine = [line for line in lines if f'"version":"{version}"' in line]
        path.write_text("".join([header, *mine]), encoding="utf-8")
    status, out, _ = told(capfd, str(old), str(new), "--only", "ContainerWait")
    assert status == 0
    assert [line for line in out.splitlines() if "query/condition" in line] == [
        line for line in live.splitlines() if "query/condition" in line
    ]


def test_a_version_that_the_daemon_does_not_serve_is_named(capfd):
    with FakeDaemon(api_max="1.29", images=["busybox:latest"]) as daemon:
        status, out, err = told(capfd, "1.29", "1.30", "--host", daemon.host)
    assert (status, out) == (2, "")
    assert err.startswith("docker-contract: the daemon does not serve API 1.30: ")
    assert err.count("\n") == 1


def test_calls_can_be_made_up_too(capfd):
    words = ("--engine", "fake", "--only", "SystemPing", "--max-examples", "1")
    status, out, _ = told(capfd, "1.23", "1.24", *words)
    assert status == 0
    assert "GET /_ping" in out


def test_a_recording_holds_scenarios_alone(capfd, tmp_path):
    recording = f"ndjson={tmp_path / 'a'}"
    words = ("--engine", "fake", "--max-examples", "1", "--report", recording)
    status, _, err = told(capfd, "1.29", "1.30", *words)
    assert status == 2
    assert "leave out --max-examples" in err
