"""Containers on networks: at creation, while they run, after they end."""

import pytest
from fake_asking import JSON, ask, post, service_of

from harness.fake.networks.modes import check_mode
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.start import furnish


@pytest.fixture
def service():
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    post(made, "/v1.33/networks/create", {"Name": "auto"}, JSON)
    own = {"Name": "own", "IPAM": {"Config": [{"Subnet": "10.9.0.0/29"}]}}
    post(made, "/v1.33/networks/create", own, JSON)
    made.world.events.clear()
    return made


def create(service, name="one", *, mode="default", config=None, **endpoints):
    body = {
        "Image": "busybox",
        "Cmd": ["sleep", "999"],
        **(config or {}),
        "HostConfig": {"NetworkMode": mode},
        "NetworkingConfig": {"EndpointsConfig": endpoints},
    }
    return post(service, f"/v1.33/containers/create?name={name}", body, JSON)


def start(service, name="one", **asked):
    made = create(service, name, **asked)
    assert made.status == 201, made.body
    return post(service, f"/v1.33/containers/{name}/start")


def settings(service, name="one"):
    return ask(service, f"/v1.33/containers/{name}/json").json["NetworkSettings"]


def addresses(service, name="one"):
    return {
        network: endpoint["IPAddress"]
        for network, endpoint in settings(service, name)["Networks"].items()
    }


def connect(service, network, name="one", *, what="connect", **body):
    sent = {"Container": name, **body}
    return post(service, f"/v1.33/networks/{network}/{what}", sent, JSON)


def disconnect(service, network, name="one", **body):
    return connect(service, network, name, what="disconnect", **body)


def told(service):
    return [
        (event.action, event.attributes["name"])
        for event in service.world.events
        if event.kind == "network"
    ]


def test_a_container_has_an_address_only_while_it_runs(service):
    create(service)
    assert addresses(service) == {"bridge": ""}
    assert settings(service)["SandboxID"] == ""
    post(service, "/v1.33/containers/one/start")
    running = settings(service)
    endpoint = running["Networks"]["bridge"]
    flat = ("IPAddress", "IPPrefixLen", "Gateway", "MacAddress", "EndpointID")
    assert {name: running[name] for name in flat} == {name: endpoint[name] for name in flat}
    assert [endpoint[name] for name in flat[:4]] == [
        "172.17.0.2",
        16,
        "172.17.0.1",
        "02:42:ac:11:00:02",
    ]
    assert len(endpoint["EndpointID"]) == len(running["SandboxID"]) == 64
    assert running["SandboxKey"] == f"/var/run/docker/netns/{running['SandboxID'][:12]}"
    post(service, "/v1.33/containers/one/kill")
    ended = settings(service)
    assert ended["Networks"]["bridge"]["NetworkID"] == endpoint["NetworkID"]
    assert (ended["IPAddress"], ended["EndpointID"]) == ("", "")
    assert told(service) == [("connect", "bridge"), ("disconnect", "bridge")]


def test_the_lowest_free_address_is_given_and_taken_back(service):
    for name in ("one", "two", "three"):
        start(service, name)
    post(service, "/v1.33/containers/two/kill")
    start(service, "four")
    assert addresses(service, "three") == {"bridge": "172.17.0.4"}
    assert addresses(service, "four") == {"bridge": "172.17.0.3"}


def test_a_network_has_only_so_many_addresses(service):
    for number in range(5):
        assert start(service, f"c{number}", mode="own").status == 204
    refused = start(service, "late", mode="own")
    assert refused.status == 500
    assert refused.message.startswith(
        "no available IPv4 addresses on this network's address pools: own ("
    )
    assert addresses(service, "late") == {"own": ""}
    assert told(service).count(("connect", "own")) == 5


def test_some_addresses_are_never_given_out(service):
    row = {
        "Subnet": "10.8.0.0/24",
        "IPRange": "10.8.0.128/30",
        "AuxiliaryAddresses": {"a": "10.8.0.129"},
    }
    body = {"Name": "part", "IPAM": {"Config": [row]}}
    post(service, "/v1.33/networks/create", body, JSON)
    start(service, mode="part")
    endpoint = settings(service)["Networks"]["part"]
    # The gateway has the first of the range.
    assert (endpoint["Gateway"], endpoint["IPAddress"]) == ("10.8.0.128", "10.8.0.130")
    assert endpoint["IPPrefixLen"] == 24


def test_a_network_of_both_kinds_gives_both_addresses(service):
    rows = [{"Subnet": "fd00:9::/64"}, {"Subnet": "10.8.0.0/24"}]
    body = {"Name": "both", "EnableIPv6": True, "IPAM": {"Config": rows}}
    post(service, "/v1.33/networks/create", body, JSON)
    start(service, mode="both")
    endpoint = settings(service)["Networks"]["both"]
    assert endpoint["IPAddress"] == "10.8.0.2"
    assert endpoint["GlobalIPv6Address"] == "fd00:9::2"
    assert (endpoint["GlobalIPv6PrefixLen"], endpoint["IPv6Gateway"]) == (64, "fd00:9::1")


