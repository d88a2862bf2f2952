"""Docker's own rules: rows that keep each, rows that break it, and what they leave alone."""

import io
import json
import tarfile

import pytest
from replies import COMMON, subject

from contracts.rules import RULES
from harness.checks import CHECKS, judge
from harness.model.call import Ending
from harness.model.judgement import Streaming

TEXT = {"content-type": "text/plain; charset=utf-8"}
RAW = {"content-type": "application/vnd.docker.raw-stream"}
BARE = dict.fromkeys(COMMON)
GONE = {"status": 404, "body": b'{"message":"No such container: nope"}\n'}
GONE_TEXT = {"status": 404, "version": "1.23", "headers": TEXT, "body": b"No such container: x\n"}
UPGRADED = {
    "operation": "ContainerAttach",
    "status": 101,
    "streaming": Streaming.FRAMES,
    "body": b"",
    "headers": {**BARE, **RAW, "upgrade": "tcp", "connection": "Upgrade"},
}
LOGS = {
    "operation": "ContainerLogs",
    "streaming": Streaming.FRAMES,
    "headers": {"content-type": None},
}
TERMINAL = {**LOGS, "streaming": Streaming.RAW}
LINES = {"operation": "ImageCreate", "streaming": Streaming.JSON_LINES}
VERSION = {
    "operation": "SystemVersion",
    "body": b'{"ApiVersion":"1.41","MinAPIVersion":"1.24"}',
}
TAR = {
    "operation": "ContainerArchive",
    "streaming": Streaming.TAR,
    "headers": {"content-type": "application/x-tar"},
}
HELLO = b"\1\0\0\0\0\0\0\6hello\n"
FAILED = b'{"errorDetail":{"message":"no"},"error":"no"}\r\n'
DIGEST = "sha256:" + "0af1" * 16
JSON_PROMISED = 'Docker promises {"message": "..."} as application/json'
TEXT_PROMISED = "Docker promises a text as text/plain"


def archive(*names):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 700
            tar.addfile(member, io.BytesIO(b"x" * 700))
    return written.getvalue()


def networks(**differences):
    bridge = {"Gateway": "172.17.0.1", "IPAddress": "172.17.0.2", "IPv6Gateway": "", **differences}
    return json.dumps({"NetworkSettings": {"Networks": {"some-net": bridge}}}).encode()


def stats(**cpu):
    return json.dumps({"cpu_stats": {"cpu_usage": {"total_usage": 5}, **cpu}}).encode()


def only(id_):
    return [rule for rule in RULES if rule.id == id_]


