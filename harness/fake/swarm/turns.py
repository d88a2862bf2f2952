"""When the leader of a swarm looks at what is to be done next."""

import math
from functools import partial

from harness.fake.world import World


def wake(world: World, time: float) -> None:
    """Have the leader of the swarm look, at a time, at what is to be done."""
    swarm = world.swarm
    if swarm is None or swarm.cluster.woken <= time:
        return
    swarm.cluster.woken = time
    world.at(time, partial(_turn, world, time))


def wake_now(world: World) -> None:
    """Have the leader of the swarm, in whatever world it is, look at once."""
    swarm = world.swarm
    if swarm is None:
        return
    home = world.neighbours.worlds.get(swarm.cluster.home)
    if home is None:
        return
    if home is world:
        wake(world, world.now())
    else:
        world.neighbours.post(home.address, lambda: wake(home, home.now()))


def _turn(world: World, time: float) -> None:
    # It asks for turns itself.
    from harness.fake.swarm.orchestration import turn  # noqa: PLC0415

    swarm = world.swarm
    if swarm is None or swarm.locked or swarm.cluster.home != world.address:
        return
    if swarm.cluster.woken != time:
        return  # somebody had it look earlier, and that turn asked for its own next one
    swarm.cluster.woken = math.inf
    next_time = turn(world, swarm.cluster)
    if next_time < math.inf:
        wake(world, max(next_time, world.now()))
