"""What a client must have read before it is sent more."""

import asyncio
import fcntl
import socket
import struct
import termios

_LONGEST = 0.25  # seconds
_STEP = 0.001
_ELSEWHERE = 0.01  # where nobody can tell what the client has read


async def head_taken(writer: asyncio.StreamWriter) -> None:
    """Wait until the client has read what was sent, for a fraction of a second at most.

    Some clients, docker-py among them, read the head of a reply through a buffer and what follows
    a takeover from the socket itself: what comes together with the head is lost to them. dockerd
    never sends both at once, since starting a process takes it some time; the fake has to wait.
    """
    line = writer.get_extra_info("socket")
    if line is None or line.family != socket.AF_UNIX:
        await asyncio.sleep(_ELSEWHERE)
        return
    loop = asyncio.get_running_loop()
    end = loop.time() + _LONGEST
    while _unread(line.fileno()) and loop.time() < end:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(_STEP)


def _unread(descriptor: int) -> int:
    """Return how much of what was sent to a unix socket its other side has not read yet."""
    if descriptor < 0:
        return 0
    try:
        told = fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4))
    except OSError:
        return 0
    amount: int = struct.unpack("i", told)[0]
    return amount
