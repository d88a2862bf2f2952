"""Networks of a fake: made, listed, inspected, removed, pruned."""

import json
from urllib.parse import quote

import pytest
from fake_asking import JSON, NOON, ask, post, service_of

from harness.fake.networks.connections import find_network
from harness.fake.networks.views import shown
from harness.fake.start import furnish


@pytest.fixture
def service():
    made = service_of()
    furnish(made.world, ["busybox:latest"])
    return made


def make(service, version="1.33", **body):
    return post(service, f"/v{version}/networks/create", {"Name": "net", **body}, JSON)


def made(service, **body):
    """Return all that is known of a network that is made."""
    network = service.world.networks[make(service, **body).json["Id"]]
    return shown(service.world, network, containers=True)


def configured(service, *, name="net", **row):
    return make(service, Name=name, IPAM={"Config": [{"Subnet": "10.9.0.0/24", **row}]})


def run(service, *, network="net", name="one"):
    body = {"Image": "busybox", "Cmd": ["sleep", "99999"], "HostConfig": {"NetworkMode": network}}
    target = f"/v1.33/containers/create?name={name}"
    container = post(service, target, body, JSON).json["Id"]
    assert post(service, f"/v1.33/containers/{container}/start").status == 204
    return container


def names(service, **filters):
    reply = ask(service, f"/v1.33/networks?filters={quote(json.dumps(filters))}")
    return [network["Name"] for network in reply.json]


def told(service):
    return [
        (event.action, event.attributes.get("name", ""), event.attributes.get("type", ""))
        for event in service.world.events
        if event.kind == "network"
    ]


def test_a_network_gets_the_next_subnet_and_tells_all_of_itself(service):
    told_of = made(service, Labels={"a": "b"}, Internal=True)
    assert len(told_of.pop("Id")) == 64
    assert told_of == {
        "Name": "net",
        "Created": "2017-07-14T02:40:00.000000000Z",
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv6": False,
        "IPAM": {
            "Driver": "default",
            "Options": None,
            "Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}],
        },
        "Internal": True,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": {},
        "Labels": {"a": "b"},
    }
    assert told(service) == [("create", "net", "bridge")]


def test_subnets_are_given_in_dockerds_order_and_again_once_they_are_free(service):
    def subnet(name):
        return made(service, Name=name)["IPAM"]["Config"][0]["Subnet"]

    given = [subnet(f"n{number}") for number in range(16)]
    assert given[:2] == ["172.18.0.0/16", "172.19.0.0/16"]
    assert given[-3:] == ["172.31.0.0/16", "192.168.0.0/20", "192.168.16.0/20"]
    ask(service, "/v1.33/networks/n1", "DELETE")
    assert subnet("again") == "172.19.0.0/16"


def test_two_networks_can_have_a_name_unless_the_client_minds(service):
    first = make(service).json
    second = make(service)
    assert first["Warning"] == ""
    assert second.json["Warning"] == (f"Network with name net (id : {first['Id']}) already exists")
    refused = make(service, CheckDuplicate=True)
    assert (refused.status, refused.message) == (409, "network with name net already exists")
    for target, method, message in (
        ("net", "GET", "2 matches found based on name: network net is ambiguous"),
        ("net", "DELETE", "network net is ambiguous (2 matches found based on name)"),
    ):
        ambiguous = ask(service, f"/v1.33/networks/{target}", method)
        assert (ambiguous.status, ambiguous.message) == (400, message)


@pytest.mark.parametrize(
    ("difference", "status", "message"),
    [
        ({"Name": ""}, 400, "invalid name: "),
        ({"Name": " "}, 400, "invalid name:  "),
        ({"Name": "none"}, 403, "operation is not permitted on predefined none network "),
        ({"Name": "default"}, 403, "operation is not permitted on predefined default network "),
        ({"Driver": "host"}, 403, 'only one instance of "host" network is allowed'),
        ({"Driver": "no"}, 404, 'plugin "no" not found'),
        ({"Driver": "overlay"}, 403, "This node is not a swarm manager."),
        ({"Scope": "swarm"}, 403, "cannot create a swarm scoped network when swarm is not active"),
        ({"Ingress": True}, 403, "Ingress network can only be global scope network"),
        ({"EnableIPv6": True}, 404, "could not find an available, non-overlapping IPv6 address"),
        ({"IPAM": {"Driver": "no"}}, 404, 'plugin "no" not found'),
        ({"IPAM": {"Driver": "null"}}, 400, "ipv4 pool is empty"),
        ({"ConfigFrom": {"Network": "no"}}, 404, 'configuration network "no" does not exist'),
        ({"ConfigOnly": True, "Internal": True}, 403, "configuration network can only contain"),
        (
            {"Options": {"com.docker.network.driver.mtu": "x"}},
            400,
            'failed to parse com.docker.network.driver.mtu value: x (strconv.Atoi: parsing "x"',
        ),
        (
            {"Options": {"com.docker.network.bridge.enable_icc": "x"}},
            400,
            "failed to parse com.docker.network.bridge.enable_icc value: x (strconv.ParseBool",
        ),
    ],
)
def test_what_cannot_be_a_network_is_refused_in_the_words_of_dockerd(
    service, difference, status, message
):
    refused = make(service, **difference)
    assert refused.status == status
    assert refused.message.startswith(message)
    assert len(service.world.networks) == 3


