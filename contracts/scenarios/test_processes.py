"""Processes of containers: what they write, how they end, and commands that join them."""

from contracts.scenarios.making import JSON, TEXT, created, ended, finished, own, started, stopped
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED

# The two streams are read apart, so that their order would be chance without the pauses.
_TALK = "echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three"


def test_a_container_has_written(engine: Stage) -> None:
    """The log of a container that has ended is read in whole, in part, and by time."""
    name = ended(engine, "talking", "sh", "-c", _TALK)
    now = engine.now()
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True)
    engine.call("ContainerLogs", at=name, stdout=True)
    engine.call("ContainerLogs", at=name, stdout=False, stderr=True)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, follow=True)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, timestamps=True)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, details=True)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, tail=1)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, tail="all", since=0)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, tail="some")
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, since=now)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, since="yesterday")
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True, until=1)
    engine.call("ContainerLogs", at=name)
    engine.call("ContainerAttach", at=name, logs=True, stdout=True, stderr=True)
    engine.call("ContainerAttach", at=name, stream=True, stdout=True, upgrade=True)
    engine.call("ContainerAttachWebsocket", at=name, logs=True, stdout=True, stderr=True)


def test_a_log_is_not_kept(engine: Stage) -> None:
    """A container that keeps no log has none to read."""
    log: Json = {"Type": "none", "Config": {}}
    name = created(engine, "silent", "echo", "one", host={"LogConfig": log})
    engine.call("ContainerLogs", at=name, stdout=True)
    engine.call("ContainerInspect", at=name)


def test_a_terminal_is_written_to(engine: Stage) -> None:
    """What goes through a terminal comes as it is, in no frames, and has a size."""
    name = created(
        engine,
        "terminal",
        *("sh", "-c", "echo one; exec sleep 60"),
        Tty=True,
        OpenStdin=True,
        AttachStdin=True,
        AttachStdout=True,
        StdinOnce=True,
        host={"ConsoleSize": [24, 80]},
    )
    engine.call("ContainerResize", at=name, h=30, w=90)
    engine.call("ContainerStart", at=name)
    engine.pause(0.3)
    engine.call("ContainerResize", at=name, h=30, w=90)
    engine.call("ContainerResize", at=name, h=30)
    engine.call("ContainerLogs", at=name, stdout=True, stderr=True)
    engine.call("ContainerAttach", at=name, logs=True, stdout=True)
    engine.call(
        "ContainerAttach", at=name, stream=True, stdin=True, stdout=True, upgrade=True, logs=True
    )
    engine.call("ContainerAttachWebsocket", at=name, logs=True, stdout=True)
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("ContainerResize", at=name, h=30, w=90)


def test_a_running_container_is_joined(engine: Stage) -> None:
    """What a container writes is followed, through the reply or a stream that takes its place."""
    name = started(engine, "followed", "sh", "-c", "echo one; exec sleep 60", OpenStdin=True)
    engine.pause(0.3)
    engine.call("ContainerLogs", at=name, stdout=True, follow=True)
    engine.call("ContainerAttach", at=name, logs=True, stdout=True, stderr=True)
    engine.call("ContainerAttach", at=name, logs=True, stream=True, stdout=True, stderr=True)
    engine.call("ContainerAttach", at=name, logs=True, stream=True, stdout=True, upgrade=True)
    keys = "ctrl-x,ctrl-y"
    engine.call("ContainerAttach", at=name, stream=True, stdin=True, detachKeys=keys, upgrade=True)
    engine.call("ContainerAttach", at=name, stream=True, stdout=True, detachKeys="no keys")
    engine.call("ContainerAttach", at=name)
    engine.call(
        "ContainerAttachWebsocket",
        at=name,
        logs=True,
        stream=True,
        stdin=True,
        stdout=True,
        stderr=True,
    )
    engine.call("ContainerAttachWebsocket", at=name, logs=True, stdout=True, detachKeys="ctrl-x")
    engine.call("ContainerAttachWebsocket", at=name, logs=True, detachKeys="no keys")
    engine.call("ContainerPause", at=name)
    engine.call("ContainerAttach", at=name, stream=True, stdout=True)
    engine.call("ContainerUnpause", at=name)
    engine.call("ContainerKill", at=name)


def test_an_end_is_waited_for(engine: Stage) -> None:
    """The wait for a container that runs is long; for one that has ended, it is none."""
    name = started(engine, "waited-for", "sh", "-c", "sleep 1; exit 3")
    engine.call("ContainerWait", at=name)
    stopped(engine, name)
    engine.call("ContainerWait", at=name)
    engine.call("ContainerWait", at=name, condition="not-running")
    engine.call("ContainerWait", at=name, condition="next-exit")
    engine.call("ContainerWait", at=name, condition="removed")
    engine.call("ContainerWait", at=name, condition="sometime")
    new = created(engine, "new", "true")
    engine.call("ContainerWait", at=new)


