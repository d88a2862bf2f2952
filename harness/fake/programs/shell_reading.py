"""The words of sh: a text read character by character, with its quotes and expansions."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from harness.fake.programs.shell_tree import (
    Arithmetic,
    Command,
    Part,
    Substitution,
    Text,
    Variable,
    Word,
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLANK = " \t"
_META = frozenset(" \t\n;&|<>()")
_ESCAPED_IN_QUOTES = frozenset('$`"\\')
_MODIFIER = re.compile(r":?[-=+?]|%%?|##?")


class ShellSyntaxError(Exception):
    """A text that sh does not understand."""


class UnfinishedError(ShellSyntaxError):
    """A text that could go on, such as a quote that is not closed."""


@dataclass(slots=True)
class Reader(ABC):
    """Reads words at a place in a text; what commands are within them is read by who inherits."""

    text: str
    place: int = 0

    @abstractmethod
    def program(self) -> Command:
        """Return the commands of the whole text."""

    @abstractmethod
    def sequence(self) -> Command:
        """Return commands up to a word that ends them."""

    def peek(self, length: int = 1) -> str:
        """Return the next characters, without going past them."""
        return self.text[self.place : self.place + length]

    def unexpected(self) -> ShellSyntaxError:
        """Return what is wrong with the place where the text cannot be read on."""
        if self.place >= len(self.text):
            return UnfinishedError("unexpected end of file")
        word = re.match(r"[^\s;&|<>()]+|;;|.", self.text[self.place :], re.DOTALL)
        seen = word[0] if word else ""
        return ShellSyntaxError(f'unexpected "{"newline" if seen == chr(10) else seen}"')

    def blanks(self) -> None:
        """Skip white space and comments within a line."""
        while True:
            if self.peek() and self.peek() in _BLANK:
                self.place += 1
            elif self.peek(2) == "\\\n":
                self.place += 2
            elif self.peek() == "#":
                end = self.text.find("\n", self.place)
                self.place = len(self.text) if end < 0 else end
            else:
                return

    def lines(self) -> None:
        """Skip blanks and ends of lines."""
        self.blanks()
        while self.peek() == "\n":
            self.place += 1
            self.blanks()

    def word_ahead(self) -> str:
        """Return the plain word that comes next, where it could be a reserved one."""
        if self.peek(2) == ";;" or self.peek() == ")":
            return ";;" if self.peek() == ";" else ")"
        end = self.place
        while end < len(self.text) and self.text[end] not in _META:
            end += 1
        return self.text[self.place : end]

    def expect(self, word: str) -> None:
        """Go past a word that must come next."""
        self.lines()
        if self.word_ahead() != word:
            raise self.unexpected()
        self.place += len(word)

    def name(self) -> str:
        """Go past a name, and return it."""
        found = NAME.match(self.text, self.place)
        if found is None:
            raise self.unexpected()
        self.place = found.end()
        return found[0]

    def needed_word(self) -> Word:
        """Return the word that must begin here."""
        word = self.word()
        if word is None:
            raise self.unexpected()
        return word

    def words(self) -> list[Word]:
        """Return all words up to the end of the command."""
        words: list[Word] = []
        while True:
            self.blanks()
            word = self.word()
            if word is None:
                return words
            words.append(word)

    def word(self) -> Word | None:
        """Return the word that begins here; None where none does."""
        parts: list[Part] = []
        while self.place < len(self.text) and self.peek() not in _META:
            character = self.peek()
            if character == "\\":
                if self.peek(2) != "\\\n":
                    parts.append(Text(self.peek(2)[1:], quoted=True))
                self.place += 2
            elif character == "'":
                end = self._closing("'")
                parts.append(Text(self.text[self.place + 1 : end], quoted=True))
                self.place = end + 1
            elif character == '"':
                self.place += 1
                parts += self.quoted_parts('"') or (Text("", quoted=True),)
            elif character in "$`":
                parts.append(self._expansion(quoted=False))
            else:
                parts.append(Text(character))
                self.place += 1
        return tuple(_joined(parts)) if parts else None

    def _closing(self, mark: str) -> int:
        end = self.text.find(mark, self.place + 1)
        if end < 0:
            raise UnfinishedError("unterminated quoted string")
        return end

    def quoted_parts(self, mark: str | None) -> Word:
        """Return what is between double quotes, or all that is left, and go past it."""
        parts: list[Part] = []
        while self.peek() != mark:
            character = self.peek()
            if not character:
                if mark is None:
                    return tuple(_joined(parts))
                raise UnfinishedError("unterminated quoted string")
            if character == "\\" and self.peek(2)[1:] in {*_ESCAPED_IN_QUOTES, "\n"}:
                escaped = self.peek(2)[1:]
                parts.append(Text("" if escaped == "\n" else escaped, quoted=True))
                self.place += 2
            elif character in "$`":
                parts.append(self._expansion(quoted=True))
            else:
                parts.append(Text(character, quoted=True))
                self.place += 1
        self.place += 1
        return tuple(_joined(parts))

    def _expansion(self, *, quoted: bool) -> Part:
        if self.peek() == "`":
            end = self._closing("`")
            inner = re.sub(r"\\([$`\\])", r"\1", self.text[self.place + 1 : end])
            self.place = end + 1
            return Substitution(type(self)(inner).program(), quoted)
        if self.peek(3) == "$((":
            return self._arithmetic(quoted=quoted)
        if self.peek(2) == "$(":
            self.place += 2
            body = self.sequence()
            self.expect(")")
            return Substitution(body, quoted)
        if self.peek(2) == "${":
            return self._braced(quoted=quoted)
        self.place += 1
        found = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*-]").match(self.text, self.place)
        if found is None:
            return Text("$", quoted)
        self.place = found.end()
        return Variable(found[0], quoted)

    def _arithmetic(self, *, quoted: bool) -> Part:
        start, depth = self.place + 3, 2
        end = start
        while depth:
            if end >= len(self.text):
                raise UnfinishedError("unexpected end of file")
            depth += {"(": 1, ")": -1}.get(self.text[end], 0)
            end += 1
        self.place = end
        return Arithmetic(type(self)(self.text[start : end - 2]).quoted_parts(None), quoted)

    def _braced(self, *, quoted: bool) -> Part:
        self.place += 2
        length = self.peek() == "#" and self.peek(2) != "#}"
        if length:
            self.place += 1
        found = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?$!#@*-]").match(self.text, self.place)
        if found is None:
            raise ShellSyntaxError("bad substitution")
        self.place = found.end()
        modifier = _MODIFIER.match(self.text, self.place)
        word: Word = ()
        if modifier:
            self.place = modifier.end()
            word = self._until_brace()
        if self.peek() != "}":
            raise self.unexpected()
        self.place += 1
        return Variable(found[0], quoted, modifier[0] if modifier else "", word, length)

    def _until_brace(self) -> Word:
        parts: list[Part] = []
        while self.peek() != "}":
            character = self.peek()
            if not character:
                raise UnfinishedError("unexpected end of file")
            if character == "\\":
                parts.append(Text(self.peek(2)[1:], quoted=True))
                self.place += 2
            elif character == "'":
                end = self._closing("'")
                parts.append(Text(self.text[self.place + 1 : end], quoted=True))
                self.place = end + 1
            elif character == '"':
                self.place += 1
                parts += self.quoted_parts('"')
            elif character in "$`":
                parts.append(self._expansion(quoted=False))
            else:
                parts.append(Text(character))
                self.place += 1
        return tuple(_joined(parts))


def _joined(parts: list[Part]) -> list[Part]:
    """Return parts with neighbours that are plain text as one."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text) and part.quoted == last.quoted:
            joined[-1] = Text(last.text + part.text, part.quoted)
        else:
            joined.append(part)
    return joined
