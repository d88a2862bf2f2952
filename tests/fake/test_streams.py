"""What containers write and read: their logs, and people attached to them."""

import asyncio
import socket
import time

import pytest
from fake_asking import NOON, ask, asked, service_of, world_of
from fake_line import UPGRADE, Line, later, quiet, taken_over

from harness.fake import FakeDaemon
from harness.fake.containers import lifecycle
from harness.fake.programs.known import Canned, Output, Pause, Read
from harness.fake.requests.fields import Fields
from harness.fake.requests.service import Request
from harness.fake.start import furnish
from harness.fake.streams.detach_keys import USUAL, Watch, read_keys
from harness.fake.streams.frames import framed
from harness.fake.world import HIGHEST

TALK = ["sh", "-c", "echo one; echo two >&2; sleep 10; echo three; sleep 100"]
OUT, ERR = 1, 2
STREAM = "stream=1&stdout=1&stderr=1"


@pytest.fixture
def service():
    world = world_of()
    furnish(world, ["busybox:latest"])
    return service_of(world)


@pytest.fixture
def world(service):
    return service.world


def make(world, command=TALK, *, host=None, begin=True, **config):
    container = lifecycle.create(
        world,
        name=config.pop("name", "box"),
        config=Fields({"Image": "busybox", "Cmd": command, **config}),
        host=Fields({"NetworkMode": "none", **(host or {})}),
        networking=Fields(),
        version=HIGHEST,
    )
    if begin:
        lifecycle.start(world, container.id)
        world.tick()
    return container.id


def actions(world):
    return [event.action for event in world.events]


def logs(service, query, version="1.33"):
    return ask(service, f"/v{version}/containers/box/logs?{query}")


# Logs


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("stdout=1&stderr=1", framed(OUT, b"one\n") + framed(ERR, b"two\n")),
        ("stdout=1", framed(OUT, b"one\n")),
        ("stderr=true", framed(ERR, b"two\n")),
        ("stdout=1&stderr=1&tail=1", framed(ERR, b"two\n")),
        # The tail is cut before one of the streams is chosen.
        ("stdout=1&tail=1", b""),
        ("stdout=1&tail=0", b""),
        ("stdout=1&tail=all", framed(OUT, b"one\n")),
        ("stdout=1&tail=-2", framed(OUT, b"one\n")),
        ("stdout=1&tail=many", framed(OUT, b"one\n")),
        ("stdout=1&timestamps=1", framed(OUT, b"2017-07-14T02:40:00.000000000Z one\n")),
        ("stdout=1&details=1", framed(OUT, b" one\n")),
        (f"stdout=1&since={NOON:.0f}", framed(OUT, b"one\n")),
        (f"stdout=1&since={NOON:.0f}.000001000", b""),
        (f"stdout=1&until={NOON:.0f}", framed(OUT, b"one\n")),
        (f"stdout=1&until={NOON - 1:.0f}", b""),
        ("stdout=1&since=&until=0", framed(OUT, b"one\n")),
        ("stdout=1&since=-5", framed(OUT, b"one\n")),
    ],
)
def test_a_log_is_sent_in_frames(service, world, query, body):
    make(world)
    told = logs(service, query)
    assert (told.status, told.body) == (200, body)
    assert "Content-Type" not in told.headers


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("tail=1", 400, "Bad parameters: you must choose at least one stream"),
        ("stdout=1&since=abc", 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        ("stdout=1&since=1.x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        (f"stdout=1&until={10**20}", 400,
         f'strconv.ParseInt: parsing "{10**20}": value out of range'),
    ],
)  # fmt: skip
def test_a_log_that_cannot_be_is_refused(service, world, query, status, message):
    make(world)
    told = logs(service, query)
    assert (told.status, told.message) == (status, message)


def test_a_log_of_nobody_is_not_found(service):
    told = logs(service, "stdout=1")
    assert (told.status, told.message) == (404, "No such container: box")


