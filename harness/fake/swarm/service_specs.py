"""What a service is asked to be: checked in the words of dockerd, and kept as it keeps it."""

import re
from collections.abc import Iterable

from harness.fake.containers.names import free_name
from harness.fake.images.references import parse
from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.swarm.networks import target_of
from harness.fake.swarm.placement import check_constraints
from harness.fake.swarm.store import invalid_argument
from harness.fake.swarm.values import Cluster
from harness.fake.world import World
from harness.model.spec import Json

_NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*", re.ASCII)
_LONGEST = 63
_LEAST_CPU, _LEAST_MEMORY = 1_000_000, 4 * 1024**2
_MILLISECOND = 1_000_000
_CONTAINER = (
    *("Image", "Labels", "Command", "Args", "Hostname", "Env", "Dir", "User", "Groups"),
    *("Init", "StopSignal", "TTY", "OpenStdin", "ReadOnly", "Mounts", "StopGracePeriod"),
    *("Hosts", "DNSConfig", "Secrets", "Configs"),
)
# dockerd writes it one way, the documents another.
_HEALTH = ("Healthcheck", "HealthCheck")
_MOUNTS = frozenset({"bind", "volume", "tmpfs", "npipe"})


def service_spec(world: World, cluster: Cluster, asked: Fields) -> Fields:
    """Return what a service is asked to be, as a swarm keeps it; refuse what no service is."""
    template = asked.fields("TaskTemplate")
    networks = [_network(world, cluster, each) for each in template.elements("Networks")]
    older = [_network(world, cluster, each) for each in asked.elements("Networks")]
    spec: dict[str, Json] = {
        "Name": asked.text("Name") or free_name(world, ""),
        "Labels": dict(asked.pairs("Labels")),
        "TaskTemplate": _template(template, networks),
        "Mode": _mode(asked.fields("Mode")),
    }
    for name in ("UpdateConfig", "RollbackConfig"):
        if name in asked:
            spec[name] = _update_config(asked.fields(name))
    if older:
        spec["Networks"] = list(older)
    if "EndpointSpec" in asked:
        spec["EndpointSpec"] = _endpoint(asked.fields("EndpointSpec"))
    kept = Fields(spec)
    _check(cluster, kept)
    return kept


def with_defaults(spec: Fields) -> Fields:
    """Return a spec with what holds where it says nothing, as insertDefaults asks for it."""
    second = 1_000_000_000
    template = spec.fields("TaskTemplate")
    own = template.fields("ContainerSpec").values
    container: dict[str, Json] = {"StopGracePeriod": 10 * second, "DNSConfig": {}, **own}
    update: dict[str, Json] = {
        "Parallelism": 1,
        "FailureAction": "pause",
        "Monitor": 5 * second,
        "MaxFailureRatio": 0,
        "Order": "stop-first",
    }
    policy: dict[str, Json] = {"Condition": "any", "Delay": 5 * second, "MaxAttempts": 0}
    complete: dict[str, Json] = {
        "TaskTemplate": {
            "Resources": {},
            "Placement": {},
            **template.values,
            "RestartPolicy": {**policy, **template.fields("RestartPolicy").values},
            "ContainerSpec": container,
        },
        "UpdateConfig": {**update, **spec.fields("UpdateConfig").values},
        "RollbackConfig": {**update, **spec.fields("RollbackConfig").values},
    }
    return Fields(spec.copy(**complete))


def _template(asked: Fields, networks: list[Json]) -> Json:
    runtime = asked.text("Runtime", "container") or "container"
    if runtime not in {"container", "plugin"}:
        raise bad_request("unsupported runtime")
    if runtime == "plugin" and "PluginSpec" in asked and "ContainerSpec" not in asked:
        raise RefusedError(501, "this fake runs no plugins as services")
    if "ContainerSpec" not in asked or runtime == "plugin":
        raise bad_request("mismatched Runtime and *Spec fields")
    template: dict[str, Json] = {
        "ContainerSpec": _container(asked.fields("ContainerSpec")),
        "ForceUpdate": asked.number("ForceUpdate"),
        "Runtime": "container",
    }
    if "RestartPolicy" in asked:
        template["RestartPolicy"] = _restart_policy(asked.fields("RestartPolicy"))
    for name in ("Resources", "Placement", "LogDriver"):
        if name in asked:
            template[name] = _without_nothing(asked.fields(name))
    if networks:
        template["Networks"] = networks
    return template


