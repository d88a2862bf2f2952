"""What a build is sent: its files, the Dockerfile among them, and what is to be ignored."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.fake.files.trees import clean, read_tar, resolved, with_folders
from harness.fake.requests.answer import bad_request
from harness.fake.values import File

_USUAL, _OTHER = "Dockerfile", "dockerfile"
_IGNORE = "/.dockerignore"
_SIGNS = re.compile(r"[\[&~|]")  # which mean something in a set of characters to Python, not to Go


@dataclass(frozen=True, slots=True)
class Context:
    """The files of a build, and its Dockerfile."""

    files: Mapping[str, File]
    dockerfile: bytes


def read_context(archive: bytes, name: str) -> Context:
    """Return the context in an archive; refuse with 400 where it or its Dockerfile cannot be."""
    read = read_tar(archive)
    files = with_folders(read, read)
    name = name or _USUAL
    path = inside(name)
    if path is None:
        raise bad_request(f"forbidden path outside the build context: {name} ()")
    if path not in files and name == _USUAL:
        path = clean(_OTHER)
    file = files.get(resolved(files, path))
    if file is None:
        raise bad_request(f"Cannot locate specified Dockerfile: {name}")
    if file.kind == "dir":
        raise bad_request(f"unexpected error reading Dockerfile: read {path}: is a directory")
    if not file.content:
        raise bad_request(f"the Dockerfile ({name}) cannot be empty")
    ignored = list(_patterns(files))
    for own in (_IGNORE, path):
        if own in files and _is_ignored(own, ignored):
            del files[own]
    return Context(files, file.content)


def inside(path: str) -> str | None:
    """Return a path within the context; None for one that leads out of it."""
    normal = posixpath.normpath(path.lstrip("/") or ".")
    return None if normal.split("/")[0] == ".." else clean(normal)


def is_pattern(path: str) -> bool:
    """Tell whether a source is a pattern."""
    return any(sign in path for sign in "*?[")


def matching(files: Mapping[str, File], pattern: str) -> Iterator[str]:
    """Yield the paths that a pattern of COPY or ADD matches, in order."""
    path = inside(pattern)
    if path is None:
        return
    try:
        compiled = re.compile("/".join(_segment(part) for part in path.split("/")))
    except re.error:
        return
    yield from (each for each in sorted(files) if compiled.fullmatch(each))


def _segment(part: str) -> str:
    """Return the regular expression of a part of a pattern, which holds no slash."""
    written = ""
    at = 0
    while at < len(part):
        character = part[at]
        end = part.find("]", at + 2)
        at += 1
        if character == "*":
            written += "[^/]*"
        elif character == "?":
            written += "[^/]"
        elif character == "[" and end > 0:
            characters = _SIGNS.sub(r"\\\g<0>", part[at:end])
            written += f"[{characters}]"
            at = end + 1
        elif character == "\\" and at < len(part):
            written += re.escape(part[at])
            at += 1
        elif character == "[":
            raise re.error("syntax error in pattern")
        else:
            written += re.escape(character)
    return written


def _patterns(files: Mapping[str, File]) -> Iterator[tuple[str, bool]]:
    """Yield the patterns of .dockerignore, and whether each is an exception."""
    file = files.get(_IGNORE)
    text = file.content.decode(errors="replace") if file else ""
    for line in text.splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        exception = pattern.startswith("!")
        pattern = pattern.removeprefix("!").strip()
        yield posixpath.normpath(pattern).lstrip("/"), exception


def _is_ignored(path: str, patterns: list[tuple[str, bool]]) -> bool:
    """Tell whether the last pattern that a path or a folder above it matches ignores it."""
    ignored = False
    names = path.strip("/").split("/")
    places = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
    for pattern, exception in patterns:
        compiled = _compiled(pattern)
        if compiled is not None and any(compiled.fullmatch(place) for place in places):
            ignored = not exception
    return ignored


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return the regular expression of a line of .dockerignore; None for what cannot be read."""
    parts = pattern.split("/")
    try:
        written = ["(?:.*/)?" if part == "**" else f"{_segment(part)}/" for part in parts[:-1]]
        last = ".*" if parts[-1] == "**" else _segment(parts[-1])
        return re.compile("".join(written) + last)
    except re.error:
        return None
