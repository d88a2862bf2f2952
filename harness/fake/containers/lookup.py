"""Containers found by what people call them: id, name, or the beginning of an id."""

from harness.fake.requests.answer import bad_request, not_found
from harness.fake.values import Container
from harness.fake.world import World


def find_container(world: World, name: str) -> Container | None:
    """Return the container that a text names; refuse a beginning that several ids have."""
    whole = world.containers.get(name) or named(world, name)
    if whole is not None or not name:
        return whole
    found = [each for key, each in world.containers.items() if key.startswith(name)]
    if len(found) > 1:
        raise bad_request(f"Multiple IDs found with provided prefix: {name}")
    return found[0] if found else None


def container_of(world: World, name: str) -> Container:
    """Return the container that a text names; refuse with 404 what names none."""
    found = find_container(world, name)
    if found is None:
        raise not_found(f"No such container: {name}")
    return found


def named(world: World, name: str) -> Container | None:
    """Return the container of a name, which may begin with a slash; None where none has it.

    What a link calls a container, beside the name of the one that has the link, is a name too.
    """
    bare = name.removeprefix("/")
    holder, _, alias = bare.partition("/")
    found = next((each for each in world.containers.values() if each.name == holder), None)
    if found is None or not alias:
        return found
    target = next((link for link in found.links if alias_of(link) == alias), "")
    other = target.partition(":")[0].removeprefix("/")
    return world.containers.get(other) or (named(world, other) if other else None)


def alias_of(link: str) -> str:
    """Return what a link such as db:database calls the other container."""
    name, _, alias = link.partition(":")
    return alias or name.removeprefix("/")
