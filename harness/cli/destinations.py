"""Files that reports go to: named on the command line, tried before the run, written at once."""

import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.model.errors import UsageError

RECORDING = "ndjson"


@dataclass(frozen=True, slots=True)
class Destination:
    """A report to be written: its format, and the file."""

    kind: str
    path: Path


def parse(texts: Iterable[str], kinds: Sequence[str]) -> tuple[Destination, ...]:
    """Read texts such as "junit=out.xml", also several with commas between them.

    `kinds` are the formats that there are. Raises UsageError for an unknown format, and for a file
    or a recording that is named twice.
    """
    parts = [part for text in texts for part in _split(text, kinds)]
    found = tuple(_destination(part, kinds) for part in parts)
    paths = [destination.path.resolve() for destination in found]
    for path in paths:
        if paths.count(path) > 1 and _replaceable(path):
            raise UsageError(f"--report names {path} twice; give each report a file of its own")
    if sum(destination.kind == RECORDING for destination in found) > 1:
        raise UsageError(f"--report names two recordings; there is one {RECORDING} a run")
    return found


def check(destination: Destination) -> None:
    """Raise UsageError unless the file can be written; leave nothing behind."""
    path = _real(destination.path)
    if path.is_dir():
        raise UsageError(f"--report {destination.kind}={destination.path}: that is a folder")
    try:
        if _replaceable(path):
            _beside(path, "").unlink()
        elif not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise UsageError(_unwritable(destination, error)) from error


def write(destination: Destination, text: str) -> None:
    """Write the whole file or, where that fails, leave the old one and raise UsageError."""
    path = _real(destination.path)
    try:
        if _replaceable(path):
            _replace(path, text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(_unwritable(destination, error)) from error


def _split(text: str, kinds: Sequence[str]) -> list[str]:
    """Split at the commas that come before another FORMAT=, since a path may hold commas."""
    parts: list[str] = []
    for piece in text.split(","):
        if parts and piece.partition("=")[0].strip() not in kinds:
            parts[-1] += f",{piece}"
        else:
            parts.append(piece)
    return parts


def _destination(text: str, kinds: Sequence[str]) -> Destination:
    kind, equals, path = text.strip().partition("=")
    if kind not in kinds or not equals or not path:
        raise UsageError(f"--report {text!r}: write it as FORMAT=FILE; formats: {', '.join(kinds)}")
    return Destination(kind, Path(path).expanduser())


def _real(path: Path) -> Path:
    # What /dev/stdout is a link to has no path of its own where that is a pipe.
    resolved = path.resolve()
    return path if path.exists() and not resolved.exists() else resolved


def _replaceable(path: Path) -> bool:
    # Renaming a file over /dev/stdout or a pipe would put the device out of the world.
    return path.is_file() or not path.exists()


def _replace(path: Path, text: str) -> None:
    fresh = _beside(path, text)
    try:
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _beside(path: Path, text: str) -> Path:
    """Write a new file in the same folder, where renaming it onto `path` is one step."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("x", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o777)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _unwritable(destination: Destination, error: OSError) -> str:
    why = error.strerror or str(error)
    return f"--report {destination.kind}={destination.path}: cannot be written: {why}"
