"""The fake's HTTP: what it makes of good, odd and bad bytes, and of clients that leave."""

import asyncio
import json
import socket
import ssl
import subprocess
import time
from contextlib import closing

import pytest

from harness.fake import FakeDaemon, Fault
from harness.fake.handlers import HANDLERS
from harness.fake.requests.answer import Answer

PING = b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"
ATTACH = b"POST /v1.30/containers/x/attach HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"


def connect(daemon):
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(10)
    line.connect(daemon.host.removeprefix("unix://"))
    return line


def told(daemon, sent):
    """Send bytes, close that side, and return all that comes back."""
    with closing(connect(daemon)) as line:
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return received(line)


def received(line):
    pieces = []
    try:
        while piece := line.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def until(line, end):
    seen = b""
    while end not in seen:
        piece = line.recv(65536)
        assert piece, f"closed after {seen!r}"
        seen += piece
    return seen


def tasks_of(daemon):
    """Return how many tasks the fake has."""
    return daemon.run(lambda: len(asyncio.all_tasks()))


def settled(daemon, wanted, seconds=5):
    end = time.monotonic() + seconds
    while tasks_of(daemon) > wanted and time.monotonic() < end:
        time.sleep(0.01)
    return tasks_of(daemon)


@pytest.fixture
def daemon():
    with FakeDaemon() as fake:
        yield fake


def test_requests_follow_each_other_on_one_connection(daemon):
    with closing(connect(daemon)) as line:
        for _ in range(3):
            line.sendall(PING)
            assert until(line, b"\r\n\r\nOK").startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_sent_at_once_are_answered_in_order(daemon):
    version = PING.replace(b"/_ping", b"/version")
    seen = told(daemon, PING + version + PING)
    assert seen.count(b"HTTP/1.1 200 OK") == 3
    assert seen.index(b"text/plain") < seen.index(b"application/json")


def test_http_1_0_gets_an_answer_and_the_end_of_the_connection(daemon):
    with closing(connect(daemon)) as line:
        line.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        seen = received(line)
    assert seen.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in seen.lower()


def test_a_head_request_gets_no_body(daemon):
    seen = told(daemon, PING.replace(b"GET", b"HEAD"))
    assert seen.startswith(b"HTTP/1.1 200 OK")
    assert seen.endswith(b"\r\n\r\n")


def test_a_client_that_waits_for_100_is_told_to_go_on(daemon):
    head = (
        b"POST /v1.30/auth HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    with closing(connect(daemon)) as line:
        line.sendall(head)
        assert until(line, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"{}")
        assert until(line, b"\r\n\r\n").startswith(b"HTTP/1.1 ")


def test_a_chunked_body_arrives_whole(daemon):
    daemon.service.handlers = {**HANDLERS, "SystemAuth": lambda _, asked: Answer(content=asked.raw)}
    head = b"POST /v1.30/auth HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    seen = told(daemon, head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert seen.endswith(b"\r\n\r\nabcde")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),  # TLS to a plain port
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /_ping HTTP/9.9\r\nHost: d\r\n\r\n", b"505"),
        (b"GET /_ping\r\n\r\n", b"400"),
        (b"GET /_ping HTTP/1.1\r\nHost d\r\n\r\n", b"400"),
        (b"GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n", b"400"),
        (
            b"GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"400",
        ),
        (b"POST /auth HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET /_ping HTTP/1.1\r\n\r\n", b"400"),  # no Host
        (b"GET /" + b"a" * 1_200_000 + b" HTTP/1.1\r\nHost: d\r\n\r\n", b"431"),
        (b"GET /_ping HTTP/1.1\r\nHost: d\r\nX: " + b"a" * 1_200_000 + b"\r\n\r\n", b"431"),
    ],
)
def test_bytes_that_are_no_request_are_refused_and_the_fake_goes_on(daemon, sent, status):
    seen = told(daemon, sent)
    assert seen.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in seen.lower()
    assert told(daemon, PING).endswith(b"OK")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /_pi",
        b"POST /v1.30/auth HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nabc",
        b"\x00" * 100,
    ],
)
def test_a_request_that_ends_too_early_is_no_call(daemon, sent):
    told(daemon, sent)
    assert daemon.calls == ()
    assert told(daemon, PING).endswith(b"OK")


