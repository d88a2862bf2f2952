"""Addresses of networks and of those on them, given out as dockerd's local pools do."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from harness.fake.requests.answer import RefusedError, bad_request, not_found
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.values import Network

Subnet: TypeAlias = IPv4Network | IPv6Network

# What networks get that ask for no subnet: those of one daemon, and those of a swarm.
_LOCAL = (
    *(IPv4Network(f"172.{second}.0.0/16") for second in range(17, 32)),
    *IPv4Network("192.168.0.0/16").subnets(new_prefix=20),
)
_OF_SWARM = IPv4Network("10.0.0.0/8")
_OF_SWARM_PREFIX = 24


@dataclass(frozen=True, slots=True)
class Pool:
    """The addresses of a network: those of `part` are given out, those in `reserved` never."""

    subnet: Subnet
    part: Subnet
    gateway: str = ""
    reserved: frozenset[str] = field(default_factory=frozenset)

    def usable(self) -> Iterator[str]:
        """Yield what can be given out at all, the lowest first."""
        for address in self.part:
            if address == self.subnet.network_address:
                continue
            if address.version == 4 and address == self.subnet.broadcast_address:  # noqa: PLR2004
                continue
            yield str(address)

    def holds(self, address: str) -> bool:
        """Tell whether an address is of the subnet."""
        return _is_address(address) and ip_address(address) in self.subnet

    def free(self, taken: Collection[str]) -> str | None:
        """Return the lowest address that nobody has; None where there is none."""
        gone = {*taken, *self.reserved, self.gateway}
        return next((address for address in self.usable() if address not in gone), None)

    def has_free(self, address: str, taken: Collection[str]) -> bool:
        """Tell whether an address of the subnet could be given to whoever asks for it."""
        ends = {str(self.subnet.network_address), str(self.subnet.broadcast_address)}
        return address not in {*taken, *self.reserved, self.gateway, *ends}


def pools_of(network: Network) -> list[Pool]:
    """Return the addresses of a network, by subnet."""
    configured = network.ipam.get("Config")
    rows = configured if isinstance(configured, list) else []
    return [pool_of(fields_of(row)) for row in rows]


def pool_of(row: Fields) -> Pool:
    """Return the addresses that an element of IPAM's Config means; refuse wrong ones.

    Its gateway is the lowest address where it names none.
    """
    text = row.text("Subnet")
    subnet = read_subnet(text)
    part = subnet
    if "IPRange" in row and row.text("IPRange"):
        part = _part(row.text("IPRange"), subnet, text)
    pool = Pool(subnet, part)
    gateway = row.text("Gateway")
    if gateway and not _is_address(gateway):
        raise bad_request(f"invalid gateway address {gateway} in Ipam configuration")
    gateway = plain(gateway) if gateway else ""
    if gateway and not pool.holds(gateway):
        raise bad_request(
            f"failed to allocate gateway ({gateway}): Requested address is out of range"
        )
    lowest = next(pool.usable(), None)
    if lowest is None:
        raise bad_request("failed to allocate gateway (): No available addresses on this pool")
    if gateway and not pool.has_free(gateway, ()):
        raise bad_request(f"failed to allocate gateway ({gateway}): Address already in use")
    return _with_reserved(Pool(subnet, part, gateway or lowest), row.pairs("AuxiliaryAddresses"))


def with_addresses(network: Network) -> Network:
    """Return a network with its IPv4 subnet and gateway told apart."""
    configured = network.ipam["Config"]
    for row in configured if isinstance(configured, list) else []:
        if isinstance(row, dict) and not network.config_only:
            pool = pool_of(Fields(row))
            if pool.subnet.version == 4:  # noqa: PLR2004 - as it says
                return replace(network, subnet=str(pool.subnet), gateway=pool.gateway)
    return network


def read_subnet(text: str) -> Subnet:
    """Return a subnet; refuse with 400 what is none."""
    wrong = bad_request(f"Invalid subnet {text} : invalid CIDR address: {text}")
    if "/" not in text:
        raise wrong
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise wrong from error


def free_subnet(taken: Iterable[Subnet]) -> IPv4Network:
    """Return the first subnet for a network of one daemon that overlaps with none taken."""
    used = list(taken)
    for subnet in _LOCAL:
        if not overlapping(subnet, used):
            return subnet
    raise not_found(
        "could not find an available, non-overlapping IPv4 address pool among the defaults "
        "to assign to the network"
    )


def free_swarm_subnet(taken: Iterable[Subnet]) -> IPv4Network:
    """Return the first subnet for a network of a swarm that overlaps with none taken."""
    used = list(taken)
    subnets = _OF_SWARM.subnets(new_prefix=_OF_SWARM_PREFIX)
    return next(subnet for subnet in subnets if not overlapping(subnet, used))


def overlapping(subnet: Subnet, taken: Iterable[Subnet]) -> bool:
    """Tell whether a subnet shares addresses with one that is taken."""
    return any(subnet.version == each.version and subnet.overlaps(each) for each in taken)


def is_ipv4(text: str) -> bool:
    """Tell whether a text is an IPv4 address."""
    return _is_address(text) and ip_address(text).version == 4  # noqa: PLR2004 - as it says


def is_ipv6(text: str) -> bool:
    """Tell whether a text is an IPv6 address."""
    return _is_address(text) and ip_address(text).version == 6  # noqa: PLR2004 - as it says


def plain(address: str) -> str:
    """Return an address in its shortest form."""
    return str(ip_address(address))


def mac_of(address: str) -> str:
    """Return the hardware address that dockerd derives from an IPv4 address."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x42, *IPv4Address(address).packed))


def exhausted(network: Network, version: int) -> RefusedError:
    """Return the refusal of who wants an address where none is left."""
    return RefusedError(
        500,
        f"no available IPv{version} addresses on this network's address pools: "
        f"{network.name} ({network.id})",
    )


def _part(text: str, subnet: Subnet, whole: str) -> Subnet:
    try:
        part = ip_network(text, strict=False)
    except ValueError as error:
        raise bad_request(
            'failed to parse pool request for address space "LocalDefault" '
            f'pool "{whole}" subpool "{text}": Invalid Address SubPool'
        ) from error
    # One that lies elsewhere does not count.
    return part if overlapping(part, [subnet]) and part.prefixlen >= subnet.prefixlen else subnet


def _with_reserved(pool: Pool, named: dict[str, str]) -> Pool:
    reserved: set[str] = set()
    for name, address in named.items():
        if not _is_address(address):
            raise bad_request(f"non parsable secondary ip address ({name}:{address}) passed")
        if not pool.holds(address):
            raise RefusedError(
                403,
                f"auxiliary address: ({name}:{address}) must belong to the master pool: "
                f"{pool.subnet}",
            )
        if not pool.has_free(plain(address), reserved):
            raise bad_request(
                f"failed to allocate secondary ip address ({name}:{address}): "
                "Address already in use"
            )
        reserved.add(plain(address))
    return Pool(pool.subnet, pool.part, pool.gateway, frozenset(reserved))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
