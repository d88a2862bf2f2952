"""Faults that daemons are known to have: contracts/known/*.yaml, read and matched.

A file has `daemon`, a regular expression for the whole of what a run calls the daemon ("Docker
Engine 20.10.24"), and `faults`. Each fault has

    id           its name, which no other fault has, in whatever file
    check        the id of the check that it breaks
    operations   ids of operations, or patterns of them
    why          one sentence: what the daemon does wrong, and how that was seen
    versions     a range such as 1.25..1.33; all versions where it is left out
    pointer      a pattern of the place in the reply; any place where it is left out
    message      a pattern of the finding's message; any message where it is left out

Patterns are in the manner of fnmatch, where * stands for anything.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from harness.model.errors import SpecError, UsageError
from harness.model.judgement import Finding
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion, VersionRange
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.yaml_text import load_yaml

_ABOUT_FILES = frozenset({"daemon", "faults"})
_ABOUT_FAULTS = frozenset(
    {"id", "check", "operations", "why", "versions", "pointer", "message"},
)


def known_faults(folder: Path | None = None) -> tuple[KnownFault, ...]:
    """Load the faults in all files of a folder, by default contracts/known.

    Raises SpecError that names the place of what is wrong, also where two faults have one id.
    """
    files = sorted((folder or contracts_folder() / "known").glob("*.yaml"))
    places: dict[str, str] = {}
    found: list[KnownFault] = []
    for file in files:
        for node, fault in _faults(load_yaml(file, f"known/{file.name}")):
            if fault.id in places:
                raise SpecError(f"{node.place}: {fault.id} is at {places[fault.id]} already")
            places[fault.id] = node.place
            found.append(fault)
    return tuple(found)


def faults_of(daemon: str, faults: Iterable[KnownFault]) -> tuple[KnownFault, ...]:
    """Return those of the faults that the daemon of this name and version is known to have."""
    return tuple(fault for fault in faults if re.fullmatch(fault.daemon, daemon))


def reaches(fault: KnownFault, version: ApiVersion, operation: str) -> bool:
    """Tell whether a fault is known of an operation at a version."""
    return (fault.versions is None or version in fault.versions) and any(
        fnmatchcase(operation, pattern) for pattern in fault.operations
    )


def explains(fault: KnownFault, finding: Finding) -> bool:
    """Tell whether a finding is this fault, given that the daemon is the one it is known of."""
    return (
        finding.check == fault.check
        and reaches(fault, finding.exchange.version, finding.operation)
        and fnmatchcase(finding.complaint.pointer, fault.pointer)
        and fnmatchcase(finding.complaint.message, fault.message)
    )


def explain(finding: Finding, faults: Iterable[KnownFault]) -> KnownFault | None:
    """Return the first of a daemon's faults that a finding is, or None."""
    return next((fault for fault in faults if explains(fault, finding)), None)


def _faults(node: Node) -> Iterator[tuple[Node, KnownFault]]:
    _only(node, _ABOUT_FILES)
    daemon = node["daemon"]
    try:
        re.compile(daemon.text())
    except re.error as error:
        raise SpecError(f"{daemon.place}: is no regular expression: {error}") from error
    for entry in node["faults"].elements():
        yield entry, _fault(entry, daemon.text())


def _fault(entry: Node, daemon: str) -> KnownFault:
    _only(entry, _ABOUT_FAULTS)
    operations = entry["operations"]
    if not operations.texts():
        raise SpecError(f"{operations.place}: names no operation")
    return KnownFault(
        id=_said(entry["id"]),
        daemon=daemon,
        check=_said(entry["check"]),
        operations=operations.texts(),
        why=_said(entry["why"]),
        versions=_versions(entry.find("versions")),
        pointer=_pattern(entry.find("pointer")),
        message=_pattern(entry.find("message")),
    )


def _only(node: Node, known: frozenset[str]) -> None:
    for name, member in node.members():
        if name not in known:
            raise SpecError(f"{member.place}: {name} is not known here")


def _said(node: Node) -> str:
    text = " ".join(node.text().split())
    if not text:
        raise SpecError(f"{node.place}: is empty")
    return text


def _versions(node: Node | None) -> VersionRange | None:
    if node is None:
        return None
    try:
        return VersionRange.parse(node.text())
    except UsageError as error:
        raise SpecError(f"{node.place}: {error}") from error


def _pattern(node: Node | None) -> str:
    return node.text() if node else "*"
