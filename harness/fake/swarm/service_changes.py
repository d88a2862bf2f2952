"""Services made, changed, taken back and removed."""

from dataclasses import replace

from harness.fake.images.references import is_id, parse
from harness.fake.requests.answer import RefusedError, bad_request, conflict
from harness.fake.requests.asked import Asked
from harness.fake.requests.fields import Fields
from harness.fake.swarm import orchestration
from harness.fake.swarm.networks import address_on, ingress_of, local_name
from harness.fake.swarm.service_specs import service_spec
from harness.fake.swarm.store import (
    changed,
    cluster_of,
    expect,
    failed_precondition,
    invalid_argument,
    service_named,
    told,
)
from harness.fake.swarm.task_making import networks_of
from harness.fake.swarm.values import Cluster, Service, UpdateStatus
from harness.fake.world import World
from harness.model.spec import Json

_FIRST_PORT, _LAST_PORT = 30000, 32767
_UNIMPLEMENTED = "rpc error: code = Unimplemented desc ="
_REQUESTED = UpdateStatus("rollback_started", "manually requested rollback")


def create(world: World, asked: Fields) -> Service:
    """Make a service, and begin to make its tasks; refuse what no service is."""
    cluster = cluster_of(world)
    spec = service_spec(world, cluster, asked)
    if any(each.name == spec.text("Name") for each in list(cluster.services.values())):
        taken = (
            f"name conflicts with an existing object: service {spec.text('Name')} already exists"
        )
        raise conflict(f"rpc error: code = AlreadyExists desc = {taken}")
    service = Service(id=world.ids.swarm(), created=world.now(), spec=spec)
    ports = _ports(cluster, service)
    service = changed(world, cluster, replace(service, ports=ports))
    told(world, cluster, "create", service)
    if _needs_addresses(service):
        addresses = _addresses(world, cluster, service)
        service = changed(world, cluster, service, addresses=addresses)
        told(world, cluster, "update", service)
    orchestration.reconcile(world, cluster, service)
    return service


def update(world: World, name: str, asked: Fields, version: int) -> Service:
    """Give a service another spec, and begin to replace its tasks; refuse what cannot be."""
    cluster = cluster_of(world)
    spec = service_spec(world, cluster, asked)
    service = service_named(cluster, name)
    _check_change(service, spec)
    ports = _ports(cluster, replace(service, spec=spec))
    expect(service.index, version)
    new = replace(service, spec=spec, previous=service.spec, ports=ports, update=None, rolled=False)
    return _changed(world, cluster, service, new)


def roll_back(world: World, name: str, asked: Fields, version: int) -> Service:
    """Give a service the spec that it had before; refuse where it had none."""
    cluster = cluster_of(world)
    _check_change(service_named(cluster, name), service_spec(world, cluster, asked))
    service = service_named(cluster, name)
    expect(service.index, version)
    if service.previous is None:
        raise failed_precondition(f"service {service.id} does not have a previous spec")
    new = replace(
        service,
        spec=service.previous,
        previous=service.spec,
        update=replace(_REQUESTED, started=world.now()),
        rolled=True,
    )
    return _changed(world, cluster, service, replace(new, ports=_ports(cluster, new)))


def remove(world: World, name: str) -> None:
    """Remove a service with all its tasks."""
    cluster = cluster_of(world)
    service = service_named(cluster, name)
    del cluster.services[service.id]
    told(world, cluster, "remove", service)
    orchestration.remove_tasks(world, cluster, service.id)


def pinned(world: World, asked: Asked, body: Fields) -> tuple[Fields, list[Json]]:
    """Return a spec with the digest of its image, and warnings where no registry tells it.

    Clients ask the registry themselves where the version lets them.
    """
    container = body.fields("TaskTemplate").fields("ContainerSpec")
    image = container.text("Image")
    # An id is no name: there is nothing to ask a registry for.
    if asked.passed("digest-pinned-by-client") or not image or is_id(image):
        return body, []
    try:
        reference = parse(image)
    except RefusedError:
        return body, []
    if reference.digest:
        return body, []
    tagged = reference.tagged.short
    digest = next(
        (
            known.partition("@")[2]
            for known, identity in world.digests.items()
            if identity == world.tags.get(tagged) and known.startswith(f"{reference.short_name}@")
        ),
        "",
    )
    if not digest:
        return body, [_unpinned(tagged)]
    spec = Fields(container.copy(Image=f"{tagged}@{digest}"))
    template = body.fields("TaskTemplate").copy(ContainerSpec=dict(spec.values))
    return Fields(body.copy(TaskTemplate=template)), []


