"""Volumes of a fake: made, listed, in use, removed, pruned."""

import json
from urllib.parse import quote

import pytest
from fake_asking import JSON, ask, post, service_of

from harness.fake.start import furnish
from harness.fake.values import File
from harness.fake.volumes.store import make_volume
from harness.fake.volumes.views import shown


@pytest.fixture
def service():
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    return made


def make(service, version="1.33", **body):
    return post(service, f"/v{version}/volumes/create", body, JSON)


def names(service, **filters):
    wanted = quote(json.dumps(filters))
    reply = ask(service, f"/v1.33/volumes?filters={wanted}")
    return [volume["Name"] for volume in reply.json["Volumes"]]


def use(service, *binds):
    """Make a container with volumes, and return its id."""
    body = {"Image": "busybox", "HostConfig": {"Binds": list(binds)}}
    return post(service, "/v1.33/containers/create", body, JSON).json["Id"]


def told(service):
    return [(event.action, event.actor) for event in service.world.events if event.kind == "volume"]


def test_a_volume_is_told_with_null_for_what_was_not_asked_for(service):
    made = make(service, Name="data")
    assert (made.status, made.json) == (
        201,
        {
            "CreatedAt": "2017-07-14T02:40:00Z",
            "Driver": "local",
            "Labels": None,
            "Mountpoint": "/var/lib/docker/volumes/data/_data",
            "Name": "data",
            "Options": None,
            "Scope": "local",
        },
    )
    assert ask(service, "/v1.33/volumes/data").json == made.json


def test_a_volume_without_a_name_has_the_name_of_no_other(service):
    first, second = (make(service).json["Name"] for _ in range(2))
    assert len(first) == len(second) == 64
    assert first != second


def test_a_volume_that_is_there_is_returned_as_it_is(service):
    make(service, Name="data", Labels={"a": "b"})
    again = make(service, Name="data", Labels={"c": "d"}, DriverOpts={"type": "tmpfs"})
    assert (again.status, again.json["Labels"], again.json["Options"]) == (201, {"a": "b"}, None)
    assert told(service) == [("create", "data")]


@pytest.mark.parametrize(
    ("difference", "status", "message"),
    [
        ({"Name": "a"}, 400, "create a: volume name is too short"),
        ({"Name": "-x"}, 400, 'create -x: "-x" includes invalid characters'),
        ({"Name": "a/b"}, 400, 'create a/b: "a/b" includes invalid characters'),
        ({"Name": "é"}, 400, 'create é: "é" includes invalid characters'),
        ({"Name": "x" * 256}, 400, f"create {'x' * 256}: error while creating volume root path"),
        ({"Driver": "no"}, 404, 'create data: error looking up volume plugin no: plugin "no" not'),
        ({"DriverOpts": {"x": "1"}}, 400, 'create data: invalid option: "x"'),
        ({"DriverOpts": {"type": "nfs"}}, 400, 'create data: missing required option: "device"'),
        ({"DriverOpts": {"device": "x"}}, 400, 'create data: missing required option: "type"'),
        ({"DriverOpts": {"size": "1m"}}, 400, "create data: quota size requested but no quota"),
        ({"DriverOpts": {"size": "x"}}, 400, "create data: invalid size: 'x'"),
    ],
)
def test_what_cannot_be_a_volume_is_refused_in_the_words_of_dockerd(
    service, difference, status, message
):
    refused = make(service, **{"Name": "data", **difference})
    assert refused.status == status
    assert refused.message.startswith(message)
    assert not service.world.volumes


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["free", "used", "other"]),
        ({"dangling": ["true"]}, ["free", "other"]),
        ({"dangling": ["0"]}, ["used"]),
        ({"name": ["^.+e"]}, ["free", "used", "other"]),
        ({"name": ["free", "oth"]}, ["free", "other"]),
        ({"driver": ["local"]}, ["free", "used", "other"]),
        ({"driver": ["loc"]}, []),
        ({"label": ["kind"]}, ["free", "other"]),
        ({"label": ["kind=b", "more"]}, ["other"]),
    ],
)
def test_a_list_has_the_volumes_that_the_filters_admit(service, filters, found):
    make(service, Name="free", Labels={"kind": "a"})
    use(service, "used:/data")
    make(service, Name="other", Labels={"kind": "b", "more": ""})
    assert names(service, **filters) == found


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ("xx", "error reading volume filters: invalid character 'x'"),
        ("[]", "error reading volume filters: json: cannot unmarshal array"),
        ('{"no":["x"]}', "Invalid filter 'no'"),
        ('{"dangling":["maybe"]}', "Invalid filter 'dangling=[maybe]'"),
    ],
)
def test_filters_of_the_list_that_are_none_are_refused(service, filters, message):
    refused = ask(service, f"/v1.33/volumes?filters={quote(filters)}")
    assert refused.status == 400
    assert refused.message.startswith(message)


def test_an_empty_list_warns_of_nothing(service):
    assert ask(service, "/v1.33/volumes").json == {"Volumes": [], "Warnings": None}


def test_a_volume_in_use_stays_even_by_force(service):
    container = use(service, "data:/data")
    for target in ("/v1.33/volumes/data", "/v1.33/volumes/data?force=1"):
        refused = ask(service, target, "DELETE")
        assert (refused.status, refused.message) == (
            409,
            f"remove data: volume is in use - [{container}]",
        )
    ask(service, f"/v1.33/containers/{container}", "DELETE")
    assert ask(service, "/v1.33/volumes/data", "DELETE").status == 204
    assert told(service) == [("create", "data"), ("destroy", "data")]


def test_only_by_force_can_be_removed_what_is_not_there(service):
    missing = ask(service, "/v1.33/volumes/no", "DELETE")
    assert (missing.status, missing.message) == (404, "get no: no such volume")
    assert ask(service, "/v1.33/volumes/no?force=true", "DELETE").status == 204
    assert ask(service, "/v1.33/volumes/no").message == "get no: no such volume"


@pytest.mark.parametrize(
    ("filters", "deleted"),
    [
        ({}, ["free", "labelled"]),
        ({"label": ["kind"]}, ["labelled"]),
        ({"label!": ["kind"]}, ["free"]),
    ],
)
def test_a_prune_removes_what_nobody_uses_and_tells_how_much_that_was(service, filters, deleted):
    make_volume(service.world, "free", files={"/a": File(content=b"12345")})
    make(service, Name="labelled", Labels={"kind": "x"})
    use(service, "used:/data")
    service.world.events.clear()
    pruned = post(service, f"/v1.33/volumes/prune?filters={quote(json.dumps(filters))}")
    size = 5 if "free" in deleted else 0
    assert pruned.json == {"VolumesDeleted": deleted, "SpaceReclaimed": size}
    (event,) = service.world.events  # one for all of it
    assert (event.action, event.actor, event.attributes) == ("prune", "", {"reclaimed": str(size)})


def test_the_use_of_a_volume_is_shown_where_space_is_told_of(service):
    made = make_volume(service.world, "data", files={"/a": File(content=b"12345")})
    use(service, "data:/a", "data:/b")
    assert shown(service.world, made, usage=True)["UsageData"] == {"RefCount": 1, "Size": 5}
