"""Handlers of volumes."""

from harness.fake.requests.answer import Answer, RefusedError, bad_request, created, done
from harness.fake.requests.asked import Asked
from harness.fake.requests.filters import Filters
from harness.fake.requests.service import Handler
from harness.fake.values import Volume
from harness.fake.volumes.store import (
    bytes_in,
    make_volume,
    pairs_or_none,
    remove_volume,
    users_of,
    volume_of,
)
from harness.fake.volumes.views import shown
from harness.fake.world import World
from harness.model.spec import Json


def _list(world: World, asked: Asked) -> Answer:
    filters = _filters(asked)
    dangling = filters.truth("dangling", digits=True)
    found = [
        shown(world, volume)
        for volume in world.volumes.values()
        if _is_admitted(volume, filters)
        and (dangling is None or dangling != bool(users_of(world, volume)))
    ]
    return Answer(value={"Volumes": list[Json](found), "Warnings": None})


def _create(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    body = asked.body()
    volume = make_volume(
        world,
        body.text("Name"),
        driver=body.text("Driver") or "local",
        options=pairs_or_none(body, "DriverOpts"),
        labels=pairs_or_none(body, "Labels"),
    )
    return created(shown(world, volume))


def _inspect(world: World, asked: Asked) -> Answer:
    return Answer(value=shown(world, volume_of(world, asked.name)))


def _delete(world: World, asked: Asked) -> Answer:
    if asked.flag("force") and asked.name not in world.volumes:
        return done()
    remove_volume(world, volume_of(world, asked.name))
    return done()


def _prune(world: World, asked: Asked) -> Answer:
    filters = asked.filters("label", "label!")
    deleted: list[Json] = []
    reclaimed = 0
    for volume in list(world.volumes.values()):
        labels = volume.labels or {}
        admitted = filters.labels(labels) and filters.without_labels(labels)
        if volume.driver != "local" or not admitted or users_of(world, volume):
            continue
        # dockerd tells of no volume that a prune removes.
        del world.volumes[volume.name]
        deleted.append(volume.name)
        reclaimed += bytes_in(volume)
    world.emit("volume", "prune", "", {"reclaimed": str(reclaimed)})
    return Answer(value={"VolumesDeleted": deleted, "SpaceReclaimed": reclaimed})


def _filters(asked: Asked) -> Filters:
    """Return the filters of the list, whose mistakes dockerd tells in words of its own."""
    try:
        return asked.filters("dangling", "driver", "label", "name")
    except RefusedError as error:
        if error.message.startswith("Invalid filter"):
            raise
        raise bad_request(f"error reading volume filters: {error.message}") from error


def _is_admitted(volume: Volume, filters: Filters) -> bool:
    return (
        filters.exact("driver", volume.driver)
        and filters.matching("name", volume.name)
        and filters.labels(volume.labels or {})
    )


HANDLERS: dict[str, Handler] = {
    "VolumeCreate": _create,
    "VolumeDelete": _delete,
    "VolumeInspect": _inspect,
    "VolumeList": _list,
    "VolumePrune": _prune,
}
