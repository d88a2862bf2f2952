"""Containers of a fake: made, inspected, renamed, updated, removed, and what is refused of them."""

import re

import pytest
from fake_asking import JSON, NOON, ask, post, service_of

from harness.fake.start import furnish

CREATE = "/v1.33/containers/create"
BODY = {"Image": "busybox", "Cmd": ["sleep", "99999"]}
IN_USE = 'Conflict. The container name "/one" is already in use by container "ID". You have to '


@pytest.fixture
def service():
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    return made


def make(service, *, version="1.33", name="one", **body):
    return post(service, f"/v{version}/containers/create?name={name}", {**BODY, **body}, JSON)


def started(service, *, name="one", **body):
    make(service, name=name, **body)
    assert post(service, f"/v1.33/containers/{name}/start").status == 204


def inspect(service, name="one", version="1.33", query=""):
    return ask(service, f"/v{version}/containers/{name}/json{query}").json


def refused(reply):
    return reply.status, re.sub("[0-9a-f]{64}", "ID", reply.message)


def test_a_container_is_made_as_asked(service):
    reply = make(service, Labels={"a": "b"}, Env=["A=1"])
    assert reply.status == 201
    assert reply.json["Warnings"] == []
    told = inspect(service)
    assert told["Id"] == reply.json["Id"]
    assert (told["Name"], told["Path"], told["Args"]) == ("/one", "sleep", ["99999"])
    assert told["Config"]["Hostname"] == told["Id"][:12]
    assert told["Config"]["Labels"] == {"a": "b"}
    assert told["State"]["Status"] == "created"
    assert told["State"]["StartedAt"] == "0001-01-01T00:00:00Z"


def test_a_name_is_made_up_where_none_is_asked_for(service):
    made = [post(service, CREATE, BODY, JSON).json["Id"] for _ in range(40)]
    names = {inspect(service, each)["Name"] for each in made}
    assert len(names) == len(made)
    assert all(re.fullmatch(r"/[a-z]+_[a-z]+\d*", name) for name in names)


@pytest.mark.parametrize("name", ["one", "/one", "%2Fone"])
def test_a_name_is_given_once(service, name):
    make(service)
    status, message = refused(make(service, name=name))
    assert (status, message[: len(IN_USE)]) == (409, IN_USE)


