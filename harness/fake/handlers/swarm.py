"""Swarms: begun, joined, left, looked at, changed, locked and unlocked."""

from harness.fake.requests.answer import Answer
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.swarm import state as swarm_state
from harness.fake.swarm.store import cluster_of, strict_flag, version_of
from harness.fake.swarm.views import swarm_shown
from harness.fake.world import World

_ROTATIONS = (
    ("rotateWorkerToken", "worker"),
    ("rotateManagerToken", "manager"),
    ("rotateManagerUnlockKey", "key"),
)


def _inspect(world: World, _asked: Asked) -> Answer:
    return Answer(value=swarm_shown(cluster_of(world)))


def _init(world: World, asked: Asked) -> Answer:
    return Answer(value=swarm_state.init(world, asked.body()))


async def _join(world: World, asked: Asked) -> Answer:
    await swarm_state.join(world, asked.body())
    return Answer()


def _leave(world: World, asked: Asked) -> Answer:
    swarm_state.leave(world, force=asked.flag("force"))
    return Answer()


def _update(world: World, asked: Asked) -> Answer:
    body = asked.body()
    version = version_of(asked, "swarm")
    rotated = frozenset(what for name, what in _ROTATIONS if strict_flag(asked, name))
    swarm_state.update(world, body, version, rotated)
    return Answer()


def _unlock_key(world: World, _asked: Asked) -> Answer:
    return Answer(value={"UnlockKey": cluster_of(world).unlock_key})


def _unlock(world: World, asked: Asked) -> Answer:
    swarm_state.unlock(world, asked.body().text("UnlockKey"))
    return Answer()


HANDLERS: dict[str, Handler] = {
    "SwarmInspect": _inspect,
    "SwarmInit": _init,
    "SwarmJoin": _join,
    "SwarmLeave": _leave,
    "SwarmUpdate": _update,
    "SwarmUnlockkey": _unlock_key,
    "SwarmUnlock": _unlock,
}