@pytest.mark.parametrize(
    ("row", "status", "message"),
    [
        ({"Subnet": "bogus"}, 400, "Invalid subnet bogus : invalid CIDR address: bogus"),
        ({"Subnet": ""}, 400, "Invalid subnet  : invalid CIDR address: "),
        ({"Subnet": "10.9.0.1"}, 400, "Invalid subnet 10.9.0.1 : invalid CIDR address: 10.9.0.1"),
        ({"Subnet": "172.17.4.0/24"}, 403, "Pool overlaps with other one on this address space"),
        ({"Gateway": "x"}, 400, "invalid gateway address x in Ipam configuration"),
        (
            {"Gateway": "10.8.0.1"},
            400,
            "failed to allocate gateway (10.8.0.1): Requested address is out of range",
        ),
        (
            {"Gateway": "10.9.0.255"},
            400,
            "failed to allocate gateway (10.9.0.255): Address already in use",
        ),
        (
            {"Subnet": "10.9.0.0/32"},
            400,
            "failed to allocate gateway (): No available addresses on this pool",
        ),
        ({"IPRange": "x"}, 400, "failed to parse pool request for address space"),
        (
            {"AuxiliaryAddresses": {"a": "10.8.0.1"}},
            403,
            "auxiliary address: (a:10.8.0.1) must belong to the master pool: 10.9.0.0/24",
        ),
        (
            {"AuxiliaryAddresses": {"a": "10.9.0.1"}},
            400,
            "failed to allocate secondary ip address (a:10.9.0.1): Address already in use",
        ),
    ],
)
def test_addresses_that_cannot_be_are_refused(service, row, status, message):
    refused = configured(service, **row)
    assert refused.status == status
    assert refused.message.startswith(message)
    assert len(service.world.networks) == 3


def test_addresses_are_shown_as_they_were_asked_for(service):
    row = {
        "Subnet": "10.9.0.0/24",
        "IPRange": "10.9.0.128/25",
        "Gateway": "10.9.0.254",
        "AuxiliaryAddresses": {"a": "10.9.0.130"},
    }
    ipam = {"Driver": "default", "Options": {}, "Config": [row]}
    make(service, IPAM=ipam)
    assert ask(service, "/v1.33/networks/net").json["IPAM"] == ipam


def test_a_bridge_has_one_subnet_of_a_kind_and_a_name_of_its_own(service):
    rows = [{"Subnet": "10.9.0.0/24"}, {"Subnet": "10.10.0.0/24"}]
    assert make(service, IPAM={"Config": rows}).message == (
        "bridge driver doesn't support multiple subnets"
    )
    options = {"com.docker.network.bridge.name": "br9"}
    first = make(service, Name="one", Options=options).json["Id"]
    refused = make(service, Name="two", Options=options)
    assert refused.status == 403
    assert refused.message.endswith(
        f"conflicts with network {first} (br9): networks have same bridge name"
    )


def test_a_network_can_have_the_configuration_of_another_one(service):
    addresses = {"Config": [{"Subnet": "10.9.0.0/24"}]}
    plan = made(service, Name="plan", ConfigOnly=True, IPAM=addresses)
    assert (plan["Driver"], plan["ConfigOnly"]) == ("null", True)
    planned = made(service, ConfigFrom={"Network": "plan"})
    assert planned["IPAM"]["Config"] == [{"Subnet": "10.9.0.0/24"}]
    assert (planned["Driver"], planned["ConfigFrom"]) == ("bridge", {"Network": "plan"})
    refused = ask(service, "/v1.33/networks/plan", "DELETE")
    assert refused.message == (
        'error while removing network: configuration network "plan" is in use'
    )
    assert (
        make(service, Name="more", ConfigFrom={"Network": "plan"}, Labels={"a": "b"}).status == 403
    )


@pytest.mark.parametrize("text", ["net", "{id}", "{short}", "{one}"])
def test_a_network_is_found_by_name_id_and_the_beginning_of_an_id(service, text):
    made_id = make(service).json["Id"]
    one = made_id[: next(end for end in range(1, 65) if _is_unique(service, made_id[:end]))]
    target = text.format(id=made_id, short=made_id[:12], one=one)
    assert ask(service, f"/v1.33/networks/{target}").json["Id"] == made_id


