"""Findings of one cause, gathered into one cluster each."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.events import FindingShrunk
from harness.model.judgement import Finding, Severity
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion
from harness.specs.known import explain

Place: TypeAlias = tuple[ApiVersion, str]
Symptom: TypeAlias = tuple[str, str, str, str]
_Kin: TypeAlias = tuple[str, str, tuple[str, ...]]
_Shown: TypeAlias = tuple[Symptom, KnownFault | None]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One fault of the daemon: how often it showed, where, and the smallest call that shows it.

    `id` depends only on the cause and on `known`, so it names the same fault in every run. `places`
    are the versions and operations where it showed, sorted. `curl` is empty where nothing was
    shrunk. `known` is the id of the known fault that it is at all of its places, and `explanation`
    tells why; both are empty where there is none.
    """

    id: str
    check: str
    severity: Severity
    pointer: str
    message: str
    count: int
    places: tuple[Place, ...]
    example: Finding
    curl: str = ""
    known: str = ""
    explanation: str = ""

    @property
    def versions(self) -> tuple[ApiVersion, ...]:
        """Return the versions that it reaches, lowest first."""
        return tuple(sorted({version for version, _ in self.places}))

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the ids of the operations that it reaches, in order."""
        return tuple(sorted({operation for _, operation in self.places}))


def symptom(finding: Finding) -> Symptom:
    """Return a finding's operation and cause: what its shrunk form shares with it."""
    return (finding.operation, *finding.cause)


def cluster(
    findings: Iterable[Finding],
    shrunk: Iterable[FindingShrunk] = (),
    known: tuple[KnownFault, ...] = (),
) -> tuple[Cluster, ...]:
    """Gather findings by cause; those that nobody knows first, then worst first.

    Findings are of one cause where check, message and pointer are equal, at whatever version.
    Across operations the last two named segments of the pointer decide, since a list holds one
    level deeper what an inspection tells; but where one operation shows the same fault at two
    pointers that end alike, the whole pointer decides. What is then one of the faults that are
    `known` of this daemon stays apart from what is another, or none.
    """
    smallest = {_shown(event.finding, known): event for event in shrunk}
    by_kin: dict[_Kin, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kin[_kin(finding)].append(finding)
    clusters = [
        _merge(where, part, fault, smallest)
        for kin, relatives in by_kin.items()
        for where, members in _separate(kin, relatives)
        for fault, part in _explained(members, known)
    ]
    return tuple(sorted(clusters, key=_worst_first))


def _kin(finding: Finding) -> _Kin:
    named = [part for part in finding.complaint.pointer.split("/") if part not in {"", "*"}]
    return (finding.check, finding.complaint.message, tuple(named[-2:]))


def _separate(kin: _Kin, relatives: list[Finding]) -> Iterable[tuple[str, list[Finding]]]:
    pointers: dict[str, set[str]] = defaultdict(set)
    by_pointer: dict[str, list[Finding]] = defaultdict(list)
    for finding in relatives:
        pointers[finding.operation].add(finding.complaint.pointer)
        by_pointer[finding.complaint.pointer].append(finding)
    if all(len(own) == 1 for own in pointers.values()):
        return [("/".join(kin[2]), relatives)]
    return by_pointer.items()


def _explained(
    members: Iterable[Finding], known: tuple[KnownFault, ...]
) -> Iterable[tuple[KnownFault | None, list[Finding]]]:
    parts: dict[KnownFault | None, list[Finding]] = defaultdict(list)
    for finding in members:
        parts[explain(finding, known)].append(finding)
    return parts.items()


def _shown(finding: Finding, known: tuple[KnownFault, ...]) -> _Shown:
    return (symptom(finding), explain(finding, known))


def _merge(
    where: str,
    members: list[Finding],
    fault: KnownFault | None,
    smallest: Mapping[_Shown, FindingShrunk],
) -> Cluster:
    ordered = sorted(members, key=_simplest_first)
    shown = ((symptom(finding), fault) for finding in ordered)
    found = next((smallest[key] for key in shown if key in smallest), None)
    example = found.finding if found else ordered[0]
    message = example.complaint.message
    severities = {finding.severity for finding in members}
    cause = (example.check, message, where, *((fault.id,) if fault else ()))
    identity = "\n".join(cause).encode(errors="backslashreplace")
    return Cluster(
        id=hashlib.sha256(identity).hexdigest()[:8],
        check=example.check,
        severity=Severity.ERROR if Severity.ERROR in severities else Severity.WARNING,
        pointer=example.complaint.pointer,
        message=message,
        count=len(members),
        places=tuple(sorted({(f.exchange.version, f.operation) for f in members})),
        example=example,
        curl=found.curl if found else "",
        known=fault.id if fault else "",
        explanation=fault.why if fault else "",
    )


def _simplest_first(finding: Finding) -> tuple[bool, ApiVersion, str, int]:
    call = finding.exchange.call
    # A fault that a valid call shows convinces more than one that needs a wrong call.
    return (bool(call.twist), finding.exchange.version, finding.operation, call.number)


def _worst_first(found: Cluster) -> tuple[bool, bool, int, int, tuple[str, ...]]:
    mild = found.severity is not Severity.ERROR
    texts = (found.check, found.pointer, found.message, found.known)
    return (bool(found.known), mild, -len(found.places), -found.count, texts)
