"""The daemon as it tells of itself: its state, its version, and what takes up space."""

import base64
from collections import Counter
from collections.abc import Iterable

from harness.fake.clock import timestamp
from harness.fake.containers import views as container_views
from harness.fake.files.trees import size_of
from harness.fake.images import lists as image_lists
from harness.fake.plugins import configs as plugin_configs
from harness.fake.requests.filters import Filters
from harness.fake.swarm import views as swarm_views
from harness.fake.values import Container, Image, Status, Volume
from harness.fake.volumes import views as volume_views
from harness.fake.world import World
from harness.model.spec import Json

_NETWORKS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
_LOGGERS = (
    *("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local"),
    *("logentries", "splunk", "syslog"),
)
_ID_BYTES = 30
_BUILT = "2017-10-17T19:05:23.000000000+00:00"
_COMMIT = "fake"
_OPEN_FILES, _ROUTINES = 23, 40  # about what an idle dockerd has
_REGISTRY: dict[str, Json] = {
    "AllowNondistributableArtifactsCIDRs": [],
    "AllowNondistributableArtifactsHostnames": [],
    "InsecureRegistryCIDRs": ["127.0.0.0/8"],
    "IndexConfigs": {
        "docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
    },
    "Mirrors": [],
}


def info(world: World) -> dict[str, Json]:
    """Return what /info tells at all versions alike."""
    return {**_state(world), **_machine(world), **_engine(world)}


def version(world: World) -> dict[str, Json]:
    """Return what /version tells."""
    settings = world.settings
    return {
        "Version": settings.product,
        "ApiVersion": str(settings.highest),
        "MinAPIVersion": str(settings.lowest),
        "GitCommit": _COMMIT,
        "GoVersion": "none",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": settings.kernel,
        "BuildTime": _BUILT,
    }


def disk_usage(world: World) -> dict[str, Json]:
    """Return what takes up space: layers, images, containers and volumes."""
    everything = image_lists.wanted(world, Filters(), every=False)
    containers = world.containers.values()
    return {
        "LayersSize": sum(_layers([*world.images.values(), *world.kept.values()]).values()),
        "Images": [_with_usage(world, each) for each in image_lists.shown(world, everything)],
        "Containers": [container_views.listed(world, each, size=True) for each in containers],
        "Volumes": [
            {**volume_views.shown(world, each), "UsageData": _usage(each, containers)}
            for each in world.volumes.values()
        ],
        "BuildCache": None,
        "BuilderSize": 0,
    }


def _state(world: World) -> dict[str, Json]:
    states = Counter(_counted_as(each) for each in world.containers.values())
    return {
        "ID": _identity(world),
        "Containers": len(world.containers),
        "ContainersRunning": states["running"],
        "ContainersPaused": states["paused"],
        "ContainersStopped": states["stopped"],
        "Images": len(world.images),
        "NEventsListener": world.listeners,
        "NFd": _OPEN_FILES,
        "NGoroutines": _ROUTINES,
        "SystemTime": timestamp(world.now()),
        "Plugins": {
            "Volume": ["local", *_enabled(world, "volumedriver")],
            "Network": [*_NETWORKS, *_enabled(world, "networkdriver")],
            "Authorization": None,
            "Log": [*_LOGGERS, *_enabled(world, "logdriver")],
        },
        "Swarm": swarm_views.swarm_info(world),
    }


def _machine(world: World) -> dict[str, Json]:
    settings = world.settings
    able = (
        *("MemoryLimit", "SwapLimit", "KernelMemory", "KernelMemoryTCP", "CpuCfsPeriod"),
        *("CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit", "OomKillDisable", "IPv4Forwarding"),
        *("BridgeNfIptables", "BridgeNfIp6tables"),
    )
    return {
        **dict.fromkeys(able, True),
        "Name": settings.hostname,
        "KernelVersion": settings.kernel,
        "OperatingSystem": settings.system,
        "OSType": "linux",
        "Architecture": settings.architecture,
        "NCPU": settings.processors,
        "MemTotal": settings.memory,
        "GenericResources": None,
        "Isolation": "",
    }


def _engine(world: World) -> dict[str, Json]:
    unknown: Json = {"ID": _COMMIT, "Expected": _COMMIT}
    return {
        "ServerVersion": world.settings.product,
        "Driver": "overlay2",
        "DriverStatus": [
            ["Backing Filesystem", "extfs"],
            ["Supports d_type", "true"],
            ["Native Overlay Diff", "true"],
        ],
        "DockerRootDir": world.settings.root,
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": _REGISTRY,
        **dict.fromkeys(("HttpProxy", "HttpsProxy", "NoProxy"), ""),
        **dict.fromkeys(("Debug", "ExperimentalBuild", "LiveRestoreEnabled"), False),
        "Labels": [],
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "Runtimes": {"runc": {"path": "runc"}},
        "DefaultRuntime": "runc",
        "InitBinary": "docker-init",
        **dict.fromkeys(("ContainerdCommit", "RuncCommit", "InitCommit"), unknown),
        "Warnings": None,
    }


def _identity(world: World) -> str:
    """Return the identity of the daemon: twelve groups of four letters and digits."""
    letters = base64.b32encode(bytes.fromhex(world.identity)[:_ID_BYTES]).decode()
    return ":".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _counted_as(container: Container) -> str:
    if container.state.status is Status.PAUSED:
        return "paused"
    return "running" if container.state.running else "stopped"


def _enabled(world: World, capability: str) -> list[str]:
    return [
        plugin.name
        for plugin in world.plugins.values()
        if plugin.enabled and capability in plugin_configs.capabilities(plugin.parts.config)
    ]


def _layers(images: Iterable[Image]) -> dict[str, int]:
    """Return the size of each layer that some images have, by its id."""
    return {
        layer.id: size_of(layer.files)
        for image in images
        for layer in image.layers
        if not layer.empty
    }


def _with_usage(world: World, listed: dict[str, Json]) -> Json:
    """Return an element of the list of images with what a list by itself does not tell."""
    image = world.images[str(listed["Id"])]
    others = _layers(each for each in world.images.values() if each.id != image.id)
    shared = sum(size for layer, size in _layers([image]).items() if layer in others)
    used = sum(each.image == image.id for each in world.containers.values())
    return {**listed, "SharedSize": shared, "Containers": used}


def _usage(volume: Volume, containers: Iterable[Container]) -> Json:
    mounts = [mount for each in containers for mount in each.mounts]
    return {
        "RefCount": sum(mount.kind == "volume" and mount.name == volume.name for mount in mounts),
        "Size": size_of(volume.files),
    }
