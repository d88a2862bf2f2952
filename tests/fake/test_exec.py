"""Further commands in containers."""

import asyncio

import pytest
from fake_asking import JSON, ask, asked, post, service_of, world_of
from fake_line import UPGRADE, later, quiet, taken_over

from harness.fake.containers import lifecycle
from harness.fake.requests.fields import Fields
from harness.fake.start import furnish
from harness.fake.streams import executions
from harness.fake.streams.frames import framed
from harness.fake.world import HIGHEST

OUT, ERR = 1, 2
ALL = {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True}


@pytest.fixture
def service():
    world = world_of()
    furnish(world, ["busybox:latest"])
    container = lifecycle.create(
        world,
        name="box",
        config=Fields({"Image": "busybox", "Cmd": ["sleep", "9999"], "User": "", "Env": ["A=1"]}),
        host=Fields({"NetworkMode": "none"}),
        networking=Fields(),
        version=HIGHEST,
    )
    lifecycle.start(world, container.id)
    world.tick()
    return service_of(world)


@pytest.fixture
def world(service):
    return service.world


@pytest.fixture
def box(world):
    return next(iter(world.containers))


def make(service, *command, version="1.33", **config):
    body = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True, **config}
    told = post(service, f"/v{version}/containers/box/exec", body, JSON)
    assert told.status == 201, told.body
    return told.json["Id"]


def started(service, identity, *happenings, body=None, headers=None):
    """Start and take part; return the response, what was seen, whether it is over."""

    async def take_part():
        response, line, talking = await taken_over(
            service,
            f"/exec/{identity}/start",
            body=b'{"Detach":false,"Tty":false}' if body is None else body,
            headers={**JSON, **(headers or {})},
        )
        for happen in happenings:
            if callable(happen):
                happen()
                await quiet()
            else:
                await line.type(happen)
        over = talking is None or talking.done()
        if talking is not None and not over:
            talking.cancel()
        return response, line.seen, over

    return asyncio.run(take_part())


def detached(service, identity, version="1.33"):
    target = f"/v{version}/exec/{identity}/start"
    told = post(service, target, {"Detach": True, "Tty": False}, JSON)
    service.world.tick()
    return told


def inspected(service, identity, version="1.33"):
    return ask(service, f"/v{version}/exec/{identity}/json")


def happened(world, prefix="exec_"):
    return [
        (event.action, event.attributes.get("exitCode"))
        for event in world.events
        if event.action.startswith(prefix)
    ]


def test_a_command_is_run_and_ends_with_its_code(service, world, box):
    made = make(service, "sh", "-c", "echo out; echo err >&2; exit 3")
    response, seen, over = started(service, made)
    assert (response.status, seen, over) == (
        200,
        framed(OUT, b"out\n") + framed(ERR, b"err\n"),
        True,
    )
    told = inspected(service, made).json
    assert (told["Running"], told["ExitCode"], told["ContainerID"]) == (False, 3, box)
    assert told["Pid"] > 0
    command = "sh -c echo out; echo err >&2; exit 3"
    assert happened(world) == [
        (f"exec_create: {command}", None),
        (f"exec_start: {command}", None),
        ("exec_die", "3"),
    ]


def test_a_command_that_was_not_started_has_no_code(service):
    told = inspected(service, make(service, "true", User="7", Privileged=True, Tty=True)).json
    assert told == {
        "ContainerID": told["ContainerID"],
        "ExitCode": None,
        "ID": told["ID"],
        "OpenStderr": True,
        "OpenStdin": False,
        "OpenStdout": True,
        "Pid": 0,
        "ProcessConfig": {
            "arguments": [],
            "entrypoint": "true",
            "privileged": True,
            "tty": True,
            "user": "7",
        },
        "Running": False,
    }


def test_of_old_the_container_was_shown_whole(service, box):
    made = make(service, "true")
    assert inspected(service, made, "1.21").json["Container"]["ID"] == box
    assert "Container" not in inspected(service, made, "1.22").json


def test_keys_are_shown_as_bytes_in_base64(service):
    made = make(service, "true", DetachKeys="ctrl-a,b")
    assert inspected(service, made, "1.22").json["DetachKeys"] == "AWI="


