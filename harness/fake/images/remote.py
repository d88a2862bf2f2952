"""The registries of a fake's world: in memory, so that no pull and no push goes anywhere."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from harness.fake.files.trees import write_tar
from harness.fake.images.configs import digest_of
from harness.fake.images.made_up import made_up
from harness.fake.images.references import DOCKER_HUB, LATEST, Reference, parse
from harness.fake.plugins.values import PluginParts
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Image, Layer
from harness.model.spec import Json

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
_LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar"
_HUB_ADDRESS = "registry-1.docker.io"
_OFFICIAL = "library/"
_STARS = 1000  # of an image that was made up
_REMEMBERED = 10_000


class Reason(Enum):
    """Why a registry does not do what it is asked, in its words."""

    ABSENT = "denied: requested access to the resource is denied"
    UNKNOWN = "manifest unknown: manifest unknown"
    ANONYMOUS = "no basic auth credentials"
    UNAUTHORIZED = "unauthorized: incorrect username or password"
    OFFLINE = "no such host"


class RemoteError(Exception):
    """A registry does not do what it is asked."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom somebody says to be; a `token` stands for name and password."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.user or self.password or self.token)


@dataclass(frozen=True, slots=True)
class Published:
    """An image in a registry; `digest` and `size` are those of its manifest."""

    image: Image
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What was asked of a registry: pull, push, search, login or inspect, and by whom."""

    action: str
    host: str
    name: str = ""
    credentials: Credentials = field(default_factory=Credentials)


@dataclass(slots=True)
class Remote:
    """What can be pulled: all that was pushed, and anything else made up unless it is `absent`.

    Of a repository that something was pushed to, only that is there; but the official ones keep
    what is made up. `absent` are names of
    repositories, or of images with their tags. While it is `offline`, no registry can be reached.
    `users` are the passwords by user of the registries that ask for them, by host.
    """

    absent: set[str] = field(default_factory=set)
    offline: bool = False
    users: dict[str, dict[str, str]] = field(default_factory=dict)
    pushed: dict[str, dict[str, Published]] = field(default_factory=dict)
    plugins: dict[str, PluginParts] = field(default_factory=dict)  # by short name with tag
    visits: "deque[Visit]" = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def visit(self, visit: Visit) -> None:
        """Come to a registry; raise RemoteError where it cannot be reached or lets nobody in."""
        self.visits.append(visit)
        address = endpoint(visit.host)
        if self.offline:
            message = f'Get "{address}": dial tcp: lookup {_name_of(visit.host)}: no such host'
            raise RemoteError(Reason.OFFLINE, message)
        known = self.users.get(visit.host)
        if known is None or visit.credentials.token:
            return
        if not visit.credentials:
            raise _error(Reason.ANONYMOUS)
        if known.get(visit.credentials.user) != visit.credentials.password:
            raise _error(Reason.UNAUTHORIZED)

    def find(self, reference: Reference, architecture: str = "amd64") -> Published:
        """Return the image of a name; raise RemoteError where there is none."""
        there = self.pushed.get(reference.repository, {})
        if reference.digest:
            found = next((each for each in there.values() if each.digest == reference.digest), None)
        else:
            found = there.get(reference.tagged.tag)
        if found is not None:
            return found
        if there and not _is_official(reference):
            raise _error(Reason.UNKNOWN)
        return self._invented(reference, architecture)

    def tags(self, reference: Reference) -> list[str]:
        """Return the tags of a repository; latest where nothing was pushed to it."""
        return sorted(self.pushed.get(reference.repository, ())) or [LATEST]

    def keep(self, reference: Reference, image: Image) -> Published:
        """Keep an image that is pushed under a name with a tag."""
        published = publish(image)
        self.pushed.setdefault(reference.repository, {})[reference.tagged.tag] = published
        return published

    def search(self, host: str, term: str) -> Iterator[dict[str, Json]]:
        """Yield what a registry tells of the images whose names hold a term."""
        if host == DOCKER_HUB and self._invents(term):
            yield _result(term, official="/" not in term, stars=_STARS)
        for repository in sorted(self.pushed):
            known, _, path = repository.partition("/")
            name = path.removeprefix(_OFFICIAL) if host == DOCKER_HUB else path
            if known == host and term in name and not (host == DOCKER_HUB and name == term):
                yield _result(name, official=False, stars=0)

    def _invents(self, term: str) -> bool:
        try:
            reference = parse(term)
        except RefusedError:
            return False
        return reference.host == DOCKER_HUB and not (reference.tag or self._is_absent(reference))

    def _invented(self, reference: Reference, architecture: str) -> Published:
        if self._is_absent(reference):
            raise _error(Reason.ABSENT)
        published = publish(made_up(_without_digest(reference), architecture))
        if reference.digest and reference.digest != published.digest:
            raise _error(Reason.UNKNOWN)
        return published

    def _is_absent(self, reference: Reference) -> bool:
        names = {reference.short_name, reference.repository, reference.tagged.short}
        return bool(names & self.absent)


def publish(image: Image) -> Published:
    """Return an image as a registry has it: with a manifest, and without its parents."""
    layers: list[Json] = [
        {"mediaType": _LAYER_TYPE, "size": len(archive_of(layer)), "digest": layer.id}
        for layer in image.layers
        if not layer.empty
    ]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {
                "mediaType": _CONFIG_TYPE,
                "size": len(image.written),
                "digest": image.id,
            },
            "layers": layers,
        },
        indent=3,
    ).encode()
    return Published(image, digest_of(manifest), len(manifest))


def archive_of(layer: Layer) -> bytes:
    """Return the tar of a layer: the one that it came in, or one of its files."""
    return layer.archive or write_tar(layer.files)


def endpoint(host: str) -> str:
    """Return the address of a registry's API."""
    return f"https://{_name_of(host)}/v2/"


def credentials_of(fields: Fields) -> Credentials:
    """Read whom somebody says to be; letter case of names does not matter."""
    known = Fields({name.lower(): fields.raw(name) for name in fields.names()})
    return Credentials(
        user=known.text("username"),
        password=known.text("password"),
        token=known.text("identitytoken") or known.text("registrytoken"),
    )


def _error(reason: Reason) -> RemoteError:
    return RemoteError(reason, reason.value)


def _name_of(host: str) -> str:
    return _HUB_ADDRESS if host == DOCKER_HUB else host


def _is_official(reference: Reference) -> bool:
    """Tell whether a repository has made up images beside those that were pushed."""
    return reference.host == DOCKER_HUB and reference.path.startswith(_OFFICIAL)


def _without_digest(reference: Reference) -> Reference:
    return Reference(reference.host, reference.path, reference.tag or LATEST)


def _result(name: str, *, official: bool, stars: int) -> dict[str, Json]:
    return {
        "name": name,
        "description": f"{name} of a fake's world",
        "is_official": official,
        "is_automated": False,
        "star_count": stars,
    }
