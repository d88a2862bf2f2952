"""The prose is read as uneven as it is: titles, lists, examples, and JSON that needs repairs."""

# ruff: noqa: E501, RUF001 - a row of a table is a line; the lists of the prose use both dashes

import pytest

from harness.model.errors import SpecError
from harness.specs.prose import Field, read_prose
from harness.specs.prose_json import read_values

HEAD = "## 3. Doors\n\n#### Open a door\n\n`POST /doors/(id or name)/open`\n\n"


def section(text, head=HEAD):
    """Return the only section of a document."""
    (found,) = read_prose(head + text, "doors.md")
    return found


def test_sections_are_what_stands_under_a_route_and_not_in_a_comment():
    text = (
        "# Doors\n\n#### In general\n\nWords.\n\n#### List\n\n`GET /doors`\n\n"
        "<!-- not yet\n\n#### Close\n\n`POST /doors/(id)/close HTTP/1.1`\n\n-->\n\n"
        "### Windows\n\n#### Look\n\n\n`GET /v1.24/windows/(pane name)?far=<number>`\n"
    )
    found = read_prose(text, "doors.md")
    assert [(each.method, each.path, each.line) for each in found] == [
        ("GET", "/doors", 7),
        ("GET", "/v1.24/windows/(pane name)", 21),
    ]
    assert found[1].query == {"far"}


def test_a_heading_in_code_ends_no_section():
    assert section(
        "```\n#### no heading\n```\n\n**Status codes**:\n\n- **204** - open\n"
    ).statuses == {204}


@pytest.mark.parametrize(
    "title", ["**Query parameters**:", "**Query parameters:**", "**Query Parameters**"]
)
@pytest.mark.parametrize("bullet", ["-   **wide** – how far", "* **wide**: how far", "- **wide**"])
def test_parameters_are_read_however_they_are_listed(title, bullet):
    assert section(f"{title}\n\n{bullet}\n    - **no parameter\n").query == {"wide"}


def test_parameters_are_also_those_of_an_example():
    text = "**Example request**\n\n    POST /v1.18/doors/front/open?wide=1&slow HTTP/1.1\n"
    assert section(text).query == {"wide", "slow"}


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("**Request Headers**:\n\n- **X-Key** – a key\n", {"X-Key": ""}),
        ('**Request Headers**:\n\n- **Content-type** – `"text/key"`.\n', {"Content-type": "text/key"}),
        ("The `X-Key` header opens it.\n", {"X-Key": ""}),
        ("**Example response**:\n\n    HTTP/1.1 200 OK\n    Date: now\n    X-Lock: 1\n", {"X-Lock": ""}),
        ("Keys are told of elsewhere.\n", {}),
    ],
)  # fmt: skip
def test_headers_are_those_in_lists_in_words_and_in_examples(text, headers):
    assert section(text).headers == headers


def test_statuses_are_those_listed_and_those_shown():
    text = (
        "**Status codes**:\n\n-   **204** – open\n- **404** - one of:\n    – no **door**\n"
        "-  **500** – stuck\n- **500** - on fire\n\n"
        "**Example response**:\n\n    HTTP/1.1 304 Not Modified\n"
    )
    assert section(text).statuses == {204, 304, 404, 500}
    assert section(text).success == 204


@pytest.mark.parametrize("title", ["**JSON parameters**:", "**JSON Parameters**:", "JSON Parameters:"])  # fmt: skip
def test_fields_nest_by_their_indent_with_names_in_their_text(title):
    text = (
        f"{title}\n\n- **Lock**\n     - **Keys** – a list in the form of\n"
        '       `[{"Teeth": 3, "Made": {"Of": "iron"}}]`, or `none`.\n'
        "\t- **Bolt**: a word.\n- **Hinge** - `Left` or `Right`\n"
    )
    assert section(text).body == (
        Field(("Lock",)),
        Field(("Lock", "Keys"), inline=("Teeth", "Made"), words=("Of", "none")),
        Field(("Lock", "Bolt")),
        Field(("Hinge",), words=("Left", "Right")),
    )


