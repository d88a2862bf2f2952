"""The commands of sh that change the shell itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from harness.fake.programs.plumbing import FileError
from harness.fake.programs.shell_flow import BreakError, ContinueError, ExitError, ReturnError
from harness.fake.programs.signals import SIGNALS, signal_number
from harness.fake.programs.steps import STDERR, Disposition, Handle, Script

if TYPE_CHECKING:
    from harness.fake.programs.shell_runner import Shell

Builtin: TypeAlias = "Callable[[Shell, list[str]], Script]"

_MISUSED = 2
_NOT_FOUND = 127
_SIGNALLED = 128
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _nothing(_shell: Shell, _words: list[str]) -> Script:
    yield from ()
    return 0


def _cd(shell: Shell, words: list[str]) -> Script:
    target = words[1] if len(words) > 1 else shell.variables.get("HOME", "/")
    if target == "-":
        target = shell.variables.get("OLDPWD", shell.directory)
    found = shell.files.find(target)
    if found is None or found.kind != "dir":
        why = "No such file or directory" if found is None else "Not a directory"
        yield from shell.say(f"sh: cd: can't cd to {target}: {why}\n", STDERR)
        return 2
    shell.variables["OLDPWD"] = shell.directory
    shell.directory = shell.variables["PWD"] = shell.files.path(target)
    return 0


def _export(shell: Shell, words: list[str]) -> Script:
    names = [word for word in words[1:] if not word.startswith("-")]
    if not names:
        for name, value in sorted(shell.environment().items()):
            yield from shell.say(f"export {name}='{value}'\n")
    for word in names:
        name, equals, value = word.partition("=")
        if not _NAME.fullmatch(name):
            return (yield from shell.complain(f"{words[0]}: {word}: bad variable name"))
        if equals:
            shell.assign(name, value)
        if words[0] == "export":
            shell.exported.add(name)
    return 0


def _unset(shell: Shell, words: list[str]) -> Script:
    yield from ()
    for name in words[1:]:
        shell.variables.pop(name, None)
        shell.functions.pop(name, None)
        shell.exported.discard(name)
    return 0


def _set(shell: Shell, words: list[str]) -> Script:
    if len(words) == 1:
        for name, value in sorted(shell.variables.items()):
            yield from shell.say(f"{name}='{value}'\n")
    rest = words[1:]
    while rest and rest[0][:1] in {"-", "+"} and rest[0] != "--":
        word = rest.pop(0)
        names = {rest.pop(0)} if word[1:] == "o" and rest else set(word[1:])
        shell.options = shell.options | names if word[0] == "-" else shell.options - names
    if rest:
        shell.arguments = rest[1:] if rest[0] == "--" else rest
    return 0


def _shift(shell: Shell, words: list[str]) -> Script:
    yield from ()
    count = _number(words, 1)
    if count > len(shell.arguments):
        return 1
    shell.arguments = shell.arguments[count:]
    return 0


def _read(shell: Shell, words: list[str]) -> Script:
    names = [word for word in words[1:] if not word.startswith("-")]
    line = yield from shell.line()
    whole = not names or shell.variables.get("IFS") == ""
    pieces = (line or "").split(None, len(names) - 1) if not whole else [line or ""]
    pieces = [piece.strip() for piece in pieces] if not whole else pieces
    for number, name in enumerate(names or ["REPLY"]):
        shell.assign(name, pieces[number] if number < len(pieces) else "")
    return 0 if line is not None else 1


def _exit(shell: Shell, words: list[str]) -> Script:
    yield from ()
    raise ExitError(_number(words, shell.status))


def _return(shell: Shell, words: list[str]) -> Script:
    yield from ()
    raise ReturnError(_number(words, shell.status))


def _break(_shell: Shell, words: list[str]) -> Script:
    yield from ()
    raise BreakError(_number(words, 1))


def _continue(_shell: Shell, words: list[str]) -> Script:
    yield from ()
    raise ContinueError(_number(words, 1))


def _exec(shell: Shell, words: list[str]) -> Script:
    raise ExitError((yield from shell.run_words(words[1:])))


def _eval(shell: Shell, words: list[str]) -> Script:
    return (yield from shell.run_text(" ".join(words[1:])))


def _source(shell: Shell, words: list[str]) -> Script:
    if len(words) == 1:
        return (yield from shell.complain(f"{words[0]}: file name missing"))
    try:
        content = shell.files.content(words[1])
    except FileError:
        yield from shell.complain(f"{words[0]}: can't open '{words[1]}': No such file or directory")
        raise ExitError(_MISUSED) from None
    try:
        return (yield from shell.run_text(content.decode(errors="replace")))
    except ReturnError as returned:
        return returned.status


def _command(shell: Shell, words: list[str]) -> Script:
    rest = words[1:]
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in {"-v", "-V"}:
            return (yield from _type(shell, ["type", *rest]))
    if not rest:
        return 0
    builtin = BUILTINS.get(rest[0])
    return (yield from builtin(shell, rest) if builtin else shell.run_words(rest))


def _type(shell: Shell, words: list[str]) -> Script:
    status = 0
    for name in words[1:]:
        if name in BUILTINS or name in shell.functions:
            yield from shell.say(f"{name}\n")
        elif shell.invocation.lookup(name) is not None:
            yield from shell.say(f"/bin/{name}\n" if "/" not in name else f"{name}\n")
        else:
            status = _NOT_FOUND
    return status


def _trap(shell: Shell, words: list[str]) -> Script:
    if len(words) < 3:  # noqa: PLR2004 - the command, what to do, and when
        return 0
    text, names = words[1], words[2:]
    for name in names:
        number = 0 if name in {"0", "EXIT"} else signal_number(name)
        if number is None:
            return (yield from shell.complain(f"trap: {name}: invalid signal specification"))
        if text == "-":
            shell.traps.pop(number, None)
            disposition = Disposition.DEFAULT
        else:
            shell.traps[number] = text
            disposition = Disposition.CAUGHT if text else Disposition.IGNORED
        if number:
            yield Handle(number, disposition)
    return 0


def _wait(shell: Shell, words: list[str]) -> Script:
    asked = {int(word) for word in words[1:] if word.isdecimal()}
    status = 0
    for job in list(shell.jobs):
        if not asked or job.number in asked:
            last = yield from shell.finish(job)
            status = last if asked else 0
    return status


def _kill(shell: Shell, words: list[str]) -> Script:
    number, rest = SIGNALS["TERM"], words[1:]
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        option = rest.pop(0)
        if option == "-l":
            yield from shell.say("\n".join(SIGNALS) + "\n")
            return 0
        name = rest.pop(0) if option == "-s" and rest else option[1:]
        found = 0 if name == "0" else signal_number(name)
        if found is None:
            return (yield from shell.complain(f"kill: invalid signal '{name}'"))
        number = found
    status = 0
    for target in rest:
        status = yield from _killed(shell, target, number)
    return status


def _killed(shell: Shell, target: str, number: int) -> Script:
    jobs = [job for job in shell.jobs if str(job.number) == target or target.startswith("%")]
    if jobs:
        if number:
            jobs[0].script.close()
            shell.jobs.remove(jobs[0])
        return 0
    if target == str(shell.invocation.pid):
        if number in shell.traps:
            return (yield from shell.run_text(shell.traps[number]))
        if number:
            raise ExitError(_SIGNALLED + number)
        return 0
    if target == "1":
        shell.invocation.signal(number)
        return 0
    return (yield from shell.complain(f"can't kill pid {target}: No such process"))


def _number(words: list[str], default: int) -> int:
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else default


BUILTINS: Mapping[str, Builtin] = {
    ":": _nothing,
    "cd": _cd,
    "export": _export,
    "local": _export,
    "readonly": _export,
    "declare": _export,
    "unset": _unset,
    "set": _set,
    "shift": _shift,
    "read": _read,
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _continue,
    "exec": _exec,
    "eval": _eval,
    ".": _source,
    "source": _source,
    "command": _command,
    "type": _type,
    "trap": _trap,
    "wait": _wait,
    "kill": _kill,
    "umask": _nothing,
    "ulimit": _nothing,
    "jobs": _nothing,
    "hash": _nothing,
    "alias": _nothing,
}
