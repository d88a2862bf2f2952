"""Secrets, whose data is never shown."""

from harness.fake.requests.answer import Answer, created, done
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.swarm import payloads as swarm_payloads
from harness.fake.swarm.store import cluster_of, in_order, listing, version_of
from harness.fake.swarm.values import Secret
from harness.fake.swarm.views import secret_shown
from harness.fake.world import World


def _list(world: World, asked: Asked) -> Answer:
    cluster, filters = listing(world, asked, "names", "name", "id", "label")
    return Answer(
        value=[
            secret_shown(secret)
            for secret in in_order(cluster.secrets)
            if filters.prefixed("name", secret.name)
            and filters.exact("names", secret.name)
            and filters.prefixed("id", secret.id)
            and filters.labels(secret.spec.pairs("Labels"))
        ]
    )


def _create(world: World, asked: Asked) -> Answer:
    body = swarm_payloads.read(asked, "secret")
    secret = swarm_payloads.create(world, cluster_of(world), Secret, body)
    return created({"ID": secret.id})


def _inspect(world: World, asked: Asked) -> Answer:
    return Answer(value=secret_shown(swarm_payloads.named(cluster_of(world), Secret, asked.name)))


def _update(world: World, asked: Asked) -> Answer:
    body = asked.body()
    version = version_of(asked, "secret", tersely=True)
    cluster = cluster_of(world)
    old = swarm_payloads.named(cluster, Secret, asked.name)
    swarm_payloads.relabel(world, cluster, old, body, version)
    return Answer()


def _delete(world: World, asked: Asked) -> Answer:
    swarm_payloads.remove(world, cluster_of(world), Secret, asked.name)
    return done()


HANDLERS: dict[str, Handler] = {
    "SecretList": _list,
    "SecretCreate": _create,
    "SecretInspect": _inspect,
    "SecretUpdate": _update,
    "SecretDelete": _delete,
}
