"""What the harness's registry keeps, in memory and bounded: blobs and manifests by digest, tags."""

import hashlib
import re
import uuid
from dataclasses import dataclass, field

from harness.model.errors import HarnessError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_LIMIT = 256 * 1024 * 1024


class RefusedError(HarnessError):
    """The registry does not do what it was asked; the program at the other end is told."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as it was pushed."""

    content: bytes
    media_type: str
    digest: str


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """Return the digest of some bytes, as algorithm:hex."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


@dataclass(eq=False, slots=True)
class Store:
    """All that was pushed; not for more than one thread at a time.

    Blobs are shared by all repositories, as they are named by what they hold. Methods raise
    RefusedError where a registry has to refuse.
    """

    limit: int = _LIMIT
    _held: int = 0
    _blobs: dict[str, bytes] = field(default_factory=dict)
    _uploads: dict[str, bytearray] = field(default_factory=dict)
    _manifests: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    _tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def repositories(self) -> list[str]:
        """Return the names of all repositories that hold a manifest."""
        return sorted({name for name, _ in self._manifests})

    def tags(self, name: str) -> list[str]:
        """Return the tags of a repository that holds a manifest."""
        if name not in self.repositories():
            raise RefusedError(404, "NAME_UNKNOWN", f"there is no repository {name}")
        return sorted(self._tags.get(name, {}))

    def has_blob(self, digest: str) -> bool:
        """Tell whether a blob is here."""
        return digest in self._blobs

    def blob(self, digest: str) -> bytes:
        """Return a blob."""
        if digest not in self._blobs:
            raise RefusedError(404, "BLOB_UNKNOWN", f"there is no blob {digest}")
        return self._blobs[digest]

    def begin_upload(self) -> str:
        """Begin an upload and return its id."""
        upload = uuid.uuid4().hex
        self._uploads[upload] = bytearray()
        return upload

    def received(self, upload: str) -> int:
        """Return how many bytes of an upload came so far."""
        return len(self._upload(upload))

    def append(self, upload: str, part: bytes) -> None:
        """Add a part to an upload."""
        self._make_room(len(part))
        self._upload(upload).extend(part)

    def cancel_upload(self, upload: str) -> None:
        """Forget an upload."""
        self._held -= len(self._upload(upload))
        del self._uploads[upload]

    def finish_upload(self, upload: str, digest: str) -> None:
        """Keep what was uploaded as a blob, if it is what `digest` says."""
        content = bytes(self._upload(upload))
        self.cancel_upload(upload)
        self.put_blob(content, digest)

    def put_blob(self, content: bytes, digest: str | None = None) -> str:
        """Keep a blob and return its digest; `digest` is what it should be, if anybody said so."""
        digest = _checked(content, digest)
        if digest not in self._blobs:
            self._make_room(len(content))
            self._blobs[digest] = content
        return digest

    def manifest(self, name: str, reference: str) -> Manifest:
        """Return a manifest by tag or digest."""
        digest = self._tags.get(name, {}).get(reference, reference)
        if (name, digest) not in self._manifests:
            raise RefusedError(404, "MANIFEST_UNKNOWN", f"there is no {name}:{reference}")
        return self._manifests[name, digest]

    def put_manifest(self, name: str, reference: str, content: bytes, media_type: str) -> Manifest:
        """Keep a manifest under a tag, or under its digest alone."""
        tagged = ":" not in reference
        digest = _checked(content, None if tagged else reference)
        if (name, digest) not in self._manifests:
            self._make_room(len(content))
        manifest = self._manifests[name, digest] = Manifest(content, media_type, digest)
        if tagged:
            self._tags.setdefault(name, {})[reference] = digest
        return manifest

    def delete_manifest(self, name: str, reference: str) -> None:
        """Forget a manifest and the tags on it."""
        digest = self.manifest(name, reference).digest
        self._held -= len(self._manifests.pop((name, digest)).content)
        tags = self._tags.get(name, {})
        self._tags[name] = {tag: other for tag, other in tags.items() if other != digest}

    def _upload(self, upload: str) -> bytearray:
        if upload not in self._uploads:
            raise RefusedError(404, "BLOB_UPLOAD_UNKNOWN", f"there is no upload {upload}")
        return self._uploads[upload]

    def _make_room(self, size: int) -> None:
        if self._held + size > self.limit:
            raise RefusedError(413, "SIZE_INVALID", f"this registry keeps {self.limit} bytes")
        self._held += size


def _checked(content: bytes, digest: str | None) -> str:
    if digest is None:
        return digest_of(content)
    if not _DIGEST.fullmatch(digest):
        raise RefusedError(400, "DIGEST_INVALID", f"{digest!r} is no digest")
    if digest_of(content, digest.partition(":")[0]) != digest:
        raise RefusedError(400, "DIGEST_INVALID", f"the content is not {digest}")
    return digest
