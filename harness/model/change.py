"""Changes between two documents, and the rules that find them."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a change does to clients that were written for the old document; worst first."""

    BREAKING = "breaking"  # breaks clients
    RISKY = "risky"  # may break clients
    COMPATIBLE = "compatible"  # breaks nobody

    def reaches(self, other: "Level") -> bool:
        """Tell whether this level is at least as bad as the other."""
        order = list(Level)
        return order.index(self) <= order.index(other)


class Part(StrEnum):
    """What of an operation a change is about; the direction decides how bad it is."""

    OPERATION = "operation"
    REQUEST = "request"
    REPLY = "reply"


@dataclass(frozen=True, order=True, slots=True)
class Reach:
    """A place of an operation that a change touches.

    `operation` is written as "POST /containers/{id}/wait", with the names of variables that the
    newer document has. `place` is one of

        ""                        the operation as a whole
        operationId, deprecated, tags, consumes, produces
        query/condition           a parameter, by its location: query, headers, path, formData
        body                      the body of the request; body/HostConfig/Memory, body/*/Name
        200                       a reply; default is that for all statuses without their own
        200/headers/Api-Version
        200/body                  its body; 200/body/State/Health, 200/body/*/Names

    where * stands for the elements of a list and the values of a map, and names are escaped as in
    JSON pointers.
    """

    operation: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of change: its stable id, what it does to clients, and one sentence of what it is."""

    id: str
    level: Level
    part: Part
    summary: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two documents, told once wherever it is reached from.

    `reaches` are sorted and never empty. Where the change is in a definition that several places
    use, `definition` is its name and `within` the place in it ("/Resources/NanoCPUs"). `old` and
    `new` are short texts of what each document says ("string", "not required"), "" where it says
    nothing. `areas` are the profiles of the operations (containers, images, …), sorted.
    """

    rule: str
    level: Level
    part: Part
    reaches: tuple[Reach, ...]
    old: str = ""
    new: str = ""
    definition: str = ""
    within: str = ""
    areas: tuple[str, ...] = ()

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the operations that are reached, sorted, each once."""
        return tuple(sorted({reach.operation for reach in self.reaches}))
