"""What is read is kept between runs, and is never another than what would be read."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.model.errors import SpecError
from harness.specs import cache, library, reading
from harness.specs.cache import cache_folder, kept
from harness.specs.spec_json import spec_from_json, spec_to_json

each_document = pytest.mark.parametrize(
    ("version", "errata"),
    [(version, errata) for version in library.versions() for errata in (False, True)],
    ids=str,
)


@pytest.fixture(autouse=True)
def _empty(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def made(value="made"):
    """Return what makes a value, and the list of how often it was asked."""
    calls = []

    def make():
        calls.append(value)
        return value

    return make, calls


def files():
    return sorted(cache_folder().glob("*"))


def test_a_value_is_made_once():
    make, calls = made({"a": [1, 1.5, None, "é"]})
    assert kept([b"x"], make) == kept([b"x"], make) == {"a": [1, 1.5, None, "é"]}
    assert len(calls) == 1
    assert len(files()) == 1


def test_other_sources_make_another_value():
    make, calls = made()
    for sources in ([b"x"], [b"x", b""], [b"", b"x"], [b"xy"], [b"x", b"y"]):
        kept(sources, make)
    assert len(calls) == len(files()) == 5


def test_other_code_makes_another_value(monkeypatch):
    make, calls = made()
    kept([b"x"], make)
    monkeypatch.setattr(cache, "_code", lambda: b"other")
    kept([b"x"], make)
    assert len(calls) == 2


def test_without_sources_nothing_is_kept():
    make, calls = made()
    assert [kept([], make), kept([], make)] == ["made", "made"]
    assert len(calls) == 2
    assert files() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: b"",
        lambda text: text[:-1],
        lambda text: text.replace(b"made", b"mode"),
        lambda text: text.partition(b"\n")[2],
        lambda text: b"\xff" + text,
        lambda text: b"0 0\n[]",
    ],
)
def test_a_file_that_is_spoilt_is_made_anew(spoil):
    make, calls = made()
    kept([b"x"], make)
    (file,) = files()
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert kept([b"x"], make) == "made"
    assert len(calls) == 2
    assert file.read_bytes() == whole


def test_what_was_kept_under_another_key_is_not_taken():
    kept([b"x"], made("one")[0])
    (file,) = files()
    kept([b"y"], made("two")[0])
    (other,) = set(files()) - {file}
    other.write_bytes(file.read_bytes())
    assert kept([b"y"], made("two")[0]) == "two"


def test_what_fails_is_not_kept():
    def fail():
        raise SpecError("wrong")

    for _ in range(2):
        with pytest.raises(SpecError, match="wrong"):
            kept([b"x"], fail)
    assert files() == []


@pytest.mark.parametrize("obstacle", ["file", "broken link", "folder"])
def test_no_run_fails_for_want_of_a_place(tmp_path, obstacle):
    folder = cache_folder()
    folder.parent.mkdir(parents=True)
    if obstacle == "file":
        folder.write_text("in the way")
    elif obstacle == "broken link":
        folder.symlink_to(tmp_path / "nowhere" / "at all")
    else:
        kept([b"x"], made()[0])
        (file,) = files()
        file.unlink()
        file.mkdir()
    make, calls = made()
    assert [kept([b"x"], make), kept([b"x"], make)] == ["made", "made"]
    assert len(calls) == 2
    assert list(folder.parent.rglob("*.new")) == []


def test_nothing_is_kept_where_there_is_no_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cache, "cache_folder", lambda: Path("~/.cache/docker-contract"))
    make, calls = made()
    assert [kept([b"x"], make), kept([b"x"], make)] == ["made", "made"]
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_json_is_not_kept():
    assert kept([b"x"], lambda: {1, 2}) == {1, 2}
    assert files() == []


def test_old_files_are_forgotten(monkeypatch):
    monkeypatch.setattr(cache, "_MOST_FILES", 3)
    for number in range(6):
        kept([b"%d" % number], made()[0])
        newest = max(files(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    assert len(files()) == 3
    make, calls = made()
    kept([b"5"], make)
    assert calls == []


def test_several_at_once_do_not_disturb_one_another():
    value = {"a": list(range(2000))}
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda number: kept([b"%d" % (number % 3)], lambda: value), range(60))
        )
    assert found == [value] * 60
    assert len(files()) == 3


@each_document
def test_a_spec_comes_back_as_it_was(version, errata):
    spec = reading.spec_of(version, with_errata=errata)
    text = json.dumps(spec_to_json(spec))
    again = spec_from_json(json.loads(text))
    assert again == spec
    assert list(again.operations) == list(spec.operations)
    assert json.dumps(spec_to_json(again)) == text


def test_a_program_that_finds_all_kept_reads_the_same_and_imports_no_reader(tmp_path):
    code = (
        "import sys; from harness.model.version import ApiVersion;"
        "from harness.specs.library import load; spec = load(ApiVersion(1, 24));"
        "print(len(spec.operations), len(spec.errata), 'yaml' in sys.modules)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        ).stdout.split()
        for _ in range(2)
    ]
    assert [run[-1] for run in runs] == ["True", "False"]
    assert runs[0][:-1] == runs[1][:-1] == ["78", runs[0][1]]
