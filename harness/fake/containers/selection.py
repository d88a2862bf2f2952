"""Which containers a list or a prune is about: its filters, matched as dockerd does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.fake.containers.lookup import find_container
from harness.fake.images.store import find_image
from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.filters import Filters, invalid
from harness.fake.values import Container, Status
from harness.fake.world import World

LISTED = (
    *("id", "name", "label", "status", "exited", "ancestor", "before", "since", "volume"),
    *("network", "health", "is-task", "publish", "expose", "isolation"),
)
PRUNED = ("label", "label!", "until")
_HEALTHS = frozenset({"starting", "healthy", "unhealthy", "none"})
_HIGHEST_PORT = 65535
_TASK = "com.docker.swarm.task.id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is to show; `since` and `before` name containers between which they were made."""

    filters: Filters = field(default_factory=Filters)
    everything: bool = False
    limit: int = 0
    since: str = ""
    before: str = ""


def selected(world: World, wanted: Wanted) -> list[Container]:
    """Return the containers that a list shows, the newest first; refuse values that are none."""
    filters, limit = wanted.filters, wanted.limit
    _check(filters)
    everything = wanted.everything or "status" in filters or limit > 0
    # What was made at one time was still made one after the other.
    newest = list(reversed(world.containers.values()))
    found = sorted(newest, key=lambda each: each.created, reverse=True)
    found = _between(world, wanted, found)
    images = _descendants(world, filters)
    shown = [
        each
        for each in found
        if (everything or each.state.running) and _admitted(filters, each, images)
    ]
    return shown[:limit] if limit > 0 else shown


def _check(filters: Filters) -> None:
    for status in filters.values("status"):
        if status not in frozenset(Status):
            raise bad_request(f"Invalid filter 'status={status}'")
    if not {*filters.values("is-task")} <= {"true", "false"}:
        raise invalid("is-task", *filters.values("is-task"))
    for code in filters.values("exited"):
        if not re.fullmatch(r"[+-]?\d+", code, re.ASCII):
            raise bad_request(f'strconv.Atoi: parsing "{code}": invalid syntax')
    for health in filters.values("health"):
        if health not in _HEALTHS:
            raise bad_request(f"Unrecognised filter value for health: {health}")
    for key in ("publish", "expose"):
        for ports in filters.values(key):
            list(_ports(key, ports))


def _between(world: World, wanted: Wanted, found: list[Container]) -> list[Container]:
    """Return what of a list is older than some containers, and newer than others."""
    filters = wanted.filters
    for name in (*filters.values("before"), *filter(None, (wanted.before,))):
        before = _bound(world, name)
        found = found[found.index(before) + 1 :] if before in found else found
    for name in (*filters.values("since"), *filter(None, (wanted.since,))):
        since = _bound(world, name)
        found = found[: found.index(since)] if since in found else []
    return found


def _bound(world: World, name: str) -> Container:
    found = find_container(world, name)
    if found is None:
        raise bad_request(f"no such container {name}")
    return found


def _descendants(world: World, filters: Filters) -> set[str]:
    """Return the ids of the images asked for, and of those made from them."""
    wanted = {image.id for name in filters.values("ancestor") if (image := find_image(world, name))}
    grown = True
    while grown:
        more = {each.id for each in world.images.values() if each.parent in wanted} - wanted
        wanted |= more
        grown = bool(more)
    return wanted


def _admitted(filters: Filters, container: Container, images: set[str]) -> bool:
    state = container.state
    return (
        filters.matching("name", f"/{container.name}", container.name)
        and ("id" not in filters or any(map(container.id.startswith, _some(filters, "id"))))
        and filters.labels(container.labels)
        and filters.exact("status", str(state.status))
        and filters.exact("health", state.health or "none")
        and ("is-task" not in filters or (_TASK in container.labels) is filters.truth("is-task"))
        and ("ancestor" not in filters or container.image in images)
        and _exited(filters, container)
        and _mounted(filters, container)
        and _connected(filters, container)
        and _has_port(filters, "publish", _public(container))
        and _has_port(filters, "expose", set(container.config.fields("ExposedPorts").names()))
    )


def _exited(filters: Filters, container: Container) -> bool:
    if "exited" not in filters:
        return True
    state = container.state
    codes = {int(code) for code in filters.values("exited")}
    return not state.running and bool(state.started) and state.exit_code in codes


def _mounted(filters: Filters, container: Container) -> bool:
    names = {text for each in container.mounts for text in (each.name, each.target) if text}
    return filters.exact("volume", *names)


def _connected(filters: Filters, container: Container) -> bool:
    return "network" not in filters or any(
        wanted in {name, endpoint.network}
        for wanted in filters.values("network")
        for name, endpoint in container.networks.items()
    )


def _some(filters: Filters, key: str) -> list[str]:
    return [text for text in filters.values(key) if text]


def _public(container: Container) -> set[str]:
    """Return the ports of the host that lead to a container."""
    return {
        f"{number}/{port.partition('/')[2]}"
        for port, bound in container.ports.items()
        for _, number in bound
    }


def _has_port(filters: Filters, key: str, ports: set[str]) -> bool:
    return key not in filters or any(
        port in ports for wanted in filters.values(key) for port in _ports(key, wanted)
    )


def _ports(key: str, text: str) -> Iterator[str]:
    """Yield the ports of a range such as 80-90/tcp; refuse with 400 what is none."""
    span, _, protocol = text.partition("/")
    first, _, last = span.partition("-")
    for number in (first, last or first):
        if not re.fullmatch(r"\d+", number, re.ASCII):
            raise _no_port(key, text, f'strconv.ParseUint: parsing "{number}": invalid syntax')
        if int(number) > _HIGHEST_PORT:
            raise _no_port(key, text, f'strconv.ParseUint: parsing "{number}": value out of range')
    if int(last or first) < int(first):
        raise _no_port(key, text, f"Invalid range specified for the Port: {span}")
    for port in range(int(first), int(last or first) + 1):
        yield f"{port}/{protocol or 'tcp'}"


def _no_port(key: str, text: str, why: str) -> RefusedError:
    return bad_request(f"error while looking up for {key} {text}: {why}")
