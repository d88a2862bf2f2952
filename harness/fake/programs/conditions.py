"""The program test, which is also called [."""

import re
from collections.abc import Callable, Mapping

from harness.fake.programs.plumbing import Files
from harness.fake.programs.steps import STDERR, Invocation, Output, Script
from harness.fake.values import File

_MISUSED = 2
_NUMBERS: Mapping[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}
_OF_TEXT: Mapping[str, Callable[[str], bool]] = {
    "-n": lambda text: text != "",
    "-z": lambda text: text == "",
    "-t": lambda _: False,
}
_OF_FILE: Mapping[str, Callable[[File], bool]] = {
    "-e": lambda _: True,
    "-r": lambda _: True,
    "-w": lambda _: True,
    "-f": lambda file: file.kind == "file",
    "-d": lambda file: file.kind == "dir",
    "-L": lambda file: file.kind == "link",
    "-h": lambda file: file.kind == "link",
    "-s": lambda file: file.kind != "file" or bool(file.content),
    "-x": lambda file: file.kind == "dir" or bool(file.mode & 0o111),
}


class _MisusedError(Exception):
    """No condition at all; the message says why."""


def condition(invocation: Invocation) -> Script:
    """Play test: exit with 0 where the condition holds, with 1 where it does not."""
    name, *words = invocation.arguments
    try:
        if name.endswith("["):
            words = _bracketed(words)
        holds = _Conditions(Files(invocation, invocation.directory), words).whole()
    except _MisusedError as error:
        yield Output(f"sh: {error}\n".encode(), STDERR)
        return _MISUSED
    return 0 if holds else 1


def _bracketed(words: list[str]) -> list[str]:
    if words[-1:] != ["]"]:
        raise _MisusedError("missing ]")
    return words[:-1]


class _Conditions:
    """Reads conditions from words: -o binds least, then -a, then !."""

    def __init__(self, files: Files, words: list[str]) -> None:
        self._files = files
        self._words = words

    def whole(self) -> bool:
        """Tell whether what the words say holds."""
        if not self._words:
            return False
        holds = self._either()
        if self._words:
            raise _MisusedError(f"{self._words[0]}: unknown operand")
        return holds

    def _either(self) -> bool:
        holds = self._both()
        while self._words[:1] == ["-o"]:
            self._words.pop(0)
            holds = self._both() or holds
        return holds

    def _both(self) -> bool:
        holds = self._one()
        while self._words[:1] == ["-a"]:
            self._words.pop(0)
            holds = self._one() and holds
        return holds

    def _one(self) -> bool:
        if not self._words:
            raise _MisusedError("argument expected")
        operator = self._words[1] if len(self._words) > 2 else ""  # noqa: PLR2004 - on both sides
        if operator in _TEXTS or operator in _NUMBERS:
            return self._compared()
        word = self._words.pop(0)
        if word == "!" and self._words:
            return not self._one()
        if word == "(" and self._words:
            return self._enclosed()
        return self._single(word)

    def _compared(self) -> bool:
        left, operator, right = self._words[:3]
        del self._words[:3]
        if operator in _TEXTS:
            return _TEXTS[operator](left, right)
        return _NUMBERS[operator](_number(left), _number(right))

    def _enclosed(self) -> bool:
        holds = self._either()
        if self._words[:1] != [")"]:
            raise _MisusedError("closing paren expected")
        self._words.pop(0)
        return holds

    def _single(self, word: str) -> bool:
        if self._words and word in _OF_TEXT:
            return _OF_TEXT[word](self._words.pop(0))
        if self._words and word in _OF_FILE:
            found = self._files.find(self._words.pop(0))
            return found is not None and _OF_FILE[word](found)
        return word != ""


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[-+]?\d+\s*", text):
        raise _MisusedError(f"{text}: bad number")
    return int(text)
