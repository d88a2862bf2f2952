"""A request in, a response out: versions, routes, errors and shapes, as the documents have them."""

import inspect
import itertools
import json
import posixpath
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, unquote

from harness.fake.requests.answer import (
    JSON_TYPE,
    NOTHING,
    RAW_STREAM,
    Answer,
    Channel,
    RefusedError,
    Talk,
    bad_request,
)
from harness.fake.requests.asked import Asked
from harness.fake.requests.faults import Fault, Faults
from harness.fake.requests.gates import gates
from harness.fake.requests.shaping import Shape, shape_of
from harness.fake.world import World
from harness.model.spec import Json, Operation
from harness.model.version import ApiVersion
from harness.specs.routing import routes

Handler: TypeAlias = Callable[[World, Asked], "Answer | Awaitable[Answer]"]
Headers: TypeAlias = tuple[tuple[str, str], ...]

_ORIGIN = re.compile(r"\Ahttps?://[^/?]*", re.IGNORECASE)
_PREFIX = re.compile(r"/v([0-9.]+)(/.*)", re.DOTALL)
_PING = "/_ping"
# Written to the connection as they are, without what other replies carry.
_BARE = frozenset({"ContainerAttach", "ContainerAttachWebsocket", "Session"})
# By the time that they refuse a request, they have taken the connection over.
_HIJACKED = frozenset({"ContainerAttach"})
_FORM = "application/x-www-form-urlencoded"
_SENT_AS_FORM = frozenset({"POST", "PUT", "PATCH"})
_LINES_AT_ONCE = 64
_BODY_KEPT = 16 * 1024  # bytes of each call that is remembered
_GREATEST_PART = 10**9  # of a version
_UNQUOTED = "/:@!$&'()*+,;=~"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")


@dataclass(frozen=True, slots=True)
class Request:
    """What came over a connection; names of headers are lower case."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return the first value of a header; "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out: a head, and at most one of `body`, `stream` and `talk`.

    `fault` is what the server does to it on purpose.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    talk: Talk | None = None
    websocket: bool = False
    binary: bool = False  # of which kind the messages of a websocket are
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that the fake received; `operation` is "" where the path is of none.

    Of a body only the beginning is kept: archives are large.
    """

    method: str
    target: str
    version: str
    operation: str
    headers: Headers
    body: bytes
    status: int


@dataclass(frozen=True, slots=True)
class _Asking:
    """A request with the version that it is answered at, and the words of its path."""

    request: Request
    version: ApiVersion
    path: str
    query: str
    said: str  # the version as it was written; "" without a prefix
    parts: tuple[int, ...]


