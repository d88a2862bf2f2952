"""Services: made, found, changed, put back, read and removed."""

from http import HTTPStatus
from typing import TypedDict

from contracts.scenarios.making import JSON, own
from contracts.scenarios.swarming import (
    MALFORMED,
    RUNNING,
    SAYING,
    SECOND,
    STAYING,
    begin,
    container,
    image_id,
    index,
    only_task,
    said,
    service,
    settled,
    template,
)
from harness.model.call import Pairs
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Answer, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE

# Long enough for a daemon to see that a task runs, and no longer.
_ROLLOUT: dict[str, Json] = {
    "Parallelism": 1,
    "Delay": 0,
    "FailureAction": "continue",
    "Monitor": SECOND // 10,
    "MaxFailureRatio": 0.5,
    "Order": "start-first",
}
# What a task says, and how it is known that it has said it.
_SAYING = [*SAYING[:-1], f"{SAYING[-1]}; : > /said; exec sleep 1000"]
_SAID: dict[str, Json] = {
    "Test": ["CMD", "test", "-e", "/said"],
    "Interval": SECOND // 5,
    "Timeout": SECOND,
    "Retries": 10,
}


class _Change(TypedDict, total=False):
    registryAuthFrom: str
    rollback: str


_PLAIN = _Change()


def test_outside_of_a_swarm_there_are_no_services(engine: Stage) -> None:
    """A daemon in no swarm makes no service."""
    engine.call("ServiceList")
    engine.call("ServiceCreate", service(engine, engine.image, "outside"))
    engine.call("ServiceInspect", at=UNKNOWN)
    engine.call("ServiceUpdate", service(engine, engine.image, "outside"), at=UNKNOWN, version=1)
    engine.call("ServiceLogs", at=UNKNOWN, stdout=True)
    engine.call("ServiceDelete", at=UNKNOWN)


def test_a_service_is_told_all_that_it_can_be(engine: Stage) -> None:
    """A service keeps what it is told of its containers, its tasks and its rollouts."""
    begin(engine)
    network: dict[str, Json] = {
        "Name": engine.name("overlay"),
        "Driver": "overlay",
        "Labels": engine.labels,
        "CheckDuplicate": True,
    }
    overlay = engine.call("NetworkCreate", network).text("/Id")
    made = engine.call(
        "ServiceCreate",
        service(
            engine,
            f"{engine.hosted('pulled')}:latest",
            "told",
            TaskTemplate=_told(engine, overlay),
            UpdateConfig=_ROLLOUT,
            RollbackConfig={**_ROLLOUT, "FailureAction": "pause", "Order": "stop-first"},
            EndpointSpec=_ports(30_080),
        ),
        headers=_auth(engine),
    )
    name = made.text("/ID")
    if made.status == HTTPStatus.CREATED:
        engine.until("ServiceInspect", "/Endpoint/Ports/0/PublishedPort", 30_080, at=name)
    engine.call("ServiceInspect", at=name)
    engine.call("ServiceInspect", at=name, insertDefaults=True)
    engine.call("NetworkInspect", at=overlay)
    engine.call("ServiceDelete", at=name)
    engine.call("ServiceInspect", at=name)
    engine.call("ServiceDelete", at=name)


def test_services_are_found(engine: Stage) -> None:
    """A service is found by its id, the start of its name, its labels and its mode."""
    begin(engine)
    image = image_id(engine)
    engine.call("ServiceCreate", service(engine, image, "counted"))
    nowhere = template(engine, image, STAYING, Placement={"Constraints": ["node.role==worker"]})
    everywhere = service(engine, image, "spread", TaskTemplate=nowhere, Mode={"Global": {}})
    made = engine.call("ServiceCreate", everywhere).text("/ID")
    for defaults in ("true", "0", "contract"):
        engine.call("ServiceInspect", at=made, insertDefaults=defaults)
    filters: tuple[dict[str, Json], ...] = (
        own(engine, mode=["global"]),
        own(engine, mode=["replicated"]),
        own(engine, name=[engine.name("spr")]),
        {"id": [made]},
        {"name": [UNKNOWN]},
        {"label": ["contract"]},
        {"runtime": ["plugin"]},
        {"mode": ["contract"]},
        {"contract": ["1"]},
    )
    for each in filters:
        engine.call("ServiceList", filters=each)
    engine.call("ServiceList", filters="contract")
    _refused(engine, image)


