"""Processes that are not run but played: programs as generators of steps, driven by the clock."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from weakref import WeakSet

from harness.fake.programs.signals import ENDS_FIRST, HARMLESS, SIGNALS, signal_number
from harness.fake.programs.steps import (
    STDERR,
    STDOUT,
    Disposition,
    Handle,
    Invocation,
    Output,
    Pause,
    Program,
    Read,
    Script,
    SignalledError,
    Step,
    Steps,
)
from harness.fake.streams.terminals import Terminal

__all__ = [
    "ENDS_FIRST",
    "SIGNALS",
    "STDERR",
    "STDOUT",
    "Disposition",
    "Handle",
    "Invocation",
    "Output",
    "Pause",
    "Process",
    "Processes",
    "Program",
    "Read",
    "Script",
    "SignalledError",
    "Step",
    "Steps",
    "Tap",
    "signal_number",
]

_KILLED = 128
_DEFECT = 1  # the exit code of a program that raised an exception, as of Python
_STEPS_AT_ONCE = 1000  # of one program before others have their turn
_FREE_TURNS = 30  # one after the other, before it has to wait for the next
_BREATH = 0.001  # seconds until its next turn then, and twice as many after each further one
_LONGEST_BREATH = 60.0
_PIECE = 16384  # of a line that is longer than a log takes
_KILL = SIGNALS["KILL"]


@dataclass(eq=False, slots=True, weakref_slot=True)
class Tap:
    """What a process writes from the moment on that somebody listens; `ended` once it is over.

    It is forgotten with the last who holds it, so that nothing is left of a client that is lost.
    """

    pieces: deque[Output] = field(default_factory=deque)
    ended: bool = False

    def take(self) -> list[Output]:
        """Return what was written since the last time."""
        taken = list(self.pieces)
        self.pieces.clear()
        return taken


@dataclass(eq=False, slots=True)
class Process:
    """A program on its way; `moment` is the time that it has got to, `ended` its exit code.

    `within` is the key of the process that takes this one with it when it ends.
    """

    pid: int
    invocation: Invocation
    script: Script
    started: float
    moment: float
    within: str = ""
    ends_on: frozenset[int] = ENDS_FIRST
    terminal: Terminal | None = None
    lines: dict[int, bytes] = field(default_factory=dict)  # not yet at their end, by stream
    input: deque[bytes] = field(default_factory=deque)
    input_open: bool = False
    due: float | None = None  # when its pause is over
    reading: bool = False
    handled: dict[int, Disposition] = field(default_factory=dict)
    frozen: float | None = None  # since when
    pending: list[int] = field(default_factory=list)  # signals that came meanwhile
    turns: int = 0  # without a pause
    ended: int | None = None
    finished: float = 0.0
    on_output: Callable[[Output], None] = lambda _: None
    on_end: Callable[[int], None] = lambda _: None


@dataclass(slots=True)
class Processes:
    """The processes of a world by the id of their container or exec.

    `tell` is called whenever something happened that somebody may wait for.
    """

    now: Callable[[], float]
    tell: Callable[[], None]
    living: dict[str, Process] = field(default_factory=dict)
    _taps: dict[str, WeakSet[Tap]] = field(default_factory=dict)
    _agenda: list[tuple[float, int, str, Process]] = field(default_factory=list)
    _entries: Iterator[int] = field(default_factory=itertools.count)
    _pids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    def start(  # noqa: PLR0913 - the ends of a process, all by name
        self,
        key: str,
        invocation: Invocation,
        program: Program,
        *,
        on_output: Callable[[Output], None],
        on_end: Callable[[int], None],
        input_open: bool = False,
        within: str = "",
        ends_on: frozenset[int] = ENDS_FIRST,
    ) -> Process:
        """Start a program; it takes its first steps when the world next ticks.

        `on_output` is told whole lines, for a log; who wants everything at once has a tap.
        """
        now = self.now()
        process = Process(
            pid=next(self._pids),
            invocation=invocation,
            script=_played(program, invocation),
            started=now,
            moment=now,
            within=within,
            ends_on=ends_on,
            terminal=Terminal() if invocation.terminal else None,
            input_open=input_open,
            due=now,
            on_output=on_output,
            on_end=on_end,
        )
        self.living[key] = process
        self._plan(key, process)
        return process

    def find(self, key: str) -> Process | None:
        """Return the process of a container or an exec that lives; None where there is none."""
        return self.living.get(key)

    def tap(self, key: str) -> Tap:
        """Listen to what a process writes from now on, be it there already or not."""
        tap = Tap()
        self._taps.setdefault(key, WeakSet()).add(tap)
        return tap

    def untap(self, key: str, tap: Tap) -> None:
        """Listen no more."""
        taps = self._taps.get(key, WeakSet())
        taps.discard(tap)
        if not taps:
            self._taps.pop(key, None)

    def heard(self) -> set[str]:
        """Return the keys of what somebody listens to."""
        return {key for key, taps in self._taps.items() if taps}

    def feed(self, key: str, data: bytes) -> None:
        """Give a process something to read; b"" closes its input."""
        process = self.living.get(key)
        if process is None or not process.input_open:
            return
        if not data:
            process.input_open = False
        elif process.terminal is not None:
            self._type(key, process, process.terminal, data)
        else:
            process.input.append(data)
        self._run(key, process)

    def signal(self, key: str, number: int) -> None:
        """Send a signal, which the program may catch; otherwise it may end by it."""
        process = self.living.get(key)
        if process is None:
            return
        if number == _KILL:
            self._end(key, process, _KILLED + number)
        elif process.frozen is not None:
            process.pending.append(number)
        else:
            self._interrupt(key, process, number)

    def freeze(self, key: str, *, frozen: bool) -> None:
        """Pause a process and those within it, or let them go on."""
        for name, process in self._with_inner(key):
            if frozen and process.frozen is None:
                process.frozen = self.now()
            elif not frozen and process.frozen is not None:
                if process.due is not None:
                    process.due += self.now() - process.frozen
                process.frozen = None
                self._run(name, process)
                for number in process.pending:
                    self.signal(name, number)
                process.pending.clear()

    def drop(self, key: str) -> None:
        """Forget a process without a word, and those within it; nobody hears of it any more."""
        for name, process in self._with_inner(key):
            process.script.close()
            self.living.pop(name, None)
            self._silence(name)
        self._silence(key)

    def next_due(self) -> float | None:
        """Return when the next pause is over; None where nothing will happen by itself."""
        while self._agenda and not self._planned(self._agenda[0]):
            heapq.heappop(self._agenda)
        return self._agenda[0][0] if self._agenda else None

    def tick(self) -> None:
        """Let every process go on whose time has come."""
        now = self.now()
        ready = []
        while self._agenda and self._agenda[0][0] <= now:
            entry = heapq.heappop(self._agenda)
            if self._planned(entry):
                ready.append(entry)
        for _, _, key, process in ready:
            self._run(key, process)

    def _plan(self, key: str, process: Process) -> None:
        if process.due is not None:
            entry = (process.due, next(self._entries), key, process)
            heapq.heappush(self._agenda, entry)

    def _planned(self, entry: tuple[float, int, str, Process]) -> bool:
        """Tell whether an entry of the agenda still holds."""
        due, _, key, process = entry
        return process.due == due and process.frozen is None and self.living.get(key) is process

    def _with_inner(self, key: str) -> list[tuple[str, Process]]:
        inner = [(name, each) for name, each in self.living.items() if each.within == key]
        own = self.living.get(key)
        return inner if own is None else [*inner, (key, own)]

    def _type(self, key: str, process: Process, terminal: Terminal, data: bytes) -> None:
        for typed in terminal.type(data):
            if typed.echo:
                self._write(key, process, Output(typed.echo))
            if typed.line is not None:
                process.input.append(typed.line)
            if typed.signal:
                self._interrupt(key, process, typed.signal)

    def _interrupt(self, key: str, process: Process, number: int) -> None:
        match process.handled.get(number, Disposition.DEFAULT):
            case Disposition.IGNORED:
                return
            case Disposition.CAUGHT:
                process.moment = process.due = self.now()
                process.reading = False
                self._run(key, process, SignalledError(number))
            case Disposition.DEFAULT:
                deadly = number not in HARMLESS
                if deadly and (process.within or number in process.ends_on):
                    self._end(key, process, _KILLED + number)

    def _run(self, key: str, process: Process, raised: SignalledError | None = None) -> None:
        """Take steps until the program waits for something, or has ended."""
        for _ in range(_STEPS_AT_ONCE):
            sent = self._awaited(process)
            if isinstance(sent, _Waiting):
                process.turns = 0
                self._plan(key, process)
                return
            try:
                step = process.script.throw(raised) if raised else process.script.send(sent)
            except StopIteration as end:
                self._end(key, process, _code(end.value))
                return
            except SignalledError as signal:
                self._end(key, process, _KILLED + signal.number)
                return
            except Exception as error:  # noqa: BLE001 - a defect of a registered program
                self._fail(key, process, error)
                return
            raised = None
            self._take(key, process, step)
        # It never pauses. Others must have their turn, and its log must not grow without end.
        process.turns += 1
        process.due = self.now() + _breath(process.turns - _FREE_TURNS)
        self._plan(key, process)

    def _awaited(self, process: Process) -> "bytes | _Waiting | None":
        """Return what the program is waiting for, or that it is not there yet."""
        if process.frozen is not None or process.ended is not None:
            return _Waiting.WAITING
        now = self.now()
        if process.reading:
            if not process.input and process.input_open:
                return _Waiting.WAITING
            process.reading = False
            process.moment = process.due = now
            return process.input.popleft() if process.input else b""
        if process.due is None or process.due > now:
            return _Waiting.WAITING
        process.moment = process.due
        return None

    def _take(self, key: str, process: Process, step: Step) -> None:
        match step:
            case Output():
                self._write(key, process, step)
            case Pause():
                process.due = None if step.seconds is None else process.moment + step.seconds
            case Read():
                process.reading = True
                process.due = None
            case Handle():
                process.handled[step.number] = step.disposition

    def _write(self, key: str, process: Process, step: Output) -> None:
        if not step.data:
            return
        if process.terminal is not None:
            step = Output(process.terminal.shown(step.data))
        for tap in self._taps.get(key, ()):
            tap.pieces.append(step)
        *whole, rest = (process.lines.pop(step.stream, b"") + step.data).split(b"\n")
        for line in whole:
            _log(process, line + b"\n", step.stream)
        if len(rest) >= _PIECE:
            rest = _log(process, rest, step.stream)
        if rest:
            process.lines[step.stream] = rest
        self.tell()

    def _fail(self, key: str, process: Process, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}\n".encode(errors="replace")
        self._write(key, process, Output(told, STDERR))
        self._end(key, process, _DEFECT)

    def _end(self, key: str, process: Process, code: int) -> None:
        if process.ended is not None:
            return
        for name, inner in self._with_inner(key):
            if inner is not process:
                self._end(name, inner, _KILLED + _KILL)
        process.ended, process.finished = code, self.now()
        process.script.close()
        for stream, rest in process.lines.items():
            process.on_output(Output(rest, stream))
        process.lines.clear()
        if self.living.get(key) is process:
            del self.living[key]
            self._silence(key)
        process.on_end(code)
        self.tell()

    def _silence(self, key: str) -> None:
        for tap in self._taps.pop(key, ()):
            tap.ended = True
        self.tell()


class _Waiting(Enum):
    WAITING = "waiting"


def _breath(turn: int) -> float:
    """Return how long a program that never pauses has to wait: longer and longer."""
    if turn <= 0:
        return 0.0
    return min(_BREATH * float(2 ** min(turn, 64)), _LONGEST_BREATH)


def _played(program: Program, invocation: Invocation) -> Script:
    # A program that cannot even begin fails where others do: when it is played.
    return (yield from program(invocation))


def _code(value: object) -> int:
    """Return an exit code as a parent sees it: a byte; a program that returns none ended well."""
    return int(value) & 0xFF if isinstance(value, int) else 0


def _log(process: Process, line: bytes, stream: int) -> bytes:
    """Hand a line to the log in pieces that it takes; return what is left of an unfinished one."""
    while len(line) > _PIECE or (len(line) == _PIECE and not line.endswith(b"\n")):
        process.on_output(Output(line[:_PIECE], stream))
        line = line[_PIECE:]
    if line.endswith(b"\n"):
        process.on_output(Output(line, stream))
        return b""
    return line
