"""What instructions of a Dockerfile change of an image's configuration, and nothing else."""

import json
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.fake.building.dockerfile import DockerfileError, read_lines
from harness.fake.building.expansion import ExpansionError, expanded, expanded_words
from harness.fake.building.instructions import Instruction, check, healthcheck_of
from harness.fake.programs.processes import signal_number
from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields
from harness.fake.requests.go_durations import shown_duration
from harness.model.spec import Json

SHELL = ("/bin/sh", "-c")
_GREATEST_PORT = 65535
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_COMMIT = frozenset(
    {
        *("cmd", "entrypoint", "healthcheck", "env", "expose", "label", "onbuild", "user"),
        *("volume", "workdir"),
    }
)


class StepError(Exception):
    """A step of a build fails; the message is dockerd's, the code that of a command."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Before:
    """What an instruction finds: the configuration, the variables, and whether CMD was there.

    Where it is `literal`, words are as they are written.
    """

    config: Fields
    variables: Mapping[str, str] = field(default_factory=dict)
    escape: str = "\\"
    command_set: bool = False
    literal: bool = False

    def expand(self, word: str) -> str:
        """Return a word with its variables in place; raise StepError."""
        if self.literal:
            return word
        try:
            return expanded(word, self.variables, self.escape)
        except ExpansionError as error:
            raise StepError(str(error)) from error

    def expand_words(self, words: Iterable[str]) -> list[str]:
        """Return the words that some words become; raise StepError."""
        try:
            return [
                each for word in words for each in expanded_words(word, self.variables, self.escape)
            ]
        except ExpansionError as error:
            raise StepError(str(error)) from error

    @property
    def shell(self) -> list[str]:
        """Return what a command that is no JSON is given to."""
        return self.config.texts("Shell") or list(SHELL)


@dataclass(frozen=True, slots=True)
class After:
    """What an instruction leaves: members of the configuration, and its line in the history."""

    config: Mapping[str, Json]
    comment: str
    author: str = ""


def configured(instruction: Instruction, before: Before) -> After:
    """Return what an instruction that only changes the configuration does; raise StepError."""
    return _STEPS[instruction.name](instruction, before)


def only_configures(instruction: Instruction) -> bool:
    """Tell whether an instruction is one of those that only change the configuration."""
    return instruction.name in _STEPS


def with_changes(config: Fields, changes: Iterable[str]) -> Fields:
    """Return a configuration after the changes that a commit or an import asks for.

    Refuses with 400 instructions that are wrong, or that are not for that.
    """
    lines = tuple(changes)
    try:
        instructions, escape = read_lines("\n".join(lines))
    except DockerfileError as error:
        raise bad_request(str(error)) from error
    if lines and not instructions:
        raise bad_request("file with no instructions")
    for instruction in instructions:
        if instruction.name not in _COMMIT:
            raise bad_request(f"{instruction.name} is not a valid change command")
        check(instruction)
    for instruction in instructions:
        variables = variables_of(config)
        try:
            after = configured(instruction, Before(config, variables, escape))
        except StepError as error:
            raise bad_request(str(error)) from error
        config = Fields(config.copy(**after.config))
    return config


def variables_of(config: Fields) -> dict[str, str]:
    """Return the environment of a configuration by name."""
    pairs = (variable.partition("=") for variable in config.texts("Env"))
    return {name: value for name, _, value in pairs}


def command_line(instruction: Instruction, shell: list[str]) -> list[str]:
    """Return what RUN, CMD or ENTRYPOINT starts: JSON as it is, all else by the shell."""
    arguments = list(instruction.arguments)
    return arguments if instruction.in_json else [*shell, *arguments]


def _command(instruction: Instruction, before: Before) -> After:
    command = command_line(instruction, before.shell)
    return After({"Cmd": _list(command)}, f"CMD {_quoted(command)}")


def _entrypoint(instruction: Instruction, before: Before) -> After:
    command = command_line(instruction, before.shell) if instruction.arguments else []
    changed: dict[str, Json] = {"Entrypoint": _list(command) or None}
    if not before.command_set:
        changed["Cmd"] = None
    return After(changed, f"ENTRYPOINT {_quoted(command)}")


def _environment(instruction: Instruction, before: Before) -> After:
    variables = list(before.config.texts("Env"))
    shown = ""
    for name, value in _expanded_pairs(instruction, before):
        shown += f" {name}={value}"
        known = [each.partition("=")[0] for each in variables]
        if name in known:
            variables[known.index(name)] = f"{name}={value}"
        else:
            variables.append(f"{name}={value}")
    return After({"Env": _list(variables)}, f"ENV{shown}")


def _labels(instruction: Instruction, before: Before) -> After:
    labels: dict[str, Json] = dict(before.config.pairs("Labels"))
    pairs = _expanded_pairs(instruction, before)
    labels.update(pairs)
    return After({"Labels": labels}, "LABEL" + "".join(f" {name}={value}" for name, value in pairs))


def _expanded_pairs(instruction: Instruction, before: Before) -> list[tuple[str, str]]:
    return [(before.expand(name), before.expand(value)) for name, value in instruction.pairs]


def _expose(instruction: Instruction, before: Before) -> After:
    ports = before.expand_words(instruction.arguments)
    exposed = dict(before.config.fields("ExposedPorts").values)
    for port in ports:
        exposed.update((each, {}) for each in exposed_ports(port))
    return After({"ExposedPorts": exposed}, f"EXPOSE {' '.join(ports)}")


def exposed_ports(text: str) -> list[str]:
    """Return the ports of EXPOSE, such as 80, 80/udp or 80-90; raise StepError."""
    numbers, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    numbers = numbers.rpartition(":")[2]
    first, dash, last = numbers.partition("-")
    ends = [first, last if dash else first]
    valid = all(each.isascii() and each.isdecimal() for each in ends)
    if not valid or not 0 <= int(first) <= int(ends[1]) <= _GREATEST_PORT:
        raise StepError(f"Invalid containerPort: {numbers}")
    if protocol not in _PROTOCOLS:
        raise StepError(f"Invalid proto: {protocol}")
    return [f"{number}/{protocol}" for number in range(int(first), int(ends[1]) + 1)]


def _volume(instruction: Instruction, before: Before) -> After:
    volumes = dict(before.config.fields("Volumes").values)
    paths = [before.expand(each) for each in instruction.arguments]
    volumes.update((path, {}) for path in paths)
    return After({"Volumes": volumes}, f"VOLUME [{' '.join(paths)}]")


def _user(instruction: Instruction, before: Before) -> After:
    user = before.expand(instruction.arguments[0])
    return After({"User": user}, f"USER {user}")


def _folder(instruction: Instruction, before: Before) -> After:
    folder = before.expand(instruction.arguments[0])
    if not folder.startswith("/"):
        folder = posixpath.join("/", before.config.text("WorkingDir"), folder)
    folder = "/" + posixpath.normpath(folder).lstrip("/")
    return After({"WorkingDir": folder}, f"WORKDIR {folder}")


def _signal(instruction: Instruction, before: Before) -> After:
    signal = before.expand(instruction.arguments[0])
    if signal_number(signal) is None and not (signal.isascii() and signal.isdecimal()):
        raise StepError(f"Invalid signal: {signal}")
    return After({"StopSignal": signal}, f"STOPSIGNAL {signal}")


def _shell(instruction: Instruction, _before: Before) -> After:
    shell = list(instruction.arguments)
    return After({"Shell": _list(shell)}, f"SHELL [{' '.join(shell)}]")


def _maintainer(instruction: Instruction, _before: Before) -> After:
    author = instruction.arguments[0]
    return After({}, f"MAINTAINER {author}", author=author)


def _trigger(instruction: Instruction, before: Before) -> After:
    line = instruction.arguments[0]
    triggers = [*before.config.texts("OnBuild"), line]
    return After({"OnBuild": _list(triggers)}, f"ONBUILD {line}")


def _health(instruction: Instruction, before: Before) -> After:
    own = Fields(healthcheck_of(instruction))
    shown = (
        f"HEALTHCHECK &{{{_quoted(own.texts('Test'))} "
        f'"{shown_duration(own.number("Interval"))}" "{shown_duration(own.number("Timeout"))}" '
        f"\"{shown_duration(own.number('StartPeriod'))}\" '{_rune(own.number('Retries'))}'}}"
    )
    # A commit takes what was not set from the image below.
    below = before.config.fields("Healthcheck")
    return After({"Healthcheck": {**below.values, **own.values}}, shown)


_STEPS = {
    "cmd": _command,
    "entrypoint": _entrypoint,
    "env": _environment,
    "label": _labels,
    "expose": _expose,
    "volume": _volume,
    "user": _user,
    "workdir": _folder,
    "stopsignal": _signal,
    "shell": _shell,
    "maintainer": _maintainer,
    "onbuild": _trigger,
    "healthcheck": _health,
}


def _list(texts: Iterable[str]) -> list[Json]:
    return list(texts)


def _quoted(words: Iterable[str]) -> str:
    return f"[{' '.join(json.dumps(word, ensure_ascii=False) for word in words)}]"


def _rune(number: int) -> str:
    """Return a number as Go's %q writes it: as the character of that number."""
    escapes = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    character = chr(min(number, 0x10FFFF))
    if number in escapes:
        return escapes[number]
    return character if character.isprintable() else f"\\x{number:02x}"
