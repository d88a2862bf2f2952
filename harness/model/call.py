"""Calls, replies and the exchanges they make."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote, urlencode

from harness.model.version import ApiVersion

Pairs: TypeAlias = tuple[tuple[str, str], ...]


class Manner(StrEnum):
    """How a call relates to the document."""

    POLITE = "polite"  # valid in every way
    RUDE = "rude"  # wrong in one way, which `twist` names
    OPEN = "open"  # polite, and with unknown parameters or properties added
    STORY = "story"  # a step of a scenario, which `at` names


class Twist(StrEnum):
    """What is odd about a rude or an open call."""

    NONE = ""
    UNKNOWN_ID = "unknown-id"
    MALFORMED_JSON = "malformed-json"
    EMPTY_BODY = "empty-body"
    WRONG_MEDIA_TYPE = "wrong-media-type"
    WRONG_TYPE = "wrong-type"
    BAD_ENUM = "bad-enum"
    BOUNDARY = "boundary"
    EMPTY_VALUE = "empty-value"
    MISSING_REQUIRED = "missing-required"
    NULL_BODY = "null-body"
    MALFORMED_FILTERS = "malformed-filters"
    FUZZ = "fuzz"  # whatever schemathesis made of it
    UNKNOWN_QUERY = "unknown-query"
    UNKNOWN_PROPERTY = "unknown-property"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, without the version prefix.

    `path` is the operation's template, such as /containers/{id}/json. Until it is bound to a
    world, texts and body may hold tokens such as {{container.running}} (contracts/resources.yaml).
    `at` is where the twist is: "path/id", "query/limit", "body/HostConfig/Memory".
    `number` tells the calls of one operation apart.
    """

    operation: str
    method: str
    path: str
    path_parameters: Pairs = ()
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = None
    media_type: str = ""
    manner: Manner = Manner.POLITE
    twist: Twist = Twist.NONE
    at: str = ""
    number: int = 0

    def target(self, version: ApiVersion | None) -> str:
        """Return the request target, percent-encoded, with the prefix of `version` if given."""
        path = self.path
        for name, value in self.path_parameters:
            # Docker's router takes slashes inside image names literally.
            path = path.replace("{" + name + "}", quote(value, safe="/:@"))
        prefix = f"/v{version}" if version else ""
        query = urlencode(self.query)
        return f"{prefix}{path}?{query}" if query else f"{prefix}{path}"


class Ending(StrEnum):
    """How the reading of a reply ended."""

    COMPLETE = "complete"  # the daemon ended it
    DEADLINE = "deadline"  # time was up while it was still coming, or before it began
    LIMIT = "limit"  # enough bytes were read
    CUT = "cut"  # the connection broke in the middle of a reply
    NO_REPLY = "no-reply"  # the connection closed before a status line came


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `status` is 0 where no status line came. Names of headers are lower case."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    ending: Ending = Ending.COMPLETE
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    @property
    def media_type(self) -> str:
        """Return the media type without its parameters, in lower case; "" where none was sent."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call, and the reply to it, at one API version."""

    version: ApiVersion
    call: Call
    reply: Reply
