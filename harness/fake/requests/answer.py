"""What a handler answers: a value, bytes, a stream, a conversation, or a refusal."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias

from harness.model.spec import Json

RAW_STREAM = "application/vnd.docker.raw-stream"
JSON_TYPE = "application/json"
TAR_TYPE = "application/x-tar"


class Nothing(Enum):
    """The type of `NOTHING`, the body that is not there; null is a value."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING


class Channel(Protocol):
    """A connection that HTTP no longer governs."""

    async def receive(self) -> bytes:
        """Return what the client sent next; b"" once it has closed its side."""

    async def send(self, data: bytes) -> None:
        """Send bytes; raise ConnectionError where the client is gone."""


Talk: TypeAlias = Callable[[Channel], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply before it has a form; at most one of `value`, `content`, `lines`, `stream`, `talk`.

    `value` is all that is known: the document of the version decides what of it is shown.
    `content` and `stream` are bytes as they are, of `media_type` ("" sends no Content-Type).
    `lines` are JSON values, each shown on a line of its own that ends with `line_end`. `talk` takes
    the connection over; with `websocket`, after the handshake of one.
    """

    status: int = HTTPStatus.OK
    value: Json | Nothing = NOTHING
    content: bytes | None = None
    lines: Iterable[Json] | AsyncIterator[Json] | None = None
    line_end: str = "\r\n"
    stream: AsyncIterator[bytes] | None = None
    talk: Talk | None = None
    websocket: bool = False
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request is refused, with a status and a message for whoever asked."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def bad_request(message: str) -> RefusedError:
    """Return the refusal of what a client must not ask."""
    return RefusedError(HTTPStatus.BAD_REQUEST, message)


def not_found(message: str) -> RefusedError:
    """Return the refusal of what names something that is not there."""
    return RefusedError(HTTPStatus.NOT_FOUND, message)


def conflict(message: str) -> RefusedError:
    """Return the refusal of what the present state does not allow."""
    return RefusedError(HTTPStatus.CONFLICT, message)


def created(value: Json) -> Answer:
    """Return the answer that tells what was made."""
    return Answer(status=HTTPStatus.CREATED, value=value)


def done() -> Answer:
    """Return the answer that says no more than that it was done."""
    return Answer(status=HTTPStatus.NO_CONTENT)


def unchanged() -> Answer:
    """Return the answer that says that it was so already."""
    return Answer(status=HTTPStatus.NOT_MODIFIED)
