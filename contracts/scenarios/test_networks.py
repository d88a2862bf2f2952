"""Networks, from their making to their removal, and who is on them."""

from contracts.scenarios.making import JSON, TEXT, created, own, started, stopped
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED

# Addresses that are kept for examples, so that no machine is there.
_SUBNET, _RANGE, _GATEWAY = "192.0.2.0/24", "192.0.2.128/25", "192.0.2.1"
_PRINTER, _CONTAINER = "192.0.2.2", "192.0.2.200"


def _made(engine: Stage, what: str, **settings: Json) -> str:
    """Ask for a network that bears the scenario's labels; return its name."""
    name = engine.name(what)
    body: dict[str, Json] = {"Name": name, "Labels": engine.labels, "Driver": "bridge"}
    engine.call("NetworkCreate", {**body, **settings})
    return name


def _addressed() -> Json:
    pool: Json = {
        "Subnet": _SUBNET,
        "IPRange": _RANGE,
        "Gateway": _GATEWAY,
        "AuxiliaryAddresses": {"printer": _PRINTER},
    }
    return {"Driver": "default", "Config": [pool], "Options": {}}


def test_a_network_is_made(engine: Stage) -> None:
    """A network is told with its addresses and options, and removed once."""
    name = _made(
        engine,
        "rich",
        CheckDuplicate=True,
        Internal=True,
        Attachable=True,
        Scope="local",
        Ingress=False,
        EnableIPv6=False,
        IPAM=_addressed(),
        Options={"com.docker.network.bridge.enable_icc": "true"},
        Labels={**engine.labels, "colour": "blue"},
    )
    engine.call("NetworkInspect", at=name)
    engine.call("NetworkInspect", at=name, verbose=True, scope="local")
    engine.call("NetworkInspect", at=name, scope="swarm")
    engine.call("NetworkInspect", at=name, verbose="perhaps")
    _made(engine, "rich", CheckDuplicate=True)
    _made(engine, "overlapping", IPAM={"Config": [{"Subnet": _SUBNET}]})
    engine.call("NetworkDelete", at=name)
    engine.call("NetworkDelete", at=name)


def test_a_network_is_configured_by_another(engine: Stage) -> None:
    """A network that only holds settings gives them to others."""
    settings = _made(engine, "settings", ConfigOnly=True, IPAM=_addressed())
    engine.call("NetworkInspect", at=settings)
    name = _made(engine, "taker", ConfigFrom={"Network": settings})
    engine.call("NetworkInspect", at=name)
    engine.call("NetworkDelete", at=settings)
    engine.call("NetworkDelete", at=name)
    engine.call("NetworkDelete", at=settings)


def test_networks_are_listed(engine: Stage) -> None:
    """Lists tell the networks that filters admit, and not who is on them."""
    labels: Json = {**engine.labels, "colour": "blue"}
    one = _made(engine, "one", Internal=True, IPAM=_addressed(), Labels=labels)
    made = engine.call("NetworkInspect", at=one).text("/Id")
    endpoint: Json = {"IPAMConfig": {"IPv4Address": _CONTAINER}, "Aliases": ["contract"]}
    user = started(
        engine,
        "user",
        host={"NetworkMode": one},
        NetworkingConfig={"EndpointsConfig": {one: endpoint}},
    )
    engine.call("ContainerInspect", at=user)
    admitted: tuple[dict[str, Json], ...] = (
        {},
        {"name": [one]},
        {"id": [made]},
        {"driver": ["bridge"]},
        {"driver": ["nothing"]},
        {"type": ["custom"]},
        {"type": ["builtin"]},
        {"type": ["strange"]},
        {"scope": ["local"]},
        {"dangling": ["true"]},
        {"dangling": ["perhaps"]},
        {"colour": ["blue"]},
    )
    for filters in admitted:
        engine.call("NetworkList", filters=own(engine, **filters))
    engine.call("NetworkList", filters={"label": ["colour=blue"], "name": [one]})
    engine.call("NetworkList", filters={"name": ["bridge"], "type": ["builtin"]})
    engine.call("NetworkList", filters="{")  # no JSON
    engine.call("NetworkInspect", at=one)
    engine.call("NetworkDelete", at=one)
    engine.call("ContainerKill", at=user)


