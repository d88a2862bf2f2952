"""Wrong answers that daemons really gave are found; right ones that were doubted are not."""

import json

import pytest
from replies import subject

from contracts.rules import RULES
from harness.checks import CHECKS, judge
from harness.model.call import Ending, Twist
from harness.model.judgement import Streaming

NO_TYPE = {"content-type": None}
HTML = {"content-type": "text/html"}
STREAM = {"operation": "ContainerStats", "streaming": Streaming.JSON_LINES}
DIED = {"status": 0, "body": b"", "ending": Ending.NO_REPLY}
FRAME = b"\1\0\0\0\0\0\0\6hello\n"


def inspected(**differences):
    return json.dumps({"Id": "a", **differences}).encode()


FOUND = [
    (
        "a list of containers that is null",
        "body-matches-schema",
        {"operation": "ContainerList", "body": b"null"},
    ),
    (
        "a list of networks that is null",
        "body-matches-schema",
        {"operation": "NetworkList", "body": b"null"},
    ),
    (
        "an inspected container whose networks are null",
        "body-matches-schema",
        {"version": "1.33", "body": inspected(NetworkSettings={"Networks": None})},
    ),
    (
        "an address that is the text of a null pointer",
        "address-or-empty",
        {"body": inspected(NetworkSettings={"Gateway": "<nil>"})},
    ),
    (
        "malformed JSON that is the daemon's own failure",
        "malformed-body-refused",
        {
            "operation": "NetworkCreate",
            "status": 500,
            "twist": Twist.MALFORMED_JSON,
            "body": b'{"message":"EOF"}',
        },
    ),
    (
        "a missing body that is the daemon's own failure",
        "malformed-body-refused",
        {
            "operation": "VolumeCreate",
            "status": 500,
            "twist": Twist.EMPTY_BODY,
            "body": b'{"message":"EOF"}',
        },
    ),
    (
        "a documented condition that is refused",
        "status-documented",
        {
            "operation": "ContainerWait",
            "version": "1.28",
            "status": 400,
            "body": b'{"message":"invalid condition"}',
        },
    ),
    (
        "an exec in a stopped container that is the daemon's own failure",
        "no-server-error",
        {"operation": "ContainerExec", "status": 500, "body": b'{"message":"not running"}'},
    ),
    (
        "a terminal's output in frames",
        "stream-unframed",
        {
            "operation": "ContainerAttach",
            "streaming": Streaming.RAW,
            "body": FRAME,
            "headers": {"content-type": "application/vnd.docker.raw-stream"},
        },
    ),
    (
        "frames that announce less than they hold",
        "stream-framing",
        {
            "operation": "ContainerAttach",
            "streaming": Streaming.FRAMES,
            "body": FRAME.replace(b"\6", b"\5") * 2,
            "headers": {"content-type": "application/vnd.docker.raw-stream"},
        },
    ),
    (
        "empty filters that are the daemon's own failure",
        "no-server-error",
        {
            "operation": "ImageList",
            "status": 500,
            "twist": Twist.EMPTY_VALUE,
            "body": b'{"message":"EOF"}',
        },
    ),
    (
        "a list of images of no bytes",
        "body-matches-schema",
        {"operation": "ImageList", "headers": NO_TYPE, "body": b""},
    ),
    (
        "an unknown container without a message",
        "error-shape",
        {"operation": "ContainerTop", "status": 404, "twist": Twist.UNKNOWN_ID, "body": b""},
    ),
    (
        "an image that is not there and is said to be pulled",
        "unknown-id-not-found",
        {
            "operation": "ImageCreate",
            "twist": Twist.UNKNOWN_ID,
            "streaming": Streaming.JSON_LINES,
            "body": b'{"errorDetail":{"message":"no"},"error":"no"}\n',
        },
    ),
    (
        "processors that are not counted",
        "stats-online-cpus",
        {**STREAM, "body": b'{"cpu_stats":{"cpu_usage":{"total_usage":1}}}\n'},
    ),
    (
        "a state that no document names",
        "body-matches-schema",
        {"version": "1.33", "body": inspected(State={"Status": "configured"})},
    ),
    (
        "an image's id without its algorithm",
        "image-id-digest",
        {
            "operation": "ImageHistory",
            "body": json.dumps(
                [
                    {
                        "Id": "0af1" * 16,
                        "Created": 1,
                        "CreatedBy": "",
                        "Tags": [],
                        "Size": 1,
                        "Comment": "",
                    }
                ]
            ).encode(),
        },
    ),
    (
        "processes in one column",
        "top-columns",
        {"operation": "ContainerTop", "body": b'{"Titles":["PID","CMD"],"Processes":[["1 sh"]]}'},
    ),
    (
        "an unknown container that was removed",
        "unknown-id-not-found",
        {
            "operation": "ContainerDelete",
            "status": 204,
            "twist": Twist.UNKNOWN_ID,
            "body": b"",
            "headers": NO_TYPE,
        },
    ),
    (
        "a proxy's page for a person",
        "error-shape",
        {"operation": "ContainerDelete", "status": 404, "headers": HTML, "body": b"<html>"},
    ),
    (
        "ports that are null",
        "body-matches-schema",
        {"operation": "ContainerList", "body": b'[{"Id":"a","Ports":null}]'},
    ),
    (
        "an error that is text though JSON is due",
        "error-shape",
        {"status": 404, "headers": {"content-type": "text/plain"}, "body": b"no"},
    ),
    (
        "a handler that died",
        "reply-given",
        {"operation": "SystemAuth", "twist": Twist.NULL_BODY, "headers": NO_TYPE, **DIED},
    ),
]

FINE = [
    ("sizes that were not asked for", {"operation": "ContainerList", "body": b'[{"Id":"a"}]'}),
    (
        "more than the document names",
        {"operation": "SystemVersion", "body": b'{"ApiVersion":"1.41","New":{}}'},
    ),
    (
        "more of a list's elements",
        {
            "operation": "ContainerList",
            "body": b'[{"Id":"a","HostConfig":{"NetworkMode":"x","N":1}}]',
        },
    ),
    (
        "more in a stream",
        {
            "operation": "ImagePush",
            "streaming": Streaming.JSON_LINES,
            "body": b'{"status":"a"}\r\n{"progressDetail":{},"aux":{"Tag":"x"}}\r\n',
        },
    ),
    (
        "a missing container below 1.24",
        {
            "version": "1.23",
            "status": 404,
            "body": b"no\n",
            "headers": {"content-type": "text/plain; charset=utf-8"},
        },
    ),
    (
        "no events at all",
        {"operation": "SystemEvents", "streaming": Streaming.JSON_LINES, "body": b""},
    ),
]


@pytest.mark.parametrize(
    ("check", "difference"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_what_daemons_did_wrong_is_found_and_told_once(check, difference):
    judged = judge(subject(**difference), CHECKS + RULES)
    assert [finding.check for finding in judged.findings] == [check]


@pytest.mark.parametrize("difference", [row[1] for row in FINE], ids=[row[0] for row in FINE])
def test_what_is_right_is_not_flagged(difference):
    assert judge(subject(**difference), CHECKS + RULES).findings == ()
