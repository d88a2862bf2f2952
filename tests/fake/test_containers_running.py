"""What is done to a fake's containers that run, and what is seen of them."""

import asyncio
import gc
import json
import socket
from contextlib import ExitStack, closing

import pytest
from fake_asking import JSON, ask, asked, post, service_of

from harness.fake import FakeDaemon
from harness.fake.containers import lifecycle
from harness.fake.requests.service import Request
from harness.fake.start import furnish

LONG = ["sleep", "99999"]


@pytest.fixture
def service():
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    return made


def make(service, *, name="one", command=LONG, **body):
    whole = {"Image": "busybox", "Cmd": command, **body}
    assert post(service, f"/v1.33/containers/create?name={name}", whole, JSON).status == 201


def run(service, **body):
    make(service, **body)
    assert act(service, "start").status == 204


def act(service, what, *, version="1.33", name="one", body=b""):
    headers = JSON if body else None
    return post(service, f"/v{version}/containers/{name}/{what}", body, headers)


def state(service, name="one"):
    return ask(service, f"/v1.33/containers/{name}/json").json["State"]


def later(service, seconds):
    service.world.clock.advance(seconds)
    service.world.tick()


@pytest.mark.parametrize("what", ["start", "stop"])
def test_what_is_so_already_is_not_modified(service, what):
    (run if what == "start" else make)(service)
    reply = act(service, what)
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.parametrize(
    "what",
    [
        *("start", "stop", "restart", "kill", "pause", "unpause", "wait", "resize?h=1&w=1"),
        "rename?name=two",
    ],
)
def test_what_is_not_there_is_not_found(service, what):
    reply = act(service, what, name="nope")
    assert reply.status == 404
    assert reply.message.endswith("No such container: nope")


@pytest.mark.parametrize(
    ("version", "body", "status"),
    [("1.23", {"Binds": ["vol:/v"]}, 204), ("1.24", {"Binds": ["vol:/v"]}, 400), ("1.24", {}, 204)],
)
def test_a_start_with_a_host_config_was_possible_once(service, version, body, status):
    make(service)
    assert act(service, "start", version=version, body=body).status == status
    mounts = ask(service, "/v1.33/containers/one/json").json["Mounts"]
    assert [each["Destination"] for each in mounts] == (["/v"] if status == 204 and body else [])


def test_a_checkpoint_needs_an_experimental_daemon(service):
    make(service)
    reply = act(service, "start?checkpoint=x")
    assert (reply.status, reply.message) == (
        400,
        "checkpoint is only supported in experimental mode",
    )


@pytest.mark.parametrize(
    ("signal", "status", "running"),
    [
        ("", 204, False),
        ("KILL", 204, False),
        ("sigterm", 204, False),
        ("9", 204, False),
        ("WINCH", 204, True),
        ("SIGRTMIN+3", 204, True),
        ("BOGUS", 400, True),
        ("0", 400, True),
        ("65", 400, True),
        ("-1", 400, True),
    ],
)
def test_a_signal_is_a_name_or_a_number(service, signal, status, running):
    run(service)
    assert act(service, f"kill?signal={signal.replace('+', '%2B')}").status == status
    assert state(service)["Running"] is running


@pytest.mark.parametrize(("version", "status"), [("1.19", 204), ("1.20", 409)])
def test_killing_what_does_not_run_is_refused_from_1_20_on(service, version, status):
    make(service)
    reply = act(service, "kill", version=version)
    assert reply.status == status
    if status == 409:
        assert reply.body.startswith(b"Cannot kill container: one: Container ")


def test_pausing_shows_in_the_state(service):
    run(service)
    assert act(service, "pause").status == 204
    assert state(service)["Status"] == "paused"
    assert state(service)["Running"] is True
    assert act(service, "pause").status == 409
    assert act(service, "unpause").status == 204
    assert state(service)["Paused"] is False
    assert act(service, "unpause").status == 500


def test_a_terminal_is_resized(service):
    run(service, Tty=True)
    assert act(service, "resize?h=30&w=90").status == 200
    assert next(iter(service.world.containers.values())).size == (30, 90)
    event = service.world.events[-1]
    assert (event.action, event.attributes["height"], event.attributes["width"]) == (
        "resize",
        "30",
        "90",
    )


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?h=x&w=1", 400), ("?h=1&w=1", 409)])
def test_a_resize_needs_numbers_and_a_container_that_runs(service, query, status):
    make(service)
    assert act(service, f"resize{query}").status == status


def waited(service, query="", version="1.33", *, then=lambda: None):
    """Return what a wait answers, when something happens after it has begun."""

    async def both():
        target = f"/v{version}/containers/one/wait{query}"
        waiting = asyncio.create_task(asked(service, target, "POST"))
        await asyncio.sleep(0)
        then()
        return await asyncio.wait_for(waiting, 5)

    return asyncio.run(both())


@pytest.mark.parametrize("version", ["1.18", "1.30", "1.33"])
def test_a_wait_tells_how_a_container_has_ended(service, version):
    run(service, command=["sh", "-c", "exit 3"])
    reply = waited(service, version=version)
    assert (reply.status, reply.json["StatusCode"]) == (200, 3)
    assert reply.body.endswith(b"\n")


