"""What dockerd refuses in a Config and a HostConfig, in its words, and what it only warns of."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from harness.fake.containers.lookup import find_container
from harness.fake.programs.processes import signal_number
from harness.fake.requests.answer import bad_request, conflict
from harness.fake.requests.fields import Fields
from harness.fake.world import World

_LEAST_MEMORY = 6 * 1024 * 1024
_LEAST_PERIOD = 1000
_MOST_PERIOD = 1_000_000
_MILLISECOND = 1_000_000
_NANO = 1_000_000_000
_LOG_DRIVERS = frozenset(
    {
        *("json-file", "local", "none", "syslog", "journald", "gelf", "fluentd", "awslogs"),
        *("splunk", "gcplogs", "logentries"),
    }
)
_LOG_OPTIONS = frozenset(
    {
        *("max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag"),
        *("mode", "max-buffer-size"),
    }
)
_RUNTIMES = frozenset({"", "runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux"})
_CAPABILITIES = frozenset(
    {
        *("AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF"),
        *("CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID"),
        *("IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN"),
        *("MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW"),
        *("PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT"),
        *("SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO"),
        *("SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM", "ALL"),
    }
)
_SECURITY_KEYS = frozenset({"apparmor", "label", "no-new-privileges", "seccomp"})
_POLICIES = frozenset({"", "no", "always", "unless-stopped", "on-failure"})
_NUMBER_OR_RANGE = re.compile(r"\d+(-\d+)?", re.ASCII)


def check_config(config: Fields) -> None:
    """Refuse with 400 a Config that dockerd takes for wrong."""
    folder = config.text("WorkingDir")
    if folder and not folder.startswith("/"):
        raise bad_request(
            f"the working directory '{folder}' is invalid, it needs to be an absolute path"
        )
    for variable in (each or "" for each in config.elements("Env")):
        if isinstance(variable, str) and not variable.partition("=")[0]:
            raise bad_request(f"invalid environment variable: {variable}")
    signal = config.text("StopSignal")
    if signal and signal_number(signal) is None:
        raise bad_request(f"Invalid signal: {signal}")
    _check_health(config.fields("Healthcheck"))


def check_host(world: World, host: Fields) -> None:
    """Refuse with 400 a HostConfig that dockerd takes for wrong."""
    check_policy(host)
    _check_names(host)
    _check_ports(host)
    check_resources(world, host)
    _check_process(host)
    _check_security(host)
    _check_modes(world, host)
    _check_log(host.fields("LogConfig"))


def warnings_of(host: Fields) -> list[str]:
    """Return what dockerd warns of in a HostConfig as it was asked for."""
    return list(_warnings(host))


def check_resources(world: World, host: Fields, *, update: bool = False) -> None:
    """Refuse with 400 limits that contradict each other or what the machine has."""
    _check_memory(host, update=update)
    _check_processors(world, host)
    for name, what in (("IOMaximumIOps", "IOPs"), ("IOMaximumBandwidth", "bandwidth")):
        if host.number(name):
            limit = f"configuration of maximum {what}"
            if update:
                limit = "Maximum IO Bandwidth or Maximum IO IOps"
            raise bad_request(f"Invalid QoS settings: linux does not support {limit}")


def _check_health(health: Fields) -> None:
    for name in ("Interval", "Timeout", "StartPeriod"):
        if health.number(name) and health.number(name) < _MILLISECOND:
            raise bad_request(f"{name} in Healthcheck cannot be less than 1ms")
    if health.number("Retries") < 0:
        raise bad_request("Retries in Healthcheck cannot be negative")


def check_policy(host: Fields) -> None:
    """Refuse with 400 a restart policy that is none, or does not go with the rest."""
    policy = host.fields("RestartPolicy")
    name, retries = policy.text("Name"), policy.number("MaximumRetryCount")
    if host.flag("AutoRemove") and name not in {"", "no"}:
        raise bad_request("can't create 'AutoRemove' container with restart policy")
    if name not in _POLICIES:
        raise bad_request(f"invalid restart policy '{name}'")
    if name in {"always", "unless-stopped", "no"} and retries:
        raise bad_request(f"maximum retry count cannot be used with restart policy '{name}'")
    if name == "on-failure" and retries < 0:
        raise bad_request("maximum retry count cannot be negative")


def _check_names(host: Fields) -> None:
    for line in host.texts("ExtraHosts"):
        name, colon, address = line.partition(":")
        if not name or not colon:
            raise bad_request(f'bad format for add-host: "{line}"')
        if address != "host-gateway" and not _is_address(address):
            raise bad_request(f'invalid IP address in add-host: "{address}"')
    for link in host.texts("Links"):
        if not link or link.count(":") > 1:
            raise bad_request(f"bad format for links: {link}")


def _check_ports(host: Fields) -> None:
    bindings = host.fields("PortBindings")
    for port in bindings.names():
        number = port.partition("/")[0]
        if not number.isdecimal() or int(number) > 65535:  # noqa: PLR2004 - the highest port
            raise bad_request(f'invalid port specification: "{number}"')
        for bound in bindings.each(port):
            given = bound.text("HostPort")
            if given and not _NUMBER_OR_RANGE.fullmatch(given):
                raise bad_request(f'invalid port specification: "{given}"')


def _check_memory(host: Fields, *, update: bool) -> None:
    memory, swap = host.number("Memory"), host.number("MemorySwap")
    reserved, kernel = host.number("MemoryReservation"), host.number("KernelMemory")
    swappiness = host.number("MemorySwappiness", -1)
    if 0 < memory < _LEAST_MEMORY:
        raise bad_request("Minimum memory limit allowed is 6MB")
    if memory > 0 and 0 < swap < memory:
        raise bad_request("Minimum memoryswap limit should be larger than memory limit, see usage")
    if memory == 0 and swap > 0 and not update:
        raise bad_request(
            "You should always set the Memory limit when using Memoryswap limit, see usage"
        )
    if not -1 <= swappiness <= 100:  # noqa: PLR2004 - a percentage
        raise bad_request(f"Invalid value: {swappiness}, valid memory swappiness range is 0-100")
    if 0 < reserved < _LEAST_MEMORY:
        raise bad_request("Minimum memory reservation allowed is 6MB")
    if 0 < memory < reserved:
        raise bad_request(
            "Minimum memory limit can not be less than memory reservation limit, see usage"
        )
    if 0 < kernel < _LEAST_MEMORY:
        raise bad_request("Minimum kernel memory limit allowed is 6MB")


def _check_processors(world: World, host: Fields) -> None:
    nano, period, quota = (host.number(name) for name in ("NanoCpus", "CpuPeriod", "CpuQuota"))
    available = world.settings.processors
    if nano > 0 and period > 0:
        raise bad_request("Conflicting options: Nano CPUs and CPU Period cannot both be set")
    if nano > 0 and quota > 0:
        raise bad_request("Conflicting options: Nano CPUs and CPU Quota cannot both be set")
    if nano < 0 or nano > available * _NANO:
        raise bad_request(
            f"Range of CPUs is from 0.01 to {available}.00, as there are only {available} CPUs "
            "available"
        )
    if period and not _LEAST_PERIOD <= period <= _MOST_PERIOD:
        raise bad_request(
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
        )
    if 0 < quota < _LEAST_PERIOD:
        raise bad_request("CPU cfs quota can not be less than 1ms (i.e. 1000)")
    _check_set(host.text("CpusetCpus"), "cpus", "CPUs", available)
    _check_set(host.text("CpusetMems"), "mems", "memory nodes", 1)


def _check_set(text: str, kind: str, words: str, available: int) -> None:
    """Refuse with 400 a set such as 0-2,4 that is none, or that goes beyond what there is."""
    if not text:
        return
    for part in text.split(","):
        if not _NUMBER_OR_RANGE.fullmatch(part):
            raise bad_request(f"Invalid value {text} for cpuset {kind}: invalid format: {part}")
        if int(part.rpartition("-")[2]) >= available:
            there = f"0-{available - 1}" if available > 1 else "0"
            raise bad_request(
                f"Requested {words} are not available - requested {text}, available: {there}"
            )


def _check_process(host: Fields) -> None:
    adjusted, shared = host.number("OomScoreAdj"), host.number("ShmSize")
    if not -1000 <= adjusted <= 1000:  # noqa: PLR2004 - what Linux takes
        raise bad_request(f"Invalid value {adjusted}, range for oom score adj is [-1000, 1000]")
    if shared < 0:
        raise bad_request("SHM size can not be less than 0")
    runtime, isolation = host.text("Runtime"), host.text("Isolation")
    if runtime not in _RUNTIMES:
        raise bad_request(f"Unknown runtime specified {runtime}")
    if isolation.lower() not in {"", "default"}:
        raise bad_request(f"Invalid isolation: \"{isolation}\" - linux only supports 'default'")
    for path in host.fields("Tmpfs").names():
        if not path.startswith("/"):
            raise bad_request(f"invalid mount path: '{path}' mount path must be absolute")
    for name in host.fields("StorageOpt").names():
        if name.lower() == "size":
            raise bad_request(
                "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
            )
        raise bad_request(f"Unknown option {name}")


def _check_security(host: Fields) -> None:
    for list_name in ("CapAdd", "CapDrop"):
        for name in host.texts(list_name):
            bare = name.upper().removeprefix("CAP_")
            if bare not in _CAPABILITIES:
                raise bad_request(f'invalid {list_name}: unknown capability: "CAP_{bare}"')
    for option in host.texts("SecurityOpt"):
        key = re.split("[=:]", option, maxsplit=1)[0]
        alone = key == option
        if alone and key not in {"no-new-privileges", "disable"}:
            raise bad_request(f'invalid --security-opt 1: "{option}"')
        if not alone and key not in _SECURITY_KEYS:
            raise bad_request(f'invalid --security-opt 2: "{option}"')


def _check_modes(world: World, host: Fields) -> None:
    if host.text("CgroupnsMode") not in {"", "host", "private"}:
        raise bad_request(f"invalid cgroup namespace mode: {host.text('CgroupnsMode')}")
    for other in _others(host):
        if find_container(world, other) is None:
            raise bad_request(f"No such container: {other}")
    for link in host.texts("Links"):
        other = link.partition(":")[0]
        if find_container(world, other) is None:
            raise bad_request(f"could not get container for {other}: No such container: {other}")


def _others(host: Fields) -> Iterator[str]:
    """Yield the names of other containers that a HostConfig needs."""
    for name in ("IpcMode", "PidMode"):
        kind, _, other = host.text(name).partition(":")
        if kind == "container":
            yield other
    for line in host.texts("VolumesFrom"):
        yield line.partition(":")[0]


def _check_log(log: Fields) -> None:
    driver = log.text("Type") or "json-file"
    if driver not in _LOG_DRIVERS:
        raise bad_request(f'error looking up logging plugin {driver}: plugin "{driver}" not found')
    if driver == "json-file":
        for name in log.fields("Config").names():
            if name not in _LOG_OPTIONS:
                raise bad_request(f"unknown log opt '{name}' for json-file log driver")


def _warnings(host: Fields) -> Iterator[str]:
    if host.number("KernelMemory") > 0:
        yield (
            "Specifying a kernel memory limit is deprecated and will be removed in a future "
            "release."
        )
    if host.flag("OomKillDisable") and not host.number("Memory"):
        yield (
            "OOM killer is disabled for the container, but no memory limit is set, this can "
            "result in the system running out of resources."
        )
    if host.number("BlkioWeight") > 0:
        yield (
            "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight "
            "discarded."
        )
    if host.number("CpuPercent") > 0:
        yield "linux does not support CPU percent. Percent discarded."
    if host.text("NetworkMode") == "host" and host.fields("PortBindings"):
        yield "Published ports are discarded when using host network mode"


def check_update(asked: Fields, current: Fields) -> None:
    """Refuse with 409 new limits that do not go together with the present ones."""
    memory, swap = asked.number("Memory"), asked.number("MemorySwap")
    if memory and not swap and memory > current.number("MemorySwap"):
        raise conflict(
            "Memory limit should be smaller than already set memoryswap limit, update the "
            "memoryswap at the same time"
        )
    for name, words in (("CpuPeriod", "CPU Period"), ("CpuQuota", "CPU Quota")):
        if asked.number("NanoCpus") > 0 and current.number(name) > 0:
            raise conflict(
                f"Conflicting options: Nano CPUs cannot be updated as {words} has already been set"
            )
        if asked.number(name) > 0 and current.number("NanoCpus") > 0:
            raise conflict(
                f"Conflicting options: {words} cannot be updated as NanoCPUs has already been set"
            )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
