"""What of a reply is compared: its status, its media type and its shape."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from harness.diff.shapes import Shape, kind, shape
from harness.model.call import Ending, Exchange, Reply
from harness.model.judgement import Streaming
from harness.model.spec import Json, Operation, Schema

_HEADER = 8  # bytes before a frame's payload
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Form:
    """A reply without its values; `message` is what an error says, as the caller words it.

    At the empty pointer, `shape` tells what the body as a whole is, be it JSON or not.
    """

    status: int
    media_type: str
    shape: Shape
    message: str = ""


def form(
    operation: Operation, streaming: Streaming, exchange: Exchange, *, message: str = ""
) -> Form:
    """Return the form of the reply to a call of an operation that streams its successes so."""
    reply = exchange.reply
    failed = reply.status >= HTTPStatus.BAD_REQUEST
    response = operation.responses.get(reply.status)
    return Form(
        status=reply.status,
        media_type=reply.media_type,
        shape=_shape(
            response.schema if response else None, Streaming.WHOLE if failed else streaming, reply
        ),
        message=message,
    )


def _shape(schema: Schema | None, streaming: Streaming, reply: Reply) -> Shape:
    match streaming:
        case Streaming.WHOLE:
            return _whole(schema, reply)
        case Streaming.JSON_LINES:
            return _lines(schema, reply)
        case Streaming.FRAMES:
            return _alone(_frames(reply.body))
        case Streaming.TAR:
            return _alone(_archive(reply.body))
        case Streaming.RAW | Streaming.WEBSOCKET:
            return _alone("bytes" if reply.body else _NOTHING)


def _whole(schema: Schema | None, reply: Reply) -> Shape:
    if reply.ending is not Ending.COMPLETE:
        return _alone(f"a reply that did not end ({reply.ending})")
    if not reply.body:
        return _alone(_NOTHING)
    try:
        value: Json = json.loads(reply.body)
    except (ValueError, RecursionError):
        return _alone("text")
    # The text OK 1 is no number for being readable as one.
    named = reply.media_type == "application/json" or reply.media_type.endswith("+json")
    if not named and kind(value) not in {"object", "array"}:
        return _alone("text")
    return shape(schema, [value])


def _lines(schema: Schema | None, reply: Reply) -> Shape:
    """Return what all lines have; where the reply was left before its end, what came in full."""
    *ended, last = reply.body.split(b"\n")
    arrived = [*ended, last] if reply.ending is Ending.COMPLETE else ended
    try:
        values = [value for line in arrived for value in _values(line)]
    except (ValueError, RecursionError):
        return _alone("lines that are no JSON")
    return shape(schema, values) or _alone(_NOTHING)


def _values(line: bytes) -> Iterator[Json]:
    """Yield the values on a line, of which progress may put several."""
    decoder, text = json.JSONDecoder(), line.decode().strip()
    while text:
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].strip()


def _frames(body: bytes) -> str:
    numbers: set[int] = set()
    place = 0
    while place + _HEADER <= len(body):
        if any(body[place + 1 : place + 4]):
            return "bytes without frames"
        numbers.add(body[place])
        place += _HEADER + int.from_bytes(body[place + 4 : place + _HEADER])
    if not numbers:
        return "bytes without frames" if body else _NOTHING
    return f"frames of {', '.join(map(str, sorted(numbers)))}"


def _archive(body: bytes) -> str:
    if not body:
        return _NOTHING
    return "an archive" if tarfile.is_tarfile(io.BytesIO(body)) else "no archive"


def _alone(seen: str) -> Shape:
    return {"": frozenset((seen,))}
