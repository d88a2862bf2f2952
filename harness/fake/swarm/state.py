"""Swarms begun, joined, left, changed, locked and unlocked."""

import re
from dataclasses import replace
from functools import partial

from harness.fake.requests.answer import RefusedError, bad_request, conflict
from harness.fake.requests.fields import Fields
from harness.fake.swarm import orchestration, task_containers, task_steps
from harness.fake.swarm.addresses import PORT, Whereabouts, whereabouts
from harness.fake.swarm.keys import check_key, check_token, new_digest, new_key, new_token, role_of
from harness.fake.swarm.networks import drop, furnish_gateway, furnish_ingress, of_swarm
from harness.fake.swarm.nodes import hand_over, lose_node, managers, new_node
from harness.fake.swarm.specs import first_spec, locks, next_spec
from harness.fake.swarm.store import (
    WORKER,
    cluster_of,
    expect,
    invalid_argument,
    lockable,
    next_index,
    unavailable,
)
from harness.fake.swarm.turns import wake_now
from harness.fake.swarm.values import Cluster, Swarm
from harness.fake.values import Network
from harness.fake.world import World

_ALREADY = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join '
    "another one."
)
_AS_MANAGER = "You are attempting to leave the swarm on a node that is participating as a manager. "
_LOCKED = (
    "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
)
_LAST = (
    "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this "
    "message. "
)
_ANEW = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with "
    "`--force-new-cluster`. Use `--force` to suppress this message."
)
_AVAILABILITIES = frozenset({"", "active", "pause", "drain"})
_ADDRESS = re.compile(r"[0-9.]+|\[[0-9a-f:]+\]", re.ASCII)
_PATIENCE = 20.0


def init(world: World, asked: Fields) -> str:
    """Begin a swarm and return the id of its first node; refuse where there is one already."""
    if world.swarm is not None:
        if not asked.flag("ForceNewCluster"):
            raise unavailable(_ALREADY)
        if world.swarm.locked:
            raise unavailable(WORKER)
        return _begin_anew(world, world.swarm)
    spec = _first_spec(asked)
    place = whereabouts(world, asked)
    availability = _availability(asked)
    now, identity = world.now(), world.ids.swarm()
    cluster = Cluster(identity, spec, home=world.address, created=now, updated=now)
    cluster.digest = new_digest(world)
    for role in ("worker", "manager"):
        cluster.tokens[role] = new_token(world, cluster.digest)
    if locks(spec):
        cluster.unlock_key = new_key(world)
    furnish_gateway(world)
    ingress = furnish_ingress(world, cluster)
    node = new_node(world, cluster, world, place, "manager", availability)
    world.swarm = Swarm(cluster, node.id, place.listens, place.address)
    cluster.own_index = next_index(cluster)
    world.emit("network", "create", ingress.id, {"name": ingress.name, "type": ingress.driver})
    return node.id


async def join(world: World, asked: Fields) -> None:
    """Join the swarm of another daemon; refuse where that cannot be."""
    if world.swarm is not None:
        raise unavailable(_ALREADY)
    place = whereabouts(world, asked)
    remotes = [each for each in asked.texts("RemoteAddrs") if each]
    if not remotes:
        raise bad_request("at least 1 RemoteAddr is required to join")
    token = asked.text("JoinToken")
    check_token(token)
    availability = _availability(asked)
    other = _manager_at(world, remotes)
    role = role_of(cluster_of(other), token)
    if not role:
        raise invalid_argument("A valid join token is necessary to join this cluster")
    welcome = partial(_welcome, other, world, place, role, availability)
    world.neighbours.post(other.address, welcome)
    await world.until(lambda: world.swarm is not None, _PATIENCE)


def leave(world: World, *, force: bool) -> None:
    """Leave the swarm, with all that it has here; refuse where much would be lost by that."""
    swarm = world.swarm
    if swarm is None:
        raise unavailable("This node is not part of a swarm")
    if not force:
        _check_leaving(swarm)
    world.swarm = None
    for container in task_containers.containers_of(world, swarm.node):
        task_containers.clear(world, container)
    drop(world)
    cluster = swarm.cluster
    if cluster.home == world.address:
        hand_over(world, cluster)
    home = world.neighbours.worlds.get(cluster.home)
    if home is not None:
        world.neighbours.post(home.address, partial(lose_node, home, swarm.node))
        world.neighbours.post(home.address, partial(wake_now, home))
    world.tell()


def update(world: World, asked: Fields, version: int, rotated: frozenset[str]) -> None:
    """Give the swarm other settings, and new words for what is in `rotated`.

    These are the roles, for tokens to join in them, and "key" for the one that unlocks.
    """
    cluster = cluster_of(world)
    spec = next_spec(asked)
    expect(cluster.own_index, version)
    for role in rotated & cluster.tokens.keys():
        cluster.tokens[role] = new_token(world, cluster.digest)
    if not locks(spec):
        cluster.unlock_key = ""
    elif not cluster.unlock_key or "key" in rotated:
        cluster.unlock_key = new_key(world)
    cluster.spec = spec
    cluster.own_index, cluster.updated = next_index(cluster), world.now()
    wake_now(world)


