"""What a container uses, as its statistics tell: made up, plausible, and growing with time."""

from harness.fake.clock import ZERO_TIME, timestamp
from harness.fake.values import Container, Status
from harness.fake.world import World
from harness.model.spec import Json

_NANO = 1_000_000_000
_TICK = 10_000_000  # that kernels count by
_START_COST = 20_000_000  # nanoseconds of a processor that a start takes
_SHARE = 500  # of a second, one part is spent on computing
_PAGE = 4096
_IDLE_MEMORY = 2 * 1024 * 1024
_NO_LIMIT = 9223372036854771712
_BLOCKS = (
    *("io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive"),
    *("io_service_time_recursive", "io_wait_time_recursive", "io_merged_recursive"),
    *("io_time_recursive", "sectors_recursive"),
)
_NOT_THROTTLED: dict[str, Json] = {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
_NO_PROCESSOR: dict[str, Json] = {
    "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
    "throttling_data": _NOT_THROTTLED,
}


def empty(container: Container) -> dict[str, Json]:
    """Return the statistics of a container that does not run."""
    return {
        "read": ZERO_TIME,
        "preread": ZERO_TIME,
        "pids_stats": {},
        "blkio_stats": dict.fromkeys(_BLOCKS),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _NO_PROCESSOR,
        "precpu_stats": _NO_PROCESSOR,
        "memory_stats": {},
        "name": f"/{container.name}",
        "id": container.id,
    }


def sample(
    world: World, container: Container, since: float | None, *, by_interface: bool = True
) -> dict[str, Json]:
    """Return the statistics of a container that runs; `since` is when the last ones were taken.

    Of old, all interfaces were one, of which something was told in any case.
    """
    now = world.now()
    before = _NO_PROCESSOR if since is None else _processor(world, container, since)
    interface = _interface(container, now)
    shown: dict[str, Json] = {
        "read": timestamp(now),
        "preread": ZERO_TIME if since is None else timestamp(since),
        "pids_stats": {"current": _processes(world, container)},
        "blkio_stats": {name: [] for name in _BLOCKS},
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _processor(world, container, now),
        "precpu_stats": before,
        "memory_stats": _memory(world, container, now),
        "name": f"/{container.name}",
        "id": container.id,
    }
    if not by_interface:
        shown["network"] = interface or dict.fromkeys(_interface_names(), 0)
    elif interface:
        shown["networks"] = {"eth0": interface}
    return shown


def _lasted(container: Container, now: float) -> float:
    frozen = container.state.status is Status.PAUSED
    return 0.0 if frozen else max(now - container.state.started, 0.0)


def _processes(world: World, container: Container) -> int:
    return 1 + sum(world.processes.find(each) is not None for each in container.execs)


def _processor(world: World, container: Container, now: float) -> dict[str, Json]:
    count = world.settings.processors
    total = _START_COST + int(_lasted(container, now) * _NANO / _SHARE)
    rest = total // count
    each = [total - rest * (count - 1), *[rest] * (count - 1)]
    half = total // 2 // _TICK * _TICK
    return {
        "cpu_usage": {
            "total_usage": total,
            "percpu_usage": list[Json](each),
            "usage_in_kernelmode": half,
            "usage_in_usermode": half,
        },
        # As if the machine had been on since a time long ago.
        "system_cpu_usage": int(now % 10_000_000 * count) * _NANO + int(now % 1 * 100) * _TICK,
        "online_cpus": count,
        "throttling_data": _NOT_THROTTLED,
    }


def _memory(world: World, container: Container, now: float) -> dict[str, Json]:
    limit = container.host.number("Memory")
    pages = int(_lasted(container, now)) % 256
    usage = _IDLE_MEMORY + pages * _PAGE
    if limit:
        usage = min(usage, limit)
    own = usage // 4 // _PAGE * _PAGE
    figures = {
        "active_anon": own,
        "active_file": 0,
        "cache": usage - own,
        "dirty": 0,
        "inactive_anon": 0,
        "inactive_file": usage - own,
        "mapped_file": 0,
        "pgfault": 1000 + pages,
        "pgmajfault": 1,
        "pgpgin": 1200 + pages,
        "pgpgout": 700 + pages,
        "rss": own,
        "rss_huge": 0,
        "unevictable": 0,
        "writeback": 0,
    }
    return {
        "usage": usage,
        "max_usage": max(usage, _IDLE_MEMORY + 256 * _PAGE if not limit else usage),
        "stats": {
            **figures,
            **{f"total_{name}": number for name, number in figures.items()},
            "hierarchical_memory_limit": limit or _NO_LIMIT,
            "hierarchical_memsw_limit": container.host.number("MemorySwap") or _NO_LIMIT,
        },
        "limit": limit or world.settings.memory,
    }


def _interface_names() -> tuple[str, ...]:
    kinds = ("bytes", "packets", "errors", "dropped")
    return tuple(f"{way}_{kind}" for way in ("rx", "tx") for kind in kinds)


def _interface(container: Container, now: float) -> dict[str, Json]:
    """Return what went over the network; nothing where the container has no address."""
    if not any(endpoint.address for endpoint in container.networks.values()):
        return {}
    seconds = int(_lasted(container, now))
    counted = {"rx_packets": 8 + seconds // 10, "tx_packets": seconds // 30}
    counted |= {"rx_bytes": counted["rx_packets"] * 86, "tx_bytes": counted["tx_packets"] * 70}
    return {name: counted.get(name, 0) for name in _interface_names()}
