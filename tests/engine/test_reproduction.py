"""Lines that show a finding by hand: a shell must be able to run them as they are."""

import subprocess
from dataclasses import replace

import pytest

from harness.daemon.address import Address
from harness.engine.reproduction import reproduction
from harness.model.call import Call
from harness.model.version import ApiVersion

V = ApiVersion(1, 30)
CALL = Call("ContainerStart", "POST", "/containers/{id}/start")
WORLD = "container_running='c 1'; image=busybox; auth_header=QQ==; volume_plain_name=v1; "


def line_of(call=CALL, **modes):
    modes = {"upgrade": False, "websocket": False, **modes}
    return reproduction(Address(socket="/d.sock"), call, V, **modes)


def arguments(line):
    """Return what a shell gives to curl, with the variables set."""
    script = "curl() { for word; do printf '%s\\0' \"$word\"; done; }\n" + WORLD + line + "\n"
    ran = subprocess.run(["sh", "-euc", script], capture_output=True, check=True, timeout=10)
    assert ran.stderr == b""
    return ran.stdout.decode().split("\0")[:-1]


def at(text):
    return replace(CALL, path_parameters=(("id", text),))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (at("one"), "http://localhost/v1.30/containers/one/start"),
        (at("{{container.running}}"), "http://localhost/v1.30/containers/c 1/start"),
        (at("{{container.running!}}"), "http://localhost/v1.30/containers/c 1/start"),
        (at("{{volume.plain.name}}"), "http://localhost/v1.30/containers/v1/start"),
        (
            replace(at("{{container.running}}"), query=(("t", "1"), ("v", "{{image}}"))),
            "http://localhost/v1.30/containers/c 1/start?t=1&v=busybox",
        ),
        (at("{{unknown}}"), "http://localhost/v1.30/containers/docker-contract-unknown/start"),
        (at("{{new.container}}"), "http://localhost/v1.30/containers/by-hand-container/start"),
        (replace(at("x"), headers=(("X-Image", "a {{image}}"),)), "X-Image: a busybox"),
        (
            replace(
                at("x"),
                body=b'{"Image":"{{image}}","Cmd":["it\'s","{{container.running}}"]}',
                media_type="application/json",
            ),
            '{"Image":"busybox","Cmd":["it\'s","c 1"]}',
        ),
        (
            replace(at("x"), body=b"{{tar.build}}", media_type="application/x-tar"),
            "@build.tar",
        ),
    ],
)
def test_a_shell_puts_what_the_variables_hold_where_the_run_had_its_own(call, argument):
    given = arguments(line_of(call))
    assert argument in given
    assert "--unix-socket" in given
    assert not any("{{" in word or "DC0" in word for word in given)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("{{container.running}}", "# $container_running: container (running)"),
        ("{{image}} {{registry}}", "# $image: an image; $registry: a registry's host:port"),
        ("{{index}}", "# $index: the version index of the object in the path"),
    ],
)
def test_a_remark_tells_what_the_variables_must_hold(text, remark):
    assert line_of(at(text)).endswith(remark)


@pytest.mark.parametrize("text", ["one", "{{unknown}}", "{{run}}", "{{new.volume}}"])
def test_there_is_no_remark_where_there_are_no_variables(text):
    assert "#" not in line_of(at(text))


@pytest.mark.parametrize(
    ("call", "secret"),
    [
        (replace(at("x"), headers=(("X-Registry-Auth", "c2VjcmV0"),)), "c2VjcmV0"),
        (
            replace(
                at("x"), body=b'{"username":"me","password":"hush"}', media_type="application/json"
            ),
            "hush",
        ),
        (
            replace(
                Call("SwarmUnlock", "POST", "/swarm/unlock"),
                body=b'{"UnlockKey":"SWMKEY-1-abc"}',
                media_type="application/json",
            ),
            "abc",
        ),
    ],
)
def test_no_secret_is_in_the_line(call, secret):
    assert secret not in line_of(call)


@pytest.mark.parametrize(
    ("modes", "header"),
    [({"upgrade": True}, "Upgrade: tcp"), ({"websocket": True}, "Upgrade: websocket")],
)
def test_a_call_that_switches_protocols_does_so_by_hand_too(modes, header):
    assert header in arguments(line_of(at("x"), **modes))
