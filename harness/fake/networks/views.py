"""Networks, and the places of containers on them, as the API shows them."""

import hashlib

from harness.fake.clock import timestamp
from harness.fake.networks.addresses import mac_of, pools_of
from harness.fake.networks.connections import DEFAULT, on_network
from harness.fake.values import Container, Endpoint, Network
from harness.fake.world import World
from harness.model.spec import Json

_NAMESPACES = "/var/run/docker/netns"
_SHORT = 12
_GATEWAY = "docker_gwbridge"


def shown(world: World, network: Network, *, containers: bool) -> dict[str, Json]:
    """Return a network as its inspection shows it; in the list, it has no containers."""
    # The swarm's own object says null where a daemon says {}.
    nothing: Json = None if network.scope == "swarm" else {}
    found = _containers(world, network) if containers else {}
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": timestamp(network.created),
        "Scope": network.scope,
        "Driver": network.driver,
        "EnableIPv6": network.ipv6,
        "IPAM": dict(network.ipam),
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": network.ingress,
        "ConfigFrom": {"Network": network.config_from},
        "ConfigOnly": network.config_only,
        "Containers": found or nothing,
        "Options": dict(network.options) or nothing,
        "Labels": dict(network.labels) or nothing,
    }


def network_settings(world: World, container: Container) -> dict[str, Json]:
    """Return NetworkSettings as the inspection of a container shows it, but for its ports."""
    del world
    default = container.networks.get(DEFAULT, Endpoint(network=""))
    sandbox = _sandbox(container)
    host = container.host.text("NetworkMode") == "host"
    key = f"{_NAMESPACES}/{'default' if host else sandbox[:_SHORT]}"
    return {
        "Bridge": "",
        "SandboxID": sandbox,
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": {},
        "SandboxKey": key if sandbox else "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": default.id,
        **_addresses(default),
        "Networks": {name: _inspected(each) for name, each in container.networks.items()},
    }


def listed_networks(container: Container) -> dict[str, Json]:
    """Return NetworkSettings as the list of containers shows it."""
    return {"Networks": {name: _listed(each) for name, each in container.networks.items()}}


def _containers(world: World, network: Network) -> dict[str, Json]:
    return _way_in(world, network) | {
        container.id: {
            "Name": container.name,
            "EndpointID": endpoint.id,
            "MacAddress": endpoint.mac,
            "IPv4Address": _within(endpoint.address, endpoint.prefix),
            "IPv6Address": _within(endpoint.address6, endpoint.prefix6),
        }
        for container, endpoint in on_network(world, network)
    }


def _way_in(world: World, network: Network) -> dict[str, Json]:
    """Return what leads from the machine to the published ports of a swarm, as if a container."""
    if world.swarm is None or not (network.ingress or network.name == _GATEWAY):
        return {}
    name = "ingress-endpoint" if network.ingress else "gateway_ingress-sbox"
    pool = pools_of(network)[0]
    address = next(each for each in pool.usable() if each != pool.gateway)
    return {
        "ingress-sbox": {
            "Name": name,
            "EndpointID": hashlib.sha256(f"{network.id}/{name}".encode()).hexdigest(),
            "MacAddress": mac_of(address),
            "IPv4Address": _within(address, pool.subnet.prefixlen),
            "IPv6Address": "",
        }
    }


def _within(address: str, prefix: int) -> str:
    return f"{address}/{prefix}" if address else ""


def _addresses(endpoint: Endpoint) -> dict[str, Json]:
    return {
        "Gateway": endpoint.gateway,
        "GlobalIPv6Address": endpoint.address6,
        "GlobalIPv6PrefixLen": endpoint.prefix6,
        "IPAddress": endpoint.address,
        "IPPrefixLen": endpoint.prefix,
        "IPv6Gateway": endpoint.gateway6,
        "MacAddress": endpoint.mac,
    }


def _inspected(endpoint: Endpoint) -> dict[str, Json]:
    asked = endpoint.settings
    return {
        "IPAMConfig": asked.raw("IPAMConfig"),
        "Links": asked.raw("Links"),
        "Aliases": list(endpoint.aliases) or None,
        "NetworkID": endpoint.network,
        "EndpointID": endpoint.id,
        **_addresses(endpoint),
        "DriverOpts": asked.raw("DriverOpts"),
    }


def _listed(endpoint: Endpoint) -> dict[str, Json]:
    asked = endpoint.settings.fields("IPAMConfig")
    addresses: dict[str, Json] = {
        name: asked.text(name) for name in ("IPv4Address", "IPv6Address") if asked.text(name)
    }
    return {
        "IPAMConfig": addresses if "IPAMConfig" in endpoint.settings else None,
        "Links": None,
        "Aliases": None,
        "NetworkID": endpoint.network,
        "EndpointID": endpoint.id,
        **_addresses(endpoint),
        "DriverOpts": None,
    }


def _sandbox(container: Container) -> str:
    """Return the id of a container's namespace, which it keeps until it starts again."""
    shared = container.host.text("NetworkMode").startswith("container:")
    if not container.state.started or shared or container.config.flag("NetworkDisabled"):
        return ""
    text = f"{container.id}/{container.state.started}"
    return hashlib.sha256(text.encode()).hexdigest()
