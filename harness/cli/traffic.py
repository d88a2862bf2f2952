"""A client's traffic in a file, whichever of the two forms it has."""

import json
from collections.abc import Iterable
from pathlib import Path

from harness.daemon.har import read_har
from harness.daemon.recording import read
from harness.model.call import Exchange
from harness.model.errors import UsageError

_LARGEST = 512 * 1024 * 1024  # bytes of an archive, which is read as a whole
_BEGINNING = 4096


def exchanges_of(path: Path) -> Iterable[Exchange]:
    """Return the exchanges of a recording (NDJSON) or an HTTP Archive (HAR).

    Raises UsageError, also while they are taken, where the file is neither or is cut off.
    """
    if is_recording(path):
        return read(path)[1]
    if path.stat().st_size > _LARGEST:
        raise UsageError(f"{path}: is too large for an HTTP Archive; record a shorter session")
    try:
        archive = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        at = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(
            f"{path}: is neither a recording of docker-contract nor an HTTP Archive (HAR), or it is"
            f" cut off: it is no JSON{at}"
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return read_har(archive, path)


def is_recording(path: Path) -> bool:
    """Tell whether a file begins as a recording; raise UsageError where it cannot be read."""
    if path.exists() and not path.is_file():
        what = "is a folder; name a file" if path.is_dir() else "is no file; save it to one first"
        raise UsageError(f"{path}: {what}")
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return b'"docker-contract recording"' in beginning.partition(b"\n")[0]
