"""How networks are made and removed: what may be asked for, and what they get."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from harness.fake.networks import overlays
from harness.fake.networks.addresses import (
    Subnet,
    free_subnet,
    overlapping,
    pool_of,
    read_subnet,
    with_addresses,
)
from harness.fake.networks.connections import (
    PREDEFINED,
    on_network,
    subnets_taken,
    told,
)
from harness.fake.requests.answer import RefusedError, bad_request, conflict, not_found
from harness.fake.requests.fields import Fields
from harness.fake.values import Network
from harness.fake.world import World
from harness.model.spec import Json

_LOCAL_DRIVERS = frozenset({"bridge", "macvlan", "ipvlan", "overlay", "host", "null"})
_ONLY_ONE = frozenset({"host", "null"})
_IPAM_DRIVERS = frozenset({"", "default", "null", "windows"})
_BRIDGE_NAME = "com.docker.network.bridge.name"
_BOOLEANS = (
    "com.docker.network.bridge.enable_icc",
    "com.docker.network.bridge.enable_ip_masquerade",
    "com.docker.network.bridge.inhibit_ipv4",
)
_MTU = "com.docker.network.driver.mtu"
_BINDING = "com.docker.network.bridge.host_binding_ipv4"
_TRUTHS = frozenset(
    {"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"}
)
_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", re.ASCII)


def make_network(world: World, asked: Fields) -> tuple[Network, str]:
    """Make the network that a body asks for; return it, and what dockerd warns of."""
    name = asked.text("Name")
    same = [each for each in world.networks.values() if each.name == name]
    if any(each.scope == "swarm" for each in same) or (
        world.swarm is not None and name in {"bridge", "host"}
    ):
        raise _taken(name)
    if name in PREDEFINED:
        raise RefusedError(403, f"operation is not permitted on predefined {name} network ")
    warning = ""
    if same:
        if asked.flag("CheckDuplicate"):
            raise _taken(name)
        warning = f"Network with name {name} (id : {same[0].id}) already exists"
    if not name.strip():
        raise bad_request(f"invalid name: {name}")
    if _is_for_swarm(asked):
        return overlays.make(world, asked), ""
    network = _from_configuration(world, asked) or _of_daemon(world, asked)
    world.networks[network.id] = network
    told(world, "create", network)
    return network, warning


def remove_network(world: World, network: Network) -> None:
    """Remove a network; refuse what is always there, and what something still uses."""
    if network.predefined:
        raise RefusedError(403, f"{network.name} is a pre-defined network and cannot be removed")
    if network.scope == "swarm":
        overlays.remove(world, network)
        return
    if any(each.config_from == network.name for each in world.networks.values()):
        raise RefusedError(
            403,
            f'error while removing network: configuration network "{network.name}" is in use',
        )
    if is_used(world, network):
        raise RefusedError(
            403,
            f"error while removing network: network {network.name} id {network.id} has active "
            "endpoints",
        )
    del world.networks[network.id]
    told(world, "destroy", network)


def is_used(world: World, network: Network) -> bool:
    """Tell whether something runs on a network."""
    # In a swarm, what leads to its published ports is on this network.
    if network.name == "docker_gwbridge" and world.swarm is not None:
        return True
    return bool(overlays.tasks_on(world, network)) or any(True for _ in on_network(world, network))


def _taken(name: str) -> RefusedError:
    return conflict(f"network with name {name} already exists")


def _is_for_swarm(asked: Fields) -> bool:
    driver, scope = asked.text("Driver"), asked.text("Scope")
    if driver == "overlay" and scope == "local":
        raise RefusedError(403, "cannot downgrade network scope for overlay networks")
    return driver == "overlay" or scope not in {"", "local"}


def _of_daemon(world: World, asked: Fields) -> Network:
    """Return a network of one daemon, not yet kept."""
    config_only = asked.flag("ConfigOnly")
    driver = "null" if config_only else asked.text("Driver") or "bridge"
    if config_only:
        _check_configuration(asked)
    else:
        _check_driver(asked, driver)
    ipam = asked.fields("IPAM")
    rows = ipam.each("Config")
    allotted = not config_only and not any(":" not in row.text("Subnet") for row in rows)
    shown = [dict(row.values) for row in rows] if config_only else _addressed(world, asked, rows)
    network = Network(
        id=world.ids.digest(),
        name=asked.text("Name"),
        created=world.now(),
        driver=driver,
        ipam={
            "Driver": ipam.text("Driver") or "default",
            "Options": dict(ipam.pairs("Options")) if "Options" in ipam else None,
            "Config": list(shown),
        },
        internal=asked.flag("Internal"),
        attachable=asked.flag("Attachable"),
        ipv6=asked.flag("EnableIPv6"),
        options=asked.pairs("Options"),
        labels=asked.pairs("Labels"),
        config_only=config_only,
        allotted=allotted,
    )
    if driver == "bridge":
        _check_bridge(world, network)
    return with_addresses(network)


def _from_configuration(world: World, asked: Fields) -> Network | None:
    """Return a network with the configuration of another one; None where it asks for none."""
    name = asked.fields("ConfigFrom").text("Network")
    if not name:
        return None
    if asked.flag("ConfigOnly"):
        raise RefusedError(
            403, "a configuration network cannot depend on another configuration network"
        )
    if asked.fields("IPAM").elements("Config") or asked.pairs("Labels"):
        raise RefusedError(
            403,
            "user specified configurations are not supported if the network depends on a "
            "configuration network",
        )
    if asked.pairs("Options"):
        raise RefusedError(
            403,
            "network driver options are not supported if the network depends on a configuration "
            "network",
        )
    found = [each for each in world.networks.values() if each.name == name and each.config_only]
    if not found:
        raise not_found(f'configuration network "{name}" does not exist')
    configuration = found[0]
    network = _of_daemon(
        world,
        Fields(
            asked.copy(
                IPAM=dict(configuration.ipam),
                Options=dict(configuration.options),
                Labels=dict(configuration.labels),
                EnableIPv6=configuration.ipv6,
            )
        ),
    )
    return replace(network, config_from=name)


def _check_configuration(asked: Fields) -> None:
    if any(asked.flag(each) for each in ("Ingress", "Internal", "Attachable")):
        raise RefusedError(
            403,
            "configuration network can only contain network specific fields. Network operator "
            "fields like [ ingress | internal | attachable | scope ] are not supported.",
        )


def _check_driver(asked: Fields, driver: str) -> None:
    if driver in _ONLY_ONE:
        raise RefusedError(403, f'only one instance of "{driver}" network is allowed')
    if driver not in _LOCAL_DRIVERS:
        raise not_found(f'plugin "{driver}" not found')
    if asked.flag("Ingress"):
        raise RefusedError(403, "Ingress network can only be global scope network")
    ipam = asked.fields("IPAM").text("Driver")
    if ipam not in _IPAM_DRIVERS:
        raise not_found(f'plugin "{ipam}" not found')
    if ipam == "null":
        raise bad_request("ipv4 pool is empty")


def _addressed(world: World, asked: Fields, rows: list[Fields]) -> Iterator[dict[str, Json]]:
    """Yield IPAM's Config with the subnets that a network gets, IPv4 first; refuse wrong ones."""
    taken = list(subnets_taken(world.networks.values()))
    shown: list[tuple[Subnet, dict[str, Json]]] = []
    for row in rows:
        subnet = read_subnet(row.text("Subnet"))
        if overlapping(subnet, [*taken, *(each for each, _ in shown)]):
            raise RefusedError(403, "Pool overlaps with other one on this address space")
        pool_of(row)
        names = ("Subnet", "IPRange", "Gateway", "AuxiliaryAddresses")
        shown.append((subnet, {each: row.raw(each) for each in names if row.raw(each)}))
    if asked.flag("EnableIPv6") and not any(subnet.version == 6 for subnet, _ in shown):  # noqa: PLR2004
        raise not_found(
            "could not find an available, non-overlapping IPv6 address pool among the defaults "
            "to assign to the network"
        )
    if not any(subnet.version == 4 for subnet, _ in shown):  # noqa: PLR2004 - as it says
        subnet = free_subnet(taken)
        shown.append((subnet, {"Subnet": str(subnet), "Gateway": str(subnet[1])}))
    yield from (row for _, row in sorted(shown, key=lambda each: each[0].version))


