"""Volumes and mounts as the API shows them."""

from harness.fake.clock import short_timestamp
from harness.fake.values import Container, Mount, Volume
from harness.fake.volumes.store import bytes_in, users_of
from harness.fake.world import World
from harness.model.spec import Json


def mountpoint(world: World, name: str) -> str:
    """Return where the files of a volume would be."""
    return f"{world.settings.root}/volumes/{name}/_data"


def shown(world: World, volume: Volume, *, usage: bool = False) -> dict[str, Json]:
    """Return a volume as list, inspect and create show it; with `usage`, as df does."""
    view: dict[str, Json] = {
        "CreatedAt": short_timestamp(volume.created),
        "Driver": volume.driver,
        "Labels": None if volume.labels is None else dict(volume.labels),
        "Mountpoint": mountpoint(world, volume.name),
        "Name": volume.name,
        "Options": None if volume.options is None else dict(volume.options),
        "Scope": volume.scope,
    }
    if usage:
        references = len(users_of(world, volume))
        view["UsageData"] = {"RefCount": references, "Size": bytes_in(volume)}
    return view


def shown_mounts(world: World, container: Container) -> list[Json]:
    """Return the mounts of a container as its inspection and the list show them."""
    return [_mount(world, each) for each in container.mounts]


def old_volumes(world: World, container: Container) -> dict[str, Json]:
    """Return Volumes of the inspection of old versions: where each target's files would be."""
    return {each.target: _source(world, each) for each in container.mounts}


def old_writable(container: Container) -> dict[str, Json]:
    """Return VolumesRW of the inspection of old versions: whether each target can be written."""
    return {each.target: each.writable for each in container.mounts}


def _mount(world: World, mount: Mount) -> dict[str, Json]:
    view: dict[str, Json] = {"Type": mount.kind}
    if mount.name:
        view["Name"] = mount.name
    view |= {"Source": _source(world, mount), "Destination": mount.target}
    if mount.driver:
        view["Driver"] = mount.driver
    return {
        **view,
        "Mode": mount.mode,
        "RW": mount.writable,
        "Propagation": mount.propagation,
    }


def _source(world: World, mount: Mount) -> str:
    return mountpoint(world, mount.name) if mount.kind == "volume" else mount.source
