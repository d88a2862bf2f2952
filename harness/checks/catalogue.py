"""The checks that need the document alone, and the judging of an exchange by any checks."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from harness.checks import arrival, headers, openness, schema, status
from harness.checks.bodies import whole
from harness.model.judgement import Check, Finding, Judged, Subject, Verdict

CHECKS: tuple[Check, ...] = (
    arrival.GIVEN,
    arrival.COMPLETE,
    arrival.IN_TIME,
    status.DOCUMENTED,
    status.NO_SERVER_ERROR,
    status.UNKNOWN_ID,
    status.BODY_REFUSED,
    headers.MEDIA_TYPE,
    headers.HEADERS,
    headers.NO_BODY,
    schema.BODY,
    schema.LETTER_CASE,
    openness.IGNORED,
)

# How real daemons word it that they do not do something, and the statuses that they give it.
_DECLINED = (
    "only supported in experimental mode",  # dockerd, 400
    "experimental feature is disabled",  # dockerd, 501
    "does not support service",  # Podman, 503
    "is not supported",  # Podman, 404
)
_DECLINING = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE}
)


def judge(subject: Subject, checks: Iterable[Check]) -> Judged:
    """Apply every check that has something to say.

    A daemon that says it does not do this is unsupported, and still broken where it says so in a
    wrong way. The verdict is vacuous where no check had anything to say.
    """
    applicable = [check for check in checks if check.applies(subject)]
    findings = tuple(finding for check in applicable for finding in _findings(check, subject))
    return Judged(
        exchange=subject.exchange,
        verdict=_verdict(subject, findings, judged=bool(applicable)),
        applied=tuple(check.id for check in applicable),
        findings=findings,
    )


def _findings(check: Check, subject: Subject) -> Iterator[Finding]:
    for complaint in check.judge(subject):
        yield Finding(
            check=check.id,
            severity=check.severity,
            operation=subject.operation.id,
            complaint=complaint,
            exchange=subject.exchange,
        )


def _verdict(subject: Subject, findings: tuple[Finding, ...], *, judged: bool) -> Verdict:
    if findings:
        return Verdict.BROKEN
    if _declined(subject):
        return Verdict.UNSUPPORTED
    return Verdict.KEPT if judged else Verdict.VACUOUS


def _declined(subject: Subject) -> bool:
    """Tell whether the daemon says that it does not do this."""
    reply = subject.exchange.reply
    if reply.status == HTTPStatus.NOT_IMPLEMENTED:
        return True
    return reply.status in _DECLINING and any(text in _told(reply.body) for text in _DECLINED)


def _told(body: bytes) -> str:
    """Return the text of an error, in either of the forms that Docker gives it."""
    try:
        value = whole(body)
    except ValueError:
        return body.decode(errors="replace")
    message = value.get("message") if isinstance(value, dict) else value
    return message if isinstance(message, str) else ""
