"""The networks that containers are on: which, at what addresses, and what dockerd refuses there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.fake.networks.addresses import (
    Pool,
    Subnet,
    exhausted,
    free_subnet,
    is_ipv4,
    is_ipv6,
    mac_of,
    plain,
    pools_of,
)
from harness.fake.requests.answer import RefusedError, bad_request, not_found
from harness.fake.requests.fields import Fields
from harness.fake.swarm.values import Cluster
from harness.fake.values import Container, Endpoint, Network
from harness.fake.world import World

DEFAULT = "bridge"
PREDEFINED = frozenset({"bridge", "host", "none", "default"})
# The drivers that give no address, since there is nothing between the container and the host.
_UNADDRESSED = frozenset({"host", "null"})
_SHORT = 12
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}", re.ASCII)
_OPTIONS_OF_BRIDGE = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",  # noqa: S104 - nothing listens
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}


def furnish_networks(world: World) -> None:
    """Put the networks there that a daemon has from the start."""
    subnet = free_subnet(subnets_taken(world.networks.values()))
    for name, driver in (("none", "null"), ("host", "host"), (DEFAULT, "bridge")):
        bridged = name == DEFAULT
        network = Network(
            id=world.ids.digest(),
            name=name,
            created=world.now(),
            driver=driver,
            subnet=str(subnet) if bridged else "",
            gateway=str(subnet[1]) if bridged else "",
            ipam={
                "Driver": "default",
                "Options": None,
                "Config": [{"Subnet": str(subnet)}] if bridged else [],
            },
            options=_OPTIONS_OF_BRIDGE if bridged else {},
            predefined=True,
            allotted=True,
        )
        world.networks[network.id] = network


def subnets_taken(networks: Iterable[Network]) -> Iterator[Subnet]:
    """Yield the subnets that networks have; those that are only a configuration have none."""
    for network in networks:
        if not network.config_only:
            yield from (pool.subnet for pool in pools_of(network))


def find_network(world: World, name: str) -> Network | None:
    """Return the network of an id, of a name, or of an id that begins so; None without one.

    Refuses with 400 what several are called.
    """
    if name in world.networks:
        return world.networks[name]
    every = list(world.networks.values())
    for kind, found in (
        ("name", [each for each in every if each.name == name]),
        ("ID prefix", [each for each in every if name and each.id.startswith(name)]),
    ):
        if len(found) > 1:
            raise bad_request(f"network {name} is ambiguous ({len(found)} matches found on {kind})")
        if found:
            return found[0]
    return None


def network_of(world: World, name: str) -> Network:
    """Return the network that a text names; refuse with 404 what names none."""
    found = find_network(world, name)
    if found is None:
        raise not_found(f"network {name} not found")
    return found


def is_user_defined(name: str) -> bool:
    """Tell whether a network mode, or a network's name, is none of those always there."""
    return name not in PREDEFINED and not name.startswith("container:")


def on_network(world: World, network: Network) -> Iterator[tuple[Container, Endpoint]]:
    """Yield the containers that are on a network just now, with their places."""
    for container in world.containers.values():
        for endpoint in container.networks.values():
            if endpoint.network == network.id and endpoint.id:
                yield container, endpoint


def told(world: World, action: str, network: Network, container: str = "") -> None:
    """Tell of what happened to a network of this daemon, and to which container."""
    attributes = {"name": network.name, "type": network.driver}
    if container:
        attributes = {"container": container, **attributes}
    world.emit("network", action, network.id, attributes)


def endpoints_at_create(world: World, host: Fields, networking: Fields) -> dict[str, Endpoint]:
    """Return the networks that a new container will be on; it has no addresses yet."""
    mode = host.text("NetworkMode") or "default"
    wanted = networking.fields("EndpointsConfig")
    _check_wanted(wanted)
    if mode.startswith("container:"):
        return {}
    primary = _primary(world, mode)
    names = sorted(wanted.names()) or [primary]
    also = {mode} | {each.id for each in world.networks.values() if each.name == primary}
    return {primary if name in also else name: _unplaced(wanted.fields(name)) for name in names}


def endpoints_at_start(world: World, container: Container) -> dict[str, Endpoint]:
    """Connect a container that starts to its networks, and return its places on them."""
    mode = container.host.text("NetworkMode") or "default"
    if mode.startswith("container:") or container.config.flag("NetworkDisabled"):
        return dict(container.networks)
    known = container.networks or {_primary(world, mode): _unplaced(Fields())}
    placed = {name: _cleared(endpoint) for name, endpoint in known.items()}
    done: list[Network] = []
    try:
        for name in sorted(known, key=lambda name: name != DEFAULT):
            network = network_of(world, name)
            placed[name] = _placed(world, container, network, placed[name])
            done.append(network)
    except RefusedError:
        for network in done:
            told(world, "disconnect", network, container.id)
        raise
    return placed


