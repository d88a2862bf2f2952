import json

import pytest

from harness.daemon.redaction import redact
from harness.model.call import Call, Exchange, Reply
from harness.model.version import ApiVersion


def exchange(*, path="/x", said=b"", reply_headers=(), **call):
    return Exchange(
        version=ApiVersion(1, 30),
        call=Call(operation="X", method="POST", path=path, **call),
        reply=Reply(status=200, headers=reply_headers, body=said),
    )


def body(text, path="/x"):
    """Redact a body, as a call's and as a reply's, which makes no difference."""
    clean = redact(exchange(path=path, body=text.encode(), said=text.encode()))
    assert clean.call.body == clean.reply.body
    return clean.reply.body.decode()


@pytest.mark.parametrize(
    "member",
    [
        "password",
        "Password",
        "PASSWORD",
        "identitytoken",
        "IdentityToken",
        "registrytoken",
        "auth",
        "UnlockKey",
        "JoinToken",
        "SigningCAKey",
        "CAKey",
    ],
)
def test_a_secret_member_is_redacted_at_any_depth(member):
    text = json.dumps({"a": [{"b": 1, member: "hunter2"}], "c": "kept"})
    assert json.loads(body(text)) == {"a": [{"b": 1, member: "[redacted]"}], "c": "kept"}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"JoinTokens":{"Worker":"w"}}', '{"JoinTokens":{"Worker":"[redacted]"}}'),
        ('{"password":["hunter2"]}', '{"password":["[redacted]"]}'),
        ('{"password":12345}', '{"password":0}'),
        ('{"password":""}', '{"password":""}'),
        ('{"password":null}', '{"password":null}'),
        ('{"p\\u0061ssword":"hunter2"}', '{"password":"[redacted]"}'),
        ('{"password":"hunter2","password":""}', '{"password":""}'),
        ('{"a":1}\n{"password":"hunter2"}\n', '{"a":1}\n{"password":"[redacted]"}\n'),
        ('{"a":1}\n{"password":"hunter2","b"', '{"a":1}\n{"password":"[redacted]","b"'),
        ('{"password": "hunter2", }', '{"password": "[redacted]", }'),
        ('{"password": "hun\\"ter2', '{"password": "[redacted]"'),
        ('{"password":\n"hunter2",', '{"password":\n"[redacted]",'),
        ('{"password": {"a": "hunter2"', '{"password": "[redacted]"'),
        ('"password":hunter2}', '"password":"[redacted]"}'),
        ("joined with SWMTKN-1-0abc-9xyz today", "joined with [redacted] today"),
        ('{"message":"wrong key SWMKEY-1-ab+c/d="}', '{"message":"wrong key [redacted]"}'),
        ("https://me:hunter2@there/x", "https://[redacted]@there/x"),
        ("-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\n", "[redacted]\n"),
        ("-----BEGIN PRIVATE KEY-----\nabc", "[redacted]"),
    ],
)  # fmt: skip
def test_secrets_are_found_in_whatever_form(text, clean):
    assert body(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OK",
        '{"a" : 1.0,\n "a": 2}',
        '{"Username": "me", "Authorization": null}',
        "docker://busybox@sha256:abc",
        '{"Data":"eA=="}',
        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_secret_is_left_as_it_came(text):
    assert body(text) == text


def test_bytes_are_left_as_they_came():
    raw = bytes(range(256))
    assert redact(exchange(said=raw)).reply.body == raw


@pytest.mark.parametrize(
    ("path", "clean"), [("/secrets/create", "[redacted]"), ("/configs/create", "c2VjcmV0")]
)
def test_data_is_secret_where_secrets_are(path, clean):
    assert json.loads(body('{"Data":"c2VjcmV0"}', path=path)) == {"Data": clean}


@pytest.mark.parametrize(
    ("header", "clean"),
    [
        (("X-Registry-Auth", "e30="), "[redacted]"),
        (("x-registry-config", "e30="), "[redacted]"),
        (("Authorization", "Basic e30="), "[redacted]"),
        (("X-Meta", "e30="), "e30="),
        (("Location", "http://me:hunter2@there/"), "http://[redacted]@there/"),
    ],
)
def test_secret_headers_are_redacted_both_ways(header, clean):
    done = redact(exchange(headers=(header,), reply_headers=(header,)))
    assert done.call.headers == done.reply.headers == ((header[0], clean),)


@pytest.mark.parametrize(
    ("parameter", "clean"),
    [
        (("password", "hunter2"), "[redacted]"),
        (("buildargs", '{"password":"hunter2"}'), '{"password":"[redacted]"}'),
        (("remote", "https://me:hunter2@there/repo.git"), "https://[redacted]@there/repo.git"),
        (("filters", '{"name":["a"]}'), '{"name":["a"]}'),
        (("odd", "\ud800"), "\ud800"),
    ],
)
def test_secrets_in_the_query_are_redacted(parameter, clean):
    assert redact(exchange(query=(parameter,))).call.query == ((parameter[0], clean),)


def test_a_call_without_a_body_stays_without():
    assert redact(exchange()).call.body is None
