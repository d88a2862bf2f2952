"""A version diff as one page in HTML, to be searched and filtered, and read without scripts too."""

from collections.abc import Mapping

from harness.diff.paper import RULES
from harness.model.version_diff import Observed, VersionDiff
from harness.report.version_diff import telling
from harness.report.version_diff.heat_map import Pair, heat_map
from harness.report.version_diff.page import page
from harness.report.version_diff.view import LABELS, Weight, crossings, slug, view, weights


def render(diff: VersionDiff, steps: Mapping[Pair, VersionDiff] | None = None) -> str:
    """Return a page that needs nothing but itself.

    `steps` are the diffs of neighbouring versions; of those between the two that are compared, the
    page shows what changed when, with links to their pages in the same folder.
    """
    observed = {row.observed for row in diff.rows}
    between = {pair: step for pair, step in (steps or {}).items() if _within(pair, diff)}
    return page(
        "diff.html.j2",
        diff=diff,
        subject=telling.subject(diff),
        observer=telling.observer(diff),
        view=view(diff.rows, diff.daemon),
        api=_api(diff),
        crossings=tuple(crossings(diff.rows, observed)),
        observations=[each for each in Observed if each in observed],
        known=any(telling.standing(row) or telling.observed(row) for row in diff.rows),
        heat_map=heat_map(between) if len(between) > 1 else None,
        summaries={rule.id: rule.summary for rule in RULES},
        labels=LABELS,
        slug=slug,
        telling=telling,
    )


def _within(pair: Pair, diff: VersionDiff) -> bool:
    old, new = diff.old.version, diff.new.version
    return bool(old and new and old <= pair[0] and pair[1] <= new)


def _api(diff: VersionDiff) -> tuple[Weight, ...]:
    """Return the weights of what is more than a change of documents, if there is both."""
    present = weights(diff.rows)
    others = tuple(each for each in present if each is not Weight.DOCUMENT)
    return others if len(others) < len(present) else ()
