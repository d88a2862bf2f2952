"""Streams of JSON and of archives."""

import io
import tarfile
from collections.abc import Iterator

from harness.checks.bodies import lines, succeeded, values, whole
from harness.model.call import Ending
from harness.model.judgement import Check, Complaint, Severity, Streaming, Subject
from harness.model.spec import Json


def _streams(subject: Subject, streaming: Streaming) -> bool:
    sent = succeeded(subject) and bool(subject.exchange.reply.body)
    return sent and subject.streaming is streaming


def _json_lines(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    if reply.ending is Ending.COMPLETE and _is_json(reply.body):
        return  # a single value may be laid out over several lines
    for line in lines(reply):
        if not _is_json(line):
            promised = "one JSON value a line"
            message = f"sent a line that is no JSON value; Docker promises {promised}"
            yield Complaint("", message, promised, repr(line[:60]))
            return


def _is_json(text: bytes) -> bool:
    try:
        whole(text)
    except ValueError:
        return False
    return True


def _errors(subject: Subject) -> Iterator[dict[str, Json]]:
    """Yield the objects of a stream that tell of an error."""
    for value in values(subject):
        if isinstance(value, dict) and ("errorDetail" in value or "error" in value):
            yield value


def _told(subject: Subject) -> Iterator[Complaint]:
    for error in _errors(subject):
        detail = error.get("errorDetail")
        text = detail.get("message") if isinstance(detail, dict) else None
        if not isinstance(error.get("error"), str):
            yield _untold("/*/error", "error")
            return
        if not isinstance(text, str):
            yield _untold("/*/errorDetail/message", "errorDetail.message")
            return


def _untold(pointer: str, name: str) -> Complaint:
    message = (
        f"{name} is no text in a stream's error; Docker promises error and errorDetail.message"
    )
    return Complaint(pointer, message, "a text", "none")


def _archive(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    fault = _tar_fault(reply.body, complete=reply.ending is Ending.COMPLETE)
    if fault:
        message = f"sent {fault}; Docker promises a tar archive"
        yield Complaint("", message, "a tar archive", repr(reply.body[:16]))


def _tar_fault(body: bytes, *, complete: bool) -> str:
    """Tell what keeps a body from being a tar archive as far as it came; "" where it is one."""
    members = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r|") as archive:
            for _ in archive:
                members += 1
    except tarfile.TarError:
        if complete:
            return "a broken archive" if members else "bytes that are no archive"
        # The first header is whole, and no archive's: waiting for more would not have helped.
        hopeless = not members and len(body) >= tarfile.BLOCKSIZE
        return "bytes that are no archive" if hopeless else ""
    return ""


JSON_LINES = Check(
    id="json-lines",
    summary="A stream of JSON has one value a line.",
    severity=Severity.ERROR,
    applies=lambda subject: _streams(subject, Streaming.JSON_LINES),
    judge=_json_lines,
)
ERROR_TOLD = Check(
    id="stream-error-told",
    summary="An error inside a stream is told twice: in error, and in errorDetail.message.",
    severity=Severity.ERROR,
    applies=lambda subject: (
        _streams(subject, Streaming.JSON_LINES) and any(True for _ in _errors(subject))
    ),
    judge=_told,
)
ARCHIVE = Check(
    id="tar-archive",
    summary="A reply that is an archive can be read as one, as far as it was fetched.",
    severity=Severity.ERROR,
    applies=lambda subject: _streams(subject, Streaming.TAR),
    judge=_archive,
)