KEPT = [
    ("error-shape", GONE),
    ("error-shape", {**GONE, "body": b'{"message":"no","cause":"x","response":404}'}),
    ("error-shape", {**GONE, "version": "1.24"}),
    ("error-shape", GONE_TEXT),
    ("error-shape", {**GONE_TEXT, "body": b"7"}),
    ("api-version-header", {}),
    ("api-version-header", GONE),
    ("api-version-header", {**GONE, "body": b'{"message":"network x not found"}\n'}),
    ("api-version-header", {"headers": {"api-version": "1.30"}}),
    ("api-version-header", {"operation": "ExecStart", "status": 409}),
    ("server-header", {}),
    ("server-header", {"headers": {"server": "Libpod/4.3.1 (linux)"}}),
    ("server-header", {"headers": {"server": "Docker/1.13.0"}}),
    ("upgrade-announced", UPGRADED),
    ("stream-framing", {**LOGS, "body": HELLO}),
    ("stream-framing", {**LOGS, "body": HELLO + b"\2\0\0\0\0\0\0\0" + b"\3\0\0\0\0\0\0\1!"}),
    ("stream-framing", {**LOGS, "body": HELLO[:10], "ending": Ending.DEADLINE}),
    ("stream-framing", {**LOGS, "body": HELLO + b"\1\0\0", "ending": Ending.LIMIT}),
    ("stream-framing", {**UPGRADED, "body": HELLO}),
    ("stream-unframed", {**TERMINAL, "body": b"hello\r\n"}),
    ("stream-unframed", {**TERMINAL, "body": b"\1\0\0\0\0\0\0\6hel"}),
    ("stream-unframed", {**TERMINAL, "body": b"\0" * 16}),
    # The first bytes of HTTP/2, which a session switches to.
    ("stream-unframed", {**TERMINAL, "body": b"\0\0\6\4\0\0\0\0\0\0\5\0\0\x40\0"}),
    ("json-lines", {**LINES, "body": b'{"status":"a"}\r\n{"status":"b"}\r\n'}),
    ("json-lines", {**LINES, "body": b'{"status":"a"}\n\n{"sta', "ending": Ending.DEADLINE}),
    ("json-lines", {**LINES, "body": b'{\n  "status": "a"\n}\n'}),
    ("stream-error-told", {**LINES, "body": b'{"status":"a"}\r\n' + FAILED}),
    ("tar-archive", {**TAR, "body": archive("a", "b")}),
    ("tar-archive", {**TAR, "body": archive("a", "b")[:1500], "ending": Ending.LIMIT}),
    ("tar-archive", {**TAR, "body": archive("a")[:100], "ending": Ending.DEADLINE}),
    ("tar-archive", {**TAR, "body": archive()}),
    ("address-or-empty", {"body": networks()}),
    ("address-or-empty", {"body": networks(GlobalIPv6Address="2001:db8::2")}),
    ("address-or-empty", {"body": networks(Gateway="172.17.0.1/16")}),
    ("image-id-digest", {"operation": "ImageInspect", "body": f'{{"Id":"{DIGEST}"}}'.encode()}),
    ("image-id-digest", {"operation": "ImageHistory", "body": b'[{"Id":"<missing>"}]'}),
    ("image-id-digest", {"operation": "ImageList", "body": b"[]"}),
    (
        "top-columns",
        {"operation": "ContainerTop", "body": b'{"Titles":["PID","CMD"],"Processes":[["1","sh"]]}'},
    ),
    ("top-columns", {"operation": "ContainerTop", "body": b'{"Titles":["PID"],"Processes":null}'}),
    ("stats-online-cpus", {"operation": "ContainerStats", "body": stats(online_cpus=2)}),
    # A container that does not run has none to count.
    ("stats-online-cpus", {"operation": "ContainerStats", "body": b'{"cpu_stats":{}}'}),
    ("version-within-limits", VERSION),
    ("version-within-limits", {**VERSION, "version": "1.24"}),
]

