"""Version diffs as pages in HTML: complete, sealed, and filtered by what rows say of themselves."""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from canned_diff import (
    ADDED,
    CONDITION,
    CREATE,
    DAEMON,
    DRIFT,
    LETTER_CASE,
    ONE_DEFINITION,
    ONLY_SEEN,
    REMOVED,
    ROWS,
    SERVICES,
    SHARED,
    WAIT,
    canned_diff,
    change,
    empty_diff,
    hostile_diff,
    row,
)
from canned_steps import step, steps, version

from harness.diff.paper import RULES
from harness.model.change import Level
from harness.model.version_diff import Document, Observed, Standing
from harness.report.version_diff import html, index_page
from harness.report.version_diff.heat_map import heat_map
from harness.report.version_diff.page import LONGEST, file_name

SCRIPT = (Path(html.__file__).parent / "page.js").read_text(encoding="utf-8")
FACETS = ("level", "observed", "standing", "announced", "area")


@dataclass
class Shown:
    """A row as the script of the page meets it."""

    anchor: str
    values: dict
    operations: list


class Page(HTMLParser):
    """What of a page links, filters and tells; whatever tags and attributes it has."""

    def __init__(self, text):
        super().__init__()
        self.source = text
        self.tags, self.attributes = set(), []
        self.rows, self.chips, self.options, self.ids, self.words = [], [], [], [], []
        self._group, self._inline = {}, ""
        self.inline = {"style": [], "script": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [given["id"]] if "id" in given else []
        self._inline = tag if tag in self.inline else ""
        if given.get("class") == "group":
            self._group = {"area": given["data-areas"], "operations": given["data-operations"]}
        if "data-level" in given:
            self._row(given)
        if "data-facet" in given:
            self.chips.append((given["data-facet"], given["value"]))
        if tag == "option":
            self.options.append(given["value"])

    def _row(self, given):
        values = {name: [given[f"data-{name}"]] for name in FACETS if name != "area"}
        values["area"] = self._group["area"].split()
        self.rows.append(Shown(given["id"], values, self._group["operations"].split()))

    def handle_endtag(self, tag):
        self._inline = ""

    def handle_data(self, data):
        if self._inline:
            self.inline[self._inline].append(data)
            return
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def passing(self, fragment):
        """Return the anchors of the rows that a fragment lets through, as the script does."""
        asked = dict(part.split("=", 1) for part in fragment.lstrip("#").split("&"))
        name = unquote(asked.pop("op", ""))
        number = str(self.options.index(name) - 1) if name in self.options else "-1"
        return [
            shown.anchor
            for shown in self.rows
            if all(set(shown.values[facet]) & set(asked[facet].split(",")) for facet in asked)
            and (not name or number in shown.operations)
        ]


def page(diff=None, **more):
    return Page(html.render(diff or canned_diff(), **more))


def counts(text, pattern):
    """Return what stands in a page by a pattern of two groups, the second of them a count."""
    return {unescape(one): int(two.replace(",", "")) for one, two in re.findall(pattern, text)}


@pytest.fixture(scope="module")
def canned():
    return page()


def test_every_row_is_there_once(canned):
    assert len(canned.rows) == len(ROWS)
    assert len(set(canned.ids)) == len(canned.ids)


@pytest.mark.parametrize("facet", FACETS)
def test_the_rows_say_by_what_they_are_filtered(canned, facet):
    said = counts(
        canned.source,
        rf'data-facet="{facet}" (value="[^"]+") aria-pressed="false">[^<]*<span>(.*?)<',
    )
    assert said
    for value, count in said.items():
        assert len(canned.passing(f"{facet}={value[7:-1]}")) == count


def test_every_value_of_a_row_can_be_chosen(canned):
    assert {
        (facet, value) for shown in canned.rows for facet in FACETS for value in shown.values[facet]
    } == set(canned.chips)


def test_the_script_knows_the_same_facets():
    assert re.search(r"const FACETS = \[(.*?)\]", SCRIPT)[1] == ", ".join(f'"{f}"' for f in FACETS)


# Only corrected documents show the one, and the other is of two recordings without documents.
HIDDEN = row(change("reply-property-removed", CREATE, "201/body/Id"), Standing.UNSTATED)
UNCOMPARED = replace(ONLY_SEEN, standing=Standing.UNKNOWN)


@pytest.mark.parametrize(
    "diff",
    [canned_diff(*ROWS, HIDDEN, UNCOMPARED), hostile_diff()],
    ids=["canned", "hostile"],
)
def test_a_count_in_the_head_leads_to_as_many_rows(diff):
    found = page(diff)
    head = found.source.partition('<div class="layout">')[0]
    cells = re.findall(r'<a href="(#[^"]+)">(?:<strong>)?([\d,]+)<', head)
    assert len(cells) > len(FACETS)
    for fragment, count in cells:
        assert len(found.passing(unescape(fragment))) == int(count), fragment


def test_an_operation_shows_its_own_rows_and_those_of_its_definitions(canned):
    assert set(canned.options[1:]) == {name for each in ROWS for name in each.operations}
    (only,) = canned.passing("op=GET%20/configs")
    assert only == page(canned_diff(ADDED)).rows[0].anchor
    assert len(canned.passing(f"op={SERVICES[1]}")) == sum(
        SERVICES[1] in each.operations for each in ROWS
    )
    assert canned.passing("op=GET%20/unknown") == []


def test_a_row_keeps_its_link_when_others_come_and_go(canned):
    for each in ROWS:
        (alone,) = page(canned_diff(each)).rows
        assert alone.anchor in canned.ids


@pytest.mark.parametrize(
    "told",
    [
        "API 1.24 → 1.30",
        "78 operations → 106 operations.",
        f"Observed on {DAEMON} (recorded).",
        "query/condition",
        "request-property-required-added",
        "type changed string → array",
        "announced 1.30/8.1",
        "1.30/7.1 TaskTemplate.Placement.Platforms",
        "Says POST /service/create.",
        "number 137",
        "networks/4, networks/9",
        "erratum nano-cpus",
        "The later document was written anew, and left it out.",
        "200/body/Last/Engine",
        "POST /services/{id}/update",
        "We never filter images.",
        "operation-removed at POST /auth",
        "GET /events: no story has both versions",
        "documented, not announced",
    ],
)
def test_everything_is_told(canned, told):
    assert told in canned.text


def test_what_it_was_narrowed_to_is_told():
    assert (
        "Narrowed to what one client uses."
        in page(canned_diff(narrowed="what one client uses")).text
    )


def test_each_rule_is_explained_once():
    rows = [row(change(rule.id, place)) for rule in RULES for place in (WAIT, CREATE)]
    source = html.render(canned_diff(*rows))
    for rule in RULES:
        said = re.findall(rf"<dt><code>{rule.id}</code><dd>(.*)", source)
        assert [unescape(text) for text in said] == [rule.summary]


def test_no_difference_is_said_and_offers_no_filters():
    found = page(empty_diff())
    assert "No differences." in found.text
    assert "Observed on no daemon." in found.text
    assert not found.rows
    assert not found.chips


def test_what_all_rows_have_in_common_is_no_filter():
    found = page(canned_diff(row(change("operation-added"), Standing.UNKNOWN, Observed.UNKNOWN)))
    assert not found.chips
    assert "documented" not in found.text


def test_equal_diffs_make_equal_pages():
    assert html.render(canned_diff()) == html.render(canned_diff())


@pytest.mark.parametrize("diff", [canned_diff(), empty_diff(), hostile_diff()])
def test_a_page_is_sealed(diff):
    found = page(diff, steps=steps(step(24, 25, ADDED), step(25, 26, CONDITION)))
    (policy,) = (
        value
        for tag, name, value in found.attributes
        if tag == "meta" and name == "content" and "default-src" in value
    )
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules.keys() >= {"default-src", "base-uri", "form-action"}
    assert rules.pop("style-src") == digest("".join(found.inline["style"]))
    assert rules.pop("script-src") == digest("".join(found.inline["script"]))
    assert set(rules.values()) == {"'none'"}
    assert not found.tags & {"link", "img", "iframe", "object", "base", "form", "svg"}
    assert not [name for _, name, _ in found.attributes if name == "src" or name[:2] == "on"]
    # The policy would keep the browser from using them.
    assert "style" not in {name for _, name, _ in found.attributes}
    links = [value for _, name, value in found.attributes if name == "href"]
    assert all(re.match(r"#|1\.\d\d-1\.\d\d\.html(#|$)", link) for link in links)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp", found.source.partition("</style>")[0])


def digest(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_nothing_from_elsewhere_is_markup():
    harmless, hostile = page(), page(hostile_diff())
    assert hostile.tags <= harmless.tags
    assert len(hostile.inline["script"]) == 1
    assert "<script>alert(1)</script>" in hostile.text  # as text


def test_whatever_a_text_holds_the_page_is_printable_and_short():
    source = html.render(hostile_diff())
    assert source.encode()
    assert all(char.isprintable() or char == "\n" for char in source)
    assert "y" * (LONGEST - 200) in source
    assert "y" * (LONGEST + 1) not in source


def test_a_page_of_1500_rows_is_no_burden():
    rows = [
        row(
            change("reply-property-added", name, f"200/body/One/Two/P{number}", new="string"),
            Standing.ANNOUNCED,
            Observed.SEEN,
            announcements=CONDITION.announcements,
            wire=CONDITION.wire,
            reasons=DRIFT.reasons,
        )
        for number in range(500)
        for name in (WAIT, CREATE, "GET /info")
    ]
    assert len(html.render(canned_diff(*rows))) < 1_500_000


def test_the_worst_level_and_the_number_colour_a_cell():
    rows = [
        row(change("reply-property-type-changed", WAIT, f"200/body/{number}", level=level))
        for number, level in enumerate((*[Level.COMPATIBLE] * 4, Level.RISKY))
    ]
    source = html.render(
        canned_diff(*rows), steps(step(24, 25, *rows), step(25, 26, *rows[:1], ONLY_SEEN))
    )
    assert '<td class="risky x3"><a href="1.24-1.25.html#op=POST%20/containers/' in source
    assert f'title="{WAIT} at 1.25: 1 risky, 4 compatible">5</a>' in source
    assert f'title="{WAIT} at 1.26: 1 compatible">1</a>' in source
    assert '<td class="others"><a' in source


def test_a_cell_leads_to_rows_of_the_page_of_its_pair():
    pairs = steps(step(24, 25, SHARED, CONDITION), step(25, 26, ONE_DEFINITION, LETTER_CASE))
    for line in (line for _, lines in heat_map(pairs).areas for line in lines):
        for pair, cell in zip(pairs, line.cells[1:], strict=True):
            if cell.link:
                name, _, fragment = cell.link.partition("#")
                assert name == file_name(*pair)
                assert len(page(pairs[pair]).passing(fragment)) == (
                    cell.tally.changes + cell.tally.others
                )


def test_only_steps_between_the_two_versions_are_shown():
    near = steps(*(step(minor, minor + 1, CONDITION) for minor in range(22, 32)))
    source = html.render(canned_diff(), near)
    heads = re.findall(r'<th scope="col">(1\.\d\d)</th>', source)
    assert heads == ["1.24", "1.25", "1.26", "1.27", "1.28", "1.29", "1.30"]
    one = step(24, 25, CONDITION)
    assert "What changed when" not in html.render(one, near)
    mine = canned_diff(old=Document("mine.yaml", None, 3))
    assert "What changed when" not in html.render(mine, near)


def test_the_index_counts_what_each_page_shows():
    diffs = steps(step(24, 25, *ROWS), step(25, 26), step(24, 26, CONDITION, REMOVED))
    known = {version(minor): ["GET /configs", WAIT] for minor in (24, 25, 26)}
    source = index_page.render(diffs, known)
    for (old, new), diff in diffs.items():
        found = page(diff)
        name = re.escape(file_name(old, new))
        said = re.findall(rf'href="{name}#([a-z]+=[a-z-]+)">([\d,]+)<', source)
        assert bool(said) is bool(diff.rows)
        for fragment, count in said:
            assert len(found.passing(fragment)) == int(count)
        assert f'href="{file_name(old, new)}"' in source
        assert f'href="{file_name(old, new, "md")}"' in source
    assert source.index("1.25 → 1.26</a>") < source.index("1.24 → 1.26</a>")
    assert "2 operations, API 1.24 to 1.26" in " ".join(source.split())
