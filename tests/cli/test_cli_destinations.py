"""Files that reports are written to."""

import os
import stat
from pathlib import Path

import pytest

from harness.cli.certify import KINDS
from harness.cli.destinations import Destination, check, parse, write
from harness.model.errors import UsageError


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), ()),
        (("junit=a.xml",), (("junit", "a.xml"),)),
        (("junit=a.xml,json=b.json",), (("junit", "a.xml"), ("json", "b.json"))),
        (("junit=a.xml", "json=b.json"), (("junit", "a.xml"), ("json", "b.json"))),
        (("json=a,b=c.json",), (("json", "a,b=c.json"),)),
        (("ndjson=r", "json=x=y"), (("ndjson", "r"), ("json", "x=y"))),
        (("json=/dev/null", "junit=/dev/null"), (("json", "/dev/null"), ("junit", "/dev/null"))),
    ],
)
def test_reports_are_named_by_format_and_file(texts, expected):
    assert parse(texts, KINDS) == tuple(Destination(kind, Path(path)) for kind, path in expected)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("a.xml",), "write it as FORMAT=FILE"),
        (("json=",), "write it as FORMAT=FILE"),
        (("yaml=a",), "formats: json, junit, ndjson"),
        (("",), "write it as FORMAT=FILE"),
        (("json=a", "junit=./a"), "twice"),
        (("ndjson=a", "ndjson=b"), "two recordings"),
    ],
)
def test_a_report_that_cannot_be_meant_is_refused(texts, message):
    with pytest.raises(UsageError, match=message):
        parse(texts, KINDS)


def test_a_file_is_written_whole(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old and longer")
    path.chmod(0o640)
    destination = Destination("json", path)
    check(destination)
    assert path.read_text() == "old and longer"
    write(destination, "new ü")
    assert path.read_text(encoding="utf-8") == "new ü"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_a_try_leaves_nothing_behind(tmp_path):
    check(Destination("json", tmp_path / "result.json"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path):
    target = tmp_path / "target"
    target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write(Destination("json", link), "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check(Destination("json", pipe))
        write(Destination("json", pipe), "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "that is a folder"),
        ("absent/result.json", "No such file or directory"),
        ("file/result.json", "Not a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_the_run(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=message) as refusal:
        check(Destination("json", tmp_path / name))
    assert "\n" not in str(refusal.value)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "result.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write(Destination("json", path), "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]
