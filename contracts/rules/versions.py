"""What a daemon says of the versions that it serves, held against what it does serve."""

import json
from collections.abc import Iterator
from http import HTTPStatus

from harness.model.errors import UsageError
from harness.model.judgement import Check, Complaint, Severity, Subject
from harness.model.version import ApiVersion


def _limits(subject: Subject) -> tuple[ApiVersion | None, ApiVersion | None]:
    """Return the lowest and the highest version that a reply of /version names."""
    if subject.operation.id != "SystemVersion" or subject.exchange.reply.status != HTTPStatus.OK:
        return None, None
    try:
        told = json.loads(subject.exchange.reply.body)
    except ValueError:
        return None, None
    if not isinstance(told, dict):
        return None, None
    return _version(told.get("MinAPIVersion")), _version(told.get("ApiVersion"))


def _version(text: object) -> ApiVersion | None:
    try:
        return ApiVersion.parse(text) if isinstance(text, str) else None
    except UsageError:
        return None


def _within(subject: Subject) -> Iterator[Complaint]:
    lowest, highest = _limits(subject)
    asked = subject.exchange.version
    if (lowest and asked < lowest) or (highest and asked > highest):
        yield Complaint(
            pointer="",
            message="served a version outside of its own limits; Docker promises 400",
            expected=f"{lowest or 'any'} to {highest or 'any'}",
            seen=str(asked),
        )


WITHIN_LIMITS = Check(
    id="version-within-limits",
    summary="A version outside of the MinAPIVersion and ApiVersion of /version is not served.",
    severity=Severity.ERROR,
    applies=lambda subject: any(_limits(subject)),
    judge=_within,
)
