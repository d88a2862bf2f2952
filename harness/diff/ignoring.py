"""Leaving out of a version diff what does not count for somebody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from harness.model.change import Change
from harness.model.version_diff import Ignored, Row, VersionDiff
from harness.specs.ignoring import Ignore


def apply(diff: VersionDiff, ignores: Iterable[Ignore], today: date) -> VersionDiff:
    """Move the rows that are ignored from `rows` to `ignored`, with the reasons.

    A row is ignored where its change is, at every place that it reaches, be it by several entries;
    a change that counts at one place counts. What no document shows is never ignored: it fails
    nobody. Entries that match no place of any row, and those that have expired, come in `unused`.
    """
    known = tuple(ignores)
    valid = [each for each in known if each.expires is None or today <= each.expires]
    matching: set[Ignore] = set()
    rows: list[Row] = []
    ignored: list[Ignored] = []
    for row in diff.rows:
        found = _matching(row.change, valid) if row.change else []
        matching.update(each for at_one_place in found for each in at_one_place)
        if found and all(found):
            # The first entry for each place suffices, and each reason is told once.
            why = dict.fromkeys(at_one_place[0].why for at_one_place in found)
            ignored.append(Ignored(row, " ".join(why)))
        else:
            rows.append(row)
    return replace(
        diff,
        rows=tuple(rows),
        ignored=(*diff.ignored, *ignored),
        unused=(*diff.unused, *_unused(known, valid, matching)),
    )


def _matching(change: Change, valid: Iterable[Ignore]) -> list[list[Ignore]]:
    entries = tuple(valid)
    return [
        [each for each in entries if each.matches(change.rule, reach)] for reach in change.reaches
    ]


def _unused(known: Iterable[Ignore], valid: list[Ignore], matching: set[Ignore]) -> Iterable[str]:
    for each in known:
        if each not in valid:
            yield f"{each}: expired after {each.expires}"
        elif each not in matching:
            yield str(each)
