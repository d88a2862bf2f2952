"""Pictures of a world: to look at what became of it, and to put it back as it was."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from harness.fake.containers import lifecycle
from harness.fake.plugins.values import Plugin
from harness.fake.streams import executions
from harness.fake.swarm.values import Swarm
from harness.fake.values import Container, Event, Exec, Image, LogLine, Network, Volume
from harness.fake.world import World

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a world held at one moment, under the names that `World` has for it."""

    containers: Mapping[str, Container]
    execs: Mapping[str, Exec]
    logs: Mapping[str, tuple[LogLine, ...]]
    images: Mapping[str, Image]
    tags: Mapping[str, str]
    digests: Mapping[str, str]
    volumes: Mapping[str, Volume]
    networks: Mapping[str, Network]
    plugins: Mapping[str, Plugin]
    swarm: Swarm | None
    events: tuple[Event, ...]


def take(world: World) -> Snapshot:
    """Return a picture of a world, which later happenings do not change."""
    return Snapshot(
        containers=dict(world.containers),
        execs=dict(world.execs),
        logs={key: tuple(lines) for key, lines in world.logs.items()},
        images=dict(world.images),
        tags=dict(world.tags),
        digests=dict(world.digests),
        volumes=dict(world.volumes),
        networks=dict(world.networks),
        plugins=dict(world.plugins),
        swarm=copy.deepcopy(world.swarm),
        events=tuple(world.events),
    )


def put_back(world: World, snapshot: Snapshot) -> None:
    """Make a world what a picture shows.

    A program cannot be put back to where it was: what ran then and has ended since just goes on
    running, without a word. What has been running all the time runs on.
    """
    _refill(world.containers, snapshot.containers)
    _refill(world.execs, snapshot.execs)
    _refill(world.logs, {key: list(lines) for key, lines in snapshot.logs.items()})
    _refill(world.images, snapshot.images)
    _refill(world.tags, snapshot.tags)
    _refill(world.digests, snapshot.digests)
    _refill(world.volumes, snapshot.volumes)
    _refill(world.networks, snapshot.networks)
    _refill(world.plugins, snapshot.plugins)
    world.swarm = copy.deepcopy(snapshot.swarm)
    world.events.clear()
    world.events.extend(snapshot.events)
    _revive(world)
    world.tell()


def _refill(held: dict[str, _T], seen: Mapping[str, _T]) -> None:
    held.clear()
    held.update(seen)


def _revive(world: World) -> None:
    running = {each.id for each in world.containers.values() if each.state.running}
    running |= {each.id for each in world.execs.values() if each.running}
    for key in list(world.processes.living):
        if key not in running:
            world.processes.drop(key)
    for container in list(world.containers.values()):
        if container.state.running and container.id not in world.processes.living:
            lifecycle.revive(world, container.id)
    for execution in list(world.execs.values()):
        if execution.running and execution.id not in world.processes.living:
            executions.revive(world, execution.id)