def test_a_service_is_changed_and_put_back(engine: Stage) -> None:
    """A service is changed by who knows its version, and put back to what it was before."""
    begin(engine)
    image = image_id(engine)
    made = engine.call("ServiceCreate", service(engine, image, "changed"), headers=_auth(engine))
    name = made.text("/ID")
    first = engine.call("ServiceInspect", at=name)
    other = service(engine, image, "changed", Labels={**engine.labels, "two": "2"})
    engine.call("ServiceUpdate", other, at=name, version=index(first), headers=_auth(engine))
    engine.call("ServiceInspect", at=name)
    engine.call("ServiceUpdate", other, at=name, version=index(first))
    engine.call("ServiceUpdate", other, at=name)
    engine.call("ServiceUpdate", other, at=UNKNOWN, version=1)
    engine.call("ServiceUpdate", MALFORMED, at=name, media_type=JSON, version=1)
    queries: tuple[_Change, ...] = (
        {"registryAuthFrom": "spec"},
        {"registryAuthFrom": "previous-spec"},
        {"registryAuthFrom": "contract"},
        {"rollback": "contract"},
        {"rollback": "previous"},
    )
    for query in queries:
        _updated(engine, name, other, query)
    engine.pause(0.1)  # A daemon puts it back after it has answered.
    engine.call("ServiceInspect", at=name)
    refused: tuple[dict[str, Json], ...] = (
        service(engine, image, "renamed"),
        service(engine, image, "changed", Mode={"Global": {}}),
        service(engine, image, "changed", TaskTemplate={}),
    )
    for spec in refused:
        _updated(engine, name, spec)


def test_a_service_runs_and_is_read(engine: Stage) -> None:
    """What a service's task says is read while it runs; a forced change begins another task."""
    begin(engine)
    image = image_id(engine)
    spec: dict[str, Json] = {"UpdateConfig": _ROLLOUT, "EndpointSpec": {"Mode": "dnsrr"}}
    task = template(engine, image, _SAYING, _lively(engine))
    made = engine.call(
        "ServiceCreate", service(engine, image, "lively", 1, TaskTemplate=task, **spec)
    )
    name = made.text("/ID")
    first = only_task(engine, made, RUNNING)
    container_id = engine.call("TaskInspect", at=first).text("/Status/ContainerStatus/ContainerID")
    if container_id != UNKNOWN:
        engine.until("ContainerInspect", "/State/Health/Status", "healthy", at=container_id)
    _read(engine, name)
    changed = service(engine, image, "lively", 1, TaskTemplate={**task, "ForceUpdate": 1}, **spec)
    _updated(engine, name, changed)
    settled(engine, first, "shutdown")
    engine.call("ServiceInspect", at=name)
    running: dict[str, Json] = {"service": [name], "desired-state": ["running"]}
    engine.call("TaskList", filters=running)
    _updated(engine, name, service(engine, image, "lively", 0, TaskTemplate=task, **spec))
    engine.call("ServiceDelete", at=name)
    engine.call("ServiceLogs", at=name, stdout=True)


def _told(engine: Stage, network: str) -> dict[str, Json]:
    """Return a TaskTemplate that says all that can be said of a container on Linux."""
    spec: dict[str, Json] = {
        "Args": ["contract"],
        "Hostname": "contract",
        "Env": ["A=1", "B="],
        "Dir": "/tmp",  # noqa: S108 - in the container
        "User": "0:0",
        "Groups": ["0"],
        "Privileges": {"SELinuxContext": {"Disable": False, "Level": "s0"}},
        "TTY": False,
        "OpenStdin": True,
        "ReadOnly": True,
        "Hosts": ["127.0.0.1 contract"],
        "DNSConfig": {"Nameservers": ["127.0.0.1"], "Search": ["test"], "Options": ["ndots:1"]},
        "HealthCheck": {
            "Test": ["CMD", "true"],
            "Interval": SECOND,
            "Timeout": SECOND,
            "Retries": 2,
        },
        "Mounts": _mounts(engine),
    }
    return {
        "ContainerSpec": container(engine, f"{engine.hosted('pulled')}:latest", STAYING, spec),
        "Resources": {
            "Limits": {"NanoCPUs": SECOND // 2, "MemoryBytes": 64 << 20},
            "Reservations": {
                "NanoCPUs": SECOND // 10,
                "MemoryBytes": 16 << 20,
                "GenericResources": [
                    {"DiscreteResourceSpec": {"Kind": "contract", "Value": 1}},
                    {"NamedResourceSpec": {"Kind": "contract", "Value": "one"}},
                ],
            },
        },
        "RestartPolicy": {
            "Condition": "on-failure",
            "Delay": SECOND,
            "MaxAttempts": 2,
            "Window": 5 * SECOND,
        },
        "Placement": {
            "Constraints": ["node.role==manager"],
            "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.contract"}}],
            "Platforms": [{"Architecture": "x86_64", "OS": "linux"}],
        },
        "LogDriver": {"Name": "json-file", "Options": {"max-file": "2", "max-size": "1m"}},
        "Networks": [{"Target": network, "Aliases": ["contract"]}],
        "ForceUpdate": 2,
        "Runtime": "container",
    }


