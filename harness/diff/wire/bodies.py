"""The body of a reply: how it is framed, and what is in it."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from harness.diff.shapes import kind
from harness.diff.wire.texts import message, plain, without_label
from harness.diff.wire.values import Chances, Seen, seen
from harness.model.call import Ending, Reply
from harness.model.judgement import Streaming
from harness.model.spec import Json, Schema

_FRAME = 8  # bytes before a frame's payload
_STREAMS = {0: "stdin", 1: "stdout", 2: "stderr", 3: "systemerr"}
_OPCODES = {1: "text", 2: "binary"}
_CONTINUED = 0
_CONTROL = 8  # opcodes from here on carry nothing of the stream
_MASKED = 0x80
_EXTENDED = {126: 2, 127: 8}  # where the length stands in bytes of its own, and in how many
_ENDINGS = {Ending.DEADLINE: "no end", Ending.CUT: "cut", Ending.NO_REPLY: "closed"}
_FEW = 3  # members of a message that name it
_PROGRESS = frozenset({"id", "progress", "progressDetail"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a body comes to; the fields are those of `harness.model.wire.Step`."""

    framing: str
    places: Seen = field(default_factory=dict)
    message: str = ""
    events: tuple[str, ...] = ()


def content(schema: Schema | None, streaming: Streaming, reply: Reply, chance: Chances) -> Content:
    """Return what the body of a reply to an operation that streams its successes so comes to."""
    read = _read(schema, streaming, reply, chance)
    end = _ENDINGS.get(reply.ending)
    if not end:
        return read
    framing = end if read.framing == "nothing" else f"{read.framing}, {end}"
    return Content(framing, read.places, read.message, read.events)


def _read(schema: Schema | None, streaming: Streaming, reply: Reply, chance: Chances) -> Content:
    if not reply.body or not reply.status:
        return Content("nothing")
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return _refusal(reply, chance)
    match streaming:
        case Streaming.WHOLE:
            read = _whole(schema, reply, chance)
        case Streaming.JSON_LINES:
            read = _lines(schema, reply, chance)
        case Streaming.FRAMES:
            read = _frames(reply.body, chance)
        case Streaming.WEBSOCKET:
            read = _websocket(reply.body, chance)
        case Streaming.TAR:
            archive = tarfile.is_tarfile(io.BytesIO(reply.body))
            read = Content("an archive" if archive else "no archive")
        case Streaming.RAW:
            read = Content("raw")
    return read


def _refusal(reply: Reply, chance: Chances) -> Content:
    """Read an error: its message says the same, be it in JSON or in plain text."""
    value = _parsed(reply.body)
    told = value.get("message") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(told, str):
        return Content("whole", message=message(_text(reply.body)))
    rest = {name: member for name, member in value.items() if name != "message"}
    places = seen("body", None, [rest], chance) if rest else {}
    return Content("whole", places, message(told))


def _whole(schema: Schema | None, reply: Reply, chance: Chances) -> Content:
    value = _parsed(reply.body)
    # The text OK 1 is no number for being readable as one.
    named = reply.media_type == "application/json" or reply.media_type.endswith("+json")
    known = value is not None or reply.body.strip() == b"null"
    if not known or (not named and kind(value) not in {"object", "array"}):
        return Content("whole", _texts(_text(reply.body), chance))
    return Content("whole", seen("body", schema, [value], chance))


def _lines(schema: Schema | None, reply: Reply, chance: Chances) -> Content:
    """Read JSON values one after the other; where the reply was left, those that came in full."""
    values, rest = _values(without_label(_text(reply.body)))
    if not values or (rest and reply.ending is Ending.COMPLETE):
        return Content("lines that are no JSON")
    kinds = [found for value in values if (found := _kind(value))]
    return Content(
        "JSON lines",
        seen("body", schema, values, chance),
        # How often one comes is chance: dockerd tells some things twice, if two parts see them.
        events=tuple(dict.fromkeys(kinds)),
    )


def _values(text: str) -> tuple[list[Json], str]:
    """Return the values that stand one after the other, and the text from where there are none."""
    values: list[Json] = []
    decoder, place = json.JSONDecoder(), 0
    while rest := text[place:].lstrip():
        try:
            value, length = decoder.raw_decode(rest)
        except (ValueError, RecursionError):
            return values, rest
        values.append(value)
        place = len(text) - len(rest) + length
    return values, ""


def _kind(value: Json) -> str:
    """Name what sort of message this is: an event by type and action, others by what they have."""
    if not isinstance(value, dict):
        return kind(value)
    what, action = value.get("Type"), value.get("Action")
    if isinstance(what, str) and isinstance(action, str):
        return message(f"{what} {action}")
    # How often progress is told, and how far it got, is chance.
    told = sorted(plain(name) for name in value if name not in _PROGRESS)
    return " ".join(told) if len(told) <= _FEW else "object"


def _frames(body: bytes, chance: Chances) -> Content:
    streams: dict[int, bytearray] = {}
    place = 0
    while place + _FRAME <= len(body):
        if any(body[place + 1 : place + 4]):
            return Content("bytes without frames", _texts(_text(body), chance))
        end = place + _FRAME + int.from_bytes(body[place + 4 : place + _FRAME])
        streams.setdefault(body[place], bytearray()).extend(body[place + _FRAME : end])
        place = end
    if not streams:
        return Content("bytes without frames", _texts(_text(body), chance))
    found: dict[str, frozenset[str]] = {}
    for number, text in sorted(streams.items()):
        name = _STREAMS.get(number, str(number))
        found |= _texts(_text(bytes(text)), chance, f"body/{name}")
    listed = ", ".join(_STREAMS.get(number, str(number)) for number in sorted(streams))
    return Content(f"frames of {listed}", found)


def _websocket(body: bytes, chance: Chances) -> Content:
    kinds: list[str] = []
    payload = bytearray()
    for opcode, part in _messages(body):
        if opcode < _CONTROL:
            payload += part
            if opcode != _CONTINUED:
                kinds.append(_OPCODES.get(opcode, str(opcode)))
    framing = f"websocket, {' and '.join(sorted(set(kinds))) or 'nothing'}"
    return Content(framing, _texts(_text(bytes(payload)), chance) if payload else {})


def _messages(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield opcodes and payloads of frames from a server, the last as far as it came."""
    place = 0
    while place + 2 <= len(body):
        opcode, size = body[place] & 0x0F, body[place + 1] & ~_MASKED
        masked = bool(body[place + 1] & _MASKED)
        place += 2
        if size in _EXTENDED:
            width = _EXTENDED[size]
            size, place = int.from_bytes(body[place : place + width]), place + width
        place += 4 if masked else 0
        yield opcode, body[place : place + size]
        place += size


def _texts(text: str, chance: Chances, place: str = "body") -> Seen:
    return seen(place, None, [text], chance)


def _text(body: bytes) -> str:
    return body.decode(errors="replace")


def _parsed(body: bytes) -> Json:
    try:
        value: Json = json.loads(without_label(_text(body)))
    except (ValueError, RecursionError):
        return None
    return value