def _check_bridge(world: World, network: Network) -> None:
    """Refuse what the driver of bridges refuses."""
    configured = network.ipam["Config"]
    rows = configured if isinstance(configured, list) else []
    subnets = [read_subnet(Fields(row).text("Subnet")) for row in rows if isinstance(row, dict)]
    if len({subnet.version for subnet in subnets}) < len(subnets):
        raise RefusedError(403, "bridge driver doesn't support multiple subnets")
    _check_options(network.options)
    name = network.options.get(_BRIDGE_NAME)
    for other in world.networks.values():
        if name and other.options.get(_BRIDGE_NAME) == name:
            raise RefusedError(
                403,
                f"cannot create network {network.id} ({name}): conflicts with network "
                f"{other.id} ({name}): networks have same bridge name",
            )


def _check_options(options: Mapping[str, str]) -> None:
    checks: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        *((each, _TRUTHS.__contains__, "strconv.ParseBool") for each in _BOOLEANS),
        (_MTU, lambda text: _NUMBER.fullmatch(text) is not None, "strconv.Atoi"),
    )
    for name, right, reader in checks:
        text = options.get(name)
        if text is not None and not right(text):
            raise bad_request(
                f'failed to parse {name} value: {text} ({reader}: parsing "{text}": invalid syntax)'
            )
    binding = options.get(_BINDING)
    if binding is not None and not _ADDRESS.fullmatch(binding):
        raise bad_request(f"failed to parse {_BINDING} value: {binding} (nil ip)")
