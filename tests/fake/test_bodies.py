"""Bodies of requests, read as Go's decoder reads them into the types of the document."""

import json

import pytest

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.bodies import decode, decode_fields, parse_json
from harness.fake.requests.fields import Fields
from harness.model.spec import Schema

TEXT = Schema(pointer="", types=("string",))
BODY = Schema(
    pointer="",
    types=("object",),
    properties={
        "Text": TEXT,
        "Number": Schema(pointer="", types=("integer",)),
        "Port": Schema(pointer="", types=("integer",), format="uint16"),
        "Index": Schema(pointer="", types=("integer",), format="uint64"),
        "Float": Schema(pointer="", types=("number",)),
        "Flag": Schema(pointer="", types=("boolean",)),
        "Command": Schema(pointer="", types=("array", "string"), items=TEXT),
        "Inner": Schema(pointer="", types=("object",), properties={"Name": TEXT}),
        "Labels": Schema(pointer="", types=("object",), additional=TEXT),
    },
)


def refusal(raw, schema=BODY):
    with pytest.raises(RefusedError) as refused:
        decode(raw, schema)
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Text": "a"}, {"Text": "a"}),
        ({"text": "a"}, {"Text": "a"}),
        ({"tEXT": "a", "Bogus": 1}, {"Text": "a", "Bogus": 1}),
        ({"inner": {"NAME": "a"}}, {"Inner": {"Name": "a"}}),
        ({"Labels": {"Text": "a", "text": "b"}}, {"Labels": {"Text": "a", "text": "b"}}),
        ({"Command": "a"}, {"Command": "a"}),
        ({"Command": ["a"]}, {"Command": ["a"]}),
        ({"Number": 2**63 - 1}, {"Number": 2**63 - 1}),
        ({"Index": 2**64 - 1}, {"Index": 2**64 - 1}),
        ({"Float": 1}, {"Float": 1}),
        ({"Text": None, "Number": None}, {"Text": None, "Number": None}),
        (None, None),
    ],
)
def test_a_body_is_read_with_the_names_of_the_document(body, expected):
    assert decode(json.dumps(body).encode(), BODY) == expected


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"Text": 1}, "number into Go field Text of type string"),
        ({"Text": ["a"]}, "array into Go field Text of type string"),
        ({"Number": "1"}, "string into Go field Number of type integer"),
        ({"Number": 1.5}, "number into Go field Number of type integer"),
        ({"Number": 1.0}, "number into Go field Number of type integer"),
        ({"Number": True}, "bool into Go field Number of type integer"),
        ({"Number": 2**63}, "number into Go field Number of type integer"),
        ({"Port": 65536}, "number into Go field Port of type integer"),
        ({"Port": -1}, "number into Go field Port of type integer"),
        ({"Index": 2**64}, "number into Go field Index of type integer"),
        ({"Flag": 0}, "number into Go field Flag of type boolean"),
        ({"Float": True}, "bool into Go field Float of type number"),
        ({"Command": {}}, "object into Go field Command of type array or string"),
        ({"Command": ["a", 1]}, "number into Go field Command[] of type string"),
        ({"inner": {"name": 1}}, "number into Go field Inner.Name of type string"),
        ({"Labels": {"a": 1}}, "number into Go field Labels.a of type string"),
        ([], "array into Go value of type object"),
        ("x", "string into Go value of type object"),
    ],
)
def test_a_value_of_another_type_is_refused(body, kind):
    assert refusal(json.dumps(body).encode()) == f"json: cannot unmarshal {kind}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "got EOF while reading request body"),
        (b" \r\n\t", "got EOF while reading request body"),
        (b"{", "unexpected EOF"),
        (b'{"a', "unexpected EOF"),
        (b'{"a":', "unexpected EOF"),
        (b'{"a":1', "unexpected EOF"),
        (b"x", "invalid character 'x' looking for beginning of value"),
        (b"{bad", "invalid character 'b' looking for beginning of object key string"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b'{"a":1 "b":2}', "invalid character '\"' after object key:value pair"),
        (b'{"a":[1 2]}', "invalid character '2' after array element"),
        (b'{"a":[1] 2}', "invalid character '2' after object key:value pair"),
        (b"{'a':1}", r"invalid character '\'' looking for beginning of object key string"),
        (b'{"a":"\n"}', r"invalid character '\n' in string literal"),
        (b'{"a":"\\x"}', r"invalid character '\\' in string escape code"),
        (b'{"a":NaN}', "invalid JSON: invalid character 'N' looking for beginning of value"),
    ],
)
def test_what_is_no_json_is_refused_in_the_words_of_go(raw, message):
    assert refusal(raw) == message


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"Inner":' * 2000, b"1" * 5000])
def test_what_no_decoder_can_bear_is_refused(raw):
    refusal(raw)


