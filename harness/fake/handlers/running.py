"""What is done to containers that run, or that are to run: start, stop, kill, wait and the like."""

import re

from harness.fake.containers import lifecycle
from harness.fake.containers.defaults import respelt
from harness.fake.containers.lookup import container_of
from harness.fake.handlers import watching
from harness.fake.programs.processes import signal_number
from harness.fake.requests.answer import Answer, RefusedError, bad_request, done, unchanged
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.values import Status
from harness.fake.world import World

_GREATEST_SIGNAL = 64
_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def _start(world: World, asked: Asked) -> Answer:
    body = asked.raw.strip() not in {b"", b"{}", b"null"}
    if body and asked.passed("start-without-body"):
        raise bad_request(
            "starting container with non-empty request body was deprecated since API v1.22 and "
            "removed in v1.24"
        )
    if body:
        asked.needs_json()
    host = respelt(asked.body()) if body else None
    if asked.text("checkpoint"):
        raise bad_request("checkpoint is only supported in experimental mode")
    container = container_of(world, asked.name)
    if container.state.running and container.state.status is not Status.PAUSED:
        return unchanged()
    if host:
        lifecycle.rehost(world, container.id, host)
    lifecycle.start(world, container.id)
    return done()


async def _stop(world: World, asked: Asked) -> Answer:
    seconds = asked.number("t") if asked.text("t") else None
    container = container_of(world, asked.name)
    if not container.state.running:
        return unchanged()
    await lifecycle.stop(world, container.id, seconds)
    return done()


async def _restart(world: World, asked: Asked) -> Answer:
    seconds = asked.number("t") if asked.text("t") else None
    container = container_of(world, asked.name)
    await lifecycle.restart(world, container.id, seconds, name=asked.name)
    return done()


def _kill(world: World, asked: Asked) -> Answer:
    text = asked.text("signal")
    number = _signal(text) if text else lifecycle.KILL
    try:
        container = container_of(world, asked.name)
        if not 0 < number <= _GREATEST_SIGNAL:
            written = number if number > 0 else 2**64 + number
            raise bad_request(f"The linux daemon does not support signal {written}")
        if container.state.running or asked.passed("kill-of-stopped-refused"):
            lifecycle.kill(world, container.id, number)
    except RefusedError as refused:
        raise RefusedError(
            refused.status, f"Cannot kill container: {asked.name}: {refused.message}"
        ) from refused
    return done()


def _signal(text: str) -> int:
    number = int(text) if _NUMBER.fullmatch(text) else signal_number(text)
    if not number:
        raise bad_request(f"Invalid signal: {text}")
    return number


def _pause(world: World, asked: Asked) -> Answer:
    lifecycle.pause(world, container_of(world, asked.name).id)
    return done()


def _unpause(world: World, asked: Asked) -> Answer:
    lifecycle.unpause(world, container_of(world, asked.name).id)
    return done()


def _resize(world: World, asked: Asked) -> Answer:
    height, width = asked.needed_number("h"), asked.needed_number("w")
    container = container_of(world, asked.name)
    if not container.state.running:
        raise lifecycle.not_running(container)
    resized = world.change(container, size=(height, width))
    lifecycle.told(world, resized, "resize", height=str(height), width=str(width))
    return Answer()


HANDLERS: dict[str, Handler] = {
    "ContainerStart": _start,
    "ContainerStop": _stop,
    "ContainerRestart": _restart,
    "ContainerKill": _kill,
    "ContainerPause": _pause,
    "ContainerUnpause": _unpause,
    "ContainerResize": _resize,
    **watching.HANDLERS,
}
