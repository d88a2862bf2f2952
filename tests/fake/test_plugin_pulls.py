"""Plugins that come from a registry of the world and go there, and what they have to be granted."""

import pytest
from fake_asking import ask, post, service_of
from fake_plugins import NETWORK, REMOTE, create, events, inspect, pull, refused

NO_PRIVILEGES = "failed to parse privileges: "


def test_what_a_plugin_asks_for_is_told_before_it_is_pulled():
    service = create(service_of(), REMOTE)
    post(service, f"/v1.30/plugins/{REMOTE}/push")
    told = ask(service, f"/v1.30/plugins/privileges?remote={REMOTE}").json
    assert [(each["Name"], each["Value"]) for each in told] == [
        ("network", ["host"]),
        ("host ipc namespace", ["true"]),
        ("host pid namespace", ["true"]),
        ("mount", ["/srv"]),
        ("mount", ["/var"]),
        ("device", ["/dev/fuse"]),
        ("allow-all-devices", ["true"]),
        ("capabilities", ["CAP_A", "CAP_B"]),
    ]
    assert ask(service, "/v1.30/plugins/privileges?remote=any").json == [NETWORK]


def test_a_registry_that_has_no_such_plugin_asks_for_nothing():
    service = service_of()
    service.world.remote.absent.add("gone")
    assert ask(service, "/v1.30/plugins/privileges?remote=gone").json == []
    told = post(service, "/v1.30/plugins/pull?remote=gone", [])
    message = "error resolving plugin reference: docker.io/library/gone:latest: not found"
    assert refused(told) == (404, message)


def test_a_registry_out_of_reach_is_not_the_fault_of_the_client():
    service = service_of()
    service.world.remote.offline = True
    assert pull(service).status == 500
    assert events(service) == []


def test_a_pulled_plugin_is_kept_under_the_name_asked_for():
    service = service_of()
    told = pull(service, "mine:v1")
    assert told.status == 200
    assert told.headers["Docker-Plugin-Name"] == "mine:v1"
    assert [each["status"] for each in told.lines] == [
        f"Pulling from {REMOTE}",
        told.lines[1]["status"],
        "Waiting",
        "Extracting",
        "Extracting",
        "Complete",
        "Download complete",
    ]
    plugin = inspect(service, "mine:v1")
    assert plugin["PluginReference"] == f"{REMOTE}:latest"
    assert plugin["Enabled"] is False
    assert events(service) == [("pull", f"{REMOTE}:latest", "mine:v1")]


@pytest.mark.parametrize(
    ("remote", "name"),
    [(REMOTE, f"{REMOTE}:latest"), ("a:v2", "a:v2"), ("a@sha256:" + "1" * 64, "a:latest")],
)
def test_without_a_name_the_remote_one_is_taken(remote, name):
    service = service_of()
    assert pull(service, remote=remote).headers["Docker-Plugin-Name"] == name
    assert inspect(service, name)["Name"] == name


def test_content_that_is_there_already_is_not_fetched_again():
    service = service_of()
    pull(service, "first")
    statuses = [each["status"] for each in pull(service, "second").lines]
    assert "Already exists" in statuses
    assert "Download complete" not in statuses


