"""What is looked at while a run goes on is what its recording will tell."""

import pytest

from harness.daemon.recording import Header, Recorder, kept, read
from harness.model.call import Call, Ending, Exchange, Manner, Reply
from harness.model.version import ApiVersion


def exchange(body=b"{}", *, sent=None, ending=Ending.COMPLETE):
    call = Call(
        *("SecretCreate", "POST", "/secrets/create"),
        query=(("name", "a"),),
        headers=(("X-Registry-Auth", "hush"),),
        body=sent,
        manner=Manner.STORY,
        at="secrets/a-secret-is-made",
        number=2,
    )
    reply = Reply(200, (("content-type", "text/plain"),), body, ending, seconds=0.12345678)
    return Exchange(ApiVersion(1, 30), call, reply)


@pytest.mark.parametrize(
    "one",
    [
        exchange(),
        exchange(b""),
        exchange(b"\xff\x00"),
        exchange(b"x" * 65536),
        exchange(b"x" * 65537),
        exchange(b"x" * 65535 + "é".encode()),
        exchange(b"x" * 70000, ending=Ending.DEADLINE),
        exchange(b'{"UnlockKey":"SWMKEY-1-abc"}'),
        exchange(sent=b'{"Data":"aHVzaA==","Name":"a"}'),
        exchange(sent=b"y" * 70000),
    ],
    ids=["json", "nothing", "bytes", "full", "more", "half", "left", "reply", "call", "archive"],
)
def test_what_is_kept_is_what_is_read_again(tmp_path, one):
    path = tmp_path / "run.ndjson"
    with Recorder(path, Header(seed=1, daemon="Box 1.0", started="today")) as recorder:
        recorder.write(one)
    (again,) = read(path)[1]
    assert kept(one) == again
    assert "hush" not in str(kept(one))
