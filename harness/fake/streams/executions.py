"""Further commands in containers: made, started, ended, and forgotten."""

import base64
from dataclasses import replace
from functools import partial

from harness.fake.containers.lifecycle import told
from harness.fake.containers.lookup import container_of
from harness.fake.containers.views import inspected
from harness.fake.programs.invocations import invocation_of
from harness.fake.programs.known import program_of
from harness.fake.programs.processes import Process
from harness.fake.requests.answer import RefusedError, bad_request, conflict, not_found
from harness.fake.requests.fields import Fields
from harness.fake.streams.detach_keys import read_keys
from harness.fake.values import Container, Exec, Status
from harness.fake.world import World
from harness.model.spec import Json

_DETACHED = 126  # what dockerd says of one that somebody left by the keys
_LOST = 127
_KEPT_FOR = 600.0  # seconds for which one that is over can be inspected
_SWEEP_EVERY = 100


def create(world: World, name: str, config: Fields) -> Exec:
    """Make a command for a container that runs; refuse what dockerd refuses."""
    if not config.texts("Cmd"):
        raise bad_request("No exec command specified")
    container = container_of(world, name)
    refusal = _inactive(container, name)
    if refusal is not None:
        raise refusal
    if read_keys(config.text("DetachKeys")) is None:
        raise bad_request(f"Invalid escape keys ({config.text('DetachKeys')}) provided")
    if len(world.execs) % _SWEEP_EVERY == _SWEEP_EVERY - 1:
        _sweep(world)
    execution = Exec(world.ids.digest(), container.id, config, first=container.state.pid)
    world.execs[execution.id] = execution
    world.change(container, execs=(*container.execs, execution.id))
    told(world, container, f"exec_create: {_command(execution)}", execID=execution.id)
    return execution


def existing(world: World, name: str) -> Exec:
    """Return a command that can be inspected; refuse with 404 where there is none."""
    execution = world.execs.get(name)
    container = world.containers.get(execution.container) if execution else None
    if execution is None or container is None:
        raise not_found(f"No such exec instance: {name}")
    if _is_lost(execution, container):
        del world.execs[name]
        raise not_found(f"No such exec instance: {name}")
    return execution


def usable(world: World, name: str) -> Exec:
    """Return a command in a container that runs; refuse others with 404 and 409."""
    execution = existing(world, name)
    container = world.containers[execution.container]
    if not container.state.running:
        code = container.state.exit_code
        raise conflict(f"Container {container.id} is not running: Exited ({code})")
    refusal = _inactive(container, container.id)
    if refusal is not None:
        raise refusal
    return execution


def _inactive(container: Container, name: str) -> RefusedError | None:
    match container.state.status:
        case Status.RUNNING:
            return None
        case Status.PAUSED:
            return conflict(f"Container {name} is paused, unpause the container before exec")
        case Status.RESTARTING:
            return conflict(
                f"Container {container.id} is restarting, wait until the container is running"
            )
        case _:
            return conflict(f"Container {container.id} is not running")


def start(world: World, name: str) -> None:
    """Run a command; refuse with 409 to run it again."""
    execution = usable(world, name)
    if execution.running:
        raise conflict(f"Error: Exec command {execution.id} is already running")
    if execution.started:
        raise conflict(f"Error: Exec command {execution.id} has already run")
    container = world.containers[execution.container]
    told(world, container, f"exec_start: {_command(execution)}", execID=execution.id)
    process = _process(world, execution, execution.config.texts("Cmd"))
    world.execs[execution.id] = replace(execution, running=True, started=True, pid=process.pid)
    world.tell()


def revive(world: World, identity: str) -> None:
    """Give a command that is said to run a process again; as containers have it."""
    _process(world, world.execs[identity], ["sleep", "infinity"])


def _process(world: World, execution: Exec, arguments: list[str]) -> Process:
    config, identity = execution.config, execution.id
    container = world.containers[execution.container]
    invocation = invocation_of(
        world,
        container,
        arguments,
        terminal=execution.terminal,
        environment=config.texts("Env"),
        directory=config.text("WorkingDir"),
        user=config.text("User"),
        inner=True,
    )
    return world.processes.start(
        identity,
        invocation,
        program_of(world, arguments),
        on_output=lambda _: None,
        on_end=partial(_ended, world, identity),
        input_open=config.flag("AttachStdin"),
        within=container.id,
    )


def leave(world: World, name: str) -> None:
    """End a command whose terminal somebody left by the keys, as dockerd 20.10 does."""
    world.processes.drop(name)
    _ended(world, name, _LOST, shown=_DETACHED)


def resize(world: World, name: str, size: tuple[int, int]) -> None:
    """Give the terminal of a command that runs another size."""
    execution = usable(world, name)
    if not execution.running:
        raise bad_request("cannot resize a stopped container: unknown")
    world.execs[execution.id] = replace(execution, size=size)


def inspected_exec(world: World, execution: Exec) -> dict[str, Json]:
    """Return all that an inspection of a command tells."""
    config = execution.config
    entrypoint, *arguments = config.texts("Cmd")
    process: dict[str, Json] = {
        "tty": execution.terminal,
        "entrypoint": entrypoint,
        "arguments": list[Json](arguments),
        "privileged": config.flag("Privileged"),
    }
    container = world.containers[execution.container]
    user = config.text("User") or container.config.text("User")
    if user:
        process["user"] = user
    keys = read_keys(config.text("DetachKeys")) or b""
    return {
        "ID": execution.id,
        "Running": execution.running,
        "ExitCode": execution.exit_code,
        "ProcessConfig": process,
        "OpenStdin": config.flag("AttachStdin"),
        "OpenStdout": config.flag("AttachStdout"),
        "OpenStderr": config.flag("AttachStderr"),
        "CanRemove": False,
        "ContainerID": container.id,
        "DetachKeys": base64.b64encode(keys).decode(),
        "Pid": execution.pid,
        # Before 1.22 the whole container was shown.
        "Container": {**inspected(world, container, old=True), "ID": container.id},
    }


def _command(execution: Exec) -> str:
    entrypoint, *arguments = execution.config.texts("Cmd")
    # There is a space even where no argument follows.
    return f"{entrypoint} {' '.join(arguments)}"


def _ended(world: World, name: str, code: int, *, shown: int | None = None) -> None:
    execution = world.execs.get(name)
    container = world.containers.get(execution.container) if execution else None
    if execution is None or container is None:
        return
    left = tuple(each for each in container.execs if each != name)
    container = world.change(container, execs=left)
    exit_code = code if shown is None else shown
    world.execs[name] = replace(execution, running=False, exit_code=exit_code, finished=world.now())
    told(world, container, "exec_die", execID=name, exitCode=str(code))


def _sweep(world: World) -> None:
    """Forget commands that ended long ago, or that cannot run any more."""
    oldest = world.now() - _KEPT_FOR
    for each in list(world.execs.values()):
        container = world.containers.get(each.container)
        over = each.started and not each.running and each.finished < oldest
        if container is None or over or _is_lost(each, container):
            del world.execs[each.id]


def _is_lost(execution: Exec, container: Container) -> bool:
    """Tell whether the process is gone beside which a command was to run and never did."""
    return not execution.started and execution.first != container.state.pid
