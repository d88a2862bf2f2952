"""Checks that a reply came: at all, in full, and in time."""

from collections.abc import Iterator

from harness.model.call import Ending
from harness.model.judgement import Check, Complaint, Severity, Streaming, Subject


def _asked(subject: Subject) -> str:
    """Name the operation: where a handler dies or hangs is a fault of its own."""
    return f"{subject.exchange.call.method} {subject.exchange.call.path}"


def _given(subject: Subject) -> Iterator[Complaint]:
    if subject.exchange.reply.ending is Ending.NO_REPLY:
        yield Complaint(
            pointer="",
            message=f"closed the connection without a reply to {_asked(subject)}; "
            "every call is promised one",
            expected="a reply",
            seen="none",
        )


def _complete(subject: Subject) -> Iterator[Complaint]:
    if subject.exchange.reply.ending is Ending.CUT:
        yield Complaint(
            pointer="",
            message=f"broke off in the middle of the reply to {_asked(subject)}; "
            "a whole one is promised",
            expected="a whole reply",
            seen=f"{len(subject.exchange.reply.body)} bytes of one",
        )


def _in_time(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    if reply.ending is not Ending.DEADLINE:
        return
    whole = subject.streaming is Streaming.WHOLE
    # A stream says at once that it begins; what is told as a whole may wait for what it tells of.
    may_wait = subject.endless and whole
    if not reply.status and not may_wait:
        came = "no reply"
    elif reply.status and whole and not subject.endless:
        came = "only a part of the reply"
    else:
        return
    yield Complaint(
        pointer="",
        message=f"{came} to {_asked(subject)} came before the deadline; a whole one is promised",
        expected="a whole reply",
        seen=came,
    )


GIVEN = Check(
    id="reply-given",
    summary="Every call gets a reply: the daemon's handler did not die of it.",
    severity=Severity.ERROR,
    applies=lambda _: True,
    judge=_given,
)
COMPLETE = Check(
    id="reply-complete",
    summary="The connection does not break in the middle of a reply.",
    severity=Severity.ERROR,
    applies=lambda subject: subject.exchange.reply.ending is not Ending.NO_REPLY,
    judge=_complete,
)
IN_TIME = Check(
    id="reply-in-time",
    summary=(
        "A reply begins before the call's deadline, and ends before it unless it is a stream or "
        "waits for something to happen."
    ),
    severity=Severity.ERROR,
    applies=lambda subject: subject.exchange.reply.ending is not Ending.NO_REPLY,
    judge=_in_time,
)
