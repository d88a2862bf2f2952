"""The index of reports/version-diff in HTML: what changed when, and which pages tell it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from harness.model.version import ApiVersion
from harness.model.version_diff import Observed, Standing, VersionDiff
from harness.report.version_diff.heat_map import Pair, heat_map
from harness.report.version_diff.page import file_name, page
from harness.report.version_diff.view import LABELS, Weight, slug, weight

_BLOCKS = (
    ("Level", tuple((f"level={each}", LABELS[each]) for each in Weight)),
    (
        "Documents and announcements",
        tuple((f"standing={slug(each)}", str(each)) for each in Standing),
    ),
    ("On a daemon", tuple((f"observed={slug(each)}", str(each)) for each in Observed)),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that belong together, each the filter that shows its rows, and its heading."""

    title: str
    columns: tuple[tuple[str, str], ...]


def render(
    diffs: Mapping[Pair, VersionDiff], operations: Mapping[ApiVersion, Collection[str]]
) -> str:
    """Return the index of these diffs, which stand beside it as files that `file_name` names.

    `operations` are those of each version, as in `change.Reach`.
    """
    steps = set(pairwise(sorted(operations)))
    near = {pair: diffs[pair] for pair in sorted(diffs) if pair in steps}
    far = {pair: diffs[pair] for pair in sorted(diffs) if pair not in steps}
    blocks = tuple(
        Block(title, tuple((name, label) for name, label in choices if _any(diffs, name)))
        for title, choices in _BLOCKS
    )
    return page(
        "index.html.j2",
        heat_map=heat_map(near, operations),
        blocks=[block for block in blocks if block.columns],
        parts=[part for part in (near, far) if part],
        counts={pair: _counts(diff) for pair, diff in diffs.items()},
        file_name=file_name,
        daemons=sorted({diff.daemon for diff in diffs.values() if diff.daemon}),
    )


def _any(diffs: Mapping[Pair, VersionDiff], name: str) -> bool:
    return any(_counts(diff)[name] for diff in diffs.values())


def _counts(diff: VersionDiff) -> Counter[str]:
    """Count rows by the filters that show them."""
    counts: Counter[str] = Counter()
    for row in diff.rows:
        counts.update(
            (
                f"level={weight(row)}",
                f"standing={slug(row.standing)}",
                f"observed={slug(row.observed)}",
            )
        )
    return counts
