"""Findings gathered by cause, so that one fault that shows in forty replies is told once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.judgement import Finding, Severity
from harness.model.version import ApiVersion

# How much of a pointer two operations must share to tell of the same part of a reply.
_SHARED_SEGMENTS = 2

_Key: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Findings of one cause: how many, where, and one that shows it.

    `pointer` is that of the example; in other operations it may have another beginning.
    """

    check: str
    severity: Severity
    pointer: str
    message: str
    count: int
    operations: tuple[str, ...]
    versions: tuple[ApiVersion, ...]
    example: Finding


def cluster(findings: Iterable[Finding]) -> tuple[Cluster, ...]:
    """Gather findings by cause, worst first: errors before warnings, then what reaches most.

    Within an operation a cause is a check, a pointer and a message. Operations that share the
    last segments of the pointer are taken to send the same part of a reply.
    """
    exact: dict[_Key, list[Finding]] = {}
    for finding in findings:
        exact.setdefault(finding.cause, []).append(finding)
    merged: dict[_Key, list[list[Finding]]] = {}
    for (check, pointer, message), group in sorted(exact.items()):
        alike = merged.setdefault((check, _tail(pointer), message), [])
        # Two places in one operation are two causes, however alike they are.
        home = next(
            (other for other in alike if _operations(other).isdisjoint(_operations(group))), None
        )
        if home is None:
            alike.append(list(group))
        else:
            home.extend(group)
    return tuple(
        sorted((_cluster(group) for alike in merged.values() for group in alike), key=_rank)
    )


def _tail(pointer: str) -> str:
    return "/".join(pointer.split("/")[-_SHARED_SEGMENTS:])


def _operations(group: list[Finding]) -> frozenset[str]:
    return frozenset(finding.operation for finding in group)


def _cluster(group: list[Finding]) -> Cluster:
    example = min(group, key=_simplicity)
    return Cluster(
        check=example.check,
        severity=example.severity,
        pointer=example.complaint.pointer,
        message=example.complaint.message,
        count=len(group),
        operations=tuple(sorted(_operations(group))),
        versions=tuple(sorted({finding.exchange.version for finding in group})),
        example=example,
    )


def _simplicity(finding: Finding) -> tuple[int, str, ApiVersion, int]:
    """Order findings by how much a person has to send to see them."""
    call = finding.exchange.call
    sent = len(call.body or b"") + sum(len(name) + len(value) for name, value in call.query)
    return (sent, finding.operation, finding.exchange.version, call.number)


def _rank(cluster: Cluster) -> tuple[int, int, int, str, str, str]:
    severity = list(Severity).index(cluster.severity)
    reach = len(cluster.operations)
    return (severity, -reach, -cluster.count, cluster.check, cluster.pointer, cluster.message)
