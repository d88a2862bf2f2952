"""What a handler is asked, read as dockerd reads it."""

import base64
import json

import pytest

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.asked import Asked
from harness.model.spec import Operation, Parameter, Schema
from harness.model.version import ApiVersion

BODY = Parameter("body", "body", False, Schema(pointer="", types=("object",)))  # noqa: FBT003
OPERATION = Operation("X", "POST", "/x", (BODY,), {})


def asked(*, query=None, headers=None, raw=b"", version="1.30"):
    texts = {name: (value,) for name, value in (query or {}).items()}
    return Asked(
        operation=OPERATION,
        version=ApiVersion.parse(version),
        query=texts,
        headers=headers or {},
        raw=raw,
    )


def refusal(read, **different):
    with pytest.raises(RefusedError) as refused:
        read(asked(**different))
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize("text", ["", "0", "no", "false", "none", "False", " NONE "])
def test_some_texts_are_false(text):
    assert asked(query={"a": text}).flag("a", default=True) is False


@pytest.mark.parametrize("text", ["1", "true", "yes", "maybe", "f", "-1", "00"])
def test_all_other_texts_are_true(text):
    assert asked(query={"a": text}).flag("a") is True


@pytest.mark.parametrize("default", [True, False])
def test_an_absent_flag_is_as_it_usually_is(default):
    assert asked().flag("a", default=default) is default


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("", 9),
        ("0" * 100 + "7", 7),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
    ],
)
def test_a_number_is_whole(text, expected):
    assert asked(query={"a": text}).number("a", 9) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "invalid syntax"),
        ("1.0", "invalid syntax"),
        ("1_0", "invalid syntax"),
        (" 1", "invalid syntax"),
        ("+-1", "invalid syntax"),
        ("٣", "invalid syntax"),  # a digit, but not to Go
        (str(2**63), "value out of range"),
        ("9" * 5000, "value out of range"),
    ],
)
def test_what_is_no_number_is_refused(text, why):
    message = f'strconv.Atoi: parsing "{text}": {why}'
    assert refusal(lambda each: each.number("a"), query={"a": text}) == message


def test_a_number_may_be_needed():
    assert asked(query={"a": "5"}).needed_number("a") == 5
    message = 'strconv.Atoi: parsing "": invalid syntax'
    assert refusal(lambda each: each.needed_number("a")) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("0", 0),
        ("5", 5_000_000_000),
        ("-5", -5_000_000_000),
        ("5.000000001", 5_000_000_001),
        ("5.5", 5_500_000_000),
        ("5.05", 5_050_000_000),
        ("5.1234567899", 5_123_456_789),
    ],
)
def test_a_moment_has_seconds_and_nanoseconds(text, expected):
    assert asked(query={"a": text}).moment("a") == expected


@pytest.mark.parametrize(
    ("text", "told"), [("x", "x"), ("1.", ""), (".5", ""), ("1.2.3", "2.3"), ("10m", "10m")]
)
def test_what_is_no_moment_is_refused(text, told):
    message = f'strconv.ParseInt: parsing "{told}": invalid syntax'
    assert refusal(lambda each: each.moment("a"), query={"a": text}) == message


@pytest.mark.parametrize(
    ("media_type", "raw"),
    [
        (None, b""),
        ("application/json", b"{}"),
        ("APPLICATION/json; charset=utf-8", b"{}"),
        ("application/json;", b""),
    ],
)
def test_json_is_taken_for_json(media_type, raw):
    headers = {} if media_type is None else {"content-type": media_type}
    asked(headers=headers, raw=raw).needs_json()


@pytest.mark.parametrize(
    ("media_type", "raw"), [("", b"{}"), ("text/json", b"{}"), ("text/plain", b"")]
)
def test_another_media_type_is_refused(media_type, raw):
    headers = {"content-type": media_type} if media_type else {}
    message = f"Content-Type specified ({media_type}) must be 'application/json'"
    assert refusal(lambda each: each.needs_json(), headers=headers, raw=raw) == message


def encoded(value, encode=base64.urlsafe_b64encode):
    return encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (encoded({"username": "~~~???"}), {"username": "~~~???"}),
        (encoded({"username": "~~~???"}, base64.b64encode), {}),
        (encoded({"username": "u"}).rstrip("="), {}),
        (encoded(["username"]), {}),
        (base64.urlsafe_b64encode(b"{").decode(), {}),
        ("!!!", {}),
        ("", {}),
    ],
)
def test_credentials_that_cannot_be_decoded_are_none(text, expected):
    assert asked(headers={"x-registry-auth": text}).registry_auth().values == expected
    assert asked(headers={"x-registry-config": text}).registry_config().values == expected


def test_the_body_is_read_by_the_document():
    assert asked(raw=b'{"A":1}').body().values == {"A": 1}
    assert asked(raw=b"null").value() is None
    assert "of type object" in refusal(lambda each: each.body(), raw=b"[]")


@pytest.mark.parametrize(("version", "expected"), [("1.23", False), ("1.24", True)])
def test_a_gate_depends_on_the_version_asked_for(version, expected):
    assert asked(version=version).passed("json-errors") is expected


def test_filters_are_those_accepted_or_any():
    given = {"filters": '{"a":["x"]}'}
    assert asked(query=given).filters("a").values("a") == ("x",)
    assert asked(query=given).any_filters().values("a") == ("x",)
    assert refusal(lambda each: each.filters("b"), query=given) == "Invalid filter 'a'"
