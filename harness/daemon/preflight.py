"""Meeting a daemon: who it is, which versions it serves, and whether it is one at all."""

import json
import time
from dataclasses import dataclass

from harness.daemon.transport import Daemon
from harness.model.call import Call, Ending, Reply
from harness.model.errors import DaemonError, SpecError, UsageError
from harness.model.version import ApiVersion
from harness.specs.node import Node

_SECONDS = 4.5  # for all of it: a person waits
_BYTES = 1 << 20
_OK = 200
_SEEN = 60  # characters of a wrong answer that a message shows
_TLS_ALERT = b"\x15\x03"
_VERSION = Call(operation="SystemVersion", method="GET", path="/version")
_INFO = Call(operation="SystemInfo", method="GET", path="/info")


@dataclass(frozen=True, slots=True)
class DaemonInfo:
    """What a daemon says of itself; texts are empty where it says nothing.

    `minimum` is None where the daemon names no oldest version, as those before 1.13 do. `swarm`
    is the state of its node, such as inactive, active or locked.
    """

    product: str
    minimum: ApiVersion | None
    maximum: ApiVersion
    os: str = ""
    arch: str = ""
    experimental: bool = False
    server: str = ""
    swarm: str = ""


def greet(daemon: Daemon) -> DaemonInfo:
    """Ask a daemon who it is, in less than 5 seconds.

    Raises DaemonError, one line, where nobody answers or what answers is no Docker daemon.
    """
    began = time.monotonic()
    reply = daemon.ask(_VERSION, None, deadline=_SECONDS, limit=_BYTES)
    wrong = _wrong(reply)
    if wrong:
        raise DaemonError(f"{daemon.address} is no Docker daemon: {wrong}")
    info = daemon.ask(
        _INFO, None, deadline=max(0.1, began + _SECONDS - time.monotonic()), limit=_BYTES
    )
    try:
        return _read(_node(reply), reply, swarm=_swarm(info))
    except (SpecError, UsageError) as error:
        raise DaemonError(f"{daemon.address} is no Docker daemon: {error}") from error


def unsupported(info: DaemonInfo, version: ApiVersion) -> str:
    """Return why the daemon says that it does not serve this version; "" where it does."""
    if info.minimum is not None and version < info.minimum:
        return f"the daemon serves API {info.minimum} and later"
    if version > info.maximum:
        return f"the daemon serves API {info.maximum} and earlier"
    return ""


def served_anyway(daemon: Daemon, version: ApiVersion) -> bool:
    """Tell whether the daemon answers at this version, whatever it says of it."""
    reply = daemon.ask(_VERSION, version, deadline=_SECONDS, limit=_BYTES)
    return reply.status == _OK and reply.ending is Ending.COMPLETE


def _wrong(reply: Reply) -> str:
    """Say what is wrong with an answer to /version that no Docker daemon gives; "" for nothing."""
    start = reply.body[:_SEEN].decode(errors="replace").strip()
    wrong = ""
    if reply.ending is Ending.NO_REPLY:
        wrong = "it closes the connection without a reply"
    elif reply.ending is Ending.DEADLINE:
        wrong = f"GET /version has no whole answer within {_SECONDS} s"
    elif reply.body.startswith(_TLS_ALERT) or "HTTPS server" in start:
        wrong = "it speaks TLS; say so with DOCKER_TLS_VERIFY=1 or the TLS flags"
    elif reply.status == 0:
        wrong = f"it does not speak HTTP, but says {start!r}"
    elif reply.status != _OK:
        wrong = f"GET /version answers {reply.status} {start!r}"
    elif _parse(reply) is None:
        wrong = f"GET /version answers {reply.media_type or 'something'} and no JSON: {start!r}"
    return wrong


def _parse(reply: Reply) -> Node | None:
    try:
        return Node(json.loads(reply.body), "GET /version")
    except (ValueError, RecursionError):
        return None


def _node(reply: Reply) -> Node:
    node = _parse(reply)
    if node is None:
        raise SpecError("GET /version answers no JSON")
    return node


def _read(node: Node, reply: Reply, *, swarm: str) -> DaemonInfo:
    minimum = _text(node, "MinAPIVersion")
    experimental = node.find("Experimental")
    return DaemonInfo(
        product=_product(node, reply),
        minimum=ApiVersion.parse(minimum) if minimum else None,
        maximum=ApiVersion.parse(node["ApiVersion"].text()),
        os=_text(node, "Os"),
        arch=_text(node, "Arch"),
        experimental=reply.header("docker-experimental") == "true"
        or (experimental is not None and experimental.value is True),
        server=reply.header("server") or "",
        swarm=swarm,
    )


def _product(node: Node, reply: Reply) -> str:
    """Name the daemon: by its first component, or by its Server header before there were any."""
    version = _text(node, "Version")
    components = node.find("Components")
    parts = list(components.elements()) if components and components.value else []
    name = _text(parts[0], "Name") if parts else ""
    if name == "Engine":
        platform = node.find("Platform")
        name = (_text(platform, "Name") if platform else "") or "Docker Engine"
    if not name:
        name = (reply.header("server") or "").partition("/")[0] or "unnamed daemon"
    return f"{name} {version}".strip()


def _swarm(reply: Reply) -> str:
    """Return the state of the swarm; "" where /info does not tell, which is no reason to stop."""
    node = _parse(reply)
    try:
        swarm = node.find("Swarm") if node else None
        return _text(swarm, "LocalNodeState") if swarm else ""
    except SpecError:
        return ""


def _text(node: Node, name: str) -> str:
    found = node.find(name)
    return found.text() if found and found.value is not None else ""
