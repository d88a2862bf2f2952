"""Containers: made, listed, inspected, renamed, updated, removed, pruned."""

from harness.fake.containers import lifecycle
from harness.fake.containers.checks import (
    check_policy,
    check_resources,
    check_update,
    warnings_of,
)
from harness.fake.containers.defaults import old_resources, respelt
from harness.fake.containers.lookup import alias_of, container_of
from harness.fake.containers.names import free_name
from harness.fake.containers.selection import LISTED, PRUNED, Wanted, selected
from harness.fake.containers.views import inspected, listed, sizes
from harness.fake.handlers import running
from harness.fake.requests.answer import Answer, RefusedError, bad_request, conflict, created, done
from harness.fake.requests.asked import Asked
from harness.fake.requests.fields import Fields
from harness.fake.requests.moments import pruned_until
from harness.fake.requests.service import Handler
from harness.fake.values import Status
from harness.fake.world import World
from harness.model.spec import Json

_CONFIG = frozenset(
    {
        *("Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr"),
        *("ExposedPorts", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck"),
        *("ArgsEscaped", "Image", "Volumes", "WorkingDir", "Entrypoint", "NetworkDisabled"),
        *("MacAddress", "OnBuild", "Labels", "StopSignal", "StopTimeout", "Shell"),
    }
)
_RESOURCES = (
    *("CpuShares", "Memory", "CpuPeriod", "CpuQuota", "MemoryReservation", "MemorySwap"),
    *("KernelMemory", "NanoCpus", "CpuRealtimePeriod", "CpuRealtimeRuntime"),
)


def _create(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    body = asked.body()
    if not _CONFIG & set(body.names()):
        raise bad_request("Config cannot be empty in order to create a container")
    host = old_resources(body)
    container = lifecycle.create(
        world,
        name=asked.text("name"),
        config=Fields({name: body.raw(name) for name in body.names() if name in _CONFIG}),
        host=host,
        networking=body.fields("NetworkingConfig"),
        version=asked.version,
    )
    return created({"Id": container.id, "Warnings": list[Json](warnings_of(host))})


def _list(world: World, asked: Asked) -> Answer:
    wanted = Wanted(
        asked.filters(*LISTED),
        everything=asked.flag("all"),
        limit=asked.number("limit"),
        since=asked.text("since"),
        before=asked.text("before"),
    )
    found = selected(world, wanted)
    return Answer(value=[listed(world, each, size=asked.flag("size")) for each in found])


def _inspect(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    old = not asked.passed("config-leaves-out-unset")
    return Answer(value=inspected(world, container, size=asked.flag("size"), old=old))


def _delete(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    if asked.flag("link"):
        _unlink(world, asked.name)
        return done()
    lifecycle.remove(world, container.id, force=asked.flag("force"), volumes=asked.flag("v"))
    return done()


def _unlink(world: World, name: str) -> None:
    """Remove one of the names that a container has by a link."""
    parent, _, alias = name.removeprefix("/").partition("/")
    if not alias:
        raise bad_request("Conflict, cannot remove the default link name of the container")
    holder = container_of(world, parent)
    kept = tuple(link for link in holder.links if alias_of(link) != alias)
    world.change(holder, links=kept)


def _rename(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    wanted = asked.text("name")
    if not wanted:
        raise bad_request("Neither old nor new names may be empty")
    if wanted.removeprefix("/") == container.name:
        raise bad_request("Renaming a container with the same name as its current name")
    try:
        name = free_name(world, wanted if wanted.startswith("/") else f"/{wanted}")
    except RefusedError as refused:
        raise RefusedError(
            refused.status, f"Error when allocating new name: {refused.message}"
        ) from refused
    renamed = world.change(container, name=name)
    lifecycle.told(world, renamed, "rename", oldName=f"/{container.name}")
    return done()


def _update(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    container = container_of(world, asked.name)
    body = respelt(asked.body())
    if container.state.status in {Status.REMOVING, Status.DEAD}:
        raise conflict(
            f"Cannot update container {container.id}: Container is marked for removal and cannot "
            'be "update".'
        )
    check_policy(body)
    check_resources(world, body, update=True)
    try:
        check_update(body, container.host)
    except RefusedError as refused:
        message = f"Cannot update container {container.id}: {refused.message}"
        raise RefusedError(refused.status, message) from refused
    changes = {name: body.raw(name) for name in _RESOURCES if body.number(name)}
    changes |= {name: body.raw(name) for name in ("CpusetCpus", "CpusetMems") if body.text(name)}
    policy = body.fields("RestartPolicy")
    if policy.text("Name"):
        changes["RestartPolicy"] = {
            "Name": policy.text("Name"),
            "MaximumRetryCount": policy.number("MaximumRetryCount"),
        }
    updated = world.change(container, host=Fields(container.host.copy(**changes)))
    lifecycle.told(world, updated, "update")
    return Answer(value={"Warnings": list[Json](warnings_of(body)) or None})


def _prune(world: World, asked: Asked) -> Answer:
    filters = asked.filters(*PRUNED)
    until = pruned_until(filters, world.now())
    removed: list[Json] = []
    reclaimed = 0
    for container in list(world.containers.values()):
        if container.state.running or (until is not None and container.created >= until):
            continue
        if not filters.labels(container.labels) or not filters.without_labels(container.labels):
            continue
        reclaimed += sizes(world, container)[0]
        lifecycle.remove(world, container.id)
        removed.append(container.id)
    world.emit("container", "prune", "", {"reclaimed": str(reclaimed)})
    return Answer(value={"ContainersDeleted": removed or None, "SpaceReclaimed": reclaimed})


HANDLERS: dict[str, Handler] = {
    "ContainerCreate": _create,
    "ContainerList": _list,
    "ContainerInspect": _inspect,
    "ContainerDelete": _delete,
    "ContainerRename": _rename,
    "ContainerUpdate": _update,
    "ContainerPrune": _prune,
    **running.HANDLERS,
}
