"""What a version diff amounts to."""

import pytest
from canned_diff import (
    BREAKING,
    CONDITION,
    DRIFT,
    HIDDEN,
    IGNORED,
    LETTER_CASE,
    ONLY_SEEN,
    VALUES,
    canned_diff,
    empty_diff,
    row,
    wire,
)

from harness.model.change import Level
from harness.model.errors import UsageError
from harness.model.version_diff import Ignored, Observed, Standing
from harness.report.version_diff.conclusion import exit_status, fail_on_of, summary, verdict

WIRE_ALONE = row(None, Standing.UNKNOWN, Observed.SEEN, wire=(wire(),))


@pytest.mark.parametrize(
    ("rows", "breaking", "risky"),
    [
        ((BREAKING,), 1, 1),
        ((VALUES,), 0, 1),
        ((HIDDEN,), 0, 1),
        ((CONDITION,), 0, 0),
        ((LETTER_CASE, DRIFT), 0, 0),
        ((ONLY_SEEN, WIRE_ALONE), 0, 0),
        ((CONDITION, BREAKING), 1, 1),
    ],
    ids=["breaking", "risky", "hidden", "compatible", "documents alone", "no document", "several"],
)
def test_the_exit_status_is_that_of_the_worst(rows, breaking, risky):
    diff = canned_diff(*rows)
    assert exit_status(diff, Level.BREAKING) == breaking
    assert exit_status(diff, Level.RISKY) == risky
    assert exit_status(diff, None) == 0


def test_what_is_ignored_fails_nothing():
    diff = canned_diff(CONDITION, ignored=(Ignored(BREAKING, "So."), Ignored(IGNORED, "So.")))
    assert exit_status(diff, Level.RISKY) == 0


def test_no_rows_fail_nothing():
    assert exit_status(empty_diff(), Level.RISKY) == 0


@pytest.mark.parametrize(
    ("text", "level"), [("breaking", Level.BREAKING), ("risky", Level.RISKY), ("never", None)]
)
def test_a_person_says_what_is_to_fail(text, level):
    assert fail_on_of(text) is level


@pytest.mark.parametrize("text", ["compatible", "", "BREAKING", "\x1b"])
def test_what_cannot_fail_is_refused_with_what_can(text):
    with pytest.raises(UsageError, match="there are breaking, risky, never"):
        fail_on_of(text)


@pytest.mark.parametrize(
    ("diff", "word", "told"),
    [
        (empty_diff(), "NO DIFFERENCES", "nothing differs"),
        (canned_diff(BREAKING), "BREAKING", "1 breaking change; 1 ignored"),
        (canned_diff(VALUES, CONDITION, ignored=()), "RISKY", "1 risky, 1 compatible changes"),
        (canned_diff(CONDITION, ignored=()), "COMPATIBLE", "1 compatible change"),
        (
            canned_diff(DRIFT, LETTER_CASE, ONLY_SEEN, ignored=()),
            "NO CHANGE ON PAPER",
            "1 correction of a document; 1 drift of a document; 1 in no document",
        ),
        (
            canned_diff(WIRE_ALONE, ignored=()),
            "DIFFERENT ON THE WIRE",
            "1 difference on the wire",
        ),
    ],
    ids=["nothing", "breaking", "risky", "compatible", "documents alone", "wire alone"],
)
def test_a_diff_is_summed_up_in_a_line(diff, word, told):
    assert (verdict(diff), summary(diff)) == (word, told)
