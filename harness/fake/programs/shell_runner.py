"""What the commands of sh do, played on the files and the clock of a fake."""

import fnmatch
from dataclasses import dataclass, replace

from harness.fake.programs.plumbing import (
    FileError,
    Sink,
    Source,
    nowhere,
    piped,
    piped_to,
    plumbed,
)
from harness.fake.programs.shell_builtins import BUILTINS
from harness.fake.programs.shell_flow import BreakError, ContinueError, ExitError, ReturnError
from harness.fake.programs.shell_state import Job, ShellState
from harness.fake.programs.shell_syntax import ShellSyntaxError, parse
from harness.fake.programs.shell_tree import (
    NOTHING,
    Case,
    Chain,
    Command,
    For,
    Function,
    If,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Simple,
    Subshell,
    While,
    Word,
)
from harness.fake.programs.shell_words import WordError, pattern_of, text_of, texts_of
from harness.fake.programs.steps import (
    STDERR,
    STDOUT,
    Invocation,
    Pause,
    Read,
    Script,
    SignalledError,
    Steps,
)

_MISUSED = 2
_SIGNALLED = 128


@dataclass(slots=True)
class Shell(ShellState):
    """A shell that runs commands."""

    def captured(self, command: Command) -> Steps[str]:
        """Return what a command writes."""
        pieces: list[bytes] = []
        inner = self.copy()
        inner.sinks[STDOUT] = pieces.append
        self.status = yield from inner.alone(command)
        return b"".join(pieces).decode(errors="replace")

    def copy(self) -> "Shell":
        """Return a shell that changes nothing of this one."""
        return replace(
            self,
            sinks=dict(self.sinks),
            variables=dict(self.variables),
            exported=set(self.exported),
            functions=dict(self.functions),
            arguments=list(self.arguments),
            traps={},
            jobs=[],
            options=set(self.options),
        )

    def run_text(self, text: str) -> Script:
        """Run the commands of a text."""
        try:
            command = parse(text)
        except ShellSyntaxError as error:
            yield from self.complain(f"syntax error: {error}")
            raise ExitError(_MISUSED) from error
        return (yield from self.run(command))

    def run_words(self, words: list[str]) -> Script:
        """Run a command that is given as words."""
        program = self.invocation.lookup(words[0]) or self.stranger
        script = program(self._child(words))
        return (yield from plumbed(script, self.source, dict(self.sinks)))

    def _child(self, words: list[str]) -> Invocation:
        inherited = not self.source.own and self.sinks.get(STDOUT) is not None
        return replace(
            self.invocation,
            arguments=tuple(words),
            environment=self.environment(),
            directory=self.directory,
            terminal=self.invocation.terminal and inherited,
        )

    def finish(self, job: Job) -> Script:
        """Play a command of the background to its end."""
        if job in self.jobs:
            self.jobs.remove(job)
        left = job.pause
        if left is not None:
            left = max(0.0, left - (self.invocation.now() - job.since))
        yield Pause(left)
        return (yield from plumbed(job.script, Source(own=True), dict(self.sinks)))

    # Commands

    def alone(self, command: Command) -> Script:
        """Run a command in a shell of its own, which it may exit."""
        try:
            status = yield from self.run(command)
        except ExitError as left:
            status = left.status
        except (BreakError, ContinueError, ReturnError):
            status = self.status
        return (yield from self.leave(status))

    def leave(self, status: int) -> Script:
        """Run what a trap says about the exit, and return the status."""
        text = self.traps.pop(0, "")
        if not text:
            return status
        self.status = status
        try:
            yield from self.run_text(text)
        except ExitError as left:
            return left.status
        return status

    def run(self, command: Command) -> Script:
        """Run a command and return its status."""
        try:
            self.status = yield from self._run(command)
        except SignalledError as signal:
            self.status = yield from self._trapped(signal)
        failed = self.status != 0 and "e" in self.options and not self.conditions
        negated = isinstance(command, Pipeline) and command.negated
        if failed and isinstance(command, Simple | Pipeline | Subshell) and not negated:
            raise ExitError(self.status)
        return self.status

    def _run(self, command: Command) -> Script:
        match command:
            case Simple():
                status = yield from self._simple(command)
            case Sequence():
                status = yield from self._sequence(command)
            case Chain():
                status = yield from self._chain(command)
            case Pipeline():
                status = yield from self._pipeline(command)
            case Subshell():
                status = yield from self.copy().alone(command.body)
            case Function():
                self.functions[command.name] = command.body
                status = 0
            case Redirected():
                status = yield from self._redirected(command)
            case _:
                status = yield from self._run_compound(command)
        return status

    def _run_compound(self, command: If | While | For | Case) -> Script:
        match command:
            case If():
                first = yield from self._condition(command.condition)
                chosen = command.otherwise if first else command.then
                status = 0 if chosen == NOTHING else (yield from self.run(chosen))
            case While():
                status = yield from self._while(command)
            case For():
                status = yield from self._for(command)
            case Case():
                status = yield from self._case(command)
        return status

    def _trapped(self, signal: SignalledError) -> Script:
        text = self.traps.get(signal.number)
        if text is None:
            raise signal
        yield from self.run_text(text)
        return _SIGNALLED + signal.number

    def _condition(self, command: Command) -> Script:
        self.conditions += 1
        try:
            return (yield from self.run(command))
        finally:
            self.conditions -= 1

    def _sequence(self, command: Sequence) -> Script:
        status = 0
        for number, each in enumerate(command.commands):
            if number in command.background:
                status = yield from self._start(each)
            else:
                status = yield from self.run(each)
        return status

    def _chain(self, command: Chain) -> Script:
        first = yield from self._condition(command.first)
        if (first == 0) != command.if_succeeded:
            return first
        return (yield from self.run(command.second))

    def _pipeline(self, command: Pipeline) -> Script:
        if command.negated:
            self.conditions += 1
        try:
            status = yield from self._piped(command.commands)
        finally:
            if command.negated:
                self.conditions -= 1
        return int(status == 0) if command.negated else status

    def _piped(self, commands: tuple[Command, ...]) -> Script:
        if len(commands) == 1:
            return (yield from self.run(commands[0]))
        script: Script | None = None
        for number, each in enumerate(commands):
            stage = self.copy()
            if number < len(commands) - 1:
                stage.sinks[STDOUT] = piped_to()
            if script is not None:
                stage.source = Source()
            played = stage.alone(each)
            script = played if script is None else piped(script, played)
        return (yield from script) if script else 0

    def _while(self, command: While) -> Script:
        status = 0
        while True:
            # Even a loop that does nothing lets others have their turn.
            yield Pause(0)
            condition = yield from self._condition(command.condition)
            if (condition == 0) == command.until:
                return status
            try:
                status = yield from self.run(command.body)
            except BreakError as broken:
                broken.levels -= 1
                if broken.levels:
                    raise
                return 0
            except ContinueError as continued:
                continued.levels -= 1
                if continued.levels:
                    raise

    def _for(self, command: For) -> Script:
        words = self.arguments if command.words is None else None
        if words is None:
            words = yield from texts_of(self, command.words or ())
        status = 0
        for word in list(words):
            self.assign(command.name, word)
            try:
                status = yield from self.run(command.body)
            except BreakError as broken:
                broken.levels -= 1
                if broken.levels:
                    raise
                return 0
            except ContinueError as continued:
                continued.levels -= 1
                if continued.levels:
                    raise
        return status

    def _case(self, command: Case) -> Script:
        text = yield from text_of(self, command.word)
        for patterns, body in command.branches:
            for pattern in patterns:
                if fnmatch.fnmatchcase(text, (yield from pattern_of(self, pattern))):
                    return (yield from self.run(body))
        return 0

    def _start(self, command: Command) -> Script:
        """Start a command in the background, and play it until it waits for something."""
        inner = self.copy()
        inner.source = Source(own=True)
        script = inner.alone(command)
        self.started += 1
        sent: bytes | None = None
        while True:
            try:
                step = script.send(sent)
            except StopIteration:
                return 0
            sent = None
            match step:
                case Pause() if step.seconds != 0:
                    now = self.invocation.now()
                    number = self.invocation.pid + self.started
                    self.jobs.append(Job(number, script, step.seconds, now))
                    return 0
                case Read():
                    sent = b""
                case _:
                    yield step

    def _redirected(self, command: Redirected) -> Script:
        kept = self.source, dict(self.sinks)
        try:
            yield from self._redirect(command.redirects)
            return (yield from self.run(command.command))
        except FileError as error:
            return (yield from self.complain(str(error)))
        finally:
            self.source, self.sinks = kept

    def _redirect(self, redirects: tuple[Redirect, ...]) -> Steps[None]:
        for each in redirects:
            target = yield from text_of(self, each.target)
            match each.operator:
                case "<<":
                    self.source = Source(target.encode(), own=True)
                case "<<<":
                    self.source = Source(target.encode() + b"\n", own=True)
                case "<" | "<>":
                    self.source = Source(self._read(target), own=True)
                case "<&" if target == "-":
                    self.source = Source(own=True)
                case "<&":
                    pass
                case ">&" if target == "-":
                    self.sinks[each.descriptor] = nowhere
                case ">&" if target.isdecimal():
                    self.sinks[each.descriptor] = self.sinks.get(int(target), nowhere)
                case "&>" | "&>>" | ">&":
                    sink = self.files.opened(target, append=each.operator == "&>>")
                    self.sinks[STDOUT] = self.sinks[STDERR] = sink
                case _:
                    sink = self._opened(target, append=each.operator == ">>")
                    self.sinks[each.descriptor] = sink

    def _opened(self, target: str, *, append: bool) -> Sink:
        if target == "/dev/stdout":
            return self.sinks.get(STDOUT, nowhere)
        if target == "/dev/stderr":
            return self.sinks.get(STDERR, nowhere)
        return self.files.opened(target, append=append)

    def _read(self, target: str) -> bytes:
        found = self.files.find(target)
        if found is None:
            raise FileError(f"can't open {target}: no such file")
        return found.content

    def _simple(self, command: Simple) -> Script:
        try:
            words = yield from texts_of(self, command.words)
            given = yield from self._assigned(command.assignments)
        except WordError as error:
            yield from self.complain(str(error))
            raise ExitError(_MISUSED) from error
        if not words:
            self.variables.update(given)
            given = {}
        kept = self.source, dict(self.sinks)
        try:
            yield from self._redirect(command.redirects)
        except FileError as error:
            self.source, self.sinks = kept
            return (yield from self.complain(str(error)))
        if words == ["exec"]:
            return 0
        try:
            return (yield from self._called(words, given)) if words else self._last(command)
        finally:
            self.source, self.sinks = kept

    def _last(self, command: Simple) -> int:
        """Return the status of a command without words: that of a substitution in it."""
        return self.status if command.assignments else 0

    def _assigned(self, assignments: tuple[tuple[str, Word], ...]) -> Steps[dict[str, str]]:
        if assignments:
            self.status = 0
        given: dict[str, str] = {}
        for name, word in assignments:
            given[name] = yield from text_of(self, word)
        return given

    def _called(self, words: list[str], given: dict[str, str]) -> Script:
        """Run a command with some variables set only for it."""
        if not given:
            return (yield from self._command(words))
        before = {name: self.variables.get(name) for name in given}
        new = given.keys() - self.exported
        self.variables.update(given)
        self.exported |= new
        try:
            return (yield from self._command(words))
        finally:
            self.exported -= new
            for name, value in before.items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value

    def _command(self, words: list[str]) -> Script:
        """Run a function, a builtin or a program."""
        if "x" in self.options:
            yield from self.say(f"+ {' '.join(words)}\n", STDERR)
        function = self.functions.get(words[0])
        if function is not None:
            return (yield from self._function(function, words[1:]))
        builtin = BUILTINS.get(words[0])
        if builtin is not None:
            return (yield from builtin(self, words))
        return (yield from self.run_words(words))

    def _function(self, body: Command, arguments: list[str]) -> Script:
        kept, self.arguments = self.arguments, arguments
        try:
            return (yield from self.run(body))
        except ReturnError as returned:
            return returned.status
        finally:
            self.arguments = kept
