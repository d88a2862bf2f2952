"""Events: those that were, those that come, and which of them are told."""

import asyncio
import json
import socket
import time

import pytest
from fake_asking import NOON, ask, asked, service_of, world_of

from harness.fake import FakeDaemon
from harness.fake.clock import Clock
from harness.fake.requests.service import Request

ID = "c" * 64
IMAGE = "sha256:" + "a" * 64
START, END = int(NOON) - 100, int(NOON) + 1
CONTAINER = {"image": "host:5000/busybox:1", "name": "web", "a": "b", "c": "d"}


def busy_service():
    """Return a service in whose world something happened, a second each."""
    world = world_of()
    happened = [
        ("image", "pull", "host:5000/busybox:1", {"name": "host:5000/busybox"}),
        ("container", "create", ID, CONTAINER),
        ("network", "connect", "n" * 64, {"container": ID, "name": "bridge", "type": "bridge"}),
        ("container", "exec_create: sh", ID, CONTAINER),
        ("container", "die", ID, {**CONTAINER, "exitCode": "0"}),
        ("volume", "create", "data", {"driver": "local"}),
        ("image", "tag", IMAGE, {"name": "other:latest"}),
        ("daemon", "reload", "identity", {"name": "fake"}),
    ]
    for seconds, (kind, action, actor, attributes) in enumerate(happened, start=-len(happened)):
        world.clock.ahead = seconds
        world.emit(kind, action, actor, attributes)
    world.emit("service", "create", "s" * 25, {"name": "web"}, scope="swarm")
    world.clock.ahead = 0
    return service_of(world)


def told(filters=None, *, version="1.33", since=START, until=int(NOON), service=None):
    """Return the lines of events that were between two times."""
    query = f"since={since}&until={until}"
    if filters is not None:
        query += f"&filters={json.dumps(filters)}"
    return ask(service or busy_service(), f"/v{version}/events?{query}").lines


def actions(*given, **named):
    return [each["Action"] for each in told(*given, **named)]


def test_an_event_of_a_container_has_its_old_names_too():
    assert told({"event": ["die"]}, version="1.24") == [
        {
            "status": "die",
            "id": ID,
            "from": "host:5000/busybox:1",
            "Type": "container",
            "Action": "die",
            "Actor": {"ID": ID, "Attributes": {**CONTAINER, "exitCode": "0"}},
            "scope": "local",
            "time": int(NOON) - 4,
            "timeNano": (int(NOON) - 4) * 10**9,
        }
    ]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"event": ["tag"]}, {"status": "tag", "id": IMAGE}),
        ({"type": ["volume"]}, {}),
        ({"type": ["network"]}, {}),
    ],
)
@pytest.mark.parametrize("version", ["1.18", "1.21", "1.24", "1.33"])
def test_only_images_have_old_names_beside_containers(filters, names, version):
    (event,) = told(filters, version=version)
    assert {name: event[name] for name in ("status", "id", "from") if name in event} == names


def test_each_event_stands_on_a_line_that_ends_as_dockerd_ends_it():
    body = ask(busy_service(), f"/events?since={START}&until={int(NOON)}").body
    assert body.count(b"\n") == 9
    assert b"\r" not in body


def test_attributes_stand_in_order():
    (event,) = told({"event": ["die"]})
    assert [*event["Actor"]["Attributes"]] == ["a", "c", "exitCode", "image", "name"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"type": ["container"]}, ["create", "exec_create: sh", "die"]),
        ({"type": ["cont"]}, []),
        ({"type": {"volume": True}}, ["create"]),
        ({"type": ["volume", "image"]}, ["pull", "create", "tag"]),
        ({"event": ["die", "tag"]}, ["die", "tag"]),
        ({"event": ["di"]}, []),
        ({"event": ["exec_create"]}, ["exec_create: sh"]),
        ({"event": ["exec_create: sh"]}, ["exec_create: sh"]),
        ({"event": ["exec_create", "di"]}, ["exec_create: sh", "die"]),
        ({"event": ["exec_create: bash"]}, []),
        ({"container": ["web"], "scope": ["local"]}, ["create", "exec_create: sh", "die"]),
        ({"container": [ID], "event": ["die"]}, ["die"]),
        ({"container": [ID[:5]], "event": ["die"]}, ["die"]),
        ({"container": ["no"]}, []),
        ({"volume": ["data"]}, ["create"]),
        ({"network": ["bridge"]}, ["connect"]),
        ({"volume": ["bridge"]}, ["connect"]),
        ({"daemon": ["fake"]}, ["reload"]),
        ({"daemon": ["identity"]}, ["reload"]),
        ({"scope": ["swarm"]}, ["create"]),
        ({"service": ["web"], "scope": ["swarm"]}, ["create"]),
        ({"node": ["x"]}, []),
        ({"secret": ["x"]}, []),
        ({"config": ["x"]}, []),
        ({"plugin": ["x"]}, []),
        ({"label": ["a"]}, ["create", "exec_create: sh", "die"]),
        ({"label": ["a=b", "c=d"], "event": ["create"]}, ["create"]),
        ({"label": ["a=b", "c=x"]}, []),
        ({"label": ["exitCode=0"]}, ["die"]),
        ({"image": ["host:5000/busybox"], "event": ["die", "pull"]}, ["pull", "die"]),
        ({"image": ["host:5000/busybox:1"], "event": ["die"]}, ["die"]),
        ({"image": ["host:5000/busybox:2"]}, []),
        ({"image": ["host"]}, []),
        ({"image": ["other"]}, ["tag"]),
        ({"image": [IMAGE]}, ["tag"]),
        ({"bogus": ["x"], "type": ["daemon"]}, ["reload"]),
        ({"type": []}, None),
        (None, None),
    ],
)
def test_filters_admit_what_dockerd_admits(filters, expected):
    every = [*("pull", "create", "connect", "exec_create: sh", "die"), *("create", "tag", "reload")]
    assert actions(filters) == ([*every, "create"] if expected is None else expected)


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (START, int(NOON), 9),
        (0, 0, 9),
        (-5, int(NOON), 9),
        ("", int(NOON), 9),
        (int(NOON) - 4, int(NOON), 5),
        (int(NOON) - 4, int(NOON) - 4, 1),
        (f"{int(NOON) - 4}.000000001", int(NOON), 4),
        (START, int(NOON) - 4, 5),
        (START, f"{int(NOON) - 5}.999999999", 4),
        (0, 1, 0),
    ],
)
def test_since_and_until_bound_what_is_told(since, until, count):
    assert len(told(since=since, until=until)) == count


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=3&until=2", "`since` time (3) cannot be after `until` time (2)"),
        ("since=3.5&until=3.4", "`since` time (3.5) cannot be after `until` time (3.4)"),
        ("since=3&until=2&filters=x", "`since` time (3) cannot be after `until` time (2)"),
        ("since=abc", 'strconv.ParseInt: parsing "abc": invalid syntax'),
        ("until=10m", 'strconv.ParseInt: parsing "10m": invalid syntax'),
        ("until=1&filters=x", "invalid character 'x' looking for beginning of value"),
    ],
)
def test_what_makes_no_sense_is_refused(query, message):
    refused = ask(service_of(), f"/v1.24/events?{query}")
    assert (refused.status, refused.message) == (400, message)


