"""Shrinking: towards the recipe, never past it, and never away from what is odd."""

import json
from dataclasses import replace

import pytest

from harness.generate.shrink import shrink, shrink_steps
from harness.model.call import Manner, Twist


@pytest.fixture
def polite(make):
    """Give the recipe's call with things laid over it."""

    def made(body, *, query=(), **difference):
        plain = make(examples=0)[0]
        content = json.dumps({**json.loads(plain.body), **body}).encode()
        return replace(plain, query=(*plain.query, *query), body=content, **difference)

    return made


@pytest.fixture
def shrunk(recipes, limits):
    """Shrink a call with all that is known."""

    def small(call, still_shows=lambda _: True):
        return shrink(call, recipes["ThingCreate"], still_shows, most=200, limits=limits)

    return small


@pytest.mark.parametrize(
    ("laid", "shows", "smallest"),
    [
        ({"Count": 7, "Loud": True}, lambda body: True, {}),
        ({"Count": 7, "Loud": True}, lambda body: "Loud" in body, {"Loud": True}),
        ({"Count": 7}, lambda body: body.get("Count", 0) > 0, {"Count": 1}),
        ({"Count": 7}, lambda body: body.get("Count", 0) > 5, {"Count": 7}),
        ({"List": ["a", "b"]}, lambda body: body.get("List"), {"List": ["a"]}),
        ({"List": ["a", "b"]}, lambda body: "List" in body, {"List": []}),
        ({"Mode": "calm"}, lambda body: "Mode" in body, {"Mode": "c"}),
        (
            {"Nested": {"Depth": 2, "Deeper": {"Word": "long"}}},
            lambda body: "Word" in body["Nested"].get("Deeper", {}),
            {"Nested": {"Depth": 2, "Deeper": {"Word": "l"}}},
        ),
        ({"Nested": {"Depth": 9}}, lambda body: True, {}),
    ],
)
def test_a_body_shrinks_to_what_shows(shrunk, polite, laid, shows, smallest):
    call = polite(laid, query=(("limit", "3"),))
    small = shrunk(call, lambda smaller: shows(json.loads(smaller.body)))
    plain = json.loads(polite({}).body)
    assert json.loads(small.body) == {**plain, **smallest}
    assert "limit" not in dict(small.query)


@pytest.mark.parametrize(
    ("shows", "kept"),
    [
        (lambda query: True, {}),
        (lambda query: "all" in query, {"all": "1"}),
        (lambda query: query["term"] == "two", {"term": "two"}),
    ],
)
def test_parameters_shrink_to_what_shows(shrunk, polite, recipes, shows, kept):
    call = polite({"Count": 7}, query=(("limit", "3"), ("all", "1")))
    call = replace(call, query=(("term", "two"), *call.query[1:]))
    small = shrunk(call, lambda smaller: shows(dict(smaller.query)))
    assert dict(small.query) == {**dict(recipes["ThingCreate"].query), **kept}


def test_what_the_recipe_says_stays(recipes, limits, make):
    recipe = recipes["ThingCreate"]
    assert list(shrink_steps(make()[0], recipe, limits=limits)) == []


def test_a_parameter_that_is_odd_stays(shrunk, polite):
    odd = {"manner": Manner.RUDE, "twist": Twist.WRONG_TYPE, "at": "query/limit"}
    small = shrunk(polite({"Count": 7}, query=(("limit", "abc"), ("all", "1")), **odd))
    assert dict(small.query) == {"term": "one", "stream": "0", "limit": "abc"}
    assert "Count" not in json.loads(small.body)


def test_a_property_that_is_odd_stays(shrunk, polite):
    odd = {"manner": Manner.RUDE, "twist": Twist.WRONG_TYPE, "at": "body/Nested/Depth"}
    body = json.loads(shrunk(polite({"Nested": {"Depth": "no"}, "Count": 7}, **odd)).body)
    assert body["Nested"] == {"Depth": "no"}
    assert "Count" not in body


@pytest.mark.parametrize("content", [b"{bad", b"null", b"", b'{"a":1}'])
def test_a_body_that_is_odd_as_such_stays(recipes, limits, polite, content):
    call = polite({}, manner=Manner.RUDE, twist=Twist.MALFORMED_JSON, at="body")
    call = replace(call, body=content)
    assert list(shrink_steps(call, recipes["ThingCreate"], limits=limits)) == []


def test_a_limited_value_is_dropped_as_a_whole_or_kept(recipes, limits, polite):
    whole = {"Depth": 2, "Log": {"Type": "file", "Host": ""}}
    call = polite({"Nested": whole})
    for smaller in shrink_steps(call, recipes["ThingCreate"], limits=limits):
        nested = json.loads(smaller.body)["Nested"]
        assert nested.get("Log", whole["Log"]) == whole["Log"]


def test_without_limits_no_value_is_taken_apart(recipes, polite):
    call = polite({"Count": 7, "Nested": {"Depth": 2, "Log": {"Type": "file"}}})
    bodies = [json.loads(step.body) for step in shrink_steps(call, recipes["ThingCreate"])]
    assert bodies
    assert all(body.get("Count", 7) == 7 for body in bodies)
    assert all(body["Nested"].get("Log", {"Type": "file"}) == {"Type": "file"} for body in bodies)


def test_a_header_of_the_calls_own_is_dropped(recipes, limits, make):
    plain = make()[0]
    call = replace(plain, headers=(*plain.headers, ("X-More", "1")))
    small = shrink(call, recipes["ThingCreate"], lambda _: True, most=10, limits=limits)
    assert small.headers == plain.headers


def test_it_is_asked_no_more_often_than_allowed_and_never_twice_the_same(recipes, limits, polite):
    asked = []

    def still_shows(smaller):
        asked.append(smaller)
        return False

    call = polite({"Count": 7, "Loud": True, "Tags": ["a", "b"], "Mode": "calm"})
    assert shrink(call, recipes["ThingCreate"], still_shows, most=3, limits=limits) == call
    assert len(asked) == 3
    assert shrink(call, recipes["ThingCreate"], still_shows, most=0, limits=limits) == call
    shrink(call, recipes["ThingCreate"], still_shows, most=100, limits=limits)
    later = asked[3:]
    assert len(later) == len(set(later)) > 3
