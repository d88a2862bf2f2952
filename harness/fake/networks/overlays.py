"""Networks of a swarm: made and removed for all its managers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from harness.fake.networks.addresses import (
    free_swarm_subnet,
    overlapping,
    pool_of,
    with_addresses,
)
from harness.fake.networks.connections import on_network, subnets_taken
from harness.fake.requests.answer import RefusedError, bad_request, conflict
from harness.fake.requests.fields import Fields
from harness.fake.swarm.state import user_of
from harness.fake.swarm.store import next_index
from harness.fake.values import Network
from harness.fake.world import World
from harness.model.spec import Json

_COMPONENT = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*", re.ASCII)
_LONGEST_COMPONENT = 63
_FIRST_VXLAN = 4096
_VXLAN = "com.docker.network.driver.overlay.vxlanid_list"
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)


def make(world: World, asked: Fields) -> Network:
    """Make the network of the swarm that a body asks for, and tell all its managers."""
    network = _made(world, asked)
    if world.swarm is not None:
        cluster = world.swarm.cluster
        cluster.network_indexes[network.id] = next_index(cluster)
    _know(world, network)
    for other in _other_managers(world):
        world.neighbours.post(other.address, partial(_know, other, network))
    for action in ("create", "update"):
        world.emit("network", action, network.id, {"name": network.name}, scope="swarm")
    return network


def remove(world: World, network: Network) -> None:
    """Remove a network from the swarm; refuse with 400 one that something uses."""
    using = [
        *(f"service {each}" for each in [user_of(world, network.id)] if each),
        *(f"task {each}" for each in tasks_on(world, network)),
        *(f"task {each.id}" for each, _ in on_network(world, network)),
    ]
    if using:
        raise bad_request(
            f"rpc error: code = FailedPrecondition desc = network {network.id} is in use by "
            f"{using[0]}"
        )
    _forget(world, network)
    for other in _other_managers(world):
        world.neighbours.post(other.address, partial(_forget, other, network))
    world.emit("network", "remove", network.id, {"name": network.name}, scope="swarm")


def tasks_on(world: World, network: Network) -> list[str]:
    """Return the ids of the tasks of the swarm that have an address on a network."""
    if world.swarm is None or network.ingress:
        return []
    tasks = world.swarm.cluster.tasks.values()
    return [each.id for each in tasks if network.id in each.attached and not each.state.ended]


def _made(world: World, asked: Fields) -> Network:
    """Return a network of the swarm, not yet kept."""
    scope = asked.text("Scope")
    if world.swarm is None and scope == "swarm" and asked.text("Driver") != "overlay":
        raise RefusedError(403, "cannot create a swarm scoped network when swarm is not active")
    if world.swarm is None or not world.swarm.is_manager or scope not in {"", "swarm"}:
        raise RefusedError(403, _NO_MANAGER)
    name, ingress = asked.text("Name"), asked.flag("Ingress")
    _check_component(name)
    if ingress and asked.flag("Attachable"):
        raise _invalid("ingress network cannot be attachable")
    present = next((each for each in world.networks.values() if each.ingress), None)
    if ingress and present:
        raise conflict(
            f"rpc error: code = AlreadyExists desc = ingress network ({present.id}) is already "
            "present"
        )
    driver = asked.text("Driver") or "bridge"
    network = Network(
        id=world.ids.swarm(),
        name=name,
        created=world.now(),
        driver=driver,
        scope="swarm",
        internal=asked.flag("Internal"),
        attachable=asked.flag("Attachable"),
        ingress=ingress,
        ipv6=asked.flag("EnableIPv6"),
        labels=asked.pairs("Labels"),
        config_from=asked.fields("ConfigFrom").text("Network"),
        ipam={"Driver": "", "Options": None, "Config": []},
    )
    return _carried(world, asked, network) if driver == "overlay" else network


def _carried(world: World, asked: Fields, network: Network) -> Network:
    """Return an overlay network with its subnets and the number that its packets have."""
    taken = list(subnets_taken(each for each in world.networks.values() if each.scope == "swarm"))
    rows: list[Json] = []
    for row in asked.fields("IPAM").each("Config"):
        pool = pool_of(row)
        if overlapping(pool.subnet, taken):
            raise RefusedError(403, "Pool overlaps with other one on this address space")
        rows.append({**row.values, "Gateway": pool.gateway})
    if not rows:
        subnet = free_swarm_subnet(taken)
        rows = [{"Subnet": str(subnet), "Gateway": str(subnet[1])}]
    given = {each.options.get(_VXLAN) for each in world.networks.values()}
    number = next(each for each in range(_FIRST_VXLAN, 2**24) if str(each) not in given)
    carried = replace(
        network,
        ipam={"Driver": "default", "Options": None, "Config": rows},
        options={_VXLAN: str(number), **asked.pairs("Options")},
    )
    return with_addresses(carried)


def _other_managers(world: World) -> Iterator[World]:
    """Yield the worlds of the others that manage the swarm."""
    nodes = world.swarm.cluster.nodes.values() if world.swarm else ()
    for node in nodes:
        other = world.neighbours.worlds.get(node.world)
        if node.is_manager and other is not None and other is not world:
            yield other


def _know(world: World, network: Network) -> None:
    world.networks[network.id] = network
    world.tell()


def _forget(world: World, network: Network) -> None:
    world.networks.pop(network.id, None)
    world.tell()


def _check_component(name: str) -> None:
    if not _COMPONENT.fullmatch(name):
        raise _invalid("name must be valid as a DNS name component")
    if len(name) > _LONGEST_COMPONENT:
        raise _invalid(f"name must be {_LONGEST_COMPONENT} characters or fewer")


def _invalid(message: str) -> RefusedError:
    return bad_request(f"rpc error: code = InvalidArgument desc = {message}")