def endpoints_at_end(world: World, container: Container) -> dict[str, Endpoint]:
    """Give back the addresses of a container that has ended, and return what it keeps."""
    left = {name: _cleared(endpoint) for name, endpoint in container.networks.items()}
    if container.id in world.containers:
        world.change(world.containers[container.id], networks=left)
    for endpoint in container.networks.values():
        network = world.networks.get(endpoint.network)
        if network is not None and endpoint.id:
            told(world, "disconnect", network, container.id)
    return left


def connect(world: World, container: Container, name: str, settings: Fields) -> None:
    """Put a container on one more network, at once where it runs, else from its next start on."""
    running = container.state.running
    if running and container.host.text("NetworkMode").startswith("container:"):
        raise _shared()
    network = network_of(world, (running and settings.text("NetworkID")) or name)
    endpoint = _unplaced(settings)
    if network.name in container.networks and not running:
        return
    _check_company(world, container, network)
    if running:
        endpoint = _placed(world, container, network, endpoint)
    else:
        endpoint = _named(container, network, endpoint)
    networks = {**container.networks, network.name: endpoint}
    world.change(world.containers[container.id], networks=networks)


def disconnect(world: World, container: Container, network: Network) -> None:
    """Take a container off a network."""
    if container.state.running:
        on_host = container.host.text("NetworkMode") == "host"
        if on_host and network.driver == "host":
            raise _with_host()
    if network.name not in container.networks:
        the = "" if container.state.running else "the "
        raise not_found(f"container {container.id} is not connected to {the}network {network.name}")
    left = {name: each for name, each in container.networks.items() if name != network.name}
    world.change(container, networks=left)
    told(world, "disconnect", network, container.id)
    if container.state.running:
        # dockerd tells it twice.
        told(world, "disconnect", network, container.id)


def _primary(world: World, mode: str) -> str:
    """Return the name of the network that a mode means, which may give its id."""
    if mode == "default":
        return DEFAULT
    try:
        network = find_network(world, mode) if is_user_defined(mode) else None
    except RefusedError:
        return mode
    return network.name if network else mode


def _unplaced(settings: Fields) -> Endpoint:
    return Endpoint(
        network="",
        mac=settings.text("MacAddress"),
        aliases=tuple(settings.texts("Aliases")),
        settings=settings,
    )


