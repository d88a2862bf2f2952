"""What of a reply is compared."""

import io
import tarfile

import pytest

from harness.diff.forms import form
from harness.model.call import Call, Ending, Exchange, Reply
from harness.model.judgement import Streaming
from harness.model.spec import Operation, Response, Schema
from harness.model.version import ApiVersion

TEXT = Schema("", types=("string",))
BOX = Schema("", types=("object",), properties={"Name": TEXT})
REFUSAL = Schema("", types=("object",), properties={"message": TEXT})
OPEN = Operation(
    id="BoxOpen",
    method="GET",
    path="/boxes",
    parameters=(),
    responses={200: Response(200, BOX), 404: Response(404, REFUSAL)},
)
JSON, STREAM = "application/json", "application/vnd.docker.raw-stream"


def formed(
    body=b'{"Name":"a"}',
    *,
    status=200,
    sent=JSON,
    streaming=Streaming.WHOLE,
    ending=Ending.COMPLETE,
):
    reply = Reply(status, (("content-type", sent),) if sent else (), body, ending)
    exchange = Exchange(ApiVersion(1, 30), Call("BoxOpen", "GET", "/boxes"), reply)
    return form(OPEN, streaming, exchange, message="why")


def whole(**differences):
    (seen,) = formed(**differences).shape[""]
    return seen


def frame(number, payload=b"out\n"):
    return bytes([number, 0, 0, 0]) + len(payload).to_bytes(4) + payload


def archive(*names):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    return file.getvalue()


def test_a_form_has_status_media_type_shape_and_message():
    found = formed(sent="Application/JSON; charset=utf-8")
    assert (found.status, found.media_type, found.message) == (200, JSON, "why")
    assert found.shape == {"": {"object"}, "/Name": {"string"}}


def test_the_schema_is_that_of_the_status():
    found = formed(b'{"message":"no","Name":"a"}', status=404)
    assert found.shape == {"": {"object"}, "/message": {"string"}}


def test_of_a_status_without_a_schema_nothing_is_documented():
    assert formed(b'{"message":"no"}', status=418).shape == {"": {"object"}}


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ({"body": b""}, "nothing"),
        ({"body": b"[]"}, "array"),
        ({"body": b"OK"}, "text"),
        ({"body": b"12"}, "number"),
        ({"body": b"12", "sent": "application/problem+json"}, "number"),
        ({"body": b"12", "sent": "text/plain"}, "text"),
        ({"body": b"[" * 100_000}, "text"),
        ({"body": b"\xff\xfe"}, "text"),
        ({"sent": "text/plain"}, "object"),
        ({"sent": ""}, "object"),
        ({"ending": Ending.CUT}, "a reply that did not end (cut)"),
        ({"ending": Ending.DEADLINE}, "a reply that did not end (deadline)"),
    ],
)
def test_a_body_is_told_as_a_whole(differences, expected):
    assert whole(**differences) == expected


@pytest.mark.parametrize(
    ("body", "ending", "expected"),
    [
        (b'{"Name":"a"}\n{"Name":1}\n', Ending.COMPLETE, {"string", "number"}),
        (b'{"Name":"a"}\r\n{"Name":1}', Ending.COMPLETE, {"string", "number"}),
        (b'{"Name":"a"}{"Name":1}', Ending.COMPLETE, {"string", "number"}),
        (b'{"Name":"a"}\n{"Name":1}', Ending.DEADLINE, {"string"}),
        (b'{"Name":"a"}\n{"Na', Ending.CUT, {"string"}),
    ],
)
def test_full_lines_of_a_stream_are_merged(body, ending, expected):
    found = formed(body, streaming=Streaming.JSON_LINES, ending=ending)
    assert found.shape == {"": {"object"}, "/Name": expected}


@pytest.mark.parametrize(
    ("body", "streaming", "expected"),
    [
        (b"", Streaming.JSON_LINES, "nothing"),
        (b"\n", Streaming.JSON_LINES, "nothing"),
        (b"hello\n", Streaming.JSON_LINES, "lines that are no JSON"),
        (b"\xff\n", Streaming.JSON_LINES, "lines that are no JSON"),
        (b"", Streaming.FRAMES, "nothing"),
        (frame(1), Streaming.FRAMES, "frames of 1"),
        (frame(2) + frame(1) + frame(2), Streaming.FRAMES, "frames of 1, 2"),
        (frame(1)[:9], Streaming.FRAMES, "frames of 1"),
        (b"hello world", Streaming.FRAMES, "bytes without frames"),
        (b"hi", Streaming.FRAMES, "bytes without frames"),
        (archive("a"), Streaming.TAR, "an archive"),
        (archive("a")[:600], Streaming.TAR, "an archive"),
        (archive(), Streaming.TAR, "an archive"),
        (b"hello", Streaming.TAR, "no archive"),
        (b"", Streaming.TAR, "nothing"),
        (b"hello", Streaming.RAW, "bytes"),
        (b"", Streaming.WEBSOCKET, "nothing"),
    ],
)
def test_a_stream_is_told_by_how_it_is_framed(body, streaming, expected):
    assert whole(body=body, streaming=streaming, sent=STREAM) == expected


@pytest.mark.parametrize("streaming", list(Streaming))
def test_an_error_is_no_stream(streaming):
    found = formed(b'{"message":"no"}', status=404, streaming=streaming)
    assert found.shape == {"": {"object"}, "/message": {"string"}}
