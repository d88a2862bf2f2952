"""`docker-contract compare`: its options, both of its runs, and what it ends with."""

import json
import os
import signal
import time

import pytest

from harness.cli import main
from harness.cli.compare import hold
from harness.cli.destinations import Destination
from harness.cli.paired_run import curl_of, form_of
from harness.model.call import Call, Exchange, Reply
from harness.model.errors import DaemonError, HarnessError, UsageError
from harness.model.events import CallJudged, OperationJudged, RunFinished, RunStarted
from harness.model.judgement import Judged, Verdict
from harness.model.settings import CertifySettings
from harness.model.tables import Tier
from harness.model.version import ApiVersion
from harness.report.side import Place

V = ApiVersion(1, 30)
LEFT, RIGHT = CertifySettings(engine="fake"), CertifySettings(host="unix:///d")
JSON = (("content-type", "application/json"),)


def called(status=200, body=b"{}", operation="SystemInfo", **call):
    made = Call(operation, "GET", "/info", **call)
    judged = Judged(Exchange(V, made, Reply(status, JSON, body)), Verdict.VACUOUS)
    return CallJudged(V, operation, judged, call=made)


def answering(**events):
    """Return what stands in for the runs: the events, or the error, of each side by its name."""

    def run(settings, emit):
        told = events[settings.engine or "host"]
        if isinstance(told, HarnessError):
            raise told
        emit(RunStarted("3fa2", f"{settings.engine} 1.0", "unix:///d", (V,), 1, 1, "scoped"))
        for event in told:
            if isinstance(event, Exception):
                raise event
            emit(event)
        emit(OperationJudged(V, "SystemInfo", (), Verdict.VACUOUS, 1, succeeded=True))
        emit(RunFinished())

    return run


@pytest.fixture
def settings_of(monkeypatch):
    """Run the program up to where it would start a session; return the settings of both sides."""
    seen = []

    def fake(left, right, files, *, silent):
        seen.append((left, right, tuple(files), silent))
        return 0

    monkeypatch.setattr("harness.cli.compare.hold", fake)

    def run(*arguments, left="fake", right="dockerd"):
        assert main.run(["compare", "--left", left, "--right", right, *arguments]) == 0
        return seen[-1]

    return run


def test_engines_and_addresses_are_told_apart(settings_of):
    left, right, *_ = settings_of(left="podman", right="unix:///d.sock")
    assert (left.engine, left.host) == ("podman", "")
    assert (right.engine, right.host) == ("", "unix:///d.sock")


@pytest.mark.parametrize(
    ("arguments", "sides", "tier"),
    [
        ((), {}, Tier.DISRUPTIVE),
        ((), {"left": "tcp://localhost:1"}, Tier.SCOPED),
        ((), {"right": "tcp://localhost:1"}, Tier.SCOPED),
        (("--tier", "read"), {}, Tier.READ),
    ],
)
def test_only_private_daemons_are_disturbed_unasked(settings_of, arguments, sides, tier):
    left, right, *_ = settings_of(*arguments, **sides)
    assert left.tier is right.tier is tier


def test_both_sides_get_the_same_calls(settings_of):
    arguments = ["--api", "1.25, 1.30", "--seed", "7", "--max-examples", "3", "--only", "Volume*"]
    left, right, *_ = settings_of(*arguments)
    for side in (left, right):
        asked = (side.versions, side.seed, side.examples, side.only)
        assert asked == ("1.25,1.30", 7, 3, ("Volume*",))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--left", "fake"), "--right"),
        (("--left", "moby", "--right", "fake"), "--left 'moby' is neither an engine (fake, "),
        (("--left", "fake", "--right", "ssh://x"), "--right 'ssh://x' is neither an engine"),
        (("--left", "fake", "--right", "fake", "--api", "1.x"), "--api: '1.x' is not an API"),
        (("--left", "fake", "--right", "fake", "--report", "junit=x"), "formats: json"),
        (("--left", "fake", "--right", "fake", "--report", "json=/no/x"), "cannot be written"),
    ],
)
def test_a_wrong_command_line_is_refused(capsys, arguments, line):
    assert main.run(["compare", *arguments]) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("right", "status", "told"),
    [
        (called(), 0, "ALIKE: no difference"),
        (called(404, b'{"message":"no"}'), 1, "404: no"),
        (called(body=b'{"Name":"n"}'), 1, "shape at /Name"),
        (called(body=b'{"name":"n"}'), 0, "ALIKE"),
        (called(500, b'{"message":"page 12"}'), 1, "500: page N"),
    ],
)
def test_replies_are_compared_by_the_document(capsys, right, status, told):
    run = answering(fake=[called()], host=[right])
    assert hold(LEFT, RIGHT, silent=True, run=run) == status
    assert told in capsys.readouterr().out


