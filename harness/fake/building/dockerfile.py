"""Dockerfiles, read into instructions as the classic builder reads them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.fake.building.instructions import (
    JSON_OR_WHOLE,
    JSON_OR_WORDS,
    KNOWN,
    MISSING,
    PAIRS,
    WORDS,
    Instruction,
    check,
    refusal,
)
from harness.fake.requests.answer import bad_request

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_ESCAPES = ("\\", "`")
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_SPACE = " \t\v\f\r"
_BOM = "\ufeff"


class DockerfileError(Exception):
    """A Dockerfile cannot be read; the message is dockerd's."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The instructions of a Dockerfile, how it escapes, and what is to be said of it."""

    instructions: tuple[Instruction, ...]
    escape: str = "\\"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a Dockerfile that begins with FROM; the name is "" where it has none."""

    base: Instruction
    name: str = ""
    instructions: tuple[Instruction, ...] = ()


def parse_dockerfile(content: bytes) -> Dockerfile:
    """Return what a Dockerfile says; refuse with 400, in dockerd's words, what cannot be read."""
    text = content.decode(errors="replace").removeprefix(_BOM)
    warnings: list[str] = []
    try:
        instructions, escape = read_lines(text, warnings)
    except DockerfileError as error:
        raise bad_request(f"failed to parse Dockerfile: {error}") from error
    if not instructions:
        raise bad_request("failed to parse Dockerfile: file with no instructions")
    for instruction in instructions:
        check(instruction)
    return Dockerfile(instructions, escape, tuple(warnings))


def read_lines(text: str, warnings: list[str] | None = None) -> tuple[tuple[Instruction, ...], str]:
    """Return the instructions of a text, unchecked, and its escape; raise DockerfileError.

    What is to be said of the text is added to `warnings`.
    """
    lines = text.split("\n")
    escape = _escape(lines)
    numbered = _logical_lines(lines, escape, [] if warnings is None else warnings)
    return tuple(_instruction(line, escape, number) for number, line in numbered), escape


def read_instruction(text: str, escape: str = "\\") -> Instruction:
    """Return the instruction of one line, such as a trigger of ONBUILD; raise RefusedError."""
    try:
        instruction = _instruction(text, escape, 1)
    except DockerfileError as error:
        raise bad_request(str(error)) from error
    check(instruction)
    return instruction


def stages_of(dockerfile: Dockerfile) -> tuple[tuple[Instruction, ...], tuple[Stage, ...]]:
    """Return the arguments declared before the first FROM, and the stages; refuse with 400."""
    arguments: list[Instruction] = []
    stages: list[Stage] = []
    for instruction in dockerfile.instructions:
        if instruction.name == "from":
            stages.append(_stage(instruction))
        elif stages:
            stage = stages[-1]
            stages[-1] = Stage(stage.base, stage.name, (*stage.instructions, instruction))
        elif instruction.name == "arg":
            arguments.append(instruction)
        else:
            raise bad_request("no build stage in current context")
    return tuple(arguments), tuple(stages)


def _escape(lines: list[str]) -> str:
    """Return the escape character that the directives at the top choose."""
    escape = ""
    seen: set[str] = set()
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip(_SPACE))
        name = match[1].lower() if match else ""
        if match is None or name not in {"escape", "syntax"}:
            break
        if name in seen:
            raise DockerfileError(f"only one {name} parser directive can be used")
        seen.add(name)
        if name == "escape":
            escape = match[2]
            if escape not in _ESCAPES:
                raise DockerfileError(f"invalid escape token '{escape}' does not match ` or \\")
    return escape or "\\"


