r"""The programs that a fake knows by name, and how a test adds its own.

A program is a function of its `Invocation` (arguments, environment, files) that yields steps and
returns its exit code:

    def greeter(invocation: Invocation) -> Script:
        yield Output(b"what is your name?\n")
        name = yield Read()                  # b"" where nobody says anything
        yield Pause(1.5)                     # seconds on the daemon's clock; Pause() for ever
        yield Output(b"no " + name, STDERR)
        return 3

    daemon.programs["greeter"] = greeter

A program that always does the same needs no function:

    daemon.programs["my-tool"] = Canned(stdout=b"hi\n", exit_code=3, seconds=0.5)

It is found under its name or path, by containers, by execs, and by the shell of either; it comes
before a known one of the same name. A program that is to survive a signal, or to tidy up, says so
with `yield Handle(15)`, and gets a `SignalledError` raised at the step where it waits. An exception
that it does not catch is told on stderr, and its exit code is 1. What nobody knows exits with 0 and
says nothing.
"""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from harness.fake.programs.commands import COMMANDS
from harness.fake.programs.shell import script_of, sh
from harness.fake.programs.steps import (
    STDERR,
    STDOUT,
    Handle,
    Invocation,
    Output,
    Pause,
    Program,
    Read,
    Script,
    SignalledError,
)
from harness.fake.world import World

__all__ = [
    "STDERR",
    "STDOUT",
    "Canned",
    "Handle",
    "Invocation",
    "Output",
    "Pause",
    "Program",
    "Read",
    "Script",
    "SignalledError",
    "find_program",
    "program_of",
]

_SHELLS = ("sh", "bash", "ash", "dash")


@dataclass(frozen=True, slots=True)
class Canned:
    """A program that writes what it is told to, after some seconds, and exits.

    With `echo` it also writes to stdout whatever it reads, until its input ends.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    seconds: float | None = 0.0  # None is for ever
    echo: bool = False

    def __call__(self, invocation: Invocation) -> Script:
        """Play the program."""
        del invocation
        if self.stdout:
            yield Output(self.stdout)
        if self.stderr:
            yield Output(self.stderr, STDERR)
        if self.seconds != 0:
            yield Pause(self.seconds)
        while self.echo and (read := (yield Read())):
            yield Output(read)
        return self.exit_code


KNOWN: dict[str, Program] = {**COMMANDS, **dict.fromkeys(_SHELLS, sh)}


def find_program(world: World, path: str) -> Program | None:
    """Return the program that a name or a path means; None where nobody knows it."""
    name = posixpath.basename(path)
    for programs in (world.programs, KNOWN):
        found = programs.get(path) or programs.get(name)
        if found is not None:
            return found
    return None


def program_of(world: World, arguments: Iterable[str]) -> Program:
    """Return the program that a command means; what nobody knows does nothing, and well."""
    path = next(iter(arguments), "")
    return find_program(world, path) or script_of
