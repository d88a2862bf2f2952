import socket
import threading
import time

import pytest

from harness.daemon.address import Address
from harness.daemon.transport import Daemon
from harness.model.call import Call, Ending
from harness.model.errors import DaemonError, HarnessError
from harness.model.version import ApiVersion

V = ApiVersion(1, 30)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def call(method="GET", path="/_ping", **rest):
    return Call(operation="SystemPing", method=method, path=path, **rest)


def ask(address, asked=None, *, deadline=5.0, limit=1000, **rest):
    with Daemon(address) as daemon:
        return daemon.ask(asked or call(), V, deadline=deadline, limit=limit, **rest)


def saying(*parts, then=0.0):
    """Answer the first call with these bytes, and close after so many seconds."""

    def behave(peer):
        peer.heard()
        for part in parts:
            peer.say(part)
        time.sleep(then)

    return behave


def for_ever(head, part, pause):
    def behave(peer):
        peer.heard()
        peer.say(head)
        while True:
            peer.say(part)
            time.sleep(pause)

    return behave


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ([OK], (200, b"OK", Ending.COMPLETE)),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", OK], (200, b"OK", Ending.COMPLETE)),
        ([b"HTTP/1.1 200 OK\r\n\r\nall of it"], (200, b"all of it", Ending.COMPLETE)),
        ([CHUNKED, b"2\r\nOK\r\n0\r\n\r\n"], (200, b"OK", Ending.COMPLETE)),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, b"", Ending.COMPLETE)),
        ([b"HTTP/1.1 304 Not Modified\r\n\r\n"], (304, b"", Ending.COMPLETE)),
        ([CHUNKED, b"2\r\nOK\r\n"], (200, b"OK", Ending.CUT)),
        ([CHUNKED, b"5\r\nhal"], (200, b"hal", Ending.CUT)),
        ([CHUNKED, b"2\r\nOK\r\nzz\r\n"], (200, b"OK", Ending.CUT)),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK"], (200, b"OK", Ending.CUT)),
        ([b"HTTP/1.1 200 O"], (0, b"HTTP/1.1 200 O", Ending.CUT)),
        ([b"SSH-2.0-x\r\n\r\n"], (0, b"SSH-2.0-x\r\n\r\n", Ending.CUT)),
        ([], (0, b"", Ending.NO_REPLY)),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reply_ends_as_the_daemon_ended_it(daemon_at, method, said, seen):
    reply = ask(daemon_at(saying(*said)), call(method))
    assert (reply.status, reply.body, reply.ending) == seen


@pytest.mark.parametrize(
    ("behave", "status"),
    [
        (saying(then=9), 0),
        (saying(b"HTTP/1.1 200 OK\r\n", then=9), 0),
        (saying(CHUNKED, then=9), 200),
        (for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"a", 0.05), 0),
        (for_ever(CHUNKED, b"1\r\na\r\n", 0.05), 200),
        (for_ever(CHUNKED + b"1", b"0", 0.05), 200),
        (for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"a", 0.05), 200),
        (for_ever(b"HTTP/1.1 101 UPGRADED\r\n\r\n", b"a", 0.05), 101),
        (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05), 0),
    ],
)
def test_nothing_outlives_the_deadline_of_a_call(daemon_at, behave, status):
    began = time.monotonic()
    reply = ask(daemon_at(behave), deadline=0.4, upgrade=True)
    assert (reply.status, reply.ending) == (status, Ending.DEADLINE)
    assert 0.3 < reply.seconds <= time.monotonic() - began < 5  # and not for ever


def test_a_daemon_that_reads_no_body_does_not_outlive_the_deadline(daemon_at):
    asked = call("POST", body=b"x" * 10_000_000)
    reply = ask(daemon_at(lambda _: time.sleep(9)), asked, deadline=0.3)
    assert (reply.status, reply.ending) == (0, Ending.DEADLINE)


def test_an_endless_stream_ends_when_enough_was_read(daemon_at):
    address = daemon_at(for_ever(CHUNKED, b"4\r\nabcd\r\n", 0))
    reply = ask(address, limit=6)
    assert (reply.body, reply.ending) == (b"abcdab", Ending.LIMIT)


def test_a_body_of_just_the_limit_is_complete(daemon_at):
    assert ask(daemon_at(saying(OK)), limit=2).ending is Ending.COMPLETE


