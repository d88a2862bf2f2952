"""The programs that a fake knows to read what files and other programs say."""

import re
from collections.abc import Mapping
from dataclasses import replace

from harness.fake.programs.command_lines import complaint, files_of, split
from harness.fake.programs.plumbing import FileError, Sink
from harness.fake.programs.steps import Invocation, Output, Pause, Program, Read, Script, Steps

_LINES = 10


def _contents(invocation: Invocation, names: list[str]) -> Steps[list[tuple[str, bytes]]]:
    """Return files and their contents, or the whole input; complain of those that are not there."""
    found = []
    for name in names or ["-"]:
        if name == "-":
            pieces = []
            while data := (yield Read()):
                pieces.append(data)
            found.append((name, b"".join(pieces)))
            continue
        try:
            found.append((name, files_of(invocation).content(name)))
        except FileError as error:
            yield complaint(invocation, error)
    return found


def _cat(invocation: Invocation) -> Script:
    _, names = split(invocation)
    status = 0
    for name in names or ["-"]:
        if name == "-":
            while data := (yield Read()):
                yield Output(data)
            continue
        try:
            yield Output(files_of(invocation).content(name))
        except FileError as error:
            yield complaint(invocation, f"can't open '{name}': {str(error).partition(': ')[2]}")
            status = 1
    return status


def _head(invocation: Invocation) -> Script:
    options, names = split(_plain(invocation), "nc")
    unit = "c" if "c" in options else "n"
    count = _number(options.get(unit, ""), _LINES)
    if not names:
        content = b""
        # Whoever writes for ever is not waited for.
        while _size(content, unit) < count and (data := (yield Read())):
            content += data
        yield Output(_beginning(content, unit, count))
    found = yield from _contents(invocation, names) if names else _none()
    for _, content in found:
        yield Output(_beginning(content, unit, count))
    return 0 if len(found) == len(names) else 1


def _none() -> Steps[list[tuple[str, bytes]]]:
    yield from ()
    return []


def _size(content: bytes, unit: str) -> int:
    return len(content) if unit == "c" else content.count(b"\n")


def _beginning(content: bytes, unit: str, count: int) -> bytes:
    if unit == "c":
        return content[:count]
    return b"".join(content.splitlines(keepends=True)[:count])


def _tail(invocation: Invocation) -> Script:
    """Show the end of files, and with -f what is added to them."""
    options, names = split(_plain(invocation), "nc")
    found = yield from _contents(invocation, names)
    for _, content in found:
        if "c" in options:
            yield Output(content[-_number(options["c"], 0) :])
            continue
        lines = content.splitlines(keepends=True)
        text = options.get("n", "")
        count = _number(text, _LINES)
        shown = lines[count - 1 :] if text.startswith("+") else lines[-count:] if count else []
        yield Output(b"".join(shown))
    if {"f", "F"} & options.keys():
        yield from _followed(invocation, {name: len(content) for name, content in found})
    return 0 if len(found) == len(names or ["-"]) else 1


def _followed(invocation: Invocation, seen: dict[str, int]) -> Steps[None]:
    """Show for ever what is added to files."""
    watched = [name for name in seen if name not in {"-", "/dev/null"}]
    while True:
        yield Pause(1 if watched else None)
        for name in watched:
            file = files_of(invocation).find(name)
            content = file.content if file else b""
            if len(content) < seen[name]:
                seen[name] = 0
            if len(content) > seen[name]:
                yield Output(content[seen[name] :])
                seen[name] = len(content)


def _plain(invocation: Invocation) -> Invocation:
    """Return a command with -5 written as -n 5."""
    words = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in invocation.arguments]
    return replace(invocation, arguments=tuple(words))


def _wc(invocation: Invocation) -> Script:
    options, names = split(invocation)
    found = yield from _contents(invocation, names)
    for name, content in found:
        counts = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content)}
        shown = [str(counts[key]) for key in counts if not options or key in options]
        text = shown[0] if len(shown) == 1 else " ".join(f"{count:>9}" for count in shown)
        yield Output((f"{text} {name}" if name != "-" else text).encode() + b"\n")
    return 0 if len(found) == len(names or ["-"]) else 1


def _grep(invocation: Invocation) -> Script:
    options, names = split(invocation, "e")
    pattern = options.get("e") or (names.pop(0) if names else "")
    try:
        wanted = re.compile(
            re.escape(pattern) if "F" in options else pattern,
            re.IGNORECASE if "i" in options else 0,
        )
    except re.error:
        yield complaint(invocation, f"bad regex '{pattern}'")
        return 2
    fitting = 0
    for name, content in (yield from _contents(invocation, names)):
        lines = content.decode(errors="surrogateescape").splitlines()
        kept = [line for line in lines if bool(wanted.search(line)) != ("v" in options)]
        fitting += len(kept)
        if "c" in options:
            kept = [str(len(kept))]
        if "q" not in options and kept:
            prefix = f"{name}:" if len(names) > 1 else ""
            text = "".join(f"{prefix}{line}\n" for line in kept)
            yield Output(text.encode(errors="surrogateescape"))
    return 0 if fitting else 1


def _tee(invocation: Invocation) -> Script:
    options, names = split(invocation)
    sinks: list[Sink] = []
    for name in names:
        try:
            sinks.append(files_of(invocation).opened(name, append="a" in options))
        except FileError as error:
            yield complaint(invocation, error)
    while data := (yield Read()):
        for sink in sinks:
            sink(data)
        yield Output(data)
    return 0


def _number(text: str, default: int) -> int:
    found = re.fullmatch(r"[-+]?(\d+)", text)
    return int(found[1]) if found else default


READING_COMMANDS: Mapping[str, Program] = {
    "cat": _cat,
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "grep": _grep,
    "tee": _tee,
}
