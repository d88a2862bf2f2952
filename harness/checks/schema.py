"""Checks of reply bodies against the documented schema."""

from collections.abc import Iterator

from harness.checks.bodies import is_json, may_have_body, succeeded, values, whole
from harness.checks.headers import promised_media_types
from harness.model.call import Ending
from harness.model.judgement import Check, Complaint, Severity, Streaming, Subject
from harness.model.spec import Json, Schema
from harness.specs.node import escape
from harness.specs.validation import Violation, describe, violations

# A body in these framings is bytes to the document, whatever schema it gives.
_OPAQUE = frozenset({Streaming.FRAMES, Streaming.RAW, Streaming.WEBSOCKET, Streaming.TAR})


def _schema(subject: Subject) -> Schema | None:
    """Return the schema of a success that this reply should keep, if there is one."""
    if not succeeded(subject) or not may_have_body(subject) or subject.streaming in _OPAQUE:
        return None
    response = subject.operation.responses.get(subject.exchange.reply.status)
    return response.schema if response else None


def _judges_body(subject: Subject) -> bool:
    schema, reply = _schema(subject), subject.exchange.reply
    if schema is None:
        return False
    if subject.streaming is Streaming.JSON_LINES:
        return bool(values(subject))
    return reply.ending is Ending.COMPLETE


def _body(subject: Subject) -> Iterator[Complaint]:
    schema = _schema(subject)
    if schema is None:
        return
    if subject.streaming is Streaming.JSON_LINES:
        yield from _violated(subject, schema, values(subject))
    elif not subject.exchange.reply.body:
        yield from _nothing_sent(schema)
    elif _is_text(schema):
        yield from _violated(subject, schema, (_text(subject),))
    else:
        yield from _document(subject, schema)


def _nothing_sent(schema: Schema) -> Iterator[Complaint]:
    if not _is_text(schema):
        promised = _promised(schema)
        message = f"sent an empty body; the spec promises {promised}"
        yield Complaint("", message, promised, "an empty body")


def _document(subject: Subject, schema: Schema) -> Iterator[Complaint]:
    reply = subject.exchange.reply
    try:
        value = whole(reply.body)
    except ValueError as error:
        # A wrong media type is the cause then, and has a check of its own.
        if is_json(reply) or reply.media_type in promised_media_types(subject):
            promised = _promised(schema)
            message = f"sent a body that is no JSON; the spec promises {promised}"
            yield Complaint("", message, promised, str(error))
        return
    yield from _violated(subject, schema, (value,))


def _violated(subject: Subject, schema: Schema, found: tuple[Json, ...]) -> Iterator[Complaint]:
    """Yield each violation once, however many values of a stream or elements show it."""
    told: set[tuple[str, str]] = set()
    for value in found:
        renamed = {(place, name) for place, name, _ in _renamed(schema, value)}
        for violation in violations(subject.spec, schema, value):
            cause = (violation.pointer, violation.message)
            if cause in told or _is_renaming(violation, renamed):
                continue
            told.add(cause)
            yield Complaint(
                violation.pointer, violation.message, violation.expected, violation.seen
            )


def _is_renaming(violation: Violation, renamed: set[tuple[str, str]]) -> bool:
    """Tell whether what is missing is there in another letter case: a finding of its own."""
    if violation.rule != "required":
        return False
    place, _, name = violation.pointer.rpartition("/")
    return (place, name) in renamed


def _is_text(schema: Schema) -> bool:
    return schema.types == ("string",)


def _text(subject: Subject) -> Json:
    """Return the text of a body, which is a JSON string where the daemon says that it is JSON."""
    reply = subject.exchange.reply
    if is_json(reply):
        try:
            return whole(reply.body)
        except ValueError:
            pass  # a text sent as JSON without quotes is a text all the same
    return reply.body.decode(errors="replace")


def _promised(schema: Schema) -> str:
    return describe(schema.types) or "a JSON value"


def _renamed(schema: Schema, value: Json, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (place, promised name, sent name) of properties sent in another letter case."""
    if isinstance(value, dict):
        sent = {key.casefold(): key for key in value if key not in schema.properties}
        for name, member in schema.properties.items():
            if name in value:
                yield from _renamed(member, value[name], f"{place}/{escape(name)}")
            elif name.casefold() in sent:
                yield place, escape(name), sent[name.casefold()]
        if schema.additional is not None:
            for key in value.keys() - schema.properties.keys():
                yield from _renamed(schema.additional, value[key], f"{place}/*")
    elif isinstance(value, list) and schema.items is not None:
        for element in value:
            yield from _renamed(schema.items, element, f"{place}/*")


def _letter_case(subject: Subject) -> Iterator[Complaint]:
    schema = _schema(subject)
    if schema is None:
        return
    found = {entry for value in values(subject) for entry in _renamed(schema, value)}
    for place, name, sent in sorted(found):
        yield Complaint(
            pointer=f"{place}/{name}",
            message=f"is sent as {sent}; the spec promises {name}",
            expected=name,
            seen=sent,
        )


BODY = Check(
    id="body-matches-schema",
    summary=(
        "The body of a success is what the documented schema describes; further properties are "
        "fine, and of a stream that was not read to its end the full lines count."
    ),
    severity=Severity.ERROR,
    applies=_judges_body,
    judge=_body,
)
LETTER_CASE = Check(
    id="key-letter-case",
    summary="No documented property is sent in another letter case.",
    severity=Severity.ERROR,
    applies=lambda subject: _schema(subject) is not None and bool(values(subject)),
    judge=_letter_case,
)