def unlock(world: World, key: str) -> None:
    """Unlock a manager that was started again; refuse a wrong key."""
    swarm = lockable(world)
    if not swarm.locked:
        raise conflict("swarm is not locked")
    check_key(swarm.cluster, key)
    swarm.locked = False
    for network in swarm.put_away:
        world.networks[network.id] = network
    swarm.put_away = ()
    _look_around(world, swarm)


def restarted(world: World) -> None:
    """Do what a node does whose daemon was started again: be locked, or look around.

    Its containers have ended by then.
    """
    swarm = world.swarm
    if swarm is None:
        return
    if swarm.is_manager and locks(swarm.cluster.spec):
        swarm.locked = True
        swarm.put_away = drop(world)
    else:
        _look_around(world, swarm)


def user_of(world: World, network: str) -> str:
    """Return the id of a service that uses a network, so that it must stay; "" where none does."""
    services = list(world.swarm.cluster.services.values()) if world.swarm else []
    for service in services:
        asked = (*service.template.each("Networks"), *service.spec.each("Networks"))
        if any(each.text("Target") == network for each in asked):
            return service.id
    return ""


def _first_spec(asked: Fields) -> Fields:
    """Return the settings of a new swarm; refuse wrong ones as dockerd does, which had begun it."""
    try:
        return first_spec(asked.fields("Spec"))
    except RefusedError as error:
        if "must be named" in error.message:
            raise
        raise bad_request(f"error updating cluster settings: {error.message}") from error


def _look_around(world: World, swarm: Swarm) -> None:
    """See which tasks have ended while nobody looked, and have others put in their places."""
    task_steps.report_loss(world, swarm.cluster, swarm.node)
    swarm.cluster.woken = float("inf")
    wake_now(world)


def _begin_anew(world: World, swarm: Swarm) -> str:
    """Make a swarm of this manager alone out of the one that it was in."""
    cluster = cluster_of(world)
    cluster.nodes = {swarm.node: cluster.nodes[swarm.node]}
    cluster.home = world.address
    cluster.own_index, cluster.updated = next_index(cluster), world.now()
    orchestration.reconcile_all(world, cluster)
    return swarm.node


def _availability(asked: Fields) -> str:
    availability = asked.text("Availability").lower()
    if availability not in _AVAILABILITIES:
        # dockerd answers 500, though the word is the client's.
        raise bad_request(f'invalid Availability: "{asked.text("Availability")}"')
    return availability or "active"


def _check_leaving(swarm: Swarm) -> None:
    if swarm.locked:
        raise unavailable(_LOCKED)
    if not swarm.is_manager:
        return
    every = managers(swarm.cluster)
    reachable = len([node for node in every if node.state == "ready"])
    why = ""
    if reachable - 2 <= len(every) - reachable:
        if len(every) == 1:
            raise unavailable(_AS_MANAGER + _LAST)
        why = (
            f"Removing this node leaves {reachable - 1} managers out of {len(every)}. "
            "Without a Raft quorum your swarm will be inaccessible. "
        )
    raise unavailable(_AS_MANAGER + why + _ANEW)


def _manager_at(world: World, remotes: list[str]) -> World:
    """Return the first manager that is found where a client says that there are some."""
    for remote in remotes:
        address = remote if ":" in remote else f"{remote}:{PORT}"
        other = world.neighbours.find(address)
        swarm = other.swarm if other is not None and other is not world else None
        if other is not None and swarm is not None and _listens(swarm, address):
            return other
    raise unavailable(_unreachable(world, remotes[0]))


def _listens(swarm: Swarm, address: str) -> bool:
    port = address.rpartition(":")[2]
    return swarm.is_manager and not swarm.locked and swarm.listens.rpartition(":")[2] == port


def _unreachable(world: World, remote: str) -> str:
    address = remote if ":" in remote else f"{remote}:{PORT}"
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        why = f"dial tcp: address tcp/{port}: unknown port"
    elif world.neighbours.find(address) is not None or host.startswith("127."):
        why = f"dial tcp {address}: connect: connection refused"
    elif _ADDRESS.fullmatch(host):
        why = f"dial tcp {address}: connect: no route to host"
    else:
        why = f"dial tcp: lookup {host}: no such host"
    transport = f'"transport: Error while dialing {why}"'
    return f"rpc error: code = Unavailable desc = connection error: desc = {transport}"


def _welcome(
    leader: World, joiner: World, place: Whereabouts, role: str, availability: str
) -> None:
    """Take a daemon into the swarm, as one of its managers, and let it know."""
    swarm = leader.swarm
    if swarm is None or swarm.locked:
        return
    node = new_node(leader, swarm.cluster, joiner, place, role, availability)
    part = Swarm(swarm.cluster, node.id, place.listens, place.address)
    enter = partial(_enter, joiner, part, of_swarm(leader))
    leader.neighbours.post(joiner.address, enter)
    orchestration.reconcile_all(leader, swarm.cluster)


def _enter(world: World, part: Swarm, networks: tuple[Network, ...]) -> None:
    """Find oneself in a swarm that one has asked to join."""
    furnish_gateway(world)
    for network in networks:
        world.networks[network.id] = replace(network, created=world.now())
    world.swarm = part
    world.tell()
