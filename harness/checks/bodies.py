"""Reply bodies, decoded as far as they came."""

import json
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import NoReturn

from harness.model.call import Ending, Reply
from harness.model.judgement import Streaming, Subject
from harness.model.spec import Json

_BODILESS = frozenset(
    {0, HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
)


def may_have_body(subject: Subject) -> bool:
    """Tell whether HTTP lets this reply have a body at all."""
    return subject.exchange.call.method != "HEAD" and _status(subject) not in _BODILESS


def succeeded(subject: Subject) -> bool:
    """Tell whether the daemon says that it did what was asked; a switch of protocols counts."""
    return HTTPStatus.CONTINUE < _status(subject) < HTTPStatus.BAD_REQUEST


def failed(subject: Subject) -> bool:
    """Tell whether the daemon answered with an error."""
    return _status(subject) >= HTTPStatus.BAD_REQUEST


def is_json(reply: Reply) -> bool:
    """Tell whether the reply says that its body is JSON."""
    return reply.media_type == "application/json" or reply.media_type.endswith("+json")


def whole(body: bytes) -> Json:
    """Read a body as one JSON value, strictly; raise ValueError where it is not one."""
    return _decoded(body)


def lines(reply: Reply) -> Iterator[bytes]:
    """Yield the lines of a stream that came in full, without blank ones."""
    *ended, last = reply.body.split(b"\n")
    arrived = [*ended, last] if reply.ending is Ending.COMPLETE else ended
    yield from (line for line in arrived if line.strip())


def values(subject: Subject) -> tuple[Json, ...]:
    """Return the JSON values of a reply; what is no JSON is left out.

    A stream gives one value a line, or one in all where the whole body is a single value. A reply
    that was not read to its end gives none, but for the full lines of a stream.
    """
    reply = subject.exchange.reply
    if not may_have_body(subject) or not reply.body:
        return ()
    if reply.ending is Ending.COMPLETE:
        try:
            return (_decoded(reply.body),)
        except ValueError:
            pass  # several values, or none: the lines tell
    if subject.streaming is not Streaming.JSON_LINES:
        return ()
    return tuple(_readable(lines(reply)))


def kind(value: Json) -> str:
    """Name the JSON type of a value as a document does; numbers are one type."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"


def _status(subject: Subject) -> int:
    return subject.exchange.reply.status


def _readable(texts: Iterator[bytes]) -> Iterator[Json]:
    for text in texts:
        try:
            yield _decoded(text)
        except ValueError:
            continue


# Several checks read one reply: it is decoded once. Nobody changes what they get.
@lru_cache(maxsize=16)
def _decoded(body: bytes) -> Json:
    try:
        value: Json = json.loads(body.decode(), parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    return value


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
