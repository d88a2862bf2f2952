"""People at the ends of a process: what it writes goes out, what they type goes in."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from harness.fake.programs.processes import STDOUT, Output, Tap
from harness.fake.requests.answer import Channel
from harness.fake.streams.detach_keys import Watch
from harness.fake.streams.frames import sent
from harness.fake.world import World

_MOST_PENDING = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ends:
    """Which ends of a process somebody holds, and how.

    `closing` ends its input when theirs ends, in place of the session. `apart` sends each piece of
    output by itself. `watch` finds the keys by which they leave.
    """

    stdin: bool = False
    streams: frozenset[int] = frozenset()
    frames: bool = True
    apart: bool = False
    closing: bool = False
    watch: Watch | None = None


@dataclass(eq=False, slots=True)
class Session:
    """One person at the process of a container or an exec, which may not have started yet."""

    world: World
    key: str
    ends: Ends
    channel: Channel
    tap: Tap
    over: Callable[[], bool] = lambda: False  # there is nothing to wait for any more
    typed: bytearray = field(default_factory=bytearray)
    silent: bool = False  # their side is closed
    left: bool = False  # by the keys
    gone: bool = False

    async def hold(self) -> bool:
        """Take part until one side has had enough; return whether they left by the keys."""
        if not (self.ends.stdin or self.ends.streams):
            return False
        hearing = asyncio.create_task(self._hear())
        try:
            await self._take_part()
        except ConnectionError:
            self.silent = True
            self._pass_on()
        finally:
            hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hearing
        return self.left

    async def _take_part(self) -> None:
        while True:
            await self.world.until(self._has_news)
            self._pass_on()
            await self._show()
            finished = (self.tap.ended or self.over()) and not self.tap.pieces
            if finished or self.left or self.gone:
                return
            if self.silent and self.ends.stdin and not self.ends.closing and not self.typed:
                return

    def _has_news(self) -> bool:
        started = self.world.processes.find(self.key) is not None
        return bool(
            self.tap.pieces
            or self.tap.ended
            or self.left
            or self.gone
            or self.over()
            or (started and self.typed)
            or (self.silent and self.ends.stdin and (started or not self.ends.closing))
        )

    def _pass_on(self) -> None:
        processes = self.world.processes
        if processes.find(self.key) is None:
            return
        if self.typed:
            data = bytes(self.typed)
            self.typed.clear()
            processes.feed(self.key, data)
            self.world.tell()
        if self.silent and self.ends.closing and self.ends.stdin:
            self.silent = False
            processes.feed(self.key, b"")

    async def _show(self) -> None:
        await show(self.channel, self.tap.take(), self.ends)

    async def _hear(self) -> None:
        """Take what they type, until they close their side or are gone."""
        try:
            while data := await self.channel.receive():
                if self.ends.stdin:
                    self._take(data)
                    await self.world.until(lambda: len(self.typed) < _MOST_PENDING)
            self.silent = True
        except ConnectionError:
            self.gone = self.silent = True
        self.world.tell()

    def _take(self, data: bytes) -> None:
        if self.left:
            return
        if self.ends.watch is not None:
            data, self.left = self.ends.watch.take(data)
        self.typed += data
        self.world.tell()


async def show(channel: Channel, pieces: Iterable[Output], ends: Ends) -> None:
    """Send output to somebody, but for the streams that they do not want."""
    wanted = [piece for piece in pieces if piece.stream in ends.streams]
    parts = [[piece] for piece in wanted] if ends.apart else [wanted] if wanted else []
    for part in parts:
        await channel.send(sent(part, frames=ends.frames))


def streams_of(*, stdout: bool, stderr: bool) -> frozenset[int]:
    """Return the numbers of the streams that somebody wants."""
    wanted = ((STDOUT, stdout), (STDOUT + 1, stderr))
    return frozenset(number for number, asked in wanted if asked)
