"""What happens to containers: made, started, paused, killed, stopped, restarted, removed."""

import contextlib
from dataclasses import replace

from harness.fake.containers import health
from harness.fake.containers.checks import check_config, check_host
from harness.fake.containers.defaults import clamped, config_of, host_of
from harness.fake.containers.lookup import find_container
from harness.fake.containers.names import free_name
from harness.fake.containers.ports import check_free, published
from harness.fake.containers.restart_policies import pause_before, starts_again
from harness.fake.images.store import image_of
from harness.fake.networks import connections
from harness.fake.networks.modes import check_mode
from harness.fake.programs.invocations import invocation_of
from harness.fake.programs.known import program_of
from harness.fake.programs.processes import ENDS_FIRST, SIGNALS, Process, signal_number
from harness.fake.requests.answer import RefusedError, bad_request, conflict
from harness.fake.requests.fields import Fields
from harness.fake.requests.gates import gates
from harness.fake.streams import output
from harness.fake.values import Container, Status
from harness.fake.volumes import mounting
from harness.fake.world import World
from harness.model.version import ApiVersion

KILL = SIGNALS["KILL"]
_PATIENCE = 10  # seconds that a stop waits before it kills
_NOT_STARTED = 128


def create(  # noqa: PLR0913 - the parts of a body, all by name
    world: World,
    *,
    name: str,
    config: Fields,
    host: Fields,
    networking: Fields,
    version: ApiVersion,
) -> Container:
    """Make a container, as the API asks for it; refuse what dockerd refuses."""
    host = _at(version, host)
    check_config(config)
    check_mode(config, host)
    check_host(world, host)
    endpoints = networking.fields("EndpointsConfig")
    if len(list(endpoints.names())) > 1:
        named = ", ".join(sorted(endpoints.names()))
        raise bad_request(f"Container cannot be connected to network endpoints: {named}")
    image = image_of(world, config.text("Image")) if config.text("Image") else None
    container_id = world.ids.digest()
    filled_host = _settled(world, host_of(host))
    filled = config_of(config, image, container_id, filled_host)
    arguments = (*filled.texts("Entrypoint"), *filled.texts("Cmd"))
    if not arguments:
        raise bad_request("No command specified")
    own_name = free_name(world, name)
    mounts = mounting.mounts_at_create(
        world, container_id, config, filled_host, image.config if image else Fields()
    )
    container = Container(
        id=container_id,
        name=own_name,
        created=world.now(),
        image=image.id if image else "",
        image_name=config.text("Image"),
        config=filled,
        host=filled_host,
        path=arguments[0],
        arguments=arguments[1:],
        mounts=mounts,
        links=tuple(filled_host.texts("Links")),
    )
    if not config.flag("NetworkDisabled"):
        networks = connections.endpoints_at_create(world, filled_host, networking)
        container = replace(container, networks=networks)
    world.containers[container_id] = container
    told(world, container, "create")
    return container


def told(world: World, container: Container, action: str, **more: str) -> None:
    """Tell of what happened to a container, with its labels, image and name."""
    attributes = {**container.labels, "image": container.image_name, "name": container.name}
    if not container.image_name:
        del attributes["image"]
    world.emit("container", action, container.id, {**attributes, **more})


def start(world: World, container_id: str) -> None:
    """Start a container that does not run; refuse what cannot be started."""
    container = world.containers[container_id]
    if container.state.status is Status.PAUSED:
        raise conflict("cannot start a paused container, try unpause instead")
    if container.state.status in {Status.REMOVING, Status.DEAD}:
        raise conflict("container is marked for removal and cannot be started")
    changed = replace(container, by_hand=False, restarts=0, backoff=0.0)
    world.containers[container_id] = changed
    _begin(world, changed)