def test_an_endless_body_is_refused():
    with FakeDaemon(body_limit=1_000_000) as daemon, closing(connect(daemon)) as line:
        line.sendall(b"POST /v1.30/build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        sent = 0
        try:
            while sent < 100_000_000:
                line.sendall(piece)
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 100_000_000
        assert told(daemon, PING).endswith(b"OK")


@pytest.mark.parametrize(
    "target", ["/%", "/v1.30/containers/%ff%fe/json", "/v1.30/images/a%2Fb/json", "*"]
)
def test_odd_targets_are_no_harm(daemon, target):
    seen = told(daemon, f"GET {target} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
    assert seen.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"the fake failed" not in seen


def test_a_client_that_vanishes_in_a_stream_leaves_nothing_behind(daemon):
    closed = []

    async def endless():
        try:
            while True:
                yield b"x" * 100
                await daemon.world.signal.wait()
        finally:
            closed.append(True)

    daemon.service.handlers = {"SystemEvents": lambda _w, _a: Answer(stream=endless())}
    told(daemon, PING)
    before = settled(daemon, 2)
    lines = [connect(daemon) for _ in range(20)]
    for line in lines:
        line.sendall(b"GET /events HTTP/1.1\r\nHost: d\r\n\r\n")
        until(line, b"xxx")
    assert tasks_of(daemon) > before
    for line in lines:
        line.close()
    assert settled(daemon, before) == before
    assert len(closed) == 20
    assert daemon.world.signal.waiting <= 1  # the clock's own


def test_a_client_that_vanishes_while_it_waits_ends_the_waiting(daemon):
    ended = []

    async def wait(world, _asked):
        try:
            await world.until(lambda: False)
        finally:
            ended.append(True)
        return Answer()

    daemon.service.handlers = {"SystemEvents": wait}
    with closing(connect(daemon)) as line:
        line.sendall(b"GET /events HTTP/1.1\r\nHost: d\r\n\r\n")
        time.sleep(0.05)
        assert not ended
    deadline = time.monotonic() + 5
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ended


def test_a_defect_of_the_fake_says_so(daemon):
    def broken(_world, _asked):
        raise KeyError("x")

    daemon.service.handlers = {"SystemInfo": broken}
    seen = told(daemon, b"GET /v1.30/info HTTP/1.1\r\nHost: d\r\n\r\n")
    assert seen.startswith(b"HTTP/1.1 500")
    assert b"the fake failed: KeyError" in seen


def test_a_conversation_has_the_connection_to_itself(daemon):
    async def echo(channel):
        while data := await channel.receive():
            await channel.send(data.upper())
        await channel.send(b"bye")

    daemon.service.handlers = {
        "ContainerAttach": lambda _w, _a: Answer(
            status=101, talk=echo, headers={"Connection": "Upgrade", "Upgrade": "tcp"}
        )
    }
    head = ATTACH.replace(b"Content", b"Connection: Upgrade\r\nUpgrade: tcp\r\nContent")
    with closing(connect(daemon)) as line:
        line.sendall(head + b"early ")
        seen = until(line, b"EARLY ")
        assert seen == b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nEARLY "
        line.sendall(b"late")
        assert until(line, b"LATE") == b"LATE"
        line.shutdown(socket.SHUT_WR)
        assert received(line) == b"bye"


def test_the_head_of_a_conversation_comes_alone(daemon):
    # docker-py loses what comes together with it.
    async def hello(channel):
        await channel.send(b"hello")

    daemon.service.handlers = {"ContainerAttach": lambda _w, _a: Answer(talk=hello)}
    head = ATTACH
    with closing(connect(daemon)) as line:
        line.sendall(head)
        time.sleep(0.05)
        assert line.recv(65536) == b"HTTP/1.1 200 OK\r\n\r\n"
        assert received(line) == b"hello"


def test_a_conversation_without_upgrade_takes_the_connection_as_well(daemon):
    async def echo(channel):
        await channel.send(await channel.receive())

    daemon.service.handlers = {
        "ContainerAttach": lambda _w, _a: Answer(talk=echo, headers={"Content-Type": "x/y"})
    }
    head = ATTACH
    with closing(connect(daemon)) as line:
        line.sendall(head)
        assert until(line, b"\r\n\r\n") == b"HTTP/1.1 200 OK\r\nContent-Type: x/y\r\n\r\n"
        line.sendall(b"hello")
        assert received(line) == b"hello"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault(status=503, message="busy"), b'{"message":"busy"}\n'),
        (Fault(status=418), b'{"message":"told to answer 418"}\n'),
        (Fault(cut_after=3), b'\r\n\r\n{"A'),
        (Fault(garbage=b"\x00\x01garbage"), b"\x00\x01garbage"),
    ],
)
def test_a_fault_is_what_the_client_sees(daemon, fault, seen):
    daemon.fail(fault)
    answer = told(daemon, PING.replace(b"/_ping", b"/version"))
    assert answer.endswith(seen)
    daemon.heal()
    assert told(daemon, PING).endswith(b"OK")