def _is_unique(service, beginning):
    return sum(each.startswith(beginning) for each in service.world.networks) == 1


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("verbose=true", 200, ""),
        ("verbose=T&scope=local", 200, ""),
        ("scope=swarm", 404, "network bridge not found"),
        (
            "verbose=maybe",
            400,
            (
                'invalid value for verbose: maybe: strconv.ParseBool: parsing "maybe": invalid '
                "syntax"
            ),
        ),
    ],
)
def test_an_inspection_reads_its_query_strictly(service, query, status, message):
    reply = ask(service, f"/v1.33/networks/bridge?{query}")
    assert reply.status == status
    assert message == (reply.message if status != 200 else "")


def test_containers_are_in_an_inspection_and_in_the_list_of_old_versions_only(service):
    make(service)
    container = run(service)
    place = {
        "EndpointID": service.world.containers[container].networks["net"].id,
        "MacAddress": "02:42:ac:12:00:02",
        "IPv4Address": "172.18.0.2/16",
        "IPv6Address": "",
    }
    for version, listed in (("1.27", {container: place}), ("1.28", {})):
        *_, last = ask(service, f"/v{version}/networks").json
        assert last["Containers"] == listed
        inspected = ask(service, f"/v{version}/networks/net").json
        assert inspected["Containers"] == {container: place}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["none", "host", "bridge", "net"]),
        ({"type": ["builtin"]}, ["none", "host", "bridge"]),
        ({"type": ["custom"]}, ["net"]),
        ({"type": ["custom", "builtin"]}, ["none", "host", "bridge", "net"]),
        ({"driver": ["null", "host"]}, ["none", "host"]),
        ({"name": ["n.*e"]}, ["none", "net"]),
        ({"label": ["a=b"]}, ["net"]),
        ({"scope": ["swarm"]}, []),
        ({"dangling": ["true"]}, ["net"]),
        ({"dangling": ["0"]}, ["none", "host", "bridge"]),
    ],
)
def test_a_list_has_the_networks_that_the_filters_admit(service, filters, found):
    make(service, Labels={"a": "b"})
    assert names(service, **filters) == found


def test_a_list_finds_ids_by_any_part_of_them(service):
    part = make(service).json["Id"][20:40]
    assert names(service, id=[part]) == ["net"]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"no": ["x"]}, "Invalid filter 'no'"),
        ({"type": ["x"]}, "invalid filter: 'type'='x'"),
        ({"dangling": ["true", "false"]}, 'got more than one value for filter key "dangling"'),
        ({"dangling": ["x"]}, "invalid value for filter 'dangling', must be"),
    ],
)
def test_filters_of_the_list_that_are_none_are_refused(service, filters, message):
    refused = ask(service, f"/v1.33/networks?filters={quote(json.dumps(filters))}")
    assert refused.status == 400
    assert refused.message.startswith(message)


def test_networks_that_are_always_there_or_in_use_stay(service):
    for name in ("bridge", "host", "none"):
        refused = ask(service, f"/v1.33/networks/{name}", "DELETE")
        assert (refused.status, refused.message) == (
            403,
            f"{name} is a pre-defined network and cannot be removed",
        )
    made_id = make(service).json["Id"]
    container = run(service)
    refused = ask(service, "/v1.33/networks/net", "DELETE")
    assert (refused.status, refused.message) == (
        403,
        f"error while removing network: network net id {made_id} has active endpoints",
    )
    post(service, f"/v1.33/containers/{container}/kill")
    assert ask(service, "/v1.33/networks/net", "DELETE").status == 204
    assert told(service)[-1] == ("destroy", "net", "bridge")
    assert ask(service, "/v1.33/networks/net").message == "network net not found"


@pytest.mark.parametrize(
    ("filters", "deleted"),
    [
        ({}, ["old", "new"]),
        ({"label": ["a"]}, ["old"]),
        ({"label!": ["a"]}, ["new"]),
        ({"until": ["10m"]}, ["old"]),
        ({"until": [str(int(NOON) - 1)]}, None),
    ],
)
def test_a_prune_removes_networks_without_running_containers(service, filters, deleted):
    make(service, Name="plan", ConfigOnly=True)
    make(service, Name="used")
    run(service, network="used")
    make(service, Name="old", Labels={"a": "b"})
    service.world.clock.advance(3600)
    make(service, Name="new")
    pruned = post(service, f"/v1.33/networks/prune?filters={quote(json.dumps(filters))}")
    assert pruned.json == {"NetworksDeleted": deleted}
    assert told(service)[-1][0] == "prune"
    assert {"plan", "used"} <= set(names(service))


