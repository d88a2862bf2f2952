"""The programs that a fake knows to change the files of a container."""

import posixpath
import re
import time
from collections.abc import Mapping
from dataclasses import replace

from harness.fake.programs.command_lines import complaint, files_of, split
from harness.fake.programs.plumbing import FileError
from harness.fake.programs.steps import Invocation, Output, Program, Script
from harness.fake.values import File

_KINDS = {"dir": "d", "link": "l", "file": "-"}


def _ls(invocation: Invocation) -> Script:
    options, names = split(invocation)
    files = files_of(invocation)
    status = 0
    for name in sorted(names or ["."]):
        found = files.find(name)
        if found is None:
            yield complaint(invocation, f"{name}: No such file or directory")
            status = 1
            continue
        if found.kind != "dir" or "d" in options:
            entries: Mapping[str, File] = {name: found}
        else:
            entries = files.children(name)
            if len(names) > 1:
                yield Output(f"{name}:\n".encode())
            if "a" in options:
                entries = {".": found, "..": found, **entries}
            elif "A" not in options:
                entries = {key: file for key, file in entries.items() if not key.startswith(".")}
        for entry, file in entries.items():
            text = _long(entry, file) if "l" in options else entry
            yield Output(text.encode(errors="surrogateescape") + b"\n")
    return status


def _long(name: str, file: File) -> str:
    letters = "".join(
        letter if file.mode & (1 << (8 - place)) else "-"
        for place, letter in enumerate("rwxrwxrwx")
    )
    changed = time.strftime("%b %e %H:%M", time.gmtime(file.changed))
    owner = {0: "root"}
    user, group = owner.get(file.uid, str(file.uid)), owner.get(file.gid, str(file.gid))
    shown = f"{name} -> {file.target}" if file.kind == "link" else name
    kind = _KINDS.get(file.kind, "-")
    return f"{kind}{letters}    1 {user:<8} {group:<8} {len(file.content):>9} {changed} {shown}"


def _touch(invocation: Invocation) -> Script:
    options, names = split(invocation, "dtr")
    files = files_of(invocation)
    now = invocation.now()
    for name in names:
        found = files.find(name)
        if found is not None:
            files.put(name, replace(found, changed=now))
        elif "c" not in options:
            if files.find(posixpath.dirname(files.path(name))) is None and invocation.files():
                yield complaint(invocation, f"{name}: No such file or directory")
                return 1
            files.put(name, File(changed=now))
    return 0


def _mkdir(invocation: Invocation) -> Script:
    options, names = split(invocation, "m")
    files = files_of(invocation)
    status = 0
    for name in names:
        path = files.path(name)
        above = [path]
        while "p" in options and above[0].count("/") > 1:
            above.insert(0, posixpath.dirname(above[0]))
        found = files.find(path)
        if found is not None and not ("p" in options and found.kind == "dir"):
            yield complaint(invocation, f"can't create directory '{name}': File exists")
            status = 1
        elif "p" not in options and files.find(posixpath.dirname(path)) is None:
            why = "No such file or directory"
            yield complaint(invocation, f"can't create directory '{name}': {why}")
            status = 1
        else:
            for each in above:
                if files.find(each) is None:
                    files.put(each, File("dir", mode=0o755, changed=invocation.now()))
    return status


def _rm(invocation: Invocation) -> Script:
    options, names = split(invocation)
    files = files_of(invocation)
    folders = bool({"r", "R"} & options.keys())
    status = 0
    for name in names:
        path = files.path(name)
        found = invocation.files().get(path) or files.find(path)
        if found is None:
            if "f" not in options:
                yield complaint(invocation, f"can't remove '{name}': No such file or directory")
                status = 1
        elif found.kind == "dir" and not folders:
            yield complaint(invocation, f"'{name}' is a directory")
            status = 1
        else:
            for each in _below(invocation, path) if found.kind == "dir" else ():
                files.put(each, None)
            files.put(path, None)
    return status


def _rmdir(invocation: Invocation) -> Script:
    _, names = split(invocation)
    files = files_of(invocation)
    status = 0
    for name in names:
        found = files.find(name)
        why = ""
        if found is None:
            why = "No such file or directory"
        elif found.kind != "dir":
            why = "Not a directory"
        elif files.children(name):
            why = "Directory not empty"
        if why:
            yield complaint(invocation, f"'{name}': {why}")
            status = 1
        else:
            files.put(name, None)
    return status