def test_a_log_that_is_not_kept_is_refused(service, world):
    make(world, host={"LogConfig": {"Type": "none"}})
    told = logs(service, "stdout=1")
    assert (told.status, told.message) == (
        501,
        "configured logging driver does not support reading",
    )


def test_a_terminal_has_a_log_without_frames(service, world):
    make(world, ["sh", "-c", "echo a; echo b >&2; sleep 9"], Tty=True)
    assert logs(service, "stdout=1").body == b"a\r\nb\r\n"
    assert logs(service, "stderr=1").body == b""


def test_what_is_no_whole_line_is_in_the_log_at_the_end(service, world):
    make(world, ["sh", "-c", "printf a; sleep 1; echo b; printf c; sleep 1"])
    assert logs(service, "stdout=1").body == b""
    later(world, 1)
    assert logs(service, "stdout=1&timestamps=1").body == framed(
        OUT, b"2017-07-14T02:40:01.000000000Z ab\n"
    )
    later(world, 1)
    assert logs(service, "stdout=1").body == framed(OUT, b"ab\n") + framed(OUT, b"c")


def test_a_log_tells_the_details_that_it_was_told_to_keep(service, world):
    make(
        world,
        ["echo", "x"],
        Labels={"b": "y z", "a": "1,2", "c": "no"},
        Env=["E=e", "F=no"],
        host={"LogConfig": {"Type": "json-file", "Config": {"labels": "b,a", "env": "E,G"}}},
    )
    assert logs(service, "stdout=1&details=1").body == framed(OUT, b"E=e,a=1%2C2,b=y+z x\n")


def test_lines_have_the_times_that_their_program_had_got_to(service, world):
    make(world)
    later(world, 3600)
    shown = logs(service, "stdout=1&tail=1&timestamps=1").body
    assert shown == framed(OUT, b"2017-07-14T02:40:10.000000000Z three\n")


def followed(service, query, happen):
    """Return what a follower was sent while something happened."""

    async def follow():
        reading = asyncio.create_task(asked(service, f"/containers/box/logs?follow=1&{query}"))
        await quiet()
        assert not reading.done()
        happen()
        await quiet()
        if not reading.done():
            reading.cancel()
            return None
        return reading.result().body

    return asyncio.run(follow())


def test_a_log_is_followed_until_the_process_ends(service, world):
    make(world)
    seen = followed(service, "stdout=1&tail=0", lambda: later(world, 200))
    assert seen == framed(OUT, b"three\n")


def test_a_log_is_followed_while_the_process_lives(service, world):
    make(world)
    assert followed(service, "stdout=1", lambda: later(world, 50)) is None


def test_a_follower_stops_after_the_last_line_that_is_wanted(service, world):
    make(world)
    query = f"stdout=1&until={NOON + 5:.0f}"
    assert followed(service, query, lambda: later(world, 10)) == framed(OUT, b"one\n")


def test_a_follower_stops_when_the_container_is_removed(service, world):
    made = make(world)
    seen = followed(service, "stdout=1", lambda: lifecycle.remove(world, made, force=True))
    assert seen == framed(OUT, b"one\n")


def test_nobody_follows_what_does_not_run(service, world):
    make(world, ["echo", "x"])
    assert ask(service, "/containers/box/logs?stdout=1&follow=1").body == framed(OUT, b"x\n")


def test_ten_thousand_lines_are_sent_at_once(service, world):
    def many(_invocation):
        for number in range(10_000):
            yield Output(f"line {number}\n".encode())
            yield Pause(0.001)
        return 0

    world.programs["many"] = many
    make(world, ["many"])
    for _ in range(25):
        later(world, 1)
    body = logs(service, "stdout=1").body
    assert body.count(b"line ") == 10_000
    assert body.endswith(framed(OUT, b"line 9999\n"))
    assert logs(service, "stdout=1&tail=1").body == framed(OUT, b"line 9999\n")


# Attach


