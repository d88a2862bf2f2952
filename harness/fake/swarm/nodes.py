"""The nodes of a swarm: taken in, changed, lost, removed."""

from dataclasses import replace
from functools import partial

from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields
from harness.fake.swarm import orchestration
from harness.fake.swarm.addresses import Whereabouts
from harness.fake.swarm.store import changed, expect, failed_precondition, node_named, told
from harness.fake.swarm.turns import wake_now
from harness.fake.swarm.values import Cluster, Node
from harness.fake.world import Settings, World
from harness.model.spec import Json

_PATIENCE = 5.0  # before a node that is not heard of is taken to be down
_SECOND = 1_000_000_000
_ROLES = frozenset({"worker", "manager"})
_AVAILABILITIES = frozenset({"active", "pause", "drain"})
_LOGS = (
    *("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local"),
    *("logentries", "splunk", "syslog"),
)
_NETWORKS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")


def new_node(  # noqa: PLR0913, PLR0917 - who takes whom in, and as what
    world: World,
    cluster: Cluster,
    joiner: World,
    place: Whereabouts,
    role: str,
    availability: str,
) -> Node:
    """Take a daemon into a swarm, and tell of it where there was one before."""
    spec: dict[str, Json] = {"Labels": {}, "Role": role, "Availability": availability}
    blank = Node(
        id=world.ids.swarm(),
        created=world.now(),
        spec=Fields(spec),
        world=joiner.address,
        listens=place.listens,
        address=place.address,
        description=Fields(),
        state="unknown",
    )
    if cluster.nodes:
        told(world, cluster, "create", blank)
        told(world, cluster, "update", blank)
        told(world, cluster, "update", blank)
    node = changed(world, cluster, blank, description=_description(joiner.settings), state="ready")
    told(world, cluster, "update", node, {"state.new": "ready", "state.old": "unknown"})
    return node


def update_node(world: World, cluster: Cluster, name: str, asked: Fields, version: int) -> None:
    """Give a node another role, availability, name or labels; refuse what must not be."""
    role, availability = asked.text("Role"), asked.text("Availability")
    if role.lower() not in _ROLES:
        raise bad_request(f'invalid Role: "{role}"')
    if availability.lower() not in _AVAILABILITIES:
        raise bad_request(f'invalid Availability: "{availability}"')
    node = node_named(cluster, name)
    if node.is_manager and role.lower() == "worker" and len(managers(cluster)) == 1:
        raise failed_precondition("attempting to demote the last manager of the swarm")
    expect(node.index, version)
    spec: dict[str, Json] = {
        "Labels": dict(asked.pairs("Labels")),
        "Role": role.lower(),
        "Availability": availability.lower(),
    }
    if asked.text("Name"):
        spec["Name"] = asked.text("Name")
    new = changed(world, cluster, node, spec=Fields(spec), membership="pending")
    more = {}
    if new.availability != node.availability:
        more = {"availability.new": new.availability, "availability.old": node.availability}
    told(world, cluster, "update", new, more)
    if not new.is_manager and cluster.home == new.world:
        hand_over(world, cluster)
    orchestration.reconcile_all(world, cluster)


def remove_node(world: World, cluster: Cluster, name: str, *, force: bool) -> None:
    """Remove a node that is down, or any worker by force; refuse others."""
    node = node_named(cluster, name)
    if node.is_manager:
        raise failed_precondition(
            f"node {node.id} is a cluster manager and is a member of the raft cluster. "
            "It must be demoted to worker before removal"
        )
    if node.state != "down" and not force:
        raise failed_precondition(f"node {node.id} is not down and can't be removed")
    del cluster.nodes[node.id]
    told(world, cluster, "remove", node)
    orchestration.reconcile_all(world, cluster)


def lose_node(world: World, node: str) -> None:
    """Take note that a node is not heard of any more, once it could have been."""
    world.at(world.now() + _PATIENCE, partial(_lost, world, node))


def managers(cluster: Cluster) -> list[Node]:
    """Return the nodes that manage a swarm."""
    return [node for node in list(cluster.nodes.values()) if node.is_manager]


def hand_over(world: World, cluster: Cluster) -> None:
    """Let another manager lead a swarm from now on; nobody where there is none."""
    others = [
        node.world
        for node in managers(cluster)
        if node.state == "ready" and node.world != cluster.home
    ]
    cluster.home = min(others, default="")
    cluster.woken = float("inf")
    wake_now(world)


def _lost(world: World, identity: str) -> None:
    swarm = world.swarm
    node = swarm.cluster.nodes.get(identity) if swarm else None
    if swarm is None or node is None or node.state == "down":
        return
    down = replace(node, state="down", message="heartbeat failure")
    down = changed(world, swarm.cluster, down)
    told(world, swarm.cluster, "update", down, {"state.new": "down", "state.old": node.state})
    orchestration.reconcile_all(world, swarm.cluster)


def _description(settings: Settings) -> Fields:
    """Return what a daemon tells a swarm of itself and its machine."""
    kinds = (("Log", _LOGS), ("Network", _NETWORKS), ("Volume", ("local",)))
    plugins: list[Json] = [{"Type": kind, "Name": name} for kind, names in kinds for name in names]
    return Fields(
        {
            "Hostname": settings.hostname,
            "Platform": {"Architecture": settings.architecture, "OS": "linux"},
            "Resources": {
                "NanoCPUs": settings.processors * _SECOND,
                "MemoryBytes": settings.memory,
            },
            "Engine": {"EngineVersion": settings.product, "Plugins": plugins},
        }
    )
