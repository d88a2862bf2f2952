"""Plugins: made, found, enabled, listed and removed."""

import gzip
import json

import pytest
from fake_asking import ask, post, service_of
from fake_plugins import archive, create, events, inspect, pull, refused

from harness.daemon.archives import plugin_archive, plugin_parts

NO_CONFIG = "failed to parse config: "


def test_a_plugin_is_made_of_an_archive():
    service = create(service_of())
    told = inspect(service)
    assert (told["Name"], told["PluginReference"], told["Enabled"]) == (
        "mine:latest",
        "mine:latest",
        False,
    )
    assert told["Config"] == {
        "Args": {"Description": "", "Name": "ARGS", "Settable": ["value"], "Value": ["a"]},
        "Description": "all that there is",
        "DockerVersion": "17.10.0-fake",
        "Documentation": "http://example.test",
        "Entrypoint": ["/plugin", "serve"],
        "Env": [
            {"Description": "how loud", "Name": "LEVEL", "Settable": ["value"], "Value": "1"},
            {"Description": "", "Name": "FIXED", "Settable": [], "Value": "2"},
            {"Description": "", "Name": "OPEN", "Settable": ["value"], "Value": ""},
        ],
        "Interface": {
            "Socket": "s.sock",
            "Types": ["docker.volumedriver/1.0", "docker.logdriver/1.0"],
        },
        "IpcHost": True,
        "Linux": {
            "AllowAllDevices": True,
            "Capabilities": ["CAP_A", "CAP_B"],
            "Devices": [
                {"Description": "", "Name": "fuse", "Path": "/dev/fuse", "Settable": ["path"]}
            ],
        },
        "Mounts": [
            {
                "Description": "",
                "Destination": "/data",
                "Name": "data",
                "Options": ["rbind"],
                "Settable": ["source"],
                "Source": "/srv",
                "Type": "bind",
            },
            {
                "Description": "",
                "Destination": "/var",
                "Name": "",
                "Options": [],
                "Settable": [],
                "Source": "/var",
                "Type": "bind",
            },
        ],
        "Network": {"Type": "host"},
        "PidHost": True,
        "PropagatedMount": "/data",
        "User": {"GID": 6, "UID": 5},
        "WorkDir": "/work",
        "rootfs": {"diff_ids": [service.world.plugins[told["Id"]].parts.root], "type": "layers"},
    }
    assert told["Settings"]["Args"] == ["a"]
    assert told["Settings"]["Env"] == ["LEVEL=1", "FIXED=2"]
    assert [each["Name"] for each in told["Settings"]["Mounts"]] == ["data", ""]
    assert events(service) == [("create", told["Id"], "mine:latest")]


def test_the_plugin_of_the_judge_can_be_made():
    told = inspect(create(service_of(), content=plugin_archive(machine="x86_64")))
    made_up = inspect_after_pull()
    ours = json.loads(plugin_parts(machine="x86_64").config)
    assert told["Config"]["Interface"]["Types"] == ours["interface"]["types"]
    assert made_up["Config"].keys() | {"DockerVersion"} == told["Config"].keys()
    assert made_up["Settings"] == told["Settings"]


def inspect_after_pull():
    service = service_of()
    pull(service, "mine")
    return inspect(service)


@pytest.mark.parametrize(
    ("name", "content", "status", "message"),
    [
        ("", archive(), 400, "failed to parse reference : invalid reference format"),
        ("a@sha256:" + "1" * 64, archive(), 400, "canonical references are not permitted"),
        ("x", b"", 400, "no rootfs found: EOF"),
        ("x", b"junk", 400, "no rootfs found: EOF"),
        ("x", archive(root=None), 400, "no rootfs found: EOF"),
        ("x", archive(config=None), 400, "config not found"),
        ("x", archive(config_name="other.json"), 400, "config not found"),
        (
            "x",
            archive(b"{bad"),
            400,
            NO_CONFIG + "invalid character 'b' looking for beginning of object key string",
        ),
        (
            "x",
            archive({"description": 1}),
            400,
            NO_CONFIG + "json: cannot unmarshal number into Go field Description of type string",
        ),
        (
            "x",
            gzip.compress(archive()),
            400,
            "failed to read from tar: archive/tar: invalid tar header",
        ),
        ("mine", archive(root=b"other"), 409, "plugin mine:latest already exists"),
    ],
)
def test_what_is_no_plugin_is_refused(name, content, status, message):
    service = create(service_of())
    told = post(service, f"/v1.30/plugins/create?name={name}", content)
    assert refused(told) == (status, message)
    assert len(service.world.plugins) == 1


def test_no_two_plugins_are_made_of_the_same_files():
    service = create(service_of())
    (kept,) = service.world.plugins.values()
    told = post(service, "/v1.30/plugins/create?name=other", archive({"description": "another"}))
    assert refused(told) == (409, f"content {kept.parts.root}: already exists")
    ask(service, "/v1.30/plugins/mine", "DELETE")
    create(service, "other")


@pytest.mark.parametrize("name", ["mine", "mine:latest", "docker.io/library/mine"])
def test_a_plugin_is_found_by_its_name(name):
    assert inspect(create(service_of()), name)["Name"] == "mine:latest"


