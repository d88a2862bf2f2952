"""Connections that a daemon takes over from HTTP, and how it says so."""

from collections.abc import Iterator
from http import HTTPStatus

from harness.model.judgement import Check, Complaint, Severity, Subject

RAW_STREAM = "application/vnd.docker.raw-stream"


def is_hijacked(subject: Subject) -> bool:
    """Tell whether the reply was written on a connection that HTTP no longer governs.

    Attach writes even its errors so, without the headers that all other replies have.
    """
    reply = subject.exchange.reply
    switched = reply.status == HTTPStatus.SWITCHING_PROTOCOLS
    raw = reply.media_type == RAW_STREAM and RAW_STREAM in subject.operation.produces
    return switched or raw


def _upgraded(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    if not reply.header("upgrade"):
        yield Complaint(
            pointer="",
            message="answered 101 without an Upgrade header; HTTP promises one",
            expected="Upgrade",
            seen="none",
        )
    tokens = {token.strip().lower() for token in (reply.header("connection") or "").split(",")}
    if "upgrade" not in tokens:
        yield Complaint(
            pointer="",
            message='answered 101 without "Connection: Upgrade"; HTTP promises it',
            expected="Connection: Upgrade",
            seen=reply.header("connection") or "none",
        )


UPGRADED = Check(
    id="upgrade-announced",
    summary="A switch of protocols names the protocol in Upgrade, and says Connection: Upgrade.",
    severity=Severity.ERROR,
    applies=lambda subject: subject.exchange.reply.status == HTTPStatus.SWITCHING_PROTOCOLS,
    judge=_upgraded,
)
