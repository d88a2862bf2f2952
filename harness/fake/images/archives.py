"""Images in archives, in the format of `docker save`."""

import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from harness.fake.clock import timestamp
from harness.fake.images.configs import whole
from harness.fake.images.references import is_id, parse
from harness.fake.images.remote import archive_of
from harness.fake.images.store import image_of, tell_of
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Image, Layer
from harness.fake.world import World
from harness.model.spec import Json

_FORMAT = b"1.0"


@dataclass(frozen=True, slots=True)
class Saved:
    """An image to be saved, under those of its names that were asked for."""

    image: Image
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Archive:
    """What goes into an archive; a layer that several images have is in it once."""

    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)  # their paths by digest

    def add_layers(self, image: Image) -> list[str]:
        """Add the layers of an image as images of old, and return the paths of their archives."""
        paths: list[str] = []
        name = ""
        contents = [layer for layer in image.layers if not layer.empty]
        for number, layer in enumerate(contents, start=1):
            old = _old_configuration(image, layer, name, last=number == len(contents))
            name = hashlib.sha256(_json(old)).hexdigest()
            path = f"{name}/layer.tar"
            self.files[f"{name}/VERSION"] = _FORMAT
            self.files[f"{name}/json"] = _json({"id": name, **old})
            first = self.layers.setdefault(layer.id, path)
            if first == path:
                self.files[path] = archive_of(layer)
            else:
                self.links[path] = f"../{first}"
            paths.append(path)
        return paths

    def written(self) -> bytes:
        """Return it as a tar, with the folders that its files are in."""
        buffer = io.BytesIO()
        folders: set[str] = set()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted({*self.files, *self.links}):
                folder = posixpath.dirname(path)
                if folder and folder not in folders:
                    folders.add(folder)
                    _add(archive, folder, tarfile.DIRTYPE, mode=0o755)
                if path in self.links:
                    _add(archive, path, tarfile.SYMTYPE, mode=0o777, target=self.links[path])
                else:
                    _add(archive, path, tarfile.REGTYPE, content=self.files[path])
        return buffer.getvalue()


def chosen(world: World, names: list[str]) -> list[Saved]:
    """Return the images of some names; of a repository without a tag all that it has.

    Refuses with 404 what is not there, and with 400 what is no name.
    """
    found: dict[str, Saved] = {}
    for name in names:
        for image, tag in _chosen(world, name):
            known = found.get(image.id, Saved(image))
            tags = known.names if not tag or tag in known.names else (*known.names, tag)
            found[image.id] = replace(known, names=tags)
    return list(found.values())


def save(world: World, images: list[Saved]) -> bytes:
    """Return an archive of images, and tell of each."""
    archive = _Archive()
    manifest: list[Json] = []
    repositories: dict[str, Json] = {}
    for saved in images:
        paths = archive.add_layers(saved.image)
        archive.files[f"{_hex(saved.image.id)}.json"] = saved.image.written
        entry: dict[str, Json] = {
            "Config": f"{_hex(saved.image.id)}.json",
            "RepoTags": [*saved.names] or None,
            "Layers": [*paths],
        }
        if any(each.image.id == saved.image.parent for each in images):
            entry["Parent"] = saved.image.parent
        manifest.append(entry)
        if paths:
            _add_names(repositories, saved.names, posixpath.dirname(paths[-1]))
    archive.files["manifest.json"] = _json(manifest or None)
    if repositories:
        archive.files["repositories"] = _json(repositories)
    for saved in images:
        tell_of(world, saved.image.id, "save", saved.image.id)
    return archive.written()


def _chosen(world: World, name: str) -> Iterator[tuple[Image, str]]:
    """Yield the images that a name asks for, each with its tag, or "" where it is asked by id."""
    if not is_id(name):
        reference = parse(name)
        if not reference.tag and not reference.digest:
            tags = [tag for tag in world.tags if parse(tag).short_name == reference.short_name]
            for tag in sorted(tags):
                yield world.images[world.tags[tag]], tag
            if tags:
                return
        elif reference.tag and reference.short in world.tags:
            yield world.images[world.tags[reference.short]], reference.short
            return
    try:
        yield image_of(world, name), ""
    except RefusedError as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        raise RefusedError(refused.status, f"No such image: {name}") from refused


def _old_configuration(image: Image, layer: Layer, parent: str, *, last: bool) -> dict[str, Json]:
    old: dict[str, Json] = {"layer_id": layer.id} if not last else json.loads(image.written)
    for name in ("history", "rootfs"):
        old.pop(name, None)
    created = image.created if last else 0.0
    when = timestamp(created) if last else "1970-01-01T00:00:00Z"
    named = {"parent": parent} if parent else {}
    return {
        **old,
        **named,
        "created": when,
        "container_config": whole(image.container_config if last else Fields()),
        "os": image.os,
    }


def _add_names(repositories: dict[str, Json], names: tuple[str, ...], old: str) -> None:
    for name in names:
        reference = parse(name)
        known = repositories.setdefault(reference.short_name, {})
        if isinstance(known, dict):
            known[reference.tag] = old


def _add(  # noqa: PLR0913 - the parts of a header
    archive: tarfile.TarFile,
    name: str,
    kind: bytes,
    *,
    mode: int = 0o644,
    target: str = "",
    content: bytes = b"",
) -> None:
    header = tarfile.TarInfo(name)
    header.type, header.mode, header.linkname, header.size = kind, mode, target, len(content)
    header.uname = header.gname = "root"
    archive.addfile(header, io.BytesIO(content))


def _json(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _hex(digest: str) -> str:
    return digest.partition(":")[2]
