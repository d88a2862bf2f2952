"""What becomes of a file system when an archive is unpacked into one of its folders."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.fake.files.trees import ancestors, clean, in_order, is_below, joined, resolved
from harness.fake.requests.answer import bad_request
from harness.fake.values import File


@dataclass(frozen=True, slots=True)
class Manner:
    """How to unpack: for whom, at what time, and whether files and folders may replace each other.

    `owner` is the user and the group that everything then belongs to; None keeps the archive's.
    """

    now: float
    owner: tuple[int, int] | None = None
    strict: bool = False


@dataclass(slots=True)
class _Unpacking:
    """A tree on its way to what it is afterwards, and what changed on that way."""

    tree: dict[str, File]
    manner: Manner
    changes: dict[str, File | None] = field(default_factory=dict)

    def put(self, path: str, file: File) -> None:
        self.tree[path] = self.changes[path] = file

    def remove(self, path: str) -> None:
        for each in [path, *(below for below in self.tree if is_below(below, path))]:
            del self.tree[each]
            self.changes[each] = None

    def folders_of(self, path: str) -> None:
        """Make the folders that something is to stand in."""
        for folder in reversed(list(ancestors(path))):
            there = self.tree.get(folder)
            if there is None:
                uid, gid = self.manner.owner or (0, 0)
                new = File("dir", mode=0o755, uid=uid, gid=gid, changed=self.manner.now)
                self.put(folder, new)
            elif there.kind != "dir":
                raise bad_request(f"open {path}: not a directory")


def unpacked(
    tree: Mapping[str, File], files: Mapping[str, File], folder: str, manner: Manner
) -> dict[str, File | None]:
    """Return what changes in a tree when files are put into one of its folders.

    `files` are by their paths in the archive. Refuses with 400, in dockerd's words, what cannot be.
    """
    unpacking = _Unpacking(dict(tree), manner)
    for name in in_order(files):
        _unpack(unpacking, folder, name, files[name])
    return unpacking.changes


def _unpack(unpacking: _Unpacking, folder: str, name: str, file: File) -> None:
    manner, tree = unpacking.manner, unpacking.tree
    wanted = joined(folder, name) if name else folder
    parent = resolved(tree, posixpath.dirname(wanted))
    path = joined(parent, posixpath.basename(wanted))
    if file.kind == "link" and not file.target.startswith("/"):
        _check_target(folder, wanted, file.target)
    unpacking.folders_of(path)
    there = tree.get(path)
    if there is not None and (there.kind == "dir") != (file.kind == "dir"):
        if manner.strict:
            kinds = ("directory", "non-directory")
            old, new = kinds if there.kind == "dir" else kinds[::-1]
            raise bad_request(f'cannot overwrite {old} "{path}" with {new} "{folder}"')
        unpacking.remove(path)
    if manner.owner is not None:
        file = replace(file, uid=manner.owner[0], gid=manner.owner[1])
    unpacking.put(path, file)


def _check_target(folder: str, path: str, target: str) -> None:
    """Refuse a link that leads out of the folder which everything goes into."""
    depth = len([name for name in folder.split("/") if name])
    place = [name for name in posixpath.dirname(path).split("/") if name]
    for name in target.split("/"):
        if name == "..":
            place = place[:-1]
        elif name not in {"", "."}:
            place.append(name)
    led = clean("/".join(place))
    if depth and led != folder and not is_below(led, folder):
        raise bad_request(f'invalid symlink "{path}" -> "{target}"')
