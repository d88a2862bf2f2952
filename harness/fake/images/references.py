"""Names of images: host, repository, tag and digest, read and shortened as dockerd does."""

import re
from dataclasses import dataclass, replace

from harness.fake.requests.answer import bad_request

DOCKER_HUB = "docker.io"
LATEST = "latest"
_OFFICIAL = "library/"
_OLD_HUB = "index.docker.io"
_LONGEST_NAME = 255

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]+)?"
_TAG = r"[\w][\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    rf"(?P<host>{_HOST})/(?P<path>{_PART}(?:/{_PART})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?",
    re.ASCII,
)
_HEX_ID = re.compile(r"[a-f0-9]{64}")
_SHA256 = re.compile(r"sha256:[a-f0-9]{64}")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_TAG_ALONE = re.compile(_TAG, re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """What names an image in a registry; `tag` and `digest` are "" where they were not given."""

    host: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def repository(self) -> str:
        """Return host and path, as in docker.io/library/busybox."""
        return f"{self.host}/{self.path}"

    @property
    def short_name(self) -> str:
        """Return host and path without what Docker Hub's names need not say."""
        if self.host != DOCKER_HUB:
            return self.repository
        inner = self.path.removeprefix(_OFFICIAL)
        return self.path if "/" in inner else inner

    @property
    def short(self) -> str:
        """Return all of it, in the form that dockerd shows."""
        return self.short_name + self._version

    @property
    def tagged(self) -> "Reference":
        """Return it with the tag latest, where it has neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag=LATEST)

    @property
    def _version(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{tag}@{self.digest}" if self.digest else tag


def parse(text: str) -> Reference:
    """Read a name; refuse with 400, in dockerd's words, what is none."""
    if _HEX_ID.fullmatch(text):
        raise bad_request(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    host, rest = _split(text)
    if rest.partition(":")[0] != rest.partition(":")[0].lower():
        raise bad_request("invalid reference format: repository name must be lowercase")
    match = _REFERENCE.fullmatch(f"{host}/{rest}")
    if match is None:
        raise bad_request("invalid reference format")
    if len(match["host"]) + 1 + len(match["path"]) > _LONGEST_NAME:
        raise bad_request(f"repository name must not be more than {_LONGEST_NAME} characters")
    return Reference(
        match["host"], match["path"], match["tag"] or "", _checked(match["digest"] or "")
    )


def with_tag(name: str, tag: str) -> Reference:
    """Read a name and a tag or digest that stands beside it, as in fromImage and tag."""
    reference = parse(name)
    if not tag:
        return reference
    if ":" in tag and _SHA256.fullmatch(tag):
        return replace(reference, tag="", digest=tag)
    if not _TAG_ALONE.fullmatch(tag):
        raise bad_request("invalid tag format")
    return replace(reference, tag=tag, digest="")


def familiar(reference: str) -> str:
    """Return a name as RepoTags shows it, with the tag latest where it has none."""
    return parse(reference).tagged.short


def is_id(text: str) -> bool:
    """Tell whether a text is a whole id of an image, with or without sha256:."""
    return bool(_HEX_ID.fullmatch(text) or _SHA256.fullmatch(text))


def _checked(digest: str) -> str:
    algorithm, _, encoded = digest.partition(":")
    if not digest:
        return ""
    if algorithm not in _HEX_LENGTHS:
        raise bad_request("unsupported digest algorithm")
    if len(encoded) != _HEX_LENGTHS[algorithm]:
        raise bad_request("invalid checksum digest length")
    if encoded != encoded.lower():
        raise bad_request("invalid checksum digest format")
    return digest


def _split(text: str) -> tuple[str, str]:
    """Return the host and the rest; a first part without dot or port is no host."""
    first, slash, rest = text.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        host, rest = DOCKER_HUB, text
    else:
        host = first
    if host == _OLD_HUB:
        host = DOCKER_HUB
    if host == DOCKER_HUB and "/" not in rest:
        rest = _OFFICIAL + rest
    return host, rest