@pytest.mark.parametrize("head", [CHUNKED, b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n"])
def test_a_stream_that_goes_quiet_does_not_cost_the_whole_deadline(daemon_at, head):
    def behave(peer):
        peer.heard()
        time.sleep(0.4)  # the head may take its time
        peer.say(head)
        time.sleep(9)

    reply = ask(daemon_at(behave), quiet=0.2, upgrade=True)
    assert reply.ending is Ending.DEADLINE
    assert 0.5 < reply.seconds < 5


def test_a_switched_connection_is_read_raw_from_its_first_byte(daemon_at):
    head = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    reply = ask(daemon_at(saying(head + b"\x01\0\0\0", b"\0\0\0\x02hi")), upgrade=True)
    assert (reply.status, reply.ending) == (101, Ending.COMPLETE)
    assert reply.body == b"\x01\0\0\0\0\0\0\x02hi"


def test_headers_of_a_reply_have_lower_case_names_and_keep_their_order(daemon_at):
    said = b"HTTP/1.1 200 OK\r\nX-B: \xe9\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n"
    assert ask(daemon_at(saying(said))).headers[:3] == (("x-b", "é"), ("x-a", "1"), ("x-a", "2"))


def told(daemon_at, asked, **rest):
    """Return what a daemon heard: the first line, the headers and the body."""
    heard = []

    def behave(peer):
        heard.append(peer.heard())
        peer.say(OK)

    ask(daemon_at(behave), asked, **rest)
    return heard[0]


def test_a_call_reaches_the_wire_unaltered(daemon_at):
    asked = call(
        path="/images/{name}/../x//y",
        path_parameters=(("name", "127.0.0.1:5000/a b%2F"),),
        query=(("filters", '{"a":["b"]}'), ("empty", "")),
    )
    line, headers, body = told(daemon_at, asked)
    assert line == (
        "GET /v1.30/images/127.0.0.1:5000/a%20b%252F/../x//y"
        "?filters=%7B%22a%22%3A%5B%22b%22%5D%7D&empty= HTTP/1.1"
    )
    assert headers == {
        "host": "localhost",
        "user-agent": "docker-contract",
        "accept": "*/*",
        "accept-encoding": "identity",
    }
    assert body == b""


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (call("POST"), {"content-length": "0"}),
        (call("PUT", body=b""), {"content-length": "0"}),
        (call("POST", body=b"{}"), {"content-length": "2"}),
        (call("POST", body=b"{}", media_type="a/b"), {"content-type": "a/b"}),
        (call(headers=(("X-Registry-Auth", "e30="),)), {"x-registry-auth": "e30="}),
        (call(headers=(("accept", "a/b"),)), {"accept": "a/b"}),
    ],
)
def test_a_call_carries_the_headers_it_needs(daemon_at, asked, wanted):
    _, headers, _ = told(daemon_at, asked)
    assert wanted.items() <= headers.items()
    assert ("content-type" in headers) == bool(asked.media_type)


def test_an_upgrade_is_asked_for(daemon_at):
    _, headers, _ = told(daemon_at, call("POST"), upgrade=True)
    assert (headers["connection"], headers["upgrade"]) == ("Upgrade", "tcp")


def test_the_calls_own_upgrade_wins(daemon_at):
    asked = call("POST", headers=(("Upgrade", "h2c"),))
    _, headers, _ = told(daemon_at, asked, upgrade=True)
    assert (headers["connection"], headers["upgrade"]) == ("Upgrade", "h2c")


def test_a_websocket_is_asked_for(daemon_at):
    _, headers, _ = told(daemon_at, call(), websocket=True)
    assert headers["upgrade"] == "websocket"
    assert headers["sec-websocket-version"] == "13"
    assert len(headers["sec-websocket-key"]) == 24


def connections(behave):
    """Wrap a behaviour that is given every call of a connection; count the connections."""
    count = []

    def each(peer):
        count.append(peer.number)
        while peer.heard()[0] and behave(peer):
            pass

    return each, count


def test_a_connection_is_used_again(daemon_at):
    behave, count = connections(lambda peer: peer.say(OK) or True)
    with Daemon(daemon_at(behave)) as daemon:
        statuses = [daemon.ask(call(), V, deadline=5, limit=9).status for _ in range(3)]
    assert (statuses, len(count)) == ([200] * 3, 1)


def test_a_connection_closed_while_idle_is_no_finding(daemon_at):
    behave, count = connections(lambda peer: peer.say(OK))  # closes after each reply, unsaid
    with Daemon(daemon_at(behave)) as daemon:
        for method in ("GET", "POST") * 10:
            reply = daemon.ask(call(method), V, deadline=5, limit=9)
            assert (reply.status, reply.ending) == (200, Ending.COMPLETE)
            time.sleep(0.01)
    assert len(count) == 20