@pytest.mark.parametrize(
    ("mode", "networks", "shown"),
    [
        ("none", {"none": ""}, True),
        ("host", {"host": ""}, True),
        ("auto", {"auto": "172.18.0.2"}, True),
        ("container:other", {}, False),
    ],
)
def test_the_mode_says_which_network_a_container_is_on(service, mode, networks, shown):
    start(service, "other")
    assert start(service, mode=mode).status == 204
    assert addresses(service) == networks
    found = settings(service)
    assert (found["IPAddress"], bool(found["SandboxID"])) == ("", shown)


def test_a_network_may_be_named_by_id_and_is_shown_by_name(service):
    network = ask(service, "/v1.33/networks/auto").json["Id"]
    start(service, mode=network)
    start(service, "two", mode=network[:12], **{network: {"Aliases": ["x"]}})
    assert addresses(service) == {"auto": "172.18.0.2"}
    assert addresses(service, "two") == {"auto": "172.18.0.3"}


def test_a_network_that_is_missing_is_noticed_at_the_start(service):
    refused = start(service, mode="no")
    assert (refused.status, refused.message) == (404, "network no not found")
    assert addresses(service) == {"no": ""}


def test_names_on_a_network_are_those_asked_for_the_id_and_the_hostname(service):
    start(service, mode="auto", config={"Hostname": "host9"}, auto={"Aliases": ["db", "db2"]})
    container = ask(service, "/v1.33/containers/one/json").json["Id"]
    inspected = settings(service)["Networks"]["auto"]
    assert inspected["Aliases"] == ["db", "db2", container[:12], "host9"]
    (listed,) = ask(service, "/v1.33/containers/json").json
    assert listed["NetworkSettings"]["Networks"]["auto"]["Aliases"] is None


def test_an_address_that_was_asked_for_is_kept_over_a_restart(service):
    start(service, mode="own", own={"IPAMConfig": {"IPv4Address": "10.9.0.5"}})
    assert addresses(service) == {"own": "10.9.0.5"}
    post(service, "/v1.33/containers/one/kill")
    post(service, "/v1.33/containers/one/start")
    assert addresses(service) == {"own": "10.9.0.5"}
    (listed,) = ask(service, "/v1.33/containers/json").json
    shown = listed["NetworkSettings"]["Networks"]["own"]["IPAMConfig"]
    assert shown == {"IPv4Address": "10.9.0.5"}


@pytest.mark.parametrize(
    ("mode", "endpoint", "status", "message"),
    [
        ("own", {"IPv4Address": "10.9.0.1"}, 403, "Address already in use"),
        ("own", {"IPv4Address": "10.9.0.7"}, 403, "Address already in use"),
        (
            "own",
            {"IPv4Address": "10.8.0.1"},
            400,
            "Invalid address 10.8.0.1: It does not belong to any of this network's subnets",
        ),
        (
            "auto",
            {"IPv4Address": "172.18.0.9"},
            400,
            "user specified IP address is supported only when connecting to networks with user",
        ),
        (
            "own",
            {"IPv6Address": "fd00::9"},
            400,
            "user specified IP address is supported only when connecting to networks with user",
        ),
        (
            "bridge",
            {"IPv4Address": "172.17.0.9"},
            400,
            "user specified IP address is supported on user defined networks only",
        ),
    ],
)
def test_an_address_that_cannot_be_had_is_refused_at_the_start(
    service, mode, endpoint, status, message
):
    refused = start(service, mode=mode, **{mode: {"IPAMConfig": endpoint}})
    assert refused.status == status
    assert refused.message.startswith(message)
    assert addresses(service) == {mode: ""}


