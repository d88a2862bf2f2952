"""How the run makes each resource in each state; a row in MAKERS for each."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import quote

from harness.daemon.archives import plugin_archive
from harness.engine.workshop import PREFIX, Resource, UnmakeableError, Workshop, text_at
from harness.model.pointer import at
from harness.model.spec import Json

Maker = Callable[[Workshop], Resource]

_TALK = ["sh", "-c", "echo out; echo err >&2; exec sleep 100000"]


def _created(shop: Workshop, state: str, command: list[str], **more: Json) -> Resource:
    name = shop.name("container")
    host: dict[str, Json] = {"NetworkMode": more.pop("network", "none")}
    body: dict[str, Json] = {
        "Image": shop.image,
        "Cmd": list[Json](command),
        "Labels": shop.labels,
        # PID 1 ignores SIGTERM, so a stop would last its whole grace period.
        "StopSignal": "SIGKILL",
        "HostConfig": host,
        **more,
    }
    made = shop.make("POST", f"/containers/create?name={name}", body)
    return Resource("container", state, text_at(made, "/Id"), name)


def _started(shop: Workshop, state: str, command: list[str], **more: Json) -> Resource:
    made = _created(shop, state, command, **more)
    shop.make("POST", f"/containers/{made.id}/start")
    return made


def _container_created(shop: Workshop) -> Resource:
    return _created(shop, "created", _TALK)


def _container_running(shop: Workshop) -> Resource:
    made = _started(shop, "running", _TALK)
    _heard(shop, made)
    return made


def _heard(shop: Workshop, container: Resource) -> None:
    """Wait for a moment until a container has said all that it says.

    What calls find of its output would be chance otherwise.
    """
    for _ in range(50):
        reply = shop.ask("GET", f"/containers/{container.id}/logs?stdout=1&stderr=1")
        if reply.status != HTTPStatus.OK or all(word in reply.body for word in (b"out", b"err")):
            return
        shop.pause(0.02)


def _container_paused(shop: Workshop) -> Resource:
    made = _started(shop, "paused", _TALK)
    shop.make("POST", f"/containers/{made.id}/pause")
    return made


def _container_exited(shop: Workshop) -> Resource:
    made = _started(shop, "exited", ["sh", "-c", "echo out; echo x > /made"])
    shop.make("POST", f"/containers/{made.id}/wait")
    return made


def _container_tty(shop: Workshop) -> Resource:
    return _started(shop, "tty", ["sh"], Tty=True, OpenStdin=True)


def _container_networked(shop: Workshop) -> Resource:
    return _started(shop, "networked", _TALK, network=shop.shared("network.shared").name)


def _exec(shop: Workshop, state: str, **body: Json) -> Resource:
    holder = shop.shared("container.running")
    made = shop.make("POST", f"/containers/{holder.id}/exec", body)
    return Resource("exec", state, text_at(made, "/Id"), holder.id)


def _exec_created(shop: Workshop) -> Resource:
    return _exec(shop, "created", Cmd=["echo", "contract"], AttachStdout=True)


def _exec_running(shop: Workshop) -> Resource:
    made = _exec(shop, "running", Cmd=["sleep", "100000"], Tty=True, AttachStdin=True)
    shop.make("POST", f"/exec/{made.id}/start", {"Detach": True, "Tty": True})
    return made


def _image_tagged(shop: Workshop) -> Resource:
    name = shop.name("image")
    shop.make("POST", f"/images/{shop.image}/tag?repo={name}&tag=latest")
    return Resource("image", "tagged", f"{name}:latest")


def _image_pushable(shop: Workshop) -> Resource:
    name = f"{shop.needed_registry}/{PREFIX}{shop.run}-pushed"
    shop.make("POST", f"/images/{shop.image}/tag?repo={name}&tag=latest")
    return Resource("image", "pushable", name)


def _volume(shop: Workshop) -> Resource:
    name = shop.name("volume")
    shop.make("POST", "/volumes/create", {"Name": name, "Labels": shop.labels})
    return Resource("volume", "plain", name)


def _network_named(shop: Workshop, state: str, name: str) -> Resource:
    body: dict[str, Json] = {"Name": name, "CheckDuplicate": True, "Labels": shop.labels}
    made = shop.make("POST", "/networks/create", body)
    return Resource("network", state, text_at(made, "/Id"), name)


def _network_plain(shop: Workshop) -> Resource:
    return _network_named(shop, "plain", shop.name("network"))


def _network_shared(shop: Workshop) -> Resource:
    return _network_named(shop, "shared", shop.name("network"))


def _plugin_created(shop: Workshop, state: str, name: str) -> Resource:
    shop.make(
        "POST",
        f"/plugins/create?name={name}",
        # dockerd has no place for two plugins of the same content.
        plugin_archive(note=name),
        media_type="application/x-tar",
    )
    return Resource("plugin", state, f"{name}:latest")


def _plugin_disabled(shop: Workshop) -> Resource:
    return _plugin_created(shop, "disabled", shop.name("plugin"))


def _plugin_enabled(shop: Workshop) -> Resource:
    made = _plugin_created(shop, "enabled", shop.name("plugin"))
    shop.make("POST", f"/plugins/{made.id}/enable?timeout=5")
    return made


def _plugin_pushable(shop: Workshop) -> Resource:
    return _plugin_created(shop, "pushable", f"{shop.needed_registry}/{PREFIX}{shop.run}-pushed")


def privileges(shop: Workshop) -> str:
    """Return, as JSON, what installing the registry's plugin has to grant."""
    remote = f"{shop.needed_registry}/{PREFIX}{shop.run}-plugin:latest"
    return json.dumps(shop.make("GET", f"/plugins/privileges?remote={remote}"))


