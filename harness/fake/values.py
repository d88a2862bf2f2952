"""What a fake's world is made of: frozen values, of which a change puts another in the place.

Times are seconds since 1970, and 0 where something has not happened yet. JSON objects inside are
never changed in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.fake.requests.fields import Fields
from harness.model.spec import Json

Labels = Mapping[str, str]


class Status(StrEnum):
    """The states of a container, in the words of the API."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class File:
    """A file, a folder or a symbolic link; `kind` is file, dir or link, `mode` the permissions."""

    kind: str = "file"
    content: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    changed: float = 0.0
    target: str = ""


# Files by absolute path without a slash at the end, such as /etc/hosts. None: removed in a layer.
Tree = Mapping[str, "File | None"]


@dataclass(frozen=True, slots=True)
class Layer:
    """What one step of an image's making left: its files, and its line in the history."""

    id: str  # sha256:…, of the content
    files: Tree = field(default_factory=dict)
    created: float = 0.0
    created_by: str = ""
    comment: str = ""
    author: str = ""
    empty: bool = False
    image: str = ""  # the id of the image that ends with this layer, where there is one
    archive: bytes = b""  # its tar, where it came as one


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `config` is the Config of the API, `id` starts with sha256:."""

    id: str
    config: Fields
    layers: tuple[Layer, ...] = ()
    parent: str = ""
    created: float = 0.0
    author: str = ""
    comment: str = ""
    container: str = ""
    container_config: Fields = field(default_factory=Fields)
    architecture: str = "amd64"
    os: str = "linux"
    tagged: float = 0.0
    engine: str = ""  # the version of the daemon that made it
    written: bytes = b""  # the configuration that the id is the digest of


@dataclass(frozen=True, slots=True)
class Mount:
    """What is mounted into a container; `kind` is bind, volume or tmpfs."""

    kind: str
    target: str
    name: str = ""
    source: str = ""
    driver: str = ""
    mode: str = ""
    writable: bool = True
    propagation: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A container's place on a network; `settings` are those that it was connected with.

    Addresses are "" while the container does not run.
    """

    network: str  # id
    id: str = ""
    address: str = ""
    prefix: int = 0
    gateway: str = ""
    mac: str = ""
    address6: str = ""
    prefix6: int = 0
    gateway6: str = ""
    aliases: tuple[str, ...] = ()
    settings: Fields = field(default_factory=Fields)


@dataclass(frozen=True, slots=True)
class State:
    """How a container is; `health` is "" without a health check."""

    status: Status = Status.CREATED
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started: float = 0.0
    finished: float = 0.0
    oom_killed: bool = False
    health: str = ""
    failing: int = 0  # how many probes in a row
    watch: int = 0  # which of its watches is on, or was the last; each stop of one counts as well
    probes: tuple[Json, ...] = ()  # what the last ones said, as the API shows it

    @property
    def running(self) -> bool:
        """Tell whether its process lives, paused or not."""
        return self.status in {Status.RUNNING, Status.PAUSED, Status.RESTARTING}


@dataclass(frozen=True, slots=True)
class Container:
    """A container; `config` and `host` are Config and HostConfig of the API, with defaults filled.

    `layer` is what it changed of its image's files. `networks` is keyed by the network's name as
    inspect shows it. `by_hand` tells that a stop or a kill ended it, so that no policy restarts it.
    """

    id: str
    name: str  # without the slash
    created: float
    image: str  # id
    image_name: str  # as it was asked for
    config: Fields
    host: Fields
    path: str = ""
    arguments: tuple[str, ...] = ()
    state: State = field(default_factory=State)
    mounts: tuple[Mount, ...] = ()
    networks: Mapping[str, Endpoint] = field(default_factory=dict)
    layer: Tree = field(default_factory=dict)
    restarts: int = 0
    by_hand: bool = False
    size: tuple[int, int] = (0, 0)  # rows and columns of its terminal
    execs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ports: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)  # published
    backoff: float = 0.0  # seconds from its last end to its restart by policy

    @property
    def labels(self) -> Labels:
        """Return its labels."""
        return self.config.pairs("Labels")

    @property
    def terminal(self) -> bool:
        """Tell whether it has a terminal, so that its output has no frames."""
        return self.config.flag("Tty")


@dataclass(eq=False, slots=True, weakref_slot=True)
class Awaited:
    """What somebody waits for that a container does; the one value here that is written into."""

    container: str
    exit_code: int | None = None  # of the first end of its process since
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Exec:
    """A further command in a container; `config` is the body that made it."""

    id: str
    container: str
    config: Fields
    running: bool = False
    started: bool = False
    exit_code: int | None = None
    pid: int = 0
    size: tuple[int, int] = (0, 0)
    first: int = 0  # the process of the container beside which it was made
    finished: float = 0.0

    @property
    def terminal(self) -> bool:
        """Tell whether it has a terminal."""
        return self.config.flag("Tty")


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume and its files."""

    name: str
    created: float
    driver: str = "local"
    labels: Labels | None = None
    options: Labels | None = None
    scope: str = "local"
    files: Tree = field(default_factory=dict)
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """A network; who is on it stands with the containers.

    `ipam` is IPAM of the API. `allotted` tells that the daemon chose its addresses.
    """

    id: str
    name: str
    created: float
    driver: str = "bridge"
    scope: str = "local"
    subnet: str = ""
    gateway: str = ""
    ipam: Mapping[str, Json] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    ipv6: bool = False
    options: Labels = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    predefined: bool = False
    config_only: bool = False
    config_from: str = ""
    allotted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as /events tells it; `attributes` belong to the actor."""

    kind: str  # container, image, volume, network, daemon, plugin, node, service, secret, config
    action: str
    actor: str
    attributes: Labels = field(default_factory=dict)
    time: float = 0.0
    nanoseconds: int = 0
    scope: str = "local"


@dataclass(frozen=True, slots=True)
class LogLine:
    """Some output as a log keeps it; `stream` is 1 for stdout and 2 for stderr."""

    time: float
    stream: int
    data: bytes
