"""The parameter `filters`, read and matched as dockerd does."""

import pytest

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.filters import Filters, read_filters

LISTS = "map[string]map[string]bool"


def refusal(text, accepted=None):
    with pytest.raises(RefusedError) as refused:
        read_filters(text, accepted)
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("null", {}),
        ("{}", {}),
        ('{"a":["x","y"]}', {"a": ("x", "y")}),
        ('{"a":{"x":true,"y":false}}', {"a": ("x",)}),
        ('{"a":[]}', {"a": ()}),
        ('{"a":null}', {"a": ()}),
    ],
)
def test_lists_and_sets_are_read(text, expected):
    assert read_filters(text).asked == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "invalid character 'x' looking for beginning of value"),
        (" ", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("[]", f"json: cannot unmarshal array into Go value of type {LISTS}"),
        ("1", f"json: cannot unmarshal number into Go value of type {LISTS}"),
        ('{"a":"x"}', "json: cannot unmarshal string into Go value of type map[string]bool"),
        ('{"a":true}', "json: cannot unmarshal bool into Go value of type map[string]bool"),
        ('{"a":["x",1]}', "json: cannot unmarshal array into Go value of type map[string]bool"),
        ('{"a":{"x":1}}', "json: cannot unmarshal number into Go value of type bool"),
    ],
)
def test_what_is_no_filter_is_refused(text, message):
    assert refusal(text) == message


@pytest.mark.parametrize("text", ['{"b":["x"]}', '{"b":[]}', '{"a":["x"],"b":null}'])
def test_keys_that_are_not_accepted_are_refused(text):
    assert refusal(text, ["a"]) == "Invalid filter 'b'"
    assert "b" in read_filters(text).asked


FILTERS = Filters({"a": ("x", "lo"), "label": ("k=v", "n"), "label!": ("off",), "none": ()})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (FILTERS.exact("a", "x"), True),
        (FILTERS.exact("a", "xx"), False),
        (FILTERS.exact("a", "no", "lo"), True),
        (FILTERS.exact("absent", "no"), True),
        (FILTERS.exact("none", "no"), True),
        (FILTERS.exact("a"), False),
        (FILTERS.prefixed("a", "long"), True),
        (FILTERS.prefixed("a", "slow"), False),
        (FILTERS.prefixed("absent"), True),
        (FILTERS.matching("a", "slow"), True),
        (FILTERS.matching("a", "no"), False),
        (FILTERS.labels({"k": "v", "n": "anything"}), True),
        (FILTERS.labels({"k": "v"}), False),
        (FILTERS.labels({"k": "w", "n": ""}), False),
        (Filters({"label": ("k=",)}).labels({"k": ""}), True),
        (Filters({"label": ("k=",)}).labels({"k": "v"}), False),
        (Filters().labels({}), True),
        (FILTERS.without_labels({"on": ""}), True),
        (FILTERS.without_labels({"off": ""}), False),
        ("a" in FILTERS, True),
        ("none" in FILTERS, False),
        (bool(FILTERS), True),
        (bool(Filters({"none": ()})), False),
    ],
)
def test_what_was_asked_for_is_compared_with_what_is_there(told, expected):
    assert told is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^a.c$", "abc", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        ("(", "(", True),
        ("(", "a(b", False),
        ("[[a]", "b", False),
        ("a{99999999999}", "a", False),
        ("*", "a", False),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_pattern_that_is_none_matches_only_itself(pattern, text, expected):
    assert Filters({"a": (pattern,)}).matching("a", text) is expected


@pytest.mark.parametrize(
    ("asked", "digits", "expected"),
    [
        (["true"], False, True),
        (["false"], False, False),
        (["false", "true"], False, True),
        (["true", "maybe"], False, True),
        ([], False, None),
        (["1"], True, True),
        (["0"], True, False),
    ],
)
def test_a_boolean_is_true_or_false(asked, digits, expected):
    assert Filters({"a": tuple(asked)}).truth("a", digits=digits) is expected


@pytest.mark.parametrize(
    ("asked", "digits"), [(["1"], False), (["maybe"], False), (["TRUE", "x"], True)]
)
def test_another_text_is_no_boolean(asked, digits):
    with pytest.raises(RefusedError) as refused:
        Filters({"a": tuple(asked)}).truth("a", digits=digits)
    assert refused.value.message == f"Invalid filter 'a=[{' '.join(asked)}]'"
