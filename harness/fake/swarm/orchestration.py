"""Services become tasks, and tasks containers: the leader of a swarm at work."""

from collections import defaultdict
from functools import partial
from itertools import count, islice

from harness.fake.swarm import rollouts, task_containers, task_steps
from harness.fake.swarm.placement import admits
from harness.fake.swarm.store import changed
from harness.fake.swarm.task_making import is_current, new_task, tasks_of
from harness.fake.swarm.turns import wake_now
from harness.fake.swarm.values import Cluster, Place, Service, Task, TaskState
from harness.fake.world import World

_SECOND = 1_000_000_000
_DELAY = 5 * _SECOND  # before a task is replaced, where its service does not say
_ROUNDS = 1000  # of one turn: far more than any swarm needs


def turn(world: World, cluster: Cluster) -> float:
    """Do all that is to be done in a swarm now; return when there will be more to do."""
    works = (_leave_nodes, _restart, rollouts.step, task_steps.step, _tidy)
    for _ in range(_ROUNDS):
        moved = [work(world, cluster) for work in works]
        if not any(moved):
            break
    world.tell()
    now = world.now()
    return min(task_steps.next_due(cluster, now), rollouts.next_due(cluster, now))


def reconcile(world: World, cluster: Cluster, service: Service) -> None:
    """Give a service the tasks that it asks for, and begin to replace what is of an old spec."""
    if service.is_global:
        _on_each_node(world, cluster, service)
    else:
        _in_each_slot(world, cluster, service)
    rollouts.begin(world, cluster, service)
    wake_now(world)


def reconcile_all(world: World, cluster: Cluster) -> None:
    """Look at what a change of nodes means for the tasks of all services."""
    for service in list(cluster.services.values()):
        if service.is_global:
            _on_each_node(world, cluster, service)
    task_steps.reconsider(world, cluster)
    wake_now(world)


def remove_tasks(world: World, cluster: Cluster, service: str) -> None:
    """Bring all tasks of a service to their end, and forget them."""
    cluster.rollouts.pop(service, None)
    for place in [each for each in cluster.attempts if each[0] == service]:
        del cluster.attempts[place]
    for task in tasks_of(cluster, service):
        changed(world, cluster, task, desired=TaskState.REMOVE)
    wake_now(world)


def _in_each_slot(world: World, cluster: Cluster, service: Service) -> None:
    wanted = [task for task in tasks_of(cluster, service.id) if task.wanted]
    taken = sorted({task.slot for task in wanted})
    for slot in taken[service.replicas :]:
        for task in wanted:
            if task.slot == slot:
                changed(world, cluster, task, desired=TaskState.REMOVE)
    free = (slot for slot in count(1) if slot not in taken)
    for slot in islice(free, max(service.replicas - len(taken), 0)):
        new_task(world, cluster, service, (service.id, slot, ""))


def _on_each_node(world: World, cluster: Cluster, service: Service) -> None:
    tasks = tasks_of(cluster, service.id)
    for node in sorted(cluster.nodes.values(), key=lambda node: node.id):
        here = [task for task in tasks if task.node == node.id]
        wanted = [task for task in here if task.wanted]
        if node.state != "ready" or node.availability == "drain":
            continue
        if not admits(node, service.template):
            for task in wanted:
                changed(world, cluster, task, desired=TaskState.REMOVE)
        elif not wanted and not (here and _is_done(service, here[-1])):
            new_task(world, cluster, service, (service.id, 0, node.id))


def _is_done(service: Service, task: Task) -> bool:
    """Tell whether a task has ended and its service wants no other in its place."""
    return is_current(service, task) and task.state.ended and not _wants_again(service, task)


def _leave_nodes(world: World, cluster: Cluster) -> bool:
    """Take the tasks from nodes that are lost or drained, and put others elsewhere."""
    moved = False
    for task in list(cluster.tasks.values()):
        if not task.node or not task.wanted or not task.lives:
            continue
        node = cluster.nodes.get(task.node)
        if node is not None and node.state == "ready" and node.availability != "drain":
            continue
        moved = True
        changed(world, cluster, task, desired=TaskState.SHUTDOWN)
        service = cluster.services.get(task.service)
        if service is not None and task.slot:
            new_task(world, cluster, service, task.place, ready=world.now())
    return moved


def _restart(world: World, cluster: Cluster) -> bool:
    """Replace tasks that have ended by themselves, where their service wants that."""
    moved = False
    for task in list(cluster.tasks.values()):
        if task.lives or not task.wanted:
            continue
        moved = True
        changed(world, cluster, task, desired=TaskState.SHUTDOWN)
        service = cluster.services.get(task.service)
        if service is None or not _wants_again(service, task):
            continue
        if _is_spent(world, cluster, service, task.place) or _is_filled(cluster, task.place):
            continue
        policy = service.template.fields("RestartPolicy")
        delay = policy.number("Delay") if "Delay" in policy else _DELAY
        ready = world.now() + delay / _SECOND
        cluster.attempts.setdefault(task.place, []).append(world.now())
        new_task(world, cluster, service, task.place, ready=ready)
    return moved


def _wants_again(service: Service, task: Task) -> bool:
    match service.template.fields("RestartPolicy").text("Condition", "any"):
        case "none":
            return False
        case "on-failure":
            return task.state is not TaskState.COMPLETE
        case _:
            return True


def _is_spent(world: World, cluster: Cluster, service: Service, place: Place) -> bool:
    """Tell whether a place has seen as many restarts as its service allows."""
    policy = service.template.fields("RestartPolicy")
    most, window = policy.number("MaxAttempts"), policy.number("Window") / _SECOND
    since = world.now() - window if window else 0.0
    made = [time for time in cluster.attempts.get(place, []) if time >= since]
    cluster.attempts[place] = made
    return 0 < most <= len(made)


def _is_filled(cluster: Cluster, place: Place) -> bool:
    return any(task.wanted and task.place == place for task in list(cluster.tasks.values()))


def _tidy(world: World, cluster: Cluster) -> bool:
    """Forget the tasks that are to be removed, and the oldest that have ended."""
    gone = [
        task
        for task in list(cluster.tasks.values())
        if task.desired is TaskState.REMOVE and not task.lives
    ]
    limit = cluster.spec.fields("Orchestration").number("TaskHistoryRetentionLimit")
    if limit >= 0:
        gone.extend(_beyond(cluster, limit))
    for task in gone:
        _forget(world, cluster, task)
    return bool(gone)


def _beyond(cluster: Cluster, limit: int) -> list[Task]:
    """Return the ended tasks that are too many at their places, with those that live counted."""
    places: dict[Place, list[Task]] = defaultdict(list)
    for task in list(cluster.tasks.values()):
        if task.desired is not TaskState.REMOVE:
            places[task.place].append(task)
    beyond: list[Task] = []
    for tasks in places.values():
        tasks.sort(key=lambda task: (task.created, task.index))
        over = tasks[: max(len(tasks) - limit, 0)]
        beyond.extend(task for task in over if not task.lives and not task.wanted)
    return beyond


def _forget(world: World, cluster: Cluster, task: Task) -> None:
    cluster.tasks.pop(task.id, None)
    node = cluster.nodes.get(task.node)
    if node is None or not task.container:
        return
    other = world.neighbours.worlds.get(node.world, world)
    task_steps.at(world, node.world, partial(task_containers.clear, other, task.container))
