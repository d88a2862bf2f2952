"""Images that are made of a container or of an archive."""

from dataclasses import dataclass, replace

from harness.fake.building.config_steps import with_changes
from harness.fake.containers.defaults import config_of
from harness.fake.containers.lifecycle import pause, told, unpause
from harness.fake.files.trees import uncompressed
from harness.fake.images.configs import sealed
from harness.fake.images.references import Reference
from harness.fake.images.store import (
    derive,
    image_under,
    layer_of,
    nameable,
    store,
    tag_image,
    tell_of,
)
from harness.fake.requests.answer import RefusedError, bad_request, conflict
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, Image, Status
from harness.fake.world import World


@dataclass(frozen=True, slots=True)
class Making:
    """What is asked of an image that is made; `config` is None where none was given."""

    reference: Reference | None = None
    changes: tuple[str, ...] = ()
    comment: str = ""
    author: str = ""
    config: Fields | None = None


def commit(world: World, container: Container, making: Making, *, paused: bool) -> Image:
    """Make an image of what a container changed; with `paused`, it stands still meanwhile."""
    for status, doing in ((Status.DEAD, "Dead"), (Status.REMOVING, "being removed")):
        if container.state.status is status:
            raise conflict(f"You cannot commit container {container.id} which is {doing}")
    reference = making.reference and nameable(making.reference)
    given = container.config if making.config is None else making.config
    config = _over(with_changes(given, making.changes), container.config)
    freezes = paused and container.state.status is Status.RUNNING
    if freezes:
        pause(world, container.id)
    image = store(world, _committed(world, container, config, making))
    if reference:
        tag_image(world, image.id, reference.short)
    name = reference.short if reference else ""
    told(world, container, "commit", comment=making.comment, imageID=image.id, imageRef=name)
    if freezes:
        unpause(world, container.id)
    return image


def import_archive(world: World, content: bytes, making: Making) -> Image:
    """Make an image of an archive's files; refuse with 400 what is no archive."""
    if making.reference and making.reference.digest:
        raise bad_request("cannot import digest reference")
    config = with_changes(making.config or Fields(), making.changes)
    try:
        layer = layer_of(world, uncompressed(content))
    except RefusedError as refused:
        message = f"Error processing tar file(exit status 1): {refused.message}"
        raise RefusedError(refused.status, message) from refused
    now = world.now()
    image = Image(
        id="",
        config=config,
        layers=(replace(layer, created=now, comment=making.comment),),
        created=now,
        comment=making.comment,
        engine=world.settings.product,
    )
    kept = store(world, sealed(image))
    if making.reference:
        tag_image(world, kept.id, making.reference.short)
    tell_of(world, kept.id, "import", kept.id)
    return kept


def _committed(world: World, container: Container, config: Fields, making: Making) -> Image:
    image = derive(
        world,
        image_under(world, container),
        config=config,
        files=container.layer,
        created_by=" ".join(container.config.texts("Cmd")),
        comment=making.comment,
        author=making.author,
    )
    parent = image.parent if image.parent in world.images else ""
    return sealed(
        replace(image, parent=parent, container=container.id, container_config=container.config)
    )


def _over(own: Fields, below: Fields) -> Fields:
    """Return a Config with what it does not say itself from that of the container."""
    return config_of(own, Image(id="", config=below), "", Fields())
