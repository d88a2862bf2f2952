"""The steps of a task, from its making to its end, each a little after the one before."""

import base64
import math
from dataclasses import replace
from functools import partial

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import fields_of
from harness.fake.swarm import task_containers
from harness.fake.swarm.networks import known_at, local_name
from harness.fake.swarm.placement import node_for, why_none
from harness.fake.swarm.store import changed, kept
from harness.fake.swarm.task_containers import Order
from harness.fake.swarm.task_making import networks_of
from harness.fake.swarm.turns import wake
from harness.fake.swarm.values import Cluster, Task, TaskState
from harness.fake.values import File
from harness.fake.world import World

_STEP = 0.005
_ASSIGNED = "scheduler assigned task to node"
_CONFIRMED = "scheduler confirmed task can run on preassigned node"


def step(world: World, cluster: Cluster) -> bool:
    """Let every task take the step that is due; return whether any did."""
    moved = False
    for task in list(cluster.tasks.values()):
        if not task.lives:
            continue
        if not task.wanted:
            moved |= _wind_down(world, cluster, task)
        elif task.desired is TaskState.READY and _may_run(world, cluster, task):
            changed(world, cluster, task, desired=TaskState.RUNNING, due=_due_again(world, task))
            moved = True
        elif task.due <= world.now():
            _forward(world, cluster, task)
            moved = True
    return moved


def next_due(cluster: Cluster, now: float) -> float:
    """Return when the next step of a task is due; infinity where none is."""
    living = [task for task in list(cluster.tasks.values()) if task.lives and task.wanted]
    held = [task.ready for task in living if task.ready > now]
    return min((*(task.due for task in living), *held), default=math.inf)


def reconsider(world: World, cluster: Cluster) -> None:
    """Look again for a node for the tasks that have none."""
    for task in list(cluster.tasks.values()):
        if task.state is TaskState.PENDING and task.wanted:
            kept(cluster, replace(task, due=world.now()))


def report_loss(world: World, cluster: Cluster, node: str) -> None:
    """Take note of containers of tasks on a node that ended while nobody looked."""
    for task in list(cluster.tasks.values()):
        if task.node != node or not task.container or not task.lives:
            continue
        container = world.containers.get(task.container)
        if task.state is TaskState.RUNNING and (container is None or not container.state.running):
            _ended(world, cluster.home, task.id, container.state.exit_code if container else 137)


def at(world: World, address: str, deed: "partial[None]") -> None:
    """Do something in the world at an address: at once where it is this one."""
    if address == world.address:
        deed()
    else:
        world.neighbours.post(address, deed)


def _may_run(world: World, cluster: Cluster, task: Task) -> bool:
    """Tell whether a task that waits may start: those it replaces are gone, its delay is over."""
    if task.ready > world.now():
        return False
    return not any(
        other.lives and not other.wanted and other.place == task.place
        for other in list(cluster.tasks.values())
    )


def _due_again(world: World, task: Task) -> float:
    return world.now() if task.state is TaskState.READY else task.due


def _forward(world: World, cluster: Cluster, task: Task) -> None:
    now, due = world.now(), task.due + _STEP
    match task.state:
        case TaskState.NEW:
            _to(world, cluster, task, TaskState.PENDING, "pending task scheduling", due)
        case TaskState.PENDING:
            _assign(world, cluster, task, due)
        case TaskState.ASSIGNED:
            _to(world, cluster, task, TaskState.PREPARING, "preparing", due)
        case TaskState.PREPARING:
            kept(cluster, replace(task, due=math.inf))
            order = _order(world, cluster, task)
            address = cluster.nodes[task.node].world
            at(world, address, partial(_make, world, address, cluster.home, order))
        case TaskState.READY if task.desired is TaskState.RUNNING:
            _to(world, cluster, task, TaskState.STARTING, "starting", now + _STEP)
        case TaskState.STARTING:
            kept(cluster, replace(task, due=math.inf))
            address = cluster.nodes[task.node].world
            at(world, address, partial(_begin, world, address, cluster.home, task))
        case _:
            kept(cluster, replace(task, due=math.inf))


def _to(  # noqa: PLR0913, PLR0917 - a change of state, all of it
    world: World, cluster: Cluster, task: Task, state: TaskState, message: str, due: float
) -> Task:
    now = world.now()
    return changed(world, cluster, task, state=state, message=message, since=now, due=due)


def _assign(world: World, cluster: Cluster, task: Task, due: float) -> None:
    node = node_for(cluster, task)
    if node is None:
        why = why_none(cluster, task.spec)
        if why == task.error:
            kept(cluster, replace(task, due=math.inf))
        else:
            changed(world, cluster, task, error=why, since=world.now(), due=math.inf)
        return
    message = _CONFIRMED if task.node else _ASSIGNED
    assigned = replace(task, node=node.id, error="")
    _to(world, cluster, assigned, TaskState.ASSIGNED, message, due)