BROKEN = [
    ("error-shape", {**GONE, "body": b""}, f"an error with an empty body; {JSON_PROMISED}"),
    (
        "error-shape",
        {"status": 403, "headers": {"content-type": "text/html"}, "body": b"<html>"},
        f"an error as text/html; {JSON_PROMISED}",
    ),
    (
        "error-shape",
        {**GONE, "headers": {"content-type": None}},
        f"an error as no media type; {JSON_PROMISED}",
    ),
    ("error-shape", {**GONE, "body": b"no"}, f"an error that is no JSON; {JSON_PROMISED}"),
    (
        "error-shape",
        {**GONE, "body": b'"no"'},
        f"an error that is JSON of type string; {JSON_PROMISED}",
    ),
    (
        "error-shape",
        {**GONE, "body": b'{"error":"no"}'},
        f"an error without a message; {JSON_PROMISED}",
    ),
    (
        "error-shape",
        {**GONE, "body": b'{"message":null}'},
        f"an error whose message is of type null; {JSON_PROMISED}",
    ),
    ("error-shape", {**GONE, "version": "1.23"}, f"an error as application/json; {TEXT_PROMISED}"),
    (
        "error-shape",
        {**GONE_TEXT, "body": b'{"message":"no"}'},
        f"an error that is a JSON object; {TEXT_PROMISED}",
    ),
    ("error-shape", {**GONE_TEXT, "body": b"\n"}, f"an error with an empty body; {TEXT_PROMISED}"),
    (
        "api-version-header",
        {"headers": {"api-version": None}},
        "sent no Api-Version header; Docker promises the highest version served",
    ),
    (
        "api-version-header",
        {"headers": {"api-version": "4.0.0"}},
        "sent an Api-Version header that is no version; Docker promises one like 1.30",
    ),
    (
        "api-version-header",
        {"headers": {"api-version": "1.29"}},
        "sent an Api-Version below the version asked for; Docker promises the highest served",
    ),
    (
        "server-header",
        {"headers": {"server": None}},
        "sent no Server header; Docker promises one like Product/1.2 (linux)",
    ),
    (
        "server-header",
        {"headers": {"server": "daemon"}},
        "sent a Server header of another form; Docker promises Product/1.2 (linux)",
    ),
    (
        "upgrade-announced",
        {**UPGRADED, "headers": {**BARE, **RAW, "connection": "Upgrade"}},
        "answered 101 without an Upgrade header; HTTP promises one",
    ),
    (
        "upgrade-announced",
        {**UPGRADED, "headers": {**BARE, **RAW, "upgrade": "tcp", "connection": "close"}},
        'answered 101 without "Connection: Upgrade"; HTTP promises it',
    ),
    (
        "stream-framing",
        {**LOGS, "body": b"hello\n"},
        (
            "sent bytes that are no frame; Docker promises frames of an 8-byte header and what it "
            "announces"
        ),
    ),
    (
        "stream-framing",
        {**LOGS, "body": HELLO + b"\4" + HELLO[1:]},
        (
            "sent bytes that are no frame; Docker promises frames of an 8-byte header and what it "
            "announces"
        ),
    ),
    (
        "stream-framing",
        {**LOGS, "body": HELLO[:10]},
        (
            "sent an unfinished frame; Docker promises frames of an 8-byte header and what it "
            "announces"
        ),
    ),
    (
        "stream-framing",
        {**LOGS, "body": HELLO + b"\1\0"},
        (
            "sent an unfinished frame; Docker promises frames of an 8-byte header and what it "
            "announces"
        ),
    ),
    (
        "stream-unframed",
        {**TERMINAL, "body": HELLO + HELLO},
        "sent frames for a terminal; Docker promises the bytes of the terminal as they are",
    ),
    (
        "json-lines",
        {**LINES, "body": b'{"status":"a"}{"status":"b"}\n'},
        "sent a line that is no JSON value; Docker promises one JSON value a line",
    ),
    (
        "json-lines",
        {**LINES, "body": b'{"status":"a"}\noops\noops\n{"st', "ending": Ending.DEADLINE},
        "sent a line that is no JSON value; Docker promises one JSON value a line",
    ),
    (
        "stream-error-told",
        {**LINES, "body": b'{"error":"no"}\n'},
        (
            "errorDetail.message is no text in a stream's error; Docker promises error and "
            "errorDetail.message"
        ),
    ),
    (
        "stream-error-told",
        {**LINES, "body": b'{"errorDetail":{"message":"no"}}\n'},
        "error is no text in a stream's error; Docker promises error and errorDetail.message",
    ),
    (
        "tar-archive",
        {**TAR, "body": b"no such file"},
        "sent bytes that are no archive; Docker promises a tar archive",
    ),
    (
        "tar-archive",
        {**TAR, "body": b"no" * 512, "ending": Ending.LIMIT},
        "sent bytes that are no archive; Docker promises a tar archive",
    ),
    (
        "tar-archive",
        {**TAR, "body": archive("a", "b")[:900]},
        "sent a broken archive; Docker promises a tar archive",
    ),
    (
        "address-or-empty",
        {"body": networks(Gateway="<nil>")},
        "holds a text that is no address; Docker promises an IP address or an empty string",
    ),
    (
        "image-id-digest",
        {"operation": "ImageList", "body": b'[{"Id":"0af1"},{"Id":"0af2"}]'},
        "is no digest; Docker promises sha256: and 64 hexadecimal digits",
    ),
    (
        "top-columns",
        {"operation": "ContainerTop", "body": b'{"Titles":["PID","CMD"],"Processes":[["1 sh"]]}'},
        (
            "has rows of another width than the titles; Docker promises as many columns as "
            "there are titles"
        ),
    ),
    (
        "stats-online-cpus",
        {"operation": "ContainerStats", "body": stats()},
        "is not counted for a running container; Docker promises the number of processors",
    ),
    (
        "version-within-limits",
        {**VERSION, "version": "1.33", "body": b'{"ApiVersion":"1.32"}'},
        "served a version outside of its own limits; Docker promises 400",
    ),
]