@pytest.mark.parametrize(
    ("granted", "right"),
    [
        ([NETWORK], True),
        ([{**NETWORK, "Description": "whatever"}], True),
        ([{"name": "network", "value": ["none"]}], True),
        ([], False),
        ([{**NETWORK, "Value": ["host"]}], False),
        ([{**NETWORK, "Name": "other"}], False),
        ([NETWORK, NETWORK], False),
    ],
)
def test_just_what_a_plugin_asks_for_has_to_be_granted(granted, right):
    service = service_of()
    told = pull(service, "mine", granted=granted)
    assert told.status == 200
    assert ("error" in told.lines[-1]) is not right
    assert bool(service.world.plugins) is right
    assert len(events(service)) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", NO_PRIVILEGES + "EOF"),
        (
            b"{}",
            NO_PRIVILEGES + "json: cannot unmarshal object into Go value of type array",
        ),
        (
            b"[1]",
            NO_PRIVILEGES + "json: cannot unmarshal number into Go field [] of type object",
        ),
        (b"[] x", "invalid privileges"),
    ],
)
def test_privileges_that_are_none_are_refused(body, message):
    told = post(service_of(), f"/v1.30/plugins/pull?remote={REMOTE}", body)
    assert refused(told) == (400, message)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("remote=", "invalid reference format"),
        ("remote=BAD", "invalid reference format: repository name must be lowercase"),
        (f"remote=a&name=a@sha256:{'1' * 64}", "cannot use digest in plugin tag"),
        ("remote=a&name=mine", "plugin mine:latest already exists"),
    ],
)
def test_a_name_that_cannot_be_is_refused(query, message):
    told = post(create(service_of()), f"/v1.30/plugins/pull?{query}", b"[]")
    assert refused(told) == (400, message)


def test_a_plugin_that_was_pushed_can_be_pulled_again():
    service = create(service_of(), REMOTE)
    pushed = post(service, f"/v1.30/plugins/{REMOTE}/push")
    assert pushed.lines[0] == {"status": f"The push refers to repository [{REMOTE}]"}
    aux = pushed.lines[-1]["aux"]
    assert aux["Tag"] == "latest"
    before = inspect(service, REMOTE)
    ask(service, f"/v1.30/plugins/{REMOTE}", "DELETE")
    asked_for = ask(service, f"/v1.30/plugins/privileges?remote={REMOTE}").json
    told = pull(service, granted=asked_for)
    assert told.lines[1] == {"status": f"Digest: {aux['Digest']}"}
    assert inspect(service, REMOTE)["Config"] == before["Config"]


def test_another_plugin_takes_the_place_of_one_that_is_not_enabled():
    service = service_of()
    pull(service, "mine")
    before = inspect(service)
    post(service, "/v1.30/plugins/mine/set", ["DEBUG=1"])
    told = post(service, "/v1.30/plugins/mine/upgrade?remote=other", [NETWORK])
    assert told.status == 200
    assert told.headers["Docker-Plugin-Name"] == "mine:latest"
    after = inspect(service)
    assert after["Id"] == before["Id"]
    assert after["PluginReference"] == "other:latest"
    assert after["Config"]["rootfs"] != before["Config"]["rootfs"]
    assert after["Settings"]["Env"] == ["DEBUG=1"]
    assert events(service)[-1] == ("pull", "other:latest", "mine:latest")


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nope", 404, 'plugin "nope:latest" not found'),
        ("mine", 409, "plugin must be disabled before upgrading: plugin mine:latest is enabled"),
    ],
)
def test_an_upgrade_needs_a_plugin_that_is_not_enabled(name, status, message):
    service = create(service_of())
    post(service, "/v1.30/plugins/mine/enable")
    told = post(service, f"/v1.30/plugins/{name}/upgrade?remote=other", [NETWORK])
    assert refused(told) == (status, message)


def test_an_upgrade_that_is_not_granted_changes_nothing():
    service = create(service_of())
    before = inspect(service)
    told = post(service, "/v1.30/plugins/mine/upgrade?remote=other", [])
    assert told.lines[-1]["error"] == "incorrect privileges"
    assert inspect(service) == before


def test_a_pull_of_1_24_answers_with_what_it_granted():
    service = service_of()
    told = post(service, f"/v1.24/plugins/pull?name={REMOTE}")
    assert (told.status, told.json) == (200, [NETWORK])
    assert inspect(service, REMOTE)["Enabled"] is False
    assert post(service, f"/v1.24/plugins/{REMOTE}/enable").status == 200
    assert ask(service, f"/v1.24/plugins/{REMOTE}").json["Active"] is True
    assert ask(service, f"/v1.24/plugins/{REMOTE}", "DELETE").status == 409