def dying_on_the_second(dead):
    """Answer the first call of each connection; close on the second, and on every one if dead."""

    def behave(peer):
        if peer.heard()[0] and not (dead and peer.number > 1):
            peer.say(OK)
            peer.heard()

    return behave


@pytest.mark.parametrize(
    ("method", "dead", "ending"),
    [
        ("GET", False, Ending.COMPLETE),  # asked again on a new connection
        ("GET", True, Ending.NO_REPLY),  # a daemon that dies of it is not hidden
        ("POST", False, Ending.NO_REPLY),  # it may have been done: not twice
        ("DELETE", False, Ending.NO_REPLY),
    ],
)
def test_only_what_changes_nothing_is_asked_again(daemon_at, method, dead, ending):
    with Daemon(daemon_at(dying_on_the_second(dead))) as daemon:
        daemon.ask(call(), V, deadline=5, limit=9)
        assert daemon.ask(call(method), V, deadline=5, limit=9).ending is ending


@pytest.mark.parametrize("said", [b"HTTP/1.1 304 No\r\n\r\nsurplus", b"HTTP/1.1 204 No\r\n\r\n{}"])
def test_a_body_that_must_not_be_there_does_not_spoil_the_next_reply(daemon_at, said):
    answers = iter([said, OK])
    behave, _ = connections(lambda peer: peer.say(next(answers)) or True)
    with Daemon(daemon_at(behave)) as daemon:
        replies = [daemon.ask(call("POST"), V, deadline=5, limit=9) for _ in range(2)]
    assert [reply.body for reply in replies] == [b"", b"OK"]


def test_replies_without_a_body_leave_the_connection_in_use(daemon_at):
    behave, count = connections(lambda peer: peer.say(b"HTTP/1.1 204 No\r\n\r\n") or True)
    with Daemon(daemon_at(behave)) as daemon:
        for method in ("HEAD", "POST", "DELETE"):
            assert daemon.ask(call(method), V, deadline=5, limit=9).status == 204
    assert len(count) == 1


def test_a_location_that_is_no_url_is_a_reply_like_any_other(daemon_at):
    said = b"HTTP/1.1 301 Moved\r\nLocation: http://[:x\r\nContent-Length: 0\r\n\r\n"
    assert ask(daemon_at(saying(said))).status == 301


def test_send_makes_an_exchange(daemon_at):
    asked = call()
    with Daemon(daemon_at(saying(OK))) as daemon:
        exchange = daemon.send(asked, V, deadline=5, limit=9)
    assert (exchange.version, exchange.call, exchange.reply.body) == (V, asked, b"OK")


def test_threads_share_a_daemon(daemon_at):
    behave, _ = connections(lambda peer: peer.say(OK) or True)
    bodies = []
    with Daemon(daemon_at(behave)) as daemon:

        def work():
            bodies.extend(daemon.ask(call(), V, deadline=5, limit=9).body for _ in range(20))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert bodies == [b"OK"] * 80


def no_socket(folder):
    return Address(socket=str(folder / "none.sock"))


def no_listener(folder):
    path = folder / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    return Address(socket=str(path))


def a_file(folder):
    (folder / "file").write_text("x")
    return Address(socket=str(folder / "file"))


def a_free_port(_):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Address(host="127.0.0.1", port=probe.getsockname()[1])


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (no_socket, "there is no such socket"),
        (no_listener, "nothing listens there"),
        (a_file, "nothing listens there"),
        (a_free_port, "nothing listens there"),
    ],
)
def test_an_address_with_no_daemon_is_one_clear_line(folder, where, why):
    address = where(folder)
    with pytest.raises(DaemonError) as caught:
        ask(address)
    text = str(caught.value)
    assert text == (
        f"cannot reach {address}: {why}; start the daemon, or name another one with --host"
    )


def test_a_full_backlog_is_waited_for_and_then_reported(folder):
    path = str(folder / "full.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(path)
            with pytest.raises(DaemonError, match="accepts no connection in time"):
                ask(Address(socket=path), deadline=0.3)


def test_a_header_that_http_cannot_carry_is_the_harness_s_fault(daemon_at):
    with pytest.raises(HarnessError, match="cannot be sent") as caught:
        ask(daemon_at(saying(OK)), call(headers=(("X", "a\nb"),)))
    assert caught.type is HarnessError
