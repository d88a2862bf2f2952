"""Where the input of a played program comes from, and where its output goes."""

import posixpath
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from harness.fake.programs.steps import (
    Invocation,
    Output,
    Pause,
    Read,
    Script,
    SignalledError,
    Step,
)
from harness.fake.values import File

# Takes what is written; what it returns goes on to whoever plays the program.
Sink: TypeAlias = Callable[[bytes], Output | None]

_PIPE = -1  # the stream of what goes through a pipe


class FileError(Exception):
    """A file cannot be opened; the message is what a shell says."""


def onward(stream: int) -> Sink:
    """Return the sink that hands on, as output of a stream."""
    return lambda data: Output(data, stream)


def nowhere(data: bytes) -> None:
    """Drop what is written."""
    del data


@dataclass(slots=True)
class Source:
    """Standard input, and what was read of it but not used; an `own` one ends with that."""

    rest: bytes = b""
    own: bool = False

    def take(self) -> bytes | None:
        """Return what is there; None where it has to be read."""
        if self.rest or self.own:
            taken, self.rest = self.rest, b""
            return taken
        return None


@dataclass(slots=True)
class Files:
    """The files of an invocation, by paths that may be relative to its folder."""

    invocation: Invocation
    folder: str

    def path(self, name: str) -> str:
        """Return a path as an absolute one."""
        return posixpath.normpath(posixpath.join("/", self.folder, name)).replace("//", "/")

    def find(self, name: str) -> File | None:
        """Return what is at a path; None where nothing is."""
        path = self.path(name)
        if path == "/dev/null":
            return File()
        if path == "/":
            return File("dir", mode=0o755)
        return self.invocation.read(path)

    def put(self, name: str, file: File | None) -> None:
        """Put a file at a path, or with None remove what is there."""
        path = self.path(name)
        if not path.startswith("/dev/") and path != "/":
            self.invocation.write(path, file)

    def content(self, name: str) -> bytes:
        """Return the content of a file; raise FileError where there is none."""
        found = self.find(name)
        if found is None:
            raise FileError(f"{name}: No such file or directory")
        if found.kind == "dir":
            raise FileError(f"{name}: Is a directory")
        return found.content

    def children(self, name: str) -> dict[str, File]:
        """Return what is in a folder, by name."""
        base = posixpath.join(self.path(name), "")
        return {
            path[len(base) :]: file
            for path, file in sorted(self.invocation.files().items())
            if file is not None
            and path.startswith(base)
            and "/" not in path[len(base) :]
            and path != "/"
        }

    def opened(self, name: str, *, append: bool) -> Sink:
        """Return the sink that fills a file, emptied first unless appended to."""
        path = self.path(name)
        if path.startswith("/dev/"):
            return _device(path)
        found = self.find(path)
        if found is not None and found.kind == "dir":
            raise FileError(f"can't create {name}: Is a directory")
        above = self.find(posixpath.dirname(path))
        if above is None and self.invocation.files():
            raise FileError(f"can't create {name}: nonexistent directory")
        if found is None:
            self.put(path, File(changed=self.invocation.now()))
        elif not append:
            self.put(path, replace(found, content=b"", changed=self.invocation.now()))

        def fill(data: bytes) -> None:
            there = self.find(path) or File()
            self.put(
                path,
                replace(there, content=there.content + data, changed=self.invocation.now()),
            )

        return fill


def _device(path: str) -> Sink:
    match path:
        case "/dev/stdout" | "/dev/tty":
            return onward(1)
        case "/dev/stderr":
            return onward(2)
        case _:
            return nowhere


def plumbed(script: Script, source: Source, sinks: dict[int, Sink]) -> Script:
    """Play a program with its input and output led elsewhere."""
    sent: bytes | None = None
    raised: SignalledError | None = None
    while True:
        try:
            step = script.throw(raised) if raised else script.send(sent)
        except StopIteration as end:
            return end.value if isinstance(end.value, int) else 0
        sent, raised = None, None
        onwards = _led(step, sinks)
        if isinstance(step, Read):
            sent = source.take()
            if sent is not None:
                continue
        try:
            sent = yield onwards
        except SignalledError as signal:
            raised = signal


def _led(step: Step, sinks: dict[int, Sink]) -> Step:
    if not isinstance(step, Output) or step.stream == _PIPE:
        return step
    sink = sinks.get(step.stream)
    # What goes nowhere further is still a step, or one that writes for ever would never pause.
    return (sink(step.data) if sink else None) or Pause(0)


def piped_to() -> Sink:
    """Return the sink of what is written into a pipe."""
    return onward(_PIPE)


@dataclass(slots=True)
class _Pipe:
    """The left end of a pipe, played only as far as the right end reads."""

    script: Script
    pieces: deque[bytes] = field(default_factory=deque)
    open: bool = True

    def fill(self) -> Script:
        """Play until something is in the pipe or nothing will be."""
        while self.open and not self.pieces:
            yield from self.advance()
        return 0

    def advance(self) -> Script:
        sent: bytes | None = None
        while True:
            try:
                step = self.script.send(sent)
            except StopIteration:
                self.open = False
                return 0
            if isinstance(step, Output) and step.stream == _PIPE:
                self.pieces.append(step.data)
                return 0
            sent = yield step

    def drain(self) -> Script:
        """Play to the end; whoever writes into a pipe that nobody reads ends at once."""
        while self.open:
            self.pieces.clear()
            yield from self.advance()
            if self.pieces:
                self.script.close()
                self.open = False
        return 0


def piped(left: Script, right: Script) -> Script:
    """Play two programs, of which the second reads what the first writes into the pipe."""
    pipe = _Pipe(left)
    sent: bytes | None = None
    while True:
        try:
            step = right.send(sent)
        except StopIteration as end:
            yield from pipe.drain()
            return end.value if isinstance(end.value, int) else 0
        sent = None
        if isinstance(step, Read):
            yield from pipe.fill()
            yield Pause(0)
            sent = pipe.pieces.popleft() if pipe.pieces else b""
        else:
            sent = yield step
