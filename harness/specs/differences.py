"""Differences between two daemons that are explained: contracts/differences/*.yaml.

A file has `sides`, names for two daemons, each with a regular expression for the whole of what a
run calls it: the name of an engine ("fake") or what the daemon says of itself ("Docker Engine
20.10.24"). Its `differences` have

    id           its name, which no other difference has, in whatever file
    aspect       call, status, media-type or shape
    operations   ids of operations, or patterns of them
    why          one sentence: which side is right, and how that is known
    versions     a range such as 1.25..1.33; all versions where it is left out
    pointer      a pattern of the place in the reply; any place where it is left out
    seen         patterns of what is seen, by the name of the side; anything where one is left out
    by_chance    true where not every run shows it

Patterns are in the manner of fnmatch, where * stands for anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from harness.model.difference import Aspect, Difference, KnownDifference
from harness.model.errors import SpecError, UsageError
from harness.model.version import ApiVersion, VersionRange
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.yaml_text import load_yaml

_ABOUT_FILES = frozenset({"sides", "differences"})
_ABOUT_DIFFERENCES = frozenset(
    {"id", "aspect", "operations", "why", "versions", "pointer", "seen", "by_chance"},
)
_PAIR = 2


@dataclass(frozen=True, slots=True)
class _Sides:
    names: tuple[str, str]
    patterns: tuple[str, str]


def known_differences(folder: Path | None = None) -> tuple[KnownDifference, ...]:
    """Load the differences in all files of a folder, by default contracts/differences.

    Raises SpecError that names the place of what is wrong, also where two have one id.
    """
    files = sorted((folder or contracts_folder() / "differences").glob("*.yaml"))
    places: dict[str, str] = {}
    found: list[KnownDifference] = []
    for file in files:
        for node, difference in _differences(load_yaml(file, f"differences/{file.name}")):
            if difference.id in places:
                place = places[difference.id]
                raise SpecError(f"{node.place}: {difference.id} is at {place} already")
            places[difference.id] = node.place
            found.append(difference)
    return tuple(found)


def between(
    left: Iterable[str], right: Iterable[str], known: Iterable[KnownDifference]
) -> tuple[KnownDifference, ...]:
    """Return what is known of two daemons, the left one first, each by all that it is called."""
    sides = (tuple(left), tuple(right))
    found = (_turned(one, sides) for one in known)
    return tuple(one for one in found if one)


def reaches(known: KnownDifference, version: ApiVersion, operation: str) -> bool:
    """Tell whether a difference is known of an operation at a version."""
    return (known.versions is None or version in known.versions) and any(
        fnmatchcase(operation, pattern) for pattern in known.operations
    )


def explain(
    difference: Difference,
    version: ApiVersion,
    operation: str,
    known: Iterable[KnownDifference],
) -> KnownDifference | None:
    """Return the first of what is known of two daemons that a difference is, or None."""
    return next(
        (
            one
            for one in known
            if one.aspect is difference.aspect
            and reaches(one, version, operation)
            and fnmatchcase(difference.pointer, one.pointer)
            and fnmatchcase(difference.left, one.seen[0])
            and fnmatchcase(difference.right, one.seen[1])
        ),
        None,
    )


def _turned(
    known: KnownDifference, sides: tuple[tuple[str, ...], tuple[str, ...]]
) -> KnownDifference | None:
    for one in (known, known.mirrored):
        if all(
            any(re.fullmatch(pattern, name) for name in names)
            for pattern, names in zip(one.sides, sides, strict=True)
        ):
            return one
    return None


def _differences(node: Node) -> Iterator[tuple[Node, KnownDifference]]:
    _only(node, _ABOUT_FILES)
    sides = _sides(node["sides"])
    for entry in node["differences"].elements():
        yield entry, _difference(entry, sides)


def _sides(node: Node) -> _Sides:
    members = tuple(node.members())
    if len(members) != _PAIR:
        raise SpecError(f"{node.place}: should name two daemons")
    for _, pattern in members:
        try:
            re.compile(pattern.text())
        except re.error as error:
            raise SpecError(f"{pattern.place}: is no regular expression: {error}") from error
    (one, first), (other, second) = members
    return _Sides((one, other), (first.text(), second.text()))


def _difference(entry: Node, sides: _Sides) -> KnownDifference:
    _only(entry, _ABOUT_DIFFERENCES)
    operations, chance = entry["operations"], entry.find("by_chance")
    if not operations.texts():
        raise SpecError(f"{operations.place}: names no operation")
    return KnownDifference(
        id=_said(entry["id"]),
        sides=sides.patterns,
        operations=operations.texts(),
        aspect=_aspect(entry["aspect"]),
        why=_said(entry["why"]),
        versions=_versions(entry.find("versions")),
        pointer=_pattern(entry.find("pointer")),
        seen=_seen(entry.find("seen"), sides),
        by_chance=chance.truth() if chance else False,
    )


def _only(node: Node, known: Iterable[str]) -> None:
    for name, member in node.members():
        if name not in known:
            raise SpecError(f"{member.place}: {name} is not known here")


def _said(node: Node) -> str:
    text = " ".join(node.text().split())
    if not text:
        raise SpecError(f"{node.place}: is empty")
    return text


def _aspect(node: Node) -> Aspect:
    try:
        return Aspect(node.text())
    except ValueError as error:
        known = ", ".join(Aspect)
        raise SpecError(f"{node.place}: {node.text()} is not one of {known}") from error


def _versions(node: Node | None) -> VersionRange | None:
    if node is None:
        return None
    try:
        return VersionRange.parse(node.text())
    except UsageError as error:
        raise SpecError(f"{node.place}: {error}") from error


def _seen(node: Node | None, sides: _Sides) -> tuple[str, str]:
    if node is None:
        return ("*", "*")
    _only(node, sides.names)
    one, other = sides.names
    return (_pattern(node.find(one)), _pattern(node.find(other)))


def _pattern(node: Node | None) -> str:
    return node.text() if node else "*"
