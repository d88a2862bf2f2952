import json

import pytest

from harness.checks.told import told
from harness.model.call import Reply


def error(message):
    return Reply(
        500, (("content-type", "application/json"),), json.dumps({"message": message}).encode()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            'strconv.ParseInt: parsing "abc": invalid syntax',
            'strconv.ParseInt: parsing "": invalid syntax',
        ),
        ("No such thing: " + "a1" * 32, "No such thing: " + "b2" * 32),
        (
            "json: cannot unmarshal string into Go value of type types.A",
            "json: cannot unmarshal string into Go struct field B.c of type int",
        ),
        ("docker-contract-1-x-2 is in use", "docker-contract-9-y-3 is in use"),
        ("stat /tmp/a/b: no such file", "stat /var/lib/c: no such file"),
        ("limit is 12", "limit is -7"),
    ],
)
def test_what_differs_from_call_to_call_is_left_out(one, other):
    assert told(error(one)) == told(error(other)) != ""


def test_different_causes_stay_apart():
    assert told(error("no rootfs found")) != told(error("no such plugin"))


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"error": 1}'])
def test_a_body_without_a_message_says_nothing(body):
    assert told(Reply(500, (), body)) == ""


def test_plain_text_is_taken_as_it_is():
    assert told(Reply(500, (), b"no such  image\n")) == "no such image"
