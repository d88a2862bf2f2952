"""The list of a fake's containers: what it shows, and what filters it by."""

import json
from urllib.parse import quote

import pytest
from fake_asking import JSON, NOON, ask, post, service_of

from harness.fake.requests.durations import in_words, written
from harness.fake.start import furnish

RUNNING = ("five", "one")
BODIES = {
    "one": {"Labels": {"a": "1", "b": ""}},
    "two": {"Labels": {"a": "2"}},
    "three": {"Cmd": ["sh", "-c", "exit 3"]},
    "four": {"Volumes": {"/data": {}}, "HostConfig": {"Binds": ["vol:/v"]}},
    "five": {
        "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    },
}


@pytest.fixture(scope="module")
def service():
    """Five containers: one and five run, two was killed, three failed, four never started."""
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    for name, body in BODIES.items():
        whole = {"Image": "busybox", "Cmd": ["sleep", "99999"], **body}
        assert post(made, f"/v1.33/containers/create?name={name}", whole, JSON).status == 201
        if name != "four":
            assert post(made, f"/v1.33/containers/{name}/start").status == 204
    assert post(made, "/v1.33/containers/two/kill").status == 204
    return made


def listed(service, query="all=1", version="1.33", **filters):
    target = f"/v{version}/containers/json?{query}&filters={quote(json.dumps(filters))}"
    return ask(service, target)


def names(reply):
    assert reply.status == 200, reply.body
    return tuple(container["Names"][0].removeprefix("/") for container in reply.json)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", RUNNING),
        ("all=0", RUNNING),
        ("all=1", ("five", "four", "three", "two", "one")),
        ("limit=2", ("five", "four")),
        ("limit=0", RUNNING),
        ("limit=-1", RUNNING),
        ("all=1&before=three", ("two", "one")),
        ("all=1&since=three", ("five", "four")),
        ("all=1&since=one&before=four", ("three", "two")),
    ],
)
def test_the_newest_come_first_and_only_what_runs_unless_told(service, query, expected):
    assert names(listed(service, query)) == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", "one", {"one"}),
        ("name", "/one", {"one"}),
        ("name", "^t", {"two", "three"}),
        ("id", "", set()),
        ("label", "a", {"one", "two"}),
        ("label", "a=2", {"two"}),
        ("status", "created", {"four"}),
        ("status", "exited", {"two", "three"}),
        ("exited", "3", {"three"}),
        ("exited", "137", {"two"}),
        ("exited", "0", set()),
        ("ancestor", "busybox", {"one", "two", "three", "four", "five"}),
        ("ancestor", "nope", set()),
        ("before", "two", {"one"}),
        ("since", "three", {"four", "five"}),
        ("volume", "vol", {"four"}),
        ("volume", "/data", {"four"}),
        ("volume", "nope", set()),
        ("network", "bridge", {"one", "two", "three", "four", "five"}),
        ("network", "none", set()),
        ("health", "none", {"one", "two", "three", "four", "five"}),
        ("is-task", "true", set()),
        ("publish", "8080", {"five"}),
        ("publish", "80", set()),
        ("publish", "8000-9000/tcp", {"five"}),
        ("publish", "8080/udp", set()),
        ("expose", "53/udp", {"five"}),
        ("expose", "53", set()),
        ("isolation", "default", {"one", "two", "three", "four", "five"}),
    ],
)
def test_a_filter_admits_what_it_names(service, key, value, expected):
    assert set(names(listed(service, **{key: [value]}))) == expected


def test_a_status_that_is_asked_for_is_shown_without_all(service):
    assert set(names(listed(service, "", status=["exited"]))) == {"two", "three"}
    assert set(names(listed(service, "", exited=["3"]))) == set()


def test_values_of_one_filter_are_alternatives_but_for_labels(service):
    assert set(names(listed(service, name=["one", "two"]))) == {"one", "two"}
    assert set(names(listed(service, label=["a", "b"]))) == {"one"}


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"bogus": ["x"]}, "Invalid filter 'bogus'"),
        ({"status": ["foo"]}, "Invalid filter 'status=foo'"),
        ({"exited": ["x"]}, 'strconv.Atoi: parsing "x": invalid syntax'),
        ({"health": ["x"]}, "Unrecognised filter value for health: x"),
        ({"is-task": ["x"]}, "Invalid filter 'is-task=[x]'"),
        ({"before": ["nope"]}, "no such container nope"),
        ({"publish": ["90-80"]}, "error while looking up for publish 90-80: Invalid range"),
        ({"expose": ["x"]}, "error while looking up for expose x: strconv.ParseUint: parsing"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(service, filters, message):
    reply = listed(service, **filters)
    assert reply.status == 400
    assert reply.message.startswith(message)


def test_an_element_tells_of_a_container(service):
    (told,) = listed(service, name=["five"]).json
    assert told["Image"] == "busybox"
    assert told["ImageID"].startswith("sha256:")
    assert (told["Command"], told["Created"]) == ("sleep 99999", int(NOON))
    assert (told["State"], told["Status"]) == ("running", "Up Less than a second")
    assert told["HostConfig"] == {"NetworkMode": "default"}
    assert told["NetworkSettings"]["Networks"]["bridge"]["IPAddress"].startswith("172.17.")
    assert told["Ports"] == [
        {"PrivatePort": 53, "Type": "udp"},
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
    ]


def test_arguments_with_spaces_are_quoted(service):
    (told,) = listed(service, name=["three"]).json
    assert told["Command"] == "sh -c 'exit 3'"


def test_addresses_of_ports_are_told_at_every_version(service):
    (told,) = listed(service, "", version="1.18", name=["five"]).json
    assert {port.get("IP") for port in told["Ports"]} == {None, "0.0.0.0", "::"}
    assert "ImageID" not in told


def test_an_image_whose_name_means_another_is_told_by_its_id():
    service = service_of()
    furnish(service.world, ["busybox:latest"])
    body = {"Image": "busybox", "Cmd": ["true"]}
    post(service, "/v1.33/containers/create?name=one", body, JSON)
    before = next(iter(service.world.images))
    post(service, "/v1.33/commit?container=one&repo=busybox&tag=latest", {"Cmd": ["x"]}, JSON)
    (told,) = listed(service).json
    assert told["Image"] == before


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.5, "Less than a second"),
        (1.9, "1 second"),
        (59, "59 seconds"),
        (61, "About a minute"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (15 * 86400, "2 weeks"),
        (70 * 86400, "2 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_durations_are_told_in_dockers_words(seconds, expected):
    assert in_words(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.3, "300ms"), (30, "30s"), (1.5, "1.5s"), (90, "1m30s"), (3600, "1h0m0s")],
)
def test_durations_are_written_as_by_go(seconds, expected):
    assert written(seconds) == expected
