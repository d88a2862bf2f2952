"""The pages of reports/version-diff/: each version and the next, and two wide spans."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType

from harness.model.version import ApiVersion
from harness.model.version_diff import VersionDiff
from harness.report.version_diff import html, index_markdown, index_page, markdown
from harness.report.version_diff.page import file_name
from harness.specs.library import load, versions

FOLDER = "reports/version-diff"
# From the oldest version, and from the last that was documented in prose alone, to the newest.
SPANS = (
    (ApiVersion(1, 18), ApiVersion(1, 33)),
    (ApiVersion(1, 24), ApiVersion(1, 33)),
)


def pages(diff_of: Callable[[ApiVersion, ApiVersion], VersionDiff]) -> dict[str, str]:
    """Return the text of each page by its path in the repository, given what tells a diff.

    Raises whatever `diff_of` does.
    """
    neighbours = {pair: diff_of(*pair) for pair in pairwise(versions())}
    diffs = {**neighbours, **{pair: diff_of(*pair) for pair in SPANS}}
    found = {
        "index.md": index_markdown.render(diffs),
        "index.html": index_page.render(diffs, _operations()),
    }
    for (old, new), diff in diffs.items():
        found[file_name(old, new, "md")] = markdown.render(diff)
        found[file_name(old, new)] = html.render(diff, neighbours)
    return {f"{FOLDER}/{name}": text for name, text in found.items()}


def _operations() -> Mapping[ApiVersion, frozenset[str]]:
    return MappingProxyType(
        {
            version: frozenset(
                f"{operation.method} {operation.path}"
                for operation in load(version).operations.values()
            )
            for version in versions()
        }
    )
