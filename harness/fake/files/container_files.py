"""The files of a container: those of its image, what it changed, and what is mounted into it."""

from collections.abc import Mapping
from dataclasses import replace

from harness.fake.files.trees import (
    ancestors,
    clean,
    is_below,
    laid,
    merged,
    rebased,
    resolved,
    with_folders,
)
from harness.fake.values import Container, File, Mount, Tree
from harness.fake.world import World

# What dockerd mounts into every container that starts, so that it is no part of its own files.
_NETWORK_FILES = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")


def image_tree(world: World, container: Container) -> dict[str, File]:
    """Return the files that a container starts with, before it changed anything."""
    image = world.images.get(container.image) or world.kept.get(container.image)
    tree = merged(*(layer.files for layer in image.layers)) if image else {}
    for path, file in _given(container).items():
        tree.setdefault(path, file)
    return with_folders(tree, tree)


def own_tree(world: World, container: Container) -> dict[str, File]:
    """Return the files of a container without those that are mounted into it, as exported."""
    base = image_tree(world, container)
    tree = merged(base, own_layer(container, base))
    return with_folders(tree, tree)


def own_layer(container: Container, base: Mapping[str, File]) -> Tree:
    """Return what a container changed of its files, and what dockerd made for it among them.

    What it wrote below a mount is not there: it went elsewhere.
    """
    targets = [clean(mount.target) for mount in container.mounts]
    kept = {
        path: file
        for path, file in container.layer.items()
        if path not in _NETWORK_FILES and not any(is_below(path, target) for target in targets)
    }
    made = [clean(container.config.text("WorkingDir"))]
    made += targets if container.state.started else []
    whole = merged(base, kept)
    for path in (each for target in made for each in (*ancestors(target), target)):
        if path != "/" and path not in whole:
            kept[path] = File("dir", mode=0o755, changed=container.created)
    return kept


def tree_of(world: World, container: Container) -> dict[str, File]:
    """Return all that a process of the container sees."""
    base = image_tree(world, container)
    tree = merged(base, own_layer(container, base), container.layer)
    for path, file in _network_files(container).items():
        if path not in container.layer:
            tree[path] = file
    for mount in _volumes(world, container):
        target = resolved(tree, mount.target)
        tree = {path: file for path, file in tree.items() if not is_below(path, target)}
        volume = world.volumes[mount.name]
        tree.setdefault(target, File("dir", mode=0o755, changed=volume.created))
        tree |= rebased(merged(volume.files), "/", target)
    return with_folders(tree, tree)


def read_file(world: World, container_id: str, path: str) -> File | None:
    """Return what is at a path in a container, links followed; None where nothing is."""
    container = world.containers.get(container_id)
    if container is None:
        return None
    tree = tree_of(world, container)
    return tree.get(resolved(tree, path))


def write_file(world: World, container_id: str, path: str, file: File | None) -> None:
    """Put a file into a container, or with None remove one; links on the way are followed."""
    container = world.containers.get(container_id)
    if container is None:
        return
    tree = tree_of(world, container)
    there = resolved(tree, path, last=file is not None)
    gone = {below: None for below in tree if file is None and is_below(below, there)}
    write_files(world, container, {there: file, **gone})


def write_files(world: World, container: Container, changes: Tree) -> None:
    """Put files into a container, and with None remove some, by paths without links.

    What is below the target of a volume goes into the volume.
    """
    tree = tree_of(world, container)
    base = image_tree(world, container)
    targets = {resolved(tree, mount.target): mount.name for mount in _volumes(world, container)}
    own: dict[str, File | None] = {}
    of_volumes: dict[str, dict[str, File | None]] = {}
    for path, file in _complete(changes, tree).items():
        above = next((folder for folder in ancestors(path) if folder in targets), None)
        if above is not None:
            of_volumes.setdefault(targets[above], {})[clean(path[len(above) :])] = file
        elif path not in targets:
            own[path] = file
    for name, files in of_volumes.items():
        volume = world.volumes[name]
        world.volumes[name] = replace(volume, files=merged(laid(volume.files, files)))
    if own:
        current = world.containers[container.id]
        layer = laid(current.layer, own)
        needed = {path: file for path, file in layer.items() if file is not None or path in base}
        world.change(current, layer=needed)


def changes(world: World, container: Container) -> list[tuple[str, int]]:
    """Return what a container changed of its image: 0 changed, 1 added, 2 removed; by path."""
    base = image_tree(world, container)
    found: dict[str, int] = {}
    for path, file in own_layer(container, base).items():
        kind = _kind(base.get(path), file)
        if kind is None:
            continue
        found[path] = kind
        for folder in ancestors(path):
            if folder in base:
                found.setdefault(folder, 0)
    removed = {path for path, kind in found.items() if kind == 2}  # noqa: PLR2004 - as it says
    return [
        (path, found[path])
        for path in sorted(found)
        if not any(folder in removed for folder in ancestors(path))
    ]


def mount_at(container: Container, path: str) -> Mount | None:
    """Return what is mounted at a path or above it, the nearest; None where nothing is."""
    found = [
        mount
        for mount in container.mounts
        if clean(mount.target) == path or is_below(path, clean(mount.target))
    ]
    return max(found, key=lambda mount: len(clean(mount.target)), default=None)


def _volumes(world: World, container: Container) -> list[Mount]:
    """Return the mounts whose files are known, the outer ones first."""
    found = (each for each in container.mounts if each.kind == "volume")
    known = (each for each in found if each.name in world.volumes)
    return sorted(known, key=lambda mount: len(clean(mount.target)))


def _kind(old: File | None, new: File | None) -> int | None:
    """Return how something changed; None where it did not."""
    if new is None:
        return None if old is None else 2
    if old is None:
        return 1
    if old.kind == new.kind == "dir":
        new = replace(new, changed=old.changed)  # a folder's time tells of what is in it
    return None if old == new else 0


def _complete(changed: Tree, tree: Mapping[str, File]) -> Tree:
    """Return changes with the folders that their files need and that are not there yet."""
    new = {path: file for path, file in changed.items() if file is not None}
    folders = {
        path: file
        for path, file in with_folders(new, {}).items()
        if path not in new and (path not in tree or tree[path].kind != "dir")
    }
    return {**changed, **folders}


def _given(container: Container) -> dict[str, File]:
    """Return what dockerd puts into every container's file system."""
    now = container.created
    folders = ("/dev", "/dev/pts", "/dev/shm", "/etc", "/proc", "/sys")  # noqa: S108 - not ours
    files = ("/.dockerenv", "/dev/console", *_NETWORK_FILES)
    return {
        **{path: File("dir", mode=0o755, changed=now) for path in folders},
        **{path: File(mode=0o755, changed=now) for path in files},
        "/etc/mtab": File("link", mode=0o777, changed=now, target="/proc/mounts"),
    }


def _network_files(container: Container) -> dict[str, File]:
    """Return the files that tell a container of its network, once it has started."""
    if not container.state.started:
        return {}
    hostname = container.config.text("Hostname") or container.id[:12]
    addresses = [each.address for each in container.networks.values() if each.address]
    hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    hosts += "".join(f"{address}\t{hostname}\n" for address in addresses)
    texts = (f"{hostname}\n", hosts, "nameserver 192.0.2.53\n")
    return {
        path: File(content=text.encode(), changed=container.state.started)
        for path, text in zip(_NETWORK_FILES, texts, strict=True)
    }
