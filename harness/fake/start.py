"""What is in a fake's world before anybody asked for anything, and what a restart does to it."""

from collections.abc import Iterable

from harness.fake.containers import lifecycle
from harness.fake.containers.restart_policies import starts_with_daemon
from harness.fake.images.store import furnish_image
from harness.fake.networks.connections import furnish_networks
from harness.fake.programs.processes import SIGNALS
from harness.fake.swarm import state as swarm_state
from harness.fake.world import World


def furnish(world: World, images: Iterable[str]) -> None:
    """Put the networks and the images there that a daemon starts with."""
    furnish_networks(world)
    for name in images:
        furnish_image(world, name)


def restart(world: World) -> None:
    """Do what a daemon does that ends and starts again on the same data."""
    wanted = [each.id for each in world.containers.values() if starts_with_daemon(each)]
    for container_id in [key for key, each in world.containers.items() if each.state.running]:
        _shut_down(world, container_id)
    # What happened before is only known to those who heard of it.
    world.events.clear()
    for container_id in wanted:
        if container_id in world.containers:
            lifecycle.come_back(world, container_id)
    swarm_state.restarted(world)


def _shut_down(world: World, container_id: str) -> None:
    """End a container as a daemon does that ends itself."""
    container = world.containers[container_id]
    lifecycle.kill(world, container_id, lifecycle.stop_signal(container) or SIGNALS["TERM"])
    if lifecycle.is_running(world, container_id):
        lifecycle.kill(world, container_id)
    world.tick()
    left = world.containers.get(container_id)
    if left is not None:
        world.change(left, by_hand=container.by_hand)