def test_a_report_is_written(tmp_path, capsys):
    file = Destination("json", tmp_path / "out.json")
    run = answering(fake=[called()], host=[called(404)])
    assert hold(LEFT, RIGHT, [file], silent=True, run=run) == 1
    (difference,) = json.loads(file.path.read_text())["differences"]
    assert difference["example"]["curl"].endswith("http://localhost/v1.30/info")


def test_a_report_that_cannot_be_written_takes_nothing_from_the_screen(tmp_path, capsys):
    file = Destination("json", tmp_path / "gone" / "out.json")
    run = answering(fake=[called()], host=[called()])
    with pytest.raises(UsageError, match="cannot be written"):
        hold(LEFT, RIGHT, [file], silent=True, run=run)
    assert "ALIKE" in capsys.readouterr().out


def test_progress_goes_to_stderr(capsys):
    run = answering(fake=[called()], host=[called()])
    hold(LEFT, RIGHT, silent=False, run=run)
    output = capsys.readouterr()
    assert output.err.count("judging") == 2
    assert "judging" not in output.out


def test_what_was_found_until_a_daemon_died_is_shown(capsys):
    died = DaemonError("unix:///d: died")
    run = answering(fake=[called(), called(number=1)], host=[called(404), died])
    with pytest.raises(DaemonError, match="died"):
        hold(LEFT, RIGHT, silent=True, run=run)
    told = capsys.readouterr().out
    assert "1 unexplained difference" in told
    assert "did not come to its end" in told


@pytest.mark.parametrize("side", ["fake", "host"])
def test_a_daemon_that_is_not_there_ends_it_at_once(capsys, side):
    absent = DaemonError("nobody answers")
    run = answering(**{"fake": [called()], "host": [called()], side: absent})
    with pytest.raises(DaemonError, match="nobody answers"):
        hold(LEFT, RIGHT, silent=True, run=run)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("stopped", ["fake", ""])
def test_a_signal_ends_both_runs(capsys, number, status, stopped):
    seen = []

    def run(settings, emit):
        seen.append(settings.engine)
        answering(fake=[called()], host=[called()])(settings, emit)
        if settings.engine == stopped:
            os.kill(os.getpid(), number)
            time.sleep(10)

    assert hold(LEFT, RIGHT, silent=True, run=run) == status
    assert seen == (["fake"] if stopped else ["fake", ""])
    assert "stopping" in capsys.readouterr().err


def test_a_stream_is_read_as_the_recipe_says():
    frames = bytes([1, 0, 0, 0, 0, 0, 0, 1]) + b"x"
    assert form_of(called(body=frames, operation="ContainerLogs")).shape == {"": {"frames of 1"}}


@pytest.mark.parametrize(
    ("operation", "call", "words"),
    [
        (
            "VolumeInspect",
            Call("", "GET", "/volumes/{name}", path_parameters=(("name", "{{volume.plain}}"),)),
            ['"$volume_plain"'],
        ),
        ("ContainerAttach", Call("", "POST", "/x"), ["Upgrade: tcp"]),
        ("ContainerAttachWebsocket", Call("", "GET", "/x"), ["Upgrade: websocket"]),
    ],
)
def test_a_call_can_be_made_by_hand(operation, call, words):
    line = curl_of(Place(V, operation, 0, 0), call)
    assert line.startswith("curl -i --unix-socket /var/run/docker.sock ")
    assert all(word in line for word in words)
