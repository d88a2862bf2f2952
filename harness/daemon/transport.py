"""Sending calls to a daemon and reading its replies, whatever it does."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from types import TracebackType
from typing import Self

import httpcore

from harness.daemon.address import Address
from harness.daemon.network import Network, Patience, explain
from harness.model.call import Call, Ending, Exchange, Pairs, Reply
from harness.model.errors import DaemonError, HarnessError
from harness.model.version import ApiVersion

_IDLE_SECONDS = 1.0  # a connection that was idle for longer may be closing just now
_PIECE = 65536
_RETRIABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_BODILESS = frozenset({204, 304})
_SWITCHED = 101
_UPGRADE = (("Connection", "Upgrade"), ("Upgrade", "tcp"))
_WEBSOCKET = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Origin", "http://localhost"),
    ("Sec-WebSocket-Version", "13"),
    # Any 16 bytes do, and the same ones keep two runs alike.
    ("Sec-WebSocket-Key", "ZG9ja2VyLWNvbnRyYWN0IQ=="),
)


class Daemon:
    """A daemon that can be asked; a context manager, since it keeps connections for reuse.

    It speaks through httpcore and not through an httpx client, which would normalise targets,
    keep cookies, and fail on a Location header that is no URL.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._pool = httpcore.ConnectionPool(
            ssl_context=address.ssl_context(),
            max_connections=None,
            max_keepalive_connections=None,
            keepalive_expiry=_IDLE_SECONDS,
            uds=address.socket or None,
            network_backend=Network(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def send(  # noqa: PLR0913 - bounds and modes, all by name
        self,
        call: Call,
        version: ApiVersion,
        *,
        deadline: float,
        limit: int,
        quiet: float | None = None,
        upgrade: bool = False,
        websocket: bool = False,
    ) -> Exchange:
        """Send a call at a version; the rest is as in `ask`."""
        reply = self.ask(
            call,
            version,
            deadline=deadline,
            limit=limit,
            quiet=quiet,
            upgrade=upgrade,
            websocket=websocket,
        )
        return Exchange(version=version, call=call, reply=reply)

    def ask(  # noqa: PLR0913 - bounds and modes, all by name
        self,
        call: Call,
        version: ApiVersion | None,
        *,
        deadline: float,
        limit: int,
        quiet: float | None = None,
        upgrade: bool = False,
        websocket: bool = False,
    ) -> Reply:
        """Send a call and read the reply for at most `deadline` seconds and `limit` bytes.

        `quiet` ends the reading (as DEADLINE) after so many seconds without a byte of the body.
        `upgrade` asks to switch to a raw stream, `websocket` to a websocket, whose frames are
        then the body, as they came. Where no head came whole, the status is 0 and the body is
        what did come. Raises DaemonError only where no connection can be made, and HarnessError
        for a call that HTTP cannot carry.
        """
        began = time.monotonic()
        until = began + deadline
        extra = handshake(upgrade=upgrade, websocket=websocket)
        patience = Patience(until=until)
        reply = self._attempt(self._request(call, version, extra, patience), limit, quiet)
        if _stale(call, patience):
            patience = Patience(until=until)
            reply = self._attempt(self._request(call, version, extra, patience), limit, quiet)
        return replace(reply, seconds=time.monotonic() - began)

    def _request(
        self,
        call: Call,
        version: ApiVersion | None,
        extra: Pairs,
        patience: Patience,
    ) -> httpcore.Request:
        address = self.address
        return httpcore.Request(
            call.method.encode(),
            httpcore.URL(
                scheme=b"https" if address.tls else b"http",
                host=address.host.encode() or b"localhost",
                port=address.port or None,
                target=(address.prefix + call.target(version)).encode(),
            ),
            headers=[
                (name.encode(), value.encode())
                for name, value in _headers(call, extra, address.authority)
            ],
            content=call.body,
            extensions={"timeout": {"connect": patience, "read": patience, "write": patience}},
        )

    def _attempt(self, request: httpcore.Request, limit: int, quiet: float | None) -> Reply:
        patience: Patience = request.extensions["timeout"]["read"]
        try:
            response = self._pool.handle_request(request)
        except httpcore.ConnectError as error:
            raise DaemonError(_unreachable(self.address, error)) from error
        except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol) as error:
            raise HarnessError(f"{request!r} cannot be sent: {error}") from error
        except httpcore.TimeoutException:
            return Reply(status=0, body=patience.head, ending=Ending.DEADLINE)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            ending = Ending.CUT if patience.received else Ending.NO_REPLY
            return Reply(status=0, body=patience.head, ending=ending)
        patience.quiet = quiet
        with closing(response):
            body, ending = _read(response, patience, limit)
        bodiless = request.method == b"HEAD" or response.status in _BODILESS
        if bodiless and patience.tail != b"\r\n\r\n":
            # A body that must not be there would be taken for the head of the next reply.
            response.extensions["network_stream"].close()
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in response.headers
        )
        return Reply(status=response.status, headers=headers, body=body, ending=ending)


def handshake(*, upgrade: bool, websocket: bool) -> Pairs:
    """Return the headers that ask for a raw stream, or for a websocket."""
    if upgrade:
        return _UPGRADE
    return _WEBSOCKET if websocket else ()


def _headers(call: Call, extra: Pairs, authority: str) -> Iterator[tuple[str, str]]:
    """Yield the call's own headers first; what else is needed gives way to them."""
    given = {name.lower() for name, _ in call.headers}
    needed = [("Host", authority), ("User-Agent", "docker-contract"), ("Accept", "*/*")]
    needed += [("Accept-Encoding", "identity")]
    if call.media_type:
        needed.append(("Content-Type", call.media_type))
    if call.body is not None or call.method in {"POST", "PUT"}:
        needed.append(("Content-Length", str(len(call.body or b""))))
    yield from call.headers
    yield from ((name, value) for name, value in (*needed, *extra) if name.lower() not in given)


def _read(response: httpcore.Response, patience: Patience, limit: int) -> tuple[bytes, Ending]:
    body = bytearray()
    try:
        for piece in _pieces(response, patience):
            body += piece
            if len(body) > limit:
                return bytes(body[:limit]), Ending.LIMIT
    except httpcore.TimeoutException:
        return bytes(body), Ending.DEADLINE
    except (httpcore.NetworkError, httpcore.RemoteProtocolError):
        return bytes(body), Ending.CUT
    return bytes(body), Ending.COMPLETE


def _pieces(response: httpcore.Response, patience: Patience) -> Iterator[bytes]:
    if response.status != _SWITCHED:
        yield from response.iter_stream()
        return
    stream = response.extensions["network_stream"]
    while piece := stream.read(_PIECE, timeout=patience):
        yield piece


def _stale(call: Call, patience: Patience) -> bool:
    """Tell whether the daemon may have closed a kept connection just as the call went out.

    Asking again then is no second call: either nothing was sent, or asking changes nothing. A
    daemon that dies of a call closes the fresh connection as well, so that is not hidden.
    """
    closed = not patience.fresh and not patience.received and patience.wait() > 0
    return closed and (patience.unsent or call.method in _RETRIABLE)


def _unreachable(address: Address, error: httpcore.ConnectError) -> str:
    cause = error.args[0] if error.args else error
    return explain(address, cause) if isinstance(cause, OSError) else f"{address}: {cause}"
