import base64
from pathlib import Path

import pytest

from harness.daemon.har import UNPREFIXED, read_har
from harness.model.errors import UsageError
from harness.model.version import ApiVersion

PATH = Path("client.har")


def archive(request=None, response=None):
    return {
        "log": {
            "version": "1.2",
            "entries": [
                {
                    "request": {
                        "method": "get",
                        "url": "http://localhost/v1.24/images/a%2Fb/json?all=1&empty=",
                        "headers": [{"name": "X-Meta", "value": "m"}],
                        **(request or {}),
                    },
                    "response": {"status": 200, "headers": [], **(response or {})},
                }
            ],
        }
    }


def only(**differences):
    (exchange,) = read_har(archive(**differences), PATH)
    return exchange


def test_a_call_is_read_with_its_version_its_path_and_its_query():
    exchange = only()
    assert exchange.version == ApiVersion(1, 24)
    assert exchange.call.method == "GET"
    assert exchange.call.path == "/images/a/b/json"
    assert exchange.call.query == (("all", "1"), ("empty", ""))
    assert exchange.call.headers == (("X-Meta", "m"),)
    assert exchange.call.body is None


def test_a_call_may_be_without_a_version():
    exchange = only(request={"url": "http://docker/_ping"})
    assert (exchange.version, exchange.call.path) == (UNPREFIXED, "/_ping")


def test_what_is_null_is_as_what_is_not_there():
    bare = {"headers": None, "postData": None}
    assert only(request=bare, response={"headers": None, "content": None}).call.body is None
    half = {"postData": {"text": None, "mimeType": None}}
    exchange = only(request=half, response={"content": {"text": None, "encoding": None}})
    assert (exchange.call.body, exchange.call.media_type, exchange.reply.body) == (None, "", b"")


def test_half_a_surrogate_pair_in_a_body_becomes_a_question_mark():
    exchange = only(
        request={"postData": {"text": "\ud800"}}, response={"content": {"text": "a\udfff"}}
    )
    assert (exchange.call.body, exchange.reply.body) == (b"?", b"a?")


@pytest.mark.parametrize("version", ["v1." + "9" * 5000, "v1.x", "1.30"])
def test_what_is_no_version_belongs_to_the_path(version):
    exchange = only(request={"url": f"http://docker/{version}/info"})
    assert (exchange.version, exchange.call.path) == (UNPREFIXED, f"/{version}/info")


def test_bodies_are_read_as_text_and_as_base64():
    content = {"text": base64.b64encode(b'{"Id": 1}').decode(), "encoding": "base64"}
    exchange = only(
        request={"postData": {"text": "{}", "mimeType": "application/json; charset=utf-8"}},
        response={"content": content, "headers": [{"name": "Api-Version", "value": "1.41"}]},
    )
    assert (exchange.call.body, exchange.call.media_type) == (b"{}", "application/json")
    assert exchange.reply.body == b'{"Id": 1}'
    assert exchange.reply.header("Api-Version") == "1.41"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({}, "client.har#: log is missing"),
        ([], "client.har#: should be an object"),
        ({"log": {"entries": {}}}, "client.har#/log/entries: should be a list"),
        ({"log": {"entries": [{}]}}, "client.har#/log/entries/0: request is missing"),
        (archive(request={"url": 5}), "request/url: should be a string"),
        (archive(request={"url": "http://[oops/"}), "request/url: is no URL"),
        (archive(request={"headers": [{"name": "a"}]}), "headers/0: value is missing"),
        (archive(response={"status": "200"}), "response/status: should be a number"),
        (archive(response={"status": float("nan")}), "response/status: is no status"),
        (archive(response={"status": float("inf")}), "response/status: is no status"),
        (
            archive(response={"content": {"text": "§", "encoding": "base64"}}),
            "response/content/text: is no base64",
        ),
    ],
    ids=[str(number) for number in range(11)],
)
def test_what_is_no_archive_is_refused_with_its_place(value, place):
    with pytest.raises(UsageError, match="this is no HTTP Archive") as refusal:
        read_har(value, PATH)
    assert place in str(refusal.value)
