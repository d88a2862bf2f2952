"""Words of sh as the texts that they stand for: variables, substitutions, patterns, numbers."""

import ast
import fnmatch
import operator
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from harness.fake.programs.shell_tree import (
    Arithmetic,
    Command,
    Part,
    Substitution,
    Text,
    Variable,
    Word,
)
from harness.fake.programs.steps import Steps

_GLOB = re.compile(r"[*?]|\[.+\]", re.DOTALL)
_BITS = 64


class WordError(Exception):
    """A word that stands for nothing."""


class Scope(Protocol):
    """What a word may refer to."""

    def value(self, name: str) -> str | None:
        """Return the value of a variable; None where it is not set."""

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""

    def positional(self) -> list[str]:
        """Return the arguments of the shell or of the function."""

    def paths(self) -> Iterable[str]:
        """Return the absolute paths of all files."""

    def folder(self) -> str:
        """Return the current folder."""

    def captured(self, command: Command) -> Steps[str]:
        """Return what a command writes."""


@dataclass(slots=True)
class _Fields:
    """Texts in the making; a piece that is quoted takes part in no pattern."""

    whole: list[list[tuple[str, bool]]] = field(default_factory=list)
    current: list[tuple[str, bool]] | None = None

    def add(self, text: str, *, quoted: bool) -> None:
        if text or quoted:
            self.current = [*(self.current or []), (text, quoted)]

    def split(self, text: str) -> None:
        """Add a text that is several words where there is white space in it."""
        for piece in re.split(r"(\s+)", text):
            if piece.isspace():
                self.end()
            else:
                self.add(piece, quoted=False)

    def end(self) -> None:
        if self.current is not None:
            self.whole.append(self.current)
            self.current = None


def texts_of(scope: Scope, words: Iterable[Word]) -> Steps[list[str]]:
    """Return the texts of some words: split at white space, with the files that patterns name."""
    texts: list[str] = []
    for word in words:
        plain = _plain(word)
        if plain is not None:
            texts.append(plain)
            continue
        fields = _Fields()
        for part in word:
            yield from _add(scope, fields, part)
        fields.end()
        for pieces in fields.whole:
            texts += _named(scope, pieces)
    return texts


def _plain(word: Word) -> str | None:
    """Return the text of a word that stands for itself; None for others."""
    if len(word) != 1 or not isinstance(word[0], Text):
        return None
    text = word[0].text
    return text if word[0].quoted or not (text.startswith("~") or _GLOB.search(text)) else None


def text_of(scope: Scope, word: Word) -> Steps[str]:
    """Return the text of a word as one, such as that of an assignment."""
    return "".join(text for text, _ in (yield from _pieces(scope, word)))


def pattern_of(scope: Scope, word: Word) -> Steps[str]:
    """Return the pattern of a word as fnmatch has it; what is quoted stands for itself."""
    pieces = yield from _pieces(scope, word)
    return "".join(_literal(text) if quoted else text for text, quoted in pieces)


def _pieces(scope: Scope, word: Word) -> Steps[list[tuple[str, bool]]]:
    pieces = []
    for number, part in enumerate(word):
        if isinstance(part, Text):
            text = part.text
            if number == 0 and not part.quoted:
                text = _home(scope, text)
            pieces.append((text, part.quoted))
        else:
            pieces.append(((yield from _value(scope, part)), part.quoted))
    return pieces


def _add(scope: Scope, fields: _Fields, part: Part) -> Steps[None]:
    match part:
        case Text():
            text = part.text if part.quoted or fields.current else _home(scope, part.text)
            fields.add(text, quoted=part.quoted)
        case (
            Variable(name="@", modifier="", length=False)
            | Variable(name="*", modifier="", quoted=False, length=False)
        ):
            for number, text in enumerate(scope.positional()):
                if number:
                    fields.end()
                if part.quoted:
                    fields.add(text, quoted=True)
                else:
                    fields.split(text)
        case Variable() | Substitution() | Arithmetic():
            text = yield from _value(scope, part)
            if part.quoted:
                fields.add(text, quoted=True)
            else:
                fields.split(text)


def _value(scope: Scope, part: Variable | Substitution | Arithmetic) -> Steps[str]:
    match part:
        case Variable():
            return (yield from _variable(scope, part))
        case Substitution():
            return (yield from scope.captured(part.command)).rstrip("\n")
        case Arithmetic():
            return str(calculate((yield from text_of(scope, part.expression)), scope))