def _below(invocation: Invocation, path: str) -> list[str]:
    """Return what is below a folder, the deepest first."""
    base = posixpath.join(path, "")
    return sorted((each for each in invocation.files() if each.startswith(base)), reverse=True)


def _cp(invocation: Invocation) -> Script:
    return (yield from _carried(invocation, move=False))


def _mv(invocation: Invocation) -> Script:
    return (yield from _carried(invocation, move=True))


def _carried(invocation: Invocation, *, move: bool) -> Script:
    """Copy or move files and folders."""
    options, names = split(invocation)
    files = files_of(invocation)
    if len(names) < 2:  # noqa: PLR2004 - from and to
        yield complaint(invocation, "missing operand")
        return 1
    *sources, target = names
    there = files.find(target)
    status = 0
    for name in sources:
        found = files.find(name)
        if found is None:
            verb = "rename" if move else "stat"
            yield complaint(invocation, f"can't {verb} '{name}': No such file or directory")
            status = 1
            continue
        if found.kind == "dir" and not (move or {"r", "R", "a"} & options.keys()):
            yield complaint(invocation, f"omitting directory '{name}'")
            status = 1
            continue
        source, path = files.path(name), files.path(target)
        if there is not None and there.kind == "dir":
            path = posixpath.join(path, posixpath.basename(source))
        inner = {each: invocation.read(each) for each in reversed(_below(invocation, source))}
        files.put(path, found if move else replace(found, changed=invocation.now()))
        for each, file in inner.items() if found.kind == "dir" else ():
            files.put(path + each[len(source) :], file)
        for each in [*reversed(inner), source] if move else ():
            files.put(each, None)
    return status


def _ln(invocation: Invocation) -> Script:
    options, names = split(invocation)
    files = files_of(invocation)
    if len(names) != 2:  # noqa: PLR2004 - from and to
        yield complaint(invocation, "missing operand")
        return 1
    target, name = names
    if "s" in options:
        files.put(name, File("link", mode=0o777, target=target, changed=invocation.now()))
        return 0
    try:
        files.put(name, File(content=files.content(target), changed=invocation.now()))
    except FileError as error:
        yield complaint(invocation, error)
        return 1
    return 0


def _chmod(invocation: Invocation) -> Script:
    """Change permissions that are given in octal digits, or +x."""
    _, names = split(invocation)
    files = files_of(invocation)
    mode, *names = names or ["0"]
    status = 0
    for name in names:
        found = files.find(name)
        if found is None:
            yield complaint(invocation, f"{name}: No such file or directory")
            status = 1
        elif re.fullmatch(r"[0-7]{1,4}", mode):
            files.put(name, replace(found, mode=int(mode, 8)))
        elif mode.endswith("+x"):
            files.put(name, replace(found, mode=found.mode | 0o111))
    return status


def _readlink(invocation: Invocation) -> Script:
    _, names = split(invocation)
    for name in names:
        path = files_of(invocation).path(name)
        file = invocation.files().get(path)
        yield Output(f"{file.target if file and file.kind == 'link' else path}\n".encode())
    return 0


def _basename(invocation: Invocation) -> Script:
    path, *suffix = (*invocation.arguments[1:], "")[:2]
    name = posixpath.basename(path.rstrip("/")) or "/"
    yield Output(f"{name.removesuffix(suffix[0]) if suffix else name}\n".encode())
    return 0


def _dirname(invocation: Invocation) -> Script:
    path = invocation.arguments[1] if len(invocation.arguments) > 1 else ""
    yield Output(f"{posixpath.dirname(path.rstrip('/')) or '.'}\n".encode())
    return 0


FILE_COMMANDS: Mapping[str, Program] = {
    "ls": _ls,
    "touch": _touch,
    "mkdir": _mkdir,
    "rm": _rm,
    "rmdir": _rmdir,
    "cp": _cp,
    "mv": _mv,
    "ln": _ln,
    "chmod": _chmod,
    "readlink": _readlink,
    "basename": _basename,
    "dirname": _dirname,
}