@pytest.mark.parametrize("name", ["a%20b", "-a", "a", "a/b", "ä1"])
def test_a_name_has_certain_letters(service, name):
    status, message = refused(make(service, name=name))
    assert status == 400
    assert message.endswith("only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "Config cannot be empty in order to create a container"),
        ({"HostConfig": {}}, 400, "Config cannot be empty in order to create a container"),
        ({"Cmd": []}, 400, "No command specified"),
        ({"Image": "nope"}, 404, "No such image: nope:latest"),
        ({"Image": "nope:1", "Cmd": ["x"]}, 404, "No such image: nope:1"),
        ({"Cmd": ["x"], "WorkingDir": "a"}, 400, "the working directory 'a' is invalid, it needs"),
        ({"Cmd": ["x"], "Env": ["=a"]}, 400, "invalid environment variable: =a"),
        ({"Cmd": ["x"], "Env": [None]}, 400, "invalid environment variable: "),
        ({"Cmd": ["x"], "StopSignal": "FOO"}, 400, "Invalid signal: FOO"),
        ({"Cmd": ["x"], "Healthcheck": {"Timeout": 1}}, 400, "Timeout in Healthcheck cannot be"),
        (
            {"Cmd": ["x"], "NetworkingConfig": {"EndpointsConfig": {"b": {}, "a": {}}}},
            400,
            "Container cannot be connected to network endpoints: a, b",
        ),
    ],
)
def test_a_config_that_cannot_be_is_refused(service, body, status, message):
    reply = post(service, CREATE, body, JSON)
    assert reply.status == status
    assert reply.message.startswith(message)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ({"Memory": 1}, "Minimum memory limit allowed is 6MB"),
        ({"MemorySwap": 10**8}, "You should always set the Memory limit when using Memoryswap"),
        ({"Memory": 10**8, "MemorySwap": 10**7}, "Minimum memoryswap limit should be larger than"),
        ({"MemorySwappiness": 101}, "Invalid value: 101, valid memory swappiness range is 0-100"),
        ({"NanoCpus": 10**9, "CpuPeriod": 10**5}, "Conflicting options: Nano CPUs and CPU Period"),
        ({"NanoCpus": 3 * 10**9}, "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs"),
        ({"CpuPeriod": 1}, "CPU cfs period can not be less than 1ms (i.e. 1000)"),
        ({"CpusetCpus": "2"}, "Requested CPUs are not available - requested 2, available: 0-1"),
        ({"CpusetCpus": "x"}, "Invalid value x for cpuset cpus: invalid format: x"),
        ({"RestartPolicy": {"Name": "foo"}}, "invalid restart policy 'foo'"),
        (
            {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 1}},
            "maximum retry count cannot be used with restart policy 'always'",
        ),
        (
            {"RestartPolicy": {"Name": "always"}, "AutoRemove": True},
            "can't create 'AutoRemove' container with restart policy",
        ),
        ({"PortBindings": {"x/tcp": []}}, 'invalid port specification: "x"'),
        ({"PortBindings": {"80/tcp": [{"HostPort": "y"}]}}, 'invalid port specification: "y"'),
        ({"NetworkMode": "container:"}, "Invalid network mode: invalid container format"),
        ({"NetworkMode": "host", "Links": ["a"]}, "conflicting options: host type networking"),
        ({"Links": ["nope:x"]}, "could not get container for nope: No such container: nope"),
        ({"VolumesFrom": ["nope"]}, "No such container: nope"),
        ({"ExtraHosts": ["x:y"]}, 'invalid IP address in add-host: "y"'),
        ({"CapAdd": ["FOO"]}, 'invalid CapAdd: unknown capability: "CAP_FOO"'),
        ({"Runtime": "foo"}, "Unknown runtime specified foo"),
        ({"LogConfig": {"Type": "foo"}}, "error looking up logging plugin foo"),
        ({"OomScoreAdj": 2000}, "Invalid value 2000, range for oom score adj is [-1000, 1000]"),
        ({"ShmSize": -1}, "SHM size can not be less than 0"),
        ({"Isolation": "hyperv"}, 'Invalid isolation: "hyperv" - linux only supports'),
        ({"SecurityOpt": ["foo=bar"]}, 'invalid --security-opt 2: "foo=bar"'),
        ({"Tmpfs": {"x": ""}}, "invalid mount path: 'x' mount path must be absolute"),
    ],
)
def test_a_host_config_that_cannot_be_is_refused(service, host, message):
    reply = make(service, HostConfig=host)
    assert reply.status == 400
    assert reply.message.startswith(message)


def test_a_host_config_is_filled_as_by_dockerd(service):
    make(service, HostConfig={})
    make(service, name="two")
    given, absent = (inspect(service, name)["HostConfig"] for name in ("one", "two"))
    assert given["NetworkMode"] == absent["NetworkMode"] == "default"
    assert (given["IpcMode"], absent["IpcMode"]) == ("shareable", "private")
    assert (given["Runtime"], "Runtime" in absent) == ("runc", False)
    assert given["ShmSize"] == 67108864
    assert given["LogConfig"] == {"Type": "json-file", "Config": {}}
    assert given["RestartPolicy"] == {"Name": "", "MaximumRetryCount": 0}
    assert (given["Binds"], given["PortBindings"], given["MemorySwappiness"]) == (None, None, None)


@pytest.mark.parametrize(
    ("asked", "name", "expected"),
    [
        ({"Memory": 10**8}, "MemorySwap", 2 * 10**8),
        ({"Memory": 10**8, "MemorySwap": -1}, "MemorySwap", -1),
        ({"PidsLimit": -1}, "PidsLimit", None),
        ({"Privileged": True}, "SecurityOpt", ["label=disable"]),
        ({"Binds": []}, "Binds", []),
        (
            {"PortBindings": {"80/tcp": [{}]}},
            "PortBindings",
            {"80/tcp": [{"HostIp": "", "HostPort": ""}]},
        ),
    ],
)
def test_some_of_a_host_config_follows_from_the_rest(service, asked, name, expected):
    make(service, HostConfig=asked)
    assert inspect(service)["HostConfig"][name] == expected