def _container(asked: Fields) -> Json:
    container: dict[str, Json] = {
        name: asked.raw(name) for name in _CONTAINER if asked.raw(name) or _is_switch(asked, name)
    }
    isolation = asked.text("Isolation").lower()
    container["Isolation"] = isolation if isolation in {"process", "hyperv"} else "default"
    for mount in asked.each("Mounts"):
        if mount.text("Type") and mount.text("Type").lower() not in _MOUNTS:
            raise bad_request(f'invalid MountType: "{mount.text("Type")}"')
    for kind in ("Secret", "Config"):
        if f"{kind}s" in container:
            container[f"{kind}s"] = [_use(each, kind) for each in asked.each(f"{kind}s")]
    health = next((asked.raw(name) for name in _HEALTH if name in asked), None)
    if health is not None:
        container |= dict.fromkeys(_HEALTH, health)
    if "Privileges" in asked:
        container["Privileges"] = _privileges(asked.fields("Privileges"))
    return container


def _use(asked: Fields, kind: str) -> Json:
    """Return a secret or a config that a container is to have."""
    use: dict[str, Json] = {name: asked.text(name) for name in (f"{kind}ID", f"{kind}Name")}
    if "File" in asked:
        file = asked.fields("File")
        texts: dict[str, Json] = {name: file.text(name) for name in ("Name", "UID", "GID")}
        use["File"] = {**texts, "Mode": file.number("Mode")}
    return use


def _is_switch(asked: Fields, name: str) -> bool:
    """Tell whether a value is kept though it is false or nought: one that is absent otherwise."""
    return name in {"Init", "StopGracePeriod"} and name in asked


def _privileges(asked: Fields) -> Json:
    context = asked.fields("SELinuxContext")
    texts: dict[str, Json] = {
        each: context.text(each) for each in ("User", "Role", "Type", "Level")
    }
    return {
        "CredentialSpec": asked.raw("CredentialSpec"),
        "SELinuxContext": {"Disable": context.flag("Disable"), **texts}
        if "SELinuxContext" in asked
        else None,
    }


def _restart_policy(asked: Fields) -> Json:
    condition = asked.text("Condition").lower()
    if condition not in {"", "none", "on-failure", "any"}:
        raise bad_request(f'invalid RestartCondition: "{asked.text("Condition")}"')
    policy: dict[str, Json] = {"Condition": condition or "any"}
    for name in ("Delay", "Window"):
        if name in asked:
            policy[name] = asked.number(name)
    policy["MaxAttempts"] = asked.number("MaxAttempts")
    return policy


def _mode(asked: Fields) -> Json:
    if "Replicated" in asked and "Global" in asked:
        raise bad_request("must specify only one service mode")
    if "Global" in asked:
        return {"Global": {}}
    replicated = asked.fields("Replicated")
    replicas = replicated.number("Replicas", 1)
    if replicas < 0:
        where = "Go struct field ReplicatedService.Mode.Replicated.Replicas of type uint64"
        raise bad_request(f"json: cannot unmarshal number {replicas} into {where}")
    return {"Replicated": {"Replicas": replicas}}


def _update_config(asked: Fields) -> Json:
    action, order = asked.text("FailureAction"), asked.text("Order")
    if action not in {"", "pause", "continue", "rollback"}:
        raise bad_request(f"unrecognized update failure action {action}")
    if order not in {"", "stop-first", "start-first"}:
        raise bad_request(f"unrecognized update order {order}")
    config: dict[str, Json] = {
        "Parallelism": asked.number("Parallelism"),
        "FailureAction": action or "pause",
        "MaxFailureRatio": asked.raw("MaxFailureRatio") or 0,
        "Order": order or "stop-first",
    }
    for name in ("Delay", "Monitor"):
        if asked.number(name):
            config[name] = asked.number(name)
    return config


def _endpoint(asked: Fields) -> Json:
    mode = asked.text("Mode")
    if mode not in {"", "vip", "dnsrr"}:
        raise bad_request(f'invalid resolution mode: "{mode}"')
    endpoint: dict[str, Json] = {"Mode": mode or "vip"}
    ports: list[Json] = [_port(each) for each in asked.each("Ports")]
    if ports:
        endpoint["Ports"] = ports
    return endpoint


def _port(asked: Fields) -> Json:
    protocol, mode = asked.text("Protocol"), asked.text("PublishMode")
    port: dict[str, Json] = {
        "Protocol": protocol if protocol in {"udp", "sctp"} else "tcp",
        "PublishMode": "host" if mode == "host" else "ingress",
    }
    for name in ("Name", "TargetPort", "PublishedPort"):
        if asked.raw(name):
            port[name] = asked.raw(name)
    return port


