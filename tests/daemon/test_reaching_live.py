"""Reaching a real dockerd, which answers in every way that a reply can come."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.daemon.address import parse
from harness.daemon.archives import find_busybox, rootfs
from harness.daemon.managed import start_dockerd
from harness.daemon.preflight import greet, served_anyway, unsupported
from harness.daemon.transport import Daemon
from harness.model.call import Call, Ending
from harness.model.version import ApiVersion

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("dockerd") is None or find_busybox() is None,
        reason="needs root, dockerd and a static busybox",
    ),
]
V = ApiVersion(1, 30)
HI = b"\x01\0\0\0\0\0\0\x03hi\n"
LOOP = {"Image": "busybox", "Cmd": ["sh", "-c", "while true; do echo hi; sleep 0.2; done"]}


@pytest.fixture(scope="module")
def daemon():
    with (
        tempfile.TemporaryDirectory(prefix="dc-") as folder,
        start_dockerd(folder=Path(folder)) as managed,
        Daemon(parse(managed.host)) as daemon,
    ):
        yield daemon


def ask(daemon, method, path, body=None, query=(), **rest):
    raw = body is None or isinstance(body, bytes)
    call = Call(
        operation="X",
        method=method,
        path=path,
        query=query,
        body=body if raw else json.dumps(body).encode(),
        media_type="" if body is None else "application/x-tar" if raw else "application/json",
    )
    return daemon.ask(call, V, **{"deadline": 20, "limit": 100_000, **rest})


@pytest.fixture(scope="module")
def container(daemon):
    """Return the path of a container that says hi for ever."""
    imported = (("fromSrc", "-"), ("repo", "busybox"))
    assert ask(daemon, "POST", "/images/create", rootfs(find_busybox()), imported).status == 200
    host = {"HostConfig": {"NetworkMode": "none"}}
    made = ask(daemon, "POST", "/containers/create", LOOP | host)
    path = f"/containers/{json.loads(made.body)['Id']}"
    assert ask(daemon, "POST", f"{path}/start").status == 204
    yield path
    assert ask(daemon, "DELETE", path, query=(("force", "1"),)).status == 204


def test_dockerd_says_who_it_is(daemon):
    info = greet(daemon)
    assert info.product.startswith("Docker Engine ")
    assert (info.os, info.swarm) == ("linux", "inactive")
    assert info.server.startswith("Docker/")
    assert unsupported(info, V) == ""
    too_old = ApiVersion(1, 1)
    assert unsupported(info, too_old) != ""
    assert not served_anyway(daemon, too_old)


def test_starting_twice_is_answered_without_a_body(daemon, container):
    reply = ask(daemon, "POST", f"{container}/start")
    assert (reply.status, reply.body, reply.ending) == (304, b"", Ending.COMPLETE)


@pytest.mark.parametrize(("upgrade", "status"), [(True, 101), (False, 200)])
def test_attaching_is_read_raw_until_the_deadline(daemon, container, upgrade, status):
    query = (("stream", "1"), ("stdout", "1"), ("logs", "1"))
    reply = ask(daemon, "POST", f"{container}/attach", query=query, upgrade=upgrade, deadline=1.0)
    assert (reply.status, reply.ending) == (status, Ending.DEADLINE)
    assert reply.body.startswith(HI)
    assert reply.seconds < 5  # the container would go on for ever


def test_attaching_by_websocket_gives_frames(daemon, container):
    query = (("stream", "1"), ("stdout", "1"), ("logs", "1"))
    path = f"{container}/attach/ws"
    reply = ask(daemon, "GET", path, query=query, websocket=True, deadline=1.0)
    assert (reply.status, reply.ending) == (101, Ending.DEADLINE)
    assert reply.body.startswith(b"\x82\x03hi\n")


def test_an_endless_stream_ends_at_the_deadline(daemon, container):
    reply = ask(daemon, "GET", f"{container}/stats", deadline=2.5)
    assert (reply.status, reply.ending) == (200, Ending.DEADLINE)
    assert json.loads(reply.body.splitlines()[0])["read"]


def test_events_that_do_not_come_end_early(daemon):
    reply = ask(daemon, "GET", "/events", quiet=0.3)
    assert (reply.status, reply.ending) == (200, Ending.DEADLINE)
    assert reply.seconds < 5  # the deadline is later


def test_an_export_ends_at_the_limit(daemon, container):
    reply = ask(daemon, "GET", f"{container}/export", limit=5000)
    assert (reply.status, reply.ending, len(reply.body)) == (200, Ending.LIMIT, 5000)


def test_what_runs_in_a_container_is_read_to_its_end(daemon, container):
    wanted = {"Cmd": ["echo", "hi"], "AttachStdout": True}
    made = ask(daemon, "POST", f"{container}/exec", wanted)
    path = f"/exec/{json.loads(made.body)['Id']}/start"
    reply = ask(daemon, "POST", path, {}, upgrade=True)
    assert (reply.status, reply.ending, reply.body) == (101, Ending.COMPLETE, HI)


def test_an_error_on_a_switched_connection_is_read(daemon):
    reply = ask(daemon, "POST", "/containers/none/attach", upgrade=True)
    assert (reply.status, reply.media_type) == (404, "application/vnd.docker.raw-stream")
    assert b"No such container" in reply.body