@pytest.mark.parametrize("version", ["1.24", "1.30"])
def test_a_wait_lasts_until_the_end(service, version):
    run(service, command=["sh", "-c", "sleep 5; exit 4"])
    reply = waited(service, version=version, then=lambda: later(service, 5))
    assert reply.json["StatusCode"] == 4


def test_a_wait_for_the_next_exit_outlasts_one_that_was(service):
    run(service, command=["sh", "-c", "exit 3"])

    def then():
        lifecycle.start(service.world, next(iter(service.world.containers)))
        service.world.tick()

    assert waited(service, "?condition=next-exit", then=then).json["StatusCode"] == 3
    assert [event.action for event in service.world.events].count("die") == 2


def test_a_wait_for_the_removal_outlasts_the_end(service):
    run(service, command=["sh", "-c", "sleep 5; exit 4"], HostConfig={"AutoRemove": True})

    def then():
        later(service, 5)
        service.world.tick()

    assert waited(service, "?condition=removed", then=then).json["StatusCode"] == 4
    assert not service.world.containers


def test_a_wait_below_1_30_knows_no_conditions(service):
    make(service)
    reply = waited(service, "?condition=removed", "1.29")
    assert reply.json["StatusCode"] == 0


def test_a_wait_that_nobody_reads_leaves_nothing_behind(service):
    run(service)

    async def begin():
        response = await service.respond(Request("POST", "/v1.33/containers/one/wait"))
        assert len(service.world.awaited) == 1
        await response.stream.aclose()

    asyncio.run(begin())
    gc.collect()
    assert not service.world.awaited


def test_the_failure_of_a_start_is_told_to_who_waits(service):
    make(service, HostConfig={"NetworkMode": "nowhere"})
    assert act(service, "start").status == 404
    assert state(service)["Error"] == "network nowhere not found"
    assert waited(service, version="1.33").json["StatusCode"] == 128


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ("", "UID PID PPID C STIME TTY TIME CMD"),
        ("-ef", "UID PID PPID C STIME TTY TIME CMD"),
        ("aux", "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND"),
        ("-o%20pid,cmd", "PID CMD"),
        ("ax", "PID TTY STAT TIME COMMAND"),
        ("-e", "PID TTY TIME CMD"),
    ],
)
def test_processes_are_told_as_by_ps(service, options, titles):
    run(service)
    told = ask(service, f"/v1.33/containers/one/top?ps_args={options}").json
    assert told["Titles"] == titles.split()
    (row,) = told["Processes"]
    assert len(row) == len(told["Titles"])
    assert row[-1] == "sleep 99999"
    assert row[told["Titles"].index("PID")] == str(state(service)["Pid"])


@pytest.mark.parametrize("options", ["-o%20cmd", "bogus", "-o%20pid,bogus", "%7C"])
def test_options_that_ps_does_not_take_are_refused(service, options):
    run(service)
    assert ask(service, f"/v1.33/containers/one/top?ps_args={options}").status == 400


def test_processes_of_what_does_not_run_are_refused(service):
    make(service)
    assert ask(service, "/v1.33/containers/one/top").status == 409


def stats(service, version="1.33"):
    return ask(service, f"/v{version}/containers/one/stats?stream=0").json


def test_statistics_grow(service):
    run(service)
    later(service, 10)
    before = stats(service)
    later(service, 60)
    after = stats(service)
    for told in (before, after):
        used = told["cpu_stats"]["cpu_usage"]["total_usage"]
        assert used > told["precpu_stats"]["cpu_usage"]["total_usage"] > 0
        assert told["cpu_stats"]["system_cpu_usage"] > told["precpu_stats"]["system_cpu_usage"]
        assert sum(told["cpu_stats"]["cpu_usage"]["percpu_usage"]) == used
        assert told["memory_stats"]["usage"] < told["memory_stats"]["limit"]
    assert after["networks"]["eth0"]["rx_bytes"] > before["networks"]["eth0"]["rx_bytes"]
    assert (after["name"], after["read"] > before["read"]) == ("/one", True)


def test_statistics_keep_within_the_limit_of_memory(service):
    run(service, HostConfig={"Memory": 6 * 1024 * 1024})
    memory = stats(service)["memory_stats"]
    assert memory["usage"] <= memory["limit"] == 6 * 1024 * 1024


@pytest.mark.parametrize(("version", "name"), [("1.20", "network"), ("1.21", "networks")])
def test_statistics_of_old_know_one_network(service, version, name):
    run(service)
    assert {"network", "networks"} & stats(service, version).keys() == {name}


def test_statistics_of_what_does_not_run_are_empty(service):
    make(service)
    told = stats(service)
    assert told["read"] == "0001-01-01T00:00:00Z"
    assert told["cpu_stats"]["cpu_usage"]["total_usage"] == 0
    assert "networks" not in told


