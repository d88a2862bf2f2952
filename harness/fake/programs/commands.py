"""The programs that a fake knows, but for the shell; a row in COMMANDS for each."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace

from harness.fake.programs.conditions import condition
from harness.fake.programs.file_commands import FILE_COMMANDS
from harness.fake.programs.reading_commands import READING_COMMANDS
from harness.fake.programs.steps import STDERR, Invocation, Output, Pause, Program, Script

_ROOT = frozenset({"", "0", "root"})
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b",
    "f": "\f", "v": "\v", "e": "\x1b", "\\": "\\",
}  # fmt: skip
_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_DIRECTIVE = re.compile(r"%(%|[-+ 0#]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z])")
_CLOSED = 143
_PERSON = 1000


def _true(_: Invocation) -> Script:
    yield from ()
    return 0


def _false(_: Invocation) -> Script:
    yield from ()
    return 1


def _echo(invocation: Invocation) -> Script:
    words = list(invocation.arguments[1:])
    newline, escapes = True, False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        option = words.pop(0)
        newline = newline and "n" not in option
        escapes = "e" in option or (escapes and "E" not in option)
    text = " ".join(words)
    if escapes:
        newline = newline and "\\c" not in text
        text = escaped(text)
    yield Output(_encoded(text + "\n" if newline else text))
    return 0


def escaped(text: str) -> str:
    r"""Return a text with its escapes, such as \n, as what they stand for; \c ends it."""
    text, _, _ = text.partition("\\c")

    def meant(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, found[0])

    return _ESCAPE.sub(meant, text)


def _printf(invocation: Invocation) -> Script:
    if len(invocation.arguments) == 1:
        yield Output(b"usage: printf FORMAT [ARG]...\n", STDERR)
        return 1
    form, *rest = invocation.arguments[1:]
    words = list(rest)
    written = []
    while True:
        before = len(words)
        written.append(_formatted(form, words))
        if not words or len(words) == before:
            break
    yield Output(_encoded("".join(written)))
    return 0


def _formatted(form: str, words: list[str]) -> str:
    """Return a form once filled, and take the words that it used."""

    def filled(found: re.Match[str]) -> str:
        directive = found[1]
        if directive == "%":
            return "%"
        kind, shape = directive[-1], directive[:-1]
        if "*" in shape:
            shape = shape.replace("*", words.pop(0) if words else "")
        return _shaped(shape, kind, words.pop(0) if words else "")

    return _DIRECTIVE.sub(filled, escaped(form))


def _shaped(shape: str, kind: str, word: str) -> str:
    """Return a word in the shape that a directive such as %5d asks for."""
    value: object = word
    try:
        match kind:
            case "b":
                value, kind = escaped(word), "s"
            case "c":
                value, kind = word[:1], "s"
            case "d" | "i" | "u" | "o" | "x" | "X":
                value, kind = int(word or "0", 0), "d" if kind in "iu" else kind
            case "e" | "f" | "g" | "E" | "G":
                value = float(word or "0")
            case _:
                kind = "s"
    except ValueError:
        value, kind = 0, "d"
    return f"%{shape}{kind}" % value


def _sleep(invocation: Invocation) -> Script:
    words = invocation.arguments[1:]
    seconds = 0.0
    for word in words:
        if word in {"infinity", "inf"}:
            yield Pause()
        found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)", word)
        if found is None:
            yield Output(f"sleep: invalid number '{word}'\n".encode(), STDERR)
            return 1
        seconds += float(found[1]) * _UNITS[found[2]]
    if not words:
        yield Output(b"sleep: missing operand\n", STDERR)
        return 1
    yield Pause(seconds)
    return 0


def _forever(_: Invocation) -> Script:
    while True:
        yield Pause()


def _yes(invocation: Invocation) -> Script:
    line = _encoded(" ".join(invocation.arguments[1:]) or "y") + b"\n"
    while True:
        yield Output(line)


def _env(invocation: Invocation) -> Script:
    """Show the environment, or run a command in a changed one."""
    variables = dict(invocation.environment)
    words = list(invocation.arguments[1:])
    while words and (words[0].startswith("-") or "=" in words[0]):
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if equals:
            variables[name] = value
        elif word in {"-i", "-"}:
            variables.clear()
        elif word == "-u" and words:
            variables.pop(words.pop(0), None)
    if words:
        return (yield from _run(replace(invocation, environment=variables), words))
    for name, value in variables.items():
        yield Output(_encoded(f"{name}={value}\n"))
    return 0


def _printenv(invocation: Invocation) -> Script:
    names = invocation.arguments[1:]
    if not names:
        return (yield from _env(replace(invocation, arguments=("env",))))
    status = 0
    for name in names:
        if name in invocation.environment:
            yield Output(_encoded(invocation.environment[name] + "\n"))
        else:
            status = 1
    return status


def _run(invocation: Invocation, words: list[str]) -> Script:
    """Run a command in the place of another, such as env; what nobody knows does nothing."""
    program = invocation.lookup(words[0])
    if program is None:
        return 0
    return (yield from program(replace(invocation, arguments=tuple(words))))


def _wrapper(invocation: Invocation) -> Script:
    """Run the command that follows the options, as nohup and tini do."""
    words = list(invocation.arguments[1:])
    while words and words[0].startswith("-"):
        words.pop(0)
    return (yield from _run(invocation, words)) if words else 0


def _timeout(invocation: Invocation) -> Script:
    """Run a command for no longer than some seconds."""
    words = list(invocation.arguments[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in {"-s", "-k"} and words:
            words.pop(0)
    found = re.fullmatch(r"(\d+(?:\.\d*)?)([smhd]?)", words[0]) if words else None
    if found is None:
        yield Output(b"timeout: invalid number\n", STDERR)
        return 1
    left = float(found[1]) * _UNITS[found[2]]
    script = _run(invocation, words[1:])
    sent: bytes | None = None
    while True:
        try:
            step = script.send(sent)
        except StopIteration as end:
            return int(end.value or 0)
        if isinstance(step, Pause):
            if step.seconds is None or step.seconds > left:
                yield Pause(left)
                script.close()
                return _CLOSED
            left -= step.seconds
        sent = yield step


def _hostname(invocation: Invocation) -> Script:
    yield Output(_encoded(invocation.hostname + "\n"))
    return 0


def _pwd(invocation: Invocation) -> Script:
    yield Output(_encoded(invocation.directory + "\n"))
    return 0


def _identity(invocation: Invocation) -> tuple[str, str, str, str]:
    """Return user id, name, group id and group name; names that are not known are ""."""
    user, _, group = invocation.user.partition(":")
    if user in _ROOT:
        number, name = "0", "root"
    else:
        found = invocation.read("/etc/passwd")
        rows = [line.split(":") for line in (found.content if found else b"").decode().splitlines()]
        row = next((row for row in rows if len(row) > 3 and user in row[:1] + row[2:3]), None)  # noqa: PLR2004 - name, password, user, group
        number = row[2] if row else (user if user.isdecimal() else str(_PERSON))
        name = row[0] if row else ("" if user.isdecimal() else user)
        group = group or (row[3] if row else "0")
    group = "0" if group in _ROOT else group
    return number, name, group, "root" if group == "0" else ""


def _id(invocation: Invocation) -> Script:
    number, name, group, group_name = _identity(invocation)
    options = "".join(word.lstrip("-") for word in invocation.arguments[1:] if word[:1] == "-")
    if "u" in options:
        text = name or number if "n" in options else number
    elif "g" in options or "G" in options:
        text = group_name or group if "n" in options else group
    else:
        shown = f"({group_name})" if group_name else ""
        user = f"uid={number}" + (f"({name})" if name else "")
        text = f"{user} gid={group}{shown} groups={group}{shown}"
    yield Output(_encoded(text + "\n"))
    return 0


def _whoami(invocation: Invocation) -> Script:
    number, name, _, _ = _identity(invocation)
    if not name:
        yield Output(f"whoami: unknown uid {number}\n".encode(), STDERR)
        return 1
    yield Output(_encoded(name + "\n"))
    return 0


def _date(invocation: Invocation) -> Script:
    form = next((word[1:] for word in invocation.arguments[1:] if word.startswith("+")), "")
    now = invocation.now()
    form = form.replace("%s", str(int(now))).replace("%N", f"{int(now % 1 * 1e9):09d}")
    text = time.strftime(form or "%a %b %e %H:%M:%S UTC %Y", time.gmtime(now))
    yield Output(_encoded(text + "\n"))
    return 0


def _uname(invocation: Invocation) -> Script:
    known = {"s": "Linux", "n": invocation.hostname, "r": "6.1.0-fake", "m": "x86_64"}
    options = "".join(word.lstrip("-") for word in invocation.arguments[1:]) or "s"
    chosen = known if "a" in options else {key: known[key] for key in known if key in options}
    yield Output(_encoded(" ".join(chosen.values()) + "\n"))
    return 0


def _seq(invocation: Invocation) -> Script:
    try:
        numbers = [int(word) for word in invocation.arguments[1:]]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3:  # noqa: PLR2004 - first, step, last
        yield Output(b"seq: invalid number\n", STDERR)
        return 1
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1  # noqa: PLR2004 - first, step, last
    last = numbers[-1]
    for number in range(first, last + (1 if step > 0 else -1), step or 1):
        yield Output(f"{number}\n".encode())
    return 0


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


COMMANDS: Mapping[str, Program] = {
    **FILE_COMMANDS,
    **READING_COMMANDS,
    "true": _true,
    "false": _false,
    "echo": _echo,
    "printf": _printf,
    "sleep": _sleep,
    "pause": _forever,
    "top": _forever,
    "yes": _yes,
    "env": _env,
    "printenv": _printenv,
    "nohup": _wrapper,
    "nice": _wrapper,
    "tini": _wrapper,
    "timeout": _timeout,
    "hostname": _hostname,
    "pwd": _pwd,
    "id": _id,
    "whoami": _whoami,
    "date": _date,
    "uname": _uname,
    "seq": _seq,
    "test": condition,
    "[": condition,
}