def test_depth_that_python_cannot_bear_is_refused():
    inner = {}
    schema = Schema(pointer="", types=("object",), additional=Schema(pointer="", properties=inner))
    inner["a"] = schema
    assert refusal(b'{"a":' * 900 + b"1" + b"}" * 900, schema)


def test_what_follows_the_value_is_ignored():
    assert decode(b'{"Text":"a"} x', BODY) == {"Text": "a"}


def test_bytes_that_are_no_text_are_replaced():
    assert decode(b'{"Text":"\xff"}', BODY) == {"Text": "\ufffd"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (rb'{"Text":"\ud83d\ude00"}', {"Text": "\U0001f600"}),
        (rb'{"Text":"a\ud83d"}', {"Text": "a\ufffd"}),
        (rb'{"a\ude00":["\ud83d"]}', {"a\ufffd": ["\ufffd"]}),
    ],
)
def test_halves_of_characters_are_replaced(raw, expected):
    assert decode(raw, BODY) == expected


@pytest.mark.parametrize(("raw", "expected"), [(b"null", {}), (b"{}", {}), (b'{"A":1}', {"A": 1})])
def test_null_is_an_empty_object(raw, expected):
    assert decode_fields(raw, Schema(pointer="")).values == expected


def test_fields_are_an_object():
    with pytest.raises(RefusedError, match="cannot unmarshal array into Go value"):
        decode_fields(b"[]", Schema(pointer=""))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{} x", "invalid character 'x' after top-level value"),
        ("", "unexpected end of JSON input"),
        ("  ", "unexpected end of JSON input"),
        ("[1", "unexpected end of JSON input"),
    ],
)
def test_a_whole_text_is_one_value(text, message):
    with pytest.raises(RefusedError, match=message):
        parse_json(text, whole=True)
    assert parse_json(" {} ", whole=True) == {}


OBJECT = Fields(
    {
        "text": "a",
        "number": 3,
        "flag": True,
        "list": ["a", 1, None],
        "object": {"b": "c", "d": 1},
        "objects": [{"e": 1}, 2],
        "null": None,
    }
)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda fields: fields.text("text"), "a"),
        (lambda fields: fields.text("number", "x"), "x"),
        (lambda fields: fields.text("null", "x"), "x"),
        (lambda fields: fields.number("number"), 3),
        (lambda fields: fields.number("flag", 7), 7),
        (lambda fields: fields.number("absent"), 0),
        (lambda fields: fields.flag("flag"), True),
        (lambda fields: fields.flag("absent", default=True), True),
        (lambda fields: fields.elements("list"), ["a", 1, None]),
        (lambda fields: fields.elements("text"), []),
        (lambda fields: fields.texts("list"), ["a"]),
        (lambda fields: fields.texts("text"), ["a"]),
        (lambda fields: fields.fields("object").text("b"), "c"),
        (lambda fields: fields.fields("absent").values, {}),
        (lambda fields: [each.values for each in fields.each("objects")], [{"e": 1}]),
        (lambda fields: fields.pairs("object"), {"b": "c", "d": ""}),
        (lambda fields: fields.pairs("list"), {}),
        (lambda fields: "null" in fields, False),
        (lambda fields: "text" in fields, True),
        (lambda fields: "null" in fields.names(), True),
        (lambda fields: fields.raw("null"), None),
        (lambda fields: fields.copy(text="b")["text"], "b"),
    ],
)
def test_what_is_absent_or_of_another_type_reads_as_nothing(read, expected):
    assert read(OBJECT) == expected


def test_a_copy_leaves_the_original():
    OBJECT.copy(text="b")
    assert OBJECT.text("text") == "a"
    assert OBJECT
    assert not Fields()