def rehost(world: World, container_id: str, host: Fields) -> None:
    """Give a container another HostConfig before it starts, as clients once did."""
    container = world.containers[container_id]
    check_mode(Fields(), host)
    check_host(world, host)
    filled = host_of(Fields(host.copy(NetworkMode=host.text("NetworkMode") or "default")))
    mounts = mounting.mounts_at_create(world, container_id, Fields(), filled, Fields())
    targets = {mount.target for mount in mounts}
    kept = tuple(each for each in container.mounts if each.target not in targets)
    networks = container.networks
    if filled.text("NetworkMode") != container.host.text("NetworkMode"):
        networks = connections.endpoints_at_create(world, filled, Fields())
    world.change(container, host=filled, mounts=(*kept, *mounts), networks=networks)


def pause(world: World, container_id: str) -> None:
    """Freeze the process of a container; refuse with 409 where it cannot be."""
    container = world.containers[container_id]
    status = container.state.status
    if status is Status.PAUSED:
        raise conflict(f"Container {container.id} is already paused")
    if status is Status.RESTARTING:
        raise conflict(
            f"Container {container.id} is restarting, wait until the container is running"
        )
    if not container.state.running:
        raise not_running(container)
    world.processes.freeze(container_id, frozen=True)
    changed = _with_state(world, container_id, status=Status.PAUSED)
    health.suspend(world, container_id)
    told(world, changed, "pause")


def unpause(world: World, container_id: str) -> None:
    """Let the process of a container go on; refuse where it is not frozen."""
    container = world.containers[container_id]
    if container.state.status is not Status.PAUSED:
        raise RefusedError(500, f"Container {container.id} is not paused")
    changed = _with_state(world, container_id, status=Status.RUNNING)
    told(world, changed, "unpause")
    world.processes.freeze(container_id, frozen=False)
    health.begin(world, container_id, anew=False)


def kill(world: World, container_id: str, number: int = KILL) -> None:
    """Send a signal to the process of a container; refuse with 409 where none runs."""
    container = world.containers[container_id]
    if not container.state.running:
        raise not_running(container)
    health.suspend(world, container_id)
    container = world.containers[container_id]
    # Where there is a signal for the end, all others but KILL are mere messages.
    wanted = number in {KILL, stop_signal(container) or number}
    policy = container.host.fields("RestartPolicy").text("Name")
    if wanted or policy == "unless-stopped":
        container = world.change(container, by_hand=True)
    if container.state.status is Status.RESTARTING:
        if wanted:
            _give_up(world, container)
        return
    told(world, container, "kill", signal=str(number))
    paused = container.state.status is Status.PAUSED
    if paused and wanted:
        _with_state(world, container_id, status=Status.RUNNING)
        world.processes.freeze(container_id, frozen=False)
    world.processes.signal(container_id, number)
    if paused and wanted and is_running(world, container_id):
        told(world, world.containers[container_id], "unpause")


async def stop(
    world: World, container_id: str, seconds: float | None = None, signal: int = 0
) -> None:
    """End the process of a container: ask it to, wait, and kill it."""
    container = world.containers.get(container_id)
    if container is None or not container.state.running:
        return
    if seconds is None:
        seconds = container.config.number("StopTimeout", _PATIENCE)
    kill(world, container_id, signal or stop_signal(container) or SIGNALS["TERM"])
    ended = await world.until(
        lambda: not is_running(world, container_id), None if seconds < 0 else seconds
    )
    if not ended and is_running(world, container_id):
        kill(world, container_id)
    left = world.containers.get(container_id)
    if left is not None:
        told(world, left, "stop")


async def restart(
    world: World, container_id: str, seconds: float | None = None, *, name: str = ""
) -> None:
    """Stop a container that runs, and start it again; `name` is what refusals call it."""
    container = world.containers[container_id]
    kept = container.host
    if container.state.running:
        # One that removes itself is not to do so in between.
        world.change(container, host=Fields(kept.copy(AutoRemove=False)))
        await stop(world, container_id, seconds)
        container = world.containers[container_id]
        world.change(container, host=kept)
    try:
        start(world, container_id)
    except RefusedError as refused:
        message = f"Cannot restart container {name or container_id}: {refused.message}"
        raise RefusedError(refused.status, message) from refused
    told(world, world.containers[container_id], "restart")


