"""Texts and numbers lose what is chance in them, and nothing else."""

import pytest

from harness.diff.wire.texts import message, number, plain, told, without_label

ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ID, "<id>"),
        (ID[:12], "<id>"),
        (f" ---> Running in {ID[:12]}\n", " ---> Running in <id>\n"),
        (f"/netns/{ID[:12]}", "/netns/<id>"),
        (f"sha256:{ID}", "sha256:<digest>"),
        (f"box:1@sha256:{ID}", "box:1@sha256:<digest>"),
        ("rjjgvi0bfc3xd2mio99mqxvuo", "<id>"),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "<id>"),
        ("52OJ:6Z7W:XUGZ:P6FI:S2XP:M2KG:R3TW:6LPT:S7MJ:XDM2:WLSQ:DBXO", "<id>"),
        ("docker-contract-542c647b-killed", "<killed>"),
        ("/docker-contract-542c647b-killed", "/<killed>"),
        ("docker-contract-542c647b-container-12", "<container>"),
        ("docker-contract-542c647b/base:latest", "<base>:latest"),
        (f"docker-contract-542c647b-web.1.{'a1' * 12}b", "<web.1>.<id>"),
        ("docker-contract.run=542c647b", "docker-contract.run=<run>"),
        ('{"docker-contract.run":"542c647b"}', '{"docker-contract.run":"<run>"}'),
        ("2026-11-24T18:15:55.947262877Z", "<time>"),
        ("2026-11-24 18:15:55 +0000 UTC", "<time>"),
        ("Tue, 24 Nov 2026 18:15:55 GMT", "<time>"),
        ("1795477234", "<time>"),
        ("1795477234.123456", "<time>"),
        ("1795477234123456789", "<time>"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("172.17.0.2", "<address>"),
        ("172.17.0.0/16", "<address>"),
        ("127.0.0.1:5000/docker-contract-542c647b-pulled", "<address>:<port>/<pulled>"),
        ("fe80::42:acff:fe11:2/64", "<address>"),
        ("02:42:ac:11:00:02", "<mac>"),
        ("/tmp/docker-contract-a_b1c2d3/root/x", "<folder>/root/x"),
        ("open /x/tmp/docker-import-3478678094/repo", "open /x/tmp/<temporary>/repo"),
        ("/v1.24/containers/json", "/v<version>/containers/json"),
        ("took 1.234s", "took <duration>"),
        ("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n", "<certificate>"),
    ],
)
def test_what_is_chance_is_replaced(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("running", "busybox:latest", "20.10.24+dfsg1", "1.2.3", "0.0.0.0", "127.0.0.1", "::1"),
        *("00:00:00", "a:b", "80/tcp", "512", "67108864", "1073741824", "2000000000", "deadbeef1"),
        *("container", "json-file", "default", "name=seccomp,profile=default", "/bin/sh -c true"),
        "0123456789abcde",
    ],
)
def test_what_is_no_chance_stays(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("running", '"running"'),
        ("", '""'),
        (ID, "<id>"),
        (f"/{ID}", '"/<id>"'),
        ("<unknown>", '"<unknown>"'),
        ("x" * 81, f'"{"x" * 79}…"'),
        ('a "b" | c', '"a \\"b\\" | c"'),
        ("\ud800", '"\\ud800"'),
        ("\x1b[31m", '"\\u001b[31m"'),
    ],
)
def test_texts_are_told_quoted_and_not_too_long(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1.5, "1.5"),
        (1795477234, "<time>"),
        (1795477234123456789, "<time>"),
        (1073741824, "1073741824"),
        (2000000000, "2000000000"),
        (1610612736, "1610612736"),
    ],
)
def test_moments_are_known_by_their_size(value, expected):
    assert number(value) == expected


def test_the_run_in_a_label_is_no_word():
    text = '{"Labels": {"docker-contract.run": "12345678", "a": "12345678"}}'
    expected = '{"Labels": {"docker-contract.run": "<run>", "a": "12345678"}}'
    assert without_label(text) == expected


def test_an_error_says_one_line():
    assert message(" No such container:\n docker-contract-542c647b-x ") == "No such container: <x>"
