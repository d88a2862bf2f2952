"""The frames in which Docker sends the output of a container that has no terminal."""

from collections.abc import Iterator

from harness.checks.bodies import succeeded
from harness.model.call import Ending, Reply
from harness.model.judgement import Check, Complaint, Severity, Streaming, Subject

_HEADER = 8
# stdin, stdout, stderr, and errors of the daemon itself.
_STREAMS = frozenset(range(4))


def _fault(body: bytes, *, complete: bool) -> str:
    """Tell what keeps a body from being frames; "" where it is. The last one may be unfinished."""
    place = 0
    while place < len(body):
        header = body[place : place + _HEADER]
        if any(header[1:4]) or header[0] not in _STREAMS:
            return "bytes that are no frame"
        if len(header) < _HEADER:
            return "an unfinished frame" if complete else ""
        place += _HEADER + int.from_bytes(header[4:])
    return "an unfinished frame" if complete and place > len(body) else ""


def _sent(subject: Subject, streaming: Streaming) -> bool:
    sent = succeeded(subject) and bool(subject.exchange.reply.body)
    return sent and subject.streaming is streaming


def _framed(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    fault = _fault(reply.body, complete=_ended(reply))
    if fault:
        promised = "frames of an 8-byte header and what it announces"
        message = f"sent {fault}; Docker promises {promised}"
        yield Complaint("", message, promised, repr(reply.body[:_HEADER]))


def _ended(reply: Reply) -> bool:
    return reply.ending is Ending.COMPLETE


def _unframed(subject: Subject) -> Iterator[Complaint]:
    body = subject.exchange.reply.body
    # An empty frame could be a terminal's null bytes; one that holds its payload is no accident.
    framed = len(body) > _HEADER and any(body[4:_HEADER]) and not _fault(body, complete=True)
    if framed:
        promised = "the bytes of the terminal as they are"
        message = f"sent frames for a terminal; Docker promises {promised}"
        yield Complaint("", message, promised, repr(body[:_HEADER]))


FRAMED = Check(
    id="stream-framing",
    summary=(
        "Output of a container without a terminal comes in whole frames: a stream number, three "
        "zeros, the length, the payload; only the last may be cut short by the reader."
    ),
    severity=Severity.ERROR,
    applies=lambda subject: _sent(subject, Streaming.FRAMES),
    judge=_framed,
)
UNFRAMED = Check(
    id="stream-unframed",
    summary="Output of a container with a terminal comes without frames.",
    severity=Severity.ERROR,
    applies=lambda subject: _sent(subject, Streaming.RAW),
    judge=_unframed,
)