def _variable(scope: Scope, part: Variable) -> Steps[str]:
    value = " ".join(scope.positional()) if part.name in {"@", "*"} else scope.value(part.name)
    if part.length:
        return str(len(value or ""))
    modifier = part.modifier.removeprefix(":")
    missing = value is None or (part.modifier.startswith(":") and not value)
    match modifier:
        case "-" | "=" | "?" if missing:
            text = yield from text_of(scope, part.word)
            if modifier == "?":
                raise WordError(f"{part.name}: {text or 'parameter not set'}")
            if modifier == "=":
                scope.assign(part.name, text)
            return text
        case "+":
            return "" if missing else (yield from text_of(scope, part.word))
        case "#" | "##" | "%" | "%%":
            pattern = yield from pattern_of(scope, part.word)
            return _trimmed(value or "", modifier, pattern)
        case _:
            return value or ""


def _trimmed(value: str, modifier: str, pattern: str) -> str:
    """Return a value without the least or the most of its beginning or end that fits."""
    ends = range(len(value) + 1)
    cuts = ends if modifier in {"#", "%%"} else reversed(ends)
    for cut in cuts:
        removed, kept = value[:cut], value[cut:]
        if modifier.startswith("%"):
            removed, kept = kept, removed
        if fnmatch.fnmatchcase(removed, pattern):
            return kept
    return value


def _home(scope: Scope, text: str) -> str:
    if text == "~" or text.startswith("~/"):
        return (scope.value("HOME") or "") + text[1:]
    return text


def _literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _named(scope: Scope, pieces: list[tuple[str, bool]]) -> list[str]:
    """Return the files that a pattern names, or the text itself where it names none."""
    text = "".join(piece for piece, _ in pieces)
    if not any(_GLOB.search(piece) for piece, quoted in pieces if not quoted):
        return [text]
    pattern = "".join(_literal(piece) if quoted else piece for piece, quoted in pieces)
    relative = not text.startswith("/")
    base = posixpath.join(scope.folder(), "") if relative else ""
    whole = base + pattern
    depth = whole.count("/")
    found = sorted(
        path for path in scope.paths() if path.count("/") == depth and _fits(path, whole)
    )
    return [path.removeprefix(base) for path in found] or [text]


def _fits(path: str, pattern: str) -> bool:
    """Tell whether a path fits, part by part; a dot at the beginning must be written."""
    pairs = list(zip(path.split("/"), pattern.split("/"), strict=True))
    return all(
        fnmatch.fnmatchcase(part, wanted) and (wanted.startswith(".") or not part.startswith("."))
        for part, wanted in pairs
    )


def _divided(left: int, right: int) -> int:
    """Divide as C does, towards zero."""
    whole = abs(left) // abs(right)
    return whole if (left < 0) == (right < 0) else -whole


_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: _divided,
    ast.Div: _divided,
    ast.Mod: lambda left, right: left - right * _divided(left, right),
    ast.LShift: lambda left, right: left << (right % _BITS),
    ast.RShift: lambda left, right: left >> (right % _BITS),
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[int], int]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: lambda value: int(not value),
}
_COMPARED: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def calculate(text: str, scope: Scope) -> int:
    """Return the value of a calculation; raise WordError where it is none."""
    assigned = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*([-+*/%]?)=(?!=)(.*)", text, re.DOTALL)
    if assigned:
        name, sign, rest = assigned.groups()
        value = calculate(f"{name} {sign} ({rest})" if sign else rest, scope)
        scope.assign(name, str(value))
        return value
    python = text.replace("&&", " and ").replace("||", " or ").replace("$", "")
    python = re.sub(r"!(?!=)", " not ", python).strip() or "0"
    try:
        return _wrapped(_calculated(_parsed(python), scope))
    except ZeroDivisionError as error:
        raise WordError("divide by zero") from error
    except (SyntaxError, ValueError, KeyError, TypeError) as error:
        raise WordError("arithmetic syntax error") from error


@lru_cache(maxsize=256)  # a loop calculates the same again and again
def _parsed(python: str) -> ast.expr:
    return ast.parse(python, mode="eval").body


def _calculated(node: ast.expr, scope: Scope) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return int(value)
        case ast.Name(id=name):
            text = scope.value(name) or "0"
            return int(text) if re.fullmatch(r"\s*[-+]?\d+\s*", text) else 0
        case ast.UnaryOp():
            return _UNARY[type(node.op)](_calculated(node.operand, scope))
        case ast.BinOp():
            left, right = _calculated(node.left, scope), _calculated(node.right, scope)
            return _wrapped(_BINARY[type(node.op)](left, right))
        case ast.BoolOp():
            values = (bool(_calculated(each, scope)) for each in node.values)
            return int(all(values) if isinstance(node.op, ast.And) else any(values))
        case ast.Compare(ops=[sign], comparators=[other]):
            left, right = _calculated(node.left, scope), _calculated(other, scope)
            return int(_COMPARED[type(sign)](left, right))
        case _:
            raise ValueError("not a calculation")


def _wrapped(value: int) -> int:
    half = 1 << (_BITS - 1)
    return (value + half) % (1 << _BITS) - half
