"""Services of a swarm."""

from harness.fake.requests.answer import Answer, bad_request, created
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.swarm import service_changes, service_logs
from harness.fake.swarm.service_specs import with_defaults
from harness.fake.swarm.store import (
    cluster_of,
    in_order,
    listing,
    service_named,
    strict_flag,
    version_of,
)
from harness.fake.swarm.task_making import tasks_of
from harness.fake.swarm.views import service_shown
from harness.fake.world import World


def _list(world: World, asked: Asked) -> Answer:
    cluster, filters = listing(world, asked, "name", "id", "label", "mode", "runtime")
    return Answer(
        value=[
            service_shown(service)
            for service in in_order(cluster.services)
            if filters.prefixed("name", service.name)
            and filters.prefixed("id", service.id)
            and filters.labels(service.spec.pairs("Labels"))
            and filters.exact("mode", "global" if service.is_global else "replicated")
            and filters.exact("runtime", "container")
        ]
    )


def _create(world: World, asked: Asked) -> Answer:
    body, warnings = service_changes.pinned(world, asked, asked.body())
    service = service_changes.create(world, body)
    return created({"ID": service.id, "Warnings": warnings} if warnings else {"ID": service.id})


def _inspect(world: World, asked: Asked) -> Answer:
    complete = strict_flag(asked, "insertDefaults", tersely=False)
    service = service_named(cluster_of(world), asked.name)
    spec = with_defaults(service.spec) if complete else None
    return Answer(value=service_shown(service, spec=spec))


def _update(world: World, asked: Asked) -> Answer:
    body, warnings = service_changes.pinned(world, asked, asked.body())
    version = version_of(asked, "service")
    cluster_of(world)
    source, back = asked.text("registryAuthFrom"), asked.text("rollback")
    # dockerd answers 500 to both, though the words are the client's.
    if source not in {"", "spec", "previous-spec"}:
        raise bad_request("unsupported registryAuthFrom value")
    if back not in {"", "none", "previous"}:
        raise bad_request(f"unrecognized rollback option {back}")
    change = service_changes.roll_back if back == "previous" else service_changes.update
    change(world, asked.name, body, version)
    return Answer(value={"Warnings": warnings or None})


def _delete(world: World, asked: Asked) -> Answer:
    service_changes.remove(world, asked.name)
    return Answer()


def _logs(world: World, asked: Asked) -> Answer:
    service_logs.check_streams(asked)
    cluster = cluster_of(world)
    service = service_named(cluster, asked.name)
    terminal = service.template.fields("ContainerSpec").flag("TTY")
    return service_logs.logs(world, asked, lambda: tasks_of(cluster, service.id), terminal=terminal)


HANDLERS: dict[str, Handler] = {
    "ServiceList": _list,
    "ServiceCreate": _create,
    "ServiceInspect": _inspect,
    "ServiceUpdate": _update,
    "ServiceDelete": _delete,
    "ServiceLogs": _logs,
}
