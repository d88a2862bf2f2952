"""Images out of archives, in the format of `docker save`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.fake.files.trees import read_tar, resolved, uncompressed
from harness.fake.images.configs import read_configuration
from harness.fake.images.progress import advance, failure, short
from harness.fake.images.references import Reference, parse
from harness.fake.images.store import layer_of, layers, name_image, store, tell_of
from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.bodies import parse_json
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.values import File, Image
from harness.fake.world import World
from harness.model.spec import Json

_MANIFEST = "manifest.json"


def load(world: World, content: bytes, *, quiet: bool = True) -> Iterator[Json]:
    """Take the images of an archive; yield what is told, the last of it what went wrong.

    Unless it is `quiet`, the layers that are new are told of as well.
    """
    try:
        files = read_tar(content)
    except RefusedError as refused:
        yield failure(f"Error processing tar file(exit status 1): {refused.message}")
        return
    try:
        yield from _load(world, files, quiet=quiet)
    except RefusedError as refused:
        yield failure(refused.message)


def _load(world: World, files: Mapping[str, File], *, quiet: bool) -> Iterator[Json]:
    if f"/{_MANIFEST}" not in files:
        raise bad_request("open repositories: no such file or directory")
    manifest = parse_json(_read(files, _MANIFEST).decode(errors="replace"))
    if not isinstance(manifest, list | None):
        raise bad_request("json: cannot unmarshal into Go value of type []tarexport.manifestItem")
    loaded: list[str] = []
    parents: list[tuple[str, str]] = []
    for entry in map(fields_of, manifest or []):
        image, lines = _load_one(world, files, entry, quiet=quiet)
        yield from lines
        loaded.append(image.id)
        parents.append((image.id, entry.text("Parent")))
    for id_, parent in parents:
        if parent and parent in world.images and world.images[id_].parent != parent:
            world.images[id_] = replace(world.images[id_], parent=parent)
    for id_ in loaded:
        tell_of(world, id_, "load", id_)


def _load_one(
    world: World, files: Mapping[str, File], entry: Fields, *, quiet: bool
) -> tuple[Image, list[Json]]:
    written = _read(files, entry.text("Config"))
    wanted = fields_of(parse_json(written.decode(errors="replace"))).fields("rootfs")
    paths = entry.texts("Layers")
    if len(wanted.texts("diff_ids")) != len(paths):
        raise bad_request(
            f"invalid manifest, layers length mismatch: expected {len(paths)}, "
            f"got {len(wanted.texts('diff_ids'))}"
        )
    contents = [layer_of(world, uncompressed(_read(files, path))) for path in paths]
    names = [_loadable(name) for name in entry.texts("RepoTags")]
    known = {layer.id for layer in layers(world)}
    lines: list[Json] = [
        advance("Loading layer", short(layer.id), len(layer.archive), len(layer.archive))
        for layer in contents
        if not quiet and layer.id not in known
    ]
    image = store(world, read_configuration(written, contents))
    for reference in names:
        before = world.tags.get(reference.short, image.id)
        if before != image.id:
            told = f"The image {reference.short} already exists, renaming the old one with ID "
            lines.append({"stream": f"{told}{before} to empty string\n"})
        name_image(world, image.id, reference.short)
        lines.append({"stream": f"Loaded image: {reference.short}\n"})
    if not names:
        lines.append({"stream": f"Loaded image ID: {image.id}\n"})
    return image, lines


def _loadable(name: str) -> Reference:
    reference = parse(name)
    if not reference.tag:
        raise bad_request(f'invalid tag "{name}"')
    return reference


def _read(files: Mapping[str, File], path: str) -> bytes:
    """Return a file of the archive; links lead nowhere but into it."""
    file = files.get(resolved(files, path))
    if file is None:
        raise bad_request(f"open {path}: no such file or directory")
    if file.kind != "file":
        raise bad_request(f"read {path}: is a directory")
    return file.content