def test_a_plugin_is_found_by_its_id_and_by_a_beginning_that_no_other_has():
    service = service_of()
    pull(service, "first")
    (plugin,) = service.world.plugins
    assert inspect(service, plugin)["Name"] == "first:latest"
    assert inspect(service, plugin[:4])["Name"] == "first:latest"
    for number in range(17):
        pull(service, f"p{number}")
    first = next(
        digit for digit in "0123456789abcdef"
        if sum(each.startswith(digit) for each in service.world.plugins) > 1
    )  # fmt: skip
    told = ask(service, f"/v1.30/plugins/{first}/json")
    assert refused(told) == (400, f'multiple plugins found for "{first}"')


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/plugins/nope/json"),
        ("DELETE", "/plugins/nope"),
        ("POST", "/plugins/nope/enable"),
        ("POST", "/plugins/nope/disable"),
        ("POST", "/plugins/nope/push"),
        ("POST", "/plugins/nope/set"),
    ],
)
def test_a_plugin_that_is_not_there_is_not_found(method, target):
    service = create(service_of())
    told = ask(service, f"/v1.30{target}", method, b"[]")
    assert refused(told) == (404, 'plugin "nope" not found')


@pytest.mark.parametrize("name", ["mine:other", "mine@sha256:" + "1" * 64, "1" * 64, "BAD"])
def test_another_version_is_another_plugin(name):
    told = ask(create(service_of()), f"/v1.30/plugins/{name}/json")
    assert refused(told) == (404, f'plugin "{name}" not found')


def test_a_plugin_is_enabled_and_disabled_once():
    service = create(service_of())
    steps = ["enable?timeout=5", "enable", "disable", "disable"]
    told = [post(service, f"/v1.30/plugins/mine/{step}") for step in steps]
    assert [each.status for each in told] == [200, 409, 200, 409]
    assert told[1].message == "plugin already enabled: plugin mine:latest is enabled"
    assert told[3].message == ("plugin is already disabled: plugin mine:latest found but disabled")
    assert [(action, name) for action, _, name in events(service)] == [
        ("create", "mine:latest"),
        ("enable", "mine"),
        ("disable", "mine"),
    ]


def test_a_timeout_is_a_number():
    told = post(create(service_of()), "/v1.30/plugins/mine/enable?timeout=x")
    assert refused(told) == (400, 'strconv.Atoi: parsing "x": invalid syntax')


def test_a_plugin_without_a_program_cannot_be_enabled():
    service = create(service_of(), content=archive({}))
    status, message = refused(post(service, "/v1.30/plugins/mine/enable"))
    assert status == 400
    assert message.endswith("args must not be empty: unknown")


@pytest.mark.parametrize(
    ("enabled", "query", "status"),
    [(False, "", 200), (True, "", 409), (True, "?force=1", 200), (True, "?force=0", 409)],
)
def test_an_enabled_plugin_is_removed_by_force(enabled, query, status):
    service = create(service_of())
    if enabled:
        post(service, "/v1.30/plugins/mine/enable")
    told = ask(service, f"/v1.30/plugins/mine{query}", "DELETE")
    assert told.status == status
    assert bool(service.world.plugins) is (status == 409)
    if status == 200:
        assert told.body == b""
        assert events(service)[-1][0] == "remove"
    else:
        assert told.message == "plugin mine:latest is enabled"


def listed(service, filters, version="1.30"):
    told = ask(service, f"/v{version}/plugins?filters={json.dumps(filters)}")
    return [each["Name"].partition(":")[0] for each in told.json]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["store", "dummy", "bare"]),
        ({"enabled": ["true"]}, ["store"]),
        ({"enabled": ["false"]}, ["dummy", "bare"]),
        ({"enabled": ["false", "true"]}, ["store"]),
        ({"capability": ["dummy"]}, ["dummy", "bare"]),
        ({"capability": ["driver"]}, ["store", "bare"]),
        ({"capability": ["volumedriver"]}, ["bare"]),
        ({"capability": ["volumedriver", "logdriver"]}, ["store", "bare"]),
        ({"capability": ["docker.dummy/1.0"]}, ["bare"]),
    ],
)
def test_filters_admit_what_dockerd_admits(filters, expected):
    service = create(service_of(), "store")
    post(service, "/v1.30/plugins/store/enable")
    pull(service, "dummy")
    create(service, "bare", archive({}, root=b"bare"))
    assert listed(service, filters) == expected


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"enable": ["true"]}, "Invalid filter 'enable'"),
        ({"enabled": ["maybe"]}, "Invalid filter 'enabled=[maybe]'"),
        ({"enabled": ["1"]}, "Invalid filter 'enabled=[1]'"),
    ],
)
def test_other_filters_are_refused(filters, message):
    told = ask(service_of(), f"/v1.30/plugins?filters={json.dumps(filters)}")
    assert refused(told) == (400, message)


def test_lists_had_no_filters_before_1_28():
    service = create(service_of())
    assert listed(service, {"bogus": ["x"]}, "1.27") == ["mine"]


def test_the_plugins_of_1_24_are_those_of_its_document():
    service = create(service_of())
    told = ask(service, "/v1.24/plugins/mine").json
    assert [told] == ask(service, "/v1.24/plugins").json
    assert told.keys() == {"Id", "Name", "Tag", "Active", "Config", "Manifest"}
    assert (told["Name"], told["Tag"], told["Active"]) == ("mine", "latest", False)
    assert told["Config"]["Env"] == ["LEVEL=1", "FIXED=2"]
    manifest = told["Manifest"]
    assert manifest["Workdir"] == "/work"
    assert manifest["Capabilities"] == ["CAP_A", "CAP_B"]
    assert manifest["User"] == {"Gid": 6, "Uid": 5}
    assert [each["Name"] for each in manifest["Devices"]] == ["fuse"]
