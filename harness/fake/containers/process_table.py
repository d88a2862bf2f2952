"""What ps says of the processes of a container, by the options that a client gives it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.fake.programs.processes import Process
from harness.fake.requests.answer import bad_request
from harness.fake.values import Container
from harness.fake.world import World

_SHIM = 1000  # the process that dockerd starts all of them by
_OPTIONS = re.compile(r"-?[A-Za-z]+", re.ASCII)
_BSD = frozenset("acefhgjlmnosTtuvwxSXZ")
_UNIX = frozenset("AadefFHjlLmMnNoOpPsTuUVwyZcCgGqt")


@dataclass(frozen=True, slots=True)
class _Row:
    """A process as its table shows it."""

    pid: int
    parent: int
    user: str
    started: float
    command: str
    terminal: str


_Cell = Callable[[_Row], str]


def _begun(row: _Row) -> str:
    return f"{datetime.fromtimestamp(row.started, tz=UTC):%H:%M}"


_COLUMNS: Mapping[str, tuple[str, _Cell]] = {
    "uid": ("UID", lambda row: row.user),
    "user": ("USER", lambda row: row.user),
    "pid": ("PID", lambda row: str(row.pid)),
    "ppid": ("PPID", lambda row: str(row.parent)),
    "c": ("C", lambda _: "0"),
    "stime": ("STIME", _begun),
    "start": ("START", _begun),
    "tty": ("TTY", lambda row: row.terminal),
    "tt": ("TT", lambda row: row.terminal),
    "time": ("TIME", lambda _: "00:00:00"),
    "btime": ("TIME", lambda _: "0:00"),
    "cmd": ("CMD", lambda row: row.command),
    "command": ("COMMAND", lambda row: row.command),
    "args": ("COMMAND", lambda row: row.command),
    "comm": ("COMMAND", lambda row: row.command.partition(" ")[0].rpartition("/")[2]),
    "%cpu": ("%CPU", lambda _: "0.0"),
    "pcpu": ("%CPU", lambda _: "0.0"),
    "%mem": ("%MEM", lambda _: "0.0"),
    "pmem": ("%MEM", lambda _: "0.0"),
    "vsz": ("VSZ", lambda _: "2268"),
    "rss": ("RSS", lambda _: "1444"),
    "stat": ("STAT", lambda row: "Ss+" if row.terminal != "?" else "Ss"),
    "s": ("S", lambda _: "S"),
    "state": ("S", lambda _: "S"),
    "ni": ("NI", lambda _: "0"),
    "pri": ("PRI", lambda _: "19"),
    "nlwp": ("NLWP", lambda _: "1"),
    "lwp": ("LWP", lambda row: str(row.pid)),
    "pgid": ("PGID", lambda row: str(row.pid)),
    "sid": ("SID", lambda row: str(row.pid)),
    "sess": ("SESS", lambda row: str(row.pid)),
    "group": ("GROUP", lambda row: row.user),
    "gid": ("GID", lambda _: "0"),
    "etime": ("ELAPSED", lambda _: "00:00"),
    "label": ("LABEL", lambda _: "-"),
    "wchan": ("WCHAN", lambda _: "-"),
}
_FULL = ("uid", "pid", "ppid", "c", "stime", "tty", "time", "cmd")
_BY_USER = (
    *("user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start", "btime", "command"),
)
_BSD_USUAL = ("pid", "tty", "stat", "btime", "command")
_UNIX_USUAL = ("pid", "tty", "time", "cmd")


def process_table(
    world: World, container: Container, options: str
) -> tuple[list[str], list[list[str]]]:
    """Return titles and rows of the processes of a container; refuse with 400 odd options."""
    columns = [_COLUMNS[name] for name in _columns(options.split() or ["-ef"])]
    titles = [title for title, _ in columns]
    if "PID" not in titles:
        raise bad_request("Couldn't find PID field in ps output")
    return titles, [[cell(row) for _, cell in columns] for row in _rows(world, container)]


def _columns(words: list[str]) -> tuple[str, ...]:
    """Return the columns that options of ps ask for."""
    asked: tuple[str, ...] = ()
    letters, dashed = "", False
    words = list(words)
    while words:
        word = words.pop(0)
        if not _OPTIONS.fullmatch(word):
            raise bad_request("ps: error: unsupported option (BSD syntax)")
        bare = word.removeprefix("-")
        if bare.endswith("o") and words:
            asked += tuple(name.partition("=")[0].lower() for name in words.pop(0).split(","))
            bare = bare[:-1]
        dashed = dashed or word.startswith("-")
        known, syntax = (_UNIX, "SysV") if word.startswith("-") else (_BSD, "BSD")
        if not set(bare) <= known | set("x"):
            raise bad_request(f"ps: error: unsupported option ({syntax} syntax)")
        letters += bare
    unknown = [name for name in asked if name not in _COLUMNS]
    if unknown:
        raise bad_request(f'ps: error: unknown user-defined format specifier "{unknown[0]}"')
    return asked or _usual(letters, dashed=dashed)


def _usual(letters: str, *, dashed: bool) -> tuple[str, ...]:
    if "u" in letters:
        return _BY_USER
    if dashed:
        return _FULL if "f" in letters else _UNIX_USUAL
    return _BSD_USUAL


def _rows(world: World, container: Container) -> Iterator[_Row]:
    first = world.processes.find(container.id)
    if first is not None:
        yield _row(container, first, _SHIM)
    for key in container.execs:
        process = world.processes.find(key)
        if process is not None:
            yield _row(container, process, _SHIM)


def _row(container: Container, process: Process, parent: int) -> _Row:
    return _Row(
        pid=process.pid,
        parent=parent,
        user=(process.invocation.user or container.config.text("User")).partition(":")[0] or "root",
        started=process.started,
        command=" ".join(process.invocation.arguments),
        terminal="pts/0" if process.invocation.terminal else "?",
    )
