"""What is seen of containers that run: their end, their processes, what they use."""

from collections.abc import AsyncIterator

from harness.fake.containers import lifecycle
from harness.fake.containers.lookup import container_of
from harness.fake.containers.process_table import process_table
from harness.fake.containers.stats import empty, sample
from harness.fake.requests.answer import Answer, conflict
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.values import Awaited, Container, Status
from harness.fake.world import World
from harness.model.spec import Json

_SECOND = 1.0


async def _wait(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    at_once = asked.passed("wait-at-once")
    condition = asked.text("condition") if at_once else ""
    if condition not in {"next-exit", "removed"} and not container.state.running:
        outcome = _outcome(container.state.exit_code, container.state.error)
        return Answer(lines=[outcome], line_end="\n") if at_once else Answer(value=outcome)
    # It is known from now on, whenever the answer is read.
    awaited = Awaited(container.id)
    world.awaited.add(awaited)
    over = _over(world, awaited, condition)
    return Answer(lines=over, line_end="\n") if at_once else Answer(value=await anext(over))


async def _over(world: World, awaited: Awaited, condition: str) -> AsyncIterator[Json]:
    """Yield how it ended, once it has."""
    removal = condition == "removed"
    await world.until(lambda: awaited.removed or (awaited.exit_code is not None and not removal))
    yield _outcome(awaited.exit_code or 0)


def _outcome(code: int, error: str = "") -> Json:
    return {"Error": {"Message": error} if error else None, "StatusCode": code}


def _top(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    if not container.state.running:
        raise lifecycle.not_running(container)
    if container.state.status is Status.RESTARTING:
        raise conflict(
            f"Container {container.id} is restarting, wait until the container is running"
        )
    titles, rows = process_table(world, container, asked.text("ps_args"))
    lifecycle.told(world, container, "top")
    return Answer(
        value={"Titles": list[Json](titles), "Processes": [list[Json](row) for row in rows]}
    )


def _stats(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    by_interface = asked.passed("stats-by-interface")
    if asked.flag("stream", default=True):
        return Answer(lines=_samples(world, container, by_interface=by_interface), line_end="\n")
    if not container.state.running:
        return Answer(value=empty(container))
    since = max(world.now() - _SECOND, container.state.started)
    return Answer(value=sample(world, container, since, by_interface=by_interface))


async def _samples(
    world: World, container: Container, *, by_interface: bool
) -> AsyncIterator[Json]:
    """Yield what a container uses every second, for as long as there is such a container."""
    since: float | None = None
    while (current := world.containers.get(container.id)) is not None:
        if current.state.running:
            yield sample(world, current, since, by_interface=by_interface)
            since = world.now()
        else:
            yield empty(current)
            since = None
        await world.sleep(_SECOND)


HANDLERS: dict[str, Handler] = {
    "ContainerWait": _wait,
    "ContainerTop": _top,
    "ContainerStats": _stats,
}