@pytest.mark.parametrize(
    ("config", "out"),
    [
        ({}, "/\n1\nbox\n\n"),
        ({"Env": ["B=2", "A=3"], "WorkingDir": "/tmp"}, "/tmp\n3\nbox\n2\n"),
    ],
)
def test_a_command_has_the_environment_of_its_container_and_its_own(
    service, world, box, config, out
):
    world.change(
        world.containers[box],
        config=Fields({**world.containers[box].config.values, "Hostname": "box"}),
    )
    made = make(service, "sh", "-c", "pwd; echo $A; hostname; echo $B", **config)
    _, seen, _ = started(service, made)
    assert seen == b"".join(framed(OUT, f"{line}\n".encode()) for line in out.splitlines())


def test_who_asks_for_an_upgrade_gets_it(service):
    response, seen, _ = started(service, make(service, "echo", "x"), headers=UPGRADE)
    headers = dict(response.headers)
    assert (response.status, seen) == (101, framed(OUT, b"x\n"))
    assert (headers["Upgrade"], headers["Connection"]) == ("tcp", "Upgrade")
    assert headers["Api-Version"] == "1.33"


@pytest.mark.parametrize(
    ("terminal", "body", "seen"),
    [
        (True, b'{"Tty":true}', b"x\r\n"),
        # How it is sent goes by the start, how it is written by the terminal.
        (True, b"{}", framed(OUT, b"x\r\n")),
        (False, b'{"Tty":true}', b"x\n"),
    ],
)
def test_a_terminal_is_sent_without_frames(service, terminal, body, seen):
    made = make(service, "echo", "x", Tty=terminal)
    assert started(service, made, body=body)[1] == seen


def test_only_attached_streams_are_sent(service):
    made = make(service, "sh", "-c", "echo o; echo e >&2", AttachStdout=False)
    assert started(service, made)[1] == framed(ERR, b"e\n")
    made = make(service, "sleep", "50", AttachStdout=False, AttachStderr=False)
    assert started(service, made)[1:] == (b"", True)
    assert inspected(service, made).json["Running"]


def test_the_end_of_what_is_typed_is_the_end_of_the_input(service):
    made = make(service, "cat", **ALL)
    assert started(service, made, b"a\n", b"")[1:] == (framed(OUT, b"a\n"), True)
    assert inspected(service, made).json["ExitCode"] == 0


def test_who_vanishes_leaves_the_command_running(service, world):
    made = make(service, "sleep", "50", **ALL)
    assert started(service, made, None)[2]
    assert inspected(service, made).json["Running"]
    assert world.processes.heard() == set()


def test_who_vanishes_types_no_more(service):
    made = make(service, "cat", **ALL)
    assert started(service, made, b"a\n", None)[2]
    assert inspected(service, made).json["ExitCode"] == 0


def test_keys_end_the_session_and_the_command(service, world):
    made = make(service, "cat", Tty=True, **ALL)
    _, seen, over = started(service, made, b"a\x10\x11", body=b'{"Tty":true}')
    message = b"exec attach failed: error on attach stdin: read escape sequence\r\n"
    assert (seen, over) == (b"a" + message, True)
    told = inspected(service, made).json
    assert (told["Running"], told["ExitCode"]) == (False, 126)
    assert happened(world)[-1] == ("exec_die", "127")


@pytest.mark.parametrize(("version", "status"), [("1.18", 204), ("1.20", 204), ("1.21", 200)])
def test_a_detached_start_answers_at_once(service, version, status):
    made = make(service, "sleep", "5")
    told = detached(service, made, version)
    assert (told.status, told.body) == (status, b"")
    assert inspected(service, made).json["Running"]
    later(service.world, 5)
    assert inspected(service, made).json["ExitCode"] == 0


def test_a_command_runs_once(service):
    made = make(service, "sleep", "5")
    detached(service, made)
    message = f"Error: Exec command {made} is already running"
    assert (detached(service, made).status, detached(service, made).message) == (409, message)
    assert started(service, made)[1] == framed(OUT, f"{message}\r\n".encode())
    later(service.world, 5)
    message = f"Error: Exec command {made} has already run"
    assert (detached(service, made).status, detached(service, made).message) == (409, message)
    assert started(service, made, body=b'{"Tty":true}')[1] == f"{message}\r\n".encode()


