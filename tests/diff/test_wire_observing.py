"""An exchange is seen without what is chance: its status, framing, messages and places."""

import io
import json
import tarfile
from dataclasses import replace

import pytest
import yaml

from harness.diff.wire import Lens, observe, trace
from harness.model.call import Call, Ending, Exchange, Manner, Reply
from harness.model.judgement import Streaming
from harness.model.spec import Operation, Parameter, Response, Schema
from harness.model.version import ApiVersion
from harness.specs.node import Node
from harness.specs.volatile import read_volatility

TEXT = Schema("", types=("string",))
BOX = Schema(
    "",
    types=("object",),
    properties={
        "Name": TEXT,
        "Lids": Schema("", items=Schema("", properties={"Knob": TEXT})),
        "Labels": Schema("", types=("object",), additional=TEXT),
    },
)
BODY = Parameter("box", "body", required=True, schema=BOX)
OPEN = Operation("BoxOpen", "GET", "/boxes/{id}", (BODY,), {200: Response(200, BOX)})
CHANCE = """
places:
  - {places: [body/Weight], why: it grows}
  - operations: [BoxOpen]
    places: [body/Mood, "body/Lids/*/Mood"]
    why: it has moods
    presence: true
"""
JSON = ("content-type", "application/json")
ID = "0123456789abcdef" * 4


def lens(streaming=Streaming.WHOLE):
    chance = read_volatility(Node(yaml.safe_load(CHANCE), "chance.yaml"))
    return Lens({"BoxOpen": OPEN}, {"BoxOpen": streaming}, chance)


def exchange(body=b"", *, status=200, headers=(JSON,), ending=Ending.COMPLETE, **asked):
    """Return a call, with what is `asked` in it, and the reply that the rest tells of."""
    call = Call("BoxOpen", "GET", "/boxes/{name}", manner=Manner.STORY, at="boxes/open", number=3)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(status, headers, sent, ending)
    return Exchange(ApiVersion(1, 30), replace(call, **asked), reply)


def seen(body=b"", *, streaming=Streaming.WHOLE, **differences):
    return observe(exchange(body, **differences), lens(streaming))


def places(body, **differences):
    found = seen(body, **differences).places
    return {place.removeprefix("body/"): text for place, text in found.items() if place != "body"}


def test_a_step_has_key_operation_status_and_media_type():
    found = seen({"Name": "a"})
    assert (found.key, found.operation) == ("boxes/open/3", "GET /boxes/{id}")
    assert (found.status, found.media_type, found.framing) == (200, "application/json", "whole")
    assert found.places == {"body": "object", "body/Name": 'string "a"'}
    assert found.sent == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Name": "a"}, {"Name": 'string "a"'}),
        ({"Name": ID}, {"Name": "string <id>"}),
        (
            {"Extra": 1, "On": True, "Off": None},
            {"Extra": "number 1", "Off": "null", "On": "boolean true"},
        ),
        ({"Lids": []}, {"Lids": "array []"}),
        ({"Extra": {}}, {"Extra": "object {}"}),
        (
            {"Lids": [{"Knob": "b"}, {"Knob": "a"}, {}]},
            {
                "Lids": "array",
                "Lids/*": "object | object {}",
                "Lids/*/Knob": 'string "a" | string "b"',
            },
        ),
        (
            {"Labels": {"a": "1", "b": "2"}},
            {"Labels": "object", "Labels/*": 'string "1" | string "2"'},
        ),
        (
            {"Extra": {ID: "1", "a/b": "2"}},
            {"Extra": "object", "Extra/<id>": 'string "1"', "Extra/a~1b": 'string "2"'},
        ),
        ({"Extra": [1, 2, 3, 4, 5, 6, 7, None]}, {"Extra": "array", "Extra/*": "null | number"}),
        ({"Weight": 5}, {"Weight": "number"}),
        ({"Mood": {"a": 1}}, {}),
        ({"Lids": [{"Mood": 1}]}, {"Lids": "array", "Lids/*": "object"}),
    ],
)
def test_values_are_told_by_place(body, expected):
    assert places(body) == expected


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"OK", (("content-type", "text/plain"),), {"body": 'string "OK"'}),
        (b"1", (("content-type", "text/plain"),), {"body": 'string "1"'}),
        (b"1", (JSON,), {"body": "number 1"}),
        (b"null\n", (JSON,), {"body": "null"}),
        (b'{"a', (JSON,), {"body": 'string "{\\"a"'}),
        (b"[" * 100000, (JSON,), {"body": f'string "{"[" * 79}…"'}),
        (b"\xff", (JSON,), {"body": 'string "�"'}),
        (b"", (JSON,), {}),
    ],
    ids=["text", "a number that is text", "number", "null", "cut", "deep", "bytes", "nothing"],
)
def test_what_is_no_object_is_told_as_well(body, headers, expected):
    assert seen(body, headers=headers).places == expected


def frame(number, payload):
    return bytes([number, 0, 0, 0]) + len(payload).to_bytes(4) + payload


