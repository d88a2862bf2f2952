"""Sockets to a daemon, whose reads and writes end when the time of a call is up."""

import errno
import select
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpcore

from harness.daemon.address import Address

_CONNECT_SECONDS = 2.0  # for each address of a name: localhost has two
_BACKLOG_PAUSE = 0.02
_HEAD_KEPT = 4096


@dataclass(slots=True)
class Patience:
    """How long one call may wait, and what its connection has seen so far.

    httpcore hands whatever is given as a timeout through to the stream, unread. So each read is
    bounded by what remains of the whole call, not by a time of its own that starts anew with
    every byte.
    """

    until: float  # on the monotonic clock
    quiet: float | None = None  # the longest wait for one more byte
    fresh: bool = False  # the connection was made for this call
    unsent: bool = False  # the daemon had gone before it was sent anything
    written: int = 0
    received: int = 0
    head: bytes = b""
    tail: bytes = b""

    def wait(self) -> float:
        """Return how many seconds the next read or write may take; none are left at 0 or less."""
        remaining = self.until - time.monotonic()
        return remaining if self.quiet is None else min(remaining, self.quiet)

    def take(self, data: bytes) -> None:
        """Note what was received."""
        self.received += len(data)
        self.tail = (self.tail + data[-4:])[-4:]
        if len(self.head) < _HEAD_KEPT:
            self.head += data[: _HEAD_KEPT - len(self.head)]


class Stream(httpcore.NetworkStream):
    """A connection to a daemon; every `timeout` is a Patience."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def read(self, max_bytes: int, timeout: object = None) -> bytes:
        """Read what has come; raise ReadTimeout or ReadError."""
        patience = _patience(timeout)
        seconds = patience.wait()
        if seconds <= 0:
            raise httpcore.ReadTimeout("time is up")
        try:
            self._socket.settimeout(seconds)
            data = self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error
        patience.take(data)
        return data

    def write(self, buffer: bytes, timeout: object = None) -> None:
        """Write all of it; raise WriteTimeout or WriteError."""
        patience, rest = _patience(timeout), memoryview(buffer)
        while rest:
            seconds = patience.wait()
            if seconds <= 0:
                raise httpcore.WriteTimeout("time is up")
            try:
                self._socket.settimeout(seconds)
                sent = self._socket.send(rest)
            except TimeoutError as error:
                raise httpcore.WriteTimeout(error) from error
            except OSError as error:
                patience.unsent = not patience.written
                raise httpcore.WriteError(error) from error
            patience.written += sent
            rest = rest[sent:]

    def close(self) -> None:
        """Close the connection; more than once does no harm."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: object = None,
    ) -> httpcore.NetworkStream:
        """Go over to TLS; raise ConnectError."""
        try:
            self._socket.settimeout(_connect_seconds(_patience(timeout)))
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(error) from error

    def get_extra_info(self, info: str) -> object:
        """Tell whether there is something to read, which on an idle connection is its end."""
        return _readable(self._socket) if info == "is_readable" else None


class Network(httpcore.NetworkBackend):
    """Makes connections, each in a bounded time; every `timeout` is a Patience."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: object = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to a host and port; raise ConnectError around the OSError."""
        patience = _patience(timeout)
        try:
            connection = socket.create_connection((host, port), _connect_seconds(patience))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise httpcore.ConnectError(error) from error
        patience.fresh = True
        return Stream(connection)

    def connect_unix_socket(
        self,
        path: str,
        timeout: object = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to a unix socket; raise ConnectError around the OSError."""
        patience = _patience(timeout)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _connect_unix(connection, path, time.monotonic() + _connect_seconds(patience))
        except OSError as error:
            connection.close()
            raise httpcore.ConnectError(error) from error
        patience.fresh = True
        return Stream(connection)


def explain(address: Address, error: OSError) -> str:
    """Say in one line why there is no connection, and what to do about it."""
    match error:
        case FileNotFoundError():
            why = "there is no such socket"
        case PermissionError():
            why = "no permission; become root, or join the group that owns the socket"
            return f"cannot reach {address}: {why}"
        case ConnectionRefusedError():
            why = "nothing listens there"
        case ssl.SSLCertVerificationError():
            return (
                f"cannot reach {address}: its certificate is not trusted"
                f" ({error.verify_message}); give the right CA file"
            )
        case ssl.SSLError():
            why = f"it does not speak TLS as asked ({error.reason or error})"
            return f"cannot reach {address}: {why}; check the port and the TLS settings"
        case TimeoutError() | BlockingIOError():
            why = "it accepts no connection in time"
        case socket.gaierror():
            why = f"there is no host {address.host}"
        case _ if error.errno == errno.ENOTSOCK:
            why = "this is not a socket"
        case _:
            why = error.strerror or str(error)
    return f"cannot reach {address}: {why}; start the daemon, or name another one with --host"


def _patience(timeout: object) -> Patience:
    if not isinstance(timeout, Patience):
        raise TypeError("a stream to a daemon needs a Patience for its timeouts")
    return timeout


def _connect_seconds(patience: Patience) -> float:
    return max(0.001, min(_CONNECT_SECONDS, patience.wait()))


def _connect_unix(connection: socket.socket, path: str, until: float) -> None:
    while True:
        try:
            connection.settimeout(max(0.001, until - time.monotonic()))
            connection.connect(path)
        except BlockingIOError:
            # The backlog is full: Linux says so at once instead of waiting for the timeout.
            if time.monotonic() >= until:
                raise
            time.sleep(_BACKLOG_PAUSE)
        else:
            return


def _readable(connection: socket.socket) -> bool:
    if connection.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
