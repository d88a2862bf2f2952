"""The headers that Docker puts on every reply, whatever the operation."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from contracts.rules.hijack import is_hijacked
from harness.model.errors import UsageError
from harness.model.judgement import Check, Complaint, Severity, Subject
from harness.model.version import ApiVersion

# The first API versions whose daemons send the header, at every version they are asked for.
_API_VERSION_SINCE = ApiVersion(1, 25)
_SERVER_SINCE = ApiVersion(1, 20)

# A product and its version, and then comments: Docker/20.10.24 (linux).
_PRODUCT = re.compile(r"[^\s/()]+/[^\s()]+( .*)?")


# What daemons say of a path that they do not know, as text or inside a JSON error.
_UNROUTED = re.compile(rb'(\{"message":\s*")?(404 )?(page )?not found("\})?', re.IGNORECASE)


def _common(subject: Subject, since: ApiVersion) -> bool:
    """Tell whether the reply is of the kind that carries the common headers.

    A path that the daemon does not know is answered before anything can put them there.
    """
    reply = subject.exchange.reply
    if reply.status < HTTPStatus.OK or subject.exchange.version < since or is_hijacked(subject):
        return False
    unrouted = reply.status == HTTPStatus.NOT_FOUND and _UNROUTED.fullmatch(reply.body.strip())
    return not unrouted


def _api_version(subject: Subject) -> Iterator[Complaint]:
    sent, asked = subject.exchange.reply.header("api-version"), subject.exchange.version
    if sent is None:
        message = "sent no Api-Version header; Docker promises the highest version served"
        yield Complaint("", message, "Api-Version", "none")
        return
    served = _parsed(sent)
    if served is None:
        message = "sent an Api-Version header that is no version; Docker promises one like 1.30"
        yield Complaint("", message, "a version like 1.30", sent)
    elif served < asked:
        message = (
            "sent an Api-Version below the version asked for; Docker promises the highest served"
        )
        yield Complaint("", message, f"{asked} or higher", sent)


def _parsed(text: str) -> ApiVersion | None:
    try:
        return ApiVersion.parse(text)
    except UsageError:
        return None


def _server(subject: Subject) -> Iterator[Complaint]:
    sent = subject.exchange.reply.header("server")
    if sent is None:
        message = "sent no Server header; Docker promises one like Product/1.2 (linux)"
        yield Complaint("", message, "Product/1.2 (linux)", "none")
    elif not _PRODUCT.fullmatch(sent.strip()):
        message = "sent a Server header of another form; Docker promises Product/1.2 (linux)"
        yield Complaint("", message, "Product/1.2 (linux)", sent)


API_VERSION = Check(
    id="api-version-header",
    summary=(
        "From API 1.25 on every reply carries Api-Version, the highest version that the daemon "
        "serves, but on a connection that was taken over."
    ),
    severity=Severity.ERROR,
    applies=lambda subject: _common(subject, _API_VERSION_SINCE),
    judge=_api_version,
)
SERVER = Check(
    id="server-header",
    summary="From API 1.20 on every reply names the daemon and its version in Server.",
    severity=Severity.WARNING,
    applies=lambda subject: _common(subject, _SERVER_SINCE),
    judge=_server,
)
