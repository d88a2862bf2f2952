"""Changes between versions that do not count for somebody: an ignore file.

It is a list of entries in YAML, which have

    rule         the id of a rule, or a pattern of ids
    operations   patterns such as "GET /images/*"; all operations where it is left out
    place        a pattern of the place in the operation; any place where it is left out
    why          one sentence: why it does not matter
    expires      the last day on which it is ignored, as 2027-01-31; for ever where it is left out

Patterns are in the manner of fnmatch, where * stands for anything.
"""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from harness.model.change import Reach
from harness.model.errors import SpecError, UsageError
from harness.specs.node import Node
from harness.specs.yaml_text import load_yaml

_MEMBERS = ("rule", "operations", "place", "why", "expires")


@dataclass(frozen=True, slots=True)
class Ignore:
    """Changes that do not count, by rule, operations and place; `expires` is the last day of it."""

    rule: str
    why: str
    operations: tuple[str, ...] = ("*",)
    place: str = "*"
    expires: date | None = None

    def __str__(self) -> str:
        operations = "" if self.operations == ("*",) else f" in {', '.join(self.operations)}"
        place = "" if self.place == "*" else f" at {self.place!r}"
        return f"{self.rule}{operations}{place}"

    def matches(self, rule: str, reach: Reach) -> bool:
        """Tell whether a place that a change reaches is meant."""
        return (
            fnmatchcase(rule, self.rule)
            and any(fnmatchcase(reach.operation, pattern) for pattern in self.operations)
            and fnmatchcase(reach.place, self.place)
        )


def read_ignores(path: Path) -> tuple[Ignore, ...]:
    """Read an ignore file.

    Raises UsageError where there is no such file, SpecError that names the place where it holds
    anything else than such a list.
    """
    if not path.exists():
        raise UsageError(f"{path} is not there; --ignore names a file")
    node = load_yaml(path, str(path))
    if not isinstance(node.value, list):
        raise SpecError(f"{node.place}: should be a list of entries with rule and why")
    return tuple(map(_ignore, node.elements()))


def _ignore(entry: Node) -> Ignore:
    for name, member in entry.members():
        if name not in _MEMBERS:
            known = ", ".join(_MEMBERS)
            raise SpecError(f"{member.place}: {name} is not known here; there are {known}")
    operations, place = entry.find("operations"), entry.find("place")
    expires = entry.find("expires")
    return Ignore(
        rule=_said(entry["rule"]),
        why=_said(entry["why"]),
        operations=_patterns(operations) if operations else ("*",),
        # The operation as a whole has an empty place.
        place=place.text() if place else "*",
        expires=_day(expires) if expires else None,
    )


def _patterns(node: Node) -> tuple[str, ...]:
    found = node.texts()
    if not found:
        raise SpecError(f"{node.place}: names no operation")
    return found


def _said(node: Node) -> str:
    text = " ".join(node.text().split())
    if not text:
        raise SpecError(f"{node.place}: is empty")
    return text


def _day(node: Node) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError as error:
        raise SpecError(f"{node.place}: {node.text()!r} is no day such as 2027-01-31") from error