def attached(service, query, *happenings, headers=None, at="/containers/box/attach", method="POST"):
    """Attach, let things happen, and return the response, what was seen, whether it is over."""

    async def attach():
        response, line, talking = await taken_over(
            service, f"{at}?{query}", method, headers=headers
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

    return asyncio.run(attach())


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("logs=1&stdout=1&stderr=1", framed(OUT, b"one\n") + framed(ERR, b"two\n")),
        ("logs=1&stderr=1", framed(ERR, b"two\n")),
        ("stdout=1", b""),
        ("stream=1", b""),
        ("", b""),
    ],
)
def test_who_does_not_want_the_stream_has_the_log_and_is_done(service, world, query, seen):
    make(world)
    response, line, over = attached(service, query)
    assert (response.status, line, over) == (200, seen, True)
    assert response.headers == (("Content-Type", "application/vnd.docker.raw-stream"),)
    assert actions(world)[-1] == "attach"


def test_who_asks_for_an_upgrade_gets_it(service, world):
    make(world)
    response, _, _ = attached(service, "logs=1&stdout=1", headers=UPGRADE)
    assert response.status == 101
    assert dict(response.headers) == {
        "Content-Type": "application/vnd.docker.raw-stream",
        "Connection": "Upgrade",
        "Upgrade": "tcp",
    }


def test_the_stream_is_what_is_written_from_then_on_until_the_end(service, world):
    make(world)
    _, seen, over = attached(service, STREAM, lambda: later(world, 10))
    assert (seen, over) == (framed(OUT, b"three\n"), False)
    _, seen, over = attached(service, STREAM, lambda: later(world, 100))
    assert (seen, over) == (b"", True)


def test_nothing_is_missed_by_who_attaches_before_the_start(service, world):
    made = make(world, ["echo", "hi"], begin=False)

    def begin():
        lifecycle.start(world, made)
        world.tick()

    assert attached(service, STREAM, begin)[1:] == (framed(OUT, b"hi\n"), True)


def test_nothing_is_missed_before_the_conversation_begins(service, world):
    made = make(world, ["echo", "hi"], begin=False)

    async def attach():
        request = Request("POST", f"/containers/box/attach?{STREAM}")
        response = await service.respond(request)
        lifecycle.start(world, made)
        world.tick()
        line = Line()
        await response.talk(line)
        return line.seen

    assert asyncio.run(attach()) == framed(OUT, b"hi\n")


def test_nothing_is_left_of_a_conversation_that_never_begins(service, world):
    make(world)

    async def attach():
        await service.respond(Request("POST", f"/containers/box/attach?{STREAM}"))

    asyncio.run(attach())
    assert world.processes.heard() == set()


def test_what_was_typed_before_the_start_is_read(service, world):
    made = make(world, ["cat"], begin=False, OpenStdin=True, StdinOnce=True)
    begin = [lambda: lifecycle.start(world, made), world.tick]
    _, seen, over = attached(service, f"{STREAM}&stdin=1", b"early\n", b"", *begin)
    assert (seen, over) == (framed(OUT, b"early\n"), True)
    assert world.containers[made].state.exit_code == 0


def test_attaching_to_what_is_removed_ends(service, world):
    made = make(world, begin=False)
    assert attached(service, STREAM, lambda: lifecycle.remove(world, made))[2]


@pytest.mark.parametrize(
    ("config", "over", "running"),
    [({}, True, True), ({"StdinOnce": True}, True, False)],
)
def test_the_end_of_the_input_ends_the_session_or_the_input(service, world, config, over, running):
    made = make(world, ["cat"], OpenStdin=True, **config)
    _, seen, ended = attached(service, f"{STREAM}&stdin=1", b"a\n", b"")
    assert (seen, ended) == (framed(OUT, b"a\n"), over)
    assert world.containers[made].state.running is running


