"""A comparison as JSON."""

import json

from harness.model.difference import KnownDifference
from harness.model.spec import Json
from harness.report.comparison import Comparison, Contrast, Tally
from harness.report.side import Side

FORMAT = 1


def render(comparison: Comparison) -> str:
    """Return a comparison as JSON text; equal comparisons make equal texts."""
    result: Json = {
        "format": FORMAT,
        "exit_status": comparison.exit_status,
        "seed": comparison.seed,
        "left": _side(comparison.left),
        "right": _side(comparison.right),
        "calls": comparison.calls,
        "operations": [_tally(tally) for tally in comparison.tallies],
        "differences": [_contrast(contrast) for contrast in comparison.contrasts],
        "explained": [_contrast(contrast) for contrast in comparison.explained],
        "unused": [_known(known) for known in comparison.unused],
        "gaps": [*comparison.gaps],
    }
    return json.dumps(result, indent=2) + "\n"


def _side(side: Side) -> Json:
    return {
        "name": side.name,
        "daemon": side.daemon,
        "versions": [str(version) for version in side.versions],
        "finished": side.finished,
        "failures": [*side.failures],
        "leaks": [*side.leaks],
    }


def _tally(tally: Tally) -> Json:
    return {
        "operation": tally.operation,
        "calls": tally.calls,
        "differing": {str(aspect): count for aspect, count in tally.differing.items()},
        "explained": tally.explained,
    }


def _contrast(contrast: Contrast) -> Json:
    difference, call = contrast.difference, contrast.example
    return {
        "aspect": str(difference.aspect),
        "pointer": difference.pointer,
        "left": difference.left,
        "right": difference.right,
        "known": contrast.known.id if contrast.known else "",
        "explanation": contrast.known.why if contrast.known else "",
        "count": contrast.count,
        "places": [
            {"version": str(version), "operation": operation}
            for version, operation in contrast.places
        ],
        # Of the call, only what the document or the harness wrote: values may be secret.
        "example": {
            "version": str(contrast.version),
            "operation": call.operation,
            "method": call.method,
            "path": call.path,
            "manner": str(call.manner),
            "twist": str(call.twist),
            "at": call.at,
            "curl": contrast.curl,
        },
    }


def _known(known: KnownDifference) -> Json:
    return {
        "id": known.id,
        "aspect": str(known.aspect),
        "operations": [*known.operations],
        "versions": str(known.versions or ""),
        "explanation": known.why,
    }
