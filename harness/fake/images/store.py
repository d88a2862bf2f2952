"""The images of a world: found by name or id, stored, tagged, made from one another."""

from collections.abc import Iterator
from dataclasses import replace

from harness.fake.files.trees import read_layer, write_tar
from harness.fake.images.configs import digest_of, sealed
from harness.fake.images.made_up import made_up
from harness.fake.images.references import Reference, is_id, parse
from harness.fake.requests.answer import RefusedError, bad_request, not_found
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, Image, Labels, Layer, Tree
from harness.fake.world import World

_ALGORITHM = "sha256:"


def find_image(world: World, name: str) -> Image | None:
    """Return the image of a name, an id or a prefix of one; None where there is none."""
    try:
        return image_of(world, name)
    except RefusedError:
        return None


def image_of(world: World, name: str) -> Image:
    """Return the image of a name, an id or a prefix of one.

    Refuses with 404 what is not there, and with 400 what cannot be a name.
    """
    if is_id(name):
        wanted = _ALGORITHM + name.removeprefix(_ALGORITHM)
        if wanted not in world.images:
            raise not_found(f"No such image: {wanted}")
        return world.images[wanted]
    reference = parse(name)
    known = world.images.get(_named(world, reference)) or _prefixed(world, name)
    if known is None:
        raise not_found(f"No such image: {reference.tagged.short}")
    return known


def tags_of(world: World, image: str) -> list[str]:
    """Return the names with a tag of the image of an id, in order."""
    return sorted(tag for tag, id_ in world.tags.items() if id_ == image)


def digests_of(world: World, image: str) -> list[str]:
    """Return the names with a digest of the image of an id, in order."""
    return sorted(digest for digest, id_ in world.digests.items() if id_ == image)


def store(world: World, image: Image, tag: str = "") -> Image:
    """Keep an image, under a name if there is one; return it as it is kept."""
    kept = world.images.setdefault(image.id, image)
    if tag:
        tag_image(world, kept.id, tag)
    world.tell()
    return world.images[kept.id]


def tag_image(world: World, image: str, tag: str) -> None:
    """Name the image of an id, whatever had the name before; tell of it."""
    short = name_image(world, image, tag)
    tell_of(world, image, "tag", short)


def name_image(world: World, image: str, tag: str) -> str:
    """Name the image of an id without a word; return the name as it was given, in short."""
    reference = nameable(parse(tag))
    world.tags[reference.tagged.short] = image
    world.images[image] = replace(world.images[image], tagged=world.now())
    world.tell()
    return reference.short


def nameable(reference: Reference) -> Reference:
    """Return a reference that an image can be given; refuse with 400 one that would mislead."""
    if reference.digest:
        raise bad_request("refusing to create a tag with a digest reference")
    if reference.short_name == _ALGORITHM.rstrip(":"):
        raise bad_request("refusing to create an ambiguous tag using digest algorithm as name")
    return reference


def tell_of(world: World, actor: str, action: str, name: str) -> None:
    """Tell of what happened to an image, by its id or by a name; with the labels it has."""
    known = find_image(world, actor)
    labels: Labels = known.config.pairs("Labels") if known else {}
    world.emit("image", action, actor, {**labels, "name": name})


def image_under(world: World, container: Container) -> Image | None:
    """Return the image that a container was made of, though it may have been removed since."""
    return world.images.get(container.image) or world.kept.get(container.image)


def derive(  # noqa: PLR0913 - what one step of a build leaves, all by name
    world: World,
    parent: Image | None,
    *,
    config: Fields,
    files: Tree,
    created_by: str,
    comment: str = "",
    author: str = "",
    empty: bool = False,
) -> Image:
    """Return the image that a step makes of another one; it is not stored yet.

    A step that leaves no files is `empty`, whether it says so or not.
    """
    now, empty = world.now(), empty or not files
    layer = Layer(
        id="" if empty else digest_of(write_tar(files)),
        files={} if empty else dict(files),
        created=now,
        created_by=created_by,
        comment=comment,
        author=author,
        empty=empty,
    )
    below = parent.layers if parent else ()
    return sealed(
        Image(
            id="",
            config=config,
            layers=(*below, layer),
            parent=parent.id if parent else "",
            created=now,
            author=author,
            architecture=parent.architecture if parent else "amd64",
            os=parent.os if parent else "linux",
            engine=world.settings.product,
        )
    )


def layer_of(world: World, archive: bytes) -> Layer:
    """Return the layer of an archive that is not compressed; the same one where it is known."""
    digest = digest_of(archive)
    known = next((layer for layer in layers(world) if layer.id == digest), None)
    if known is not None:
        return Layer(id=digest, files=known.files, archive=known.archive)
    return Layer(id=digest, files=read_layer(archive), archive=archive)


def layers(world: World) -> Iterator[Layer]:
    """Yield the contents of all images, some several times."""
    for image in world.images.values():
        yield from (layer for layer in image.layers if not layer.empty)


def furnish_image(world: World, name: str) -> Image:
    """Put an image there that is like busybox, as if it had been pulled long ago."""
    reference = parse(name).tagged
    image = store(world, made_up(reference))
    if reference.tag:
        world.tags[reference.short] = image.id
    return image


def _named(world: World, reference: Reference) -> str:
    if reference.digest:
        return world.digests.get(replace(reference, tag="").short, "")
    return world.tags.get(reference.tagged.short, "")


def _prefixed(world: World, text: str) -> Image | None:
    digits = text.removeprefix(_ALGORITHM)
    if not digits:
        return None
    found = [each for each in world.images if each.startswith(_ALGORITHM + digits)]
    return world.images[found[0]] if len(found) == 1 else None