def test_statistics_are_streamed_every_second_until_the_container_is_gone(service):
    run(service)

    async def listen():
        response = await service.respond(Request("GET", "/v1.33/containers/one/stats"))
        pieces = []
        async for piece in response.stream:
            pieces.append(piece)
            if len(pieces) == 3:
                service.world.containers.clear()
            asyncio.get_running_loop().call_soon(later, service, 1)
            asyncio.get_running_loop().call_soon(service.world.tell)
        return pieces

    pieces = asyncio.run(asyncio.wait_for(listen(), 5))
    assert len(pieces) == 3
    assert b'"preread":"0001-01-01T00:00:00Z"' in pieces[0]
    assert b'"preread":"2017-07-14T02:40:00.000000000Z"' in pieces[1]


def health(service):
    told = state(service)["Health"]
    return told["Status"], told["FailingStreak"], [each["ExitCode"] for each in told["Log"]]


def checked(service, test, **more):
    run(service, Healthcheck={"Test": test, "Interval": 10**9, "Retries": 2, **more})


def test_a_check_that_succeeds_makes_a_container_healthy(service):
    checked(service, ["CMD", "echo", "fine"])
    assert health(service) == ("starting", 0, [])
    later(service, 1)
    service.world.tick()
    assert health(service) == ("healthy", 0, [0])
    assert state(service)["Health"]["Log"][0]["Output"] == "fine\n"
    told = [event.action for event in service.world.events][-4:]
    assert told == [
        "exec_create: echo fine",
        "exec_start: echo fine",
        "exec_die",
        "health_status: healthy",
    ]


def probed(service, times):
    for _ in range(times):
        later(service, 1)
        service.world.tick()
    return health(service)


def test_a_check_that_keeps_failing_makes_a_container_unhealthy(service):
    checked(service, ["CMD-SHELL", "exit 3"])
    assert probed(service, 1) == ("starting", 1, [3])
    assert probed(service, 1) == ("unhealthy", 2, [3, 3])
    assert probed(service, 8) == ("unhealthy", 10, [3] * 5)


def test_failures_do_not_count_while_a_container_starts(service):
    checked(service, ["CMD", "false"], StartPeriod=3 * 10**9)
    assert probed(service, 2) == ("starting", 0, [1, 1])
    assert probed(service, 3)[0] == "unhealthy"


def test_a_check_that_takes_too_long_has_failed(service):
    checked(service, ["CMD", "sleep", "60"], Timeout=2 * 10**9)
    assert probed(service, 3) == ("starting", 1, [-1])
    output = state(service)["Health"]["Log"][0]["Output"]
    assert output == "Health check exceeded timeout (2s)"


@pytest.mark.parametrize("what", ["pause", "stop", "kill?signal=WINCH"])
def test_a_check_that_is_over_leaves_a_container_unhealthy(service, what):
    checked(service, ["CMD", "true"])
    assert probed(service, 1)[0] == "healthy"
    assert act(service, what).status == 204
    assert probed(service, 3) == ("unhealthy", 0, [0])


def test_a_check_begins_anew_with_each_start(service):
    checked(service, ["CMD-SHELL", "exit 3"])
    assert probed(service, 2)[0] == "unhealthy"
    assert act(service, "restart").status == 204
    assert health(service) == ("starting", 0, [3, 3])
    assert probed(service, 1)[1] == 1


@pytest.mark.parametrize("test", [["NONE"], [], ["FOO", "x"]])
def test_without_a_check_there_is_no_health(service, test):
    run(service, Healthcheck={"Test": test})
    assert "Health" not in state(service)


def test_no_two_containers_have_one_process(service):
    run(service)
    make(service, name="two")
    assert act(service, "start", name="two").status == 204
    assert state(service)["Pid"] != state(service, "two")["Pid"]


def sent(daemon, method, target, body=b""):
    """Return a connection on which a request was sent to a daemon."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(10)
    line.connect(daemon.host.removeprefix("unix://"))
    content = b"" if body == b"" else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: d\r\nContent-Length: {len(content)}\r\n"
    kind = "Content-Type: application/json\r\n" if content else ""
    line.sendall(f"{head}{kind}\r\n".encode() + content)
    return line


def read(line, until):
    got = b""
    while until not in got:
        piece = line.recv(65536)
        assert piece, got
        got += piece
    return got


def test_a_wait_answers_its_head_at_once_from_1_30_on():
    body = {"Image": "busybox", "Cmd": ["sleep", "60"]}
    with FakeDaemon(images=["busybox:latest"]) as daemon, ExitStack() as stack:

        def ask_for(method, target, content=b""):
            return stack.enter_context(closing(sent(daemon, method, target, content)))

        read(ask_for("POST", "/v1.33/containers/create?name=one", body), b"Warnings")
        read(ask_for("POST", "/v1.33/containers/one/start"), b"204 No Content")
        new = ask_for("POST", "/v1.30/containers/one/wait")
        old = ask_for("POST", "/v1.29/containers/one/wait")
        assert b"chunked" in read(new, b"\r\n\r\n")
        old.settimeout(0.05)
        with pytest.raises(TimeoutError):
            old.recv(1)
        old.settimeout(10)
        daemon.advance(60)
        assert b'"StatusCode":0' in read(new, b"}")
        assert b'"StatusCode":0' in read(old, b"}")