def test_a_cut_connection_gives_no_byte(daemon):
    daemon.fail(Fault("SystemVersion", cut=True))
    assert told(daemon, PING.replace(b"/_ping", b"/version")) == b""
    assert told(daemon, PING).endswith(b"OK")


def test_a_fault_ends_after_its_times(daemon):
    daemon.fail(Fault("SystemPing", status=500, times=2))
    seen = [told(daemon, PING)[9:12] for _ in range(3)]
    assert seen == [b"500", b"500", b"200"]


def test_a_thousand_connections_stay_open(daemon):
    lines = [connect(daemon) for _ in range(1000)]
    try:
        for line in lines:
            line.sendall(PING)
        for line in lines:
            assert until(line, b"\r\n\r\nOK").startswith(b"HTTP/1.1 200")
        for line in (lines[0], lines[500], lines[-1]):
            line.sendall(PING)
            assert until(line, b"\r\n\r\nOK").startswith(b"HTTP/1.1 200")
    finally:
        for line in lines:
            line.close()


def test_a_hundred_fakes_live_in_one_process():
    fakes = [FakeDaemon() for _ in range(100)]
    try:
        for fake in fakes:
            fake.start()
        assert len({fake.host for fake in fakes}) == 100
        for fake in fakes:
            assert told(fake, PING).endswith(b"OK")
    finally:
        for fake in fakes:
            fake.stop()


def test_calls_are_remembered(daemon):
    told(daemon, b"POST /v1.24/auth?x=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}")
    (call,) = daemon.calls
    assert (call.method, call.target, call.version, call.operation) == (
        "POST",
        "/v1.24/auth?x=1",
        "1.24",
        "SystemAuth",
    )
    assert call.body == b"{}"


def test_a_fake_speaks_tls_over_tcp(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", key, "-out", cert, "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with FakeDaemon(host="tcp://127.0.0.1:0", tls=context) as daemon:
        port = int(daemon.host.rpartition(":")[2])
        assert port > 0
        trusting = ssl.create_default_context(cafile=str(cert))
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        with trusting.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            line.sendall(PING)
            assert until(line, b"\r\n\r\nOK").startswith(b"HTTP/1.1 200")


def test_it_stops_while_clients_are_there():
    with FakeDaemon() as daemon:
        line = connect(daemon)
        line.sendall(PING)
        until(line, b"\r\n\r\nOK")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert line.recv(1) == b""
    line.close()


def test_versions_are_told_as_json(daemon):
    body = told(daemon, PING.replace(b"/_ping", b"/version")).partition(b"\r\n\r\n")[2]
    assert json.loads(body)["ApiVersion"] == "1.33"
