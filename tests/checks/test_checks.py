"""Every check from the document: rows that keep it, and rows that break it."""

import json

import pytest
from subjects import JSON, TEXT, subject

from harness.checks import CHECKS, judge
from harness.model.call import Ending, Manner, Twist
from harness.model.judgement import Streaming
from harness.model.version import ApiVersion
from harness.specs.library import load

NOTHING = {"status": 0, "headers": {"content-type": None}, "body": b""}
INSPECT = "GET /containers/{id}/json"
OPEN = {"manner": Manner.OPEN, "twist": Twist.UNKNOWN_QUERY}
TAKEN = {
    "status": 201,
    "body": b'{"Name":"a","Driver":"local","Mountpoint":"/","Labels":{},'
    b'"Options":{},"Scope":"local"}',
}
LINES = {"operation": "SystemEvents", "streaming": Streaming.JSON_LINES, "endless": True}
LOGS = {"operation": "ContainerLogs", "streaming": Streaming.FRAMES, "endless": True}


def only(id_):
    return [check for check in CHECKS if check.id == id_]


def volume(**differences):
    return json.dumps(
        {
            "Name": "data",
            "Driver": "local",
            "Mountpoint": "/m",
            "Labels": {},
            "Options": {},
            "Scope": "local",
            **differences,
        }
    ).encode()


KEPT = [
    ("reply-given", {}),
    ("reply-given", {"status": 500}),
    ("reply-complete", {}),
    ("reply-complete", {"ending": Ending.LIMIT}),
    ("reply-in-time", {}),
    ("reply-in-time", {**LINES, "ending": Ending.DEADLINE, "body": b""}),
    ("reply-in-time", {**LOGS, "ending": Ending.DEADLINE}),
    (
        "reply-in-time",
        {"operation": "ContainerExport", "streaming": Streaming.TAR, "ending": Ending.DEADLINE},
    ),
    # A wait says nothing until what it waits for has happened.
    ("reply-in-time", {"operation": "ContainerWait", "endless": True, "ending": Ending.DEADLINE}),
    (
        "reply-in-time",
        {"operation": "ContainerWait", "endless": True, **NOTHING, "ending": Ending.DEADLINE},
    ),
    ("status-documented", {}),
    ("status-documented", {"status": 404}),
    ("status-documented", {"status": 400, "twist": Twist.WRONG_TYPE}),
    ("status-documented", {"operation": "ImageGet", "status": 404, "twist": Twist.UNKNOWN_ID}),
    ("status-documented", {"operation": "ContainerStart", "status": 304}),
    ("no-server-error", {}),
    ("no-server-error", {"operation": "SwarmInspect", "status": 503}),
    ("no-server-error", {"status": 400, "twist": Twist.BOUNDARY}),
    ("unknown-id-not-found", {"status": 404, "twist": Twist.UNKNOWN_ID}),
    (
        "unknown-id-not-found",
        {"operation": "NodeInspect", "status": 503, "twist": Twist.UNKNOWN_ID},
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", "status": 400, "twist": Twist.MALFORMED_JSON},
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", "status": 400, "twist": Twist.EMPTY_BODY},
    ),
    # Null says nothing, and a daemon may take it for an empty object.
    ("malformed-body-refused", {"operation": "VolumeCreate", **TAKEN, "twist": Twist.NULL_BODY}),
    (
        "malformed-body-refused",
        {"operation": "ExecStart", "status": 200, "body": b"", "twist": Twist.EMPTY_BODY},
    ),
    # Where the document takes text as well, a daemon may take it.
    (
        "malformed-body-refused",
        {
            "operation": "SwarmJoin",
            "status": 200,
            "body": b"",
            "twist": Twist.WRONG_MEDIA_TYPE,
            "media_type": "text/plain",
        },
    ),
    (
        "malformed-body-refused",
        {"operation": "SwarmJoin", "status": 503, "twist": Twist.MALFORMED_JSON},
    ),
    ("media-type-documented", {}),
    ("media-type-documented", {"headers": {"content-type": "Application/JSON; charset=utf-8"}}),
    ("media-type-documented", {"operation": "SystemPing", "headers": TEXT, "body": b"OK"}),
    (
        "headers-documented",
        {
            "operation": "SystemPing",
            "headers": {**TEXT, "docker-experimental": "false"},
            "body": b"OK",
        },
    ),
    (
        "headers-documented",
        {
            "operation": "ContainerArchiveInfo",
            "body": b"",
            "headers": {"x-docker-container-path-stat": "e30="},
        },
    ),
    ("body-absent", {"operation": "ContainerStart", "status": 204, "body": b""}),
    (
        "body-absent",
        {
            "operation": "ContainerStart",
            "status": 204,
            "body": b"",
            "headers": {"content-length": "0"},
        },
    ),
    (
        "body-absent",
        {
            "operation": "ContainerStart",
            "status": 304,
            "body": b"",
            "headers": {"content-length": "12"},
        },
    ),
    ("body-matches-schema", {"operation": "ContainerList", "body": b"[]"}),
    # A client of an earlier version sees more than its document names.
    (
        "body-matches-schema",
        {
            "operation": "ContainerList",
            "body": b'[{"Id":"a","Platform":"linux","HostConfig":{"New":1}}]',
        },
    ),
    ("body-matches-schema", {"operation": "ContainerList", "body": b'[{"Id":"a"}]'}),
    ("body-matches-schema", {"operation": "VolumeInspect", "body": volume()}),
    ("body-matches-schema", {"operation": "SystemPing", "headers": TEXT, "body": b"OK"}),
    ("body-matches-schema", {"operation": "SwarmInit", "body": b'"7v2t30z9blmxuhnyo6s4cpenp"\n'}),
    (
        "body-matches-schema",
        {**LINES, "body": b'{"Type":"container"}\n{"Type":1', "ending": Ending.DEADLINE},
    ),
    ("key-letter-case", {"operation": "VolumeInspect", "body": volume()}),
    # What people name themselves has no promised letter case.
    ("key-letter-case", {"operation": "VolumeInspect", "body": volume(Labels={"name": "x"})}),
    ("unknown-ignored", {**OPEN, "plain": {}}),
    (
        "unknown-ignored",
        {
            **OPEN,
            "body": b'{"Id":"a","State":null,"Mounts":[]}',
            "plain": {"body": b'{"Id":"b","State":{"Pid":1},"Mounts":[{"Type":"x"}]}'},
        },
    ),
    (
        "unknown-ignored",
        {
            **OPEN,
            "body": b'{"Id":"a","Networks":{"x":{"Gateway":""}}}',
            "plain": {"body": b'{"Id":"b","Name":"n","Networks":{"y":null}}'},
        },
    ),
    ("unknown-ignored", {**OPEN, "body": b'{"Size":1}', "plain": {"body": b'{"Size":1.5}'}}),
    ("unknown-ignored", {**OPEN, **LINES, "body": b'{"a":1}\n', "plain": {"body": b'{"a":"x"}\n'}}),
]

