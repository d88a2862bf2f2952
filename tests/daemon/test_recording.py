import json

import pytest

from harness.daemon.recording import Header, Recorder, read
from harness.model.call import Call, Ending, Exchange, Manner, Reply, Twist
from harness.model.errors import UsageError
from harness.model.version import ApiVersion

HEADER = Header(seed=7, daemon="Docker Engine 20.10.24", started="2017-11-02T12:00:00Z", tool="1")


def exchange(*, body=None, said=b"", ending=Ending.COMPLETE):
    call = Call(
        operation="ContainerStop",
        method="POST",
        path="/containers/{id}/stop",
        path_parameters=(("id", "one"),),
        query=(("t", "1"), ("t", "")),
        headers=(("X-Odd", "\ud800é"),),
        body=body,
        media_type="application/json",
        manner=Manner.RUDE,
        twist=Twist.BOUNDARY,
        at="query/t",
        number=3,
    )
    reply = Reply(status=200, headers=(("a", "b"),), body=said, ending=ending, seconds=0.25)
    return Exchange(version=ApiVersion(1, 30), call=call, reply=reply)


def recorded(folder, *exchanges):
    path = folder / "run.ndjson"
    with Recorder(path, HEADER) as recorder:
        for one in exchanges:
            recorder.write(one)
    return path


@pytest.mark.parametrize(
    "one",
    [
        exchange(),
        exchange(body=b""),
        exchange(body='{"é":1}\n'.encode(), said=b'{"x": 1.0}\r\n'),
        exchange(body=b"\xff\0", said=bytes(range(256))),
        exchange(ending=Ending.NO_REPLY),
        exchange(said=b"x" * 65536),
    ],
)
def test_what_is_written_is_read_back(folder, one):
    header, exchanges = read(recorded(folder, one, one))
    assert header == HEADER
    assert list(exchanges) == [one, one]


def test_a_recording_holds_no_secret(folder):
    path = recorded(folder, exchange(body=b'{"password":"hunter2"}', said=b'{"auth":"hunter2"}'))
    assert "hunter2" not in path.read_text()


def test_a_huge_body_is_cut_and_said_to_be(folder):
    path = recorded(folder, exchange(said=b"x" * 65537))
    body = json.loads(path.read_text().splitlines()[1])["reply"]["body"]
    assert body["truncated"]["length"] == 65537
    assert len(body["truncated"]["sha256"]) == 64
    [one] = read(path)[1]
    assert (one.reply.body, one.reply.ending) == (b"x" * 65536, Ending.LIMIT)


def test_each_exchange_is_on_disk_as_soon_as_it_is_written(folder):
    with Recorder(folder / "run.ndjson", HEADER) as recorder:
        recorder.write(exchange())
        assert list(read(folder / "run.ndjson")[1]) == [exchange()]


def lines_of(folder):
    return recorded(folder, exchange(), exchange()).read_text().splitlines(keepends=True)


def cut(lines):
    return [*lines[:2], lines[2][:50]]


def without_status(lines):
    return [lines[0], lines[1].replace('"status"', '"stat"')]


def with_odd_manner(lines):
    return [lines[0], lines[1].replace('"rude"', '"shy"')]


def with_odd_pair(lines):
    return [lines[0], lines[1].replace('["a","b"]', '["a"]')]


def of_the_future(lines):
    return [lines[0].replace('"format":1', '"format":2')]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, r"run\.ndjson:3: the line is cut off; remove it"),
        (lambda lines: [lines[0], "}\n"], r"run\.ndjson:2: this is no line of a recording"),
        (without_status, r"run\.ndjson:2: this is no exchange: .*status is missing"),
        (with_odd_manner, r"run\.ndjson:2: this is no exchange: 'shy'"),
        (with_odd_pair, r"run\.ndjson:2: this is no exchange"),
        (of_the_future, r"run\.ndjson:1: the recording has format 2, .* reads 1"),
        (lambda lines: lines[1:], r"run\.ndjson:1: this is no recording of docker-contract"),
        (lambda _: [], r"run\.ndjson:1: this is no recording"),
        (lambda _: ["[]\n"], r"run\.ndjson:1.*this is no recording"),
        (lambda _: ["\x00\n"], r"run\.ndjson:1: this is no line of a recording"),
    ],
)
def test_what_is_no_recording_is_told_with_the_line(folder, damage, message):
    lines = damage(lines_of(folder))
    (folder / "run.ndjson").write_text("".join(lines))
    with pytest.raises(UsageError, match=message):
        list(read(folder / "run.ndjson")[1])


def test_a_file_that_is_not_there_is_named(folder):
    with pytest.raises(UsageError, match=r"none\.ndjson: cannot be read: No such file"):
        read(folder / "none.ndjson")


def test_a_place_that_cannot_be_written_is_named(folder):
    with pytest.raises(UsageError, match=r"run\.ndjson: cannot be written: No such file"):
        Recorder(folder / "none" / "run.ndjson", HEADER)
