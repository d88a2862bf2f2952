import shutil
import subprocess
from pathlib import Path

import pytest

from harness.daemon.address import Address
from harness.daemon.curl import curl_line
from harness.daemon.tls import TlsSettings
from harness.daemon.transport import Daemon
from harness.model.call import Call
from harness.model.version import ApiVersion

V = ApiVersion(1, 30)
SOCKET = Address(socket="/run/d.sock")


def call(method="GET", path="/_ping", **rest):
    return Call(operation="X", method=method, path=path, **rest)


def with_body(body, media_type="application/json", **rest):
    return call("POST", "/x", body=body, media_type=media_type, **rest)


POST = "curl -i --unix-socket /run/d.sock -X POST -H 'Content-Type: application/json'"
X = "http://localhost/v1.30/x"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (call(), "curl -i --unix-socket /run/d.sock http://localhost/v1.30/_ping"),
        (call("HEAD"), "curl --head --unix-socket /run/d.sock http://localhost/v1.30/_ping"),
        (
            call(query=(("filters", '{"a":["b"]}'),)),
            (
                "curl -i --unix-socket /run/d.sock"
                " 'http://localhost/v1.30/_ping?filters=%7B%22a%22%3A%5B%22b%22%5D%7D'"
            ),
        ),
        (
            call("DELETE", "/x/../y"),
            (
                "curl -i --unix-socket /run/d.sock -X DELETE --path-as-is"
                " http://localhost/v1.30/x/../y"
            ),
        ),
        (
            call(headers=(("X-A", "it's"), ("X-B", ""))),
            (
                "curl -i --unix-socket /run/d.sock -H 'X-A: it'\"'\"'s' -H 'X-B;'"
                " http://localhost/v1.30/_ping"
            ),
        ),
        (with_body(b'{"a": 1}'), f"{POST} --data-binary '{{\"a\": 1}}' {X}"),
        (with_body(b""), f"{POST} --data-binary '' {X}"),
        (
            with_body(b"{}", media_type=""),
            f"curl -i --unix-socket /run/d.sock -X POST -H Content-Type: --data-binary '{{}}' {X}",
        ),
        (with_body(b"a\nb"), f"echo YQpi | base64 -d | {POST} --data-binary @- {X}"),
        (with_body(b"@a"), f"echo QGE= | base64 -d | {POST} --data-binary @- {X}"),
        (
            with_body(b"\0" * 2048, media_type="application/x-tar"),
            (
                "curl -i --unix-socket /run/d.sock -X POST -H 'Content-Type: application/x-tar'"
                f" --data-binary @body.tar {X}  # body.tar: 2048 bytes, sha256"
                " e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad"
            ),
        ),
        (
            with_body(b'{"password":"hunter2"}', headers=(("X-Registry-Auth", "e30="),)),
            (
                "curl -i --unix-socket /run/d.sock -X POST -H 'X-Registry-Auth: [redacted]'"
                " -H 'Content-Type: application/json'"
                f' --data-binary \'{{"password":"[redacted]"}}\' {X}'
            ),
        ),
    ],
)
def test_a_line_makes_the_call(asked, line):
    assert curl_line(SOCKET, asked, V) == line


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (Address(host="127.0.0.1", port=99), "curl -i http://127.0.0.1:99/_ping"),
        (Address(host="p", port=80, prefix="/d"), "curl -i http://p:80/d/_ping"),
        (Address(host="::1", port=99), "curl -i --globoff 'http://[::1]:99/_ping'"),
        (
            Address(host="d", port=2376, tls=TlsSettings(Path("ca"), Path("cert"), Path("key"))),
            "curl -i --cacert ca --cert cert --key key https://d:2376/_ping",
        ),
        (
            Address(host="d", port=2376, tls=TlsSettings(verify=False)),
            "curl -i --insecure https://d:2376/_ping",
        ),
    ],
)
def test_a_line_reaches_the_daemon(address, line):
    assert curl_line(address, call(), None) == line


def test_an_upgrade_is_asked_for():
    line = curl_line(SOCKET, call("POST"), V, upgrade=True)
    assert "-H 'Connection: Upgrade' -H 'Upgrade: tcp'" in line


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize(
    "asked",
    [
        call(),
        call("HEAD"),
        call("DELETE", "/a//b/../c"),
        call(query=(("a", "b&c'"), ("d", "[x]{y}"))),
        call(headers=(("X-A", "it's"), ("X-B", ""))),
        call("POST"),
        with_body(b'{"a": "it\'s $HOME `id`"}'),
        with_body('{"ä": 1}'.encode()),
        with_body(b"{}", media_type=""),
        with_body(b""),
        with_body(b"a\n\0\xff"),
        with_body(b"@/dev/null"),
    ],
)  # fmt: skip
def test_curl_says_what_the_transport_says(daemon_at, asked):
    heard = []

    def behave(peer):
        heard.append(peer.heard())
        peer.say(b"HTTP/1.1 204 No Content\r\n\r\n")

    address = daemon_at(behave)
    with Daemon(address) as daemon:
        daemon.ask(asked, V, deadline=5, limit=9)
    subprocess.run(["sh", "-c", curl_line(address, asked, V)], check=True, capture_output=True)
    for _, headers, _ in heard:
        for name in ("accept", "accept-encoding", "user-agent"):
            headers.pop(name, None)
        if headers.get("content-length") == "0":
            del headers["content-length"]
    assert heard[0] == heard[1]
