"""What a swarm is made of: frozen values in the dicts of a cluster, and a daemon's part in it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from harness.fake.requests.fields import Fields
from harness.fake.values import Network

Place: TypeAlias = tuple[str, int, str]  # of a task: service, slot, and the node if it has no slot


class TaskState(StrEnum):
    """The states of a task, in the order that it goes through them."""

    NEW = "new"
    PENDING = "pending"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    READY = "ready"
    STARTING = "starting"
    RUNNING = "running"
    COMPLETE = "complete"
    SHUTDOWN = "shutdown"
    FAILED = "failed"
    REJECTED = "rejected"
    REMOVE = "remove"
    ORPHANED = "orphaned"

    @property
    def ended(self) -> bool:
        """Tell whether nothing of a task in this state runs, or will ever again."""
        return _ORDER[self] > _ORDER[TaskState.RUNNING]

    def reached(self, other: "TaskState") -> bool:
        """Tell whether this state is another one or comes after it."""
        return _ORDER[self] >= _ORDER[other]


_ORDER = {state: number for number, state in enumerate(TaskState)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a cluster keeps; `index` grows with each change."""

    id: str
    index: int = 0
    created: float = 0.0
    updated: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Stored):
    """A secret; `spec` has its Data."""

    spec: Fields

    @property
    def name(self) -> str:
        """Return its name."""
        return self.spec.text("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Stored):
    """A config; `spec` has its Data."""

    spec: Fields

    @property
    def name(self) -> str:
        """Return its name."""
        return self.spec.text("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Stored):
    """A daemon in a swarm; `world` is where it can be reached, `listens` where its manager does.

    `description` is what the daemon says of itself. `membership` is pending once a spec was given.
    """

    spec: Fields
    world: str
    listens: str
    address: str
    description: Fields
    state: str = "ready"
    message: str = ""
    membership: str = "accepted"

    @property
    def name(self) -> str:
        """Return the name of its machine."""
        return self.description.text("Hostname")

    @property
    def is_manager(self) -> bool:
        """Tell whether it manages the swarm."""
        return self.spec.text("Role") == "manager"

    @property
    def availability(self) -> str:
        """Return whether it takes tasks: active, pause, drain."""
        return self.spec.text("Availability")


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """How far a service has come in taking over another spec."""

    state: str
    message: str
    started: float = 0.0
    completed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Stored):
    """A service; `ports` are those that it has, `addresses` its own by the id of the network.

    `rolled` tells that its spec is a previous one, taken back.
    """

    spec: Fields
    previous: Fields | None = None
    ports: tuple[Fields, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    update: UpdateStatus | None = None
    rolled: bool = False

    @property
    def name(self) -> str:
        """Return its name."""
        return self.spec.text("Name")

    @property
    def template(self) -> Fields:
        """Return what its tasks are made of."""
        return self.spec.fields("TaskTemplate")

    @property
    def is_global(self) -> bool:
        """Tell whether it has a task on each node."""
        return "Global" in self.spec.fields("Mode").values

    @property
    def replicas(self) -> int:
        """Return how many tasks it is to have; 0 where it has one on each node."""
        return self.spec.fields("Mode").fields("Replicated").number("Replicas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Stored):
    """A task: a container of a service on a node, or the intention of one.

    `slot` is 0 for a task of a global service. `due` is when it takes its next step, `ready` when a
    replacement may start at the earliest. `attached` are its addresses by the id of the network,
    `ports` those of its service when it was made.
    """

    service: str
    name: str
    spec: Fields
    slot: int = 0
    node: str = ""
    state: TaskState = TaskState.NEW
    desired: TaskState = TaskState.RUNNING
    message: str = "created"
    error: str = ""
    since: float = 0.0
    due: float = 0.0
    ready: float = 0.0
    stopping: bool = False
    container: str = ""
    pid: int = 0
    exit_code: int | None = None
    attached: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Fields, ...] = ()

    @property
    def place(self) -> Place:
        """Return what it shares with the tasks that it replaces, and that replace it."""
        return (self.service, self.slot, "" if self.slot else self.node)

    @property
    def wanted(self) -> bool:
        """Tell whether it is to run, now or later."""
        return not self.desired.ended

    @property
    def lives(self) -> bool:
        """Tell whether it has not ended."""
        return not self.state.ended


@dataclass(eq=False, slots=True)
class Rollout:
    """A change of a service's tasks to another spec, on its way.

    `waiting` are the places whose tasks are still of the old spec; `busy` leads from a place to the
    task that takes it over; `watched` from a new task to when its failure no longer matters.
    """

    service: str
    waiting: list[Place] = field(default_factory=list)
    busy: dict[Place, str] = field(default_factory=dict)
    watched: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    total: int = 0
    next: float = 0.0


@dataclass(eq=False, slots=True)
class Cluster:
    """A swarm as its managers know it, by id; `home` is the address of the leader's world.

    `tokens` are by role, in small letters. `addresses` counts those given away, by network.
    """

    id: str
    spec: Fields
    home: str
    created: float = 0.0
    updated: float = 0.0
    index: int = 0  # of the newest change
    own_index: int = 0
    digest: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    unlock_key: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)
    rollouts: dict[str, Rollout] = field(default_factory=dict)
    attempts: dict[Place, list[float]] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    network_indexes: dict[str, int] = field(default_factory=dict)
    local_networks: dict[str, str] = field(default_factory=dict)  # a swarm's ids of bridge and host
    woken: float = math.inf  # when its leader next looks at what is to be done


@dataclass(slots=True)
class Swarm:
    """The swarm that a fake is in, and what it is there; `locked` after a restart."""

    cluster: Cluster
    node: str
    listens: str
    address: str
    locked: bool = False
    put_away: tuple[Network, ...] = ()  # while it is locked

    @property
    def is_manager(self) -> bool:
        """Tell whether the daemon manages the swarm, locked or not."""
        node = self.cluster.nodes.get(self.node)
        return node is not None and node.is_manager