@pytest.mark.parametrize(
    ("endpoints", "message"),
    [
        ({"auto": {}, "own": {}}, "Container cannot be connected to network endpoints: auto, own"),
        ({"own": None}, "no EndpointSettings for own"),
        ({"own": {"IPAMConfig": {"IPv4Address": "x"}}}, "invalid IPv4 address: x"),
        ({"own": {"IPAMConfig": {"IPv6Address": "1.2.3.4"}}}, "invalid IPv6 address: 1.2.3.4"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_the_creation(service, endpoints, message):
    refused = create(service, mode="own", **endpoints)
    assert (refused.status, refused.message) == (400, message)


def test_the_hardware_address_asked_for_is_that_on_the_first_network(service):
    create(service, mode="auto", config={"MacAddress": "02:42:AA:bb:cc:dd"})
    connect(service, "own")
    post(service, "/v1.33/containers/one/start")
    networks = settings(service)["Networks"]
    assert networks["auto"]["MacAddress"] == "02:42:aa:bb:cc:dd"
    assert networks["own"]["MacAddress"] == "02:42:0a:09:00:02"


def test_a_container_that_does_not_run_is_connected_at_its_start(service):
    create(service)
    assert connect(service, "own", EndpointConfig={"Aliases": ["x"]}).status == 200
    assert addresses(service) == {"bridge": "", "own": ""}
    assert told(service) == []
    post(service, "/v1.33/containers/one/start")
    assert addresses(service) == {"bridge": "172.17.0.2", "own": "10.9.0.2"}
    assert told(service) == [("connect", "bridge"), ("connect", "own")]


def test_a_second_connection_is_refused_where_the_container_runs(service):
    create(service)
    first, second = (connect(service, "own").status for _ in range(2))
    assert (first, second) == (200, 200)
    post(service, "/v1.33/containers/one/start")
    refused = connect(service, "own")
    assert (refused.status, refused.message) == (
        403,
        "endpoint with name one already exists in network own",
    )


def test_a_disconnection_of_a_running_container_is_told_twice_as_by_dockerd(service):
    start(service)
    connect(service, "own")
    assert disconnect(service, "own").status == 200
    assert addresses(service) == {"bridge": "172.17.0.2"}
    assert told(service) == [
        ("connect", "bridge"),
        ("connect", "own"),
        ("disconnect", "own"),
        ("disconnect", "own"),
    ]
    assert disconnect(service, "bridge").status == 200
    assert addresses(service) == {}


@pytest.mark.parametrize("running", [True, False])
def test_nothing_is_disconnected_that_is_not_connected(service, running):
    create(service)
    if running:
        post(service, "/v1.33/containers/one/start")
    container = ask(service, "/v1.33/containers/one/json").json["Id"]
    the = "" if running else "the "
    for body in ({}, {"Force": True}):
        refused = disconnect(service, "own", **body)
        assert (refused.status, refused.message) == (
            404,
            f"container {container} is not connected to {the}network own",
        )


SHARED = (
    "container sharing network namespace with another container or host cannot be connected to "
    "any other network"
)
ALONE = (
    "container cannot be connected to multiple networks with one of the networks in private "
    "(none) mode"
)
HOST = "container cannot be disconnected from host network or connected to host network"


@pytest.mark.parametrize(
    ("mode", "network", "message"),
    [
        ("host", "own", SHARED),
        ("container:other", "own", SHARED),
        ("none", "own", ALONE),
        ("default", "none", ALONE),
        ("default", "host", HOST),
    ],
)
def test_some_networks_stand_no_other(service, mode, network, message):
    start(service, "other")
    start(service, mode=mode)
    refused = connect(service, network)
    assert (refused.status, refused.message) == (400, message)


def test_nobody_leaves_the_host_while_running(service):
    start(service, mode="host")
    refused = disconnect(service, "host")
    assert (refused.status, refused.message) == (400, HOST)


@pytest.mark.parametrize(
    ("network", "container", "status", "message"),
    [
        ("no", "one", 404, "network no not found"),
        ("own", "no", 404, "No such container: no"),
        ("no", "no", 404, "No such container: no"),
        ("own", "", 400, 'invalid name or ID supplied: ""'),
    ],
)
def test_what_is_not_there_is_not_connected(service, network, container, status, message):
    create(service)
    for what in ("connect", "disconnect"):
        refused = connect(service, network, container, what=what)
        assert (refused.status, refused.message) == (status, message)


def test_a_name_by_force_is_looked_for_on_the_network(service):
    refused = disconnect(service, "own", "no", Force=True)
    assert (refused.status, refused.message) == (404, "endpoint no not found")


def test_a_start_that_fails_gives_back_what_it_had(service):
    start(service, "other", mode="own", own={"IPAMConfig": {"IPv4Address": "10.9.0.5"}})
    create(service)
    connect(service, "own", EndpointConfig={"IPAMConfig": {"IPv4Address": "10.9.0.5"}})
    service.world.events.clear()
    assert post(service, "/v1.33/containers/one/start").message == "Address already in use"
    assert addresses(service) == {"bridge": "", "own": ""}
    assert told(service) == [("connect", "bridge"), ("disconnect", "bridge")]


@pytest.mark.parametrize(
    ("config", "host", "message"),
    [
        ({"Hostname": "x"}, {"NetworkMode": "container:a"}, "hostname and the network mode"),
        ({"Hostname": "x"}, {"UTSMode": "host"}, "hostname and the UTS mode"),
        ({}, {"NetworkMode": "container:a", "Dns": ["1.1.1.1"]}, "dns and the network mode"),
        (
            {},
            {"NetworkMode": "container:a", "ExtraHosts": ["a:1.1.1.1"]},
            "custom host-to-IP mapping and the network mode",
        ),
        ({"MacAddress": "x"}, {"NetworkMode": "host"}, "mac-address and the network mode"),
        (
            {"ExposedPorts": {"80/tcp": {}}},
            {"NetworkMode": "container:a"},
            "port exposing and the container type network mode",
        ),
        (
            {},
            {"NetworkMode": "container:a", "PortBindings": {"80/tcp": [{}]}},
            "port publishing and the container type network mode",
        ),
    ],
)
def test_a_mode_stands_no_settings_of_a_network_that_is_not_the_containers(config, host, message):
    with pytest.raises(RefusedError) as refused:
        check_mode(Fields(config), Fields(host))
    assert refused.value.message == f"conflicting options: {message}"
    check_mode(Fields(config), Fields({**host, "NetworkMode": "bridge", "UTSMode": ""}))
