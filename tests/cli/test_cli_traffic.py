import json

import pytest

from harness.cli.traffic import exchanges_of
from harness.daemon.recording import Header, Recorder
from harness.model.call import Call, Exchange, Reply
from harness.model.errors import UsageError
from harness.model.version import ApiVersion

ENTRY = {
    "request": {"method": "GET", "url": "http://docker/v1.24/info"},
    "response": {"status": 200},
}


def test_a_recording_and_an_archive_are_told_apart(tmp_path):
    recording, archive = tmp_path / "a", tmp_path / "b"
    with Recorder(recording, Header(seed=1, daemon="d", started="now", tool="t")) as recorder:
        recorder.write(Exchange(ApiVersion(1, 30), Call("I", "GET", "/info"), Reply(200)))
    archive.write_text(json.dumps({"log": {"entries": [ENTRY, ENTRY]}}, indent=1))
    assert [each.call.path for each in exchanges_of(recording)] == ["/info"]
    assert [str(each.version) for each in exchanges_of(archive)] == ["1.24", "1.24"]


@pytest.mark.parametrize("text", ["", "{", '{"log": {"entries": [', "hello", "[" * 100_000, "null"])
def test_other_files_are_refused_in_one_line(tmp_path, text):
    path = tmp_path / "traffic"
    path.write_text(text)
    with pytest.raises(UsageError, match="HTTP Archive") as refusal:
        list(exchanges_of(path))
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["folder", "/dev/null"])
def test_what_is_no_file_is_refused_before_it_is_read(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=r"is a folder; name a file|is no file; save it to one"):
        exchanges_of(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="nowhere: cannot be read: No such file"):
        exchanges_of(tmp_path / "nowhere")
