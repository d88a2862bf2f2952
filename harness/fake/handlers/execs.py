"""Further commands in containers, from their making to their end."""

from http import HTTPStatus

from harness.fake import executions
from harness.fake.answer import Answer, Channel, RefusedError, bad_request, created
from harness.fake.asked import Asked
from harness.fake.detach_keys import USUAL, Watch, read_keys
from harness.fake.frames import framed
from harness.fake.handlers.attaching import raw_stream
from harness.fake.processes import STDOUT
from harness.fake.service import Handler
from harness.fake.sessions import Ends, Session, streams_of
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
    frames = not body.flag("Tty")

    async def talk(channel: Channel) -> None:
        await _taken_part(world, execution, channel, frames=frames)

    status, headers = raw_stream(asked)
    return Answer(status=status, talk=talk, headers=headers)


async def _taken_part(world: World, execution: Exec, channel: Channel, *, frames: bool) -> None:
    """Run a command and take part in it; what keeps it from running is told on its output."""
    config, identity = execution.config, execution.id
    keys = read_keys(config.text("DetachKeys")) or USUAL
    ends = Ends(
        stdin=config.flag("AttachStdin"),
        streams=streams_of(stdout=config.flag("AttachStdout"), stderr=config.flag("AttachStderr")),
        frames=frames,
        closing=not execution.terminal,
        watch=Watch(keys) if execution.terminal else None,
    )
    tap = world.processes.tap(identity)
    failure = ""
    try:
        try:
            executions.start(world, identity)
        except RefusedError as refused:
            failure = refused.message
        else:
            if await Session(world, identity, ends, channel, tap).hold():
                executions.leave(world, identity)
                failure = _ESCAPED
        if failure:
            told = f"{failure}\r\n".encode()
            await channel.send(framed(STDOUT, told) if frames else told)
    except ConnectionError:
        return
    finally:
        world.processes.untap(identity, tap)


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
