"""The nodes of a swarm."""

from harness.fake.requests.answer import Answer, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.filters import Filters
from harness.fake.requests.service import Handler
from harness.fake.swarm.nodes import remove_node, update_node
from harness.fake.swarm.store import cluster_of, in_order, listing, node_named, version_of
from harness.fake.swarm.values import Node
from harness.fake.swarm.views import node_shown
from harness.fake.world import World

_KNOWN = {"role": ("worker", "manager"), "membership": ("accepted", "pending")}


def _list(world: World, asked: Asked) -> Answer:
    cluster, filters = listing(
        world, asked, "name", "id", "label", "node.label", "role", "membership"
    )
    for key, known in _KNOWN.items():
        for value in filters.values(key):
            if value.lower() not in known:
                raise bad_request(f"Invalid {key} filter: '{value}'")
    nodes = [node for node in in_order(cluster.nodes) if _admitted(filters, node)]
    return Answer(value=[node_shown(cluster, node) for node in nodes])


def _admitted(filters: Filters, node: Node) -> bool:
    return (
        filters.prefixed("name", node.name)
        and filters.prefixed("id", node.id)
        and filters.labels(node.description.fields("Engine").pairs("Labels"))
        and filters.labels(node.spec.pairs("Labels"), "node.label")
        and filters.exact("role", node.spec.text("Role"))
        and filters.exact("membership", node.membership)
    )


def _inspect(world: World, asked: Asked) -> Answer:
    cluster = cluster_of(world)
    return Answer(value=node_shown(cluster, node_named(cluster, asked.name)))


def _update(world: World, asked: Asked) -> Answer:
    body = asked.body()
    version = version_of(asked, "node")
    update_node(world, cluster_of(world), asked.name, body, version)
    return Answer()


def _delete(world: World, asked: Asked) -> Answer:
    remove_node(world, cluster_of(world), asked.name, force=asked.flag("force"))
    return Answer()


HANDLERS: dict[str, Handler] = {
    "NodeList": _list,
    "NodeInspect": _inspect,
    "NodeUpdate": _update,
    "NodeDelete": _delete,
}