def archive():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("streaming", "body", "framing", "expected"),
    [
        (
            Streaming.FRAMES,
            frame(2, b"no") + frame(1, b"a") + frame(1, b"b"),
            "frames of stdout, stderr",
            {"body/stdout": 'string "ab"', "body/stderr": 'string "no"'},
        ),
        (Streaming.FRAMES, b"out\n", "bytes without frames", {"body": 'string "out\\n"'}),
        (
            Streaming.FRAMES,
            b"longer text\n",
            "bytes without frames",
            {"body": 'string "longer text\\n"'},
        ),
        (
            Streaming.WEBSOCKET,
            b"\x81\x02hi\x88\x02\x03\xe8",
            "websocket, text",
            {"body": 'string "hi"'},
        ),
        (Streaming.WEBSOCKET, b"\x82\x7e\x00\x02hi", "websocket, binary", {"body": 'string "hi"'}),
        (Streaming.WEBSOCKET, b"\x01\x01h\x80\x01i", "websocket, text", {"body": 'string "hi"'}),
        (Streaming.WEBSOCKET, b"\x88\x00", "websocket, nothing", {}),
        (Streaming.TAR, archive(), "an archive", {}),
        (Streaming.TAR, b"no", "no archive", {}),
        (Streaming.RAW, b"no", "raw", {}),
        (Streaming.JSON_LINES, b"no", "lines that are no JSON", {}),
    ],
)
def test_each_way_of_streaming_is_read(streaming, body, framing, expected):
    found = seen(body, streaming=streaming)
    assert (found.framing, found.places) == (framing, expected)


def lines(*values):
    return b"\r\n".join(json.dumps(value).encode() for value in values)


@pytest.mark.parametrize(
    ("values", "events"),
    [
        (
            [{"stream": "a"}, {"stream": "b"}, {"aux": {}}, {"stream": "c"}],
            ("stream", "aux"),
        ),
        ([{"status": "a", "id": "b"}, {"status": "c", "progress": "d"}], ("status",)),
        (
            [{"Type": "box", "Action": "open"}, {"Type": "box", "Action": "shut"}],
            ("box open", "box shut"),
        ),
        ([{"Type": "box", "Action": f"run: {ID}"}], ("box run: <id>",)),
        ([{"a": 1, "b": 2, "c": 3, "d": 4}], ("object",)),
        ([{"error": "a", "errorDetail": {}}], ("error errorDetail",)),
        ([1], ("number",)),
    ],
)
def test_messages_are_told_by_what_they_are(values, events):
    assert seen(lines(*values), streaming=Streaming.JSON_LINES).events == events


def test_messages_are_merged_and_may_be_cut():
    body = lines({"Name": "a"}, {"Name": "b"}) + b'\n{"Na'
    found = seen(body, streaming=Streaming.JSON_LINES, ending=Ending.DEADLINE)
    assert found.framing == "JSON lines, no end"
    assert found.places == {"body": "object", "body/Name": 'string "a" | string "b"'}


@pytest.mark.parametrize(
    ("differences", "framing"),
    [
        ({"status": 0, "ending": Ending.DEADLINE}, "no end"),
        ({"status": 200, "ending": Ending.DEADLINE}, "no end"),
        ({"status": 0, "ending": Ending.NO_REPLY}, "closed"),
        ({"body": b"{}", "ending": Ending.CUT}, "whole, cut"),
        ({"body": b"{}", "ending": Ending.LIMIT}, "whole"),
        ({}, "nothing"),
    ],
)
def test_how_a_reply_ended_is_told(differences, framing):
    assert seen(**differences).framing == framing


def test_an_error_says_the_same_in_json_and_in_text():
    as_json = seen(b'{"message":"no box"}\n', status=404)
    as_text = seen(b"no box\n", status=404, headers=(("content-type", "text/plain"),))
    assert (as_json.message, as_json.places) == ("no box", {})
    assert (as_text.message, as_text.places) == ("no box", {})
    assert seen(b'{"message":"no","code":1}', status=400).places == {
        "body": "object",
        "body/code": "number 1",
    }


def test_headers_are_told_but_not_those_that_carry_the_reply():
    headers = (
        *(JSON, ("date", "x"), ("content-length", "2"), ("api-version", "1.41")),
        *(("x-content-type-options", "nosniff"), ("connection", "close")),
    )
    found = seen(headers=headers).places
    assert found == {"headers/Api-Version": 'string "1.41"'}


def asking(**sent):
    """Return an exchange whose call has these parts."""
    one = exchange()
    return replace(one, call=replace(one.call, **sent))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, ()),
        ({"query": (("all", "1"),)}, ("query/all",)),
        ({"headers": (("X-Box", "1"),)}, ("headers/X-Box",)),
        ({"body": b"tar"}, ("body",)),
        (
            {"body": b'{"Labels":{"a":"b"},"Lids":[{"Knob":"c"}]}'},
            (
                "body",
                "body/Labels",
                "body/Labels/*",
                "body/Lids",
                "body/Lids/*",
                "body/Lids/*/Knob",
            ),
        ),
        (
            {"body": b'{"New":{"docker-contract-542c647b-a":1}}'},
            ("body", "body/New", "body/New/<a>"),
        ),
    ],
)
def test_places_of_the_request_are_told(sent, expected):
    assert observe(asking(**sent), lens()).asked == expected


def test_steps_of_one_key_are_numbered():
    found = trace("Box", ApiVersion(1, 30), [exchange(), exchange()], lens())
    assert [each.key for each in found.steps] == ["boxes/open/3", "boxes/open/3/2"]


def test_a_generated_call_is_known_by_what_it_sends():
    names = ("docker-contract-542c647b-box-1", "docker-contract-00000000-box-7", "another")
    steps = [
        observe(asking(manner=Manner.POLITE, at="", query=(("name", name),)), lens())
        for name in names
    ]
    assert [each.key for each in steps] == ["BoxOpen/3"] * 3
    assert steps[0].sent == steps[1].sent != steps[2].sent