def test_a_container_joins_networks(engine: Stage) -> None:
    """A running container comes onto a network, with an address and names, and leaves it."""
    home = _made(engine, "home", Internal=True)
    away = _made(engine, "away", Internal=True, IPAM=_addressed())
    name = started(engine, "traveller", host={"NetworkMode": home})
    peer = created(engine, "peer", host={"NetworkMode": home})
    endpoint: dict[str, Json] = {
        "IPAMConfig": {"IPv4Address": _CONTAINER, "IPv6Address": "", "LinkLocalIPs": []},
        "Aliases": ["contract"],
        "Links": [f"{peer}:friend"],
        "DriverOpts": {},
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": "",
    }
    engine.call("NetworkConnect", {"Container": name, "EndpointConfig": endpoint}, at=away)
    engine.call("ContainerInspect", at=name)
    engine.call("NetworkInspect", at=away)
    engine.call("ContainerList", filters=own(engine, network=[away]))
    engine.call("NetworkConnect", {"Container": name}, at=away)
    engine.call("NetworkDelete", at=away)
    engine.call("NetworkDisconnect", {"Container": name}, at=away)
    engine.call("NetworkDisconnect", {"Container": name}, at=away)
    engine.call("NetworkDisconnect", {"Container": name, "Force": True}, at=home)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("NetworkConnect", {"Container": name}, at=away)
    engine.call("NetworkInspect", at=away)
    engine.call("NetworkDelete", at=away)


def test_a_container_is_made_on_a_network(engine: Stage) -> None:
    """A container is made with an address and names of its own; not all networks give them."""
    network = _made(engine, "network", Internal=True, IPAM=_addressed())
    endpoint: Json = {
        "IPAMConfig": {"IPv4Address": _CONTAINER, "IPv6Address": "", "LinkLocalIPs": []},
        "Aliases": ["contract"],
        "Links": [],
        "DriverOpts": {},
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": "",
    }
    one: Json = {"EndpointsConfig": {network: endpoint}}
    name = created(engine, "one", host={"NetworkMode": network}, NetworkingConfig=one)
    engine.call("ContainerInspect", at=name)
    engine.call("NetworkInspect", at=network)
    address: Json = {"EndpointsConfig": {"bridge": {"IPAMConfig": {"IPv4Address": _CONTAINER}}}}
    name = created(engine, "address", host={"NetworkMode": "bridge"}, NetworkingConfig=address)
    engine.call("ContainerStart", at=name)


def test_a_network_is_refused(engine: Stage) -> None:
    """Networks that are there already, that nobody may touch, or that are none are refused."""
    refused: tuple[Json, ...] = (
        {"Config": [{"Subnet": "nowhere"}]},
        {"Config": [{"Subnet": _SUBNET, "Gateway": "198.51.100.1"}]},
        {"Config": [{"Gateway": _GATEWAY}]},
        {"Config": [{"Subnet": _SUBNET}, {"Subnet": _SUBNET}]},
    )
    for number, addresses in enumerate(refused):
        _made(engine, f"refused-{number}", IPAM=addresses, Internal=True)
    _made(engine, "options", Options={"com.docker.network.bridge.enable_icc": "perhaps"})
    _made(engine, "overlay", Driver="overlay")
    _made(engine, "ingress", Ingress=True)
    engine.call("NetworkCreate", {"Name": "bridge", "CheckDuplicate": True})
    engine.call("NetworkCreate", {"Name": "", "Labels": engine.labels})
    engine.call("NetworkCreate", b"{", media_type=JSON)
    engine.call("NetworkCreate", {"Name": engine.name("text")}, media_type=TEXT)
    engine.call("NetworkDelete", at="bridge")
    engine.call("NetworkInspect", at="none")


def test_an_unknown_network_is_told(engine: Stage) -> None:
    """Whatever is asked of a network or for a container that is not there, the answer says so."""
    network = _made(engine, "known", Internal=True)
    name = created(engine, "known")
    engine.call("NetworkInspect", at=UNKNOWN)
    engine.call("NetworkDelete", at=UNKNOWN)
    engine.call("NetworkConnect", {"Container": name}, at=UNKNOWN)
    engine.call("NetworkConnect", {"Container": UNKNOWN}, at=network)
    engine.call("NetworkConnect", {"Container": name}, at=network)
    engine.call("NetworkConnect", {"Container": name}, at="host")
    engine.call("NetworkDisconnect", {"Container": name}, at=UNKNOWN)
    engine.call("NetworkDisconnect", {"Container": UNKNOWN}, at=network)
    engine.call("NetworkDisconnect", {"Container": UNKNOWN, "Force": True}, at=network)
    engine.call("NetworkConnect", b"{", media_type=JSON, at=network)
    engine.call("NetworkDisconnect", {"Container": name}, media_type=TEXT, at=network)
    engine.call("NetworkDelete", at=network)