BROKEN = [
    (
        "reply-given",
        {**NOTHING, "ending": Ending.NO_REPLY},
        "",
        f"closed the connection without a reply to {INSPECT}; every call is promised one",
    ),
    (
        "reply-complete",
        {"ending": Ending.CUT},
        "",
        f"broke off in the middle of the reply to {INSPECT}; a whole one is promised",
    ),
    (
        "reply-complete",
        {**NOTHING, "ending": Ending.CUT},
        "",
        f"broke off in the middle of the reply to {INSPECT}; a whole one is promised",
    ),
    (
        "reply-in-time",
        {**NOTHING, "ending": Ending.DEADLINE},
        "",
        f"no reply to {INSPECT} came before the deadline; a whole one is promised",
    ),
    (
        "reply-in-time",
        {"ending": Ending.DEADLINE},
        "",
        f"only a part of the reply to {INSPECT} came before the deadline; a whole one is promised",
    ),
    (
        "reply-in-time",
        {**LINES, **NOTHING, "ending": Ending.DEADLINE},
        "",
        "no reply to GET /events came before the deadline; a whole one is promised",
    ),
    ("status-documented", {"status": 418}, "", "answered 418; the spec promises 200, 404, 500"),
    ("status-documented", {"status": 400}, "", "answered 400; the spec promises 200, 404, 500"),
    (
        "status-documented",
        {"status": 204, "body": b"", "twist": Twist.WRONG_TYPE},
        "",
        "answered 204; the spec promises 200, 404, 500",
    ),
    (
        "no-server-error",
        {"status": 500},
        "",
        f"answered 500 to a valid {INSPECT}; the spec promises a status below 500",
    ),
    (
        "no-server-error",
        {"status": 503},
        "",
        f"answered 503 to a valid {INSPECT}; the spec promises a status below 500",
    ),
    (
        "no-server-error",
        {"operation": "ContainerList", "status": 500, "twist": Twist.MALFORMED_FILTERS},
        "",
        "answered 500 to malformed filters; the spec promises a status below 500",
    ),
    (
        "unknown-id-not-found",
        {"twist": Twist.UNKNOWN_ID},
        "",
        "answered 200 to an unknown id; the spec promises 404",
    ),
    (
        "unknown-id-not-found",
        {"status": 500, "twist": Twist.UNKNOWN_ID},
        "",
        "answered 500 to an unknown id; the spec promises 404",
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", "status": 500, "twist": Twist.MALFORMED_JSON},
        "",
        "answered 500 to malformed JSON; the spec promises a 4xx, as the body is JSON",
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", **TAKEN, "twist": Twist.MALFORMED_JSON},
        "",
        "answered 201 to malformed JSON; the spec promises a 4xx, as the body is JSON",
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", **TAKEN, "twist": Twist.EMPTY_BODY},
        "",
        "answered 201 to an empty body; the spec promises a 4xx, as the body is required",
    ),
    (
        "malformed-body-refused",
        {
            "operation": "VolumeCreate",
            **TAKEN,
            "media_type": "text/plain",
            "twist": Twist.WRONG_MEDIA_TYPE,
        },
        "",
        (
            "answered 201 to a body of another media type; the spec promises a 4xx, as it takes "
            "other media types"
        ),
    ),
    (
        "malformed-body-refused",
        {"operation": "VolumeCreate", "status": 500, "twist": Twist.NULL_BODY},
        "",
        "answered 500 to the body null; the spec promises a status below 500",
    ),
    (
        "media-type-documented",
        {"headers": {"content-type": "text/html"}},
        "",
        "sent text/html; the spec promises application/json",
    ),
    (
        "media-type-documented",
        {"headers": {"content-type": None}},
        "",
        "sent a body without Content-Type; the spec promises application/json",
    ),
    (
        "media-type-documented",
        {"produces": (), "headers": TEXT},
        "",
        "sent text/plain; the spec promises application/json",
    ),
    (
        "headers-documented",
        {"operation": "SystemPing", "headers": TEXT, "body": b"OK"},
        "",
        "sent no Docker-Experimental header; the spec promises one",
    ),
    (
        "body-absent",
        {"operation": "ContainerStart", "status": 204, "body": b"{}"},
        "",
        "sent a body with 204; the spec promises none",
    ),
    (
        "body-absent",
        {
            "operation": "ContainerStart",
            "status": 204,
            "body": b"",
            "headers": {"content-length": "3"},
        },
        "",
        "sent a body with 204; the spec promises none",
    ),
    (
        "body-matches-schema",
        {"operation": "ContainerList", "body": b"null"},
        "",
        "is null; the spec promises an array",
    ),
    (
        "body-matches-schema",
        {"operation": "ContainerList", "body": b'[{"Id":1},{"Id":2}]'},
        "/*/Id",
        "is an integer; the spec promises a string",
    ),
    (
        "body-matches-schema",
        {"operation": "ContainerList", "body": b""},
        "",
        "sent an empty body; the spec promises an array",
    ),
    (
        "body-matches-schema",
        {"operation": "ContainerList", "body": b"[{]"},
        "",
        "sent a body that is no JSON; the spec promises an array",
    ),
    (
        "body-matches-schema",
        {"operation": "ContainerList", "body": b"[NaN]"},
        "",
        "sent a body that is no JSON; the spec promises an array",
    ),
    # The document lets this one be text, which is no list of processes.
    (
        "body-matches-schema",
        {"operation": "ContainerTop", "headers": TEXT, "body": b"PID"},
        "",
        "sent a body that is no JSON; the spec promises an object",
    ),
    (
        "body-matches-schema",
        {**LINES, "body": b'{"Type":1}\n{"Type":2}\n'},
        "/Type",
        "is an integer; the spec promises a string",
    ),
    (
        "key-letter-case",
        {
            "operation": "VolumeInspect",
            "body": volume(Name=None).replace(b'"Name": null, ', b'"name": "data", '),
        },
        "/Name",
        "is sent as name; the spec promises Name",
    ),
    (
        "key-letter-case",
        {"operation": "ContainerList", "body": b'[{"id":"a"},{"id":"b"}]'},
        "/*/Id",
        "is sent as id; the spec promises Id",
    ),
    (
        "unknown-ignored",
        {**OPEN, "status": 404, "plain": {}},
        "",
        "answered 404 with unknown query parameters, 200 without; the spec promises the same",
    ),
    (
        "unknown-ignored",
        {**OPEN, "operation": "ContainerTop", "headers": TEXT, "plain": {}},
        "",
        (
            "sent text/plain with unknown query parameters, application/json without; "
            "the spec promises the same"
        ),
    ),
    (
        "unknown-ignored",
        {
            **OPEN,
            "twist": Twist.UNKNOWN_PROPERTY,
            "body": b'{"New":{"a":1}}',
            "plain": {"body": b'{"New":[]}'},
        },
        "/New",
        "is object with unknown body properties, array without; the spec promises the same",
    ),
]


