"""The check that what a daemon does not know changes nothing."""

from collections.abc import Iterator
from http import HTTPStatus

from harness.checks.bodies import kind, values
from harness.model.call import Exchange, Twist
from harness.model.judgement import Check, Complaint, Severity, Streaming, Subject
from harness.model.spec import Json

_ADDED = {
    Twist.UNKNOWN_QUERY: "unknown query parameters",
    Twist.UNKNOWN_PROPERTY: "unknown body properties",
}


def _applies(subject: Subject) -> bool:
    """Compare with a plain call that succeeded: what failed once may fail otherwise later."""
    call, plain = subject.exchange.call, subject.plain
    compared = plain is not None and 0 < plain.reply.status < HTTPStatus.BAD_REQUEST
    return call.twist in _ADDED and subject.exchange.reply.status > 0 and compared


def _judge(subject: Subject) -> Iterator[Complaint]:
    plain = subject.plain
    if plain is None:
        return
    added = _ADDED[subject.exchange.call.twist]
    status, before = subject.exchange.reply.status, plain.reply.status
    if status != before:
        yield Complaint(
            pointer="",
            message=f"answered {status} with {added}, {before} without; the spec promises the same",
            expected=str(before),
            seen=str(status),
        )
        return
    yield from _media_type(subject.exchange, plain, added)
    if subject.streaming is Streaming.WHOLE:
        yield from _types(subject, plain, added)


def _media_type(exchange: Exchange, plain: Exchange, added: str) -> Iterator[Complaint]:
    if not (exchange.reply.body and plain.reply.body):
        return
    sent, before = (one.reply.media_type or "no media type" for one in (exchange, plain))
    if sent != before:
        message = f"sent {sent} with {added}, {before} without; the spec promises the same"
        yield Complaint("", message, before, sent)


def _types(subject: Subject, plain: Exchange, added: str) -> Iterator[Complaint]:
    """Compare the types at the places that both replies have.

    Ids differ, lists grow and optional members come and go with the state of the world, so that
    only a place that holds another type than before counts; null and empty say nothing.
    """
    without = Subject(subject.spec, subject.operation, plain, subject.streaming)
    now, before = (_shape(values(one)) for one in (subject, without))
    for pointer in sorted(now.keys() & before.keys()):
        if now[pointer] and before[pointer] and not now[pointer] & before[pointer]:
            seen, expected = (" or ".join(sorted(kinds[pointer])) for kinds in (now, before))
            yield Complaint(
                pointer=pointer,
                message=f"is {seen} with {added}, {expected} without; the spec promises the same",
                expected=expected,
                seen=seen,
            )


def _shape(found: tuple[Json, ...]) -> dict[str, set[str]]:
    """Return the types at each place, the union over the elements of lists."""
    shape: dict[str, set[str]] = {}
    pending: list[tuple[str, Json]] = [("", value) for value in found]
    while pending:
        pointer, value = pending.pop()
        kinds = shape.setdefault(pointer, set())
        if value is not None:
            kinds.add(kind(value))
        if isinstance(value, dict):
            pending += [(f"{pointer}/{key}", member) for key, member in value.items()]
        elif isinstance(value, list):
            pending += [(f"{pointer}/*", element) for element in value]
    return shape


IGNORED = Check(
    id="unknown-ignored",
    summary=(
        "Query parameters and body properties that the document does not name change neither the "
        "status nor the media type nor the form of the reply."
    ),
    severity=Severity.ERROR,
    applies=_applies,
    judge=_judge,
)
