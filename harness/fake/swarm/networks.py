"""The networks of a swarm: those that come with it, and the addresses that it gives on them."""

from dataclasses import replace
from http import HTTPStatus
from ipaddress import ip_network

from harness.fake.networks.addresses import free_subnet, free_swarm_subnet, pools_of
from harness.fake.networks.connections import find_network
from harness.fake.requests.answer import RefusedError, bad_request, not_found
from harness.fake.swarm.store import found, next_index
from harness.fake.swarm.values import Cluster
from harness.fake.values import Network
from harness.fake.world import World
from harness.model.spec import Json

GATEWAY = "docker_gwbridge"
INGRESS = "ingress"
LOCAL = frozenset({"bridge", "host"})  # what each node has, so that services may name it
_FIRST = 2  # the number of the first address after that of the gateway


def furnish_gateway(world: World) -> None:
    """Put the network there that leads from the networks of a swarm to the machine's."""
    if find_network(world, GATEWAY) is not None:
        return
    subnet = free_subnet(pool.subnet for each in _networks(world) for pool in pools_of(each))
    gateway = str(subnet.network_address + 1)
    _keep(
        world,
        Network(
            id=world.ids.digest(),
            name=GATEWAY,
            created=world.now(),
            ipam=_ipam(str(subnet), gateway),
            subnet=str(subnet),
            gateway=gateway,
            options={
                "com.docker.network.bridge.enable_icc": "false",
                "com.docker.network.bridge.enable_ip_masquerade": "true",
                "com.docker.network.bridge.name": GATEWAY,
            },
        ),
    )


def furnish_ingress(world: World, cluster: Cluster) -> Network:
    """Put the network there on which services publish their ports."""
    subnet = free_swarm_subnet(pool.subnet for each in _networks(world) for pool in pools_of(each))
    gateway = str(subnet.network_address + 1)
    network = Network(
        id=world.ids.swarm(),
        name=INGRESS,
        created=world.now(),
        driver="overlay",
        scope="swarm",
        ipam=_ipam(str(subnet), gateway),
        subnet=str(subnet),
        gateway=gateway,
        ingress=True,
        options={"com.docker.network.driver.overlay.vxlanid_list": "4096"},
    )
    cluster.network_indexes[network.id] = next_index(cluster)
    cluster.addresses[network.id] = 1  # what leads into it from the machine has one
    for name in sorted(LOCAL):
        cluster.local_networks[name] = world.ids.swarm()
    return _keep(world, network)


def of_swarm(world: World) -> tuple[Network, ...]:
    """Return the networks that a daemon has from its swarm."""
    return tuple(each for each in _networks(world) if each.scope == "swarm")


def drop(world: World) -> tuple[Network, ...]:
    """Forget the networks that a daemon has from its swarm, and return them."""
    dropped = of_swarm(world)
    for network in dropped:
        del world.networks[network.id]
    return dropped


def known_at(world: World, other: World) -> None:
    """Make the networks of a swarm known in the world of another of its nodes."""
    for network in of_swarm(world):
        if network.id not in other.networks:
            other.networks[network.id] = replace(network, created=other.now())


def target_of(world: World, cluster: Cluster, name: str) -> str:
    """Return the id that a swarm knows a network by; refuse what services cannot be on."""
    known = {each.id: each for each in (*of_swarm(world), *predefined(world))}
    try:
        return found("network", known, name, lambda each: each.name).id
    except RefusedError as error:
        network = find_network(world, name) if name else None
        if network is None:
            # dockerd answers 500 to unknown ones, though the name is the client's.
            raise bad_request(error.message) from error
    if network.name in cluster.local_networks:
        return cluster.local_networks[network.name]
    if network.predefined:
        why = f"network {network.name} not found"
        raise not_found(f"could not find the corresponding predefined swarm network: {why}")
    raise RefusedError(
        HTTPStatus.FORBIDDEN,
        f"The network {network.name} cannot be used with services. Only networks scoped to the "
        "swarm can be used, such as those created with the overlay driver.",
    )


def local_name(cluster: Cluster, target: str) -> str:
    """Return bridge or host where a swarm's id of a network means that of each node; else ""."""
    return next((name for name, id_ in cluster.local_networks.items() if id_ == target), "")


def predefined(world: World) -> list[Network]:
    """Return the networks of each node as a swarm shows them to its managers: bridge and host."""
    swarm = world.swarm
    if swarm is None or swarm.locked or not swarm.is_manager:
        return []
    return [
        Network(
            id=identity,
            name=name,
            created=swarm.cluster.created,
            driver=name,
            scope="swarm",
            ipam={"Driver": "", "Options": None, "Config": []},
            labels={"com.docker.swarm.predefined": "true"},
        )
        for name, identity in swarm.cluster.local_networks.items()
    ]


def ingress_of(world: World) -> Network | None:
    """Return the network on which services publish their ports; None where it was removed."""
    return next((each for each in of_swarm(world) if each.ingress), None)


def address_on(world: World, cluster: Cluster, target: str) -> str:
    """Return an address with its prefix on a network of the swarm, never given before."""
    network = world.networks.get(target)
    if network is None or not network.subnet:
        return ""
    given = cluster.addresses.get(target, 0)
    subnet = ip_network(network.subnet)
    room = max(subnet.num_addresses - _FIRST - 1, 1)
    cluster.addresses[target] = given + 1
    number = _FIRST + given % room
    return f"{subnet.network_address + number}/{subnet.prefixlen}"


def _networks(world: World) -> list[Network]:
    return list(world.networks.values())


def _ipam(subnet: str, gateway: str) -> dict[str, Json]:
    return {
        "Driver": "default",
        "Options": None,
        "Config": [{"Subnet": subnet, "Gateway": gateway}],
    }


def _keep(world: World, network: Network) -> Network:
    world.networks[network.id] = network
    world.tell()
    return network