def _plugin_pulled(shop: Workshop) -> Resource:
    remote, name = f"{shop.needed_registry}/{PREFIX}{shop.run}-plugin:latest", shop.name("plugin")
    granted = json.loads(privileges(shop))
    shop.make("POST", f"/plugins/pull?remote={remote}&name={name}", granted)
    return Resource("plugin", "pulled", f"{name}:latest")


def _service(shop: Workshop, state: str, replicas: int) -> Resource:
    name = shop.name("service")
    container: dict[str, Json] = {
        "Image": shop.image_id,
        "Command": list[Json](_TALK),
        "Labels": shop.labels,
    }
    made = shop.make(
        "POST",
        "/services/create",
        {
            "Name": name,
            "Labels": shop.labels,
            "TaskTemplate": {"ContainerSpec": container, "RestartPolicy": {"Condition": "none"}},
            "Mode": {"Replicated": {"Replicas": replicas}},
        },
    )
    return Resource("service", state, text_at(made, "/ID"), name)


def _service_idle(shop: Workshop) -> Resource:
    return _service(shop, "idle", 0)


def _service_running(shop: Workshop) -> Resource:
    made = _service(shop, "running", 1)
    _running_task(shop, made)
    return made


def _task_running(shop: Workshop) -> Resource:
    service = shop.shared("service.running")
    return Resource("task", "running", _running_task(shop, service), service.id)


def _running_task(shop: Workshop, service: Resource) -> str:
    wanted = quote(json.dumps({"service": [service.name]}))
    for pause in (*[0.02] * 25, *[0.1] * 95):
        tasks = shop.make("GET", f"/tasks?filters={wanted}")
        if at(tasks, "/0/Status/State") == "running":
            return text_at(tasks, "/0/ID")
        shop.pause(pause)
    raise UnmakeableError("the task of a service does not come to run within ten seconds")


def _node_self(shop: Workshop) -> Resource:
    return Resource("node", "self", text_at(shop.make("GET", "/info"), "/Swarm/NodeID"))


def _secret(shop: Workshop) -> Resource:
    name = shop.name("secret")
    body: dict[str, Json] = {"Name": name, "Labels": shop.labels, "Data": "Y29udHJhY3Q="}
    return Resource(
        "secret", "plain", text_at(shop.make("POST", "/secrets/create", body), "/ID"), name
    )


def _config(shop: Workshop) -> Resource:
    name = shop.name("config")
    body: dict[str, Json] = {"Name": name, "Labels": shop.labels, "Data": "Y29udHJhY3Q="}
    return Resource(
        "config", "plain", text_at(shop.make("POST", "/configs/create", body), "/ID"), name
    )


MAKERS: Mapping[str, Maker] = {
    "container.created": _container_created,
    "container.running": _container_running,
    "container.paused": _container_paused,
    "container.exited": _container_exited,
    "container.tty": _container_tty,
    "container.networked": _container_networked,
    "exec.created": _exec_created,
    "exec.running": _exec_running,
    "image.tagged": _image_tagged,
    "image.pushable": _image_pushable,
    "volume.plain": _volume,
    "network.plain": _network_plain,
    "network.shared": _network_shared,
    "plugin.disabled": _plugin_disabled,
    "plugin.enabled": _plugin_enabled,
    "plugin.pushable": _plugin_pushable,
    "plugin.pulled": _plugin_pulled,
    "service.idle": _service_idle,
    "service.running": _service_running,
    "task.running": _task_running,
    "node.self": _node_self,
    "secret.plain": _secret,
    "config.plain": _config,
}

# Where it can be seen that a resource is as it was made: request target, pointer, and what stands
# there; the empty pointer asks for no more than that it is there.
STATES: Mapping[str, tuple[str, str, Json]] = {
    "container.created": ("/containers/{id}/json", "/State/Status", "created"),
    "container.running": ("/containers/{id}/json", "/State/Status", "running"),
    "container.paused": ("/containers/{id}/json", "/State/Status", "paused"),
    "container.exited": ("/containers/{id}/json", "/State/Status", "exited"),
    "container.tty": ("/containers/{id}/json", "/State/Status", "running"),
    "container.networked": ("/containers/{id}/json", "/State/Status", "running"),
    "exec.created": ("/exec/{id}/json", "/ExitCode", None),
    "exec.running": ("/exec/{id}/json", "/Running", True),
    "image.tagged": ("/images/{id}/json", "", None),
    "volume.plain": ("/volumes/{id}", "", None),
    "network.plain": ("/networks/{id}", "", None),
    "plugin.disabled": ("/plugins/{id}/json", "/Enabled", False),
    "plugin.enabled": ("/plugins/{id}/json", "/Enabled", True),
    "plugin.pulled": ("/plugins/{id}/json", "/Enabled", False),
    "plugin.pushable": ("/plugins/{id}/json", "/Enabled", False),
    "image.pushable": ("/images/{id}/json", "", None),
    "network.shared": ("/networks/{id}", "", None),
    "service.running": ("/services/{id}", "/Spec/Mode/Replicated/Replicas", 1),
    "task.running": ("/tasks/{id}", "/Status/State", "running"),
    "node.self": ("/nodes/{id}", "", None),
    "service.idle": ("/services/{id}", "/Spec/Mode/Replicated/Replicas", 0),
    "secret.plain": ("/secrets/{id}", "", None),
    "config.plain": ("/configs/{id}", "", None),
}