def test_processes_and_their_use_are_told(engine: Stage) -> None:
    """Processes of a container are listed, and what they and its networks use is measured."""
    name = created(engine, "busy", host={"NetworkMode": "default"})
    engine.call("ContainerTop", at=name)
    engine.call("ContainerStats", at=name, stream=False)
    engine.call("ContainerStart", at=name)
    engine.call("ContainerTop", at=name)
    engine.call("ContainerTop", at=name, ps_args="-o pid,args")
    engine.call("ContainerTop", at=name, ps_args="aux")
    engine.call("ContainerTop", at=name, ps_args="--nothing")
    engine.call("ContainerStats", at=name, stream=False)
    engine.call("ContainerStats", at=name, stream=True)
    engine.call("ContainerPause", at=name)
    engine.call("ContainerTop", at=name)
    engine.call("ContainerUnpause", at=name)
    engine.call("ContainerKill", at=name)


def test_a_command_is_run_in_a_container(engine: Stage) -> None:
    """A command joins a container with its own user, variables and streams, and ends by itself."""
    name = started(engine, "host")
    ends: dict[str, Json] = {"AttachStdout": True, "AttachStderr": True}
    command: dict[str, Json] = {"Cmd": ["sh", "-c", "echo one; sleep 0.1; echo two >&2; exit 3"]}
    made = engine.call("ContainerExec", {**command, **ends}, at=name).text("/Id")
    engine.call("ExecInspect", at=made)
    engine.call("ExecStart", {"Detach": False, "Tty": False}, at=made)
    finished(engine, made)
    engine.call("ExecInspect", at=made)
    engine.call("ExecStart", {"Detach": False}, at=made)
    engine.call("ContainerInspect", at=name)
    who: dict[str, Json] = {
        "Cmd": ["sh", "-c", 'echo "$COLOUR" "$(id -u)"'],
        "User": "1000:1000",
        "Env": ["COLOUR=blue"],
        "WorkingDir": "/etc",
        "Privileged": False,
        "DetachKeys": "ctrl-x",
        "AttachStdin": False,
        "Tty": False,
    }
    made = engine.call("ContainerExec", {**who, **ends}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": False, "Tty": False}, at=made, upgrade=True)
    finished(engine, made)
    engine.call("ExecInspect", at=made)
    made = engine.call("ContainerExec", {"Cmd": ["true"]}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": True}, at=made)
    finished(engine, made)
    engine.call("ExecInspect", at=made)
    engine.call("ContainerKill", at=name)


def test_a_command_has_a_terminal(engine: Stage) -> None:
    """A command with a terminal runs until its container ends, and has a size."""
    name = started(engine, "host")
    command: dict[str, Json] = {"Cmd": ["sh", "-c", "echo one; exec sleep 60"], "Tty": True}
    ends: dict[str, Json] = {"AttachStdin": True, "AttachStdout": True}
    made = engine.call("ContainerExec", {**command, **ends}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": False, "Tty": True}, at=made, upgrade=True)
    engine.call("ExecInspect", at=made)
    engine.call("ExecResize", at=made, h=30, w=90)
    engine.call("ExecResize", at=made, h="high", w=90)
    engine.call("ContainerExec", {"Cmd": ["true"], "Tty": True}, at=name)
    engine.call("ContainerList", filters=own(engine))
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("ExecInspect", at=made)
    engine.call("ExecResize", at=made, h=30, w=90)


def test_a_command_is_refused(engine: Stage) -> None:
    """A command that is none, or that nothing can run, is refused at its making or its start."""
    name = created(engine, "host")
    engine.call("ContainerExec", {"Cmd": ["true"]}, at=name)
    engine.call("ContainerStart", at=name)
    engine.call("ContainerExec", {"Cmd": []}, at=name)
    engine.call("ContainerExec", {"Cmd": ["true"], "DetachKeys": "no keys"}, at=name)
    engine.call("ContainerExec", b"{", media_type=JSON, at=name)
    engine.call("ContainerExec", {"Cmd": ["true"]}, media_type=TEXT, at=name)
    made = engine.call("ContainerExec", {"Cmd": ["/not/there"]}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": True}, media_type=TEXT, at=made)
    engine.call("ExecStart", b"{", media_type=JSON, at=made)
    engine.call("ExecStart", {"Detach": True}, at=made)
    engine.call("ExecInspect", at=made)
    made = engine.call("ContainerExec", {"Cmd": ["true"], "User": "stranger"}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": False}, at=made)
    engine.call("ExecInspect", at=UNKNOWN)
    engine.call("ExecStart", {"Detach": True}, at=UNKNOWN)
    engine.call("ExecResize", at=UNKNOWN, h=30, w=90)
    made = engine.call("ContainerExec", {"Cmd": ["true"]}, at=name).text("/Id")
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("ExecStart", {"Detach": True}, at=made)
