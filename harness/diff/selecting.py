"""Only some operations of a version diff."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from harness.model.errors import UsageError
from harness.model.spec import Operation, Spec
from harness.model.version_diff import Row, VersionDiff

_EVERY = "*"
_VARIABLE = re.compile(r"\{[^}]*\}")


def selection(patterns: Iterable[str], specs: Iterable[Spec]) -> "Selection":
    """Return what selects operations by id or as METHOD /path.

    Patterns are in the manner of fnmatch, in any letter case and with any names of variables;
    `specs` are the documents that have the ids. Raises UsageError for a pattern that names no
    operation of the documents.
    """
    ids = {_name(each): each.id for spec in specs for each in spec.operations.values()}
    chosen = Selection(tuple(patterns), ids)
    for pattern in chosen.patterns:
        if not any(Selection((pattern,), ids).names(name) for name in ids):
            raise UsageError(
                f"--only {pattern!r} matches no operation of these documents{_hint(pattern, ids)}"
            )
    return chosen


class Selection:
    """Some operations, of which a diff may be told alone."""

    def __init__(self, patterns: tuple[str, ...], ids: Mapping[str, str]) -> None:
        self.patterns = patterns
        self._ids = ids
        self._plain = tuple(map(_plain, patterns))

    def names(self, operation: str) -> bool:
        """Tell whether an operation, written as in `model.change.Reach`, is one of them."""
        texts = (_plain(operation), _plain(self._ids.get(operation, "")))
        return any(fnmatchcase(text, pattern) for text in texts for pattern in self._plain)

    def select(self, diff: VersionDiff) -> VersionDiff:
        """Return the rows of the operations; what is told of every operation stays."""
        rows = (self._selected(row) for row in diff.rows)
        told = ", ".join(self.patterns)
        return replace(
            diff,
            rows=tuple(row for row in rows if row),
            narrowed=f"{diff.narrowed}, {told}" if diff.narrowed else told,
        )

    def _selected(self, row: Row) -> Row | None:
        if row.change:
            reaches = tuple(each for each in row.change.reaches if self.names(each.operation))
            return replace(row, change=replace(row.change, reaches=reaches)) if reaches else None
        if row.announcements:
            named = any(each == _EVERY or self.names(each) for each in row.operations)
            return row if named else None
        wire = tuple(each for each in row.wire if self.names(each.operation))
        return replace(row, wire=wire) if wire else None


def _hint(pattern: str, ids: Mapping[str, str]) -> str:
    if "," in pattern:
        return "; give --only once for each"
    known = {_plain(name): name for name in (ids if "/" in pattern else ids.values())}
    near = get_close_matches(_plain(pattern), known, n=1, cutoff=0.7)
    return f"; is it {known[near[0]]}?" if near else ""


def _plain(text: str) -> str:
    return _VARIABLE.sub("{}", text).casefold()


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"
