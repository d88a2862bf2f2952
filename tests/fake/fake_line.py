"""A connection that was taken over, without a network: what a client types and sees."""

import asyncio
from dataclasses import dataclass, field

from harness.fake.requests.service import Request

UPGRADE = {"upgrade": "tcp", "connection": "Upgrade"}


@dataclass
class Line:
    """The client's end; `see` waits until so much has come, or until nothing more does."""

    seen: bytes = b""
    gone: bool = False
    typed: asyncio.Queue = field(default_factory=asyncio.Queue)

    async def receive(self):
        data = await self.typed.get()
        if data is None:
            raise ConnectionResetError
        return data

    async def send(self, data):
        if self.gone:
            raise ConnectionResetError
        self.seen += data

    async def type(self, data):
        """Type, or with b"" close this side, or with None vanish; and let it be heard."""
        self.gone = self.gone or data is None
        self.typed.put_nowait(data)
        await quiet()


async def quiet():
    """Let everything happen that needs no time."""
    for _ in range(20):
        await asyncio.sleep(0)


async def taken_over(service, target, method="POST", body=b"", headers=None):
    """Ask for a connection to be taken over; return the response, the line and the talk."""
    given = tuple((headers or {}).items())
    response = await service.respond(Request(method, target, given, body))
    line = Line()
    talking = asyncio.create_task(response.talk(line)) if response.talk else None
    await quiet()
    service.world.tick()
    await quiet()
    return response, line, talking


def later(world, seconds):
    """Let time pass."""
    world.clock.advance(seconds)
    world.tick()
    world.tell()
