"""What a manager keeps: found by name or id, changed with a growing index, told to all managers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from harness.fake.requests.answer import RefusedError, bad_request, not_found
from harness.fake.requests.asked import Asked
from harness.fake.requests.bodies import parse_json
from harness.fake.requests.filters import Filters
from harness.fake.swarm.values import (
    Cluster,
    Config,
    Node,
    Secret,
    Service,
    Stored,
    Swarm,
    Task,
)
from harness.fake.world import World

_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)
WORKER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
LOCKED = (
    "Swarm is encrypted and needs to be unlocked before it can be used. Please use "
    '"docker swarm unlock" to unlock it.'
)
# As Go's ParseBool reads them, which takes nothing else; "" is as if it were absent.
_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})
_FALSE = frozenset({"", "0", "f", "F", "false", "False", "FALSE"})
_GREATEST = 2**64 - 1

_T = TypeVar("_T", bound=Stored)


class Identified(Protocol):
    """Whatever has an identity."""

    @property
    def id(self) -> str:
        """Return it."""


_Identified = TypeVar("_Identified", bound=Identified)


def unavailable(message: str) -> RefusedError:
    """Return the refusal of what the state of the swarm does not allow."""
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, message)


def managed(world: World) -> tuple[Swarm, Cluster]:
    """Return the swarm that a daemon manages; refuse with 503 where it manages none."""
    swarm = world.swarm
    if swarm is None:
        raise unavailable(_NO_MANAGER)
    if swarm.locked:
        raise unavailable(LOCKED)
    if not swarm.is_manager:
        raise unavailable(WORKER)
    return swarm, swarm.cluster


def lockable(world: World) -> Swarm:
    """Return the swarm that a daemon manages, though it may be locked; refuse others with 503."""
    if world.swarm is not None and world.swarm.locked:
        return world.swarm
    return managed(world)[0]


def cluster_of(world: World) -> Cluster:
    """Return what a daemon manages; refuse with 503 where it manages nothing."""
    return managed(world)[1]


def listing(world: World, asked: Asked, *accepted: str) -> tuple[Cluster, Filters]:
    """Return what a daemon manages and the filters of a list, in dockerd's order of refusals."""
    text = asked.text("filters")
    if text:
        parse_json(text)
    return cluster_of(world), asked.filters(*accepted)


def version_of(asked: Asked, what: str, *, tersely: bool = False) -> int:
    """Return the index that a change builds upon; refuse with 400 what is no such number."""
    text = asked.text("version")
    if text.isascii() and text.isdecimal() and int(text) <= _GREATEST:
        return int(text)
    if tersely:
        raise bad_request(f"invalid {what} version")
    why = "value out of range" if text.isascii() and text.isdecimal() else "invalid syntax"
    quoted = text.replace('"', '\\"')
    raise bad_request(
        f"invalid {what} version '{text}': strconv.ParseUint: parsing \"{quoted}\": {why}"
    )


def strict_flag(asked: Asked, name: str, *, tersely: bool = True) -> bool:
    """Return a boolean of the query as Go's ParseBool reads it; refuse others with 400."""
    text = asked.text(name)
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    why = "" if tersely else f': strconv.ParseBool: parsing "{text}": invalid syntax'
    raise bad_request(f"invalid value for {name}: {text}{why}")


def invalid_argument(message: str) -> RefusedError:
    """Return the refusal of what a swarm takes for wrong."""
    return bad_request(f"rpc error: code = InvalidArgument desc = {message}")


def failed_precondition(message: str) -> RefusedError:
    """Return the refusal of what must not be done as things are."""
    return bad_request(f"rpc error: code = FailedPrecondition desc = {message}")


def expect(stored: int, version: int) -> None:
    """Refuse a change that builds upon another index than that of the newest one."""
    if stored != version:
        # dockerd answers 500, though the client has only to look again.
        raise bad_request("rpc error: code = Unknown desc = update out of sequence")


def found(
    kind: str,
    stored: Mapping[str, _Identified],
    text: str,
    name_of: Callable[[_Identified], str],
) -> _Identified:
    """Return what has an id, a name, or an id that begins so; refuse others with 404."""
    if text in stored:
        return stored[text]
    every = list(stored.values())
    for fits in (
        lambda each: name_of(each) == text,
        lambda each: each.id.startswith(text),
    ):
        fitting = [each for each in every if fits(each)]
        if len(fitting) > 1:
            raise bad_request(f"{kind} {text} is ambiguous ({len(fitting)} matches found)")
        if fitting:
            return fitting[0]
    raise not_found(f"{kind} {text} not found")


def node_named(cluster: Cluster, text: str) -> Node:
    """Return the node of an id, of a machine's name, or of the beginning of an id."""
    return found("node", cluster.nodes, text, lambda node: node.name)


def service_named(cluster: Cluster, text: str) -> Service:
    """Return the service of an id, a name or the beginning of an id."""
    return found("service", cluster.services, text, lambda service: service.name)


def task_named(cluster: Cluster, text: str) -> Task:
    """Return the task of an id, a name or the beginning of an id."""
    return found("task", cluster.tasks, text, lambda task: task.name)


def in_order(stored: Mapping[str, _T]) -> list[_T]:
    """Return what is stored as it is listed: by id."""
    return sorted(stored.values(), key=lambda each: each.id)


def next_index(cluster: Cluster) -> int:
    """Return the index of the change that is now made."""
    cluster.index += 1
    return cluster.index


def changed(world: World, cluster: Cluster, stored: _T, **changes: object) -> _T:
    """Put a changed value in its old one's place, at a new index, and return it."""
    index, now = next_index(cluster), world.now()
    return kept(cluster, replace(stored, index=index, updated=now, **changes))  # type: ignore[arg-type]


def kept(cluster: Cluster, stored: _T) -> _T:
    """Keep a value with others of its kind, and return it."""
    match stored:
        case Node():
            cluster.nodes[stored.id] = stored
        case Service():
            cluster.services[stored.id] = stored
        case Task():
            cluster.tasks[stored.id] = stored
        case Secret():
            cluster.secrets[stored.id] = stored
        case Config():
            cluster.configs[stored.id] = stored
        case _:
            raise TypeError(type(stored).__name__)
    return stored


def told(
    world: World,
    cluster: Cluster,
    action: str,
    actor: Stored,
    more: Mapping[str, str] | None = None,
) -> None:
    """Tell all managers of what happened to something of the swarm."""
    attributes = {"name": _called(actor), **(more or {})}
    kind = type(actor).__name__.lower()
    for node in list(cluster.nodes.values()):
        other = world.neighbours.worlds.get(node.world)
        if other is None or not node.is_manager or node.state != "ready":
            continue
        deed = partial(other.emit, kind, action, actor.id, attributes, scope="swarm")
        if other is world:
            deed()
        else:
            world.neighbours.post(node.world, deed)


def _called(actor: Stored) -> str:
    match actor:
        case Node():
            return actor.spec.text("Name") or actor.name
        case Service() | Secret() | Config():
            return actor.name
        case _:
            return ""