@pytest.mark.parametrize(("check", "difference"), KEPT)
def test_a_promise_that_is_kept_is_counted_and_gives_no_finding(check, difference):
    judged = judge(subject(**difference), only(check))
    assert judged.applied == (check,)
    assert judged.findings == ()


@pytest.mark.parametrize(("check", "difference", "pointer", "message"), BROKEN)
def test_a_broken_promise_is_named_once(check, difference, pointer, message):
    judged = judge(subject(**difference), only(check))
    assert [(f.check, f.complaint.pointer, f.complaint.message) for f in judged.findings] == [
        (check, pointer, message)
    ]


@pytest.mark.parametrize(("check", "difference", "pointer", "message"), BROKEN)
def test_no_other_check_tells_of_the_same_cause(check, difference, pointer, message):
    judged = judge(subject(**difference), CHECKS)
    assert {finding.check for finding in judged.findings} == {check}


NOT_JUDGED = [
    ("status-documented", {"status": 500}),
    ("status-documented", {"status": 501}),
    ("status-documented", {"twist": Twist.UNKNOWN_ID}),
    ("no-server-error", {"status": 501}),
    ("no-server-error", {"status": 500, "twist": Twist.UNKNOWN_ID}),
    ("no-server-error", {"status": 500, "twist": Twist.MALFORMED_JSON}),
    ("unknown-id-not-found", {}),
    ("unknown-id-not-found", {"status": 501, "twist": Twist.UNKNOWN_ID}),
    ("unknown-id-not-found", {"operation": "ImageGet", "twist": Twist.UNKNOWN_ID}),
    ("malformed-body-refused", {"operation": "VolumeCreate", **TAKEN}),
    # An erratum that empties what is produced says that the daemon sends no Content-Type.
    ("media-type-documented", {**LOGS, "produces": (), "headers": {"content-type": None}}),
    (
        "media-type-documented",
        {**LINES, "operation": "ContainerStats", "produces": (), "headers": {"content-type": None}},
    ),
    ("media-type-documented", {"status": 404}),
    ("media-type-documented", {"operation": "ContainerAttach", "status": 101}),
    ("media-type-documented", {"operation": "ContainerStart", "status": 204, "body": b""}),
    ("body-matches-schema", {"status": 404}),
    ("body-matches-schema", {"operation": "ImageCreate"}),
    ("body-matches-schema", {"ending": Ending.LIMIT, "body": b'{"Id'}),
    ("body-matches-schema", {**LOGS, "body": b"\1\0\0\0\0\0\0\1x"}),
    ("body-matches-schema", {**LINES, "body": b""}),
    ("body-matches-schema", {"operation": "ContainerStart", "status": 304, "body": b""}),
    ("body-matches-schema", {"method": "HEAD", "body": b""}),
    ("body-absent", {}),
    ("headers-documented", {}),
    ("key-letter-case", {"status": 404}),
    ("unknown-ignored", {**OPEN}),
    ("unknown-ignored", {"plain": {}}),
    ("unknown-ignored", {**OPEN, "plain": {"status": 409}}),
    ("reply-complete", {**NOTHING, "ending": Ending.NO_REPLY}),
]