@pytest.mark.parametrize(("rule", "difference"), KEPT)
def test_a_rule_that_is_kept_is_counted_and_gives_no_finding(rule, difference):
    judged = judge(subject(**difference), only(rule))
    assert judged.applied == (rule,)
    assert judged.findings == ()


@pytest.mark.parametrize(("rule", "difference", "message"), BROKEN)
def test_a_broken_rule_is_named_once(rule, difference, message):
    judged = judge(subject(**difference), RULES)
    found = [(f.check, f.complaint.message.removeprefix("answered ")) for f in judged.findings]
    assert found == [(rule, message.removeprefix("answered "))]


NOT_JUDGED = [
    ("error-shape", {}),
    ("error-shape", {**GONE, "method": "HEAD", "body": b""}),
    # Attach has taken the connection over when it finds that there is no such container.
    ("error-shape", {"operation": "ContainerAttach", **GONE, "headers": {**BARE, **RAW}}),
    ("api-version-header", {"operation": "ContainerAttach", "headers": {**BARE, **RAW}}),
    ("api-version-header", UPGRADED),
    ("api-version-header", {"version": "1.24", "headers": BARE}),
    ("server-header", {"version": "1.19", "headers": BARE}),
    ("server-header", UPGRADED),
    # No handler was there to add them.
    ("api-version-header", {**GONE, "headers": BARE, "body": b'{"message":"page not found"}\n'}),
    ("server-header", {**GONE, "headers": {**BARE, **TEXT}, "body": b"404 page not found\n"}),
    ("upgrade-announced", {}),
    ("stream-framing", {**LOGS, "status": 404}),
    ("stream-framing", {**LOGS, "body": b""}),
    ("stream-framing", {**TERMINAL, "body": b"x"}),
    ("stream-unframed", {**LOGS, "body": HELLO}),
    ("json-lines", {**LINES, "body": b""}),
    ("json-lines", {**LINES, **GONE}),
    ("stream-error-told", {**LINES, "body": b'{"status":"a"}\n'}),
    ("tar-archive", {**TAR, **GONE}),
    ("address-or-empty", {"body": b'{"Id":"a"}'}),
    ("address-or-empty", {"body": b'{"Labels":{"Gateway":"mine"}}'}),
    ("image-id-digest", {"operation": "ImageList", "version": "1.21", "body": b'[{"Id":"a"}]'}),
    ("top-columns", {}),
    ("stats-online-cpus", {"operation": "ContainerStats", "version": "1.26", "body": stats()}),
    ("version-within-limits", {}),
    ("version-within-limits", {**VERSION, "status": 400}),
    ("version-within-limits", {**VERSION, "body": b"[]"}),
]


@pytest.mark.parametrize(("rule", "difference"), NOT_JUDGED)
def test_a_rule_with_nothing_to_say_is_left_out(rule, difference):
    assert judge(subject(**difference), only(rule)).applied == ()


@pytest.mark.parametrize("difference", [GONE, GONE_TEXT])
def test_an_error_of_either_age_breaks_nothing(difference):
    assert judge(subject(**difference), CHECKS + RULES).findings == ()


def test_an_address_is_found_at_the_same_place_in_every_network():
    (finding,) = judge(subject(body=networks(Gateway="<nil>")), RULES).findings
    assert finding.complaint.pointer == "/NetworkSettings/Networks/*/Gateway"
    assert finding.complaint.seen == "<nil>"


def test_every_rule_has_rows_that_keep_it_and_rows_that_break_it():
    known = {rule.id for rule in RULES}
    assert {row[0] for row in KEPT} == known
    assert {row[0] for row in BROKEN} == known


def test_ids_are_unique_among_all_checks_and_summaries_are_sentences():
    every = CHECKS + RULES
    assert len({check.id for check in every}) == len(every)
    assert [check.id for check in every if not check.summary.endswith(".")] == []