@dataclass(slots=True)
class Service:
    """Answers requests from a world, at the versions that its settings admit."""

    world: World
    handlers: Mapping[str, Handler]
    faults: Faults = field(default_factory=Faults)
    note: Callable[[Seen], None] = lambda _: None
    _shapes: dict[tuple[ApiVersion, str, int], Shape] = field(default_factory=dict)

    async def respond(self, request: Request) -> Response:
        """Return the response to a request; only a defect of the fake raises."""
        target, _, query = _ORIGIN.sub("", request.target, 1).partition("?")
        path = unquote(target)
        canonical = _canonical(path)
        if canonical != path:
            location = quote(canonical, safe=_UNQUOTED)
            location = f"{location}?{query}" if query else location
            return Response(HTTPStatus.MOVED_PERMANENTLY, (("Location", location),))
        asking = self._asking(request, path, query)
        found = self._find(asking)
        if request.method == "OPTIONS":
            response = self._options(asking)
        elif found is None:
            response = self._unrouted(asking)
        else:
            response = await self._routed(asking, *found)
        self._note(asking, found[0].id if found else "", response)
        return response

    def _note(self, asking: _Asking, operation: str, response: Response) -> None:
        request = asking.request
        self.note(
            Seen(
                method=request.method,
                target=request.target,
                version=asking.said,
                operation=operation,
                headers=request.headers,
                body=request.body[:_BODY_KEPT],
                status=response.status,
            )
        )

    def _asking(self, request: Request, path: str, query: str) -> _Asking:
        highest = self.world.settings.highest
        match = _PREFIX.fullmatch(path)
        if match is None:
            return _Asking(request, highest, path, query, "", ())
        parts = tuple(_part(text) for text in match[1].split("."))
        numbers = (*parts, 0)[:2]
        return _Asking(request, ApiVersion(*numbers), match[2], query, match[1], parts)

    def _find(self, asking: _Asking) -> tuple[Operation, dict[str, str]] | None:
        method = asking.request.method
        if method == "HEAD" and asking.path == _PING:
            method = "GET"
        settings = self.world.settings
        known = min(max(asking.version, settings.lowest), settings.highest)
        return routes(known).find(method, asking.path)

    def _unrouted(self, asking: _Asking) -> Response:
        # An unknown path is answered before anything puts the common headers there.
        return self._refusal(RefusedError(HTTPStatus.NOT_FOUND, "page not found"), asking, ())

    def _options(self, asking: _Asking) -> Response:
        refusal = self._out_of_range(asking)
        if refusal is not None:
            return self._refusal(refusal, asking, self._common(experimental=False))
        return Response(HTTPStatus.OK, self._common(experimental=True))

    async def _routed(
        self, asking: _Asking, operation: Operation, variables: dict[str, str]
    ) -> Response:
        refusal = self._out_of_range(asking)
        if refusal is not None:
            return self._refusal(refusal, asking, self._common(experimental=False))
        common = self._common(experimental=True)
        fault = self.faults.take(operation.id)
        if fault is not None and fault.delay:
            await self.world.sleep(fault.delay)
        if fault is not None and fault.status:
            response = self._refusal(RefusedError(fault.status, fault.told), asking, common)
            return replace(response, fault=fault)
        response = await self._answered(asking, operation, variables, common)
        return replace(response, fault=fault) if fault is not None else response

    async def _answered(
        self,
        asking: _Asking,
        operation: Operation,
        variables: dict[str, str],
        common: Headers,
    ) -> Response:
        self.world.tick()
        try:
            asked = self._asked(asking, operation, variables)
            handler = self.handlers.get(operation.id, _not_implemented)
            answer = handler(self.world, asked)
            if inspect.isawaitable(answer):
                answer = await answer
        except RefusedError as refused:
            if operation.id in _HIJACKED:
                return _hijacked_refusal(refused)
            return self._refusal(refused, asking, common)
        finally:
            self.world.tick()
        return self._response(answer, asked, common)

    def _asked(self, asking: _Asking, operation: Operation, variables: dict[str, str]) -> Asked:
        request = asking.request
        form = self._form(request) if operation.inputs("query") else None
        return Asked(
            operation=operation,
            version=asking.version,
            path=variables,
            query=self._query(asking, operation, form or []),
            headers=dict(reversed(request.headers)),
            # A form is read for its parameters, and nothing of it is left.
            raw=request.body if form is None else b"",
            method=request.method,
        )

    def _form(self, request: Request) -> list[tuple[str, str]] | None:
        """Return the parameters in the body; None where the body is no form."""
        media_type = request.header("content-type").partition(";")[0].strip().lower()
        if media_type != _FORM or request.method not in _SENT_AS_FORM:
            return None
        return _pairs(request.body.decode(errors="replace"))

    def _query(
        self, asking: _Asking, operation: Operation, form: list[tuple[str, str]]
    ) -> dict[str, tuple[str, ...]]:
        documented = {each.name for each in operation.inputs("query")}
        read: dict[str, tuple[str, ...]] = {}
        also = gates().read.get(operation.id, {})
        if not documented and not also:
            return read
        for name, value in (*form, *_pairs(asking.query)):
            if name in documented or gates().reads(operation.id, name, asking.version):
                read[name] = (*read.get(name, ()), value)
        return read

    def _out_of_range(self, asking: _Asking) -> RefusedError | None:
        if not asking.said:
            return None
        settings = self.world.settings
        lowest = (settings.lowest.major, settings.lowest.minor)
        highest = (settings.highest.major, settings.highest.minor)
        if _compared(asking.parts) < lowest:
            return bad_request(
                f"client version {asking.said} is too old. Minimum supported API version is "
                f"{settings.lowest}, please upgrade your client to a newer version"
            )
        if _compared(asking.parts) > highest:
            return bad_request(
                f"client version {asking.said} is too new. Maximum supported API version is "
                f"{settings.highest}"
            )
        return None

    def _common(self, *, experimental: bool) -> Headers:
        settings = self.world.settings
        highest = settings.highest
        headers = []
        if gates().passed("api-version-header", highest):
            headers.append(("Api-Version", str(highest)))
            if experimental:
                headers.append(("Docker-Experimental", "false"))
        if gates().passed("ostype-header", highest):
            headers.append(("Ostype", "linux"))
        if gates().passed("server-header", highest):
            headers.append(("Server", f"Docker/{settings.product} (linux)"))
        return tuple(headers)

    def _refusal(self, refused: RefusedError, asking: _Asking, common: Headers) -> Response:
        return refusal(refused, as_json=gates().passed("json-errors", asking.version), also=common)

    def _response(self, answer: Answer, asked: Asked, common: Headers) -> Response:
        headers = (*common, *answer.headers.items())
        media_type = answer.media_type
        if answer.talk is not None:
            own = tuple(answer.headers.items())
            kept = own if asked.operation.id in _BARE else headers
            return Response(
                answer.status,
                kept,
                talk=answer.talk,
                websocket=answer.websocket,
                binary=asked.passed("binary-websocket"),
            )
        if answer.value is not NOTHING:
            shown = self._shape(asked, answer.status)(answer.value)
            headers = (*headers, ("Content-Type", JSON_TYPE))
            return Response(answer.status, headers, _encoded(shown))
        if answer.lines is not None:
            headers = (*headers, ("Content-Type", media_type or JSON_TYPE))
            shape = self._shape(asked, answer.status)
            return Response(answer.status, headers, stream=_lines(answer, shape))
        if media_type:
            headers = (*headers, ("Content-Type", media_type))
        return Response(answer.status, headers, answer.content or b"", stream=answer.stream)

    def _shape(self, asked: Asked, status: int) -> Shape:
        key = (asked.version, asked.operation.id, status)
        shape = self._shapes.get(key)
        if shape is None:
            also = gates().sends(asked.operation.id, asked.version)
            shape = self._shapes[key] = shape_of(asked.operation, status, also)
        return shape


