"""File systems as values: read from archives, written to archives, laid over one another."""

import bz2
import gzip
import io
import lzma
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.values import File, Tree

_GREATEST = 512 * 1024**2  # of an archive, when it is no longer compressed
_HOLES = 64 * 1024**2  # of what is in no archive, but a file is said to have
_BLOCK = 512
_PERMISSIONS = 0o7777
_LATEST = 253402300799  # the last second of the year 9999
_GREATEST_ID = 2**32 - 2
_MOST_LINKS = 40  # as in Linux
_WHITEOUT = ".wh."
_OPENERS: Mapping[bytes, Callable[[io.BytesIO], io.BufferedIOBase]] = {
    b"\x1f\x8b\x08": lambda data: gzip.GzipFile(fileobj=data),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
_UNREADABLE = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
_Held = TypeVar("_Held", File, File | None)
_NAMES = {0: "root"}  # of users and of groups, as far as every system knows them


def read_tar(content: bytes) -> dict[str, File]:
    """Return the files of an archive: plain, or compressed with gzip, bzip2 or xz.

    An empty body is an empty archive; devices and pipes are left out. Refuses with 400 what is no
    archive, and names that lead out of the root.
    """
    plain = uncompressed(content)
    if not plain:
        return {}
    if len(plain) < _BLOCK:
        raise bad_request("unexpected EOF")
    try:
        return _members(plain)
    except RecursionError as error:
        raise _no_archive() from error
    except _UNREADABLE as error:
        raise _no_archive() from error


def read_layer(content: bytes) -> Tree:
    """Return the files of an image's layer, with None for those that it removes."""
    layer: dict[str, File | None] = {}
    for path, file in read_tar(content).items():
        folder, name = posixpath.split(path)
        if not name.startswith(_WHITEOUT):
            layer[path] = file
        elif not name.startswith(_WHITEOUT * 2):
            layer[joined(folder, name.removeprefix(_WHITEOUT))] = None
    return layer


def write_tar(tree: Tree, folder: str = "/", name: str = "") -> bytes:
    """Return the archive of what is at and below `folder`, which is called `name` in it.

    Without a name the folder itself is left out, and all names in the archive are relative to it.
    What a layer removes is written as in an image's layer.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        if name and folder not in tree:
            _add(archive, name, File("dir", mode=0o755))
        for path in in_order(tree):
            if path == folder and name:
                _add(archive, name, tree[path])
            elif is_below(path, folder):
                rest = path[len(folder) :].lstrip("/")
                _add(archive, joined(name, rest) if name else rest, tree[path])
    return buffer.getvalue()


def merged(*trees: Tree) -> dict[str, File]:
    """Return what trees show that lie over one another, the lowest first."""
    shown: dict[str, File] = {}
    for tree in trees:
        _drop_below(shown, [path for path, file in tree.items() if file is None], themselves=True)
        new = {path: file for path, file in tree.items() if file is not None}
        replaced = [
            path
            for path, file in new.items()
            if file.kind != "dir" and path in shown and shown[path].kind == "dir"
        ]
        _drop_below(shown, replaced, themselves=False)
        shown.update(new)
    return shown


def with_folders(tree: Mapping[str, File], folders: Mapping[str, File]) -> dict[str, File]:
    """Return a tree with the folders that its files stand in, as `folders` has them or as new."""
    complete = dict(tree)
    for path, file in tree.items():
        for folder in ancestors(path):
            if folder not in complete:
                below = folders.get(folder)
                known = below is not None and below.kind == "dir"
                complete[folder] = (
                    below if below and known else File("dir", mode=0o755, changed=file.changed)
                )
    return complete


def laid(layer: Tree, changes: Tree) -> Tree:
    """Return a layer with further changes: what they replace or remove has nothing below it."""
    kept: dict[str, File | None] = dict(layer)
    hidden = [path for path, file in changes.items() if file is None or file.kind != "dir"]
    _drop_below(kept, hidden, themselves=False)
    kept.update(changes)
    return kept


def size_of(tree: Tree) -> int:
    """Return how many bytes the files of a tree hold; links count as their targets."""
    return sum(len(each.content) + len(each.target.encode()) for each in tree.values() if each)


def clean(path: str) -> str:
    """Return a path as the trees have it: absolute, without dots, within the root."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def joined(folder: str, name: str) -> str:
    """Return the path of something in a folder."""
    return f"{folder.rstrip('/')}/{name.lstrip('/')}"


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is in a folder, at any depth."""
    return path.startswith("/" if folder == "/" else f"{folder}/") and path != folder


def ancestors(path: str) -> Iterator[str]:
    """Yield the folders that a path is in, the nearest first, without the root."""
    folder = posixpath.dirname(path)
    while len(folder) > 1:
        yield folder
        folder = posixpath.dirname(folder)


def in_order(tree: Tree) -> list[str]:
    """Return the paths of a tree as a walk meets them: each folder before what is in it."""
    return sorted(tree, key=lambda path: path.split("/"))


def rebased(tree: Mapping[str, File], folder: str, onto: str) -> dict[str, File]:
    """Return what is below one folder as if it were below another."""
    return {
        joined(onto, path[len(folder) :]): file
        for path, file in tree.items()
        if is_below(path, folder)
    }


def resolved(tree: Mapping[str, File], path: str, *, last: bool = True) -> str:
    """Return a path without symbolic links, as seen from the root of the tree.

    With `last` false the last of its names may be a link. Links that lead in a circle lead nowhere:
    the path stays as it is.
    """
    names = [name for name in clean(path).split("/") if name]
    place, links = "/", 0
    while names:
        name = names.pop(0)
        if name == "..":
            place = posixpath.dirname(place)
            continue
        there = joined(place, name)
        file = tree.get(there)
        if file is None or file.kind != "link" or (not names and not last):
            place = there
            continue
        links += 1
        if links > _MOST_LINKS:
            return clean(path)
        target = [each for each in file.target.split("/") if each not in {"", "."}]
        place = "/" if file.target.startswith("/") else place
        names = [*target, *names]
    return place


def uncompressed(content: bytes) -> bytes:
    """Return the archive in what may be compressed, of a size that is bearable."""
    opener = next((each for magic, each in _OPENERS.items() if content.startswith(magic)), None)
    if opener is None:
        return content
    try:
        with opener(io.BytesIO(content)) as opened:
            plain: bytes = opened.read(_GREATEST + 1)
    except EOFError as error:
        raise bad_request("unexpected EOF") from error
    except _UNREADABLE as error:
        raise bad_request(f"invalid header: {error}") from error
    if len(plain) > _GREATEST:
        raise _too_large()
    return plain


def _members(plain: bytes) -> dict[str, File]:
    files: dict[str, File] = {}
    left = len(plain) + _HOLES
    # What is cut off after the content of a file is no loss.
    padded = plain + bytes(-len(plain) % _BLOCK)
    with tarfile.open(fileobj=io.BytesIO(padded), mode="r:") as archive:
        for member in archive:
            left -= max(member.size, 0)
            if left < 0:
                raise _too_large()
            if member.sparse is None and member.offset_data + member.size > len(plain):
                raise bad_request("unexpected EOF")
            if posixpath.normpath(member.name.lstrip("/") or ".").split("/")[0] == "..":
                raise bad_request(f'"{member.name}" is outside of "/"')
            file = _file(archive, member, files)
            path = clean(member.name)
            if file is not None and path != "/":
                files.pop(path, None)
                files[path] = file
        rest = plain[archive.offset : archive.offset + _BLOCK]
    if rest.strip(b"\0"):
        # The reader of Python's library is content with whatever follows the first file.
        raise bad_request("unexpected EOF") if len(rest) < _BLOCK else _no_archive()
    return files


def _file(
    archive: tarfile.TarFile, member: tarfile.TarInfo, files: Mapping[str, File]
) -> File | None:
    file = File(
        mode=member.mode & _PERMISSIONS,
        uid=min(max(member.uid, 0), _GREATEST_ID),
        gid=min(max(member.gid, 0), _GREATEST_ID),
        changed=min(max(float(member.mtime), 0.0), _LATEST),
    )
    if member.isdir():
        return replace(file, kind="dir")
    if member.issym():
        return replace(file, kind="link", target=member.linkname, mode=0o777)
    if member.islnk():
        linked = files.get(clean(member.linkname))
        if linked is None:
            raise bad_request(f"link {member.linkname} {member.name}: no such file or directory")
        return linked
    if not member.isfile():
        return None
    opened = archive.extractfile(member)
    content = opened.read() if opened else b""
    if len(content) != member.size:
        raise bad_request("unexpected EOF")
    return replace(file, content=content)


def _add(archive: tarfile.TarFile, name: str, file: File | None) -> None:
    if file is None:
        folder, last = posixpath.split(name)
        archive.addfile(tarfile.TarInfo(posixpath.join(folder, _WHITEOUT + last)))
        return
    header = tarfile.TarInfo(name)
    header.mode, header.uid, header.gid = file.mode, file.uid, file.gid
    header.uname, header.gname = _NAMES.get(file.uid, ""), _NAMES.get(file.gid, "")
    header.mtime = int(file.changed)
    if file.kind == "dir":
        header.type = tarfile.DIRTYPE
    elif file.kind == "link":
        header.type, header.linkname = tarfile.SYMTYPE, file.target
    else:
        header.size = len(file.content)
    archive.addfile(header, io.BytesIO(file.content))


def _drop_below(tree: dict[str, _Held], paths: list[str], *, themselves: bool) -> None:
    if not paths:
        return
    wanted = frozenset(paths)
    for path in list(tree):
        if any(folder in wanted for folder in ancestors(path)) or (themselves and path in wanted):
            del tree[path]


def _no_archive() -> RefusedError:
    return bad_request("archive/tar: invalid tar header")


def _too_large() -> RefusedError:
    return bad_request("the archive is too large when it is unpacked")
