"""What the containers of tasks wrote, as the logs of services and of tasks send it."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from harness.fake.clock import timestamp
from harness.fake.requests.answer import Answer, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.streams.frames import framed
from harness.fake.swarm.values import Task
from harness.fake.values import LogLine
from harness.fake.world import World

_SECONDS = re.compile(r"(-?\d{1,18})(?:\.(\d{1,9}))?", re.ASCII)
_LOOK_AGAIN = 1.0  # at nodes of which nobody is told that something happened


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which lines are sent, and with what before them; `tail` is None for all of them."""

    streams: frozenset[int]
    since: float
    tail: int | None
    times: bool
    details: bool
    terminal: bool


def check_streams(asked: Asked) -> None:
    """Refuse with 400 to send neither what goes to stdout nor what goes to stderr."""
    if not asked.flag("stdout") and not asked.flag("stderr"):
        # dockerd answers 500, though the parameters are the client's; as it does to the next ones.
        raise bad_request("Bad parameters: you must choose at least one stream")


def logs(world: World, asked: Asked, tasks: Callable[[], list[Task]], *, terminal: bool) -> Answer:
    """Answer with the logs of tasks, and with what is added where the client follows them."""
    wanted = _wanted(asked, terminal=terminal)
    return Answer(stream=_sent(world, tasks, wanted, follow=asked.flag("follow")))


def _wanted(asked: Asked, *, terminal: bool) -> _Wanted:
    streams = {number for number, name in ((1, "stdout"), (2, "stderr")) if asked.flag(name)}
    return _Wanted(
        streams=frozenset(streams),
        since=_since(asked.text("since")),
        tail=_tail(asked.text("tail")),
        times=asked.flag("timestamps"),
        details=asked.flag("details"),
        terminal=terminal,
    )


def _since(text: str) -> float:
    if not text:
        return 0.0
    match = _SECONDS.fullmatch(text)
    if match is None:
        seconds = text.partition(".")[0]
        parsing = f'strconv.ParseInt: parsing "{seconds}": invalid syntax'
        raise bad_request(f"could not parse since timestamp: {parsing}")
    return int(match[1]) + int((match[2] or "0").ljust(9, "0")) / 1e9


def _tail(text: str) -> int | None:
    if text in {"", "all"}:
        return None
    if not text.isascii() or not text.isdecimal() or int(text) >= 2**63:
        raise bad_request('tail value must be a positive integer or "all"')
    return int(text)


async def _sent(
    world: World, tasks: Callable[[], list[Task]], wanted: _Wanted, *, follow: bool
) -> AsyncIterator[bytes]:
    seen: dict[str, int] = {}
    lines = list(_first(world, tasks(), wanted, seen))
    for task, line in lines:
        yield _shown(task, line, wanted)
    while follow:
        news = list(_news(world, tasks(), wanted, seen))
        for task, line in news:
            yield _shown(task, line, wanted)
        if not news:
            await world.until(
                lambda: any(len(_kept(world, each)) > seen.get(each.id, 0) for each in tasks()),
                _LOOK_AGAIN,
            )


def _first(
    world: World, tasks: list[Task], wanted: _Wanted, seen: dict[str, int]
) -> Iterator[tuple[Task, LogLine]]:
    """Yield what the tasks wrote until now: of each no more than its tail, in order of time."""
    found: list[tuple[Task, LogLine]] = []
    for task in tasks:
        kept = _kept(world, task)
        seen[task.id] = len(kept)
        lines = [line for line in kept if _admits(wanted, line)]
        if wanted.tail is not None:
            lines = lines[-wanted.tail :] if wanted.tail else []
        found.extend((task, line) for line in lines)
    yield from sorted(found, key=lambda each: each[1].time)


def _news(
    world: World, tasks: list[Task], wanted: _Wanted, seen: dict[str, int]
) -> Iterator[tuple[Task, LogLine]]:
    for task in tasks:
        kept = _kept(world, task)
        new = kept[seen.get(task.id, 0) :]
        seen[task.id] = len(kept)
        yield from ((task, line) for line in new if _admits(wanted, line))


def _admits(wanted: _Wanted, line: LogLine) -> bool:
    return line.stream in wanted.streams and line.time >= wanted.since


def _kept(world: World, task: Task) -> list[LogLine]:
    """Return the log of a task's container, in the world of whichever node has it."""
    if not task.container:
        return []
    swarm = world.swarm
    node = swarm.cluster.nodes.get(task.node) if swarm else None
    other = world.neighbours.worlds.get(node.world, world) if node else world
    return list(other.logs.get(task.container, ()))


def _shown(task: Task, line: LogLine, wanted: _Wanted) -> bytes:
    words = []
    if wanted.times:
        words.append(timestamp(line.time))
    if wanted.details:
        words.append(
            f"com.docker.swarm.node.id={task.node},com.docker.swarm.service.id={task.service},"
            f"com.docker.swarm.task.id={task.id}"
        )
    head = "".join(f"{word} " for word in words).encode()
    if wanted.terminal:
        return head + line.data
    return framed(line.stream, head + line.data)
