import json
import time

import pytest

from harness.daemon.preflight import DaemonInfo, greet, served_anyway, unsupported
from harness.daemon.transport import Daemon
from harness.model.errors import DaemonError
from harness.model.version import ApiVersion

DOCKER = {
    "Platform": {"Name": ""},
    "Components": [{"Name": "Engine", "Version": "20.10.24"}],
    "Version": "20.10.24",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.12",
    "Os": "linux",
    "Arch": "amd64",
}
COMMUNITY = {**DOCKER, "Platform": {"Name": "Docker Engine - Community"}}
PODMAN = {
    **DOCKER,
    "Platform": {"Name": "linux/amd64/debian-12"},
    "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}],
    "Version": "4.3.1",
    "MinAPIVersion": "1.24",
}
OLD = {"Version": "1.12.6", "ApiVersion": "1.24", "Os": "linux", "Arch": "amd64"}
SWARM = {"Swarm": {"LocalNodeState": "inactive"}}


def http(body, *, status="200 OK", media_type="application/json", more=""):
    text = body if isinstance(body, str) else json.dumps(body)
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}"
    return f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode()


def answering(**replies):
    """Answer GET /version and GET /info as told, and at other paths nothing that is of use."""

    def behave(peer):
        while line := peer.heard()[0]:
            name = line.split()[1].strip("/")
            peer.say(replies.get(name, http({"message": "page not found"}, status="404 No")))

    return behave


def greeted(daemon_at, **replies):
    with Daemon(daemon_at(answering(**replies))) as daemon:
        return greet(daemon)


@pytest.mark.parametrize(
    ("said", "more", "product", "minimum"),
    [
        (DOCKER, "", "Docker Engine 20.10.24", ApiVersion(1, 12)),
        (COMMUNITY, "", "Docker Engine - Community 20.10.24", ApiVersion(1, 12)),
        (PODMAN, "", "Podman Engine 4.3.1", ApiVersion(1, 24)),
        (OLD, "Server: Docker/1.12.6 (linux)\r\n", "Docker 1.12.6", None),
        (OLD, "", "unnamed daemon 1.12.6", None),
        ({**OLD, "Components": None, "MinAPIVersion": None}, "", "unnamed daemon 1.12.6", None),
    ],
)
def test_a_daemon_says_who_it_is(daemon_at, said, more, product, minimum):
    info = greeted(daemon_at, version=http(said, more=more), info=http(SWARM))
    assert (info.product, info.minimum) == (product, minimum)
    assert info.maximum == ApiVersion.parse(said["ApiVersion"])
    assert (info.os, info.arch, info.swarm) == ("linux", "amd64", "inactive")


@pytest.mark.parametrize(
    ("said", "more", "experimental"),
    [
        (DOCKER, "", False),
        (DOCKER, "Docker-Experimental: false\r\n", False),
        (DOCKER, "Docker-Experimental: true\r\n", True),
        ({**DOCKER, "Experimental": True}, "", True),
    ],
)
def test_a_daemon_says_whether_it_is_experimental(daemon_at, said, more, experimental):
    assert greeted(daemon_at, version=http(said, more=more)).experimental is experimental


@pytest.mark.parametrize(
    "info", [http({}), http("no"), http({"Swarm": 1}), http("", status="500 No")]
)
def test_a_daemon_need_not_tell_of_its_swarm(daemon_at, info):
    assert greeted(daemon_at, version=http(DOCKER), info=info).swarm == ""


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (http("<html>", media_type="text/html"), "GET /version answers text/html and no JSON"),
        (http([]), "GET /version#: should be an object"),
        (http({}), "GET /version#: ApiVersion is missing"),
        (http({"ApiVersion": "new"}), "'new' is not an API version"),
        (http({"ApiVersion": "1.41", "Version": 3}), "GET /version#/Version: should be a string"),
        (http("no", status="403 No"), "GET /version answers 403 'no'"),
        (b"220 mail ready\r\n\r\n", "it does not speak HTTP, but says '220 mail ready'"),
        (b"\x15\x03\x01\x00\x02\x02\x0a", "it speaks TLS; say so with DOCKER_TLS_VERIFY=1"),
        (
            http("Client sent an HTTP request to an HTTPS server.", status="400 Bad Request"),
            "it speaks TLS; say so with DOCKER_TLS_VERIFY=1",
        ),
    ],
)
def test_what_is_no_docker_daemon_is_told_in_one_line(daemon_at, said, message):
    def behave(peer):
        peer.heard()
        peer.say(said)

    with Daemon(daemon_at(behave)) as daemon, pytest.raises(DaemonError) as caught:
        greet(daemon)
    assert str(caught.value).startswith(f"{daemon.address} is no Docker daemon: {message}")
    assert "\n" not in str(caught.value)


def test_what_closes_without_a_reply_is_no_docker_daemon(daemon_at):
    with (
        Daemon(daemon_at(lambda peer: peer.heard())) as daemon,
        pytest.raises(DaemonError, match="it closes the connection without a reply"),
    ):
        greet(daemon)


def test_what_answers_nothing_is_given_up_within_five_seconds(daemon_at):
    began = time.monotonic()
    with (
        Daemon(daemon_at(lambda _: time.sleep(9))) as daemon,
        pytest.raises(DaemonError, match=r"no whole answer within 4\.5 s"),
    ):
        greet(daemon)
    assert time.monotonic() - began < 8  # the daemon would take nine


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.23", "the daemon serves API 1.24 and later"),
        ("1.24", ""),
        ("1.41", ""),
        ("1.42", "the daemon serves API 1.41 and earlier"),
    ],
)
def test_versions_outside_of_what_the_daemon_says_are_unsupported(version, reason):
    info = DaemonInfo(product="x", minimum=ApiVersion(1, 24), maximum=ApiVersion(1, 41))
    assert unsupported(info, ApiVersion.parse(version)) == reason


def test_a_daemon_that_names_no_oldest_version_supports_old_ones():
    info = DaemonInfo(product="x", minimum=None, maximum=ApiVersion(1, 24))
    assert unsupported(info, ApiVersion(1, 18)) == ""


@pytest.mark.parametrize(
    ("said", "served"),
    [(http(DOCKER), True), (http({"message": "too old"}, status="400 Bad Request"), False)],
)
def test_a_version_may_be_served_anyway(daemon_at, said, served):
    with Daemon(daemon_at(answering(**{"v1.18/version": said}))) as daemon:
        assert served_anyway(daemon, ApiVersion(1, 18)) is served
