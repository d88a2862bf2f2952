"""What scenarios of a swarm share: beginning one, what services run, and how to wait for it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypedDict

from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Answer, Stage

SECOND = 1_000_000_000  # in nanoseconds, as specifications count
MALFORMED = b'{"Name":'
# What a task says before it ends; the rest lets one stream be read before the other.
SAYING = ["sh", "-c", "echo out; sleep 0.1; echo err >&2"]
STAYING = ["sh", "-c", "exec sleep 1000"]
RUNNING: Mapping[str, Json] = {"/Status/State": "running"}
FAILED: Mapping[str, Json] = {"/Status/State": "failed", "/DesiredState": "shutdown"}
COMPLETE: Mapping[str, Json] = {"/Status/State": "complete", "/DesiredState": "shutdown"}
_SANDBOX = "/Containers/ingress-sbox/Name"


class Said(TypedDict, total=False):
    """What of a service's or a task's output is asked for."""

    stdout: bool
    stderr: bool
    follow: bool
    details: bool
    timestamps: bool
    since: str
    tail: str


def said(engine: Stage) -> tuple[Said, ...]:
    """Return the ways of asking for output, the last two of which no daemon takes."""
    return (
        {"stdout": True, "stderr": True},
        {"stdout": True, "details": True},
        {"stderr": True, "timestamps": True},
        {"stdout": True, "stderr": True, "tail": "1"},
        {"stdout": True, "stderr": True, "tail": "all", "since": "1"},
        {"stdout": True, "since": engine.now()},
        {"stdout": True, "tail": "contract"},
        {},
    )


def begin(engine: Stage, spec: Mapping[str, Json] | None = None, **more: Json) -> Answer:
    """Begin a swarm of one, and return the answer once the node is ready for tasks.

    `spec` is what the swarm is told of itself, if anything; `more` are members beside it.
    """
    told: dict[str, Json] = {} if spec is None else {"Spec": dict(spec)}
    here = engine.swarm_address
    begun = engine.call("SwarmInit", {"ListenAddr": here, "AdvertiseAddr": here, **told, **more})
    if begun.status == HTTPStatus.OK:
        engine.until("NodeList", "/0/Status/State", "ready")
        # The last that comes with a swarm; a daemon that leaves before may take five seconds.
        engine.until("NetworkInspect", _SANDBOX, "gateway_ingress-sbox", at="docker_gwbridge")
    return begun


def index(answer: Answer) -> int:
    """Return the version index of the object that was inspected; 0 where there is none."""
    found = answer.at("/Version/Index")
    return found if isinstance(found, int) else 0


def image_id(engine: Stage) -> str:
    """Return the id of the image with a shell.

    Of its name, daemons would ask the registry that it seems to be from, for each task again.
    """
    return engine.call("ImageInspect", at=engine.image).text("/Id", engine.image)


def container(
    engine: Stage, image: str, command: list[str], more: Mapping[str, Json]
) -> dict[str, Json]:
    """Return a ContainerSpec that runs a command and that a stop ends at once."""
    return {
        "Image": image,
        "Command": list[Json](command),
        "Labels": engine.labels,
        "StopSignal": "SIGKILL",
        "StopGracePeriod": SECOND,
        **more,
    }


def service(
    engine: Stage, image: str, name: str, replicas: int = 0, **more: Json
) -> dict[str, Json]:
    """Return what a service is made of: no task is tried again, and none runs unless asked for.

    `more` are members of the specification; TaskTemplate is replaced by one that is given.
    """
    return {
        "Name": engine.name(name),
        "Labels": engine.labels,
        "TaskTemplate": template(engine, image, STAYING),
        "Mode": {"Replicated": {"Replicas": replicas}},
        **more,
    }


def template(
    engine: Stage,
    image: str,
    command: list[str],
    spec: Mapping[str, Json] | None = None,
    **more: Json,
) -> dict[str, Json]:
    """Return a TaskTemplate; `spec` is more of its ContainerSpec, the rest more of itself."""
    return {
        "ContainerSpec": container(engine, image, command, spec or {}),
        "RestartPolicy": {"Condition": "none"},
        **more,
    }


def only_task(engine: Stage, made: Answer, there: Mapping[str, Json]) -> str:
    """Wait until the only service's only task is in a state; return the id of the task.

    `made` is the answer to the service's creation, and `there` tells what stands where by then.
    """
    if made.status == HTTPStatus.CREATED:
        for pointer, value in there.items():
            engine.until("TaskList", f"/0{pointer}", value)
    tasks = engine.call("TaskList", filters={"service": [made.text("/ID")]})
    return tasks.text("/0/ID")


def settled(engine: Stage, task: str, state: str) -> None:
    """Wait until a task, if there is one, is in a state."""
    if task != UNKNOWN:
        engine.until("TaskInspect", "/Status/State", state, at=task)
