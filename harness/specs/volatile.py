"""What of replies chance decides: contracts/volatile.yaml, read and matched.

`places` is a list of entries. Each has

    operations   ids of operations, or patterns of them; all where it is left out
    places       patterns of places in the manner of fnmatch: body/State/Pid, headers/Server
    why          a few words: what decides it
    presence     true where chance also decides whether anything is there
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase, translate
from functools import cache

from harness.model.errors import SpecError
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.yaml_text import load_yaml

_KNOWN = frozenset({"operations", "places", "why", "presence"})


class Chance(StrEnum):
    """What of a place chance decides."""

    NOTHING = ""
    VALUE = "value"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class Volatile:
    """Places whose values, or whose presence, are chance; `why` tells what decides."""

    operations: tuple[str, ...]
    places: tuple[str, ...]
    why: str
    presence: bool = False


@dataclass(frozen=True, slots=True)
class Volatility:
    """All that is known to be chance, asked place by place."""

    entries: tuple[Volatile, ...]
    _patterns: dict[tuple[str, Chance], re.Pattern[str] | None] = field(default_factory=dict)
    _found: dict[tuple[str, str], Chance] = field(default_factory=dict)

    def of(self, operation: str, place: str) -> Chance:
        """Return what of a place of an operation's replies chance decides."""
        asked = (operation, place)
        if asked not in self._found:
            self._found[asked] = next(
                (
                    chance
                    for chance in (Chance.PRESENCE, Chance.VALUE)
                    if (pattern := self._pattern(operation, chance)) and pattern.match(place)
                ),
                Chance.NOTHING,
            )
        return self._found[asked]

    def _pattern(self, operation: str, chance: Chance) -> re.Pattern[str] | None:
        asked = (operation, chance)
        if asked not in self._patterns:
            places = [
                translate(place)
                for entry in self.entries
                if entry.presence is (chance is Chance.PRESENCE)
                and any(fnmatchcase(operation, each) for each in entry.operations)
                for place in entry.places
            ]
            self._patterns[asked] = re.compile("|".join(places)) if places else None
        return self._patterns[asked]


@cache
def volatility() -> Volatility:
    """Load contracts/volatile.yaml; raise SpecError that names the place of what is wrong."""
    return read_volatility(load_yaml(contracts_folder() / "volatile.yaml", "volatile.yaml"))


def read_volatility(node: Node) -> Volatility:
    """Read the table; raise SpecError that names the place of what is wrong."""
    for name, member in node.members():
        if name != "places":
            raise SpecError(f"{member.place}: {name} is not known here")
    return Volatility(tuple(_entry(each) for each in node["places"].elements()))


def _entry(node: Node) -> Volatile:
    for name, member in node.members():
        if name not in _KNOWN:
            raise SpecError(f"{member.place}: {name} is not known here")
    operations, presence, why = node.find("operations"), node.find("presence"), node["why"]
    if not why.text().strip():
        raise SpecError(f"{why.place}: is empty")
    if not node["places"].texts():
        raise SpecError(f"{node['places'].place}: names no place")
    return Volatile(
        operations=operations.texts() if operations else ("*",),
        places=node["places"].texts(),
        why=why.text(),
        presence=presence.truth() if presence else False,
    )
