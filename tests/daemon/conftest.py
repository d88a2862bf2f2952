"""Daemons of a few lines, which do on the wire what a test tells them to."""

import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.daemon.address import Address


class Peer:
    """One connection as the daemon sees it, with the heads and bodies of calls read off it."""

    def __init__(self, connection: socket.socket, number: int) -> None:
        self.connection = connection
        self.number = number  # of the connection: 1 is the first
        self._rest = b""

    def heard(self) -> tuple[str, dict[str, str], bytes]:
        """Read one call: its first line, its headers and its body; ("", {}, b"") at the end."""
        while b"\r\n\r\n" not in self._rest:
            data = self.connection.recv(65536)
            if not data:
                return "", {}, b""
            self._rest += data
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        split = (line.split(":", 1) for line in lines)
        headers = {name.lower(): value.strip() for name, value in split}
        length = int(headers.get("content-length", 0))
        while len(self._rest) < length:
            self._rest += self.connection.recv(65536)
        body, self._rest = self._rest[:length], self._rest[length:]
        return first, headers, body

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)


Behaviour = Callable[[Peer], None]


def _serve(listener: socket.socket, behave: Behaviour) -> None:
    number = 0
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        number += 1
        threading.Thread(target=_meet, args=(connection, number, behave), daemon=True).start()


def _meet(connection: socket.socket, number: int, behave: Behaviour) -> None:
    with connection, contextlib.suppress(OSError):
        behave(Peer(connection, number))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="dc-") as name:
        yield Path(name)


@pytest.fixture
def daemon_at(folder: Path) -> Iterator[Callable[[Behaviour], Address]]:
    """Start a daemon that behaves so on each connection; each has a socket of its own."""
    listeners: list[socket.socket] = []

    def start(behave: Behaviour) -> Address:
        path = folder / f"{len(listeners)}.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        listeners.append(listener)
        threading.Thread(target=_serve, args=(listener, behave), daemon=True).start()
        return Address(socket=str(path))

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
