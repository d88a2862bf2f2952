"""What cannot go together with the network mode of a container."""

from collections.abc import Iterator

from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields


def check_mode(config: Fields, host: Fields) -> None:
    """Refuse with 400 what a Config and a HostConfig ask for against their network mode."""
    mode, colon, other = host.text("NetworkMode").partition(":")
    if mode == "container" and colon and not other:
        raise bad_request("Invalid network mode: invalid container format container:<name|id>")
    for conflict in _conflicts(config, host, mode):
        raise bad_request(f"conflicting options: {conflict}")


def _conflicts(config: Fields, host: Fields, mode: str) -> Iterator[str]:
    shared = mode == "container"
    if shared and config.text("Hostname"):
        yield "hostname and the network mode"
    if host.text("UTSMode") == "host" and config.text("Hostname"):
        yield "hostname and the UTS mode"
    if host.texts("Links") and (shared or mode == "host"):
        kind = "container type network" if shared else "host type networking"
        yield f"{kind} can't be used with links. This would result in undefined behavior"
    if shared and host.texts("Dns"):
        yield "dns and the network mode"
    if shared and host.texts("ExtraHosts"):
        yield "custom host-to-IP mapping and the network mode"
    if (shared or mode == "host") and config.text("MacAddress"):
        yield "mac-address and the network mode"
    if shared and (host.fields("PortBindings") or host.flag("PublishAllPorts")):
        yield "port publishing and the container type network mode"
    if shared and config.fields("ExposedPorts"):
        yield "port exposing and the container type network mode"
