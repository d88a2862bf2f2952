"""The addresses of a node of a swarm, as dockerd makes sense of what it is told."""

from dataclasses import dataclass
from ipaddress import ip_address

from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields
from harness.fake.world import World

PORT = "2377"
_LOOPBACK = "127.0.0.1"
_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing listens there
_WRONG_LISTEN = (
    "listen address must be an IP address or network interface (with optional port number)"
)
_WRONG_ADVERTISED = (
    "advertise address must be a non-zero IP address or network interface "
    "(with optional port number)"
)
_WRONG_DATA_PATH = (
    "data path address must be a non-zero IP address or network interface (without a port number)"
)
_GREATEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a node is reached: `listens` with a port, as others see it; `address` without."""

    listens: str
    address: str


def whereabouts(world: World, asked: Fields) -> Whereabouts:
    """Return where a node that is asked to begin or to join a swarm will be; refuse wrong places.

    The machine that a fake pretends to be has its world's address, at eth0, and that of lo.
    """
    wanted = asked.text("ListenAddr")
    if not wanted:
        raise bad_request('invalid ListenAddr "": invalid empty address')
    host, port = _split(wanted)
    listened = _resolved(world, host)
    if listened is None:
        raise bad_request(_WRONG_LISTEN)
    address = _advertised(world, listened)
    advertised_port = port
    if asked.text("AdvertiseAddr"):
        other, advertised_port = _split(asked.text("AdvertiseAddr"), port)
        resolved = _resolved(world, other)
        if resolved is None or resolved in _ANY:
            raise bad_request(_WRONG_ADVERTISED)
        address = resolved
    data_path = asked.text("DataPathAddr")
    if data_path:
        resolved = _resolved(world, data_path)
        if resolved is None or resolved in _ANY:
            raise bad_request(_WRONG_DATA_PATH)
    _check_listening(world, listened, port)
    return Whereabouts(_joined(address, advertised_port), address)


def _split(text: str, port: str = PORT) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") or port
    host, colon, own = text.rpartition(":")
    return (host, own) if colon and ":" not in host else (text, port)


def _joined(host: str, port: str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _resolved(world: World, host: str) -> str | None:
    interfaces = {"lo": _LOOPBACK, "eth0": world.address}
    if host in interfaces:
        return interfaces[host]
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _advertised(world: World, listened: str) -> str:
    """Return what a node advertises by itself: what the machine is known by to others."""
    if listened in _ANY or ip_address(listened).is_loopback:
        return world.address
    return listened


def _check_listening(world: World, host: str, port: str) -> None:
    """Refuse what nobody could listen on."""
    failed = "manager stopped: failed to listen on remote API address: listen tcp"
    if not port.isdecimal():
        raise bad_request(f"{failed}: address tcp/{port}: unknown port")
    if int(port) > _GREATEST_PORT:
        raise bad_request(f"{failed}: address {port}: invalid port")
    if host not in _ANY and host != world.address and not ip_address(host).is_loopback:
        bound = "bind: cannot assign requested address"
        raise bad_request(f"{failed} {_joined(host, port)}: {bound}")