def test_who_does_not_type_may_close_their_side_and_see_on(service, world):
    make(world)
    _, seen, over = attached(service, f"{STREAM}&stdin=1", b"", lambda: later(world, 10))
    assert (seen, over) == (framed(OUT, b"three\n"), False)


def test_what_is_typed_without_stdin_is_not_read(service, world):
    make(world, ["cat"], OpenStdin=True)
    assert attached(service, STREAM, b"a\n")[1] == b""


def test_who_vanishes_leaves_nothing_behind(service, world):
    made = make(world, ["cat"], OpenStdin=True)
    assert attached(service, f"{STREAM}&stdin=1", None)[2]
    assert world.containers[made].state.running
    assert world.processes.heard() == set()


def test_who_vanishes_without_a_word_is_noticed_when_something_is_sent(service, world):
    make(world)

    async def attach():
        _, line, talking = await taken_over(service, f"/containers/box/attach?{STREAM}")
        line.gone = True
        later(world, 10)
        await quiet()
        return talking.done()

    assert asyncio.run(attach())
    assert world.processes.heard() == set()


def test_two_may_be_attached_at_once(service, world):
    make(world, ["cat"], OpenStdin=True)

    async def attach():
        target = f"/containers/box/attach?{STREAM}&stdin=1"
        _, one, first = await taken_over(service, target)
        _, two, second = await taken_over(service, target)
        await one.type(b"a\n")
        await two.type(b"b\n")
        for talking in (first, second):
            talking.cancel()
        return one.seen, two.seen

    one, two = asyncio.run(attach())
    assert one == two == framed(OUT, b"a\n") + framed(OUT, b"b\n")


@pytest.mark.parametrize(
    ("query", "typed", "seen"),
    [
        ("", b"\x10\x11", b""),
        ("", b"\x10x\x10\x11", b"^Px"),
        ("&detachKeys=ctrl-x,q", b"a\x18q", b"a"),
    ],
)
def test_keys_leave_a_terminal(service, world, query, typed, seen):
    made = make(world, ["cat"], OpenStdin=True, Tty=True)
    _, line, over = attached(service, f"{STREAM}&stdin=1{query}", typed)
    assert (line, over) == (seen, True)
    assert actions(world)[-2:] == ["attach", "detach"]
    assert world.containers[made].state.running


def test_keys_are_nothing_where_there_is_no_terminal(service, world):
    make(world, ["cat"], OpenStdin=True)
    _, seen, over = attached(service, f"{STREAM}&stdin=1", b"\x10\x11")
    assert (seen, over) == (framed(OUT, b"\x10\x11"), False)


def test_a_terminal_is_talked_to_without_frames(service, world):
    make(world, ["sh"], OpenStdin=True, Tty=True)
    _, seen, over = attached(service, f"{STREAM}&stdin=1", b"echo hi\r", b"exit\r")
    assert (seen, over) == (b"echo hi\r\nhi\r\n/ # exit\r\n", True)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("detachKeys=ctrl-1", 400, "Invalid detach keys (ctrl-1) provided"),
        ("stream=1", 409, "container box is paused, unpause the container before attach"),
    ],
)
def test_attaching_is_refused_on_the_connection(service, world, query, status, message):
    lifecycle.pause(world, make(world))
    response, seen, _ = attached(service, query)
    assert (response.status, response.body + seen) == (status, f"{message}\r\n".encode())
    assert dict(response.headers)["Content-Type"] == "application/vnd.docker.raw-stream"


def test_attaching_to_a_log_that_is_not_kept_says_so(service, world):
    make(world, host={"LogConfig": {"Type": "none"}})
    _, seen, over = attached(service, "logs=1&stdout=1")
    assert b"Error attaching: configured logging driver does not support reading" in seen
    assert over


# Websockets

HANDSHAKE = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def websocket(service, query, *happenings, **differences):
    headers = {**HANDSHAKE, **{name.replace("_", "-"): each for name, each in differences.items()}}
    at = "/containers/box/attach/ws"
    return attached(service, query, *happenings, headers=headers, at=at, method="GET")


