"""Health checks: probes that are run as programs in a container, and what follows from them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.fake.clock import timestamp
from harness.fake.programs.invocations import invocation_of
from harness.fake.programs.known import program_of
from harness.fake.programs.processes import STDOUT, Output
from harness.fake.requests.durations import written
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, State, Status
from harness.fake.world import World
from harness.model.spec import Json

_SECOND = 1_000_000_000
_INTERVAL = _TIMEOUT = 30.0
_RETRIES = 3
_KEPT = 5
_SHELL = ("/bin/sh", "-c")
STARTING, HEALTHY, UNHEALTHY = "starting", "healthy", "unhealthy"


@dataclass(eq=False, slots=True)
class _Probe:
    """One run of the check of a container."""

    container: str
    started: float
    output: bytes = b""
    over: bool = False


def has_check(container: Container) -> bool:
    """Tell whether a container has a check."""
    kind = container.config.fields("Healthcheck").texts("Test")[:1]
    return kind in (["CMD"], ["CMD-SHELL"])


def begin(world: World, container_id: str, *, anew: bool = True) -> None:
    """Start to check a container that has begun to run, or `anew` where it merely goes on."""
    container = world.containers.get(container_id)
    if container is None or not has_check(container):
        return
    watch = container.state.watch + 1
    started: dict[str, object] = {"health": STARTING, "failing": 0} if anew else {}
    _note(world, container, watch=watch, **started)
    _later(world, container_id, watch)


def suspend(world: World, container_id: str) -> None:
    """Check a container no longer; as it is not known to be well, it counts as unhealthy."""
    container = world.containers.get(container_id)
    world.processes.drop(_key(container_id))
    if container is not None and container.state.health:
        _note(world, container, watch=container.state.watch + 1, health=UNHEALTHY)


def shown(state: State) -> Json:
    """Return the health of a container as its inspection shows it."""
    return {
        "Status": state.health,
        "FailingStreak": state.failing,
        "Log": list(state.probes),
    }


def _command_of(container: Container) -> tuple[str, ...]:
    kind, *arguments = container.config.fields("Healthcheck").texts("Test")
    if kind == "CMD-SHELL" and arguments:
        return (*(container.config.texts("Shell") or _SHELL), arguments[0])
    return tuple(arguments)


def _key(container_id: str) -> str:
    return f"{container_id}/health"


def _seconds(check: Fields, name: str, usual: float) -> float:
    return check.number(name) / _SECOND or usual


def _later(world: World, container_id: str, watch: int) -> None:
    container = world.containers[container_id]
    pause = _seconds(container.config.fields("Healthcheck"), "Interval", _INTERVAL)
    world.at(world.now() + pause, lambda: _probe(world, container_id, watch))


def _current(world: World, container_id: str, watch: int) -> Container | None:
    """Return a container if a watch of it is still on; None where there is nothing to check."""
    container = world.containers.get(container_id)
    if container is None or container.state.status is not Status.RUNNING:
        return None
    return container if container.state.watch == watch else None


def _probe(world: World, container_id: str, watch: int) -> None:
    # lifecycle begins the checks, so it is only known here once they run.
    from harness.fake.containers import lifecycle  # noqa: PLC0415

    container = _current(world, container_id, watch)
    if container is None or not _command_of(container):
        return
    arguments = _command_of(container)
    probe = _Probe(container_id, world.now())
    execution = world.ids.digest()
    joined = f"{arguments[0]} {' '.join(arguments[1:])}"
    lifecycle.told(world, container, f"exec_create: {joined}", execID=execution)
    lifecycle.told(world, container, f"exec_start: {joined}", execID=execution)

    def hear(step: Output) -> None:
        probe.output += step.data if step.stream >= STDOUT else b""

    def end(code: int) -> None:
        lifecycle.told(world, container, "exec_die", execID=execution, exitCode=str(code))
        _conclude(world, probe, code, watch)

    world.processes.start(
        _key(container_id),
        invocation_of(world, container, arguments, terminal=False),
        program_of(world, arguments),
        on_output=hear,
        on_end=end,
        within=container_id,
    )
    patience = _seconds(container.config.fields("Healthcheck"), "Timeout", _TIMEOUT)
    world.at(world.now() + patience, _giving_up(world, probe, patience, watch))


def _giving_up(world: World, probe: _Probe, patience: float, watch: int) -> Callable[[], None]:
    def give_up() -> None:
        if not probe.over and _current(world, probe.container, watch) is not None:
            world.processes.drop(_key(probe.container))
            probe.output = f"Health check exceeded timeout ({written(patience)})".encode()
            _conclude(world, probe, -1, watch)

    return give_up


def _conclude(world: World, probe: _Probe, code: int, watch: int) -> None:
    """Note what a probe said, and tell where the health has changed."""
    from harness.fake.containers import lifecycle  # noqa: PLC0415 - as above

    if probe.over:
        return
    probe.over = True
    container = _current(world, probe.container, watch)
    if container is None:
        return
    check = container.config.fields("Healthcheck")
    said: Json = {
        "Start": timestamp(probe.started),
        "End": timestamp(world.now()),
        "ExitCode": code,
        "Output": probe.output.decode(errors="replace"),
    }
    state = container.state
    grace = _seconds(check, "StartPeriod", 0.0)
    excused = state.health == STARTING and world.now() - state.started < grace
    failing = 0 if code == 0 else state.failing + (not excused)
    health = state.health
    if code == 0:
        health = HEALTHY
    elif failing >= (check.number("Retries") or _RETRIES):
        health = UNHEALTHY
    probes = (*state.probes, said)[-_KEPT:]
    changed = _note(world, container, health=health, failing=failing, probes=probes)
    if health != state.health:
        lifecycle.told(world, changed, f"health_status: {health}")
    _later(world, probe.container, watch)


def _note(world: World, container: Container, **changes: object) -> Container:
    state = replace(container.state, **changes)  # type: ignore[arg-type]
    return world.change(container, state=state)
