"""The grammar of sh: a text as a tree of commands."""

import re
from collections.abc import Callable

from harness.fake.programs.shell_reading import NAME, Reader, ShellSyntaxError, UnfinishedError
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
    Text,
    While,
    Word,
)

__all__ = ["ShellSyntaxError", "UnfinishedError", "parse"]

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_REDIRECT = re.compile(r"(\d*)(&>>|&>|<<-|<<|>>|>&|<&|>\||<>|<|>)")
_ENDING = frozenset({"then", "do", "done", "fi", "elif", "else", "esac", "}", ")", ";;"})


def parse(text: str) -> Command:
    """Return the commands of a text; raise ShellSyntaxError where it is none."""
    return _Parser(text).program()


class _Parser(Reader):
    """Reads commands."""

    def program(self) -> Command:
        found = self.sequence()
        if self.place < len(self.text):
            raise self.unexpected()
        return found

    # Commands

    def sequence(self) -> Command:
        """Return commands up to a word that ends them."""
        commands: list[Command] = []
        background: set[int] = set()
        while True:
            self.lines()
            if self.place >= len(self.text) or self.word_ahead() in _ENDING:
                break
            commands.append(self._chain())
            self.blanks()
            if self.peek() == "&":
                background.add(len(commands) - 1)
                self.place += 1
            elif self.peek() == ";" and self.peek(2) != ";;":
                self.place += 1
            elif self.peek() != "\n":
                break
        return (
            commands[0]
            if len(commands) == 1 and not background
            else Sequence(tuple(commands), frozenset(background))
        )

    def _chain(self) -> Command:
        found = self._pipeline()
        while True:
            self.blanks()
            operator = self.peek(2)
            if operator not in {"&&", "||"}:
                return found
            self.place += 2
            self.lines()
            found = Chain(found, self._pipeline(), if_succeeded=operator == "&&")

    def _pipeline(self) -> Command:
        negated = False
        while self.word_ahead() == "!":
            self.place += 1
            self.blanks()
            negated = not negated
        commands = [self._command()]
        self.blanks()
        while self.peek() == "|" and self.peek(2) != "||":
            self.place += 1
            self.lines()
            commands.append(self._command())
            self.blanks()
        if len(commands) == 1 and not negated:
            return commands[0]
        return Pipeline(tuple(commands), negated=negated)

    def _command(self) -> Command:
        compounds: dict[str, Callable[[], Command]] = {
            "if": self._if,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "case": self._case,
            "{": self._group,
            "function": self._function,
        }
        ahead = self.word_ahead()
        if self.peek() == "(":
            return self._redirected(self._subshell())
        if ahead in compounds:
            return self._redirected(compounds[ahead]())
        if ahead in _ENDING or self.place >= len(self.text):
            raise self.unexpected()
        return self._simple()

    def _redirected(self, command: Command) -> Command:
        redirects: list[Redirect] = []
        while True:
            self.blanks()
            redirect = self._redirect()
            if redirect is None:
                return Redirected(command, tuple(redirects)) if redirects else command
            redirects.append(redirect)

    def _subshell(self) -> Command:
        self.place += 1
        body = self.sequence()
        self.expect(")")
        return Subshell(body)

    def _group(self) -> Command:
        self.place += 1
        body = self.sequence()
        self.expect("}")
        return body

    def _if(self) -> Command:
        self.place += len(self.word_ahead())
        condition = self.sequence()
        self.expect("then")
        then = self.sequence()
        self.lines()
        otherwise: Command = NOTHING
        if self.word_ahead() == "elif":
            otherwise = self._if()
            return If(condition, then, otherwise)
        if self.word_ahead() == "else":
            self.place += 4
            otherwise = self.sequence()
        self.expect("fi")
        return If(condition, then, otherwise)

    def _while(self) -> Command:
        until = self.word_ahead() == "until"
        self.place += 5
        condition = self.sequence()
        return While(condition, self._loop_body(), until=until)

    def _loop_body(self) -> Command:
        self.expect("do")
        body = self.sequence()
        self.expect("done")
        return body

    def _for(self) -> Command:
        self.place += 3
        self.blanks()
        name = self.name()
        self.lines()
        words: tuple[Word, ...] | None = None
        if self.word_ahead() == "in":
            self.place += 2
            words = tuple(self.words())
        self.blanks()
        if self.peek() == ";":
            self.place += 1
        return For(name, words, self._loop_body())

    def _case(self) -> Command:
        self.place += 4
        self.blanks()
        word = self.needed_word()
        self.expect("in")
        branches: list[tuple[tuple[Word, ...], Command]] = []
        while True:
            self.lines()
            if self.word_ahead() == "esac":
                self.place += 4
                return Case(word, tuple(branches))
            if self.peek() == "(":
                self.place += 1
            patterns = [self.needed_word()]
            self.blanks()
            while self.peek() == "|":
                self.place += 1
                self.blanks()
                patterns.append(self.needed_word())
                self.blanks()
            self.expect(")")
            branches.append((tuple(patterns), self.sequence()))
            self.lines()
            if self.peek(2) == ";;":
                self.place += 2
            elif self.word_ahead() != "esac":
                raise self.unexpected()

    def _function(self) -> Command:
        self.place += len("function")
        self.blanks()
        name = self.name()
        self.blanks()
        if self.peek(2) == "()":
            self.place += 2
        self.lines()
        return Function(name, self._command())

    def _simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.blanks()
            redirect = self._redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            assigned = _ASSIGNMENT.match(self.text, self.place) if not words else None
            if assigned:
                self.place = assigned.end()
                assignments.append((assigned[1], self.word() or ()))
                continue
            start = self.place
            word = self.word()
            if word is None:
                break
            words.append(word)
            if len(words) == 1 and self._defines(start):
                self.lines()
                return Function(self.text[start : self.text.index("(", start)], self._command())
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _defines(self, start: int) -> bool:
        """Tell whether a word is followed by (), and skip that."""
        found = re.compile(r"\(\s*\)").match(self.text, self.place)
        if found is None or not NAME.fullmatch(self.text, start, self.place):
            return False
        self.place = found.end()
        return True

    def _redirect(self) -> Redirect | None:
        found = _REDIRECT.match(self.text, self.place)
        if found is None:
            return None
        self.place = found.end()
        operator = found[2]
        descriptor = int(found[1]) if found[1] else (0 if operator.startswith("<") else 1)
        self.blanks()
        if operator in {"<<", "<<-"}:
            return Redirect(descriptor, "<<", self._document(stripped=operator == "<<-"))
        return Redirect(descriptor, operator, self.needed_word())

    def _document(self, *, stripped: bool) -> Word:
        """Return the document that follows the line, and take it out of the text."""
        start = self.place
        self.needed_word()
        written = self.text[start : self.place]
        delimiter = re.sub(r"[\\'\"]", "", written)
        line_end = self.text.find("\n", self.place)
        if line_end < 0:
            raise UnfinishedError("unexpected end of file")
        kept: list[str] = []
        rest = self.text[line_end + 1 :].splitlines(keepends=True)
        for number, each in enumerate(rest):
            line = each.lstrip("\t") if stripped else each
            if line.removesuffix("\n") == delimiter:
                self.text = self.text[: line_end + 1] + "".join(rest[number + 1 :])
                break
            kept.append(line)
        else:
            raise UnfinishedError("unexpected end of file")
        body = "".join(kept)
        if delimiter != written:
            return (Text(body, quoted=True),)
        return type(self)(body).quoted_parts(None)