def _not_implemented(_world: World, asked: Asked) -> Answer:
    raise RefusedError(
        HTTPStatus.NOT_IMPLEMENTED, f"this fake does not implement {asked.operation.id}"
    )


def refusal(refused: RefusedError, *, as_json: bool, also: Headers = ()) -> Response:
    """Return the response that tells of an error: JSON with a message, or else plain text."""
    if as_json:
        headers = (*also, ("Content-Type", JSON_TYPE))
        return Response(refused.status, headers, _encoded({"message": refused.message}))
    headers = (
        *also,
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Response(refused.status, headers, f"{refused.message}\n".encode())


def _hijacked_refusal(refused: RefusedError) -> Response:
    async def tell(line: Channel) -> None:
        await line.send(f"{refused.message}\r\n".encode())

    return Response(refused.status, (("Content-Type", RAW_STREAM),), talk=tell)


def _encoded(value: Json, end: str = "\n") -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (text + end).encode(errors="replace")


async def _lines(answer: Answer, shape: Shape) -> AsyncIterator[bytes]:
    lines = answer.lines
    if isinstance(lines, AsyncIterator):
        try:
            async for value in lines:
                yield _encoded(shape(value), answer.line_end)
        finally:
            close = getattr(lines, "aclose", None)
            if close is not None:
                await close()
    elif lines is not None:
        # What is known at once goes out at once, in pieces of a size that a client can take.
        rest = iter(lines)
        while some := list(itertools.islice(rest, _LINES_AT_ONCE)):
            yield b"".join(_encoded(shape(value), answer.line_end) for value in some)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the parameters of a query or a form; refuse with 400 what Go refuses."""
    if ";" in text:
        raise bad_request("invalid semicolon separator in query")
    wrong = _BAD_ESCAPE.search(text)
    if wrong is not None:
        raise bad_request(f'invalid URL escape "{wrong[0]}"')
    return parse_qsl(text, keep_blank_values=True, errors="replace")


def _part(text: str) -> int:
    """Return one number of a version; those too long for any are as great as can be."""
    return int(text or 0) if len(text) < len(str(_GREATEST_PART)) else _GREATEST_PART


def _canonical(path: str) -> str:
    """Return a path as Go's router wants it: no empty, no dot segments."""
    if "//" not in path and "/." not in path:
        return path
    cleaned = "/" + posixpath.normpath(path).lstrip("/")
    kept = path.endswith("/") and cleaned != "/"
    return f"{cleaned}/" if kept else cleaned


def _compared(parts: tuple[int, ...]) -> tuple[int, ...]:
    """Return a version's numbers without zeros at their end, since 1.24.0 is 1.24."""
    while len(parts) > 2 and parts[-1] == 0:  # noqa: PLR2004 - major and minor
        parts = parts[:-1]
    return parts if len(parts) > 1 else (*parts, 0)
