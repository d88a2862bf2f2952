"""A small sh: what a command line does, played on the files and the clock of a fake."""

import posixpath
from dataclasses import replace

from harness.fake.programs.plumbing import Files
from harness.fake.programs.shell_flow import BreakError, ContinueError, ExitError, ReturnError
from harness.fake.programs.shell_runner import Shell
from harness.fake.programs.shell_syntax import ShellSyntaxError, UnfinishedError, parse
from harness.fake.programs.steps import STDERR, Invocation, Script

_MISUSED = 2
_NOT_FOUND = 127
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})


def sh(invocation: Invocation) -> Script:
    """Play sh: a command of `-c`, a script, or what comes on the input."""
    shell = Shell(
        invocation,
        invocation.directory,
        script_of,
        variables={**invocation.environment, "PWD": invocation.directory},
        exported=set(invocation.environment),
        name=invocation.arguments[0],
    )
    options, words = _options(invocation.arguments[1:])
    shell.options = options
    try:
        status = yield from _begun(shell, words)
    except ExitError as left:
        status = left.status
    except (BreakError, ContinueError, ReturnError):
        status = shell.status
    return (yield from shell.leave(status))


def _begun(shell: Shell, words: list[str]) -> Script:
    if "c" in shell.options:
        if not words:
            yield from shell.complain("-c requires an argument")
            return _MISUSED
        text, *rest = words
        shell.name, shell.arguments = (rest or [shell.name])[0], rest[1:]
        return (yield from shell.run_text(text))
    if words and "s" not in shell.options:
        shell.arguments = words[1:]
        found = shell.files.find(words[0])
        if found is None:
            yield from shell.complain(f"can't open '{words[0]}': No such file or directory")
            return _NOT_FOUND
        shell.name = words[0]
        return (yield from shell.run_text(found.content.decode(errors="replace")))
    shell.arguments = words
    return (yield from _conversation(shell))


def _options(arguments: tuple[str, ...]) -> tuple[set[str], list[str]]:
    options: set[str] = set()
    words = list(arguments)
    while words and words[0][:1] in {"-", "+"} and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            continue
        options |= set(word[1:])
        if word[1:].endswith("o") and words:
            options.add(words.pop(0))
    return options, words


def _conversation(shell: Shell) -> Script:
    """Run what comes on the input, command by command; a person is shown a prompt."""
    person = shell.invocation.terminal or "i" in shell.options
    text = ""
    while True:
        if person:
            yield from shell.say("> " if text else _prompt(shell), STDERR)
        line = yield from shell.line()
        if line is None:
            if person:
                yield from shell.say("\n", STDERR)
            return shell.status
        text += line + "\n"
        try:
            command = parse(text)
        except UnfinishedError:
            continue
        except ShellSyntaxError as error:
            yield from shell.complain(f"syntax error: {error}")
            shell.status, text = _MISUSED, ""
            continue
        text = ""
        yield from shell.run(command)


def _prompt(shell: Shell) -> str:
    root = shell.invocation.user.partition(":")[0] in {"", "0", "root"}
    folder = shell.directory
    home = shell.variables.get("HOME", "")
    if home not in {"", "/"} and (folder == home or folder.startswith(home + "/")):
        folder = "~" + folder[len(home) :]
    return f"{folder} {'#' if root else '$'} "


def script_of(invocation: Invocation) -> Script:
    """Play what nobody knows: a file that is a script for sh, or else nothing, and well."""
    path = invocation.arguments[0] if invocation.arguments else ""
    found = Files(invocation, invocation.directory).find(path) if "/" in path else None
    if found is None or not _is_script(found.content):
        return 0
    return (yield from sh(replace(invocation, arguments=("sh", *invocation.arguments))))


def _is_script(content: bytes) -> bool:
    first, _, _ = content.partition(b"\n")
    words = first.removeprefix(b"#!").decode(errors="replace").split()
    names = [posixpath.basename(word) for word in words[:2]]
    return first.startswith(b"#!") and not _SHELLS.isdisjoint(names)
