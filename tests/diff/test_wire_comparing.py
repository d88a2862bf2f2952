"""Two traces: what differs is told once, at its outermost place, and what follows is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_traces import OPENED, refused, step, trace

from harness.diff.wire import compare
from harness.model.version import ApiVersion
from harness.model.wire import Aspect, Step, Trace, WireChange


def told(old, new):
    """Return the differences of two single steps, without what is the same for all."""
    found = compare(trace(old), trace(new, minor=30))
    return [(each.aspect, each.place, each.old, each.new) for each in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (step({"Lid": 'string "on"'}), step({"Lid": 'string "on"'}), []),
        (step(), refused(), [("status", "", "200", "404: no such box")]),
        (
            step(status=0, framing="no end", places={}),
            step(framing="no end"),
            [("status", "", "no reply", "200")],
        ),
        (
            refused(media_type="text/plain"),
            refused(),
            [("media-type", "404", "text/plain", "application/json")],
        ),
        (refused("gone"), refused("lost"), [("message", "404", "gone", "lost")]),
        (step(), step(framing="no end"), [("framing", "200/body", "whole", "no end")]),
        (
            step(places={"headers/Os": 'string "a"'}),
            step(places={}),
            [("header", "200/headers/Os", 'string "a"', "")],
        ),
        (step(), step({"Lid": "null"}), [("property-added", "200/body/Lid", "", "null")]),
        (step({"Lid": "null"}), step(), [("property-removed", "200/body/Lid", "null", "")]),
        (
            step({"Lid": "number 1"}),
            step({"Lid": 'string "1"'}),
            [("type", "200/body/Lid", "number 1", 'string "1"')],
        ),
        (
            step({"Lid": "number 1"}),
            step({"Lid": "number 2"}),
            [("value", "200/body/Lid", "number 1", "number 2")],
        ),
        (
            step({"Lid": 'string "a | b" | null'}),
            step({"Lid": 'null | string "c"'}),
            [("value", "200/body/Lid", 'string "a | b" | null', 'null | string "c"')],
        ),
        (step(events=("a", "b")), step(events=("a",)), [("events", "200/body", "b", "")]),
        (
            step(events=("a", "b")),
            step(events=("b", "a")),
            [("events", "200/body", "a, b", "b, a")],
        ),
    ],
)
def test_each_difference_has_its_aspect_and_place(old, new, expected):
    assert told(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ({}, {"Lid": "object", "Lid/Knob": "object", "Lid/Knob/Size": "number 1"}, ["Lid"]),
        ({"Lid": "object", "Lid/Knob": "null"}, {"Lid": "object {}"}, ["Lid"]),
        ({"Lid": "null"}, {"Lid": "object", "Lid/Knob": "null"}, ["Lid"]),
        ({"Lid": "array []"}, {"Lid": "array", "Lid/*": "number 1"}, ["Lid"]),
        (
            {"Lid": "object | null", "Lid/Knob": "null"},
            {"Lid": "object", "Lid/Knob": "number 1"},
            ["Lid", "Lid/Knob"],
        ),
        ({"Lid": "null"}, {"Lid": "null", "Lid-2": "null", "Lid0": "null"}, ["Lid-2", "Lid0"]),
    ],
)
def test_of_what_came_or_went_the_outermost_place_is_told(old, new, places):
    found = compare(trace(step(old)), trace(step(new), minor=30))
    assert [each.place for each in found] == [f"200/body/{place}" for place in places]


def test_one_difference_is_gathered_over_steps():
    old = trace(step(), step({"Lid": 'string "a"'}), step({"Lid": 'string "b"'}))
    new = trace(step(), step(), step(), minor=30)
    (found,) = compare(old, new)
    assert (found.aspect, found.old, found.new) == (Aspect.PROPERTY_REMOVED, "string", "")
    assert found.steps == ("boxes/a-box-is-opened/1", "boxes/a-box-is-opened/2")


@pytest.mark.parametrize(
    ("values", "old"), [(3, "number 0 | number 1 | number 2"), (4, "number")], ids=["few", "many"]
)
def test_different_values_of_a_place_are_told_while_they_are_few(values, old):
    steps = ([step({"Lid": f"number {n + more}"}) for n in range(values)] for more in (0, 10))
    one, other = steps
    (found,) = compare(trace(*one), trace(*other, minor=30))
    assert found.old == old


def test_what_a_refusal_says_is_told_where_all_say_the_same():
    (found,) = compare(trace(step(), step(key="b/0")), trace(refused("a"), refused("b", key="b/0")))
    assert (found.old, found.new) == ("200", "404")


def test_what_follows_a_step_that_only_one_side_did_is_not_told():
    followed = step({"Lid": "number 1"}), step({"Lid": "number 2"})
    old = trace(step(), followed[0], refused(media_type="text/plain"))
    new = trace(refused(), followed[1], refused(), minor=30)
    assert [each.aspect for each in compare(old, new)] == [Aspect.STATUS, Aspect.MEDIA_TYPE]
    other = (trace(step(), step({"Lid": f"number {n}"}, key="other/0")) for n in (1, 2))
    assert [each.aspect for each in compare(*other)] == [Aspect.VALUE]


@pytest.mark.parametrize(
    ("old", "new", "aspects"),
    [
        ("gone", "lost", [Aspect.MESSAGE]),
        ("gone", "rpc error: code = NotFound desc = gone", [Aspect.VALUE, Aspect.MESSAGE]),
    ],
)
def test_what_follows_two_refusals_for_other_reasons_is_not_told(old, new, aspects):
    one, other = (
        trace(refused(message), step({"Lid": f"number {n}"}, key="boxes/a-box-is-opened/9"))
        for n, message in enumerate((old, new))
    )
    assert [each.aspect for each in compare(one, other)] == aspects


@pytest.mark.parametrize(
    ("asked", "shown", "expected"),
    [
        ([("query/all",), ()], [True, False], ("query/all",)),
        ([("query/all", "query/size"), ("query/size",)], [True, False], ("query/all",)),
        ([("query/all",), ("query/all",)], [True, False], ()),
        ([("query/all",), ("query/all",)], [True, True], ()),
        ([("query/all",), ("query/size",), ()], [True, True, False], ()),
    ],
)
def test_a_difference_is_laid_to_what_was_asked(asked, shown, expected):
    old = [step(asked=each) for each in asked]
    new = [
        step({"Lid": "null"} if one else {}, asked=each)
        for each, one in zip(asked, shown, strict=True)
    ]
    (found,) = compare(trace(*old), trace(*new, minor=30))
    assert found.asked == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([step(key="b/0"), step(key="b/1")], [step(key="b/0")], ("called", "", ("b/1",))),
        ([step(key="b/0")], [step(key="b/0"), step(key="b/1")], ("", "called", ("b/1",))),
    ],
)
def test_calls_of_one_side_alone_are_told_as_such(old, new, expected):
    (found,) = compare(trace(*old), trace(*new, minor=30))
    assert found == WireChange(Aspect.CALL, OPENED, "", *expected)


def test_generated_calls_are_known_by_what_they_sent():
    old = trace(step(key="B/0", sent="x"), step(key="B/1", sent="y"), step(key="B/2", sent="y"))
    later = [step({"Lid": "null"}, key="B/0", sent="y"), step(key="B/3", sent="y")]
    found = compare(old, trace(*later, minor=30))
    assert [(each.aspect, each.steps) for each in found] == [
        (Aspect.CALL, ("B/0",)),
        (Aspect.PROPERTY_ADDED, ("B/1",)),
    ]


def test_steps_of_one_key_that_call_something_else_are_not_compared():
    other = step({"Lid": "null"}, operation="GET /lids/{id}/json")
    assert {each.aspect for each in compare(trace(step()), trace(other, minor=30))} == {Aspect.CALL}


_TEXTS = st.sampled_from(["null", "object", "object {}", "array", "number 1", 'string "a | b"'])
_PLACES = st.dictionaries(st.sampled_from(["a", "a/b", "a/b/*", "a-b", "headers"]), _TEXTS)
_STEPS = st.builds(
    Step,
    key=st.sampled_from(["a/0", "a/1", "b/0"]),
    operation=st.sampled_from(["GET /a", "GET /b"]),
    asked=st.lists(st.sampled_from(["query/a", "body", "body/a"]), unique=True).map(tuple),
    status=st.sampled_from([0, 200, 404]),
    media_type=st.sampled_from(["", "text/plain", "application/json"]),
    framing=st.sampled_from(["whole", "no end"]),
    message=st.sampled_from(["", "no"]),
    events=st.lists(st.sampled_from(["x", "y"])).map(tuple),
    places=_PLACES.map(
        lambda found: {"body": "object", **{f"body/{k}": v for k, v in found.items()}}
    ),
)
_TRACES = st.lists(_STEPS, unique_by=lambda each: each.key).map(
    lambda steps: Trace(
        "Box 1.0", ApiVersion(1, 24), tuple(sorted(steps, key=lambda each: each.key))
    )
)


@settings(deadline=None, max_examples=50)
@given(_TRACES)
def test_a_trace_differs_in_nothing_from_itself(one):
    assert compare(one, one) == ()


@settings(deadline=None, max_examples=50)
@given(_TRACES, _TRACES)
def test_differences_are_sorted_and_mirror(one, other):
    there, back = compare(one, other), compare(other, one)
    assert list(there) == sorted(there, key=lambda each: (each.operation, each.place))
    added, removed = Aspect.PROPERTY_ADDED, Aspect.PROPERTY_REMOVED
    mirrored = {added: removed, removed: added}
    assert sorted((mirrored.get(each.aspect, each.aspect), each.place) for each in there) == sorted(
        (each.aspect, each.place) for each in back
    )
