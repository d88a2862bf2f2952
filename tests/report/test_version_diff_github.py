"""A version diff as annotations of a GitHub workflow."""

from canned_diff import (
    ABSENT,
    CONDITION,
    DRIFT,
    LETTER_CASE,
    ONLY_SEEN,
    TYPE,
    VALUES,
    canned_diff,
    change,
    empty_diff,
    row,
)

from harness.model.change import Level
from harness.model.version_diff import Document
from harness.report.version_diff import github


def lines(*rows, **differences):
    found = canned_diff(*rows, **{"ignored": (), "unused": (), "gaps": (), **differences})
    return github.render(found).splitlines()


def test_the_upshot_comes_first():
    assert github.render(empty_diff()) == (
        "::notice title=API 1.24 → 1.24::NO DIFFERENCES: nothing differs\n"
    )


def test_each_level_has_its_command_and_the_worst_comes_first():
    found = lines(CONDITION, VALUES, TYPE)
    assert [line.partition(" ")[0] for line in found] == [
        "::notice",
        "::error",
        "::warning",
        "::notice",
    ]
    assert found[1] == (
        "::error title=API 1.24 → 1.30%3A breaking change::"
        "GET /containers/json 200/body/*/Ports: type changed, string → array "
        "(unannounced, not seen) [reply-property-type-changed]"
    )


def test_evidence_stands_on_further_lines_of_the_message():
    message = lines(CONDITION)[1].split("::")[2]
    assert message.split("%0A")[1] == "announced: 1.30/8.1 condition: parameter added"


def test_what_is_no_change_of_the_api_annotates_nothing():
    assert len(lines(DRIFT, LETTER_CASE, ABSENT, ONLY_SEEN)) == 1


def test_what_could_not_be_compared_or_ignored_warns():
    found = lines(CONDITION, gaps=("a: b",), unused=("a, b",))
    assert found[-2:] == [
        "::warning title=API 1.24 → 1.30%3A not compared::a: b",
        "::warning title=API 1.24 → 1.30%3A nothing to ignore::a, b",
    ]


def test_titles_and_messages_are_escaped_each_in_its_way():
    told = row(change("operation-removed", "GET /a%2Cb:c,d\r\n", level=Level.BREAKING))
    found = lines(told, old=Document("a,b:c%\n", None, 1))[1]
    assert found == (
        "::error title=a%2Cb%3Ac%25\\n → 1.30%3A breaking change::"
        "GET /a%252Cb:c,d\\r\\n: operation removed (unannounced, untried) [operation-removed]"
    )
