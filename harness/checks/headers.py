"""Checks on media types and on documented headers."""

from collections.abc import Iterator
from http import HTTPStatus

from harness.checks.bodies import may_have_body, succeeded
from harness.model.judgement import Check, Complaint, Severity, Subject


def promised_media_types(subject: Subject) -> tuple[str, ...]:
    """Return what the body of a success may be; () where the document promises nothing.

    Of an operation that produces nothing by the document, what is no text must be JSON.
    """
    if subject.operation.produces:
        return tuple(_bare(text) for text in subject.operation.produces)
    response = subject.operation.responses.get(subject.exchange.reply.status)
    if response is None or response.schema is None:
        return ()
    return ("application/json",) if {"object", "array"} & set(response.schema.types) else ()


def _bare(media_type: str) -> str:
    return media_type.split(";", maxsplit=1)[0].strip().lower()


def _judges_media_type(subject: Subject) -> bool:
    """Judge what has a body and a promise.

    An erratum that empties what an operation produces says that no Content-Type need be sent.
    """
    reply = subject.exchange.reply
    sent = bool(reply.body) and succeeded(subject) and may_have_body(subject)
    owed = bool(reply.media_type or subject.operation.produces)
    return sent and owed and bool(promised_media_types(subject))


def _media_type(subject: Subject) -> Iterator[Complaint]:
    sent, promised = subject.exchange.reply.media_type, promised_media_types(subject)
    if sent in promised:
        return
    listed = ", ".join(promised)
    seen = f"sent {sent}" if sent else "sent a body without Content-Type"
    yield Complaint("", f"{seen}; the spec promises {listed}", listed, sent or "no Content-Type")


def _documented_headers(subject: Subject) -> tuple[str, ...]:
    response = subject.operation.responses.get(subject.exchange.reply.status)
    return tuple(response.headers) if response else ()


def _headers(subject: Subject) -> Iterator[Complaint]:
    for name in _documented_headers(subject):
        if subject.exchange.reply.header(name) is None:
            yield Complaint(
                pointer="",
                message=f"sent no {name} header; the spec promises one",
                expected=name,
                seen="none",
            )


def _no_body(subject: Subject) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    announced = reply.status == HTTPStatus.NO_CONTENT and (
        reply.header("content-length") not in {None, "0"}
        or reply.header("transfer-encoding") is not None
    )
    if reply.body or announced:
        yield Complaint(
            pointer="",
            message=f"sent a body with {reply.status}; the spec promises none",
            expected="no body",
            seen="a body",
        )


MEDIA_TYPE = Check(
    id="media-type-documented",
    summary="The body of a success is of a media type that the operation produces.",
    severity=Severity.ERROR,
    applies=_judges_media_type,
    judge=_media_type,
)
HEADERS = Check(
    id="headers-documented",
    summary="Every header that the document names for a status is there.",
    severity=Severity.ERROR,
    applies=lambda subject: bool(_documented_headers(subject)),
    judge=_headers,
)
NO_BODY = Check(
    id="body-absent",
    summary="A reply of status 204 or 304 has no body and announces none.",
    severity=Severity.WARNING,
    applies=lambda subject: (
        subject.exchange.reply.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
    ),
    judge=_no_body,
)
