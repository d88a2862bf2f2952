"""What the generated calls of an operation hold, and what they never hold."""

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.model.call import Manner, Twist
from harness.model.errors import SpecError
from harness.model.tables import Limit

_UNREADABLE = {Twist.MALFORMED_JSON, Twist.EMPTY_BODY}

# Prints the calls of this folder's conftest.
_CALLS = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import DOCUMENT, LIMITS, RECIPES
from harness.generate.generation import generate
from harness.specs.reader import read_spec
spec = read_spec(DOCUMENT, "things.yaml")
for recipe in RECIPES:
    operation = spec.operations[recipe.operation]
    for call in generate(DOCUMENT, operation, recipe, LIMITS, seed=5, examples=8):
        print(call)
"""


def bodies(calls):
    """Pair the calls with what their bodies say, where those are JSON."""
    return [
        (call, json.loads(call.body))
        for call in calls
        if call.media_type == "application/json" and call.twist not in _UNREADABLE
    ]


def places(value, place="body"):
    """Yield each place of a body with its value."""
    yield place, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, f"{place}/{name}")
    elif isinstance(value, list):
        for each in value:
            yield from places(each, f"{place}/*")


def at(body, place):
    for name in place.split("/")[1:]:
        body = body[name]
    return body


def texts(calls, name):
    return [text for call in calls for key, text in call.query if key == name]


def of(calls, manner, twist=Twist.NONE):
    return [call for call in calls if call.manner is manner and call.twist is twist]


def test_the_first_call_is_the_recipe_with_its_tokens(make, recipes):
    call = make()[0]
    recipe = recipes["ThingCreate"]
    assert (call.path, call.path_parameters) == ("/things/{id}/create", recipe.path)
    assert (call.query, call.headers) == (recipe.query, recipe.headers)
    assert json.loads(call.body) == json.loads(recipe.body)
    assert (call.manner, call.twist, call.method) == (Manner.POLITE, Twist.NONE, "POST")


def test_calls_are_numbered_in_order_and_none_is_sent_twice(make):
    calls = make()
    assert [call.number for call in calls] == list(range(len(calls)))
    sent = {(c.path_parameters, c.query, c.headers, c.body, c.media_type) for c in calls}
    assert len(sent) == len(calls)


def test_the_calls_are_the_same_in_any_process():
    printed = [
        subprocess.run(
            # What else a process has imported must not tell, so one imports more.
            [sys.executable, "-c", extra + _CALLS, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout
        for seed, extra in (("1", ""), ("2", "import harness.engine.plan, harness.checks.status\n"))
    ]
    assert printed[0].count("\n") > 60
    assert printed[0] == printed[1]


def test_another_seed_gives_other_calls(make):
    assert {*make(seed=1, examples=10)} != {*make(seed=2, examples=10)}


def test_without_examples_only_the_fixed_calls_come(make):
    fixed = make(examples=0)
    assert not of(fixed, Manner.RUDE, Twist.FUZZ)
    assert {call.at for call in of(fixed, Manner.RUDE, Twist.WRONG_TYPE)} >= {"query/limit"}
    assert len(fixed) < len(make(examples=10))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("term", {"one"}),
        ("stream", {"0"}),
        ("limit", {"0", "1"}),
        ("all", {"true", "false"}),
        ("filters", {"{}"}),
        ("tail", {"all", "1"}),
        ("remote", set()),
        ("until", {"on", "off"}),
    ],
)
def test_polite_calls_show_each_parameter_with_valid_values(make, name, expected):
    assert set(texts(of(make(), Manner.POLITE), name)) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("body/Count", [1, 2]),
        ("body/Ratio", [0, 1]),
        ("body/Mode", ["calm", "wild"]),
        ("body/Loud", [True, False]),
        ("body/When", ["2017-01-02T03:04:05Z"]),
        ("body/Memory", [64, 128]),
        ("body/Other", [{"Depth": 3}]),
        ("body/Ports", [{"contract": {"Type": "contract"}}]),
        ("body/Nested/Depth", [2, 0, 1]),
        ("body/Nested/Privileged", [False]),
        ("body/Nested/Binds", [[]]),
        ("body/Nested/Deeper/Word", ["contract"]),
        ("body/Nested/Log", [{"Type": "file"}]),
        ("body/Tags", []),
        ("body/Image", ["{{image}}"]),
        ("body/Labels", [{"run": "{{run}}"}]),
    ],
)
def test_polite_calls_show_each_property_with_valid_values(make, place, expected):
    seen = [
        value
        for _, body in bodies(of(make(examples=0), Manner.POLITE))
        for found, value in places(body)
        if found == place
    ]
    unique = [value for index, value in enumerate(seen) if value not in seen[:index]]
    key = json.dumps
    assert sorted(map(key, unique)) == sorted(map(key, expected))


def test_random_polite_calls_hold_small_values_and_plain_words(make):
    free = {"body/Name", "body/Nested/Deeper/Word"}
    for _, body in bodies(of(make(examples=40), Manner.POLITE)):
        for place, value in places(body):
            if place in free and value != "{{new.thing}}":
                assert value.isalnum()
                assert value.islower()
                assert len(value) <= 12
            if isinstance(value, int):
                assert 0 <= value <= 128


def test_an_object_made_on_the_way_gets_what_it_requires(make):
    calls = make(body='{"Name": "one"}', examples=0)
    for _, body in bodies(of(calls, Manner.POLITE)):
        if "Nested" in body:
            assert "Depth" in body["Nested"]


@pytest.mark.parametrize(
    ("twist", "where"),
    [
        (Twist.UNKNOWN_ID, {"path/id"}),
        (Twist.MALFORMED_JSON, {"body"}),
        (Twist.EMPTY_BODY, {"body"}),
        (Twist.NULL_BODY, {"body"}),
        (Twist.WRONG_MEDIA_TYPE, {"body"}),
        (
            Twist.WRONG_TYPE,
            {"body", "query/limit", "query/all"}
            | {f"body/{name}" for name in ("Name", "Count", "Ratio", "Mode", "Tags", "Loud")}
            | {f"body/{name}" for name in ("When", "Memory", "Ports", "Nested", "Other")}
            | {"body/Nested/Depth", "body/Nested/Deeper", "body/Nested/Deeper/Word"}
            | {"body/Other/Depth", "body/Other/Deeper", "body/Other/Deeper/Word"},
        ),
        (Twist.MALFORMED_FILTERS, {"query/filters"}),
        (Twist.BAD_ENUM, {"query/until", "body/Mode"}),
        (
            Twist.BOUNDARY,
            {"query/limit", "body/Count", "body/Ratio", "body/Memory", "body/Nested/Depth"},
        ),
        (
            Twist.EMPTY_VALUE,
            {f"query/{name}" for name in ("term", "limit", "all", "filters", "tail", "until")}
            | {"body/Name", "body/When", "body/Nested/Deeper/Word"},
        ),
        (
            Twist.MISSING_REQUIRED,
            {"query/term", "header/X-Thing", "body/Name", "body/Nested/Depth"},
        ),
    ],
)
def test_rude_calls_are_wrong_where_each_way_applies(make, twist, where):
    assert {call.at for call in of(make(), Manner.RUDE, twist)} == where


def test_fuzz_is_wrong_at_the_place_it_names(make):
    fuzzed = of(make(examples=30), Manner.RUDE, Twist.FUZZ)
    assert len(fuzzed) > 5
    kept = make()[0]
    for call in fuzzed:
        where, _, name = call.at.partition("/")
        if where == "query":
            assert dict(call.query)[name] not in {"0", "1", "true", "false", "on", "off", ""}
        else:
            assert json.loads(call.body) != json.loads(kept.body)


@pytest.mark.parametrize(
    ("twist", "place", "expected"),
    [
        (Twist.UNKNOWN_ID, "path/id", {"{{unknown}}"}),
        (Twist.MALFORMED_JSON, "body", {b'{"a":', b"{bad"}),
        (Twist.EMPTY_BODY, "body", {b""}),
        (Twist.NULL_BODY, "body", {b"null"}),
        (Twist.WRONG_TYPE, "query/limit", {"abc"}),
        (Twist.MALFORMED_FILTERS, "query/filters", {'{"a":', "{bad", '["contract"]'}),
        (
            Twist.BOUNDARY,
            "query/limit",
            # 0 is as polite as it is rude.
            {"-1", "2147483648", "9223372036854775807", "9223372036854775808", "1e400"},
        ),
        (Twist.BAD_ENUM, "query/until", {"contract-bad"}),
        (Twist.EMPTY_VALUE, "query/limit", {""}),
    ],
)
def test_what_is_wrong_is_what_the_twist_says(make, twist, place, expected):
    where, _, name = place.partition("/")
    calls = [call for call in of(make(), Manner.RUDE, twist) if call.at == place]
    values = {
        "path": lambda call: dict(call.path_parameters)[name],
        "query": lambda call: dict(call.query)[name],
        "body": lambda call: call.body,
    }
    assert {values[where](call) for call in calls} == expected


@pytest.mark.parametrize(
    ("place", "twist", "value"),
    [
        ("body/Name", Twist.WRONG_TYPE, {"wrong": "type"}),
        ("body/Count", Twist.WRONG_TYPE, ["wrong"]),
        ("body/Loud", Twist.WRONG_TYPE, "wrong"),
        ("body/Tags", Twist.WRONG_TYPE, {"wrong": "type"}),
        ("body/Nested", Twist.WRONG_TYPE, "wrong"),
        ("body/Ports", Twist.WRONG_TYPE, "wrong"),
        ("body/Mode", Twist.BAD_ENUM, "contract-bad"),
        ("body/Name", Twist.EMPTY_VALUE, ""),
    ],
)
def test_a_rude_property_is_wrong_in_that_alone(make, place, twist, value):
    calls = make()
    plain = json.loads(calls[0].body)
    (call,) = [call for call in of(calls, Manner.RUDE, twist) if call.at == place]
    body = json.loads(call.body)
    assert at(body, place) == value
    name = place.removeprefix("body/")
    assert {key: body[key] for key in body if key != name} == {
        key: plain[key] for key in plain if key != name
    }


def test_a_number_beyond_all_bits_is_written_as_it_is(make):
    calls = of(make(), Manner.RUDE, Twist.BOUNDARY)
    assert any(call.at == "body/Count" and b'"Count":1e400' in call.body for call in calls)


def test_a_rude_call_keeps_the_rest_of_the_recipe(make):
    for call in make():
        if call.manner is Manner.RUDE and call.at != "query/stream":
            assert dict(call.query)["stream"] == "0"


def test_a_missing_required_part_is_gone_and_the_others_stay(make):
    missing = {call.at: call for call in of(make(), Manner.RUDE, Twist.MISSING_REQUIRED)}
    assert "term" not in dict(missing["query/term"].query)
    assert missing["header/X-Thing"].headers == ()
    assert json.loads(missing["body/Nested/Depth"].body)["Nested"] == {}


@pytest.mark.parametrize("seed", range(4))
def test_no_generated_value_stands_where_a_limit_forbids_it(make, seed, limits):
    calls = make(seed=seed, examples=30)
    recipe = dict(places(json.loads(calls[0].body)))
    for call, body in bodies(calls):
        for place, value in places(body):
            for limit in limits:
                matches = fnmatchcase(f"ThingCreate/{place}".lower(), limit.at.lower())
                inside = any(
                    fnmatchcase(f"ThingCreate/{above}".lower(), limit.at.lower())
                    for above in _above(place)
                )
                if not matches or inside or recipe.get(place) == value:
                    continue
                assert value in [json.loads(text) for text in limit.allow], (call, place)


def _above(place):
    names = place.split("/")
    return ["/".join(names[:length]) for length in range(1, len(names))]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_generated_names_a_path_a_host_or_another_image(make, seed):
    """The words that could do harm come only from the recipe and the tables."""
    calls = make(seed=seed, examples=40)
    for call, body in bodies(calls):
        assert "remote" not in dict(call.query)
        if isinstance(body, dict) and call.at != "body":
            assert body["Image"] == "{{image}}"
            assert body["Labels"] == {"run": "{{run}}"}
        for place, value in places(body):
            if isinstance(value, str) and "{{" not in value and place != "body/When":
                assert not any(sign in value for sign in "/\\:.@"), (call, place)
                assert "host" not in value.lower()


def test_a_limit_holds_in_any_letter_case(make):
    calls = make(limits=(Limit("thingcreate/BODY/nested/depth", (), "why"),), examples=20)
    depths = {
        body["Nested"].get("Depth")
        for _, body in bodies(calls)
        if isinstance(body, dict) and isinstance(body.get("Nested"), dict)
    }
    assert depths == {2}


def test_where_two_limits_meet_only_what_both_allow_is_generated(make):
    both = (Limit("*/Memory", ("1", "2"), "why"), Limit("*/body/Mem*", ("2", "3"), "why"))
    memory = {body["Memory"] for _, body in bodies(make(limits=both)) if "Memory" in (body or ())}
    assert memory == {2}


def test_an_unknown_id_is_not_tried_where_a_limit_is_on_it(make):
    limit = Limit("ThingCreate/path/*", (), "why")
    assert not of(make(limits=(limit,)), Manner.RUDE, Twist.UNKNOWN_ID)


def test_what_keeps_a_call_to_the_run_is_never_touched(make, recipes):
    calls = make("ThingPrune", examples=20)
    assert {call.query[0] for call in calls} == set(recipes["ThingPrune"].query)
    assert len(calls) > 1


def test_an_archive_stays_as_it_is_or_is_none(make):
    calls = make("ThingLoad", examples=10)
    assert [(call.twist, call.body, call.media_type) for call in calls] == [
        (Twist.NONE, b"{{tar.things}}", "application/x-tar"),
        (Twist.EMPTY_BODY, b"", "application/x-tar"),
        (Twist.FUZZ, b"not an archive", "application/x-tar"),
        (Twist.UNKNOWN_QUERY, b"{{tar.things}}", "application/x-tar"),
    ]


def test_an_open_call_differs_from_the_recipe_in_the_unknown_part_alone(make):
    calls = make()
    plain = calls[0]
    opened = {call.at: call for call in calls if call.manner is Manner.OPEN}
    query = opened.pop("query/x-contract-unknown")
    assert query.query == (*plain.query, ("x-contract-unknown", "1"))
    assert query.body == plain.body
    assert opened.keys() == {"body/XContractUnknown", "body/Nested/XContractUnknown"}
    for place, call in opened.items():
        body = json.loads(call.body)
        holder = at(body, place.rpartition("/")[0])
        assert holder.pop("XContractUnknown") == "contract"
        assert (call.query, body) == (plain.query, json.loads(plain.body))


def test_a_recipe_that_leaves_out_a_parameter_of_the_path_is_refused(make):
    with pytest.raises(SpecError, match=r"operations/ThingCreate/path: id is missing"):
        make(path=())
