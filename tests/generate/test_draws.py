"""Random draws: the same for the same seed, and none where nothing can be drawn."""

import pytest
from hypothesis.internal.conjecture.providers import HypothesisProvider

from harness.generate.draws import Steady, drawn

_RESPONSES = {"200": {"description": ""}}


def asked(*parameters):
    return {
        "consumes": ["application/json"],
        "parameters": list(parameters),
        "responses": _RESPONSES,
    }


NUMBER = {"name": "limit", "in": "query", "type": "integer"}
WORD = {"name": "word", "in": "query", "type": "string", "enum": [*"abcdefgh"]}


@pytest.mark.parametrize("negative", [False, True])
def test_a_seed_gives_its_draws_and_another_others(negative):
    first, again, other = (
        drawn(asked(NUMBER, WORD), negative=negative, seeded=seeded, count=12)
        for seeded in ("one", "one", "two")
    )
    assert first == again != other
    assert 0 < len(first) <= 12


def test_negative_draws_are_what_the_document_does_not_allow():
    cases = drawn(asked({**NUMBER, "required": True}), negative=True, seeded="one", count=12)
    texts = [query["limit"] for query, _ in cases if "limit" in query]
    assert texts
    assert not any(text.removeprefix("-").isdecimal() for text in texts)


def test_nothing_is_drawn_where_the_document_allows_everything():
    assert drawn(asked(), negative=True, seeded="one", count=4) == ()


def test_the_choices_that_depend_on_the_process_are_still_where_they_are_taken_out():
    # A new release of hypothesis may make them elsewhere; then Steady must follow.
    name = "_maybe_draw_constant"
    assert name in vars(HypothesisProvider)
    assert name in vars(Steady)
