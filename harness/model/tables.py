"""What contracts/*.yaml knows beside the documents, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.call import Pairs
from harness.model.judgement import Streaming
from harness.model.version import VersionRange


class Tier(StrEnum):
    """How much an operation's calls may disturb the daemon; each includes those before it."""

    READ = "read"
    SCOPED = "scoped"  # only resources that this run made
    DISRUPTIVE = "disruptive"  # prune, swarm init and leave, plugins, daemon-wide settings

    def admits(self, other: "Tier") -> bool:
        """Tell whether a run at this tier may make calls of the other."""
        order = list(Tier)
        return order.index(other) <= order.index(self)


class SwarmState(StrEnum):
    """What an operation needs the daemon's swarm to be."""

    ANY = "any"
    OUTSIDE = "outside"  # the daemon is in no swarm
    MANAGER = "manager"  # the daemon manages a swarm of one
    LOCKED = "locked"  # it was restarted and waits for the unlock key
    JOINABLE = "joinable"  # in no swarm, and another daemon offers one


class Cost(StrEnum):
    """How often an operation is varied, for the time that it takes."""

    CHEAP = "cheap"  # at every version
    SHAPE = "shape"  # once for each shape of the operation
    ONCE = "once"  # at the first version of a run


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to call one operation so that it can succeed; texts may hold tokens of the world.

    `body` is a JSON text, or the token of a tar archive. `vary` gives valid values by place
    ("query/tail", "body/HostConfig/Memory"), as texts for parameters and JSON texts for bodies;
    an empty tuple keeps the place out of generated calls. `makes` are (kind, JSON pointer into
    the reply) of what a success leaves behind.
    """

    operation: str
    tier: Tier
    path: Pairs = ()
    query: Pairs = ()
    headers: Pairs = ()
    body: str | None = None
    media_type: str = ""
    vary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    makes: tuple[tuple[str, str], ...] = ()
    swarm: SwarmState = SwarmState.ANY
    needs: tuple[str, ...] = ()  # registry, experimental, restart, second-daemon
    streaming: Streaming = Streaming.WHOLE
    endless: bool = False  # a success need not end by itself
    upgrade: bool = False  # may be asked to switch protocols
    cost: Cost = Cost.CHEAP


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on generated values, for safety.

    `at` is a pattern in the manner of fnmatch on "Operation/body/HostConfig/Binds" or
    "Operation/query/fromSrc". Only the JSON texts in `allow` are generated there; none at all
    where it is empty.
    """

    at: str
    allow: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How resources of one kind are found, recognised as a run's own, and removed.

    `listing` is a request target and `items` the JSON pointer of the list in its reply; `name` and
    `label` point into an element. Where `prefixed`, the name itself tells. `since` is the version
    that introduced the kind. `removal` is a request target with {name} in it.
    """

    id: str
    listing: str
    items: str
    name: str
    label: str
    prefixed: bool
    removal: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A fault that a daemon is known to have; `why` tells what it does wrong, and how that is seen.

    `daemon` is a regular expression for the whole of the daemon's name and version. Operations,
    pointer and message are patterns in the manner of fnmatch. Without `versions`, all are meant.
    """

    id: str
    daemon: str
    check: str
    operations: tuple[str, ...]
    why: str
    versions: VersionRange | None = None
    pointer: str = "*"
    message: str = "*"
