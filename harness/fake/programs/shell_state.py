"""What a shell of a fake knows while it runs."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.fake.programs.plumbing import Files, Sink, Source, onward
from harness.fake.programs.shell_tree import Command
from harness.fake.programs.steps import STDERR, STDOUT, Invocation, Program, Read, Script, Steps


@dataclass(slots=True)
class Job:
    """A command in the background, and for how long it waits since when; None is for ever."""

    number: int
    script: Script
    pause: float | None
    since: float


@dataclass(slots=True)
class ShellState:
    """What a shell knows: its variables, its folder, where its input comes from and goes to."""

    invocation: Invocation
    directory: str
    stranger: Program  # what a command does that nobody knows
    source: Source = field(default_factory=Source)
    sinks: dict[int, Sink] = field(
        default_factory=lambda: {STDOUT: onward(STDOUT), STDERR: onward(STDERR)}
    )
    variables: dict[str, str] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    functions: dict[str, Command] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    name: str = "sh"
    status: int = 0
    traps: dict[int, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    started: int = 0  # jobs
    options: set[str] = field(default_factory=set)
    conditions: int = 0  # within which a failure is no reason to exit

    # What words refer to

    def value(self, name: str) -> str | None:
        """Return the value of a variable; None where it is not set."""
        special = {
            "?": str(self.status),
            "#": str(len(self.arguments)),
            "$": str(self.invocation.pid),
            "!": str(self.invocation.pid + self.started) if self.started else "",
            "0": self.name,
            "-": "".join(sorted(option for option in self.options if len(option) == 1)),
        }
        if name.isdecimal() and name != "0":
            place = int(name) - 1
            return self.arguments[place] if place < len(self.arguments) else None
        return special[name] if name in special else self.variables.get(name)

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""
        self.variables[name] = value

    def positional(self) -> list[str]:
        """Return the arguments of the shell or of the function."""
        return self.arguments

    def paths(self) -> Iterable[str]:
        """Return the absolute paths of all files."""
        return [path for path, file in self.invocation.files().items() if file is not None]

    def folder(self) -> str:
        """Return the current folder."""
        return self.directory

    # What builtins need

    @property
    def files(self) -> Files:
        """Return the files, by paths relative to the current folder."""
        return Files(self.invocation, self.directory)

    def environment(self) -> dict[str, str]:
        """Return the variables that programs see."""
        return {name: self.variables[name] for name in self.variables if name in self.exported}

    def say(self, text: str, stream: int = STDOUT) -> Script:
        """Write a text."""
        sink = self.sinks.get(stream)
        written = sink(text.encode(errors="surrogateescape")) if sink and text else None
        if written is not None:
            yield written
        return 0

    def complain(self, text: str) -> Script:
        """Write a message to stderr, and return the status of a failure."""
        yield from self.say(f"{posixpath.basename(self.name)}: {text}\n", STDERR)
        return 1

    def line(self) -> Steps[str | None]:
        """Return the next line of the input, without its end; None where there is none."""
        while b"\n" not in self.source.rest:
            more = b"" if self.source.own else (yield Read())
            if not more:
                rest, self.source.rest = self.source.rest, b""
                return rest.decode(errors="replace") if rest else None
            self.source.rest += more
        line, _, self.source.rest = self.source.rest.partition(b"\n")
        return line.decode(errors="replace")