def _unpinned(image: str) -> str:
    return (
        f"image {image} could not be accessed on a registry to record\n"
        f"its digest. Each node will access {image} independently,\n"
        "possibly leading to different nodes running different\nversions of the image.\n"
    )


def _changed(world: World, cluster: Cluster, old: Service, new: Service) -> Service:
    """Keep a changed service, tell of it, and see to its tasks."""
    addressed = new if _needs_addresses(new) else replace(new, addresses={})
    service = changed(world, cluster, addressed)
    told(world, cluster, "update", service, _difference(old, service))
    if _needs_addresses(service) and set(_targets(world, service)) != set(old.addresses):
        addresses = _addresses(world, cluster, service)
        service = changed(world, cluster, service, addresses=addresses)
        told(world, cluster, "update", service)
    orchestration.reconcile(world, cluster, service)
    return service


def _difference(old: Service, new: Service) -> dict[str, str]:
    more: dict[str, str] = {}
    if old.replicas != new.replicas:
        more |= {"replicas.new": str(new.replicas), "replicas.old": str(old.replicas)}
    if new.update is not None:
        more["updatestate.new"] = new.update.state
        if old.update is not None:
            more["updatestate.old"] = old.update.state
    return more


def _check_change(service: Service, spec: Fields) -> None:
    if spec.text("Name") != service.name:
        raise RefusedError(501, f"{_UNIMPLEMENTED} renaming services is not supported")
    if spec.fields("Mode").values.keys() != service.spec.fields("Mode").values.keys():
        raise RefusedError(501, f"{_UNIMPLEMENTED} service mode change is not allowed")


def _ports(cluster: Cluster, service: Service) -> tuple[Fields, ...]:
    """Return the ports of a service, with those that it leaves to the swarm; refuse taken ones."""
    others = [each for each in list(cluster.services.values()) if each.id != service.id]
    taken = {
        (port.text("Protocol"), port.number("PublishedPort")): (port, other)
        for other in others
        for port in other.ports
        if port.number("PublishedPort")
    }
    ports = []
    for port in service.spec.fields("EndpointSpec").each("Ports"):
        protocol, number = port.text("Protocol"), port.number("PublishedPort")
        ingress = port.text("PublishMode") == "ingress"
        if (protocol, number) in taken:
            _check_shared(number, *taken[protocol, number], ingress=ingress)
        if ingress and not number:
            kept = next((own for own in service.ports if _matches(own, port)), None)
            number = kept.number("PublishedPort") if kept else _free(protocol, taken)
            taken[protocol, number] = (port, service)
            port = Fields(port.copy(PublishedPort=number))  # noqa: PLW2901 - the same, completed
        ports.append(port)
    return tuple(ports)


def _check_shared(number: int, port: Fields, other: Service, *, ingress: bool) -> None:
    how = "an ingress port" if port.text("PublishMode") == "ingress" else "a host-published port"
    if ingress or port.text("PublishMode") == "ingress":
        by = f"'{other.name}' ({other.id})"
        raise invalid_argument(f"port '{number}' is already in use by service {by} as {how}")


def _matches(own: Fields, port: Fields) -> bool:
    names = ("Protocol", "TargetPort", "PublishMode")
    return all(own.raw(name) == port.raw(name) for name in names)


def _free(protocol: str, taken: dict[tuple[str, int], tuple[Fields, Service]]) -> int:
    for number in range(_FIRST_PORT, _LAST_PORT + 1):
        if (protocol, number) not in taken:
            return number
    raise bad_request("rpc error: code = ResourceExhausted desc = no free port")


def _needs_addresses(service: Service) -> bool:
    """Tell whether a service has addresses of its own, and not only those of its tasks."""
    if service.spec.fields("EndpointSpec").text("Mode", "vip") != "vip":
        return False
    ingress = any(port.text("PublishMode") == "ingress" for port in service.ports)
    return ingress or bool(networks_of(service.spec))


def _targets(world: World, service: Service) -> list[str]:
    ingress = ingress_of(world)
    asked = [each.text("Target") for each in networks_of(service.spec)]
    targets = [target for target in asked if ingress is None or target != ingress.id]
    if ingress and any(port.text("PublishMode") == "ingress" for port in service.ports):
        targets.append(ingress.id)
    return targets


def _addresses(world: World, cluster: Cluster, service: Service) -> dict[str, str]:
    return {
        target: service.addresses.get(target)
        or ("" if local_name(cluster, target) else address_on(world, cluster, target))
        for target in _targets(world, service)
    }