def _mounts(engine: Stage) -> list[Json]:
    volume: dict[str, Json] = {
        "Type": "volume",
        "Source": engine.name("data"),
        "Target": "/data",
        "ReadOnly": False,
        "VolumeOptions": {
            "NoCopy": True,
            "Labels": engine.labels,
            "DriverConfig": {"Name": "local", "Options": {}},
        },
    }
    memory: dict[str, Json] = {"SizeBytes": 65536, "Mode": 0o755}
    return [volume, {"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": memory}]


def _lively(engine: Stage) -> dict[str, Json]:
    """Return what of a ContainerSpec a task can run with anywhere."""
    return {
        "Env": ["A=1"],
        "TTY": False,
        "Mounts": _mounts(engine),
        "Hosts": ["127.0.0.1 contract"],
        "HealthCheck": _SAID,
    }


def _ports(first: int) -> dict[str, Json]:
    """Return an EndpointSpec that publishes two ports, one of the daemon's choice."""
    udp: dict[str, Json] = {"Name": "names", "Protocol": "udp", "TargetPort": 53}
    tcp: dict[str, Json] = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": first}
    return {"Mode": "vip", "Ports": [tcp | {"PublishMode": "ingress"}, udp]}


def _refused(engine: Stage, image: str) -> None:
    """Make services whose name or port is taken, and such as cannot be."""
    engine.call("ServiceCreate", service(engine, image, "published", EndpointSpec=_ports(30_081)))
    refused: tuple[dict[str, Json], ...] = (
        service(engine, image, "counted"),
        service(engine, image, "rival", EndpointSpec=_ports(30_081)),
        service(engine, image, "unnetworked", Networks=[{"Target": UNKNOWN}]),
        service(engine, image, "both", Mode={"Replicated": {"Replicas": 0}, "Global": {}}),
        service(engine, image, "empty", TaskTemplate={}),
        service(engine, image, "imageless", TaskTemplate={"ContainerSpec": {"Command": ["true"]}}),
        service(
            engine,
            image,
            "choosy",
            TaskTemplate=template(engine, image, STAYING, Placement={"Constraints": ["contract"]}),
        ),
        service(engine, image, "round", EndpointSpec={**_ports(30_082), "Mode": "dnsrr"}),
        {**service(engine, image, "nameless"), "Name": ""},
        {**service(engine, image, "misnamed"), "Name": "not/a/name"},
        service(
            engine,
            image,
            "runtime",
            TaskTemplate={**template(engine, image, STAYING), "Runtime": "contract"},
        ),
    )
    for spec in refused:
        engine.call("ServiceCreate", spec)
    engine.call("ServiceCreate", MALFORMED, media_type=JSON)


def _updated(engine: Stage, name: str, spec: dict[str, Json], change: _Change = _PLAIN) -> Answer:
    """Change a service from what it is at this moment."""
    seen = engine.call("ServiceInspect", at=name)
    return engine.call("ServiceUpdate", spec, at=name, version=index(seen), **change)


def _read(engine: Stage, name: str) -> None:
    for query in said(engine):
        engine.call("ServiceLogs", at=name, **query)
    engine.call("ServiceLogs", at=name, stdout=True, stderr=True, follow=True)
    engine.call("ServiceLogs", at=UNKNOWN, stdout=True)


def _auth(engine: Stage) -> Pairs:
    return (("X-Registry-Auth", engine.auth),)
