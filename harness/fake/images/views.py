"""Images as replies show them: in a list, alone, and by their history."""

from harness.fake.clock import timestamp
from harness.fake.files.trees import size_of
from harness.fake.images.configs import whole
from harness.fake.images.store import digests_of, tags_of
from harness.fake.values import Image, Layer
from harness.fake.world import World
from harness.model.spec import Json

_NONE = "<none>"


def size(image: Image) -> int:
    """Return how many bytes the files of all layers hold."""
    return sum(size_of(layer.files) for layer in image.layers)


def listed(world: World, image: Image) -> dict[str, Json]:
    """Return an element of the list of images; one without a name is <none>."""
    tags, digests = tags_of(world, image.id), digests_of(world, image.id)
    labels = image.config.raw("Labels")
    bytes_ = size(image)
    if not tags and not digests:
        tags, digests = [f"{_NONE}:{_NONE}"], [f"{_NONE}@{_NONE}"]
    return {
        "Containers": -1,
        "Created": int(image.created),
        "Id": image.id,
        "Labels": labels,
        "ParentId": image.parent,
        "RepoDigests": [*digests] or None,
        "RepoTags": [*tags] or None,
        "SharedSize": -1,
        "Size": bytes_,
        "VirtualSize": bytes_,
    }


def inspected(world: World, image: Image) -> dict[str, Json]:
    """Return all that is known of an image."""
    bytes_ = size(image)
    return {
        "Id": image.id,
        "RepoTags": [*tags_of(world, image.id)],
        "RepoDigests": [*digests_of(world, image.id)],
        "Parent": image.parent,
        "Comment": image.comment or (image.layers[-1].comment if image.layers else ""),
        "Created": timestamp(image.created),
        "Container": image.container,
        "ContainerConfig": whole(image.container_config),
        "DockerVersion": image.engine,
        "Author": image.author,
        "Config": whole(image.config),
        "Architecture": image.architecture,
        "Os": image.os,
        "Size": bytes_,
        "VirtualSize": bytes_,
        "GraphDriver": {"Name": "overlay2", "Data": _folders(world, image)},
        "RootFS": {
            "Type": "layers",
            "Layers": [layer.id for layer in image.layers if not layer.empty],
        },
        "Metadata": {"LastTagTime": timestamp(image.tagged)},
    }


def history(world: World, image: Image) -> list[Json]:
    """Return the steps of an image's making, the last first.

    As far as parents are known, a step has the id of the image that it made.
    """
    steps: list[Json] = []
    made: Image | None = image
    for layer in reversed(image.layers):
        steps.append(_step(world, layer, made))
        made = world.images.get(made.parent) if made else None
    return steps


def _step(world: World, layer: Layer, made: Image | None) -> Json:
    tags = tags_of(world, made.id) if made else []
    return {
        "Id": made.id if made else "<missing>",
        "Created": int(layer.created),
        "CreatedBy": layer.created_by,
        "Tags": [*tags] or None,
        "Size": size_of(layer.files),
        "Comment": layer.comment,
    }


def _folders(world: World, image: Image) -> dict[str, Json]:
    contents = [layer.id.partition(":")[2] for layer in image.layers if not layer.empty]
    if not contents:
        return {}
    root = f"{world.settings.root}/overlay2"
    top = f"{root}/{contents[-1]}"
    folders = {"MergedDir": "merged", "UpperDir": "diff", "WorkDir": "work"}
    data: dict[str, Json] = {name: f"{top}/{folder}" for name, folder in folders.items()}
    if contents[:-1]:
        data["LowerDir"] = ":".join(f"{root}/{each}/diff" for each in reversed(contents[:-1]))
    return data
