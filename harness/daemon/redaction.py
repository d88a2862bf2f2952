"""Taking secrets out of calls and exchanges before anything is written down."""

import json
import re
from dataclasses import replace

from harness.model.call import Call, Exchange, Pairs
from harness.model.spec import Json

REDACTED = "[redacted]"

_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-registry-auth",
        "x-registry-config",
    }
)
# In lower case, since Go's decoder takes members in any letter case.
_MEMBERS = frozenset(
    {
        "auth",
        "cakey",
        "identitytoken",
        "jointoken",
        "jointokens",
        "password",
        "registrytoken",
        "signingcakey",
        "unlockkey",
    }
)
_SECRET_MEMBERS = _MEMBERS | {"data"}
# What is secret wherever it stands: swarm tokens and keys, private keys, passwords in URLs.
_ANYWHERE = re.compile(
    rb"SWM(?:TKN|KEY)-[\w+/=-]+"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    rb'|(?<=://)[^\s/@"\\]+(?=@(?!sha256:))',
    re.DOTALL,
)
_HINTS = (b"SWM", b"PRIVATE KEY", b"://")  # without one of these, there is nothing of it


def redact(exchange: Exchange) -> Exchange:
    """Return the exchange with "[redacted]" in place of every secret, in call and reply."""
    names = _names(exchange.call)
    reply = exchange.reply
    return replace(
        exchange,
        call=redact_call(exchange.call),
        reply=replace(reply, headers=_headers(reply.headers), body=_body(reply.body, names)),
    )


def redact_call(call: Call) -> Call:
    """Return the call with "[redacted]" in place of every secret."""
    names = _names(call)
    return replace(
        call,
        query=tuple((name, _query(name, value, names)) for name, value in call.query),
        headers=_headers(call.headers),
        body=None if call.body is None else _body(call.body, names),
    )


def _names(call: Call) -> frozenset[str]:
    """Return the names of secret members: Data is one where secrets are made, not for configs."""
    return _SECRET_MEMBERS if call.path.startswith("/secrets") else _MEMBERS


def _headers(headers: Pairs) -> Pairs:
    return tuple(
        (name, REDACTED if name.lower() in _HEADERS else _text(value)) for name, value in headers
    )


def _query(name: str, value: str, names: frozenset[str]) -> str:
    if name.lower() in names:
        return REDACTED
    return _body(value.encode(errors="surrogatepass"), names).decode(errors="surrogatepass")


def _text(value: str) -> str:
    return _anywhere(value.encode(errors="surrogatepass")).decode(errors="surrogatepass")


def _anywhere(text: bytes) -> bytes:
    if not any(hint in text for hint in _HINTS):
        return text
    return _ANYWHERE.sub(REDACTED.encode(), text)


def _body(body: bytes, names: frozenset[str]) -> bytes:
    if _mentions(body, names):
        body = _members(body, names)
    return _anywhere(body)


def _mentions(text: bytes, names: frozenset[str]) -> bool:
    """Tell whether a closer look is due: most bodies need none, and some are large.

    A name may be written with escapes, so an escape counts as a mention.
    """
    if b"\\u" in text:
        return True
    low = text.lower()
    return any(f'"{name}"'.encode() in low for name in names)


def _members(body: bytes, names: frozenset[str]) -> bytes:
    """Redact one JSON value, or JSON lines, or from where it is neither whatever looks like it."""
    value = _parsed(body)
    if value is not None:
        return _written(value, names)
    lines = body.split(b"\n")
    clean = []
    for number, line in enumerate(lines):
        value = _parsed(line)
        if value is None and line.strip():
            clean.append(_broken(b"\n".join(lines[number:]), names))
            break
        clean.append(line if value is None else _written(value, names))
    return b"\n".join(clean)


def _written(value: Json, names: frozenset[str]) -> bytes:
    # Always anew: of two members of one name, only the last is in the value.
    return json.dumps(_value(value, names, secret=False), separators=(",", ":")).encode()


def _parsed(text: bytes) -> Json:
    """Return the object or list that this is, or None; other values hold no members."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _value(value: Json, names: frozenset[str], *, secret: bool) -> Json:
    """Redact a value, keeping its type, so that it is judged as the secret itself would be."""
    match value:
        case dict():
            return {
                key: _value(member, names, secret=secret or key.lower() in names)
                for key, member in value.items()
            }
        case list():
            return [_value(element, names, secret=secret) for element in value]
        case bool() | None | "":
            return value
        case str():
            return REDACTED if secret else value
        case _:
            return 0 if secret else value


def _broken(text: bytes, names: frozenset[str]) -> bytes:
    """Redact what follows a secret's name in a text that is not JSON, but may be a piece of it."""
    pattern = (
        rb'(?i)("(?:' + b"|".join(sorted(name.encode() for name in names)) + rb')"\s*:\s*)'
        rb'("(?:[^"\\]|\\.)*"?|[\[{].*|[^\s,}\]]+)'
    )
    return re.sub(pattern, rb'\1"' + REDACTED.encode() + b'"', text, flags=re.DOTALL)
