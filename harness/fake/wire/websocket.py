"""Websockets of a fake: messages in, messages out, over a connection that was taken over."""

import base64
import hashlib
from dataclasses import dataclass, field

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from harness.fake.requests.answer import Channel, Talk

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


def accept_key(key: str) -> str:
    """Return what Sec-WebSocket-Accept says to a Sec-WebSocket-Key (RFC 6455, section 4.2.2)."""
    digest = hashlib.sha1(key.encode("latin-1") + _MAGIC, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


async def converse(line: Channel, talk: Talk, *, binary: bool) -> None:
    """Hold a conversation in messages; `binary` tells of which kind those sent are."""
    channel = _Messages(line, binary=binary)
    try:
        await talk(channel)
        await channel.close()
    except ConnectionError:
        return


@dataclass(eq=False, slots=True)
class _Messages:
    """What a conversation sends goes out as messages; what comes in is unwrapped."""

    line: Channel
    binary: bool
    connection: Connection = field(default_factory=lambda: Connection(ConnectionType.SERVER))
    closed: bool = False

    async def receive(self) -> bytes:
        """Return what the client said next; b"" once it has closed the websocket."""
        while not self.closed:
            data = await self.line.receive()
            self.connection.receive_data(data or None)
            said = bytearray()
            for event in self.connection.events():
                match event:
                    case TextMessage():
                        said += event.data.encode()
                    case BytesMessage():
                        said += bytes(event.data)
                    case Ping():
                        await self.line.send(self.connection.send(event.response()))
                    case CloseConnection():
                        self.closed = True
                    case _:
                        continue
            if said:
                return bytes(said)
            if not data:
                self.closed = True
        return b""

    async def send(self, data: bytes) -> None:
        """Send bytes as one message; text that is no UTF-8 is replaced."""
        if self.binary:
            message: BytesMessage | TextMessage = BytesMessage(data=data)
        else:
            message = TextMessage(data=data.decode(errors="replace"))
        await self.line.send(self.connection.send(message))

    async def close(self) -> None:
        """Say the end of the websocket, first or in reply."""
        if self.connection.state in {ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING}:
            await self.line.send(self.connection.send(CloseConnection(code=1000)))
