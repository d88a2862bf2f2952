"""Tasks of a service replaced by those of another spec: some at a time, watched, taken back."""

import math
from dataclasses import replace

from harness.fake.requests.fields import Fields
from harness.fake.swarm.store import changed, told
from harness.fake.swarm.task_making import is_current, new_task, tasks_of
from harness.fake.swarm.values import Cluster, Place, Rollout, Service, TaskState, UpdateStatus
from harness.fake.world import World

_SECOND = 1_000_000_000
_MONITORED = 5 * _SECOND


def begin(world: World, cluster: Cluster, service: Service) -> None:
    """Begin to replace the tasks of a service that are not what it asks for now."""
    places = {
        task.place
        for task in tasks_of(cluster, service.id)
        if task.wanted and not is_current(service, task)
    }
    if not places:
        cluster.rollouts.pop(service.id, None)
        if service.rolled:
            _finish(world, cluster, service)
        return
    cluster.rollouts[service.id] = Rollout(service.id, waiting=sorted(places), total=len(places))
    if not service.rolled:
        status = UpdateStatus("updating", "update in progress", started=world.now())
        status_changed(world, cluster, service, status)


def step(world: World, cluster: Cluster) -> bool:
    """Go on with every rollout as far as it can go now; return whether something happened."""
    moved = [_advance(world, cluster, each) for each in list(cluster.rollouts.values())]
    return any(moved)


def next_due(cluster: Cluster, now: float) -> float:
    """Return when a rollout can go on by itself; infinity where none can."""
    times = [math.inf]
    for rollout in list(cluster.rollouts.values()):
        if rollout.waiting and rollout.next > now:
            times.append(rollout.next)
        times.extend(rollout.watched.values())
    return min(times)


def status_changed(
    world: World, cluster: Cluster, service: Service, status: UpdateStatus
) -> Service:
    """Give a service another state of its update, and tell of it."""
    old = service.update
    service = changed(world, cluster, service, update=status)
    more = {}
    if old is None or old.state != status.state:
        more["updatestate.new"] = status.state
        if old is not None:
            more["updatestate.old"] = old.state
    told(world, cluster, "update", service, more)
    return service


def _advance(world: World, cluster: Cluster, rollout: Rollout) -> bool:
    service = cluster.services.get(rollout.service)
    if service is None:
        del cluster.rollouts[rollout.service]
        return True
    config = _config(service)
    if _failed(world, cluster, rollout, config):
        _give_up(world, cluster, service, rollout, config)
        return True
    moved = _settle(world, cluster, rollout, config)
    at_once = config.number("Parallelism", 1) or len(rollout.waiting) + len(rollout.busy)
    while rollout.waiting and len(rollout.busy) < at_once and world.now() >= rollout.next:
        _replace(world, cluster, service, rollout, rollout.waiting.pop(0), config)
        moved = True
    if not rollout.waiting and not rollout.busy and not rollout.watched:
        del cluster.rollouts[rollout.service]
        _finish(world, cluster, service)
        return True
    return moved


def _config(service: Service) -> Fields:
    return service.spec.fields("RollbackConfig" if service.rolled else "UpdateConfig")


def _failed(world: World, cluster: Cluster, rollout: Rollout, config: Fields) -> bool:
    """Take note of new tasks that failed too soon; tell whether there are too many of them."""
    for identity, until in list(rollout.watched.items()):
        task = cluster.tasks.get(identity)
        if task is not None and task.state.ended and task.state is not TaskState.SHUTDOWN:
            rollout.failed.append(identity)
            del rollout.watched[identity]
        elif until <= world.now():
            del rollout.watched[identity]
    if not rollout.failed or config.text("FailureAction") == "continue":
        return False
    ratio = config.raw("MaxFailureRatio")
    accepted = ratio if isinstance(ratio, int | float) else 0
    return len(rollout.failed) / rollout.total > accepted


def _settle(world: World, cluster: Cluster, rollout: Rollout, config: Fields) -> bool:
    """Leave the places whose new task runs, or has failed, to themselves."""
    moved = False
    for place, identity in list(rollout.busy.items()):
        task = cluster.tasks.get(identity)
        if task is not None and not task.state.reached(TaskState.RUNNING):
            continue
        del rollout.busy[place]
        moved = True
        for other in tasks_of(cluster, rollout.service):
            if other.place == place and other.wanted and task and other.created < task.created:
                changed(world, cluster, other, desired=TaskState.SHUTDOWN)
        monitored = config.number("Monitor") if "Monitor" in config else _MONITORED
        if task is not None:
            rollout.watched[identity] = world.now() + monitored / _SECOND
        rollout.next = world.now() + config.number("Delay") / _SECOND
    return moved


def _replace(  # noqa: PLR0913, PLR0917 - where in a rollout, and how
    world: World,
    cluster: Cluster,
    service: Service,
    rollout: Rollout,
    place: Place,
    config: Fields,
) -> None:
    old = [each for each in tasks_of(cluster, service.id) if each.place == place and each.wanted]
    if all(is_current(service, each) for each in old):
        return
    if config.text("Order") == "start-first":
        rollout.busy[place] = new_task(world, cluster, service, place).id
        return
    for each in old:
        changed(world, cluster, each, desired=TaskState.SHUTDOWN)
    rollout.busy[place] = new_task(world, cluster, service, place, ready=world.now()).id


def _give_up(
    world: World, cluster: Cluster, service: Service, rollout: Rollout, config: Fields
) -> None:
    """Do what a service wants done where its new tasks fail: stop there, or go back."""
    del cluster.rollouts[service.id]
    why = f"due to failure or early termination of task {rollout.failed[0]}"
    started = service.update.started if service.update else world.now()
    if service.rolled:
        status = UpdateStatus("rollback_paused", f"rollback paused {why}", started)
        status_changed(world, cluster, service, status)
        return
    if config.text("FailureAction") == "rollback" and service.previous is not None:
        back = replace(service, spec=service.previous, previous=None, rolled=True)
        status = UpdateStatus("rollback_started", f"update rolled back {why}", started)
        begin(world, cluster, status_changed(world, cluster, back, status))
        return
    status = UpdateStatus("paused", f"update paused {why}", started)
    status_changed(world, cluster, service, status)


def _finish(world: World, cluster: Cluster, service: Service) -> None:
    word = "rollback" if service.rolled else "update"
    state = "rollback_completed" if service.rolled else "completed"
    started = service.update.started if service.update else world.now()
    status = UpdateStatus(state, f"{word} completed", started, completed=world.now())
    status_changed(world, cluster, service, status)