def remove(world: World, container_id: str, *, force: bool = False, volumes: bool = False) -> None:
    """Remove a container; refuse with 409 one that runs, unless forced."""
    container = world.containers[container_id]
    status = container.state.status
    if status is Status.REMOVING:
        raise conflict(f"removal of container {container.name} is already in progress")
    if container.state.running:
        if not force:
            procedure = "Stop the container before attempting removal or force remove"
            if status is Status.PAUSED:
                procedure = f"Unpause and then {procedure[0].lower()}{procedure[1:]}"
            raise conflict(f"You cannot remove a {status} container {container.id}. {procedure}")
        world.change(container, host=Fields(container.host.copy(AutoRemove=False)))
        kill(world, container_id)
    _forget(world, container_id, volumes=volumes)


def come_back(world: World, container_id: str) -> None:
    """Start a container because its restart policy asks for it; note where that fails."""
    with contextlib.suppress(RefusedError):
        _begin(world, world.containers[container_id])


def out_of_memory(world: World, container_id: str) -> None:
    """Have the process of a container ended by a kernel that has no memory left for it."""
    container = _with_state(world, container_id, oom_killed=True)
    told(world, container, "oom")
    world.processes.signal(container_id, KILL)


def is_running(world: World, container_id: str) -> bool:
    """Tell whether a container is there and runs."""
    container = world.containers.get(container_id)
    return container is not None and container.state.running


def not_running(container: Container) -> RefusedError:
    """Return the refusal of what needs a container that runs."""
    return conflict(f"Container {container.id} is not running")


def stop_signal(container: Container) -> int | None:
    """Return the number of the signal that asks a container to end; None for the usual one."""
    return signal_number(container.config.text("StopSignal"))


def _at(version: ApiVersion, host: Fields) -> Fields:
    """Return a HostConfig as a version of the API takes it."""
    if host and not gates().passed("cpu-shares-unclamped", version):
        host = clamped(host)
    if host.flag("AutoRemove") and not gates().passed("auto-remove", version):
        host = Fields(host.copy(AutoRemove=False))
    return host


def _settled(world: World, host: Fields) -> Fields:
    """Return a HostConfig with the id of the container whose network it shares."""
    mode, _, other = host.text("NetworkMode").partition(":")
    found = find_container(world, other) if mode == "container" else None
    return Fields(host.copy(NetworkMode=f"container:{found.id}")) if found else host


def _begin(world: World, container: Container) -> None:
    """Connect a container, run its program, and tell of it; note where that cannot be."""
    try:
        _check_shared_network(world, container)
        check_free(world, container)
        networks = connections.endpoints_at_start(world, container)
    except RefusedError as refused:
        _fail(world, container, refused)
        raise
    host = container.host
    if "Runtime" not in host:
        host = Fields(host.copy(Runtime="runc"))
    container = world.change(container, networks=networks, host=host)
    container = world.change(container, ports=published(world, container))
    mounting.mount(world, container)
    _play(world, container)


def revive(world: World, identity: str) -> None:
    """Give a container that is said to run a process again, which does nothing until it is ended.

    For worlds that were put back to what they had been: nobody can put a program back.
    """
    _process(world, world.containers[identity], ("sleep", "infinity"))


def _process(world: World, container: Container, arguments: tuple[str, ...]) -> Process:
    identity = container.id
    return world.processes.start(
        identity,
        invocation_of(world, container, arguments, terminal=container.terminal),
        program_of(world, arguments),
        on_output=lambda step: output.keep(world, identity, step),
        on_end=lambda code: _ended(world, identity, code),
        input_open=container.config.flag("OpenStdin"),
        ends_on=ENDS_FIRST | {stop_signal(container) or KILL},
    )


