"""Observations are written so that they can be read, and read as they were."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.errors import SpecError, UsageError
from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace
from harness.specs.observed import observed, read, write

STEP = Step(
    key="boxes/open/0",
    operation="GET /boxes",
    asked=("query/all",),
    status=200,
    media_type="application/json",
    framing="whole",
    places={"body": "object", "body/Lid": "null"},
)
VERSIONS = [ApiVersion(1, minor) for minor in range(18, 23)]


def traces(*steps_by_version):
    """Return traces at 1.18 and on, of the steps that each version has."""
    pairs = zip(VERSIONS, steps_by_version, strict=False)
    return [Trace("Box 1.0", version, tuple(steps)) for version, steps in pairs]


def changed(**differences):
    return replace(STEP, **differences)


def line(text, key="boxes/open/0"):
    return json.loads(text)["steps"][key]


@pytest.mark.parametrize(
    ("steps", "member", "expected"),
    [
        ([[STEP], [STEP]], "status", 200),
        ([[STEP], [changed(status=404)], [STEP]], "status", {"1.18,1.20": 200, "1.19": 404}),
        ([[STEP], [STEP], [changed(message="no")]], "message", {"1.18..1.19": "", "1.20": "no"}),
        ([[STEP], [changed(events=("a", "b"))]], "events", {"1.18": [], "1.19": ["a", "b"]}),
        ([[STEP], []], "versions", "1.18"),
        ([[], [STEP], [STEP], []], "versions", "1.19..1.20"),
        (
            [[STEP], [changed(places={"body": "object"})]],
            "places",
            {"body": "object", "body/Lid": {"1.18": "null"}},
        ),
        (
            [[STEP], [changed(places={"body": "object", "body/Lid": "object"})]],
            "places",
            {"body": "object", "body/Lid": {"1.18": "null", "1.19": "object"}},
        ),
    ],
)
def test_what_varies_is_told_by_ranges_of_versions(steps, member, expected):
    assert line(write(traces(*steps), "today"))[member] == expected


def test_what_most_steps_have_is_told_once():
    odd = changed(key="boxes/open/2", places={"body": "object", "body/Knob": "null"})
    steps = [STEP, changed(key="boxes/open/1"), odd]
    text = write(traces(steps), "today")
    assert json.loads(text)["usual"] == {"GET /boxes 200": dict(STEP.places)}
    assert "places" not in line(text)
    assert line(text, "boxes/open/2")["places"] == {"body/Knob": "null", "body/Lid": None}
    assert read(text, "x").trace(VERSIONS[0]).steps == tuple(steps)


_STEPS = st.builds(
    Step,
    key=st.sampled_from(["a/0", "a/1", "b/0", "b/1"]),
    operation=st.just("GET /a"),
    asked=st.just(()),
    status=st.sampled_from([0, 200, 404]),
    media_type=st.sampled_from(["", "application/json"]),
    framing=st.sampled_from(["", "whole"]),
    message=st.sampled_from(["", "no é\n"]),
    events=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    places=st.dictionaries(
        st.sampled_from(["body", "body/a", "body/b~1c", "headers/é"]),
        st.sampled_from(["null", 'string "a"', "object {}"]),
    ).map(lambda found: dict(sorted(found.items()))),
)
_LISTS = st.lists(_STEPS, unique_by=lambda each: each.key, min_size=1).map(
    lambda steps: sorted(steps, key=lambda each: each.key)
)


@settings(deadline=None, max_examples=100)
@given(st.lists(_LISTS, min_size=1, max_size=5))
def test_whatever_was_written_is_read_again(steps):
    given_ = traces(*steps)
    text = write(given_, "today")
    found = read(text, "x")
    assert found.versions == tuple(each.version for each in given_)
    for each in given_:
        again = found.trace(each.version)
        assert sorted(again.steps, key=lambda one: one.key) == list(each.steps)
    assert write(map(found.trace, found.versions), "today") == text


def test_traces_of_two_daemons_are_not_written_as_one():
    one, other = traces([STEP], [STEP])
    with pytest.raises(ValueError, match="of one daemon"):
        write([one, replace(other, daemon="Lid 2.0")], "today")


def test_a_version_that_was_not_played_is_refused():
    found = read(write(traces([STEP]), "today"), "x")
    with pytest.raises(UsageError, match=r"nothing was observed of Box 1.0 at API 1\.30"):
        found.trace(ApiVersion(1, 30))


def broken(edit):
    file = json.loads(write(traces([STEP], [STEP]), "today"))
    edit(file)
    return json.dumps(file)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda file: file.update(kind="box"), "no observations of format 1"),
        (lambda file: file.update(format=2), "no observations of format 1"),
        (lambda file: file.update(odd=1), "#/odd: odd is not known here"),
        (lambda file: file.update(versions=["x"]), "#/versions: 'x' is not an API version"),
        (lambda file: file.pop("daemon"), "#: daemon is missing"),
        (lambda file: file["steps"]["boxes/open/0"].update(odd=1), "odd is not known here"),
        (
            lambda file: file["steps"]["boxes/open/0"].update(status={"1.19": 200}),
            "/status: tells nothing of 1.18",
        ),
        (
            lambda file: file["steps"]["boxes/open/0"].update(
                status={"1.18..1.19": 200, "1.18": 1}
            ),
            "/status: tells twice of 1.18",
        ),
        (
            lambda file: file["steps"]["boxes/open/0"].update(status={"1.99": 200}),
            "there is no spec for API 1.99",
        ),
        (
            lambda file: file["steps"]["boxes/open/0"].update(places={"body": 1}),
            "/places/body: should be a string",
        ),
    ],
)
def test_a_wrong_file_is_named(edit, message):
    with pytest.raises(SpecError) as caught:
        read(broken(edit), "file.json").trace(VERSIONS[0])
    assert message in str(caught.value)
    assert str(caught.value).startswith("file.json")


def test_what_is_no_json_is_named():
    with pytest.raises(SpecError, match=r"file.json: is no JSON"):
        read("{", "file.json")


def test_there_may_be_no_observations_of_a_daemon():
    assert observed("box-1.0") is None
