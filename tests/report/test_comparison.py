"""Two runs held against each other: aligned, gathered, explained, and told."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from canned_sides import V25, V26, called, ended, side
from rich.console import Console

from harness.model.call import Manner, Twist
from harness.model.difference import Aspect, Difference, KnownDifference
from harness.model.errors import HarnessError
from harness.model.events import HarnessFailed, Leaked, VersionUnsupported
from harness.report import comparison_json
from harness.report.comparison import compare
from harness.report.comparison_text import screen

STATUS = KnownDifference(
    "sour", ("toy", "box"), ("Box*",), Aspect.STATUS, "It is sour.", seen=("400: no", "500: no")
)
REFUSED = called(status=400, message="no")
FAILED = called(status=500, message="no")


def compared(left=(), right=(), *, known=(), full=False, **names):
    one, other = names.get("names", ("toy", "box"))
    return compare(
        left if hasattr(left, "answers") else side(one, *left),
        right if hasattr(right, "answers") else side(other, *right),
        known,
        lambda place, call: f"curl {place.version}{call.path}",
        seed=7,
        full=full,
    )


def seen(comparison):
    return [
        (str(c.difference.aspect), c.difference.left, c.difference.right)
        for c in comparison.contrasts
    ]


def shown(comparison, width=80):
    file = StringIO()
    Console(file=file, width=width, highlight=False).print(screen(comparison), crop=False)
    return file.getvalue()


def test_runs_that_answer_alike_do_not_differ():
    calls = (called(), called(number=1, status=404), called("LidTurn", recipe=1))
    comparison = compared(calls, calls)
    assert comparison.contrasts == ()
    assert comparison.calls == 3
    assert comparison.exit_status == 0


@pytest.mark.parametrize(
    "difference",
    [{"number": 1}, {"recipe": 1}, {"version": V26}, {"operation": "LidTurn"}],
)
def test_calls_are_aligned_by_where_they_stand(difference):
    left = (called(), called(**difference, status=404))
    right = (called(**difference, status=404), called())
    assert compared(left, right).contrasts == ()
    (contrast,) = compared(left, (called(), called(**difference, status=409))).contrasts
    assert contrast.difference == Difference(Aspect.STATUS, "404", "409")
    assert contrast.count == 1


def test_one_difference_is_gathered_over_calls_versions_and_operations():
    places = [{"number": 1}, {"version": V26}, {"operation": "LidTurn"}, {}]
    left = [called(**place, status=400, message="no") for place in places]
    right = [called(**place, status=500, message="no") for place in places]
    (contrast,) = compared(left, right).contrasts
    assert contrast.count == 4
    assert contrast.places == ((V25, "BoxOpen"), (V25, "LidTurn"), (V26, "BoxOpen"))
    assert contrast.versions == (V25, V26)
    assert contrast.operations == ("BoxOpen", "LidTurn")
    assert (contrast.example.number, contrast.curl) == (0, "curl 1.25/BoxOpen")


def test_shapes_of_two_operations_are_two_differences():
    left = (called(message="null"), called("LidTurn", message="null"))
    comparison = compared(left, (called(), called("LidTurn")))
    assert [contrast.operations for contrast in comparison.contrasts] == [
        ("BoxOpen",),
        ("LidTurn",),
    ]


def test_a_polite_call_is_the_better_example():
    rude = {"manner": Manner.RUDE, "twist": Twist.BOUNDARY, "number": 1}
    calls = [rude, {"number": 3}, {"number": 2}]
    left = [called(**call, status=400) for call in calls]
    right = [called(**call, status=500) for call in calls]
    (contrast,) = compared(left, right).contrasts
    assert contrast.example.number == 2


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((called(),), (ended(),), ("call", "called", "not called")),
        (
            (called(),),
            (ended(reason="POST /boxes/0123456789abcdef answered 501"),),
            ("call", "called", "not called: POST /boxes/… answered N"),
        ),
        ((called(), called(number=1)), (called(),), ("call", "called", "not called")),
        ((ended(reason="no"),), (called(),), ("call", "not called: no", "called")),
    ],
)
def test_a_call_that_only_one_side_was_asked_is_a_difference(left, right, expected):
    comparison = compared(left, right)
    assert seen(comparison) == [expected]
    assert comparison.exit_status == 1


def test_runs_of_other_calls_are_not_compared():
    with pytest.raises(HarnessError, match=r"BoxOpen at 1\.25 was called in two ways"):
        compared((called(),), (called(body=b"x"),))


@pytest.mark.parametrize(
    ("right", "gap"),
    [
        (side("box", finished=False), "the run on box did not come to its end"),
        (
            side("box", VersionUnsupported(V25, "too old"), ended()),
            "API 1.25 is not served by box: too old",
        ),
    ],
)
def test_what_a_side_had_no_chance_to_be_asked_is_no_difference(right, gap):
    comparison = compared((called(),), right)
    assert comparison.contrasts == ()
    assert comparison.gaps == (gap,)
    assert comparison.exit_status == 5


def test_what_neither_side_was_asked_is_told():
    never = ended("LidTurn", reason="needs registry")
    comparison = compared((called(), never), (called(), never))
    assert comparison.gaps == ("1 operation never called (LidTurn): needs registry",)
    assert comparison.exit_status == 0


@pytest.mark.parametrize(
    ("known", "names", "status"),
    [
        ((), ("toy", "box"), 1),
        ((STATUS,), ("toy", "box"), 0),
        ((STATUS,), ("toy", "jar"), 1),
        ((replace(STATUS, sides=("toy", r"box 1\..*")),), ("toy", "box"), 0),
        ((replace(STATUS, operations=("Lid*",)),), ("toy", "box"), 1),
    ],
)
def test_what_is_explained_lets_pass(known, names, status):
    comparison = compared((REFUSED,), (FAILED,), known=known, names=names)
    assert comparison.exit_status == status
    assert len(comparison.explained) == 1 - status


def test_what_is_explained_does_so_from_either_side():
    comparison = compared((FAILED,), (REFUSED,), known=(STATUS,), names=("box", "toy"))
    assert comparison.exit_status == 0
    assert comparison.unused == ()


@pytest.mark.parametrize(
    ("right", "full", "unused"),
    [
        (side("box", FAILED), True, 0),
        (side("box", REFUSED), True, 1),
        (side("box", REFUSED), False, 0),
        (side("box", REFUSED, finished=False), True, 0),
        (side("jar", REFUSED), True, 0),
    ],
)
def test_what_explains_nothing_in_a_full_run_is_unused(right, full, unused):
    comparison = compared((REFUSED,), right, known=(STATUS,), full=full)
    assert len(comparison.unused) == unused
    assert ("Explained, but not seen" in shown(comparison)) is bool(unused)


def test_what_is_there_by_chance_may_be_missed():
    chance = replace(STATUS, by_chance=True)
    assert compared((REFUSED,), (REFUSED,), known=(chance,), full=True).unused == ()


@pytest.mark.parametrize("trouble", [Leaked("volume", "v1"), HarnessFailed(V25, "BoxOpen", "no")])
def test_a_fault_of_the_harness_is_no_success(trouble):
    comparison = compared((called(),), (called(), trouble))
    assert comparison.exit_status == 5
    assert "Faults of the harness on box" in shown(comparison)


def test_nothing_compared_is_no_success():
    comparison = compared()
    assert comparison.exit_status == 5
    assert "NOTHING COMPARED" in shown(comparison)


def test_calls_that_differ_are_counted_once_for_each_aspect():
    left = (called(), called(number=1), called(number=2), REFUSED)
    left = (*left[:3], called(number=3, status=400, message="no"))
    right = (
        called(message="null"),
        called(number=1, status=404),
        called(number=2),
        called(number=3, status=500, message="no"),
    )
    (tally,) = compared(left, right, known=(STATUS,)).tallies
    assert (tally.calls, tally.explained) == (4, 1)
    assert tally.differing == {Aspect.STATUS: 1, Aspect.SHAPE: 1}


def test_a_terminal_shows_both_sides_of_each_difference():
    text = shown(compared((called(status=404, message="no such box"),), (FAILED,)))
    assert "toy         404: no such box" in text
    assert "box         500: no\n" in text
    assert "\ncurl 1.25/BoxOpen\n" in text
    assert "DIFFERENT: 1 unexplained, 0 explained" in text


def test_two_daemons_of_one_name_are_left_and_right():
    text = shown(compared((REFUSED,), (FAILED,), names=("box", "box")))
    assert "left        400: no" in text
    assert "right       500: no" in text


def test_what_a_daemon_sent_cannot_steer_a_terminal():
    evil = called(status=404, message="\x1b[2J")
    assert "\x1b" not in shown(compared((evil,), (FAILED,)))


def test_an_explanation_is_told_once_for_all_that_it_explains():
    wide = replace(STATUS, seen=("*", "*"))
    left = (REFUSED, called(number=1, status=409))
    right = (FAILED, called(number=1, status=500))
    text = shown(compared(left, right, known=(wide,)))
    assert text.count("sour: It is sour.") == 1
    assert "400: no | 500: no" in text
    assert "ALIKE: 2 explained" in text


def test_json_tells_the_same_and_equal_runs_make_equal_texts():
    left, right = (REFUSED, called(number=1)), (FAILED, called(number=1, status=404))
    comparison = compared(left, right, known=(STATUS,))
    text = comparison_json.render(comparison)
    again = compared(tuple(reversed(left)), tuple(reversed(right)), known=(STATUS,))
    assert comparison_json.render(again) == text
    told = json.loads(text)
    assert told["exit_status"] == 1
    assert told["calls"] == 2
    (difference,) = told["differences"]
    assert (difference["left"], difference["right"]) == ("200", "404")
    assert difference["places"] == [{"version": "1.25", "operation": "BoxOpen"}]
    assert [one["known"] for one in told["explained"]] == ["sour"]
    assert told["left"]["name"] == "toy"
