"""Handlers of networks."""

from collections.abc import Iterable

from harness.fake.containers.lookup import container_of
from harness.fake.networks.connections import connect, disconnect, network_of
from harness.fake.networks.making import is_used, make_network, remove_network
from harness.fake.networks.views import shown
from harness.fake.requests.answer import Answer, RefusedError, bad_request, created, done, not_found
from harness.fake.requests.asked import Asked
from harness.fake.requests.fields import Fields
from harness.fake.requests.filters import Filters
from harness.fake.requests.moments import pruned_until
from harness.fake.requests.service import Handler
from harness.fake.swarm import networks as swarm_networks
from harness.fake.swarm.store import strict_flag
from harness.fake.values import Container, Network
from harness.fake.world import World
from harness.model.spec import Json

_FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def _list(world: World, asked: Asked) -> Answer:
    filters = asked.filters(*_FILTERS)
    dangling, kinds = _dangling(filters), _kinds(filters)
    containers = not asked.passed("networks-listed-without-containers")
    return Answer(
        value=[
            shown(world, network, containers=containers)
            for network in world.networks.values()
            if _is_admitted(network, filters)
            and dangling in {None, not network.predefined}
            and network.predefined in kinds
        ]
    )


def _inspect(world: World, asked: Asked) -> Answer:
    strict_flag(asked, "verbose", tersely=False)
    network = _one(world, asked.name, asked.text("scope"))
    return Answer(value=shown(world, network, containers=True))


def _create(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    network, warning = make_network(world, asked.body())
    return created({"Id": network.id, "Warning": warning})


def _delete(world: World, asked: Asked) -> Answer:
    found = _candidates(list(world.networks.values()), asked.name)
    for kind, networks in found:
        if len(networks) > 1:
            raise bad_request(
                f"network {asked.name} is ambiguous ({len(networks)} matches found based on {kind})"
            )
        if networks:
            remove_network(world, networks[0])
            return done()
    raise not_found(f"network {asked.name} not found")


def _connect(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    body = asked.body()
    container = _container(world, body)
    connect(world, container, asked.name, body.fields("EndpointConfig"))
    return Answer()


def _disconnect(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    body = asked.body()
    try:
        container = _container(world, body)
    except RefusedError:
        # Of a container that is gone, dockerd would take away what is left on the network.
        if not body.flag("Force") or not body.text("Container"):
            raise
        network_of(world, asked.name)
        raise not_found(f"endpoint {body.text('Container')} not found") from None
    disconnect(world, container, network_of(world, asked.name))
    return Answer()


def _prune(world: World, asked: Asked) -> Answer:
    filters = asked.filters("label", "label!", "until")
    until = pruned_until(filters, world.now())
    unused = [
        network
        for network in world.networks.values()
        if not (network.predefined or network.config_only or network.ingress)
        and not is_used(world, network)
        and (until is None or network.created <= until)
        and filters.labels(network.labels)
        and filters.without_labels(network.labels)
    ]
    deleted: list[Json] = []
    for network in unused:
        try:
            remove_network(world, network)
        except RefusedError:
            continue
        deleted.append(network.name)
    world.emit("network", "prune", "", {"reclaimed": "0"})
    return Answer(value={"NetworksDeleted": deleted or None})


def _container(world: World, body: Fields) -> Container:
    name = body.text("Container")
    if not name:
        raise bad_request('invalid name or ID supplied: ""')
    return container_of(world, name)


def _one(world: World, name: str, scope: str) -> Network:
    """Return the network of a scope, where one is asked for, that a text names."""
    every = [each for each in world.networks.values() if scope in {"", each.scope}]
    if scope == "swarm":
        every.extend(swarm_networks.predefined(world))
    for kind, found in _candidates(every, name):
        if len(found) > 1:
            raise bad_request(
                f"{len(found)} matches found based on {kind}: network {name} is ambiguous"
            )
        if found:
            return found[0]
    raise not_found(f"network {name} not found")


def _candidates(networks: list[Network], name: str) -> Iterable[tuple[str, list[Network]]]:
    yield "id", [each for each in networks if each.id == name]
    yield "name", [each for each in networks if each.name == name]
    yield "ID prefix", [each for each in networks if each.id.startswith(name)]


def _is_admitted(network: Network, filters: Filters) -> bool:
    return (
        filters.exact("driver", network.driver)
        and filters.exact("scope", network.scope)
        and filters.matching("name", network.name)
        and filters.matching("id", network.id)
        and filters.labels(network.labels)
    )


def _dangling(filters: Filters) -> bool | None:
    """Return whether only networks that can be removed are asked for, or only the others."""
    asked = filters.values("dangling")
    if not asked:
        return None
    if len(asked) > 1:
        raise bad_request('got more than one value for filter key "dangling"')
    if asked[0] not in _TRUTHS:
        raise bad_request(
            'invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")'
        )
    return _TRUTHS[asked[0]]


def _kinds(filters: Filters) -> set[bool]:
    """Return which networks are asked for: those always there, those made, or both."""
    asked = filters.values("type")
    for kind in asked:
        if kind not in {"builtin", "custom"}:
            raise bad_request(f"invalid filter: 'type'='{kind}'")
    return {kind == "builtin" for kind in asked} or {True, False}


HANDLERS: dict[str, Handler] = {
    "NetworkConnect": _connect,
    "NetworkCreate": _create,
    "NetworkDelete": _delete,
    "NetworkDisconnect": _disconnect,
    "NetworkInspect": _inspect,
    "NetworkList": _list,
    "NetworkPrune": _prune,
}
