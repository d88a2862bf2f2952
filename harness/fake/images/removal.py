"""How images go: names first, then the image, then the parents that nothing else needs."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.fake.files.trees import size_of
from harness.fake.images.references import parse
from harness.fake.images.store import digests_of, image_of, tags_of, tell_of
from harness.fake.requests.answer import RefusedError, conflict
from harness.fake.values import Container, Image, Layer
from harness.fake.world import World
from harness.model.spec import Json

_ALGORITHM = "sha256:"
_SHORT = 12


@dataclass(slots=True)
class Removal:
    """What was untagged and deleted, in order, and how many bytes that freed."""

    records: list[Json] = field(default_factory=list)
    freed: int = 0

    def untagged(self, name: str) -> None:
        """Note that a name is gone."""
        self.records.append({"Untagged": name})

    def deleted(self, digest: str) -> None:
        """Note that an image or a layer is gone."""
        self.records.append({"Deleted": digest})


def remove_image(world: World, name: str, *, force: bool, prune: bool) -> Removal:
    """Remove a name of an image, and the image where that was the last one.

    With `prune` its parents go as well that nothing else needs. Refuses with 409 what is in use.
    """
    removal = Removal()
    image = image_of(world, name)
    by_id = image.id.startswith(name) or image.id.removeprefix(_ALGORITHM).startswith(name)
    if by_id:
        _remove_only_name(world, image, removal, force=force)
        was_named = False
    elif _remove_name(world, image, name, removal, force=force):
        return removal
    else:
        was_named = True
    _remove(world, image, removal, force=force, prune=prune, quiet=was_named)
    return removal


def prune_images(world: World, images: Iterable[Image]) -> Removal:
    """Remove images by all of their names, as far as nothing uses them."""
    removal = Removal()
    for image in images:
        for name in _names(world, image) or [image.id]:
            if _image_named(world, name) != image.id:
                continue  # it went with another of its names
            try:
                one = remove_image(world, name, force=False, prune=True)
            except RefusedError:
                continue
            removal.records += one.records
            removal.freed += one.freed
    return removal


def _image_named(world: World, name: str) -> str:
    """Return the id of the image that has a name or an id; "" where none has."""
    if name in world.images:
        return name
    return world.tags.get(name, "") or world.digests.get(name, "")


def _remove_only_name(world: World, image: Image, removal: Removal, *, force: bool) -> None:
    names = _names(world, image)
    if not _single(names):
        return
    _refuse(world, image, force=force, named=False)
    for name in names:
        _untag(world, image, name, removal)


def _remove_name(world: World, image: Image, name: str, removal: Removal, *, force: bool) -> bool:
    """Remove a name; tell whether the image has others left."""
    user = next(iter(_users(world, image)), None)
    if user is not None and not force and _single(_names(world, image)):
        raise conflict(
            f'conflict: unable to remove repository reference "{name}" (must force) - container '
            f"{user.id[:_SHORT]} is using its referenced image {_shortened(image)}"
        )
    reference = parse(name).tagged
    key = reference.short if not reference.digest else f"{reference.short_name}@{reference.digest}"
    _untag(world, image, key, removal)
    if not reference.digest:
        _drop_digests(world, image, reference.short_name, removal)
    return bool(_names(world, image))


def _drop_digests(world: World, image: Image, repository: str, removal: Removal) -> None:
    """Remove the digests of a repository in which no tag of the image is left."""
    if any(parse(tag).short_name == repository for tag in tags_of(world, image.id)):
        return
    for digest in digests_of(world, image.id):
        if digest.startswith(f"{repository}@"):
            del world.digests[digest]
            removal.untagged(digest)


def _untag(world: World, image: Image, name: str, removal: Removal) -> None:
    world.tags.pop(name, None) or world.digests.pop(name, None)
    tell_of(world, image.id, "untag", image.id)
    removal.untagged(name)


def _remove(  # noqa: PLR0913 - what dockerd's own takes, most of it by name
    world: World, image: Image, removal: Removal, *, force: bool, prune: bool, quiet: bool
) -> None:
    """Remove an image; `quiet` says nothing where it cannot be, as its name is gone already."""
    reason = _reason(world, image, force=force, named=True)
    if reason is not None:
        dangling = not _names(world, image) and not _children(world, image)
        if quiet and (not dangling or reason.used):
            return
        raise conflict(reason.message)
    for name in _names(world, image):
        _untag(world, image, name, removal)
    del world.images[image.id]
    _keep(world, image)
    tell_of(world, image.id, "delete", image.id)
    removal.deleted(image.id)
    for digest, layer in _released(world, image):
        removal.deleted(digest)
        removal.freed += size_of(layer.files)
    parent = world.images.get(image.parent)
    if prune and parent is not None:
        _remove(world, parent, removal, force=False, prune=True, quiet=True)


def _keep(world: World, image: Image) -> None:
    """Keep a removed image as long as containers are made of it; forget others."""
    used = {container.image for container in world.containers.values()}
    world.kept[image.id] = image
    for id_ in world.kept.keys() - used:
        del world.kept[id_]


@dataclass(frozen=True, slots=True)
class _Reason:
    message: str
    used: bool = False


def _refuse(world: World, image: Image, *, force: bool, named: bool) -> None:
    reason = _reason(world, image, force=force, named=named)
    if reason is not None:
        raise conflict(reason.message)


def _reason(world: World, image: Image, *, force: bool, named: bool) -> _Reason | None:
    """Return why an image cannot be removed; `named` tells that names of it are a reason."""
    users = _users(world, image)
    running = next((each for each in users if each.state.running), None)
    stopped = next((each for each in users if not each.state.running), None)
    if _children(world, image):
        return _Reason(_told(image, "cannot be forced", "image has dependent child images"))
    if running is not None:
        why = f"image is being used by running container {running.id[:_SHORT]}"
        return _Reason(_told(image, "cannot be forced", why), used=True)
    if force:
        return None
    if named and _names(world, image):
        why = "image is referenced in multiple repositories"
        return _Reason(_told(image, "must be forced", why))
    if stopped is not None:
        why = f"image is being used by stopped container {stopped.id[:_SHORT]}"
        return _Reason(_told(image, "must be forced", why), used=True)
    return None


def _told(image: Image, force: str, why: str) -> str:
    return f"conflict: unable to delete {_shortened(image)} ({force}) - {why}"


def _shortened(image: Image) -> str:
    return image.id.removeprefix(_ALGORITHM)[:_SHORT]


def _names(world: World, image: Image) -> list[str]:
    return sorted([*tags_of(world, image.id), *digests_of(world, image.id)])


def _single(names: list[str]) -> bool:
    """Tell whether names are one: a tag, or a digest, or both of one repository."""
    tags = [name for name in names if "@" not in name]
    repositories = {name.partition("@")[0] for name in names if "@" in name}
    if len(names) <= 1:
        return True
    if len(tags) > 1 or len(repositories) != 1:
        return False
    return not tags or parse(tags[0]).short_name in repositories


def _users(world: World, image: Image) -> list[Container]:
    return [each for each in world.containers.values() if each.image == image.id]


def _children(world: World, image: Image) -> bool:
    return any(each.parent == image.id for each in world.images.values())


def _released(world: World, image: Image) -> Iterator[tuple[str, Layer]]:
    """Yield the layers that nothing holds any more, the uppermost first, by digests of chains."""
    held = {
        digest
        for other in (*world.images.values(), *world.kept.values())
        for digest, _ in _chains(other)
    }
    for digest, layer in reversed(list(_chains(image))):
        if digest not in held:
            yield digest, layer


def _chains(image: Image) -> Iterator[tuple[str, Layer]]:
    """Yield each content of an image with the digest of it and of all that is below it."""
    chain = ""
    for layer in image.layers:
        if layer.empty:
            continue
        joined = f"{chain} {layer.id}".encode()
        chain = _ALGORITHM + hashlib.sha256(joined).hexdigest() if chain else layer.id
        yield chain, layer
