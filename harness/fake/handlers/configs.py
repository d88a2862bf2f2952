"""Configs, whose data everybody may see."""

from harness.fake.requests.answer import Answer, created, done
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.swarm import payloads as swarm_payloads
from harness.fake.swarm.store import cluster_of, in_order, listing, version_of
from harness.fake.swarm.values import Config
from harness.fake.swarm.views import config_shown
from harness.fake.world import World


def _list(world: World, asked: Asked) -> Answer:
    cluster, filters = listing(world, asked, "name", "id", "label")
    return Answer(
        value=[
            config_shown(config)
            for config in in_order(cluster.configs)
            if filters.prefixed("name", config.name)
            and filters.prefixed("id", config.id)
            and filters.labels(config.spec.pairs("Labels"))
        ]
    )


def _create(world: World, asked: Asked) -> Answer:
    body = swarm_payloads.read(asked, "config")
    config = swarm_payloads.create(world, cluster_of(world), Config, body)
    return created({"ID": config.id})


def _inspect(world: World, asked: Asked) -> Answer:
    return Answer(value=config_shown(swarm_payloads.named(cluster_of(world), Config, asked.name)))


def _update(world: World, asked: Asked) -> Answer:
    body = asked.body()
    version = version_of(asked, "config", tersely=True)
    cluster = cluster_of(world)
    old = swarm_payloads.named(cluster, Config, asked.name)
    swarm_payloads.relabel(world, cluster, old, body, version)
    return Answer()


def _delete(world: World, asked: Asked) -> Answer:
    swarm_payloads.remove(world, cluster_of(world), Config, asked.name)
    return done()


HANDLERS: dict[str, Handler] = {
    "ConfigList": _list,
    "ConfigCreate": _create,
    "ConfigInspect": _inspect,
    "ConfigUpdate": _update,
    "ConfigDelete": _delete,
}
