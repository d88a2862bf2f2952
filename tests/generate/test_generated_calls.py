"""The store of generated calls: made once, kept, and made again where what is kept is no good."""

import json
from dataclasses import replace

import pytest

from harness.generate.calls import GeneratedCalls, user_cache_folder


class Asked:
    """A document that counts how often it is asked for, which is when calls are made."""

    def __init__(self, document):
        self.document = document
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.document


@pytest.fixture
def asked(document):
    return Asked(document)


@pytest.fixture
def calls_of(asked, operations, recipes, limits):
    def made(store, **difference):
        usual = {
            "operation": operations["ThingCreate"],
            "recipe": recipes["ThingCreate"],
            "limits": limits,
            "seed": 1,
            "examples": 2,
        }
        return store.calls(asked, **{**usual, **difference})

    return made


def test_versions_that_share_a_shape_share_the_calls(calls_of, asked):
    store = GeneratedCalls()
    assert calls_of(store) is calls_of(store)
    assert asked.times == 1


@pytest.mark.parametrize(
    "difference",
    [{"seed": 2}, {"examples": 3}, {"limits": ()}, {"operation": "shape"}, {"recipe": "query"}],
)
def test_calls_are_made_again_where_anything_they_depend_on_differs(
    calls_of, asked, operations, recipes, difference
):
    store = GeneratedCalls()
    calls_of(store)
    if "operation" in difference:
        difference = {"operation": replace(operations["ThingCreate"], shape="other")}
    if "recipe" in difference:
        difference = {"recipe": replace(recipes["ThingCreate"], query=(("term", "two"),))}
    calls_of(store, **difference)
    assert asked.times == 2


def test_a_later_run_finds_the_calls_in_the_folder(calls_of, asked, tmp_path):
    made = calls_of(GeneratedCalls(tmp_path / "calls"))
    assert calls_of(GeneratedCalls(tmp_path / "calls")) == made
    assert asked.times == 1
    assert [path.suffix for path in (tmp_path / "calls").iterdir()] == [".json"]


def _without_body(text):
    kept = json.loads(text)
    for call in kept["calls"]:
        del call["body"]
    return json.dumps(kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "null",
        lambda _: '{"key": "another", "calls": []}',
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"polite"', '"unknown"'),
        lambda text: text.replace('"query": [[', '"query": [["three", "parts"], ["'),
        lambda text: text.replace('"body": "', '"body": "%'),
        _without_body,
    ],
)
def test_a_file_that_is_no_good_is_ignored_and_written_anew(calls_of, asked, tmp_path, spoil):
    made = calls_of(GeneratedCalls(tmp_path))
    (path,) = tmp_path.iterdir()
    good = path.read_text()
    path.write_text(spoil(good))
    assert path.read_text() != good
    assert calls_of(GeneratedCalls(tmp_path)) == made
    assert (asked.times, path.read_text()) == (2, good)


def test_a_folder_that_cannot_be_written_is_done_without(calls_of, asked, tmp_path):
    (tmp_path / "file").write_text("")
    assert calls_of(GeneratedCalls(tmp_path / "file"))
    assert asked.times == 1


def test_the_users_folder_is_the_systems(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache_folder().name == "calls"
    assert "docker-contract" in user_cache_folder().parts