def test_a_prune_reads_one_moment(service):
    for until, message in (
        (["x"], 'failed to parse value as time or duration: "x"'),
        (["1h", "2h"], "more than one until filter specified"),
    ):
        wanted = quote(json.dumps({"until": until}))
        refused = post(service, f"/v1.33/networks/prune?filters={wanted}")
        assert (refused.status, refused.message) == (400, message)


def test_a_network_that_is_none_is_not_found(service):
    assert find_network(service.world, "") is None
    assert ask(service, "/v1.33/networks/no", "DELETE").message == "network no not found"


@pytest.fixture
def swarm(service):
    """A service whose daemon manages a swarm."""
    asked = {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}
    assert post(service, "/v1.33/swarm/init", asked).status == 200
    service.world.events.clear()
    return service


def overlay(service, **body):
    return make(service, Driver="overlay", **body)


def test_a_network_of_the_swarm_has_subnets_of_its_own_and_null_where_nothing_is(swarm):
    identity = overlay(swarm).json["Id"]
    assert len(identity) == 25
    told_of = ask(swarm, f"/v1.33/networks/{identity}").json
    wanted = ("Scope", "Driver", "IPAM", "Containers", "Labels")
    assert {name: told_of[name] for name in wanted} == {
        "Scope": "swarm",
        "Driver": "overlay",
        "IPAM": {
            "Driver": "default",
            "Options": None,
            "Config": [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}],
        },
        "Containers": None,
        "Labels": None,
    }
    assert told_of["Options"] == {"com.docker.network.driver.overlay.vxlanid_list": "4097"}
    assert [(each.action, each.scope, each.attributes) for each in swarm.world.events] == [
        ("create", "swarm", {"name": "net"}),
        ("update", "swarm", {"name": "net"}),
    ]
    assert names(swarm, scope=["swarm"]) == ["ingress", "net"]


@pytest.mark.parametrize(
    ("difference", "status", "message"),
    [
        ({"Name": "ingress"}, 409, "network with name ingress already exists"),
        ({"Name": "bridge"}, 409, "network with name bridge already exists"),
        ({"Name": "a b"}, 400, "rpc error: code = InvalidArgument desc = name must be valid as"),
        ({"Name": "x" * 64}, 400, "rpc error: code = InvalidArgument desc = name must be 63"),
        ({"Scope": "local"}, 403, "cannot downgrade network scope for overlay networks"),
        ({"Ingress": True}, 409, "rpc error: code = AlreadyExists desc = ingress network ("),
        ({"Ingress": True, "Attachable": True}, 400, "rpc error: code = InvalidArgument"),
    ],
)
def test_what_cannot_be_a_network_of_the_swarm_is_refused(swarm, difference, status, message):
    refused = overlay(swarm, **difference)
    assert refused.status == status
    assert refused.message.startswith(message)
    assert names(swarm, scope=["swarm"]) == ["ingress"]


def test_only_attachable_networks_of_the_swarm_take_containers(swarm):
    overlay(swarm, Name="closed")
    overlay(swarm, Name="open", Attachable=True)
    container = run(swarm, network="bridge")
    refused = post(swarm, "/v1.33/networks/closed/connect", {"Container": "one"}, JSON)
    assert refused.status == 403
    assert refused.message.endswith("network closed not manually attachable")
    assert post(swarm, "/v1.33/networks/open/connect", {"Container": "one"}, JSON).status == 200
    place = ask(swarm, "/v1.33/containers/one/json").json["NetworkSettings"]["Networks"]["open"]
    assert (place["IPAddress"], place["Gateway"]) == ("10.0.2.2", "")
    assert place["IPAMConfig"] == {"IPv4Address": "10.0.2.2"}
    identity = ask(swarm, "/v1.33/networks/open").json["Id"]
    used = ask(swarm, "/v1.33/networks/open", "DELETE")
    assert used.status == 400
    assert used.message.startswith("rpc error: code = FailedPrecondition desc = ")
    assert used.message.endswith(f"network {identity} is in use by task {container}")
    post(swarm, "/v1.33/containers/one/kill")
    assert ask(swarm, "/v1.33/networks/open", "DELETE").status == 204
    assert [(each.action, each.scope) for each in swarm.world.events][-1] == ("remove", "swarm")


def test_what_a_swarm_brings_along_is_not_pruned(swarm):
    overlay(swarm)
    pruned = post(swarm, "/v1.33/networks/prune")
    assert pruned.json == {"NetworksDeleted": ["net"]}
    assert names(swarm, type=["custom"]) == ["docker_gwbridge", "ingress"]
    gateway = ask(swarm, "/v1.33/networks/docker_gwbridge").json
    assert gateway["Containers"]["ingress-sbox"]["IPv4Address"] == "172.18.0.2/16"
