"""The base image of a run: labelled, with a shell, and made without a network."""

from pathlib import Path

from harness.daemon.archives import find_busybox, rootfs
from harness.engine.workshop import LABEL, PREFIX, UnmakeableError, Workshop, parsed, text_at
from harness.model.errors import UsageError
from harness.model.pointer import at
from harness.model.spec import Json

_TRIES = 5
_LIKELY = ("busybox", "alpine", "debian", "ubuntu")


def base_image(shop: Workshop, asked_for: str, *, busybox: Path | None = None) -> str:
    """Make the image that the run's containers start from, and return its name.

    It derives from the image asked for, else from one on the daemon that has a shell, else from a
    busybox of this machine. Raises UsageError where none will do.
    """
    name = f"{PREFIX}{shop.run}/base"
    if asked_for:
        try:
            return _derived(shop, asked_for, name)
        except UnmakeableError as error:
            raise UsageError(
                f"--image {asked_for} cannot be used: {error}; name one that is on the daemon and "
                "has a shell"
            ) from error
    program = busybox or find_busybox()
    for candidate in _candidates(shop):
        try:
            return _derived(shop, candidate, name)
        except UnmakeableError:
            continue
    if program is None:
        raise UsageError(
            "no image to run: name one with --image, or install a static busybox (Debian: "
            "busybox-static)"
        )
    return _imported(shop, program, name)


def _candidates(shop: Workshop) -> list[str]:
    listed = parsed(shop.ask("GET", "/images/json"))
    named = sorted(
        (
            (not any(word in tag for word in _LIKELY), _size(image), tag)
            for image in (listed if isinstance(listed, list) else [])
            for tag in _tags(image)
        ),
    )
    return [tag for _, _, tag in named[:_TRIES]]


def _size(image: Json) -> float:
    size = at(image, "/Size")
    return size if isinstance(size, int | float) else 0


def _tags(image: Json) -> list[str]:
    """Return an image's names, without those of other runs, which will want to remove theirs."""
    tags = at(image, "/RepoTags")
    return [
        tag
        for tag in (tags if isinstance(tags, list) else [])
        if isinstance(tag, str) and not tag.startswith(("<none>", PREFIX))
    ]


def _derived(shop: Workshop, source: str, name: str) -> str:
    body: dict[str, Json] = {
        "Image": source,
        "Entrypoint": [],
        "Cmd": ["sh", "-c", "sleep 0 && echo contract"],
        "Labels": shop.labels,
        "HostConfig": {"NetworkMode": "none"},
    }
    made = shop.make("POST", f"/containers/create?name={shop.name('container')}", body)
    container = text_at(made, "/Id")
    try:
        shop.make("POST", f"/containers/{container}/start")
        ended = shop.make("POST", f"/containers/{container}/wait")
        if at(ended, "/StatusCode") != 0:
            raise UnmakeableError(f"{source} has no shell that runs sleep and echo")
        config: dict[str, Json] = {"Labels": shop.labels, "Cmd": ["sh"], "Entrypoint": []}
        shop.make("POST", f"/commit?container={container}&repo={name}&tag=latest", config)
    finally:
        shop.ask("DELETE", f"/containers/{container}?force=1&v=1")
    return f"{name}:latest"


def _imported(shop: Workshop, busybox: Path, name: str) -> str:
    change = f"LABEL%20{LABEL}={shop.run}"
    shop.make(
        "POST",
        f"/images/create?fromSrc=-&repo={name}&tag=latest&changes={change}",
        rootfs(busybox),
        media_type="application/x-tar",
    )
    found = shop.make("GET", f"/images/{name}:latest/json")
    labels = at(found, "/Config/Labels")
    if not isinstance(labels, dict) or labels.get(LABEL) != shop.run:
        # Some daemons do not read the changes of an import; a commit labels it all the same.
        return _derived(shop, f"{name}:latest", name)
    return f"{name}:latest"
