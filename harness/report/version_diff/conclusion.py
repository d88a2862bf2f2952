"""What a version diff amounts to: in one line, and as an exit status."""

from harness.model.change import Level
from harness.model.errors import UsageError
from harness.model.version_diff import Standing, VersionDiff
from harness.report.version_diff.order import beside_documents, is_change, totals, wire_alone
from harness.report.wording import counted

FAILING_STATUS = 1
NEVER = "never"


def fail_on_of(text: str) -> Level | None:
    """Return the level named by "breaking" or "risky", None for "never".

    Raises UsageError for anything else.
    """
    known = (str(Level.BREAKING), str(Level.RISKY), NEVER)
    if text not in known:
        raise UsageError(f"--fail-on {text!r} is not known; there are {', '.join(known)}")
    return None if text == NEVER else Level(text)


def exit_status(diff: VersionDiff, fail_on: Level | None) -> int:
    """Return 1 where a change is as bad as that or worse, and not ignored; else 0."""
    failing = fail_on and any(is_change(row) and row.level.reaches(fail_on) for row in diff.rows)
    return FAILING_STATUS if failing else 0


def verdict(diff: VersionDiff) -> str:
    """Return the worst that is told, in capitals."""
    counts = totals(diff.rows).levels
    worst = next((level for level, count in counts.items() if count), None)
    if worst:
        return str(worst).upper()
    if not diff.rows:
        return "NO DIFFERENCES"
    return "DIFFERENT ON THE WIRE" if wire_alone(diff.rows) else "NO CHANGE ON PAPER"


def summary(diff: VersionDiff) -> str:
    """Return what the rows add up to: "2 breaking, 1 risky and 3 compatible changes; …"."""
    found = totals(diff.rows)
    changes = sum(found.levels.values())
    parts = []
    if changes:
        levels = ", ".join(f"{count:,} {level}" for level, count in found.levels.items() if count)
        parts.append(f"{levels} {'change' if changes == 1 else 'changes'}")
    others = (
        (Standing.CORRECTION, "correction of a document", "corrections of documents"),
        (Standing.DRIFT, "drift of a document", "drifts of documents"),
    )
    for standing, one, many in others:
        if found.standings[standing]:
            parts.append(counted(found.standings[standing], one, many))
    if beside_documents(diff.rows):
        parts.append(f"{beside_documents(diff.rows):,} in no document")
    if wire_alone(diff.rows):
        parts.append(f"{counted(wire_alone(diff.rows), 'difference')} on the wire")
    if diff.ignored:
        parts.append(f"{len(diff.ignored):,} ignored")
    return "; ".join(parts) or "nothing differs"
