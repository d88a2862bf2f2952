"""The loopback registry, asked over HTTP as daemons ask it."""

import base64
import hashlib
import json
import socket
import time

import httpx
import pytest

from harness.daemon.archives import image_parts
from harness.daemon.registry import Registry, Visit
from harness.daemon.registry_store import Store
from harness.model.errors import DaemonError

BLOB = b"some bytes"
DIGEST = f"sha256:{hashlib.sha256(BLOB).hexdigest()}"
NONE = f"sha256:{'0' * 64}"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


@pytest.fixture
def registry():
    with Registry(store=Store(limit=10_000)) as registry:
        yield registry


@pytest.fixture
def ask(registry):
    with httpx.Client(base_url=f"http://{registry.host}", timeout=5) as client:
        yield client.request


def upload(ask, name="a/b"):
    reply = ask("POST", f"/v2/{name}/blobs/uploads/")
    assert reply.status_code == 202
    return reply.headers["location"]


def in_one_call(ask):
    return ask("POST", f"/v2/a/b/blobs/uploads/?digest={DIGEST}", content=BLOB)


def with_the_last_call(ask):
    return ask("PUT", f"{upload(ask)}?digest={DIGEST}", content=BLOB)


def in_parts(ask):
    place = upload(ask)
    for start, end in ((0, 4), (4, 10)):
        headers = {"Content-Range": f"{start}-{end - 1}"}
        reply = ask("PATCH", place, content=BLOB[start:end], headers=headers)
        assert (reply.status_code, reply.headers["range"]) == (202, f"0-{end - 1}")
    assert ask("GET", place).headers["range"] == "0-9"
    return ask("PUT", f"{place}?digest={DIGEST}")


def as_a_stream(ask):
    place = upload(ask)
    ask("PATCH", place, content=iter([BLOB[:3], BLOB[3:]]))
    return ask("PUT", f"{place}?digest={DIGEST}")


def from_elsewhere(ask):
    in_one_call(ask)
    return ask("POST", f"/v2/c/blobs/uploads/?mount={DIGEST}&from=a/b")


@pytest.mark.parametrize(
    "push", [in_one_call, with_the_last_call, in_parts, as_a_stream, from_elsewhere]
)
def test_a_blob_can_be_had_after_any_way_of_pushing_it(ask, push):
    reply = push(ask)
    assert (reply.status_code, reply.headers["docker-content-digest"]) == (201, DIGEST)
    place = reply.headers["location"]
    assert ask("GET", place).content == BLOB
    head = ask("HEAD", place)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")


