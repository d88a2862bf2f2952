"""What is mounted into containers, and the volumes that are made for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from harness.fake.containers.lookup import find_container
from harness.fake.files.trees import merged, rebased, resolved
from harness.fake.images.store import find_image
from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, File, Labels, Mount, Volume
from harness.fake.volumes.mount_specs import (
    check_tmpfs,
    copies,
    read_bind,
    read_mount,
    read_volumes_from,
    volume_target,
)
from harness.fake.volumes.store import make_volume, pairs_or_none, users_of
from harness.fake.world import World


def mounts_at_create(
    world: World, container_id: str, config: Fields, host: Fields, image_config: Fields
) -> tuple[Mount, ...]:
    """Return what is mounted into a new container; make the volumes that are not there yet.

    A volume that is made gets the files that the image has at its target.
    """
    del container_id
    tmpfs = list(host.fields("Tmpfs").names())
    for target in tmpfs:
        check_tmpfs(target)
    asked = [(read_mount(each), each.fields("VolumeOptions")) for each in host.each("Mounts")]
    bound = [read_bind(text) for text in host.texts("Binds")]
    _check_once([*tmpfs, *(mount.target for mount in bound)])
    _check_once([*(mount.target for mount in bound), *(mount.target for mount, _ in asked)])
    files = _files_of_image(world, config.text("Image"))
    mounts = {mount.target: mount for mount in _shared(world, host.texts("VolumesFrom"))}
    driver = host.text("VolumeDriver")
    for mount in bound:
        mounts[mount.target] = _with_volume(world, mount, files, driver=driver)
    for mount, options in asked:
        mounts[mount.target] = _asked_for(world, mount, options, files)
    named = (*config.fields("Volumes").names(), *image_config.fields("Volumes").names())
    for target in dict.fromkeys(volume_target(each) for each in named):
        if target not in mounts and target not in tmpfs:
            _check_folder(files, target)
            mount = Mount("volume", target, anonymous=True)
            mounts[target] = _with_volume(world, mount, files, driver=driver)
    return tuple(mounts.values())


def mount(world: World, container: Container) -> None:
    """Tell that a container which starts has its volumes."""
    for each in _volumes(container):
        attributes = {
            "container": container.id,
            "destination": each.target,
            "driver": each.driver,
            "propagation": each.propagation,
            "read/write": str(each.writable).lower(),
        }
        world.emit("volume", "mount", each.name, attributes)


def unmount(world: World, container: Container) -> None:
    """Tell that a container which has ended has its volumes no longer."""
    for each in _volumes(container):
        attributes = {"container": container.id, "driver": each.driver}
        world.emit("volume", "unmount", each.name, attributes)


def release(world: World, container: Container, *, volumes: bool) -> None:
    """Let go of the mounts of a container that is removed; with `volumes`, of its own volumes.

    Those that have a name, or that another container has too, stay.
    """
    for each in _volumes(container):
        volume = world.volumes.get(each.name)
        if not volumes or not each.anonymous or volume is None:
            continue
        if users_of(world, volume) in ([], [container.id]):
            del world.volumes[volume.name]
            world.emit("volume", "destroy", volume.name, {"driver": volume.driver})


def _volumes(container: Container) -> Iterator[Mount]:
    return (each for each in container.mounts if each.kind == "volume")


def _check_once(targets: Iterable[str]) -> None:
    seen: set[str] = set()
    for target in targets:
        if target in seen:
            raise bad_request(f"Duplicate mount point: {target}")
        seen.add(target)


def _shared(world: World, texts: Iterable[str]) -> Iterator[Mount]:
    """Yield the mounts of other containers, as a new one has them."""
    for text in texts:
        name, writable = read_volumes_from(text)
        other = find_container(world, name)
        if other is None:
            raise bad_request(f"No such container: {name}")
        for each in other.mounts:
            yield replace(each, mode="", writable=each.writable and writable)


def _asked_for(world: World, mount: Mount, options: Fields, files: Mapping[str, File]) -> Mount:
    driver = options.fields("DriverConfig")
    return _with_volume(
        world,
        mount,
        {} if options.flag("NoCopy") else files,
        driver=driver.text("Name"),
        options=pairs_or_none(driver, "Options"),
        labels=pairs_or_none(options, "Labels"),
    )


def _with_volume(  # noqa: PLR0913 - all that a volume is made of
    world: World,
    mount: Mount,
    files: Mapping[str, File],
    *,
    driver: str = "",
    options: Labels | None = None,
    labels: Labels | None = None,
) -> Mount:
    """Return a mount with its volume, which is made where it is not there yet."""
    if mount.kind != "volume":
        return mount
    volume = make_volume(world, mount.name, driver=driver, options=options, labels=labels)
    if copies(mount) and not volume.files:
        _fill(world, volume, rebased(files, resolved(files, mount.target), "/"))
    return replace(mount, name=volume.name, driver=volume.driver)


def _fill(world: World, volume: Volume, files: Mapping[str, File]) -> None:
    if files:
        world.volumes[volume.name] = replace(volume, files=files)


def _files_of_image(world: World, name: str) -> dict[str, File]:
    image = find_image(world, name) if name else None
    return merged(*(layer.files for layer in image.layers)) if image else {}


def _check_folder(files: Mapping[str, File], target: str) -> None:
    found = files.get(target)
    if found is not None and found.kind != "dir":
        raise _over_file(target)


def _over_file(target: str) -> RefusedError:
    return bad_request(f"cannot mount volume over existing file, file exists {target}")
