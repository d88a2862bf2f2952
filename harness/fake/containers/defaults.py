"""Config and HostConfig of a container as dockerd fills them: from its image, and with defaults."""

import posixpath

from harness.fake.images.configs import whole
from harness.fake.requests.fields import Fields
from harness.fake.values import Image
from harness.model.spec import Json

SHORT = 12
_SHARED_MEMORY = 64 * 1024 * 1024
_NO_SUCH = -1

_MASKED: list[Json] = [
    *("/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats"),
    *("/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
]
_READ_ONLY: list[Json] = [
    *("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
]
# What HostConfig always says; null where it was not set.
_LISTS = (
    *("Binds", "VolumesFrom", "CapAdd", "CapDrop", "Dns", "DnsOptions", "DnsSearch", "ExtraHosts"),
    *("GroupAdd", "SecurityOpt", "BlkioWeightDevice", "BlkioDeviceReadBps"),
    *("BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices"),
    *("DeviceCgroupRules", "DeviceRequests", "Ulimits"),
)
_TEXTS = (
    *("ContainerIDFile", "VolumeDriver", "Cgroup", "PidMode", "UTSMode", "UsernsMode"),
    *("Isolation", "CgroupParent", "CpusetCpus", "CpusetMems", "IpcMode", "CgroupnsMode"),
    "NetworkMode",
)
_NUMBERS = (
    *("OomScoreAdj", "ShmSize", "CpuShares", "Memory", "NanoCpus", "BlkioWeight", "CpuPeriod"),
    *("CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "KernelMemory", "KernelMemoryTCP"),
    *("MemoryReservation", "MemorySwap", "CpuCount", "CpuPercent", "IOMaximumIOps"),
    "IOMaximumBandwidth",
)
_FLAGS = ("AutoRemove", "Privileged", "PublishAllPorts", "ReadonlyRootfs", "OomKillDisable")
# What it says only where it was set.
_SOMETIMES: dict[str, type] = {
    "Mounts": list,
    "Tmpfs": dict,
    "Sysctls": dict,
    "StorageOpt": dict,
    "Runtime": str,
    "Init": bool,
}
_OTHERS = (
    *("MemorySwappiness", "PidsLimit", "LogConfig", "RestartPolicy", "PortBindings"),
    *("ConsoleSize", "MaskedPaths", "ReadonlyPaths", "Links"),
)
_NAMES = {
    name.lower(): name for name in (*_LISTS, *_TEXTS, *_NUMBERS, *_FLAGS, *_SOMETIMES, *_OTHERS)
}
# What bodies of the first versions say in Config.
OLD_RESOURCES = ("Memory", "MemorySwap", "CpuShares", "CpusetCpus", "VolumeDriver")


def respelt(asked: Fields) -> Fields:
    """Return a HostConfig with the names that it has here, whatever their letter case."""
    return Fields({_NAMES.get(name.lower(), name): asked.raw(name) for name in asked.names()})


def host_of(asked: Fields) -> Fields:
    """Return a HostConfig with all that dockerd fills in; an empty one was not given at all."""
    filled: dict[str, Json] = {
        **{name: _list(asked, name) for name in _LISTS},
        "Links": asked.elements("Links") or None,
        **{name: asked.text(name) for name in _TEXTS},
        **{name: asked.number(name) for name in _NUMBERS},
        **{name: asked.flag(name) for name in _FLAGS},
        **_swappiness(asked),
        "PidsLimit": max(asked.number("PidsLimit"), 0) or None,
        "LogConfig": _log(asked.fields("LogConfig")),
        "RestartPolicy": _policy(asked.fields("RestartPolicy")),
        "PortBindings": _bindings(asked),
        "ConsoleSize": _console(asked),
        "MaskedPaths": _paths(asked, "MaskedPaths", _MASKED),
        "ReadonlyPaths": _paths(asked, "ReadonlyPaths", _READ_ONLY),
    }
    for name, kind in _SOMETIMES.items():
        value = asked.raw(name)
        if isinstance(value, kind) and (value or kind is bool):
            filled[name] = value
    return Fields(_adapted(filled, given=bool(asked)))


def config_of(asked: Fields, image: Image | None, container_id: str, host: Fields) -> Fields:
    """Return a Config with what it has from its image, and with the name of its host."""
    merged = dict(asked.values)
    if image is not None:
        merged |= _merged(asked, image.config)
    filled = whole(Fields(merged))
    if Fields(merged).texts("Entrypoint") == [""]:
        filled["Entrypoint"] = None
    for name in ("Cmd", "Entrypoint"):
        if isinstance(merged.get(name), str):
            filled[name] = [merged[name]]
    if "Healthcheck" in Fields(merged):
        check = Fields(merged).fields("Healthcheck").values
        filled["Healthcheck"] = {name: value for name, value in check.items() if value}
    if "StopTimeout" in asked:
        filled["StopTimeout"] = asked.number("StopTimeout")
    filled["Labels"] = dict(Fields(merged).pairs("Labels"))
    if asked.text("WorkingDir"):
        filled["WorkingDir"] = posixpath.normpath(asked.text("WorkingDir"))
    if not filled["Hostname"]:
        shared = host.text("NetworkMode") == "host" or host.text("UTSMode") == "host"
        filled["Hostname"] = "fake" if shared else container_id[:SHORT]
    return Fields(filled)


def old_resources(body: Fields) -> Fields:
    """Return the HostConfig of a body, with what it says of resources outside of it."""
    outside = {name: body.raw(name) for name in OLD_RESOURCES if name in body}
    if "HostConfig" not in body and not outside:
        return Fields()
    host = dict(respelt(body.fields("HostConfig")).values)
    for name, value in outside.items():
        if not host.get(name):
            host[name] = value
    if body.text("Cpuset") and not host.get("CpusetCpus"):
        host["CpusetCpus"] = body.text("Cpuset")
    if not host.get("NetworkMode"):
        host["NetworkMode"] = "default"
    return Fields(host)


def clamped(host: Fields) -> Fields:
    """Return a HostConfig whose CpuShares are those that the kernel knows, as of old."""
    shares = host.number("CpuShares")
    if shares <= 0:
        return host
    return Fields(host.copy(CpuShares=min(max(shares, 2), 262144)))


def _merged(asked: Fields, given: Fields) -> dict[str, Json]:
    """Return what a Config has from its image."""
    merged: dict[str, Json] = {
        "User": asked.text("User") or given.text("User"),
        "WorkingDir": asked.text("WorkingDir") or given.text("WorkingDir"),
        "StopSignal": asked.text("StopSignal") or given.text("StopSignal"),
        "Env": _environment(asked, given),
        "Labels": {**given.pairs("Labels"), **asked.pairs("Labels")},
    }
    for name in ("ExposedPorts", "Volumes"):
        if given.fields(name) or asked.fields(name):
            merged[name] = {**given.fields(name).values, **asked.fields(name).values}
    if not asked.texts("Entrypoint"):
        if not asked.texts("Cmd"):
            merged["Cmd"] = given.raw("Cmd")
        if "Entrypoint" not in asked:
            merged["Entrypoint"] = given.raw("Entrypoint")
    if "Healthcheck" in given:
        merged["Healthcheck"] = _health(asked.fields("Healthcheck"), given.fields("Healthcheck"))
    return merged


def _environment(asked: Fields, given: Fields) -> Json:
    own, inherited = asked.texts("Env"), given.texts("Env")
    if not own:
        return list(inherited) or asked.raw("Env")
    names = {each.partition("=")[0] for each in own}
    return [*own, *(each for each in inherited if each.partition("=")[0] not in names)]


def _health(asked: Fields, given: Fields) -> dict[str, Json]:
    return {**given.values, **{name: value for name, value in asked.values.items() if value}}


def _list(asked: Fields, name: str) -> Json:
    return asked.elements(name) if name in asked else None


def _paths(asked: Fields, name: str, usual: list[Json]) -> Json:
    if asked.flag("Privileged"):
        return None
    return asked.elements(name) if name in asked else list(usual)


def _swappiness(asked: Fields) -> dict[str, Json]:
    swappiness = asked.number("MemorySwappiness", _NO_SUCH)
    return {"MemorySwappiness": None if swappiness == _NO_SUCH else swappiness}


def _log(asked: Fields) -> dict[str, Json]:
    return {
        "Type": asked.text("Type") or "json-file",
        "Config": dict(asked.pairs("Config")),
    }


def _policy(asked: Fields) -> dict[str, Json]:
    return {"Name": asked.text("Name"), "MaximumRetryCount": asked.number("MaximumRetryCount")}


def _bindings(asked: Fields) -> Json:
    if "PortBindings" not in asked:
        return None
    bindings = asked.fields("PortBindings")
    shown: dict[str, Json] = {}
    for port in bindings.names():
        bound: list[Json] = [
            {"HostIp": each.text("HostIp"), "HostPort": each.text("HostPort")}
            for each in bindings.each(port)
        ]
        shown[port] = bound if port in bindings else None
    return shown


def _console(asked: Fields) -> list[Json]:
    size: list[Json] = [each for each in asked.elements("ConsoleSize") if isinstance(each, int)]
    return [*size, 0, 0][:2]


def _adapted(host: dict[str, Json], *, given: bool) -> dict[str, Json]:
    """Fill what depends on something else; `given` tells that there was a HostConfig at all."""
    filled = Fields(host)
    privileged = filled.flag("Privileged")
    mode = filled.text("IpcMode")
    changes: dict[str, Json] = {
        "NetworkMode": filled.text("NetworkMode") or "default",
        "ShmSize": filled.number("ShmSize") or _SHARED_MEMORY,
        "IpcMode": mode or ("shareable" if given else "private"),
        "CgroupnsMode": filled.text("CgroupnsMode") or "host",
        # This kernel has no weights, and no system but Windows has percentages.
        "BlkioWeight": 0,
        "CpuPercent": 0,
        "KernelMemoryTCP": 0,
    }
    if filled.number("Memory") > 0 and not filled.number("MemorySwap"):
        changes["MemorySwap"] = 2 * filled.number("Memory")
    if given and "Runtime" not in host:
        changes["Runtime"] = "runc"
    unconfined = privileged or mode == "host" or filled.text("PidMode") == "host"
    if unconfined and filled.raw("SecurityOpt") is None:
        changes["SecurityOpt"] = ["label=disable"]
    return {**host, **changes}
