"""Ports of containers: which are exposed, and which ports of the host lead to them."""

from collections.abc import Iterator

from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Container
from harness.fake.world import World
from harness.model.spec import Json

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - nothing listens
_FIRST_FREE = 32768
_UNSHARED = frozenset({"host", "none"})

# An address of the host, and a port on it.
Binding = tuple[str, int]


def check_free(world: World, container: Container) -> None:
    """Refuse, as dockerd does, a container that wants ports which another one has."""
    taken = set(_taken(world))
    for port in _exposed(container):
        protocol = port.partition("/")[2]
        for asked in _asked(container, port):
            first, last = _span(asked.text("HostPort"))
            for address in _addresses(asked):
                span = range(first, last + 1) if first else ()
                if span and all((protocol, address, each) in taken for each in span):
                    raise RefusedError(
                        500,
                        "driver failed programming external connectivity on endpoint "
                        f"{container.name} ({world.ids.digest()}): Bind for {address}:{first} "
                        "failed: port is already allocated",
                    )


def published(world: World, container: Container) -> dict[str, tuple[Binding, ...]]:
    """Return the ports of a container that starts, with what of the host leads to them."""
    mode = container.host.text("NetworkMode")
    if mode in _UNSHARED or mode.startswith("container:") or not container.networks:
        return {}
    taken = set(_taken(world))
    shown: dict[str, tuple[Binding, ...]] = {}
    for port in _exposed(container):
        protocol = port.partition("/")[2]
        bound: list[Binding] = []
        for asked in _asked(container, port):
            addresses = _addresses(asked)
            number = _free(taken, protocol, addresses, asked.text("HostPort"))
            taken |= {(protocol, address, number) for address in addresses}
            bound += [(address, number) for address in addresses]
        shown[port] = tuple(bound)
    return shown


def inspected_ports(container: Container) -> dict[str, Json]:
    """Return the ports of a container as its inspection shows them."""
    return {
        port: [{"HostIp": address, "HostPort": str(number)} for address, number in bound] or None
        for port, bound in container.ports.items()
    }


def listed_ports(container: Container) -> list[Json]:
    """Return the ports of a container as the list shows them."""
    return list(_listed(container))


def _listed(container: Container) -> Iterator[Json]:
    for port, bound in container.ports.items():
        number, _, protocol = port.partition("/")
        if not bound:
            yield {"PrivatePort": int(number), "Type": protocol}
        for address, public in bound:
            yield {
                "IP": address,
                "PrivatePort": int(number),
                "PublicPort": public,
                "Type": protocol,
            }


def _exposed(container: Container) -> dict[str, str]:
    """Return the ports of Config as number/protocol, with what Config calls them."""
    found = {}
    for name in sorted(container.config.fields("ExposedPorts").names()):
        number, _, protocol = name.partition("/")
        # A range is a number to nobody here.
        found[f"{number if number.isdecimal() else 0}/{protocol or 'tcp'}"] = name
    return found


def _asked(container: Container, port: str) -> list[Fields]:
    name = _exposed(container)[port]
    asked = container.host.fields("PortBindings").each(name)
    if not asked and container.host.flag("PublishAllPorts"):
        return [Fields()]
    return asked


def _addresses(asked: Fields) -> tuple[str, ...]:
    given = asked.text("HostIp")
    return (given,) if given else _EVERYWHERE


def _span(text: str) -> tuple[int, int]:
    """Return the first and the last of the ports that will do; 0 where any will."""
    first, _, last = text.partition("-")
    if not first.isdecimal():
        return 0, 0
    return int(first), int(last) if last.isdecimal() else int(first)


def _free(
    taken: set[tuple[str, str, int]], protocol: str, addresses: tuple[str, ...], asked: str
) -> int:
    first, last = _span(asked)
    span = range(first, last + 1) if first else range(_FIRST_FREE, 65536)
    return next(
        (
            number
            for number in span
            if not any((protocol, address, number) in taken for address in addresses)
        ),
        first,
    )


def _taken(world: World) -> Iterator[tuple[str, str, int]]:
    for container in world.containers.values():
        for port, bound in container.ports.items():
            protocol = port.partition("/")[2]
            for address, number in bound:
                yield protocol, address, number