async def settled():
    """Let all tasks go on until they wait for something to happen."""
    for _ in range(10):
        await asyncio.sleep(0)


class Listener:
    """A client that listens to a service without a network."""

    def __init__(self, service, query=""):
        self.service, self.query = service, query

    async def __aenter__(self):
        response = await self.service.respond(Request("GET", f"/events?{self.query}"))
        self.stream = response.stream
        self.next = None
        return self

    async def hear(self):
        """Return the next line, None at the end."""
        line = await asyncio.wait_for(anext(self.stream, None), 5)
        return json.loads(line)["Action"] if line else None

    async def __aexit__(self, *_error):
        await self.stream.aclose()


def test_what_happens_is_told_while_somebody_listens():
    async def listen():
        service = busy_service()
        world = service.world
        async with Listener(service, f"since={START}&filters=" + '{"type":["image"]}') as client:
            assert [await client.hear(), await client.hear()] == ["pull", "tag"]
            world.emit("volume", "create", "x")
            world.emit("image", "untag", "x")
            world.emit("image", "delete", "x")
            assert [await client.hear(), await client.hear()] == ["untag", "delete"]

    asyncio.run(listen())


def test_nothing_of_the_past_is_told_unless_it_is_asked_for():
    async def listen():
        service = busy_service()
        async with Listener(service, "since=-1&until=-1") as client:
            service.world.emit("volume", "create", "x")
            assert await client.hear() == "create"

    asyncio.run(listen())


def test_nothing_is_lost_between_the_request_and_the_first_line():
    async def listen():
        service = busy_service()
        async with Listener(service) as client:
            for number in range(10):
                service.world.emit("volume", f"a{number}", "x")
            assert [await client.hear() for _ in range(10)] == [
                f"a{number}" for number in range(10)
            ]

    asyncio.run(listen())


def test_a_listener_who_lags_hears_what_is_still_kept():
    async def listen():
        world = world_of()
        service = service_of(world)
        async with Listener(service) as client:
            kept = world.events.maxlen
            for number in range(kept + 3):
                world.emit("volume", f"a{number}", "x")
            assert await client.hear() == "a3"

    asyncio.run(listen())


def test_a_stream_ends_when_its_time_has_come():
    async def listen():
        service = busy_service()
        world = service.world
        async with Listener(service, f"until={END}") as client:
            for _ in range(9):
                assert await client.hear()
            waiting = asyncio.ensure_future(client.hear())
            await settled()
            world.emit("volume", "late", "x")
            assert await waiting == "late"
            waiting = asyncio.ensure_future(client.hear())
            await settled()
            world.clock.advance(2)
            world.tick()
            assert await waiting is None
        assert world.due == []

    asyncio.run(listen())


def test_a_listener_who_leaves_leaves_nothing_behind():
    async def listen():
        service = busy_service()
        world = service.world
        async with Listener(service, f"since={START}&until={END}") as client:
            for _ in range(9):
                await client.hear()
            waiting = asyncio.ensure_future(client.hear())
            await settled()
            assert world.listeners == 1
            assert len(world.due) == 1
            assert (await asked(service, "/info")).json["NEventsListener"] == 1
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert world.listeners == 0
        assert world.due == []

    asyncio.run(listen())


def test_the_head_of_the_stream_comes_at_once():
    clock = Clock()
    with FakeDaemon(clock=clock) as daemon, socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(daemon.host.removeprefix("unix://"))
        line.sendall(b"GET /v1.30/events HTTP/1.1\r\nHost: d\r\n\r\n")
        head = line.recv(65536)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"content-type: application/json" in head.lower()
        daemon.run(lambda: daemon.world.emit("volume", "create", "x"))
        assert b'"Action":"create"' in line.recv(65536)
        line.close()
        end = time.monotonic() + 5
        while daemon.run(lambda: daemon.world.listeners) and time.monotonic() < end:
            time.sleep(0.01)
        assert daemon.run(lambda: daemon.world.listeners) == 0
