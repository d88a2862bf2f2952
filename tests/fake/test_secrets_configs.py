"""Secrets and configs of a fake: made, seen, relabelled, removed."""

import base64

import pytest
from fake_swarm import managing, service

INVALID = "rpc error: code = InvalidArgument desc = "
DATA = base64.b64encode(b"said").decode()
NAMES = "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character"

kinds = pytest.mark.parametrize("kind", ["secret", "config"])


def make(manager, kind, **difference):
    return manager.post(f"/{kind}s/create", **{"Name": "one", "Data": DATA, **difference})


def change(manager, kind, **difference):
    index = manager.get(f"/{kind}s/one").json["Version"]["Index"]
    body = {"Name": "one", "Labels": {"a": "b"}, **difference}
    return manager.post(f"/{kind}s/one/update?version={index}", **body)


@pytest.mark.parametrize(("kind", "shown"), [("secret", {}), ("config", {"Data": DATA})])
def test_only_the_data_of_configs_is_shown(kind, shown):
    manager = managing()
    identity = make(manager, kind, Labels={"a": "b"}).json["ID"]
    found = manager.get(f"/{kind}s/{identity[:7]}").json
    assert found["Spec"] == {"Name": "one", "Labels": {"a": "b"}, **shown}
    assert (found["ID"], found["CreatedAt"]) == (identity, found["UpdatedAt"])
    assert manager.get(f"/{kind}s").json == [found]
    assert manager.told(kind) == [(kind, "create", {"name": "one"})]


@kinds
@pytest.mark.parametrize(
    ("difference", "message"),
    [
        ({"Name": ""}, f"{INVALID}name must be provided"),
        ({"Name": "a b"}, f"{INVALID}{NAMES} must be [a-zA-Z0-9]"),
        ({"Name": "a."}, f"{INVALID}{NAMES} must be [a-zA-Z0-9]"),
        ({"Name": "x" * 65}, f"{INVALID}{NAMES} must be [a-zA-Z0-9]"),
        ({"Data": "!!"}, "illegal base64 data at input byte 0"),
        ({"Data": "eB"}, "illegal base64 data at input byte 0"),
    ],
)
def test_wrong_names_and_data_are_refused(kind, difference, message):
    reply = make(managing(), kind, **difference)
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("kind", "size", "status"),
    [
        ("secret", 0, 400),
        ("secret", 511_999, 201),
        ("secret", 512_000, 400),
        ("config", 0, 400),
        ("config", 512_000, 201),
        ("config", 1_024_000, 400),
    ],
)
def test_data_is_neither_nothing_nor_too_much(kind, size, status):
    reply = make(managing(), kind, Data=base64.b64encode(bytes(size)).decode())
    assert reply.status == status
    if status == 400:
        assert f"{kind} data must be larger than 0 and less than" in reply.message


@kinds
def test_a_name_is_there_once(kind):
    manager = managing()
    make(manager, kind)
    reply = make(manager, kind)
    assert (reply.status, reply.message) == (
        409,
        f"rpc error: code = AlreadyExists desc = {kind} one already exists",
    )


@kinds
def test_templates_came_later(kind):
    reply = make(managing(), kind, Templating={"Name": "golang"})
    assert reply.message == f"{kind} templating is not supported on the specified API version: 1.33"


@kinds
def test_only_labels_change(kind):
    manager = managing()
    make(manager, kind)
    for difference in ({"Name": "two"}, {"Data": base64.b64encode(b"else").decode()}):
        reply = change(manager, kind, **difference)
        assert (reply.status, reply.message) == (
            400,
            f"{INVALID}only updates to Labels are allowed",
        )
    assert change(manager, kind, Data=DATA).status == 200
    assert manager.get(f"/{kind}s/one").json["Spec"]["Labels"] == {"a": "b"}
    assert manager.told(kind)[-1] == (kind, "update", {"name": "one"})


@kinds
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?version=1", "rpc error: code = Unknown desc = update out of sequence"),
        ("?version=-1", "invalid {} version"),
        ("", "invalid {} version"),
    ],
)
def test_a_change_builds_upon_the_newest_index(kind, query, message):
    manager = managing()
    make(manager, kind)
    reply = manager.post(f"/{kind}s/one/update{query}", Name="one")
    assert (reply.status, reply.message) == (400, message.format(kind))


@kinds
def test_what_a_service_uses_stays(kind):
    manager = managing()
    identity = make(manager, kind).json["ID"]
    word = kind.title()
    use = {f"{word}ID": identity, f"{word}Name": "one", "File": {"Name": "f"}}
    for name in ("web", "db"):
        body = service(name, replicas=0, container={f"{word}s": [use]})
        assert manager.post("/services/create", **body).status == 201
    reply = manager.delete(f"/{kind}s/one")
    assert reply.status == 400
    assert reply.message.startswith(f"{INVALID}{kind} 'one' is in use by the following services: ")
    manager.delete("/services/db")
    assert manager.delete(f"/{kind}s/one").message.endswith("by the following service: web")
    manager.delete("/services/web")
    assert manager.delete(f"/{kind}s/one").status == 204
    assert manager.delete(f"/{kind}s/one").message == f"{kind} one not found"


@pytest.mark.parametrize(
    ("kind", "filters", "names"),
    [
        ("secret", {"name": ["on"]}, ["one"]),
        ("secret", {"names": ["on"]}, []),
        ("secret", {"names": ["two"]}, ["two"]),
        ("secret", {"label": ["a"]}, ["two"]),
        ("config", {"name": ["t"]}, ["two"]),
        ("config", {"label": ["a=2"]}, []),
    ],
)
def test_they_are_listed_by_filters(kind, filters, names):
    manager = managing()
    make(manager, kind)
    make(manager, kind, Name="two", Labels={"a": "1"})
    found = manager.get(f"/{kind}s", **filters).json
    assert [each["Spec"]["Name"] for each in found] == names


def test_configs_are_not_filtered_by_names():
    reply = managing().get("/configs", names=["one"])
    assert (reply.status, reply.message) == (400, "Invalid filter 'names'")