def _play(world: World, container: Container) -> None:
    identity = container.id
    process = _process(world, container, (container.path, *container.arguments))
    container = _with_state(
        world,
        identity,
        status=Status.RUNNING,
        pid=process.pid,
        exit_code=0,
        error="",
        started=world.now(),
        oom_killed=False,
    )
    told(world, container, "start")
    health.begin(world, identity)


def _check_shared_network(world: World, container: Container) -> None:
    mode, _, other = container.host.text("NetworkMode").partition(":")
    if mode != "container":
        return
    found = find_container(world, other)
    if found is None:
        raise RefusedError(404, f"No such container: {other}")
    if found.id == container.id:
        raise bad_request("cannot join own network")
    if not found.state.running:
        raise conflict(f"cannot join network of a non running container: {found.id}")
    if found.state.status is Status.RESTARTING:
        raise conflict(f"Container {found.id} is restarting, wait until the container is running")


def _fail(world: World, container: Container, refused: RefusedError) -> None:
    """Note why a container could not start; one that removes itself does so now."""
    _with_state(
        world,
        container.id,
        status=Status.EXITED if container.state.started else Status.CREATED,
        exit_code=container.state.exit_code or _NOT_STARTED,
        error=refused.message,
    )
    if container.host.flag("AutoRemove"):
        _forget(world, container.id, volumes=True)


def _ended(world: World, container_id: str, code: int) -> None:
    """Note the end of a container's process, and do what its policies ask for."""
    container = world.containers.get(container_id)
    if container is None:
        return
    health.suspend(world, container_id)
    container = world.containers[container_id]
    again = starts_again(container, code)
    lasted = world.now() - container.state.started
    state = replace(
        container.state,
        status=Status.RESTARTING if again else Status.EXITED,
        pid=0,
        exit_code=code,
        finished=world.now(),
    )
    changes: dict[str, object] = {"state": state, "execs": (), "ports": {}}
    if again:
        changes["restarts"] = container.restarts + 1
        changes["backoff"] = pause_before(container, lasted)
    container = world.change(container, **changes)
    for each in world.awaited:
        if each.container == container_id and each.exit_code is None:
            each.exit_code = code
    told(world, container, "die", exitCode=str(code))
    connections.endpoints_at_end(world, container)
    mounting.unmount(world, container)
    if again:
        due, started = world.now() + container.backoff, container.state.started
        world.at(due, lambda: _start_again(world, container_id, started))
    elif container.host.flag("AutoRemove"):
        world.at(world.now(), lambda: _remove_itself(world, container_id))


def _start_again(world: World, container_id: str, started: float) -> None:
    container = world.containers.get(container_id)
    if container is None or container.state.status is not Status.RESTARTING:
        return
    if container.state.started == started:
        come_back(world, container_id)


def _give_up(world: World, container: Container) -> None:
    """End the waiting for a restart."""
    _with_state(world, container.id, status=Status.EXITED)
    if container.host.flag("AutoRemove"):
        world.at(world.now(), lambda: _remove_itself(world, container.id))


def _remove_itself(world: World, container_id: str) -> None:
    container = world.containers.get(container_id)
    if container is not None and not container.state.running:
        _forget(world, container_id, volumes=True)


def _forget(world: World, container_id: str, *, volumes: bool) -> None:
    """Remove all that there is of a container that does not run."""
    container = world.containers[container_id]
    world.processes.drop(container_id)
    for execution in container.execs:
        world.execs.pop(execution, None)
    mounting.release(world, container, volumes=volumes)
    del world.containers[container_id]
    world.logs.pop(container_id, None)
    for each in world.awaited:
        if each.container == container_id:
            each.removed = True
            each.exit_code = container.state.exit_code if each.exit_code is None else each.exit_code
    told(world, container, "destroy")


def _with_state(world: World, container_id: str, **changes: object) -> Container:
    container = world.containers[container_id]
    return world.change(container, state=replace(container.state, **changes))  # type: ignore[arg-type]