def _network(world: World, cluster: Cluster, value: Json) -> Json:
    asked = fields_of(value)
    return _without_nothing(
        Fields(asked.copy(Target=target_of(world, cluster, asked.text("Target"))))
    )


def _without_nothing(asked: Fields) -> Json:
    return {name: value for name, value in asked.values.items() if value is not None}


def _check(cluster: Cluster, spec: Fields) -> None:
    """Refuse what a swarm refuses when it has understood everything."""
    _check_name(spec.text("Name"))
    template = spec.fields("TaskTemplate")
    _check_resources(template.fields("Resources"))
    _check_durations("restart", template.fields("RestartPolicy"), ("Delay", "Window"))
    check_constraints(template.fields("Placement").texts("Constraints"))
    _check_container(template.fields("ContainerSpec"))
    for name in ("UpdateConfig", "RollbackConfig"):
        _check_durations("update", spec.fields(name), ("Delay", "Monitor"))
        ratio = spec.fields(name).raw("MaxFailureRatio")
        if isinstance(ratio, int | float) and not 0 <= ratio <= 1:
            words = "update-maxfailureratio cannot be less than 0 or bigger than 1"
            raise invalid_argument(f"TaskSpec: {words}")
    _check_endpoint(spec.fields("EndpointSpec"))
    _check_uses(cluster, template.fields("ContainerSpec"))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid_argument("name must be valid as a DNS name component")
    if len(name) > _LONGEST:
        raise invalid_argument("name must be 63 characters or fewer")


def _check_resources(resources: Fields) -> None:
    for limits in (resources.fields("Limits"), resources.fields("Reservations")):
        cpu, memory = limits.number("NanoCPUs"), limits.number("MemoryBytes")
        if cpu and cpu < _LEAST_CPU:
            raise invalid_argument(f"invalid cpu value {cpu / 1e9:g}: Must be at least 0.001")
        if memory and memory < _LEAST_MEMORY:
            raise invalid_argument(f"invalid memory value {memory}: Must be at least 4MiB")


def _check_durations(kind: str, asked: Fields, names: Iterable[str]) -> None:
    for name in names:
        if asked.number(name) < 0:
            raise invalid_argument(f"TaskSpec: {kind}-{name.lower()} cannot be negative")


def _check_container(container: Fields) -> None:
    image = container.text("Image")
    if not image:
        raise invalid_argument("ContainerSpec: image reference must be provided")
    try:
        parse(image)
    except RefusedError as error:
        wrong = f'"{image}" is not a valid repository/tag'
        raise invalid_argument(f"ContainerSpec: {wrong}") from error
    targets: set[str] = set()
    for mount in container.each("Mounts"):
        target = mount.text("Target")
        if target and target in targets:
            raise invalid_argument(f"ContainerSpec: duplicate mount point: {target}")
        targets.add(target)
    health = container.fields("Healthcheck")
    for name in ("Interval", "Timeout", "StartPeriod"):
        if health.number(name) < 0 or 0 < health.number(name) < _MILLISECOND:
            few = f"{name} in HealthConfig cannot be less than 1ms"
            raise invalid_argument(f"ContainerSpec: {few}")
    if health.number("Retries") < 0:
        raise invalid_argument("ContainerSpec: Retries in HealthConfig cannot be negative")


def _check_endpoint(endpoint: Fields) -> None:
    ports = endpoint.each("Ports")
    if endpoint.text("Mode") == "dnsrr" and any(
        port.text("PublishMode") == "ingress" for port in ports
    ):
        words = "port published with ingress mode can't be used with dnsrr mode"
        raise invalid_argument(f"EndpointSpec: {words}")
    published = [
        (port.text("Protocol"), port.text("PublishMode"), port.number("PublishedPort"))
        for port in ports
        if port.number("PublishedPort")
    ]
    if len(set(published)) < len(published):
        raise invalid_argument("EndpointSpec: duplicate published ports provided")


def _check_uses(cluster: Cluster, container: Fields) -> None:
    """Refuse secrets and configs that are not there, or that have no place to go to."""
    for kind, known in (("Secret", cluster.secrets), ("Config", cluster.configs)):
        word = kind.lower()
        uses = container.each(f"{kind}s")
        for use in uses:
            if not use.fields("File").text("Name"):
                raise invalid_argument(f"malformed {word} reference, no target provided")
        missing = [use.text(f"{kind}Name") for use in uses if use.text(f"{kind}ID") not in known]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise invalid_argument(f"{word}{plural} not found: {', '.join(missing)}")