def test_old_bodies_limit_resources_outside_of_the_host_config(service):
    old = {"Memory": 10**8, "MemorySwap": -1, "CpuShares": 1, "Cpuset": "0"}
    make(service, version="1.18", **old)
    host = inspect(service)["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (10**8, -1)
    assert (host["CpuShares"], host["CpusetCpus"]) == (2, "0")


def test_a_container_has_what_its_image_says_and_it_does_not(service):
    parent = {
        "Env": ["A=parent", "B=parent"],
        "Labels": {"a": "parent", "b": "parent"},
        "Entrypoint": ["ep"],
        "Cmd": ["arg"],
        "WorkingDir": "/work",
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "User": "nobody",
    }
    make(service, name="parent", **parent)
    assert post(service, "/v1.33/commit?container=parent&repo=child", {}, JSON).status == 201
    make(service, Image="child", Cmd=None, Env=["A=own"], Labels={"b": "own"}, User="root")
    told = inspect(service)
    config = told["Config"]
    assert config["Env"][0] == "A=own"
    assert "B=parent" in config["Env"]
    assert "A=parent" not in config["Env"]
    assert config["Labels"] == {"a": "parent", "b": "own"}
    assert (told["Path"], told["Args"]) == ("ep", ["arg"])
    assert (config["WorkingDir"], config["User"]) == ("/work", "root")
    assert config["ExposedPorts"] == {"80/tcp": {}}
    assert [mount["Destination"] for mount in told["Mounts"]] == ["/data"]


@pytest.mark.parametrize(
    ("body", "path", "arguments"),
    [
        ({"Entrypoint": ["own"], "Cmd": None}, "own", []),
        ({"Entrypoint": ["own"], "Cmd": ["x"]}, "own", ["x"]),
        ({"Entrypoint": [], "Cmd": ["x"]}, "x", []),
        ({"Entrypoint": [""], "Cmd": ["x"]}, "x", []),
        ({"Cmd": "x y"}, "x y", []),
        ({"Cmd": None}, "sh", []),
    ],
)
def test_an_entrypoint_replaces_the_command_of_the_image(service, body, path, arguments):
    make(service, **body)
    told = inspect(service)
    assert (told["Path"], told["Args"]) == (path, arguments)


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        ("1.18", {"Volumes", "VolumesRW", "HostConfig"}, {"Mounts"}),
        ("1.20", {"Mounts"}, {"Volumes"}),
        ("1.33", {"Mounts", "GraphDriver", "SizeRw"}, {"Volumes", "VolumesRW"}),
    ],
)
def test_each_version_inspects_what_it_documents(service, version, has, lacks):
    make(service, Volumes={"/data": {}})
    told = inspect(service, version=version, query="?size=1").keys()
    assert has <= told
    assert not lacks & told


def test_old_versions_tell_in_config_what_was_not_set(service):
    make(service)
    assert inspect(service, version="1.20")["Config"]["MacAddress"] == ""
    assert "MacAddress" not in inspect(service, version="1.33")["Config"]


def test_a_container_is_found_by_what_it_is_called(service):
    identity = make(service).json["Id"]
    make(service, name="two", HostConfig={"Links": ["one:alias"]})
    for name in ("one", identity, identity[:9], "two/alias"):
        assert inspect(service, name)["Id"] == identity
    reply = ask(service, "/v1.33/containers/nope/json")
    assert refused(reply) == (404, "No such container: nope")


def test_a_beginning_that_several_ids_have_is_refused(service):
    made = {post(service, CREATE, BODY, JSON).json["Id"][0] for _ in range(20)}
    assert len(made) < 17
    replies = [ask(service, f"/v1.33/containers/{each}/json") for each in made]
    assert {400} <= {reply.status for reply in replies} <= {200, 400}
    assert "Multiple IDs found with provided prefix: " in "".join(
        reply.message for reply in replies if reply.status == 400
    )