def test_a_websocket_has_every_stream_without_frames(service, world):
    make(world)
    response, seen, over = websocket(service, "logs=1")
    assert (response.status, response.websocket, seen, over) == (101, True, b"one\ntwo\n", True)
    assert dict(response.headers)["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_websocket_may_type(service, world):
    make(world, ["cat"], OpenStdin=True)
    assert websocket(service, "stream=1", b"a\n")[1] == b"a\n"


@pytest.mark.parametrize(
    ("differences", "message"),
    [
        ({"upgrade": "tcp"}, "not websocket protocol"),
        ({"sec_websocket_key": ""}, "not websocket protocol"),
        ({"sec_websocket_version": "8"}, "missing or bad WebSocket Version"),
    ],
)
def test_what_is_no_websocket_is_refused(service, world, differences, message):
    make(world)
    response, _, _ = websocket(service, "stream=1", **differences)
    assert (response.status, message in response.body.decode()) == (400, True)


# Keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", b""),
        ("ctrl-p,ctrl-q", USUAL),
        ("a,ctrl-@,ctrl-_", b"a\0\x1f"),
        ("ab", None),
        (",", None),
    ],
)
def test_keys_have_names(text, keys):
    assert read_keys(text) == keys


@pytest.mark.parametrize(
    ("pieces", "passed", "left"),
    [
        ([b"x", b"ab", b"y"], b"xy", True),
        ([b"a", b"b"], b"", True),
        ([b"a", b"c"], b"ac", False),
        ([b"aab"], b"a", True),
        ([b"a", b"a", b"c"], b"aac", False),
    ],
)
def test_keys_are_held_back_until_it_is_known_what_they_are(pieces, passed, left):
    watch, seen, gone = Watch(b"ab"), b"", False
    for piece in pieces:
        if not gone:
            more, gone = watch.take(piece)
            seen += more
    assert (seen, gone) == (passed if not left else passed.removesuffix(b"y"), left)


# Over a connection


@pytest.fixture
def daemon():
    with FakeDaemon(images=["busybox:latest"]) as running:
        yield running


def connected(daemon, request, *, until=b"", then=b""):
    """Send a request over a connection of its own, and return all that comes."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(daemon.host.removeprefix("unix://"))
        line.sendall(request)
        seen = b""
        while data := line.recv(65536):
            seen += data
            if until and until in seen:
                until = b""
                line.sendall(then)
                line.shutdown(socket.SHUT_WR)
        return seen


def test_a_client_talks_to_a_program_of_a_test_over_a_connection(daemon):
    def greeter(_invocation):
        yield Output(b"name?\n")
        name = yield Read()
        yield Output(b"hello " + name)
        return 3

    daemon.programs["greeter"] = greeter
    made = daemon.run(lambda: make(daemon.world, ["greeter"], OpenStdin=True))
    target = f"/v1.30/containers/{made}/attach?logs=1&{STREAM}&stdin=1"
    request = f"POST {target} HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"
    seen = connected(daemon, request.encode(), until=b"name?\n", then=b"Ann\n")
    head, _, body = seen.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 UPGRADED\r\n")
    assert body == framed(OUT, b"name?\n") + framed(OUT, b"hello Ann\n")


def test_a_follower_that_closes_leaves_nothing_behind(daemon):
    daemon.programs["server"] = Canned(b"up\n", seconds=None)
    daemon.run(lambda: make(daemon.world, ["server"]))
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(daemon.host.removeprefix("unix://"))
        line.sendall(b"GET /containers/box/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: d\r\n\r\n")
        seen = b""
        while b"up\n" not in seen:
            seen += line.recv(65536)
    until = time.monotonic() + 10
    # The clock of the fake alone is left to wait.
    while daemon.run(lambda: daemon.world.signal.waiting) > 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert daemon.run(lambda: daemon.world.signal.waiting) <= 1
