"""The files of containers: told of, sent and received as archives, exported, compared."""

import base64
import json
import posixpath
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from harness.fake.containers.lifecycle import told
from harness.fake.containers.lookup import container_of
from harness.fake.files.container_files import changes, mount_at, own_tree, tree_of, write_files
from harness.fake.files.extraction import Manner, unpacked
from harness.fake.files.owners import UnknownOwnerError, user_of
from harness.fake.files.trees import ancestors, clean, read_tar, resolved, write_tar
from harness.fake.requests.answer import TAR_TYPE, Answer, RefusedError, bad_request, not_found
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.values import Container, File
from harness.fake.world import World
from harness.model.spec import Json

# As Go's FileMode has them.
_FOLDER, _LINK, _SET_USER, _SET_GROUP, _STICKY = 1 << 31, 1 << 27, 1 << 23, 1 << 22, 1 << 20
_BITS = ((0o4000, _SET_USER), (0o2000, _SET_GROUP), (0o1000, _STICKY))
_FOLDER_SIZE = 4096
_ROOT = File("dir", mode=0o755)
_UNPACKING = "Error processing tar file(exit status 1): "


@dataclass(frozen=True, slots=True)
class _Found:
    """Something in a container: `path` is where it is, `name` what the asker calls it."""

    tree: dict[str, File]
    path: str
    name: str
    file: File


def _find(world: World, container: Container, asked_for: str, shown: str) -> _Found:
    """Return what is at a path; a link at its end is followed where a slash or a dot is behind."""
    tree = tree_of(world, container)
    within = asked_for.endswith(("/", "/.")) or asked_for == "."
    path = resolved(tree, asked_for, last=within)
    file = _ROOT if path == "/" else tree.get(path)
    above = next((tree[each] for each in ancestors(path) if each in tree), _ROOT)
    if above.kind != "dir" or (within and file is not None and file.kind != "dir"):
        raise bad_request(f"lstat {asked_for}: not a directory")
    if file is None:
        raise not_found(f"Could not find the file {asked_for} in container {shown}")
    dotted = asked_for == "." or asked_for.endswith("/.")
    name = "." if dotted else posixpath.basename(clean(asked_for))
    return _Found(tree, path, name or "/", file)


def _path(asked: Asked) -> str:
    path = asked.text("path")
    if not path:
        raise bad_request("bad parameter: pathcannot be empty")  # dockerd forgets the space, too
    return path


def _stat(found: _Found) -> str:
    """Return what the header says of a file: JSON in base64."""
    file = found.file
    mode = file.mode & 0o777
    mode |= {"dir": _FOLDER, "link": _LINK}.get(file.kind, 0)
    mode |= sum(bit for permission, bit in _BITS if file.mode & permission)
    size = {"dir": _FOLDER_SIZE, "link": len(file.target)}.get(file.kind, len(file.content))
    target = resolved(found.tree, found.path) if file.kind == "link" else ""
    stat: dict[str, Json] = {
        "name": found.name,
        "size": size,
        "mode": mode,
        "mtime": _moment(file.changed),
        "linkTarget": target,
    }
    return base64.b64encode(json.dumps(stat, separators=(",", ":")).encode()).decode()


def _moment(seconds: float) -> str:
    """Return a time as Go writes it: without a fraction, or with one that has no zeros behind."""
    whole = int(seconds)
    fraction = f"{round((seconds - whole) * 1e6):06d}".rstrip("0")
    moment = datetime.fromtimestamp(whole, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{f'.{fraction}' if fraction else ''}Z"


def _archive_info(world: World, asked: Asked) -> Answer:
    path = _path(asked)
    found = _find(world, container_of(world, asked.name), path, asked.name)
    return Answer(content=b"", headers={"X-Docker-Container-Path-Stat": _stat(found)})


def _archive(world: World, asked: Asked) -> Answer:
    path = _path(asked)
    container = container_of(world, asked.name)
    found = _find(world, container, path, asked.name)
    told(world, container, "archive-path")
    return Answer(
        content=write_tar(found.tree, found.path, found.name),
        media_type=TAR_TYPE,
        headers={"X-Docker-Container-Path-Stat": _stat(found)},
    )


def _put_archive(world: World, asked: Asked) -> Answer:
    path = _path(asked)
    container = container_of(world, asked.name)
    tree = tree_of(world, container)
    folder = resolved(tree, path)
    there = _ROOT if folder == "/" else tree.get(folder)
    if there is None:
        raise not_found(f"Could not find the file {path} in container {asked.name}")
    if there.kind != "dir":
        raise bad_request("extraction point is not a directory")
    _check_writable(container, folder)
    manner = Manner(
        now=world.now(),
        owner=_owner(container, tree) if asked.flag("copyUIDGID") else None,
        strict=asked.flag("noOverwriteDirNonDir"),
    )
    try:
        changed = unpacked(tree, read_tar(asked.raw), folder, manner)
    except RefusedError as refused:
        raise RefusedError(refused.status, _UNPACKING + refused.message) from refused
    write_files(world, container, changed)
    told(world, container, "extract-to-dir")
    return Answer(content=b"")


def _check_writable(container: Container, folder: str) -> None:
    mount = mount_at(container, folder)
    if mount is not None and not mount.writable:
        raise RefusedError(HTTPStatus.FORBIDDEN, "mounted volume is marked read-only")
    if mount is None and container.host.flag("ReadonlyRootfs"):
        raise RefusedError(HTTPStatus.FORBIDDEN, "container rootfs is marked read-only")


def _owner(container: Container, tree: dict[str, File]) -> tuple[int, int] | None:
    """Return the user that a container runs as; None where it does not say."""
    user = container.config.text("User")
    try:
        return user_of(tree, user) if user else None
    except UnknownOwnerError as error:
        raise bad_request(str(error)) from error


def _copy(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    path = asked.body().text("Resource")
    if not path:
        raise bad_request("Path cannot be empty")
    container = container_of(world, asked.name)
    tree = tree_of(world, container)
    place = resolved(tree, path)
    file = _ROOT if place == "/" else tree.get(place)
    if file is None:
        raise not_found(f"Could not find the file {path} in container {asked.name}")
    told(world, container, "copy")
    name = "" if file.kind == "dir" else posixpath.basename(place)
    return Answer(content=write_tar(tree, place, name), media_type=TAR_TYPE)


def _export(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    told(world, container, "export")
    content = write_tar(own_tree(world, container))
    return Answer(content=content, media_type="application/octet-stream")


def _changes(world: World, asked: Asked) -> Answer:
    container = container_of(world, asked.name)
    found: list[Json] = [{"Path": path, "Kind": kind} for path, kind in changes(world, container)]
    return Answer(value=found or None)


HANDLERS: dict[str, Handler] = {
    "ContainerArchive": _archive,
    "ContainerArchiveInfo": _archive_info,
    "ContainerChanges": _changes,
    "ContainerCopy": _copy,
    "ContainerExport": _export,
    "PutContainerArchive": _put_archive,
}