@pytest.mark.parametrize(("check", "difference"), NOT_JUDGED)
def test_a_check_with_nothing_to_say_is_left_out(check, difference):
    assert judge(subject(**difference), only(check)).applied == ()


def test_what_never_came_is_told_by_one_check_alone():
    judged = judge(subject(**NOTHING, ending=Ending.NO_REPLY), CHECKS)
    assert judged.applied == ("reply-given",)


def test_every_check_has_rows_that_keep_it_and_rows_that_break_it():
    known = {check.id for check in CHECKS}
    assert {row[0] for row in KEPT} == known
    assert {row[0] for row in BROKEN} == known


def test_ids_are_unique_and_summaries_are_sentences():
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert [check.id for check in CHECKS if not check.summary.endswith(".")] == []


def test_a_body_nested_without_end_is_told_and_does_not_break_the_harness():
    judged = judge(subject("ContainerList", body=b"[" * 100_000), CHECKS)
    assert [finding.check for finding in judged.findings] == ["body-matches-schema"]


@pytest.mark.parametrize("operation", sorted(load(ApiVersion(1, 33)).operations))
def test_an_error_that_the_document_names_is_fine_at_every_operation(operation):
    judged = judge(
        subject(
            operation,
            version="1.33",
            status=400,
            body=b'{"message":"no"}',
            twist=Twist.FUZZ,
            headers=JSON,
        ),
        CHECKS,
    )
    assert judged.findings == ()