def test_commands_end_with_their_container_and_before_it(service, world, box):
    running, waiting = make(service, "sleep", "50"), make(service, "true")
    detached(service, running)
    lifecycle.kill(world, box)
    assert inspected(service, running).json["ExitCode"] == 137
    told = inspected(service, waiting)
    assert (told.status, told.message) == (404, f"No such exec instance: {waiting}")
    actions = [event.action for event in world.events if event.kind == "container"]
    assert actions[-2:] == ["exec_die", "die"]
    told = detached(service, running)
    assert told.message == f"Container {box} is not running: Exited (137)"


def test_commands_are_gone_with_their_container(service, world, box):
    made = make(service, "true")
    detached(service, made)
    lifecycle.remove(world, box, force=True)
    assert inspected(service, made).status == 404


def test_only_commands_that_have_not_ended_are_told_of_their_container(service, world, box):
    ended, waiting = make(service, "true"), make(service, "true")
    detached(service, ended)
    assert world.containers[box].execs == (waiting,)


def test_commands_that_ended_long_ago_are_forgotten(service, world):
    for _ in range(120):
        detached(service, make(service, "true"))
    later(world, 3600)
    for _ in range(120):
        make(service, "true")
    assert len(world.execs) <= 220


@pytest.mark.parametrize(
    ("target", "body", "headers", "answer"),
    [
        ("box", {"Cmd": []}, JSON, (400, "No exec command specified")),
        ("nobody", {"Cmd": []}, JSON, (400, "No exec command specified")),
        ("nobody", {"Cmd": ["true"]}, JSON, (404, "No such container: nobody")),
        ("box", {"Cmd": ["true"], "DetachKeys": "no"}, JSON,
         (400, "Invalid escape keys (no) provided")),
        ("box", b"", {}, (400, "got EOF while reading request body")),
        ("box", {"Cmd": ["true"]}, {"content-type": "text/plain"},
         (400, "Content-Type specified (text/plain) must be 'application/json'")),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_is_refused(service, target, body, headers, answer):
    told = post(service, f"/containers/{target}/exec", body, headers)
    assert (told.status, told.message) == answer


def test_a_command_needs_a_container_that_runs(service, world, box):
    made = make(service, "true")
    lifecycle.pause(world, box)
    told = post(service, "/containers/box/exec", {"Cmd": ["true"]}, JSON)
    assert (told.status, told.message) == (
        409,
        "Container box is paused, unpause the container before exec",
    )
    told = detached(service, made)
    assert told.message == f"Container {box} is paused, unpause the container before exec"
    lifecycle.unpause(world, box)
    lifecycle.kill(world, box)
    told = post(service, "/containers/box/exec", {"Cmd": ["true"]}, JSON)
    assert (told.status, told.message) == (409, f"Container {box} is not running")


def test_a_start_of_old_was_read_whatever_its_type(service):
    text = {"content-type": "text/plain"}
    for version, status in (("1.21", 200), ("1.22", 400)):
        target = f"/v{version}/exec/{make(service, 'true')}/start"
        assert post(service, target, b'{"Detach":true}', text).status == status


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("h=10&w=20", 200, ""),
        ("h=x&w=1", 400, 'strconv.Atoi: parsing "x": invalid syntax'),
        ("h=1", 400, 'strconv.Atoi: parsing "": invalid syntax'),
    ],
)
def test_the_terminal_of_a_command_has_a_size(service, world, query, status, message):
    made = make(service, "sleep", "50", Tty=True)
    detached(service, made)
    told = post(service, f"/exec/{made}/resize?{query}")
    assert told.status == status
    assert not message or told.message == message
    assert world.execs[made].size == ((10, 20) if status == 200 else (0, 0))


def test_a_size_waits_for_the_start(service, world):
    made = make(service, "sleep", "50", Tty=True)

    async def resize(happen):
        task = asyncio.create_task(asked(service, f"/exec/{made}/resize?h=3&w=4", "POST"))
        await quiet()
        assert not task.done()
        happen()
        return await task

    told = asyncio.run(resize(lambda: later(world, 10)))
    assert (told.status, told.message) == (400, "timeout waiting for exec session ready")
    assert asyncio.run(resize(lambda: executions.start(world, made))).status == 200


def test_what_has_ended_has_no_size(service):
    made = make(service, "true")
    detached(service, made)
    told = post(service, f"/exec/{made}/resize?h=1&w=1")
    assert (told.status, told.message) == (400, "cannot resize a stopped container: unknown")
    told = post(service, "/exec/nobody/resize?h=1&w=1")
    assert (told.status, told.message) == (404, "No such exec instance: nobody")
