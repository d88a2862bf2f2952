"""Variables and quotes in the words of a Dockerfile, as a simple shell would read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ESCAPED_IN_QUOTES = '"$'


class ExpansionError(Exception):
    """A word cannot be expanded; the message is dockerd's."""


def expanded(word: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """Return a word with its variables in place and without quotes; raise ExpansionError."""
    return "".join(_read(word, variables, escape).parts)


def expanded_words(text: str, variables: Mapping[str, str], escape: str = "\\") -> list[str]:
    """Return the words that a word becomes, since a variable may hold several."""
    reader = _read(text, variables, escape)
    words: list[str] = []
    open_ = False
    for part, whole in zip(reader.parts, reader.whole, strict=True):
        pieces = [part] if whole else part.split()
        if pieces and open_ and (whole or not part[0].isspace()):
            words[-1] += pieces.pop(0)
        words += pieces
        open_ = bool(words) and (whole or not part[-1:].isspace())
    return words


@dataclass(slots=True)
class _Reader:
    text: str
    variables: Mapping[str, str]
    escape: str
    at: int = 0
    parts: list[str] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)  # whether white space in the part is kept

    def add(self, part: str, *, whole: bool = True) -> None:
        self.parts.append(part)
        self.whole.append(whole)

    def next(self) -> str:
        """Return the next character and go past it; "" at the end."""
        character = self.text[self.at : self.at + 1]
        self.at += len(character)
        return character

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]


def _read(text: str, variables: Mapping[str, str], escape: str) -> _Reader:
    reader = _Reader(text, variables, escape)
    try:
        _until(reader, "")
    except ExpansionError as error:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        raise ExpansionError(f'failed to process "{quoted}": {error}') from error
    return reader


def _until(reader: _Reader, stop: str) -> None:
    """Read until a character that ends this part; "" is the end of the text."""
    while (character := reader.next()) != stop:
        if not character:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        if character == "'":
            _single(reader)
        elif character == '"':
            _double(reader)
        elif character == "$":
            reader.add(_variable(reader), whole=False)
        elif character == reader.escape:
            reader.add(reader.next())
        else:
            reader.add(character, whole=False)


def _single(reader: _Reader) -> None:
    end = reader.text.find("'", reader.at)
    if end < 0:
        raise ExpansionError("unexpected end of statement while looking for matching single-quote")
    reader.add(reader.text[reader.at : end])
    reader.at = end + 1


def _double(reader: _Reader) -> None:
    reader.add("")
    while (character := reader.next()) != '"':
        if not character:
            raise ExpansionError(
                "unexpected end of statement while looking for matching double-quote"
            )
        if character == "$":
            reader.add(_variable(reader))
        elif character == reader.escape:
            follower = reader.next()
            special = follower and follower in _ESCAPED_IN_QUOTES + reader.escape
            reader.add(follower if special else character + follower)
        else:
            reader.add(character)


def _variable(reader: _Reader) -> str:
    """Return what stands for $name, ${name} or one of its forms."""
    if reader.peek() != "{":
        name = _name(reader)
        return reader.variables.get(name, "") if name else "$"
    reader.next()
    if reader.peek() in {"", "}", ":"}:
        raise ExpansionError("syntax error: bad substitution")
    name = _name(reader)
    character = reader.next()
    value = reader.variables.get(name, "")
    if character == "}":
        return value
    if character != ":":
        raise ExpansionError("missing ':' in substitution")
    modifier = reader.next()
    inner = _Reader(reader.text, reader.variables, reader.escape, reader.at)
    _until(inner, "}")
    reader.at = inner.at
    return _modified(name, value, modifier, "".join(inner.parts))


def _modified(name: str, value: str, modifier: str, word: str) -> str:
    match modifier:
        case "-":
            return value or word
        case "+":
            return word if value else ""
        case "?":
            if not value:
                raise ExpansionError(f"{name}: {word or 'is not allowed to be unset'}")
            return value
        case _:
            raise ExpansionError(f"unsupported modifier ({modifier}) in substitution")


def _name(reader: _Reader) -> str:
    """Read the name of a variable: letters, or a single digit or sign."""
    start = reader.at
    first = reader.peek()
    if not (first.isascii() and (first.isalpha() or first == "_")):
        if first and (first.isdecimal() or first in "@*#?-$!"):
            return reader.next()
        return ""
    while (character := reader.peek()).isascii() and (character.isalnum() or character == "_"):
        reader.next()
    return reader.text[start : reader.at]