def _logical_lines(lines: list[str], escape: str, warnings: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each line with those that continue it, without comments, with its number."""
    continued = re.compile(rf"(?:^|(?<=[^{re.escape(escape)}])){re.escape(escape)}[ \t]*$")
    numbered = iter(enumerate(lines, start=1))
    for number, raw in numbered:
        line = _without_comment(raw.rstrip("\r").lstrip(_SPACE))
        whole, goes_on = _cut(continued, line)
        if not goes_on and not whole:
            continue
        empty = False
        while goes_on:
            _, more = next(numbered, (0, None))
            if more is None:
                break
            more = more.rstrip("\r")
            if more.lstrip(_SPACE).startswith("#"):
                continue
            if not more.strip(_SPACE):
                empty = True
                continue
            part, goes_on = _cut(continued, more)
            whole += part
        if empty and number < len(lines):
            warnings.append(f"[WARNING]: Empty continuation line found in:\n    {whole}")
        if whole.strip():
            yield number, whole
    if warnings:
        warnings.append(
            "[WARNING]: Empty continuation lines will become errors in a future release."
        )


def _without_comment(line: str) -> str:
    return "" if line.startswith("#") else line


def _cut(continued: re.Pattern[str], line: str) -> tuple[str, bool]:
    """Return a line without the mark that it goes on, and whether it does."""
    match = continued.search(line)
    return (line[: match.start()], True) if match else (line, False)


def _instruction(line: str, escape: str, number: int) -> Instruction:
    original = line.strip()
    word, _, rest = original.partition(_first_space(original))
    name = word.lower()
    flags, rest = _flags(rest.strip())
    if name not in KNOWN:
        return Instruction(name, original, number, flags, rest)
    arguments, in_json = _arguments(name, rest, escape)
    return Instruction(name, original, number, flags, rest, tuple(arguments), in_json)


def _first_space(text: str) -> str:
    match = re.search(r"\s", text)
    return match[0] if match else " "


def _flags(rest: str) -> tuple[dict[str, str], str]:
    """Return the --name=value words that a line begins with, and what follows them."""
    flags: dict[str, str] = {}
    while rest.startswith("--"):
        word, _, after = rest.partition(_first_space(rest))
        name, equals, value = word.removeprefix("--").partition("=")
        if not name:
            return flags, after.lstrip()
        flags[name] = value if equals else MISSING
        rest = after.lstrip()
    return flags, rest


def _arguments(name: str, rest: str, escape: str) -> tuple[list[str], bool]:
    if name in PAIRS:
        return _pairs(name, rest, escape), False
    if name in JSON_OR_WHOLE | JSON_OR_WORDS:
        elements = _json(rest)
        if elements is not None:
            return elements, True
    if name == "arg":
        return _words(rest, escape), False
    if name == "healthcheck":
        kind, _, command = rest.partition(_first_space(rest))
        elements = _json(command.strip())
        words = elements if elements is not None else [command.strip()] if command.strip() else []
        return ([kind, *words] if kind else []), elements is not None
    if name in WORDS | JSON_OR_WORDS:
        return rest.split(), False
    return ([rest] if rest else []), False


def _json(rest: str) -> list[str] | None:
    """Return the strings of a JSON array; None for what is none."""
    if not rest.startswith("["):
        return None
    try:
        value = json.loads(rest)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    if not all(isinstance(each, str) for each in value):
        raise DockerfileError(
            "when using JSON array syntax, arrays must be comprised of strings only"
        )
    return value


def _pairs(name: str, rest: str, escape: str) -> list[str]:
    words = _words(rest, escape)
    if not words:
        return []
    if "=" not in words[0]:
        first, _, value = rest.partition(_first_space(rest))
        if not value.strip():
            raise DockerfileError(f"{name.upper()} must have two arguments")
        return [first, value.strip()]
    pairs: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise DockerfileError(
                f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value'
            )
        pairs += (key, value)
    return pairs


def _words(rest: str, escape: str) -> list[str]:
    """Split at white space that is neither quoted nor escaped; quotes and escapes stay."""
    words: list[str] = []
    word, quote, escaped = "", "", False
    for character in rest:
        if escaped:
            escaped = False
        elif character == escape and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character.isspace():
            if word:
                words.append(word)
            word = ""
            continue
        word += character
    return [*words, word] if word else words


def _stage(instruction: Instruction) -> Stage:
    words = instruction.arguments
    if len(words) == 1:
        return Stage(instruction)
    if words[1].lower() != "as":
        raise refusal(instruction, "FROM requires either one or three arguments")
    name = words[2].lower()
    if not _STAGE_NAME.fullmatch(name):
        raise refusal(
            instruction,
            f'invalid name for build stage: "{words[2]}", '
            "name can't start with a number or contain symbols",
        )
    return Stage(instruction, name)
