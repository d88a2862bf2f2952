"""A report as JSON, in the form that result.schema.json publishes."""

import json
from pathlib import Path

from harness.model.judgement import Verdict
from harness.model.spec import Json
from harness.model.tables import KnownFault
from harness.report.clusters import Cluster
from harness.report.conclusion import conclusion, exit_status, gaps
from harness.report.grid import Cell, grid
from harness.report.values import OperationResult, Report

FORMAT = 1
SCHEMA_FILE = Path(__file__).with_name("result.schema.json")


def render(report: Report) -> str:
    """Return a report as JSON text; equal reports make equal texts."""
    return json.dumps(_result(report), indent=2) + "\n"


def _result(report: Report) -> Json:
    totals = report.totals
    return {
        "format": FORMAT,
        "conclusion": str(conclusion(report)),
        "gaps": [*gaps(report)],
        "exit_status": exit_status(report),
        "fail_on": str(report.fail_on),
        "complete": report.finished and not report.interrupted,
        "interrupted": report.interrupted,
        "run": report.run,
        "daemon": report.daemon,
        "address": report.address,
        "seed": report.seed,
        "tier": report.tier,
        "versions": [str(version) for version in report.versions],
        "totals": {
            "planned": report.planned,
            "operations": len(report.results),
            "succeeded": report.successes,
            "calls": report.calls,
            "verdicts": {str(verdict): totals[verdict] for verdict in Verdict},
            "faults": {"known": len(report.explained), "unexplained": len(report.unexplained)},
        },
        "seconds": {
            "total": round(report.timing.total, 3),
            "generating": round(report.timing.generating, 3),
            "waiting": round(report.timing.waiting, 3),
            "judging": round(report.timing.judging, 3),
        },
        "profiles": _profiles(report),
        "operations": [_operation(result) for result in report.results],
        "clusters": [_cluster(cluster) for cluster in report.clusters],
        "known_but_not_seen": [_fault(fault) for fault in report.unseen],
        "unsupported": [
            {"version": str(found.version), "reason": found.reason} for found in report.unsupported
        ],
        "failures": [
            {
                "version": str(failure.version) if failure.version else None,
                "operation": failure.operation,
                "message": failure.message,
            }
            for failure in report.failures
        ],
        "leaks": [{"kind": leak.kind, "name": leak.name} for leak in report.leaks],
    }


def _profiles(report: Report) -> Json:
    found = grid(report)
    return [
        {"version": str(version), "profile": profile, **_counts(found.cells[(profile, version)])}
        for version in found.versions
        for profile in found.profiles
        if (profile, version) in found.cells
    ]


def _counts(cell: Cell) -> dict[str, Json]:
    return {
        "conclusion": str(cell.conclusion),
        "kept": cell.kept,
        "broken": cell.broken,
        "error": cell.errors,
        "not_judged": cell.rest,
    }


def _operation(result: OperationResult) -> Json:
    return {
        "version": str(result.version),
        "operation": result.operation,
        "profile": result.profile,
        "verdict": str(result.verdict),
        "calls": result.calls,
        "succeeded": result.succeeded,
        "findings": result.findings,
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
    }


def _cluster(cluster: Cluster) -> Json:
    call, complaint = cluster.example.exchange.call, cluster.example.complaint
    return {
        "id": cluster.id,
        "check": cluster.check,
        "severity": str(cluster.severity),
        "pointer": cluster.pointer,
        "message": cluster.message,
        "known": cluster.known,
        "explanation": cluster.explanation,
        "count": cluster.count,
        "places": [
            {"version": str(version), "operation": operation}
            for version, operation in cluster.places
        ],
        # Of the call, only what the document or the harness wrote: values may be secret.
        "example": {
            "version": str(cluster.example.exchange.version),
            "operation": cluster.example.operation,
            "method": call.method,
            "path": call.path,
            "manner": str(call.manner),
            "twist": str(call.twist),
            "at": call.at,
            "status": cluster.example.exchange.reply.status,
            "expected": complaint.expected,
            "seen": complaint.seen,
            "curl": cluster.curl,
        },
    }


def _fault(fault: KnownFault) -> Json:
    return {
        "id": fault.id,
        "check": fault.check,
        "operations": [*fault.operations],
        "versions": str(fault.versions or ""),
        "explanation": fault.why,
    }
