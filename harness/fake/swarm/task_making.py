"""New tasks of services, and whether tasks are still what their service asks for."""

from harness.fake.requests.fields import Fields
from harness.fake.swarm.networks import address_on, ingress_of
from harness.fake.swarm.store import changed
from harness.fake.swarm.values import Cluster, Place, Service, Task, TaskState
from harness.fake.world import World


def new_task(
    world: World,
    cluster: Cluster,
    service: Service,
    place: Place,
    *,
    ready: float | None = None,
) -> Task:
    """Make a task of a service at a place; with `ready`, one that waits for then to start."""
    _, slot, node = place
    identity = world.ids.swarm()
    now = world.now()
    task = Task(
        id=identity,
        created=now,
        service=service.id,
        name=f"{service.name}.{slot or node}.{identity}",
        spec=task_spec(service),
        slot=slot,
        node=node,
        desired=TaskState.RUNNING if ready is None else TaskState.READY,
        since=now,
        due=now,
        ready=ready or 0.0,
        attached=_attached(world, cluster, service),
        ports=service.ports,
    )
    return changed(world, cluster, task)


def task_spec(service: Service) -> Fields:
    """Return what the tasks of a service are made of, as they show it."""
    template = service.template.values
    return Fields({name: value for name, value in template.items() if name != "Runtime"})


def is_current(service: Service, task: Task) -> bool:
    """Tell whether a task is what its service asks for now."""
    return task.spec == task_spec(service) and task.ports == service.ports


def tasks_of(cluster: Cluster, service: str) -> list[Task]:
    """Return the tasks of a service, the oldest first."""
    found = [task for task in list(cluster.tasks.values()) if task.service == service]
    return sorted(found, key=lambda task: (task.created, task.index))


def networks_of(spec: Fields) -> list[Fields]:
    """Return the networks that a service asks for, where its template or older ones have them."""
    return spec.fields("TaskTemplate").each("Networks") or spec.each("Networks")


def publishes(service: Service, mode: str) -> bool:
    """Tell whether a service publishes ports in a mode: ingress or host."""
    return any(port.text("PublishMode") == mode for port in service.ports)


def _attached(world: World, cluster: Cluster, service: Service) -> dict[str, str]:
    targets = [each.text("Target") for each in networks_of(service.spec)]
    ingress = ingress_of(world)
    if ingress is not None and publishes(service, "ingress"):
        targets.append(ingress.id)
    return {target: address_on(world, cluster, target) for target in dict.fromkeys(targets)}
