"""The commands of sh as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a word that stands for itself."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of a word that is $name or ${name…}; `modifier` is such as :- with its `word`."""

    name: str
    quoted: bool = False
    modifier: str = ""
    word: Word = ()
    length: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """A part of a word that is what a command writes."""

    command: Command
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A part of a word that is a calculation."""

    expression: Word
    quoted: bool = False


Part: TypeAlias = Text | Variable | Substitution | Arithmetic
Word: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a descriptor leads; the operator << has the text itself as its target."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, a command with its arguments, and where its output goes."""

    assignments: tuple[tuple[str, Word], ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands of which each reads what the one before writes."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Two commands, the second of which runs if the first succeeded, or if it failed."""

    first: Command
    second: Command
    if_succeeded: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands one after the other; those of `background` are not waited for."""

    commands: tuple[Command, ...]
    background: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class If:
    """A command that depends on the success of another."""

    condition: Command
    then: Command
    otherwise: Command


@dataclass(frozen=True, slots=True)
class While:
    """A command that is repeated for as long as another succeeds, or with `until` fails."""

    condition: Command
    body: Command
    until: bool = False


@dataclass(frozen=True, slots=True)
class For:
    """A command for each of some words; None are the arguments of the shell."""

    name: str
    words: tuple[Word, ...] | None
    body: Command


@dataclass(frozen=True, slots=True)
class Case:
    """The command of the first pattern that fits a word."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Command], ...]


@dataclass(frozen=True, slots=True)
class Subshell:
    """Commands that change nothing of the shell around them."""

    body: Command


@dataclass(frozen=True, slots=True)
class Function:
    """The definition of a function."""

    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command, and where its output goes."""

    command: Command
    redirects: tuple[Redirect, ...]


Command: TypeAlias = (
    Simple
    | Pipeline
    | Chain
    | Sequence
    | If
    | While
    | For
    | Case
    | Subshell
    | Function
    | Redirected
)
NOTHING = Sequence(())
