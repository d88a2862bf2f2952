"""The registries of a fake's world: what is there, and who may have it."""

import pytest

from harness.fake.clock import Clock, Ids
from harness.fake.images.configs import digest_of
from harness.fake.images.made_up import made_up
from harness.fake.images.references import parse
from harness.fake.images.remote import (
    Credentials,
    Reason,
    Remote,
    RemoteError,
    Visit,
    credentials_of,
)
from harness.fake.images.store import derive
from harness.fake.requests.fields import Fields
from harness.fake.values import File
from harness.fake.world import World

BOB = Credentials("bob", "secret")


def image(content=b"1"):
    made = World(clock=Clock(source=lambda: 1_500_000_000.0), ids=Ids("seed"))
    files = {"/a": File(content=content)}
    return derive(made, None, config=Fields(), files=files, created_by="x")


def found(remote, name):
    return remote.find(parse(name)).image.id


def refusal(what):
    with pytest.raises(RemoteError) as refused:
        what()
    return refused.value.reason


def test_what_was_pushed_is_found_with_the_same_content_and_digest():
    remote = Remote()
    pushed = remote.keep(parse("h:5000/app:1"), image())
    assert remote.find(parse("h:5000/app:1")) == pushed
    assert remote.find(parse(f"h:5000/app@{pushed.digest}")) == pushed
    assert pushed.digest == Remote().keep(parse("other:2"), image()).digest
    assert pushed.digest != Remote().keep(parse("other:2"), image(b"2")).digest


def test_other_names_are_made_up_always_in_the_same_way():
    assert found(Remote(), "nginx") == found(Remote(), "docker.io/library/nginx:latest")
    assert found(Remote(), "nginx") != found(Remote(), "nginx:1")
    assert found(Remote(), "nginx") != found(Remote(), "h:5000/nginx")
    arm = Remote().find(parse("nginx"), "arm64").image
    assert (arm.architecture, arm.id != found(Remote(), "nginx")) == ("arm64", True)


def test_a_made_up_image_has_a_shell():
    made = made_up(parse("busybox:latest"))
    assert made.id == digest_of(made.written)
    assert made.config.texts("Cmd") == ["sh"]
    assert {"/bin/sh", "/etc/passwd", "/tmp"} <= made.layers[0].files.keys()


@pytest.mark.parametrize("entry", ["nope", "nope:latest", "docker.io/library/nope"])
def test_what_is_absent_is_denied_until_it_is_pushed(entry):
    remote = Remote(absent={entry})
    assert refusal(lambda: found(remote, "nope")) is Reason.ABSENT
    assert found(remote, "other")
    remote.keep(parse("nope"), image())
    assert found(remote, "nope") == image().id


def test_only_what_was_pushed_is_in_a_repository():
    remote = Remote()
    remote.keep(parse("h:5000/app:1"), image())
    remote.keep(parse("busybox:mine"), image())
    assert refusal(lambda: found(remote, "h:5000/app:2")) is Reason.UNKNOWN
    assert refusal(lambda: found(remote, f"h:5000/app@sha256:{'a' * 64}")) is Reason.UNKNOWN
    assert remote.tags(parse("h:5000/app")) == ["1"]
    # The official images stay there beside.
    assert found(remote, "busybox:mine") == image().id
    assert found(remote, "busybox") == found(Remote(), "busybox")


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        (BOB, None),
        (Credentials(token="t"), None),
        (Credentials(), Reason.ANONYMOUS),
        (Credentials("bob", "wrong"), Reason.UNAUTHORIZED),
        (Credentials("eve", "secret"), Reason.UNAUTHORIZED),
        (Credentials("bob"), Reason.UNAUTHORIZED),
    ],
)
def test_a_registry_with_users_lets_only_them_in(credentials, reason):
    remote = Remote(users={"h:5000": {"bob": "secret"}})
    visit = Visit("pull", "h:5000", "h:5000/app", credentials)
    if reason is None:
        remote.visit(visit)
    else:
        assert refusal(lambda: remote.visit(visit)) is reason
    remote.visit(Visit("pull", "elsewhere:5000", "", credentials))
    assert remote.visits[0] == visit


def test_nobody_gets_through_while_it_is_offline():
    remote = Remote(offline=True)
    with pytest.raises(RemoteError, match=r"dial tcp: lookup registry-1.docker.io: no such host"):
        remote.visit(Visit("pull", "docker.io", "busybox"))
    assert [visit.name for visit in remote.visits] == ["busybox"]


def test_passwords_are_not_shown():
    assert "secret" not in repr(Visit("login", "h", "", BOB))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"username": "bob", "password": "secret"}, BOB),
        ({"Username": "bob", "Password": "secret"}, BOB),
        ({"identitytoken": "t"}, Credentials(token="t")),
        ({"registrytoken": "t"}, Credentials(token="t")),
        ({}, Credentials()),
    ],
)
def test_credentials_are_read_whatever_the_case_of_their_names(fields, expected):
    assert credentials_of(Fields(fields)) == expected
    assert bool(expected) is bool(fields)


def test_a_search_finds_what_was_pushed_and_on_the_hub_the_name_itself():
    remote = Remote(absent={"gone"})
    remote.keep(parse("h:5000/me/app:1"), image())
    remote.keep(parse("me/app:1"), image())
    assert [each["name"] for each in remote.search("h:5000", "app")] == ["me/app"]
    assert [each["name"] for each in remote.search("docker.io", "app")] == ["app", "me/app"]
    assert [each["name"] for each in remote.search("docker.io", "gone")] == []
    assert [each["name"] for each in remote.search("docker.io", "NO NAME")] == []
    official = next(iter(remote.search("docker.io", "app")))
    assert (official["is_official"], official["star_count"] > 0) == (True, True)