def _wind_down(world: World, cluster: Cluster, task: Task) -> bool:
    """Bring a task that is not wanted any more to its end; return whether something happened."""
    node = cluster.nodes.get(task.node)
    if node is not None and node.state != "ready":
        _to(world, cluster, task, TaskState.ORPHANED, "task orphaned", math.inf)
        return True
    if node is None or not task.container:
        _to(world, cluster, task, TaskState.SHUTDOWN, "shutdown", math.inf)
        return True
    if task.stopping:
        return False
    kept(cluster, replace(task, stopping=True))
    at(world, node.world, partial(_end, world, node.world, cluster.home, task))
    return True


def _order(world: World, cluster: Cluster, task: Task) -> Order:
    """Return what the node of a task has to know."""
    service = cluster.services.get(task.service)
    asked = networks_of(service.spec) if service else task.spec.each("Networks")
    networks = {
        world.networks[target].name: (target, address)
        for target, address in task.attached.items()
        if target in world.networks
    }
    local = [name for each in asked if (name := local_name(cluster, each.text("Target")))]
    return Order(
        task=task,
        service=task.name.partition(".")[0],
        hostname=cluster.nodes[task.node].name,
        ports=tuple(port for port in task.ports if port.text("PublishMode") == "host"),
        networks=networks,
        mode=local[0] if local else "default",
        files=_files(cluster, task),
    )


def _files(cluster: Cluster, task: Task) -> dict[str, File]:
    """Return the secrets and configs of a task as the files that it sees."""
    files = {}
    for kind, folder in (("Secret", "/run/secrets/"), ("Config", "/")):
        for use in task.spec.fields("ContainerSpec").each(f"{kind}s"):
            identity = use.text(f"{kind}ID")
            payload = (cluster.secrets if kind == "Secret" else cluster.configs).get(identity)
            target = fields_of(use.raw("File"))
            if payload is None or not target.text("Name"):
                continue
            name = target.text("Name")
            files[name if name.startswith("/") else folder + name] = File(
                content=base64.b64decode(payload.spec.text("Data")),
                mode=target.number("Mode", 0o444),
            )
    return files


def _make(leader: World, address: str, home: str, order: Order) -> None:
    world = leader.neighbours.worlds.get(address, leader)
    if not _is_node(world, order.task.node):
        return
    known_at(leader, world)
    try:
        container = task_containers.make(world, order)
    except RefusedError as refused:
        _report(world, home, order.task.id, state=TaskState.REJECTED, error=refused.message)
        return
    prepared = {"state": TaskState.READY, "message": "prepared", "container": container}
    _report(world, home, order.task.id, **prepared, due=0.0)


def _begin(leader: World, address: str, home: str, task: Task) -> None:
    world = leader.neighbours.worlds.get(address, leader)
    if not _is_node(world, task.node):
        return
    ended = partial(_ended, world, home, task.id)
    try:
        pid = task_containers.begin(world, task.container, ended)
    except RefusedError as refused:
        container = world.containers.get(task.container)
        _report(
            world,
            home,
            task.id,
            state=TaskState.FAILED,
            error=f"starting container failed: {refused.message}",
            exit_code=container.state.exit_code if container else 0,
        )
        return
    _report(world, home, task.id, state=TaskState.RUNNING, message="started", pid=pid)


def _end(leader: World, address: str, home: str, task: Task) -> None:
    world = leader.neighbours.worlds.get(address, leader)
    if not _is_node(world, task.node):
        return
    ended = partial(_ended, world, home, task.id)
    task_containers.end(world, task.container, task.spec.fields("ContainerSpec"), ended)


def _is_node(world: World, node: str) -> bool:
    """Tell whether a daemon is still the node that it was when somebody wrote to it."""
    return world.swarm is not None and world.swarm.node == node


def _ended(world: World, home: str, task: str, code: int) -> None:
    _report(world, home, task, exit_code=code, pid=0)


def _report(world: World, home: str, task: str, **changes: object) -> None:
    """Tell the leader what became of a task."""
    at(world, home, partial(_take, world, home, task, changes))


def _take(world: World, home: str, task_id: str, changes: dict[str, object]) -> None:
    """Take note, as the leader, of what became of a task."""
    leader = world.neighbours.worlds.get(home, world)
    swarm = leader.swarm
    if swarm is None or swarm.locked:
        return
    cluster = swarm.cluster
    task = cluster.tasks.get(task_id)
    if task is None or not task.lives:
        container = changes.get("container")
        if isinstance(container, str):
            at(leader, world.address, partial(task_containers.clear, world, container))
        return
    if "state" not in changes:
        changes |= _outcome(task, changes.get("exit_code"))
    changed(leader, cluster, task, since=leader.now(), **changes)
    wake(leader, leader.now())


def _outcome(task: Task, code: object) -> dict[str, object]:
    """Return what the end of a task's container makes of the task."""
    if not task.wanted:
        return {"state": TaskState.SHUTDOWN, "message": "shutdown"}
    if code == 0:
        return {"state": TaskState.COMPLETE, "message": "finished"}
    return {"state": TaskState.FAILED, "error": f"task: non-zero exit ({code})"}
