"""Checks on the status line: what the operation documents, and what each twist calls for."""

from collections.abc import Iterator
from http import HTTPStatus

from harness.checks.told import told
from harness.model.call import Manner, Twist
from harness.model.judgement import Check, Complaint, Severity, Subject

# Where the body itself is wrong, one check judges the status, whatever it is.
_WRONG_BODY = frozenset(
    {Twist.MALFORMED_JSON, Twist.EMPTY_BODY, Twist.NULL_BODY, Twist.WRONG_MEDIA_TYPE}
)
_SERVER_ERRORS = 500


def _status(subject: Subject) -> int:
    return subject.exchange.reply.status


def _twist(subject: Subject) -> Twist:
    return subject.exchange.call.twist


def _listed(statuses: frozenset[int]) -> str:
    return ", ".join(str(int(status)) for status in sorted(statuses))


def _admitted(subject: Subject) -> frozenset[int]:
    """Return what is documented, and what a rude call may be refused with in any case."""
    extra: set[int] = set()
    if subject.exchange.call.manner is Manner.RUDE:
        extra.add(HTTPStatus.BAD_REQUEST)
    if _twist(subject) is Twist.UNKNOWN_ID:
        extra.add(HTTPStatus.NOT_FOUND)
    return frozenset(subject.operation.responses) | extra


def _names_unknown_id(subject: Subject) -> bool:
    """Tell whether the document promises 404 for what this call asks."""
    promised = HTTPStatus.NOT_FOUND in subject.operation.responses
    return _twist(subject) is Twist.UNKNOWN_ID and promised


def _judges_documented(subject: Subject) -> bool:
    answered = 0 < _status(subject) < _SERVER_ERRORS
    return answered and bool(subject.operation.responses) and not _names_unknown_id(subject)


def _documented(subject: Subject) -> Iterator[Complaint]:
    if _status(subject) not in _admitted(subject):
        promised = _listed(frozenset(subject.operation.responses))
        yield Complaint(
            pointer="",
            message=f"answered {_status(subject)}; the spec promises {promised}",
            expected=promised,
            seen=str(_status(subject)),
        )


def _judges_server_error(subject: Subject) -> bool:
    owned = _twist(subject) in _WRONG_BODY or _names_unknown_id(subject)
    return _status(subject) not in {0, HTTPStatus.NOT_IMPLEMENTED} and not owned


def _server_error(subject: Subject) -> Iterator[Complaint]:
    status, call = _status(subject), subject.exchange.call
    if status < _SERVER_ERRORS or _unavailable(subject):
        return
    promised = "a status below 500"
    saying = _saying(subject)
    if call.manner is Manner.RUDE:
        # What the daemon says tells its cause better than what was wrong with the call.
        seen = f"answered {status}" if saying else f"answered {status} to {_wording(call.twist)}"
    else:
        # Two operations that fail a valid call are two faults, so the message tells them apart.
        seen = f"answered {status} to a valid {call.method} {call.path}"
    yield Complaint("", f"{seen}{saying}; the spec promises {promised}", promised, str(status))


def _saying(subject: Subject) -> str:
    """Tell what the daemon said, since faults with one status may have many causes."""
    said = told(subject.exchange.reply) if _status(subject) >= _SERVER_ERRORS else ""
    return f", saying: {said}" if said else ""


def _unavailable(subject: Subject) -> bool:
    """Tell whether the daemon says, as documented, that it cannot do this in its present state."""
    return (
        _status(subject) == HTTPStatus.SERVICE_UNAVAILABLE
        and HTTPStatus.SERVICE_UNAVAILABLE in subject.operation.responses
    )


def _wording(twist: Twist) -> str:
    """Name a twist as a person would."""
    return _WORDINGS.get(twist, "an odd call")


_WORDINGS = {
    Twist.UNKNOWN_ID: "an unknown id",
    Twist.MALFORMED_JSON: "malformed JSON",
    Twist.EMPTY_BODY: "an empty body",
    Twist.NULL_BODY: "the body null",
    Twist.WRONG_MEDIA_TYPE: "a body of another media type",
    Twist.WRONG_TYPE: "a value of the wrong type",
    Twist.BAD_ENUM: "a value outside the enumeration",
    Twist.BOUNDARY: "a number at the edge of its range",
    Twist.EMPTY_VALUE: "an empty value",
    Twist.MISSING_REQUIRED: "a call that lacks something required",
    Twist.MALFORMED_FILTERS: "malformed filters",
    Twist.FUZZ: "values the spec does not allow",
}


def _unknown_id(subject: Subject) -> Iterator[Complaint]:
    status = _status(subject)
    if status == HTTPStatus.NOT_FOUND or _unavailable(subject):
        return
    yield Complaint(
        pointer="",
        message=f"answered {status} to an unknown id{_saying(subject)}; the spec promises 404",
        expected="404",
        seen=str(status),
    )


def _judges_wrong_body(subject: Subject) -> bool:
    return _twist(subject) in _WRONG_BODY and _status(subject) not in {
        0,
        HTTPStatus.NOT_IMPLEMENTED,
    }


def _wrong_body(subject: Subject) -> Iterator[Complaint]:
    status, grounds = _status(subject), _grounds(subject)
    taken = status < HTTPStatus.BAD_REQUEST and bool(grounds)
    failed = status >= _SERVER_ERRORS and not _unavailable(subject)
    if not taken and not failed:
        return
    saying = _saying(subject) if failed else ""
    seen = f"answered {status} to {_wording(_twist(subject))}{saying}"
    promise = f"a 4xx, as {grounds}" if grounds else "a status below 500"
    yield Complaint("", f"{seen}; the spec promises {promise}", "4xx", str(status))


def _grounds(subject: Subject) -> str:
    """Tell what in the document forbids to take such a body; "" where nothing does."""
    body, call = subject.operation.body, subject.exchange.call
    if body is None:
        return ""
    structured = bool(body.schema.types) and set(body.schema.types) <= {"object", "array"}
    match call.twist:
        case Twist.MALFORMED_JSON if structured:
            return "the body is JSON"
        case Twist.EMPTY_BODY if body.required:
            return "the body is required"
        case Twist.WRONG_MEDIA_TYPE if subject.operation.consumes:
            taken = not {call.media_type, "*/*"}.isdisjoint(subject.operation.consumes)
            return "" if taken else "it takes other media types"
        case _:
            return ""


DOCUMENTED = Check(
    id="status-documented",
    summary=(
        "The status code is one the operation documents; a call that breaks the document may also "
        "be refused with 400, and one that names an unknown id with 404."
    ),
    severity=Severity.ERROR,
    applies=_judges_documented,
    judge=_documented,
)
NO_SERVER_ERROR = Check(
    id="no-server-error",
    summary="No call makes the daemon answer 5xx, but for 501 and a documented 503.",
    severity=Severity.ERROR,
    applies=_judges_server_error,
    judge=_server_error,
)
UNKNOWN_ID = Check(
    id="unknown-id-not-found",
    summary="Where 404 is documented, an id that nothing has is answered with 404.",
    severity=Severity.ERROR,
    applies=lambda subject: (
        _names_unknown_id(subject) and _status(subject) not in {0, HTTPStatus.NOT_IMPLEMENTED}
    ),
    judge=_unknown_id,
)
BODY_REFUSED = Check(
    id="malformed-body-refused",
    summary=(
        "A request body that is malformed, missing or of the wrong media type is refused with 4xx "
        "where the document says what it must be, and never makes the daemon fail."
    ),
    severity=Severity.ERROR,
    applies=_judges_wrong_body,
    judge=_wrong_body,
)
