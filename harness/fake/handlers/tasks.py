"""Tasks of services."""

from harness.fake.requests.answer import Answer, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.filters import Filters
from harness.fake.requests.service import Handler
from harness.fake.swarm import service_logs
from harness.fake.swarm.store import (
    cluster_of,
    in_order,
    listing,
    node_named,
    service_named,
    task_named,
)
from harness.fake.swarm.task_making import is_current
from harness.fake.swarm.values import Cluster, Task
from harness.fake.swarm.views import task_shown
from harness.fake.world import World

_DESIRED = frozenset({"running", "shutdown", "accepted"})


def _list(world: World, asked: Asked) -> Answer:
    cluster, filters = listing(
        world,
        asked,
        *("name", "id", "label", "service", "node", "desired-state", "_up-to-date", "runtime"),
    )
    services = frozenset(service_named(cluster, each).id for each in filters.values("service"))
    nodes = frozenset(node_named(cluster, each).id for each in filters.values("node"))
    for state in filters.values("desired-state"):
        if state.lower() not in _DESIRED:
            raise bad_request(f"Invalid desired-state filter: '{state}'")
    current = filters.truth("_up-to-date")
    return Answer(
        value=[
            task_shown(world, cluster, task)
            for task in in_order(cluster.tasks)
            if _admitted(filters, task)
            and (not services or task.service in services)
            and (not nodes or task.node in nodes)
            and (current is None or _is_current(cluster, task) is current)
        ]
    )


def _admitted(filters: Filters, task: Task) -> bool:
    return (
        filters.prefixed("name", task.name)
        and filters.prefixed("id", task.id)
        and filters.labels({})
        and filters.exact("desired-state", task.desired)
        and filters.exact("runtime", "container")
    )


def _is_current(cluster: Cluster, task: Task) -> bool:
    service = cluster.services.get(task.service)
    return service is not None and is_current(service, task)


def _inspect(world: World, asked: Asked) -> Answer:
    cluster = cluster_of(world)
    return Answer(value=task_shown(world, cluster, task_named(cluster, asked.name)))


def _logs(world: World, asked: Asked) -> Answer:
    service_logs.check_streams(asked)
    cluster = cluster_of(world)
    task = task_named(cluster, asked.name)
    terminal = task.spec.fields("ContainerSpec").flag("TTY")
    current = lambda: [cluster.tasks.get(task.id, task)]  # noqa: E731 - as it is by then
    return service_logs.logs(world, asked, current, terminal=terminal)


HANDLERS: dict[str, Handler] = {
    "TaskList": _list,
    "TaskInspect": _inspect,
    "TaskLogs": _logs,
}
