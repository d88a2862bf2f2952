"""Names of containers: which are allowed, which are taken, and those that are made up."""

import itertools
import re

from harness.fake.containers.lookup import named
from harness.fake.requests.answer import bad_request, conflict
from harness.fake.world import World

_ALLOWED = "[a-zA-Z0-9][a-zA-Z0-9_.-]"
_NAME = re.compile(rf"{_ALLOWED}+", re.ASCII)
_MANNERS = (
    *("airy", "brisk", "calm", "deft", "eager", "fair", "gentle", "hardy", "idle", "jolly"),
    *("keen", "lucid", "merry", "noble", "open", "plain", "quiet", "rapid", "sober", "tidy"),
)
_THINGS = (
    *("anchor", "barrel", "candle", "drawer", "engine", "funnel", "girder", "hammer", "island"),
    *("jigsaw", "kettle", "ladder", "magnet", "needle", "orchard", "pulley", "quarry", "rudder"),
)


def free_name(world: World, asked: str, *, owner: str = "") -> str:
    """Return a name for a container, without a slash; refuse what is no name, or is taken.

    Where none is asked for, one is made up. `owner` is the id of a container that may have it.
    """
    if not asked:
        return _made_up(world)
    name = asked.removeprefix("/")
    if not _NAME.fullmatch(name):
        raise bad_request(f"Invalid container name ({asked}), only {_ALLOWED} are allowed")
    holder = named(world, name)
    if holder is not None and holder.id != owner:
        raise conflict(
            f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". '
            "You have to remove (or rename) that container to be able to reuse that name."
        )
    return name


def _made_up(world: World) -> str:
    number = int(world.ids.digest(), 16)
    manner = _MANNERS[number % len(_MANNERS)]
    thing = _THINGS[number // len(_MANNERS) % len(_THINGS)]
    name = f"{manner}_{thing}"
    taken = {each.name for each in world.containers.values()}
    if name not in taken:
        return name
    return next(made for each in itertools.count(1) if (made := f"{name}{each}") not in taken)