@pytest.mark.parametrize("reference", ["v1", f"sha256:{hashlib.sha256(b'{}').hexdigest()}"])
def test_a_manifest_is_kept_as_it_was_pushed(ask, reference):
    place = f"/v2/a/b/manifests/{reference}"
    digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
    pushed = ask("PUT", place, content=b"{}", headers={"Content-Type": LIST})
    assert (pushed.status_code, pushed.headers["docker-content-digest"]) == (201, digest)
    for method, content in (("GET", b"{}"), ("HEAD", b"")):
        reply = ask(method, place)
        assert (reply.status_code, reply.content) == (200, content)
        assert reply.headers["content-type"] == LIST
        assert reply.headers["docker-content-digest"] == digest
    assert ask("GET", f"/v2/a/b/manifests/{digest}").content == b"{}"
    assert ask("DELETE", place).status_code == 202
    assert ask("GET", place).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "content", "refusal"),
    [
        ("GET", f"/v2/a/blobs/{NONE}", None, (404, "BLOB_UNKNOWN")),
        ("GET", "/v2/a/manifests/v1", None, (404, "MANIFEST_UNKNOWN")),
        ("GET", "/v2/a/tags/list", None, (404, "NAME_UNKNOWN")),
        ("PATCH", "/v2/a/blobs/uploads/none", b"x", (404, "BLOB_UPLOAD_UNKNOWN")),
        ("PUT", "/v2/a/manifests/v1", b"{", (400, "MANIFEST_INVALID")),
        ("PUT", f"/v2/a/manifests/{NONE}", b"{}", (400, "DIGEST_INVALID")),
        ("POST", f"/v2/a/blobs/uploads/?digest={NONE}", BLOB, (400, "DIGEST_INVALID")),
        ("POST", "/v2/a/blobs/uploads/?digest=md5:1", BLOB, (400, "DIGEST_INVALID")),
        ("POST", f"/v2/a/blobs/uploads/?digest={NONE}", b"x" * 10_001, (413, "SIZE_INVALID")),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_code(ask, method, path, content, refusal):
    reply = ask(method, path, content=content)
    assert [(reply.status_code, error["code"]) for error in reply.json()["errors"]] == [refusal]


def test_parts_that_do_not_follow_each_other_are_refused(ask):
    headers = {"Content-Range": "5-9"}
    assert ask("PATCH", upload(ask), content=BLOB, headers=headers).status_code == 416


def test_what_is_cancelled_makes_room(ask):
    for _ in range(3):
        place = upload(ask)
        assert ask("PATCH", place, content=b"x" * 6_000).status_code == 202
        assert ask("DELETE", place).status_code == 204


def test_an_image_that_was_added_can_be_pulled_listed_and_searched(registry, ask):
    parts = image_parts()
    digest = registry.add("some/image", parts, tag="v1")
    manifest = ask("GET", "/v2/some/image/manifests/v1")
    assert manifest.headers["docker-content-digest"] == digest
    described = [manifest.json()["config"], *manifest.json()["layers"]]
    blobs = [ask("GET", f"/v2/some/image/blobs/{part['digest']}").content for part in described]
    assert blobs == [parts.config, parts.layer]
    assert [part["size"] for part in described] == [len(blob) for blob in blobs]
    assert ask("GET", "/v2/some/image/tags/list").json() == {"name": "some/image", "tags": ["v1"]}
    assert ask("GET", "/v2/_catalog").json() == {"repositories": ["some/image"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [("q=imag", ["a/image", "b/image"]), ("q=imag&n=1", ["a/image"]), ("q=none", [])],
)
def test_a_search_finds_names(registry, ask, query, names):
    for name in ("b/image", "a/image"):
        registry.add(name, image_parts())
    found = ask("GET", f"/v1/search?{query}").json()
    assert [result["name"] for result in found["results"]] == names
    assert found["num_results"] == len(names)
    assert ask("GET", "/v1/_ping").headers["x-docker-registry-standalone"] == "true"


def test_files_can_be_offered(registry, ask):
    assert ask("GET", registry.offer("some/context.tar", b"tar")).content == b"tar"
    assert ask("GET", "/files/other").status_code == 404


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (basic("someone:else"), 401),
        (basic("user:wrong"), 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "Basic %"}, 401),
        (basic("user:se:cret"), 200),
    ],
)
def test_only_who_logs_in_gets_past_a_guard(headers, status):
    with Registry(user="user", password="se:cret") as registry:
        reply = httpx.get(f"http://{registry.host}/v2/", headers=headers)
        assert reply.status_code == status
        assert ("www-authenticate" in reply.headers) is (status == 401)
        assert registry.visits == (Visit("GET", "/v2/", credentials=bool(headers)),)
        assert "se:cret" not in repr(registry)


def test_what_is_no_http_does_no_harm(registry, ask, capfd):
    with socket.create_connection(("127.0.0.1", registry.port), timeout=5) as client:
        client.sendall(bytes.fromhex("160301006701000063") + b"\0" * 60)  # how TLS begins
        client.recv(1000)
    assert ask("GET", "/v2/").json() == {}
    assert capfd.readouterr().err == ""


def test_nothing_listens_once_it_has_stopped():
    with Registry() as registry:
        port = registry.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_a_port_that_is_taken_is_reported(registry):
    with pytest.raises(DaemonError, match=r"the loopback registry cannot listen: .*in use"):
        Registry(port=registry.port).start()


def test_a_network_that_cannot_be_entered_is_reported():
    def refuse():
        raise DaemonError("cannot enter")

    with pytest.raises(DaemonError, match="cannot enter"):
        Registry(enter=refuse).start()


def test_a_connection_that_stays_open_does_not_hold_up_the_end():
    with Registry() as registry, httpx.Client() as client:
        assert client.get(f"http://{registry.host}/v2/").json() == json.loads("{}")
        begun = time.monotonic()
        registry.stop()
        assert time.monotonic() - begun < 20  # the client would wait for ever