def test_a_container_is_renamed(service):
    make(service)
    make(service, name="two")
    assert post(service, "/v1.33/containers/one/rename?name=three").status == 204
    assert inspect(service, "three")["Name"] == "/three"
    event = service.world.events[-1]
    assert (event.action, event.attributes["oldName"], event.attributes["name"]) == (
        "rename",
        "/one",
        "three",
    )


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("", 400, "Neither old nor new names may be empty"),
        ("one", 400, "Renaming a container with the same name as its current name"),
        ("two", 409, 'Error when allocating new name: Conflict. The container name "/two" is'),
        ("a%20b", 400, "Error when allocating new name: Invalid container name (/a b), only"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused(service, name, status, message):
    make(service)
    make(service, name="two")
    reply = post(service, f"/v1.33/containers/one/rename?name={name}")
    assert reply.status == status
    assert reply.message.startswith(message)


def update(service, **body):
    return post(service, "/v1.33/containers/one/update", body, JSON)


def test_limits_are_updated_and_the_rest_stays(service):
    make(service, HostConfig={"Memory": 10**8, "CpuShares": 7})
    reply = update(service, CpuShares=512, RestartPolicy={"Name": "always"})
    assert reply.json == {"Warnings": None}
    host = inspect(service)["HostConfig"]
    assert (host["CpuShares"], host["Memory"]) == (512, 10**8)
    assert host["RestartPolicy"] == {"Name": "always", "MaximumRetryCount": 0}
    assert service.world.events[-1].action == "update"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"Memory": 1}, 400, "Minimum memory limit allowed is 6MB"),
        ({"RestartPolicy": {"Name": "foo"}}, 400, "invalid restart policy 'foo'"),
        ({"Memory": 3 * 10**8}, 409, "Cannot update container ID: Memory limit should be smaller"),
        ({"NanoCpus": 10**9}, 409, "Cannot update container ID: Conflicting options: Nano CPUs"),
    ],
)
def test_an_update_that_cannot_be_is_refused(service, body, status, message):
    make(service, HostConfig={"Memory": 10**8, "CpuPeriod": 10**5})
    before = inspect(service)["HostConfig"]
    told = refused(update(service, **body))
    assert (told[0], told[1][: len(message)]) == (status, message)
    assert inspect(service)["HostConfig"] == before


def test_a_memory_limit_needs_one_of_the_swap_beside_it(service):
    make(service)
    assert update(service, Memory=10**8).status == 409
    assert update(service, Memory=10**8, MemorySwap=-1).status == 200
    assert update(service, Memory=2 * 10**8).status == 409


def test_an_exec_is_told_until_it_has_ended(service):
    started(service)
    target = "/v1.33/containers/one/exec"
    execution = post(service, target, {"Cmd": ["sleep", "5"]}, JSON).json["Id"]
    assert inspect(service)["ExecIDs"] == [execution]
    assert post(service, f"/v1.33/exec/{execution}/start", {"Detach": True}, JSON).status == 200
    assert inspect(service)["ExecIDs"] == [execution]
    service.world.clock.advance(5)
    service.world.tick()
    assert inspect(service)["ExecIDs"] is None


def test_a_link_is_removed_and_its_containers_stay(service):
    make(service)
    make(service, name="two", HostConfig={"Links": ["one:alias"]})
    target = "/v1.33/containers/two/alias"
    assert ask(service, f"{target}?link=1", "DELETE").status == 204
    assert len(service.world.containers) == 2
    assert ask(service, f"{target}/json").status == 404
    reply = ask(service, "/v1.33/containers/one?link=1", "DELETE")
    assert refused(reply)[0] == 400


def prune(service, filters=""):
    return post(service, f"/v1.33/containers/prune?filters={filters}")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("", {"plain", "labelled", "both"}),
        ('{"label":["a"]}', {"labelled", "both"}),
        ('{"label!":["a"]}', {"plain"}),
        # Only what has all of them is spared.
        ('{"label!":["a","b"]}', {"plain", "labelled"}),
        ('{"until":["1h"]}', set()),
        ('{"until":["2030-01-01"]}', {"plain", "labelled", "both"}),
    ],
)
def test_what_does_not_run_is_pruned(service, filters, expected):
    made = {
        make(service, name=name, Labels=labels).json["Id"]: name
        for name, labels in (
            ("plain", {}),
            ("labelled", {"a": ""}),
            ("both", {"a": "", "b": ""}),
        )
    }
    started(service, name="running")
    told = prune(service, filters).json
    assert {made[each] for each in told["ContainersDeleted"] or []} == expected
    assert "running" in {each.name for each in service.world.containers.values()}


def test_errors_are_text_below_1_24(service):
    reply = ask(service, "/v1.23/containers/nope/json")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.body == b"No such container: nope\n"


def test_a_body_that_is_no_json_is_refused(service):
    assert post(service, CREATE, BODY, {"content-type": "text/plain"}).status == 400
    assert post(service, CREATE, b"{bad", JSON).status == 400
    assert not service.world.containers


def test_the_time_of_making_is_told(service):
    make(service)
    assert service.world.containers[inspect(service)["Id"]].created == NOON
    assert inspect(service)["Created"] == "2017-07-14T02:40:00.000000000Z"
