"""COPY and ADD: what is taken from where, and what becomes of the files of the image."""

import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.fake.building.config_steps import StepError
from harness.fake.building.context import inside, is_pattern, matching
from harness.fake.files.extraction import Manner, unpacked
from harness.fake.files.owners import UnknownOwnerError, owner_of
from harness.fake.files.trees import in_order, is_below, joined, read_tar, resolved
from harness.fake.requests.answer import RefusedError
from harness.fake.values import File, Tree

_BLOCK = 512
_MAGIC = slice(257, 262)
_COMPRESSED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0")


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a folder that is copied: its name, and its content by paths from it on."""

    name: str
    files: Mapping[str, File]

    @property
    def is_folder(self) -> bool:
        """Tell whether it is a folder."""
        return self.files[""].kind == "dir"


@dataclass(frozen=True, slots=True)
class Copying:
    """One COPY or ADD, after its words have been expanded.

    `files` are those that it takes from: the context, or those of another image.
    """

    name: str  # COPY or ADD
    sources: tuple[str, ...]
    destination: str
    files: Mapping[str, File]
    of_context: bool = True
    owner: str = ""

    def found(self) -> list[Source]:
        """Return the sources; raise StepError for one that is not there."""
        found: list[Source] = []
        for source in self.sources:
            if _is_url(source):
                raise StepError(self._no_url(source))
            if is_pattern(source):
                found += (self._source(path) for path in matching(self.files, source))
            else:
                found.append(self._source(source))
        if not found:
            raise StepError(f"{self.name} failed: no source files were specified")
        if len(found) > 1 and not self.destination.endswith("/"):
            raise StepError(
                f"When using {self.name} with more than one source file, "
                "the destination must be a directory and end with a /"
            )
        return found

    def comment(self, found: list[Source]) -> str:
        """Return the line of the history, which tells the content by its digest."""
        digests = [_digest(source) for source in found]
        shown = digests[0]
        if len(digests) > 1:
            shown = f"multi:{hashlib.sha256(''.join(digests).encode()).hexdigest()}"
        owner = f"--chown={self.owner}" if self.owner else ""
        return f"{self.name} {owner}{shown} in {self.destination} "

    def changes(
        self, tree: Mapping[str, File], found: list[Source], folder: str, now: float
    ) -> Tree:
        """Return what changes of an image's files; raise StepError where that cannot be."""
        owner = self._owner(tree)
        place = dict(tree)
        changed: dict[str, File | None] = {}
        for source in found:
            try:
                new = self._placed(place, source, folder, Manner(now, owner))
            except RefusedError as refused:
                raise StepError(f"failed to copy files: {refused.message}") from refused
            changed |= new
            for path, file in new.items():
                if file is None:
                    place.pop(path, None)
                else:
                    place[path] = file
        return changed

    def _placed(
        self, tree: Mapping[str, File], source: Source, folder: str, manner: Manner
    ) -> Tree:
        wanted = posixpath.join("/", folder, self.destination)
        target = resolved(tree, wanted)
        if self.name == "ADD" and _is_archive(source):
            return unpacked(tree, read_tar(source.files[""].content), target, manner)
        manner = replace(manner, owner=manner.owner or (0, 0))
        there = tree.get(target)
        if source.is_folder:
            if there is not None and there.kind != "dir":
                raise StepError(
                    f"failed to copy files: failed to copy directory: mkdir {target}: "
                    "not a directory"
                )
            content = {path: file for path, file in source.files.items() if path}
            if there is None and target != "/":
                content[""] = File("dir", mode=0o755, changed=manner.now)
            return unpacked(tree, content, target, manner)
        as_folder = target == "/" or (there is not None and there.kind == "dir")
        if as_folder or self.destination.endswith(("/", "/.")) or self.destination == ".":
            target = joined(target, source.name)
        return unpacked(tree, {target: source.files[""]}, "/", manner)

    def _source(self, path: str) -> Source:
        """Return what is at a path, a link to it followed."""
        place = inside(path)
        if place is None:
            raise StepError(
                f"{self.name} failed: forbidden path outside the build context: {path} ()"
            )
        there = resolved(self.files, place)
        file = File("dir", mode=0o755) if there == "/" else self.files.get(there)
        if file is None:
            missing = "file not found in build context or excluded by .dockerignore: "
            shown = path.lstrip("/")
            raise StepError(
                f"{self.name} failed: {missing if self.of_context else ''}"
                f"stat {shown}: file does not exist"
            )
        start = len(there.rstrip("/"))
        inner = {path[start:]: each for path, each in self.files.items() if is_below(path, there)}
        return Source(posixpath.basename(place), {"": file, **inner})

    def _owner(self, tree: Mapping[str, File]) -> tuple[int, int] | None:
        if not self.owner:
            return None
        try:
            return owner_of(tree, self.owner)
        except UnknownOwnerError as error:
            raise StepError(
                f"unable to convert uid/gid chown string to host mapping: {error}"
            ) from error

    def _no_url(self, source: str) -> str:
        if self.name == "COPY":
            return "COPY failed: source can't be a URL for COPY"
        # A fake reaches nothing.
        return f'ADD failed: Get "{source}": dial tcp: connect: network is unreachable'


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _is_archive(source: Source) -> bool:
    content = source.files[""].content
    if content.startswith(_COMPRESSED):
        try:
            return bool(read_tar(content))
        except RefusedError:
            return False
    return len(content) >= _BLOCK and content[_MAGIC] == b"ustar"


def _digest(source: Source) -> str:
    summed = hashlib.sha256()
    for path in in_order(source.files):
        file = source.files[path]
        head = f"{path}\0{file.kind}\0{file.mode:o}\0{file.target}\0{len(file.content)}\0"
        summed.update(head.encode(errors="surrogateescape"))
        summed.update(file.content)
    return f"{'dir' if source.is_folder else 'file'}:{summed.hexdigest()}"
