"""The pages of reports/version-diff/, made from whatever tells how two versions differ."""

import re
from itertools import pairwise

from harness.cli.version_reports import FOLDER, SPANS, pages
from harness.model.change import Change, Level, Part, Reach
from harness.model.version_diff import Document, Observed, Row, Standing, VersionDiff
from harness.specs.library import versions

OLDEST, NEWEST = versions()[0], versions()[-1]


def told(old, new):
    """Return a diff with one change, which names the two versions."""
    reach = Reach("GET /info", f"200/body/From{old.minor}To{new.minor}")
    change = Change("reply-property-added", Level.COMPATIBLE, Part.REPLY, (reach,))
    row = Row(Standing.UNANNOUNCED, Observed.UNTRIED, change)
    return VersionDiff(Document(str(old), old, 1), Document(str(new), new, 1), (row,))


def test_each_pair_of_neighbours_and_each_span_has_two_pages():
    pairs = [*pairwise(versions()), *SPANS]
    names = {f"{FOLDER}/{old}-{new}{end}" for old, new in pairs for end in (".md", ".html")}
    assert pages(told).keys() == names | {f"{FOLDER}/index.md", f"{FOLDER}/index.html"}
    assert len(pairs) == 17


def test_a_page_tells_of_its_own_pair():
    made = pages(told)
    for old, new in (*pairwise(versions()), *SPANS):
        for ending in ("md", "html"):
            assert f"From{old.minor}To{new.minor}" in made[f"{FOLDER}/{old}-{new}.{ending}"]


def test_spans_end_at_versions_that_there_are():
    assert (OLDEST, NEWEST) in SPANS
    assert all(version in versions() for span in SPANS for version in span)


def test_no_pair_is_compared_twice():
    asked = []

    def counted(old, new):
        asked.append((old, new))
        return told(old, new)

    pages(counted)
    assert len(asked) == len(set(asked)) == 17


def test_the_index_leads_to_pages_that_are_made():
    made = pages(told)
    links = re.findall(r"\]\(([^)]+)\)", made[f"{FOLDER}/index.md"])
    links += re.findall(r'href="([^"#:]+)[#"]', made[f"{FOLDER}/index.html"])
    assert len(set(links)) >= 34
    assert [link for link in links if f"{FOLDER}/{link}" not in made] == []


def test_the_pages_are_the_same_each_time():
    assert pages(told) == pages(told)
