"""Recordings become traces, and two of them are held against each other where they can be."""

import json
from dataclasses import replace

import pytest

from harness.cli.recordings import pairs, traces_of
from harness.daemon.recording import Header, Recorder
from harness.model.call import Call, Exchange, Manner, Reply
from harness.model.errors import UsageError
from harness.model.version import ApiVersion

STORY = Call(
    *("ContainerList", "GET", "/containers/json"),
    manner=Manner.STORY,
    at="containers/containers-are-listed",
)
CALL = Call("ContainerList", "GET", "/containers/json")
JSON = (("content-type", "application/json"),)


@pytest.fixture
def recorded(tmp_path):
    def record(name, *calls, minors=(24,), seed=1):
        path = tmp_path / name
        with Recorder(path, Header(seed=seed, daemon="Box 1.0", started="today")) as recorder:
            for minor in minors:
                for number, call in enumerate(calls):
                    reply = Reply(200, JSON, json.dumps([{"Id": str(minor)}]).encode())
                    numbered = replace(call, number=number)
                    recorder.write(Exchange(ApiVersion(1, minor), numbered, reply))
        return path

    return record


def test_a_recording_is_read_as_a_trace_for_each_version(recorded):
    found = traces_of(recorded("a", STORY, STORY, minors=(24, 30)))
    assert found.seed is None
    assert sorted(found.traces) == [ApiVersion(1, 24), ApiVersion(1, 30)]
    steps = found.traces[ApiVersion(1, 24)].steps
    assert [step.key for step in steps] == [f"{STORY.at}/0", f"{STORY.at}/1"]
    assert steps[0].places["body/*/Id"] == 'string "24"'


def compared(*paths):
    found = pairs(*map(traces_of, paths))
    return [(str(old.version), str(new.version)) for old, new in found]


def test_recordings_of_one_version_each_are_compared(recorded):
    one, other = recorded("a", CALL, minors=(24,)), recorded("b", CALL, minors=(30,))
    assert compared(one, other) == [("1.24", "1.30")]


def test_recordings_of_several_versions_are_compared_where_both_have_one(recorded):
    one, other = recorded("a", CALL, minors=(24, 30)), recorded("b", CALL, minors=(30, 31))
    assert compared(one, other) == [("1.30", "1.30")]


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ({"minors": (24, 25)}, {"minors": (30,)}, "holds API 1.24, 1.25, and"),
        ({"seed": 1}, {"seed": 2}, "was made with seed 1 and"),
        ({"calls": [STORY]}, {"calls": [CALL]}, "no call of"),
        ({"calls": []}, {}, "holds no exchange"),
    ],
)
def test_recordings_with_nothing_to_compare_are_refused(recorded, one, other, message):
    def made(name, calls=(CALL,), **differences):
        return recorded(name, *calls, **differences)

    with pytest.raises(UsageError, match=message) as caught:
        compared(made("a", **one), made("b", **other))
    assert "\n" not in str(caught.value)


def test_stories_need_no_seed(recorded):
    one, other = recorded("a", STORY, seed=1), recorded("b", STORY, minors=(30,), seed=2)
    assert compared(one, other) == [("1.24", "1.30")]


def test_a_recording_that_is_cut_off_is_refused(recorded):
    path = recorded("a", CALL, CALL)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UsageError, match="a:3: the line is cut off"):
        traces_of(path)
