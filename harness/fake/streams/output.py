"""What containers wrote, as their logs keep it and hand it out."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote_plus

from harness.fake.clock import timestamp
from harness.fake.programs.processes import Output, Process
from harness.fake.requests.answer import bad_request
from harness.fake.streams.frames import framed
from harness.fake.values import Container, LogLine
from harness.fake.world import World

_PIECE = 64 * 1024
_NUMBER = re.compile(r"[-+]?\d+", re.ASCII)
_GREATEST = 2**63
_PRECISION = 6  # of a time that is kept as a float
_LAST_SECOND = 2**63 - 1 - 62_135_596_800  # of a time in Go, which begins in the year 1


def keep(world: World, container_id: str, step: Output) -> None:
    """Keep a line that the process of a container wrote, with the time that it got to."""
    process = world.processes.find(container_id)
    time = world.now() if process is None else min(process.moment, world.now())
    world.logs.setdefault(container_id, []).append(LogLine(time, step.stream, step.data))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a log somebody wants, and how.

    `tail` counts lines of both streams and is -1 for all; `since` and `until` are None for always.
    """

    streams: frozenset[int]
    tail: int = -1
    since: float | None = None
    until: float | None = None
    times: bool = False
    details: bool = False
    frames: bool = True

    def ends_before(self, line: LogLine) -> bool:
        """Tell whether a line came after the last that is wanted."""
        return self.until is not None and round(line.time, _PRECISION) > self.until


def read_tail(text: str) -> int:
    """Return how many lines are wanted; everything that is no number stands for all."""
    return int(text) if _NUMBER.fullmatch(text) and len(text) < len(str(_GREATEST)) else -1


def read_time(text: str) -> float | None:
    """Return seconds since 1970, with a fraction or not; None for none, and refuse what is none.

    A time after the last that Go has turns round to before all others, which bounds nothing.
    """
    if not text:
        return None
    whole, point, fraction = text.partition(".")
    seconds = _parsed(whole)
    if seconds > _LAST_SECOND:
        return None
    part = _parsed(fraction) / 10 ** len(fraction) if point else 0.0
    return round(seconds + part, _PRECISION)


def _parsed(text: str) -> int:
    why = "" if _NUMBER.fullmatch(text) else "invalid syntax"
    if not why and not -_GREATEST <= int(text) < _GREATEST:
        why = "value out of range"
    if why:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": {why}')
    return int(text)


async def read_log(
    world: World, container: Container, wanted: Wanted, *, follow: bool
) -> AsyncIterator[bytes]:
    """Yield a container's log, and what is added to it for as long as the process lives."""
    process = world.processes.find(container.id) if follow else None
    lines = world.logs.setdefault(container.id, []) if process else kept(world, container)
    seen = len(lines)
    attributes = _attributes(container) if wanted.details else ""
    first = [
        line
        for line in (lines[max(0, seen - wanted.tail) :] if wanted.tail >= 0 else lines[:seen])
        if (wanted.since is None or round(line.time, _PRECISION) >= wanted.since)
        and not wanted.ends_before(line)
    ]
    for piece in _pieces(first, wanted, attributes):
        yield piece
    while process is not None:
        await world.until(partial(_has_news, world, container, process, lines, seen))
        over = world.processes.find(container.id) is not process
        new, seen = lines[seen:], len(lines)
        admitted = []
        for line in new:
            if wanted.ends_before(line):
                over = True
                break
            admitted.append(line)
        for piece in _pieces(admitted, wanted, attributes):
            yield piece
        if over:
            return


def _has_news(
    world: World, container: Container, process: Process, lines: list[LogLine], seen: int
) -> bool:
    return len(lines) > seen or world.processes.find(container.id) is not process


def kept(world: World, container: Container) -> list[LogLine]:
    """Return all lines of a container's log."""
    return list(world.logs.get(container.id, ()))


def _pieces(lines: Iterable[LogLine], wanted: Wanted, attributes: str) -> Iterable[bytes]:
    """Yield lines as they go out, many at once."""
    piece = bytearray()
    for line in lines:
        if line.stream in wanted.streams:
            data = _shown(line, wanted, attributes)
            piece += framed(line.stream, data) if wanted.frames else data
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
    if piece:
        yield bytes(piece)


def _shown(line: LogLine, wanted: Wanted, attributes: str) -> bytes:
    before = f"{timestamp(line.time)} " if wanted.times else ""
    if wanted.details:
        before += f"{attributes} "
    return before.encode() + line.data


def _attributes(container: Container) -> str:
    """Return the labels and variables that the log was told to keep, as a client is sent them."""
    options = container.host.fields("LogConfig").pairs("Config")
    variables = dict(
        each.partition("=")[::2] for each in container.config.texts("Env") if "=" in each
    )
    found = {
        name: known[name]
        for known, option in ((container.labels, "labels"), (variables, "env"))
        for name in options.get(option, "").split(",")
        if name in known
    }
    return ",".join(f"{quote_plus(name)}={quote_plus(found[name])}" for name in sorted(found))
