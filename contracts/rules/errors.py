"""The form of Docker's errors, which changed with API 1.24."""

from collections.abc import Iterator

from contracts.rules.hijack import is_hijacked
from harness.checks.bodies import failed, kind, may_have_body, whole
from harness.model.call import Ending, Reply
from harness.model.judgement import Check, Complaint, Severity, Subject
from harness.model.spec import Json
from harness.model.version import ApiVersion

# From this version on errors are JSON; before, text.
_JSON_ERRORS = ApiVersion(1, 24)


def _applies(subject: Subject) -> bool:
    """Judge errors, but for those written as raw text on a connection already taken over."""
    return failed(subject) and may_have_body(subject) and not is_hijacked(subject)


def _judge(subject: Subject) -> Iterator[Complaint]:
    exchange = subject.exchange
    if exchange.reply.ending is not Ending.COMPLETE:
        return
    if exchange.version < _JSON_ERRORS:
        yield from _text(exchange.reply)
    else:
        yield from _json(exchange.reply)


def _json(reply: Reply) -> Iterator[Complaint]:
    """Yield the first thing that is wrong: the others follow from it."""
    promised = '{"message": "..."} as application/json'
    if not reply.body:
        yield _complaint("answered an error with an empty body", promised, "an empty body")
    elif reply.media_type != "application/json":
        sent = reply.media_type or "no media type"
        yield _complaint(f"answered an error as {sent}", promised, sent)
    else:
        fault = _fault(reply.body)
        if fault:
            yield _complaint(f"answered an error {fault}", promised, fault)


def _fault(body: bytes) -> str:
    try:
        value = whole(body)
    except ValueError:
        return "that is no JSON"
    if not isinstance(value, dict):
        return f"that is JSON of type {kind(value)}"
    return _message_fault(value)


def _message_fault(value: dict[str, Json]) -> str:
    if "message" not in value:
        return "without a message"
    message = value["message"]
    return "" if isinstance(message, str) else f"whose message is of type {kind(message)}"


def _text(reply: Reply) -> Iterator[Complaint]:
    promised = "a text as text/plain"
    if not reply.body.strip():
        yield _complaint("answered an error with an empty body", promised, "an empty body")
    elif reply.media_type != "text/plain":
        sent = reply.media_type or "no media type"
        yield _complaint(f"answered an error as {sent}", promised, sent)
    elif _is_object(reply.body):
        yield _complaint("answered an error that is a JSON object", promised, "a JSON object")


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(whole(body), dict)
    except ValueError:
        return False


def _complaint(seen: str, promised: str, short: str) -> Complaint:
    return Complaint("", f"{seen}; Docker promises {promised}", promised, short)


ERROR_SHAPE = Check(
    id="error-shape",
    summary=(
        "An error is a JSON object with a message from API 1.24 on, and plain text below; only "
        "errors written on a connection already taken over are raw text at every version."
    ),
    severity=Severity.ERROR,
    applies=_applies,
    judge=_judge,
)
