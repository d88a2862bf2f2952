"""HTTP/1.1 for a fake daemon: connections in, bytes out, and connections that are taken over."""

import asyncio
import contextlib
import select
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TypeAlias

import h11

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.service import Request, Response, refusal
from harness.fake.wire.courtesy import head_taken
from harness.fake.wire.hearing import Ear
from harness.fake.wire.websocket import converse

Respond: TypeAlias = Callable[[Request], Awaitable[Response]]

_PIECE = 65536
_HEAD_LIMIT = 1024 * 1024  # as Go's server has it
BODY_LIMIT = 512 * 1024 * 1024
_PATIENCE = 60.0  # seconds for the next piece of a request
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_DRAINED = 32  # pieces
_SPOKEN = frozenset({b"1.0", b"1.1"})
_FAILED = "the fake failed: "


class _GoneError(Exception):
    """The client closed the connection, or it has to be closed."""


@dataclass(eq=False, slots=True)
class Server:
    """Serves connections, each in a task of its own, until it is closed."""

    respond: Respond
    body_limit: int = BODY_LIMIT
    open: set[asyncio.Task[None]] = field(default_factory=set)

    def protocol(self) -> asyncio.StreamReaderProtocol:
        """Return what a listener gives each new connection to."""
        return asyncio.StreamReaderProtocol(Ear(), self.serve)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        if task is None or not isinstance(reader, Ear):
            raise TypeError("a connection is served in a task, and with an ear of its own")
        self.open.add(task)
        task.add_done_callback(self.open.discard)
        connection = _Connection(reader, writer, task, self.respond, self.body_limit)
        try:
            await connection.run()
        except (_GoneError, ConnectionError, TimeoutError):
            pass
        except asyncio.CancelledError:
            # The client is gone or the server is closing; nothing awaits this task.
            pass
        finally:
            with contextlib.suppress(ConnectionError, OSError):
                writer.close()

    async def close(self) -> None:
        """End all connections."""
        tasks = list(self.open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(eq=False, slots=True)
class _Connection:
    reader: Ear
    writer: asyncio.StreamWriter
    task: asyncio.Task[None]
    respond: Respond
    body_limit: int
    parser: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
    )

    async def run(self) -> None:
        """Answer one request after the other."""
        while True:
            try:
                request, version = await self._request()
            except h11.RemoteProtocolError as error:
                await self._malformed(error.error_status_hint)
                return
            except _TooLargeError:
                await self._malformed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            # A client that leaves ends what is done for it, wherever that has come.
            with self.reader.listening(self.task.cancel):
                response = await self._answer(request)
            if not await self._send(request, version, response):
                return
            if h11.MUST_CLOSE in (self.parser.our_state, self.parser.their_state):
                return
            self.parser.start_next_cycle()

    async def _answer(self, request: Request) -> Response:
        try:
            return await self.respond(request)
        except Exception as error:  # noqa: BLE001 - a defect of the fake must not look like silence
            told = RefusedError(
                HTTPStatus.INTERNAL_SERVER_ERROR, f"{_FAILED}{type(error).__name__}: {error}"
            )
            return refusal(told, as_json=True)

    async def _request(self) -> tuple[Request, bytes]:
        """Read a whole request and the version of HTTP that it was sent in."""
        head = await self._event()
        if isinstance(head, h11.ConnectionClosed):
            raise _GoneError
        if not isinstance(head, h11.Request):
            raise h11.RemoteProtocolError("a request was expected")
        if head.http_version not in _SPOKEN:
            raise h11.RemoteProtocolError(
                "another version of HTTP", HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            )
        body = await self._body()
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers
        )
        request = Request(
            method=head.method.decode("latin-1"),
            target=head.target.decode("latin-1"),
            headers=headers,
            body=body,
        )
        return request, head.http_version

    async def _body(self) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while True:
            if self.parser.they_are_waiting_for_100_continue:
                self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                self.parser.send(h11.InformationalResponse(status_code=100, headers=[]))
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return b"".join(pieces)
            if not isinstance(event, h11.Data):
                raise _GoneError
            size += len(event.data)
            if size > self.body_limit:
                raise _TooLargeError
            pieces.append(bytes(event.data))

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self.parser.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            # Between two requests a connection may be idle; within one the client has to go on.
            idle = self.parser.their_state is h11.IDLE and not self.parser.trailing_data[0]
            async with asyncio.timeout(None if idle else _PATIENCE):
                data = await self.reader.read(_PIECE)
            self.parser.receive_data(data)

    async def _malformed(self, status: int) -> None:
        phrase = _phrase(status)
        body = f"{status} {phrase}".encode()
        head = (
            f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        await self.writer.drain()
        # What is still on its way must be read, or the client may never see the answer.
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                for _ in range(_DRAINED):
                    if not await self.reader.read(_PIECE):
                        return

    async def _send(self, request: Request, version: bytes, response: Response) -> bool:
        """Send a response; return whether the connection may be used again."""
        fault = response.fault
        if fault is not None and (fault.cut or fault.garbage is not None):
            self.writer.write(b"" if fault.cut else fault.garbage or b"")
            await self.writer.drain()
            return False
        if response.talk is not None:
            await self._hand_over(response)
            return False
        bodiless = request.method == "HEAD" or response.status in _BODILESS
        whole = response.stream is None
        headers = list(response.headers)
        headers.append(("Date", _date()))
        if whole and response.status not in _BODILESS:
            headers.append(("Content-Length", str(len(response.body))))
        if version == b"1.0" or response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            headers.append(("Connection", "close"))
        out = self._sent(
            h11.Response(
                status_code=int(response.status),
                reason=_phrase(response.status).encode(),
                headers=[(name.encode("latin-1"), _legal(value)) for name, value in headers],
            )
        )
        limit = fault.cut_after if fault is not None else None
        if bodiless:
            await _close(response.stream)
        elif response.stream is not None:
            self.writer.write(out)
            out = b""
            if not await self._stream(response.stream, limit):
                return False
        elif response.body:
            out += self._sent(h11.Data(data=response.body[:limit]))
            if limit is not None and limit < len(response.body):
                self.writer.write(out)
                await self.writer.drain()
                return False
        # Head and body go out together where they can: each piece wakes the client.
        self.writer.write(out + self._sent(h11.EndOfMessage()))
        await self.writer.drain()
        return True

    def _sent(self, event: h11.Event) -> bytes:
        """Return an event of the reply as bytes."""
        return self.parser.send(event) or b""

    async def _stream(self, stream: AsyncIterator[bytes], limit: int | None) -> bool:
        """Send a stream for as long as the client listens; return whether it was sent whole."""
        left = limit
        await self.writer.drain()
        try:
            with self.reader.listening(self.task.cancel):
                async for piece in stream:
                    shown = piece if left is None else piece[:left]
                    if shown:
                        self.writer.write(self._sent(h11.Data(data=shown)))
                    await self.writer.drain()
                    if left is not None:
                        left -= len(shown)
                        if len(shown) < len(piece):
                            return False
        finally:
            await _close(stream)
        return True

    async def _hand_over(self, response: Response) -> None:
        """Let a conversation have the connection; HTTP governs it no more."""
        talk = response.talk
        if talk is None:
            return
        rest, closed = self.parser.trailing_data
        hijacked = ("Upgrade", "tcp") in response.headers
        lines = [f"HTTP/1.1 {int(response.status)} {_phrase(response.status, hijacked=hijacked)}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        await self.writer.drain()
        line = _Line(self.reader, self.writer, bytearray(rest), closed)
        if response.websocket:
            await converse(line, talk, binary=response.binary)
            return
        limit = response.fault.cut_after if response.fault else None
        line.left = limit
        await talk(line)
        with contextlib.suppress(ConnectionError, OSError):
            await self.writer.drain()
            if self.writer.can_write_eof():
                self.writer.write_eof()


@dataclass(eq=False, slots=True)
class _Line:
    """A connection that HTTP no longer governs; `left` bytes may still be sent, None for any."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    early: bytearray
    closed: bool = False
    left: int | None = None
    spoken: bool = False

    async def receive(self) -> bytes:
        """Return what came next; b"" once the client has closed its side."""
        if self.early:
            data = bytes(self.early)
            self.early.clear()
            return data
        data = b"" if self.closed else await self.reader.read(_PIECE)
        if not data and self._hung_up():
            raise ConnectionResetError
        return data

    def _hung_up(self) -> bool:
        """Tell whether the client has closed both sides, where the system can tell."""
        socket = self.writer.get_extra_info("socket")
        if sys.platform != "linux" or socket is None or socket.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(socket.fileno(), 0)
        return any(event & select.POLLHUP for _, event in poll.poll(0))

    async def send(self, data: bytes) -> None:
        """Send bytes; raise ConnectionError where the client is gone."""
        if self.writer.is_closing():
            raise ConnectionResetError
        if not self.spoken:
            self.spoken = True
            await head_taken(self.writer)
        if self.left is not None:
            data, self.left = data[: self.left], self.left - len(data)
        self.writer.write(data)
        await self.writer.drain()
        if self.left is not None and self.left <= 0:
            raise ConnectionAbortedError


async def _close(stream: AsyncIterator[bytes] | None) -> None:
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()


class _TooLargeError(Exception):
    """A body is larger than the fake takes."""


def _phrase(status: int, *, hijacked: bool = False) -> str:
    if hijacked and status == HTTPStatus.SWITCHING_PROTOCOLS:
        return "UPGRADED"  # dockerd's own word, for no other protocol
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _legal(value: str) -> bytes:
    """Return a header's value without what would end it."""
    return value.replace("\r", " ").replace("\n", " ").encode("latin-1", errors="replace")


def _date() -> str:
    return _date_of(int(time.time()))


@lru_cache(maxsize=2)
def _date_of(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
