"""What a played program does, step by step, and how it is started."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias, TypeVar

from harness.fake.values import File, Tree

STDOUT = 1
STDERR = 2


@dataclass(frozen=True, slots=True)
class Output:
    """A step: the program writes; `stream` is 1 for stdout, 2 for stderr."""

    data: bytes
    stream: int = STDOUT


@dataclass(frozen=True, slots=True)
class Pause:
    """A step: the program sleeps for some seconds; for ever where `seconds` is None."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A step: the program waits for its standard input, and is sent it; b"" at its end."""


class Disposition(Enum):
    """What a signal does to a process."""

    DEFAULT = "default"  # it ends the process, or does nothing
    CAUGHT = "caught"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Handle:
    """A step: from now on a signal is raised in the program where it waits, or is ignored."""

    number: int
    disposition: Disposition = Disposition.CAUGHT


class SignalledError(Exception):
    """Raised in a program that handles a signal, where it waits for something."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


Step: TypeAlias = Output | Pause | Read | Handle
_T = TypeVar("_T")
Steps: TypeAlias = Generator[Step, bytes | None, _T]  # a part of a program, which has a result
Script: TypeAlias = Steps[int]


@dataclass(frozen=True, slots=True)
class Invocation:
    """How a program is started; `read` and `write` reach the files of its container.

    `read` returns None for what is no file; `write` takes None to remove a file; `files` returns
    all that there are, by path. `lookup` returns the program that a path names; `signal` sends a
    signal to the first process of the container. `pid` is 1 for that one itself.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = ""
    hostname: str = ""
    terminal: bool = False
    read: Callable[[str], File | None] = lambda _: None
    write: Callable[[str, File | None], None] = lambda _path, _file: None
    files: Callable[[], Tree] = dict
    lookup: "Callable[[str], Program | None]" = lambda _: None
    signal: Callable[[int], None] = lambda _: None
    now: Callable[[], float] = lambda: 0.0
    pid: int = 1


Program: TypeAlias = Callable[[Invocation], Script]
