"""Images: listed, inspected, named and removed."""

from http import HTTPStatus

from harness.fake.images.lists import FILTERS, prunable, shown, wanted
from harness.fake.images.references import with_tag
from harness.fake.images.removal import prune_images, remove_image
from harness.fake.images.store import image_of, tag_image
from harness.fake.images.views import history, inspected
from harness.fake.requests.answer import Answer, RefusedError
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.world import World

_PRUNE_FILTERS = ("dangling", "label", "label!", "until")


def _list(world: World, asked: Asked) -> Answer:
    request = wanted(
        world, asked.filters(*FILTERS), every=asked.flag("all"), name=asked.text("filter")
    )
    return Answer(value=[*shown(world, request)])


def _inspect(world: World, asked: Asked) -> Answer:
    try:
        image = image_of(world, asked.name)
    except RefusedError as refused:
        # Only here dockerd says so twice.
        message = f"no such image: {asked.name}: {refused.message}"
        raise RefusedError(refused.status, message) from refused
    return Answer(value=inspected(world, image))


def _history(world: World, asked: Asked) -> Answer:
    return Answer(value=history(world, image_of(world, asked.name)))


def _tag(world: World, asked: Asked) -> Answer:
    image = image_of(world, asked.name)
    tag_image(world, image.id, with_tag(asked.text("repo"), asked.text("tag")).short)
    return Answer(status=HTTPStatus.CREATED)


def _delete(world: World, asked: Asked) -> Answer:
    removal = remove_image(
        world, asked.name, force=asked.flag("force"), prune=not asked.flag("noprune")
    )
    return Answer(value=removal.records)


def _prune(world: World, asked: Asked) -> Answer:
    removal = prune_images(world, [*prunable(world, asked.filters(*_PRUNE_FILTERS))])
    world.emit("image", "prune", "", {"reclaimed": str(removal.freed)})
    return Answer(value={"ImagesDeleted": removal.records or None, "SpaceReclaimed": removal.freed})


HANDLERS: dict[str, Handler] = {
    "ImageList": _list,
    "ImageInspect": _inspect,
    "ImageHistory": _history,
    "ImageTag": _tag,
    "ImageDelete": _delete,
    "ImagePrune": _prune,
}