def test_fields_of_a_reply_are_kept_apart():
    found = section("**JSON fields in response**:\n\nSome.\n\n- **Name** - its name\n")
    assert (found.body, found.reply) == ((), (Field(("Name",)),))


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        # Indented, by spaces and a tab.
        ('**Example response**:\n\n    HTTP/1.1 201 Created\n    A: b\n\n\t{"Id": 1}\n', [(201, 1)]),
        # Fenced.
        ('**Example request**:\n\n```\nPOST /x HTTP/1.1\nA: b\n\n{"Id": 1}\n```\n\n```json\n{}\n```\n', [(None, 1)]),
        # After words, which is how a second example begins.
        ('**Example response**:\n\nOr less.\n\n    HTTP/1.1 200 OK\n\n    {"Id": 1}\n', [(200, 1)]),
        # Without a first line: the lowest status of success.
        ('**Example response, in short**:\n\n    {"Id": 1}\n\n**Status codes**:\n\n- **202** - ok\n', [(202, 1)]),
        # With a last line that is indented too little.
        ('**Example response**:\n\n    HTTP/1.1 200 OK\n\n    {\n      "Id": 1\n  }\n', [(200, 1)]),
        # Several values.
        ('**Example response**:\n\n    HTTP/1.1 200 OK\n\n    {"a": 1}\n    {"a": 2}\n    ...\n', [(200, 2)]),
        # A value that is a text.
        ('**Example response**:\n\n    HTTP/1.1 200 OK\n\n    "front"\n', [(200, 1)]),
        # No JSON.
        ("**Example response**:\n\n    HTTP/1.1 200 OK\n\n    {% raw %}\n    {{ CREAK }}\n    {% endraw %}\n", []),
        ("**Example response**:\n\n    HTTP/1.1 204 No Content\n", []),
    ],
)  # fmt: skip
def test_an_example_is_the_first_block_of_code_of_its_part(text, samples):
    assert [(each.status, len(each.values)) for each in section(text).samples] == samples


def test_an_example_knows_its_line():
    (sample,) = section("**Example response**:\n\n    HTTP/1.1 200 OK\n\n    {}\n").samples
    assert sample.line == 9


def test_an_example_that_no_repair_helps_is_named_by_its_line():
    with pytest.raises(SpecError, match=r"^doors.md, line 9: the example is no JSON") as caught:
        section("**Example request**:\n\n    POST /x HTTP/1.1\n\n    {door}\n")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "values", "repairs"),
    [
        ('{"a": [1, 2.5e3, null]}', ({"a": [1, 2500.0, None]},), ()),
        ('{"a": 1}\n{"a": 2}', ({"a": 1}, {"a": 2}), ()),
        ('{"a": 1}\n...\n', ({"a": 1},), ("dots dropped",)),
        ('[{"a": 1}\n....\n]', ([{"a": 1}],), ("dots dropped",)),
        ('{"a": 1\n"b": [{}\n{}]}', ({"a": 1, "b": [{}, {}]},), ("comma added",)),
        ('{"a": [1,],}', ({"a": [1]},), ("comma dropped",)),
        ('{"a": "b""\n}', ({"a": "b"},), ("quote dropped",)),
        ('{"a": {"b": 1}}}\n{"c": 2}', ({"a": {"b": 1}}, {"c": 2}), ("bracket dropped",)),
        ('{"a": "",\n"b": "...,"\n"c": 1}', ({"a": "", "b": "...,", "c": 1},), ("comma added",)),
    ],
)
def test_json_is_repaired_by_rules_and_only_where_it_must_be(text, values, repairs):
    shown = read_values(text)
    assert (shown.values, shown.repairs) == (values, repairs)


@pytest.mark.parametrize("text", ['{"a" 1}', '{"a": b}', "[1", "{]"])
def test_json_that_is_wrong_in_another_way_is_refused(text):
    with pytest.raises(ValueError, match=r"line \d"):
        read_values(text)
