"""What is read from long texts, kept for the next run in the user's cache folder.

A file there holds one JSON value under the digest of all that it was made from: the texts, and the
code that reads them. What is broken, foreign, or cannot be read or written is as good as none: the
value is then made again, and no run fails or is told of it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs

from harness.model import errors, spec, version
from harness.model.spec import Json

_MOST_FILES = 200  # of which one version of this program makes some forty


def cache_folder() -> Path:
    """Return the folder for what was read, where the system keeps such things."""
    return Path(platformdirs.user_cache_dir("docker-contract", appauthor=False)) / "documents"


def kept(sources: Iterable[bytes], make: Callable[[], Json]) -> Json:
    """Return the value that `make` makes of the sources, from an earlier run where there was one.

    The sources are all that the value depends on beside the code of this package; what `make`
    raises is raised, and nothing is kept. Without sources, nothing is kept either.
    """
    sources = tuple(sources)
    folder = cache_folder()
    # Whoever has no home must not find one made where they happen to be.
    if not sources or not folder.is_absolute():
        return make()
    key = _digest((_code(), *sources))
    path = folder / f"{key}.json"
    found = _read(path, key)
    if found is not None:
        return found
    value = make()
    _write(path, key, value)
    return value


def _read(path: Path, key: str) -> Json:
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        if head.decode() == f"{key} {_digest((body,))}":
            return json.loads(body)  # type: ignore[no-any-return] # it was written as JSON
    except (OSError, ValueError, RecursionError):
        pass
    return None


def _write(path: Path, key: str, value: Json) -> None:
    with suppress(OSError, TypeError, ValueError, RecursionError):
        body = json.dumps(value, separators=(",", ":")).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another run may read or write the same file at this moment.
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(f"{key} {_digest((body,))}\n".encode() + body)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _forget(path.parent)


def _forget(folder: Path) -> None:
    """Remove the oldest files where there are too many, as other versions of this program leave."""
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
    return total.hexdigest()


@cache
def _code() -> bytes:
    """Return a digest of the code that reads: another version of it may read in another way."""
    modules = [Path(str(module.__file__)) for module in (errors, spec, version)]
    sources = [*sorted(Path(__file__).parent.glob("*.py")), *modules]
    return _digest(path.read_bytes() for path in sources).encode()
