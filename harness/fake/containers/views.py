"""Containers as the API shows them: an element of the list, and all that an inspection tells."""

import hashlib

from harness.fake.clock import timestamp
from harness.fake.containers import health
from harness.fake.containers.lookup import alias_of
from harness.fake.containers.ports import inspected_ports, listed_ports
from harness.fake.files.trees import merged, size_of
from harness.fake.images.store import find_image
from harness.fake.networks.views import listed_networks, network_settings
from harness.fake.requests.durations import in_words
from harness.fake.values import Container, State, Status
from harness.fake.volumes.views import old_volumes, old_writable, shown_mounts
from harness.fake.world import World
from harness.model.spec import Json

# What Config once said in any case, and leaves out since where it was not set.
_ONCE_ALWAYS: dict[str, Json] = {"MacAddress": "", "NetworkDisabled": False, "ExposedPorts": None}


def listed(world: World, container: Container, *, size: bool) -> dict[str, Json]:
    """Return a container as an element of the list."""
    shown: dict[str, Json] = {
        "Id": container.id,
        "Names": names_of(world, container),
        "Image": shown_image(world, container),
        "ImageID": container.image,
        "Command": _command(container),
        "Created": int(container.created),
        "Ports": listed_ports(container),
        "Labels": dict(container.labels),
        "State": str(container.state.status),
        "Status": status_of(world, container),
        "HostConfig": {"NetworkMode": container.host.text("NetworkMode")},
        "NetworkSettings": listed_networks(container),
        "Mounts": shown_mounts(world, container),
    }
    if size:
        own, whole = sizes(world, container)
        shown |= {name: each for name, each in (("SizeRw", own), ("SizeRootFs", whole)) if each}
    return shown


def inspected(
    world: World, container: Container, *, size: bool = False, old: bool = False
) -> dict[str, Json]:
    """Return all that an inspection tells; `old` fills Config as the first versions have it."""
    folder = f"{world.settings.root}/containers/{container.id}"
    started = bool(container.state.started)
    shown: dict[str, Json] = {
        "Id": container.id,
        "Created": timestamp(container.created),
        "Path": container.path,
        "Args": list(container.arguments),
        "State": _state(container.state),
        "Image": container.image,
        "ResolvConfPath": f"{folder}/resolv.conf" if started else "",
        "HostnamePath": f"{folder}/hostname" if started else "",
        "HostsPath": f"{folder}/hosts" if started else "",
        "LogPath": _log_path(container, folder) if started else "",
        "Name": f"/{container.name}",
        "RestartCount": container.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": _executions(world, container),
        "HostConfig": _host(container),
        "GraphDriver": {"Data": _layers(world, container), "Name": "overlay2"},
        "Mounts": shown_mounts(world, container),
        "Volumes": old_volumes(world, container),
        "VolumesRW": old_writable(container),
        "Config": _old_config(container) if old else dict(container.config.values),
        "NetworkSettings": {
            **network_settings(world, container),
            "Ports": inspected_ports(container),
        },
    }
    if size:
        shown["SizeRw"], shown["SizeRootFs"] = sizes(world, container)
    return shown


def names_of(world: World, container: Container) -> list[Json]:
    """Return the names of a container, with those that links give it."""
    called = {container.name, container.id}
    links = (
        f"/{other.name}/{alias_of(link)}"
        for other in world.containers.values()
        for link in other.links
        if link.partition(":")[0].removeprefix("/") in called
    )
    return [*links, f"/{container.name}"]


def shown_image(world: World, container: Container) -> str:
    """Return the image of a container as it was asked for, or its id where that means another."""
    found = find_image(world, container.image_name) if container.image_name else None
    if found is not None and found.id == container.image:
        return container.image_name
    return container.image


def sizes(world: World, container: Container) -> tuple[int, int]:
    """Return how many bytes a container has changed, and how many it has in all."""
    own = size_of(merged({path: file for path, file in container.layer.items() if file}))
    image = world.images.get(container.image)
    below = size_of(merged(*(layer.files for layer in image.layers))) if image else 0
    return own, below + own


def status_of(world: World, container: Container) -> str:
    """Return the state of a container in words, as in "Up 3 minutes (Paused)"."""
    state = container.state
    up = f"Up {in_words(world.now() - state.started)}"
    ago = f"({state.exit_code}) {in_words(world.now() - state.finished)} ago"
    checked = "health: starting" if state.health == health.STARTING else state.health
    words = {
        Status.CREATED: "Created",
        Status.RUNNING: f"{up} ({checked})" if checked else up,
        Status.PAUSED: f"{up} (Paused)",
        Status.RESTARTING: f"Restarting {ago}",
        Status.REMOVING: "Removal In Progress",
        Status.EXITED: f"Exited {ago}",
        Status.DEAD: "Dead",
    }
    return words[state.status]


def _command(container: Container) -> str:
    arguments = (f"'{each}'" if " " in each else each for each in container.arguments)
    return " ".join((container.path, *arguments))


def _state(state: State) -> dict[str, Json]:
    restarting = state.status is Status.RESTARTING
    shown: dict[str, Json] = {
        "Status": str(state.status),
        "Running": state.running,
        "Paused": state.status is Status.PAUSED,
        "Restarting": restarting,
        "OOMKilled": state.oom_killed,
        "Dead": state.status is Status.DEAD,
        "Pid": state.pid,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": timestamp(state.started),
        "FinishedAt": timestamp(state.finished),
    }
    if state.health:
        shown["Health"] = health.shown(state)
    return shown


def _log_path(container: Container, folder: str) -> str:
    kept = container.host.fields("LogConfig").text("Type") == "json-file"
    return f"{folder}/{container.id}-json.log" if kept else ""


def _executions(world: World, container: Container) -> Json:
    """Return the ids of what was or will be executed, until it has ended."""
    executions = ((each, world.execs.get(each)) for each in container.execs)
    left: list[Json] = [each for each, known in executions if known and known.exit_code is None]
    return left or None


def _host(container: Container) -> dict[str, Json]:
    shown = dict(container.host.values)
    # Of old, one of them was called otherwise.
    shown["Cpuset"] = shown.get("CpusetCpus")
    links = container.host.texts("Links")
    if links:
        shown["Links"] = [_link(container, link) for link in links]
    return shown


def _link(container: Container, link: str) -> str:
    bare = link.partition(":")[0].removeprefix("/")
    return f"/{bare}:/{container.name}/{alias_of(link)}"


def _layers(world: World, container: Container) -> dict[str, Json]:
    name = hashlib.sha256(container.id.encode()).hexdigest()
    below = hashlib.sha256(container.image.encode()).hexdigest()
    root = f"{world.settings.root}/overlay2"
    return {
        "LowerDir": f"{root}/{name}-init/diff:{root}/{below}/diff",
        "MergedDir": f"{root}/{name}/merged",
        "UpperDir": f"{root}/{name}/diff",
        "WorkDir": f"{root}/{name}/work",
    }


def _old_config(container: Container) -> dict[str, Json]:
    host = container.host
    return {
        **_ONCE_ALWAYS,
        **container.config.values,
        "VolumeDriver": host.text("VolumeDriver"),
        "Memory": host.number("Memory"),
        "MemorySwap": host.number("MemorySwap"),
        "CpuShares": host.number("CpuShares"),
        "Cpuset": host.text("CpusetCpus"),
    }
