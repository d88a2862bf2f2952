"""A version diff as JSON, in the form that diff.schema.json publishes."""

import json
from pathlib import Path

from harness.model.announcement import Announcement
from harness.model.change import Change
from harness.model.spec import Json
from harness.model.version_diff import Document, Row, VersionDiff
from harness.model.wire import WireChange
from harness.report.version_diff.order import totals

FORMAT = 1
SCHEMA_FILE = Path(__file__).with_name("diff.schema.json")


def render(diff: VersionDiff) -> str:
    """Return a diff as JSON text, with all that it tells; equal diffs make equal texts."""
    return json.dumps(_result(diff), indent=2) + "\n"


def _result(diff: VersionDiff) -> Json:
    found = totals(diff.rows)
    return {
        "format": FORMAT,
        "old": _document(diff.old),
        "new": _document(diff.new),
        "daemon": diff.daemon,
        "observed": diff.observed,
        "narrowed": diff.narrowed,
        "totals": {
            "levels": {str(each): count for each, count in found.levels.items()},
            "standings": {str(each): count for each, count in found.standings.items()},
            "observed": {str(each): count for each, count in found.observed.items()},
            "ignored": len(diff.ignored),
        },
        "rows": [_row(row) for row in diff.rows],
        "ignored": [{"row": _row(each.row), "why": each.why} for each in diff.ignored],
        "unused": [*diff.unused],
        "gaps": [*diff.gaps],
    }


def _document(document: Document) -> Json:
    return {
        "label": document.label,
        "version": str(document.version) if document.version else None,
        "operations": document.operations,
    }


def _row(row: Row) -> Json:
    return {
        "level": str(row.level),
        "standing": str(row.standing),
        "observed": str(row.observed),
        "operations": [*row.operations],
        "change": _change(row.change) if row.change else None,
        "announcements": [_announcement(each) for each in row.announcements],
        "wire": [_wire(each) for each in row.wire],
        "reasons": [*row.reasons],
    }


def _change(change: Change) -> Json:
    return {
        "rule": change.rule,
        "level": str(change.level),
        "part": str(change.part),
        "reaches": [
            {"operation": reach.operation, "place": reach.place} for reach in change.reaches
        ],
        "old": change.old,
        "new": change.new,
        "definition": change.definition,
        "within": change.within,
        "areas": [*change.areas],
    }


def _announcement(told: Announcement) -> Json:
    return {
        "id": told.id,
        "version": str(told.version),
        "kind": str(told.kind),
        "operations": [*told.operations],
        "subject": told.subject,
        "places": [*told.places],
        "rules": [*told.rules],
        "gated": told.gated,
        "absent": told.absent,
        "behaviour": told.behaviour,
        "error": told.error,
    }


def _wire(change: WireChange) -> Json:
    return {
        "aspect": str(change.aspect),
        "operation": change.operation,
        "place": change.place,
        "old": change.old,
        "new": change.new,
        "steps": [*change.steps],
        "asked": [*change.asked],
    }