def _cleared(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint without what it has only while its container runs."""
    return Endpoint(network=endpoint.network, aliases=endpoint.aliases, settings=endpoint.settings)


def _placed(world: World, container: Container, network: Network, endpoint: Endpoint) -> Endpoint:
    """Return a place on a network with all that a running container has there, and tell of it."""
    if network.scope == "swarm" and not network.attachable and not _of_task(container):
        raise RefusedError(
            403,
            f"Could not attach to network {network.name}: rpc error: code = PermissionDenied "
            f"desc = network {network.name} not manually attachable",
        )
    named = _named(container, network, endpoint)
    if network.config_only:
        raise RefusedError(403, "cannot create endpoint on configuration-only network")
    there = on_network(world, network)
    if any(each.id == container.id for each, _ in there):
        raise RefusedError(
            403, f"endpoint with name {container.name} already exists in network {network.name}"
        )
    placed = replace(named, network=network.id, id=world.ids.digest())
    if network.driver not in _UNADDRESSED:
        placed = _addressed(world, container, network, placed)
    told(world, "connect", network, container.id)
    return placed


def _addressed(
    world: World, container: Container, network: Network, endpoint: Endpoint
) -> Endpoint:
    pools = pools_of(network)
    asked = endpoint.settings.fields("IPAMConfig")
    given = _of_task(container) and asked.text("IPv4Address")
    if network.scope == "swarm" and world.swarm is not None and not given:
        asked = Fields({"IPv4Address": _of_swarm(world, world.swarm.cluster, network)})
        shown = Fields(endpoint.settings.copy(IPAMConfig=dict(asked.values)))
        endpoint = replace(endpoint, settings=shown)
    taken = {each.address for _, each in on_network(world, network)}
    taken |= {each.address6 for _, each in on_network(world, network)}
    fours = [pool for pool in pools if pool.subnet.version == 4]  # noqa: PLR2004 - as it says
    sixes = [pool for pool in pools if pool.subnet.version == 6]  # noqa: PLR2004 - as it says
    if fours:
        address, pool = _taken_from(network, fours, asked.text("IPv4Address"), taken)
        endpoint = replace(
            endpoint,
            address=address,
            prefix=pool.subnet.prefixlen,
            gateway="" if network.scope == "swarm" else pool.gateway,
            mac=_asked_mac(world, container, network) or mac_of(address),
        )
    if sixes and network.ipv6:
        address, pool = _taken_from(network, sixes, asked.text("IPv6Address"), taken)
        endpoint = replace(
            endpoint, address6=address, prefix6=pool.subnet.prefixlen, gateway6=pool.gateway
        )
    return endpoint


def _of_swarm(world: World, cluster: Cluster, network: Network) -> str:
    """Return an address that the swarm gives, which keeps count of those of all its nodes."""
    # It finds networks here.
    from harness.fake.swarm.networks import address_on  # noqa: PLC0415

    return address_on(world, cluster, network.id).partition("/")[0]


def _taken_from(
    network: Network, pools: list[Pool], asked: str, taken: set[str]
) -> tuple[str, Pool]:
    """Return the address that a container gets, and what it is of."""
    if not asked:
        for pool in pools:
            free = pool.free(taken)
            if free is not None:
                return free, pool
        raise exhausted(network, pools[0].subnet.version)
    version = pools[0].subnet.version
    right = is_ipv4(asked) if version == 4 else is_ipv6(asked)  # noqa: PLR2004 - as it says
    if not right:
        raise bad_request(f"Invalid IPv{version} address: {asked})")
    address = plain(asked)
    for pool in pools:
        if pool.holds(address):
            if not pool.has_free(address, taken):
                raise RefusedError(403, "Address already in use")
            return address, pool
    raise bad_request(
        f"Invalid address {asked}: It does not belong to any of this network's subnets"
    )


def _asked_mac(world: World, container: Container, network: Network) -> str:
    """Return the hardware address that a container asks for on its first network."""
    asked = container.config.text("MacAddress")
    mode = container.host.text("NetworkMode") or "default"
    if not asked or network.name != _primary(world, mode):
        return ""
    if not _MAC.fullmatch(asked):
        raise bad_request(f"address {asked}: invalid MAC address")
    return asked.replace("-", ":").lower()


def _named(container: Container, network: Network, endpoint: Endpoint) -> Endpoint:
    """Return a place with the names that a container has there; refuse what cannot be there."""
    asked = endpoint.settings.fields("IPAMConfig")
    addressed = {4: asked.text("IPv4Address"), 6: asked.text("IPv6Address")}
    if not is_user_defined(network.name):
        if any(addressed.values()):
            raise bad_request(
                "user specified IP address is supported on user defined networks only"
            )
        if endpoint.aliases:
            raise bad_request(
                "network-scoped alias is supported only for containers in user defined networks"
            )
        return endpoint
    versions = {pool.subnet.version for pool in pools_of(network)}
    if network.allotted:
        versions.discard(4)
    wrong = any(address and version not in versions for version, address in addressed.items())
    if wrong and not _of_task(container):
        raise bad_request(
            "user specified IP address is supported only when connecting to networks with user "
            "configured subnets"
        )
    names = [container.id[:_SHORT], container.config.text("Hostname")]
    added = [name for name in names if name and name not in endpoint.aliases]
    return replace(endpoint, aliases=tuple(dict.fromkeys((*endpoint.aliases, *added))))


def _of_task(container: Container) -> bool:
    """Tell whether the swarm made a container, for whom its networks are open."""
    return "com.docker.swarm.task.id" in container.labels


def _check_wanted(wanted: Fields) -> None:
    """Refuse with 400 settings of networks that a container cannot be created with."""
    names = sorted(wanted.names())
    if len(names) > 1:
        raise bad_request(f"Container cannot be connected to network endpoints: {', '.join(names)}")
    for name in names:
        if name not in wanted:
            raise bad_request(f"no EndpointSettings for {name}")
        asked = wanted.fields(name).fields("IPAMConfig")
        for kind, right in (("IPv4", is_ipv4), ("IPv6", is_ipv6)):
            address = asked.text(f"{kind}Address")
            if address and not right(address):
                raise bad_request(f"invalid {kind} address: {address}")


def _check_company(world: World, container: Container, network: Network) -> None:
    """Refuse with 400 a network beside those that a container is on already."""
    if container.host.text("NetworkMode") != "host" and network.driver == "host":
        raise _with_host()
    for name in container.networks:
        other = find_network(world, name)
        if other is None or other.id == network.id:
            continue
        if "host" in {other.driver, network.driver}:
            raise _shared()
        if "none" in {other.name, network.name}:
            raise bad_request(
                "container cannot be connected to multiple networks with one of the networks in "
                "private (none) mode"
            )


def _shared() -> RefusedError:
    return bad_request(
        "container sharing network namespace with another container or host cannot be connected "
        "to any other network"
    )


def _with_host() -> RefusedError:
    return bad_request(
        "container cannot be disconnected from host network or connected to host network"
    )
