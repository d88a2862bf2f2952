"""Images that come from a registry of the world and go there, and what is told on the way."""

from collections.abc import Iterator
from dataclasses import replace

from harness.fake.files.trees import size_of
from harness.fake.images.progress import advance, failure, short, status
from harness.fake.images.references import Reference, parse
from harness.fake.images.remote import (
    Credentials,
    Published,
    Reason,
    RemoteError,
    Visit,
    archive_of,
)
from harness.fake.images.store import layers, store, tags_of, tell_of
from harness.fake.requests.answer import RefusedError, not_found
from harness.fake.values import Image, Layer
from harness.fake.world import World
from harness.model.spec import Json

_UNREACHABLE = 500
_DENIED = frozenset({Reason.ABSENT, Reason.ANONYMOUS, Reason.UNAUTHORIZED})


def pull(
    world: World, reference: Reference, credentials: Credentials, architecture: str = "amd64"
) -> list[Json]:
    """Fetch an image, or all of a repository where neither tag nor digest is asked for.

    Returns what is told of it. Refuses with 404 what is not there or not for everybody.
    """
    tags = world.remote.tags(reference)
    wanted = (
        [reference]
        if reference.tag or reference.digest
        else [replace(reference, tag=tag) for tag in tags]
    )
    try:
        visit = Visit("pull", reference.host, reference.short, credentials)
        world.remote.visit(visit)
        found = [(each, world.remote.find(each, architecture)) for each in wanted]
    except RemoteError as error:
        raise _refused(reference, error) from error
    lines: list[Json] = []
    new = False
    for each, published in found:
        new |= not _known(world, each, published)
        lines += _pulled(world, each, published)
    told = "Downloaded newer image" if new else "Image is up to date"
    lines.append(status(f"Status: {told} for {reference.short}"))
    tell_of(world, reference.short, "pull", reference.short_name)
    return lines


def push(world: World, reference: Reference, credentials: Credentials) -> Iterator[Json]:
    """Bring the images of a repository, or that of one tag, to a registry; yield what is told."""
    yield status(f"The push refers to repository [{reference.repository}]")
    local = [tag for tag in world.tags if parse(tag).short_name == reference.short_name]
    wanted = [tag for tag in local if not reference.tag or tag == reference.short]
    if not local:
        yield failure(f"An image does not exist locally with the tag: {reference.short_name}")
        return
    if not wanted:
        yield failure(f"tag does not exist: {reference.short}")
        return
    visit = Visit("push", reference.host, reference.short, credentials)
    try:
        world.remote.visit(visit)
        refusal = ""
    except RemoteError as error:
        refusal = error.message
        if error.reason is Reason.OFFLINE:
            yield failure(refusal)
            return
    for tag in sorted(wanted):
        image = world.images[world.tags[tag]]
        contents = _contents(image)
        yield from (status("Preparing", short(layer.id)) for layer in contents)
        if refusal:
            yield failure(refusal)
            return
        yield from _pushed(world, parse(tag), image, contents)
    tell_of(world, reference.short, "push", reference.short_name)


def _pushed(
    world: World, reference: Reference, image: Image, contents: list[Layer]
) -> Iterator[Json]:
    there = {
        layer.id
        for each in world.remote.pushed.get(reference.repository, {}).values()
        for layer in each.image.layers
    }
    for layer in contents:
        name = short(layer.id)
        if layer.id in there:
            yield status("Layer already exists", name)
            continue
        yield advance("Pushing", name, len(archive_of(layer)), max(size_of(layer.files), 1))
        yield status("Pushed", name)
    published = world.remote.keep(reference, image)
    world.digests[f"{reference.short_name}@{published.digest}"] = image.id
    yield status(f"{reference.tag}: digest: {published.digest} size: {published.size}")
    told: Json = {"Tag": reference.tag, "Digest": published.digest, "Size": published.size}
    yield {"progressDetail": {}, "aux": told}


def _pulled(world: World, reference: Reference, published: Published) -> Iterator[Json]:
    """Take an image from a registry, and yield what is told of it."""
    version = reference.tag if not reference.digest else reference.short
    path = reference.path
    yield {"status": f"Pulling from {path}", "id": version}
    if not _known(world, reference, published):
        have = {layer.id for layer in layers(world)}
        contents = list(reversed(_contents(published.image)))
        for layer in contents:
            known = layer.id in have
            yield status("Already exists" if known else "Pulling fs layer", short(layer.id))
        for layer in contents:
            if layer.id not in have:
                yield from _fetched(layer)
        if published.image.id not in world.images:
            store(world, replace(published.image, parent="", tagged=0.0))
        if reference.tag:
            world.tags[replace(reference, digest="").short] = published.image.id
        world.digests[f"{reference.short_name}@{published.digest}"] = published.image.id
        world.tell()
    yield status(f"Digest: {published.digest}")


def _fetched(layer: Layer) -> Iterator[Json]:
    name, size = short(layer.id), len(archive_of(layer))
    yield advance("Downloading", name, size, size)
    yield status("Verifying Checksum", name)
    yield status("Download complete", name)
    yield advance("Extracting", name, size, size)
    yield status("Pull complete", name)


def _known(world: World, reference: Reference, published: Published) -> bool:
    digest = f"{reference.short_name}@{published.digest}"
    if world.digests.get(digest) != published.image.id:
        return False
    return reference.digest != "" or reference.tagged.short in tags_of(world, published.image.id)


def _contents(image: Image) -> list[Layer]:
    """Return the layers that have content, the uppermost first."""
    return [layer for layer in reversed(image.layers) if not layer.empty]


def _refused(reference: Reference, error: RemoteError) -> RefusedError:
    if error.reason is Reason.OFFLINE:
        return RefusedError(_UNREACHABLE, error.message)
    if error.reason in _DENIED:
        return not_found(
            f"pull access denied for {reference.short_name}, repository does not exist or may "
            f"require 'docker login': {error.message}"
        )
    return not_found(f"manifest for {reference.tagged.short} not found: {error.message}")
