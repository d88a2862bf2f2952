"""The instructions of a Dockerfile, and what is wrong with them before anything is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.go_durations import DurationError, read_duration
from harness.model.spec import Json

# How the rest of a line is read: as it is, as words, as JSON or else one of these, as name=value.
WHOLE = frozenset({"user", "workdir", "stopsignal", "maintainer"})
WORDS = frozenset({"from", "expose"})
JSON_OR_WHOLE = frozenset({"run", "cmd", "entrypoint", "shell"})
JSON_OR_WORDS = frozenset({"add", "copy", "volume"})
PAIRS = frozenset({"env", "label"})
_OTHERS = frozenset({"arg", "healthcheck", "onbuild"})
KNOWN = WHOLE | WORDS | JSON_OR_WHOLE | JSON_OR_WORDS | PAIRS | _OTHERS
MISSING = "\0"  # in the place of a flag's value
_FLAGS: Mapping[str, frozenset[str]] = {
    "from": frozenset({"platform"}),
    "add": frozenset({"chown"}),
    "copy": frozenset({"chown", "from"}),
    "run": frozenset({"mount"}),
    "healthcheck": frozenset({"interval", "timeout", "start-period", "retries"}),
}
_NO_TRIGGERS = frozenset({"from", "maintainer"})
_MILLISECOND = 1_000_000
_PERIODS = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """A line of a Dockerfile; `original` is as it was written, `rest` what follows the flags.

    `arguments` are the words, or the elements where the line is `in_json`; a pair is two of them.
    In a `literal` one nothing stands for anything else.
    """

    name: str
    original: str
    line: int = 0
    flags: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    arguments: tuple[str, ...] = ()
    in_json: bool = False
    literal: bool = False

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the arguments of ENV and LABEL two by two."""
        return list(zip(self.arguments[::2], self.arguments[1::2], strict=True))


class InstructionError(Exception):
    """An instruction is wrong; the message is dockerd's."""


def check(instruction: Instruction) -> None:
    """Refuse with 400 an instruction that is unknown, or has flags or arguments that are wrong."""
    try:
        _check_name_and_count(instruction)
        _check_arguments(instruction)
        _check_flags(instruction)
    except InstructionError as error:
        raise refusal(instruction, str(error)) from error


def refusal(instruction: Instruction, wrong: str) -> RefusedError:
    """Return the refusal of an instruction."""
    return bad_request(f"dockerfile parse error line {instruction.line}: {wrong}")


def healthcheck_of(instruction: Instruction) -> dict[str, Json]:
    """Return the Healthcheck that an instruction sets; raise InstructionError."""
    kind, *command = instruction.arguments
    if kind.upper() == "NONE":
        return {"Test": ["NONE"]}
    first = "CMD" if instruction.in_json else "CMD-SHELL"
    health: dict[str, Json] = {"Test": [first, *command]}
    for flag, name in _PERIODS.items():
        if text := instruction.flags.get(flag, ""):
            health[name] = _period(flag, text)
    if retries := instruction.flags.get("retries", ""):
        health["Retries"] = _retries(retries)
    return health


def _period(flag: str, text: str) -> int:
    try:
        nanoseconds = read_duration(text)
    except DurationError as error:
        raise InstructionError(str(error)) from error
    if nanoseconds < _MILLISECOND and (nanoseconds or flag != "start-period"):
        raise InstructionError(f'Interval "{flag}" cannot be less than 1ms')
    return nanoseconds


def _retries(text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        wrong = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise InstructionError(wrong) from error
    if number < 1:
        raise InstructionError(f"--retries must be at least 1 (not {number})")
    return number


def _check_name_and_count(instruction: Instruction) -> None:
    name, shown, count = instruction.name, instruction.name.upper(), len(instruction.arguments)
    if name not in KNOWN:
        raise InstructionError(f"unknown instruction: {shown}")
    if name == "from" and count not in {1, 3}:
        raise InstructionError("FROM requires either one or three arguments")
    if name in {"add", "copy"} and count < len(("source", "destination")):
        few = "requires at least two arguments, but only one was provided"
        raise InstructionError(f"{shown} {few}. Destination could not be determined")
    if name in WHOLE and count != 1:
        raise InstructionError(f"{shown} requires exactly one argument")
    if count == 0 and name not in {"run", "cmd", "entrypoint"}:
        raise InstructionError(f"{shown} requires at least one argument")


def _check_arguments(instruction: Instruction) -> None:
    arguments = instruction.arguments
    name, shown = instruction.name, instruction.name.upper()
    if name == "shell" and not instruction.in_json:
        raise InstructionError("SHELL requires the arguments to be in JSON form")
    if name == "volume" and "" in arguments:
        raise InstructionError("VOLUME specified can not be an empty string")
    if name in PAIRS and "" in arguments[::2]:
        raise InstructionError(f"{shown} names can not be blank")
    if name == "arg" and any(each.startswith("=") for each in arguments):
        raise InstructionError("ARG names can not be blank")
    if name == "onbuild":
        _check_trigger(arguments[0])
    if name == "healthcheck":
        _check_health(arguments)


def _check_trigger(line: str) -> None:
    trigger = line.split(maxsplit=1)[0].lower()
    if trigger == "onbuild":
        raise InstructionError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in _NO_TRIGGERS:
        raise InstructionError(f"{trigger.upper()} isn't allowed as an ONBUILD trigger")


def _check_health(arguments: tuple[str, ...]) -> None:
    kind = arguments[0].upper()
    if kind == "NONE" and len(arguments) > 1:
        raise InstructionError("HEALTHCHECK NONE takes no arguments")
    if kind not in {"NONE", "CMD"}:
        raise InstructionError(f'Unknown type "{arguments[0]}" in HEALTHCHECK (try CMD)')
    if kind == "CMD" and len(arguments) == 1:
        raise InstructionError("Missing command after HEALTHCHECK CMD")


def _check_flags(instruction: Instruction) -> None:
    known = _FLAGS.get(instruction.name, frozenset())
    for name, value in instruction.flags.items():
        if name not in known:
            raise InstructionError(f"Unknown flag: {name}")
        if value == MISSING:
            raise InstructionError(f"Missing a value on flag: {name}")
    if instruction.name == "healthcheck":
        healthcheck_of(instruction)
