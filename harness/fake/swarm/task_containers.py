"""The containers of tasks, in the world of their node: made, started, ended, removed."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from harness.fake.containers import lifecycle
from harness.fake.files import container_files
from harness.fake.images.pulls import pull
from harness.fake.images.references import parse
from harness.fake.images.remote import Credentials
from harness.fake.images.store import find_image
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.swarm.values import Task
from harness.fake.values import Endpoint, File
from harness.fake.world import HIGHEST, World
from harness.model.spec import Json

_GRACE = 10.0
_SECOND = 1_000_000_000
_PLACEHOLDER = re.compile(r"\{\{\s*\.(\w+)\.(\w+)\s*\}\}")

Ended = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """A task, and what its node has to know beside it; `files` are its secrets and configs.

    `networks` are ids and addresses by name; `mode` is the network mode of the container.
    """

    task: Task
    service: str
    hostname: str
    ports: tuple[Fields, ...] = ()
    networks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    mode: str = "default"
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def spec(self) -> Fields:
        """Return what the container is made of."""
        return self.task.spec.fields("ContainerSpec")


def make(world: World, order: Order) -> str:
    """Make the container of a task and return its id; refuse as the creation of containers does."""
    _pull(world, order.spec.text("Image"))
    container = lifecycle.create(
        world,
        name=order.task.name,
        config=_config(order),
        host=_host(order),
        networking=Fields(),
        version=HIGHEST,
    )
    if order.networks:
        networks = {name: _endpoint(*place) for name, place in order.networks.items()}
        container = world.change(container, networks=networks)
    for path, file in order.files.items():
        container_files.write_file(world, container.id, path, file)
    return container.id


def begin(world: World, container_id: str, ended: Ended) -> int:
    """Start the container of a task and return the id of its process; refuse as starts do.

    `ended` is told the exit code once the process has ended.
    """
    if container_id not in world.containers:
        raise RefusedError(404, f"No such container: {container_id}")
    lifecycle.start(world, container_id)
    _watch(world, container_id, ended)
    return world.containers[container_id].state.pid


def end(world: World, container_id: str, spec: Fields, ended: Ended) -> None:
    """Ask the container of a task to end, and kill it once its grace period is over."""
    if not lifecycle.is_running(world, container_id):
        container = world.containers.get(container_id)
        ended(container.state.exit_code if container and container.state.started else 0)
        return
    container = world.containers[container_id]
    process = world.processes.find(container_id)
    if process is not None:
        process.on_end = partial(_stopped, world, container_id, process.on_end, ended)
    lifecycle.kill(world, container_id, lifecycle.stop_signal(container) or 15)
    grace = _GRACE
    if "StopGracePeriod" in spec:
        grace = spec.number("StopGracePeriod") / _SECOND
    world.at(world.now() + max(grace, 0.0), partial(_kill, world, container_id, process))


def clear(world: World, container_id: str) -> None:
    """Remove the container of a task, if it is still there."""
    if container_id in world.containers:
        lifecycle.remove(world, container_id, force=True, volumes=True)


def containers_of(world: World, node: str) -> list[str]:
    """Return the ids of the containers that a daemon has for the tasks of a node."""
    label = "com.docker.swarm.node.id"
    return [each.id for each in world.containers.values() if each.labels.get(label) == node]


def _pull(world: World, name: str) -> None:
    """Get an image from its registry where it is not there; what fails is seen afterwards."""
    if find_image(world, name) is None:
        with suppress(RefusedError):
            reference = parse(name)
            pull(world, reference if reference.digest else reference.tagged, Credentials())


def _watch(world: World, container_id: str, ended: Ended) -> None:
    process = world.processes.find(container_id)
    if process is None:
        ended(world.containers[container_id].state.exit_code)
        return
    process.on_end = partial(_both, process.on_end, ended)


def _both(first: Ended, second: Ended, code: int) -> None:
    first(code)
    second(code)


def _stopped(world: World, container_id: str, first: Ended, ended: Ended, code: int) -> None:
    first(code)
    container = world.containers.get(container_id)
    if container is not None:
        lifecycle.told(world, container, "stop")
    ended(code)


def _kill(world: World, container_id: str, process: object) -> None:
    if process is not None and world.processes.find(container_id) is process:
        lifecycle.kill(world, container_id)


def _config(order: Order) -> Fields:
    spec = order.spec
    config: dict[str, Json] = {
        "Image": spec.text("Image"),
        "Hostname": _filled(order, spec.text("Hostname")),
        "Env": [_filled(order, each) for each in spec.texts("Env")] or None,
        "WorkingDir": spec.text("Dir"),
        "User": spec.text("User"),
        "Tty": spec.flag("TTY"),
        "OpenStdin": spec.flag("OpenStdin"),
        "Labels": dict(_labels(order)),
    }
    for name, own in (
        ("Entrypoint", "Command"),
        ("Cmd", "Args"),
        ("StopSignal", "StopSignal"),
        ("Healthcheck", "Healthcheck"),
    ):
        if own in spec:
            config[name] = spec.raw(own)
    ports: dict[str, Json] = {_port(each): {} for each in order.ports}
    if ports:
        config["ExposedPorts"] = ports
    return Fields(config)


def _host(order: Order) -> Fields:
    spec = order.spec
    limits = order.task.spec.fields("Resources").fields("Limits")
    names = spec.fields("DNSConfig")
    host: dict[str, Json] = {
        "NetworkMode": order.mode,
        "IpcMode": "private",
        "Isolation": spec.text("Isolation", "default"),
        "Memory": limits.number("MemoryBytes"),
        "NanoCpus": limits.number("NanoCPUs"),
        "ReadonlyRootfs": spec.flag("ReadOnly"),
        "Dns": list(names.texts("Nameservers")) or None,
        "DnsSearch": list(names.texts("Search")) or None,
        "DnsOptions": list(names.texts("Options")) or None,
        "GroupAdd": list(spec.texts("Groups")) or None,
        "ExtraHosts": [_extra_host(each) for each in spec.texts("Hosts")] or None,
        "Mounts": [_mount(order, each) for each in spec.each("Mounts")] or None,
        "Init": spec.raw("Init"),
    }
    driver = order.task.spec.fields("LogDriver")
    if driver.text("Name"):
        host["LogConfig"] = {"Type": driver.text("Name"), "Config": dict(driver.pairs("Options"))}
    if order.ports:
        host["PortBindings"] = {
            _port(each): [{"HostIp": "", "HostPort": str(each.number("PublishedPort") or "")}]
            for each in order.ports
        }
    return Fields(host)


def _labels(order: Order) -> dict[str, str]:
    task = order.task
    return {
        **order.spec.pairs("Labels"),
        "com.docker.swarm.node.id": task.node,
        "com.docker.swarm.service.id": task.service,
        "com.docker.swarm.service.name": order.service,
        "com.docker.swarm.task": "",
        "com.docker.swarm.task.id": task.id,
        "com.docker.swarm.task.name": task.name,
    }


def _filled(order: Order, text: str) -> str:
    """Return a text with the placeholders of services replaced."""
    task = order.task
    known = {
        "Service.ID": task.service,
        "Service.Name": order.service,
        "Node.ID": task.node,
        "Node.Hostname": order.hostname,
        "Task.ID": task.id,
        "Task.Name": task.name,
        "Task.Slot": str(task.slot or task.node),
    }
    return _PLACEHOLDER.sub(lambda match: known.get(f"{match[1]}.{match[2]}", match[0]), text)


def _mount(order: Order, mount: Fields) -> Json:
    source = mount.text("Source")
    return mount.copy(Source=_filled(order, source)) if source else dict(mount.values)


def _extra_host(line: str) -> str:
    """Return a line of /etc/hosts as HostConfig has it: name:address."""
    address, _, names = line.partition(" ")
    return f"{names}:{address}" if names else line


def _port(port: Fields) -> str:
    return f"{port.number('TargetPort')}/{port.text('Protocol', 'tcp')}"


def _endpoint(network: str, address: str) -> Endpoint:
    bare = address.partition("/")[0]
    settings: dict[str, Json] = {"IPAMConfig": {"IPv4Address": bare}} if bare else {}
    return Endpoint(network=network, settings=fields_of(settings))
