"""Counts, versions, times and foreign texts in words."""

import pytest

from harness.model.version import ApiVersion
from harness.report.values import Timing
from harness.report.wording import counted, duration, printable, shortened, spans


@pytest.mark.parametrize(
    ("minors", "expected"),
    [
        ((), ""),
        ((30,), "1.30"),
        ((25, 26), "1.25..1.26"),
        ((26, 25, 27, 25), "1.25..1.27"),
        ((18, 25, 26, 30), "1.18, 1.25..1.26, 1.30"),
        ((9, 10), "1.9..1.10"),
    ],
)
def test_versions_are_told_as_spans(minors, expected):
    assert spans(ApiVersion(1, minor) for minor in minors) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (59.7, "1 min 0 s"),
        (200, "3 min 20 s"),
        (3725, "1 h 2 min"),
    ],
)
def test_times_are_told_to_people(seconds, expected):
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 calls"), (1, "1 call"), (12345, "12,345 calls")]
)
def test_counts_agree_with_their_noun(count, expected):
    assert counted(count, "call") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünï", "plain ünï"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\ttab\0", "two\\nlines\\ttab\\x00"),
        ("\ud800", "\\ud800"),
        ("\u202eright to left", "\\u202eright to left"),
    ],
)
def test_what_does_not_print_is_escaped(text, expected):
    assert printable(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("abcd", "abcd"), ("abcde", "abc…")])
def test_long_texts_are_cut(text, expected):
    assert shortened(text, 4) == expected


def test_the_time_that_nothing_else_took_went_into_what_calls_need():
    assert Timing(total=10.0, generating=1.0, waiting=4.0, judging=2.0).other == 3.0
    assert Timing(total=1.0, generating=1.0, waiting=0.5, judging=0.0).other == 0.0
