"""Further commands in containers, from their making to their end."""

import contextlib
from functools import partial
from http import HTTPStatus

from harness.fake.handlers.attaching import raw_stream
from harness.fake.programs.processes import STDOUT, Tap
from harness.fake.requests.answer import Answer, Channel, RefusedError, Talk, bad_request, created
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.streams import executions
from harness.fake.streams.detach_keys import USUAL, Watch, read_keys
from harness.fake.streams.frames import framed
from harness.fake.streams.sessions import Ends, Session, streams_of
from harness.fake.values import Exec
from harness.fake.world import World

_PATIENCE = 10.0  # seconds for which a resize waits for the start
_ESCAPED = "exec attach failed: error on attach stdin: read escape sequence"


def _create(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    execution = executions.create(world, asked.name, asked.body())
    return created({"Id": execution.id, "Warnings": []})


def _start(world: World, asked: Asked) -> Answer:
    if asked.passed("exec-start-json-only"):
        asked.needs_json()
    body = asked.body()
    execution = executions.usable(world, asked.name)
    if body.flag("Detach"):
        executions.start(world, execution.id)
        plain = asked.passed("exec-detached-200")
        return Answer(status=HTTPStatus.OK if plain else HTTPStatus.NO_CONTENT)
    talk = _begun(world, execution, frames=not body.flag("Tty"))
    status, headers = raw_stream(asked)
    return Answer(status=status, talk=talk, headers=headers)


def _begun(world: World, execution: Exec, *, frames: bool) -> Talk:
    """Run a command; return how to take part in it. What keeps it from running is told there."""
    tap = world.processes.tap(execution.id)
    try:
        executions.start(world, execution.id)
    except RefusedError as refused:
        world.processes.untap(execution.id, tap)
        return partial(_tell, refused.message, frames=frames)
    return partial(_take_part, world, execution, tap, frames=frames)


async def _take_part(
    world: World, execution: Exec, tap: Tap, channel: Channel, *, frames: bool
) -> None:
    config, identity = execution.config, execution.id
    keys = read_keys(config.text("DetachKeys")) or USUAL
    ends = Ends(
        stdin=config.flag("AttachStdin"),
        streams=streams_of(stdout=config.flag("AttachStdout"), stderr=config.flag("AttachStderr")),
        frames=frames,
        closing=not execution.terminal,
        watch=Watch(keys) if execution.terminal else None,
    )
    try:
        left = await Session(world, identity, ends, channel, tap).hold()
    finally:
        world.processes.untap(identity, tap)
    if left:
        executions.leave(world, identity)
        await _tell(_ESCAPED, channel, frames=frames)


async def _tell(message: str, channel: Channel, *, frames: bool) -> None:
    told = f"{message}\r\n".encode()
    with contextlib.suppress(ConnectionError):
        await channel.send(framed(STDOUT, told) if frames else told)


async def _resize(world: World, asked: Asked) -> Answer:
    size = (asked.needed_number("h"), asked.needed_number("w"))
    execution = executions.usable(world, asked.name)

    def begun() -> bool:
        known = world.execs.get(execution.id)
        return known is None or known.started

    if not await world.until(begun, _PATIENCE):
        # dockerd answers 500, though nobody but the client could have started it.
        raise bad_request("timeout waiting for exec session ready")
    executions.resize(world, execution.id, size)
    return Answer()


def _inspect(world: World, asked: Asked) -> Answer:
    execution = executions.existing(world, asked.name)
    return Answer(value=executions.inspected_exec(world, execution))


HANDLERS: dict[str, Handler] = {
    "ContainerExec": _create,
    "ExecStart": _start,
    "ExecResize": _resize,
    "ExecInspect": _inspect,
}
