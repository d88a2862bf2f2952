"""Small builders that scenarios share: containers in a state, filters, build contexts."""

import base64
import json

from harness.daemon.archives import file_archive
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage

TAR = "application/x-tar"
JSON = "application/json"
TEXT = "text/plain"


def created(
    engine: Stage,
    what: str,
    *command: str,
    host: dict[str, Json] | None = None,
    **settings: Json,
) -> str:
    """Ask for a container that runs a command, `sleep 60` by default; return its name.

    It has no network but where `host` names one; `settings` go beside its HostConfig.
    """
    name = engine.name(what)
    body: dict[str, Json] = {
        "Image": engine.image,
        "Cmd": list(command) or ["sleep", "60"],
        "Labels": engine.labels,
        "HostConfig": {"NetworkMode": "none", **(host or {})},
        **settings,
    }
    engine.call("ContainerCreate", body, name=name)
    return name


def started(
    engine: Stage,
    what: str,
    *command: str,
    host: dict[str, Json] | None = None,
    **settings: Json,
) -> str:
    """Ask for a container as `created` does, and for its start; return its name."""
    name = created(engine, what, *command, host=host, **settings)
    engine.call("ContainerStart", at=name)
    return name


def ended(
    engine: Stage,
    what: str,
    *command: str,
    host: dict[str, Json] | None = None,
    **settings: Json,
) -> str:
    """Start a container whose command ends by itself, and let it end; return its name."""
    name = started(engine, what, *command, host=host, **settings)
    stopped(engine, name)
    return name


def stopped(engine: Stage, name: str) -> None:
    """Wait until a container does not run."""
    engine.until("ContainerInspect", "/State/Running", wanted=False, at=name)


def finished(engine: Stage, execution: str) -> None:
    """Wait until a command in a container has ended, where there is one."""
    if execution != UNKNOWN:
        engine.until("ExecInspect", "/Running", wanted=False, at=execution)


def label(engine: Stage) -> list[Json]:
    """Return the scenario's labels as filters take them."""
    return [f"{key}={value}" for key, value in engine.labels.items()]


def own(engine: Stage, **filters: Json) -> dict[str, Json]:
    """Return filters that find what the scenario made, and of it what `filters` admit."""
    return {"label": label(engine), **filters}


def logins(engine: Stage) -> str:
    """Return a value for X-Registry-Config: a login at the run's own registry."""
    login = {"username": "contract", "password": "contract", "serveraddress": engine.registry}
    return base64.urlsafe_b64encode(json.dumps({engine.registry: login}).encode()).decode()


def context(engine: Stage, *steps: str, base: str = "", **files: str) -> bytes:
    """Return a build context: a Dockerfile of steps upon an image, and files by name.

    `base` is the image with a shell where none is given.
    """
    text = "\n".join([f"FROM {base or engine.image}", *steps, ""])
    content = {name: value.encode() for name, value in files.items()}
    return file_archive({"Dockerfile": text.encode(), **content})
