"""Docker contexts: the addresses that the docker command keeps by name."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.daemon.tls import TlsSettings
from harness.model.errors import SpecError, UsageError
from harness.specs.node import Node


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a context says of its daemon."""

    host: str
    tls: TlsSettings | None


def folder_of(env: Mapping[str, str]) -> Path:
    """Return the folder of the docker configuration: DOCKER_CONFIG, or .docker at home."""
    named = env.get("DOCKER_CONFIG")
    if named:
        return Path(named)
    home = env.get("HOME")
    return (Path(home) if home else Path.home()) / ".docker"


def find_current_context(env: Mapping[str, str]) -> str | None:
    """Return the context of DOCKER_CONTEXT or of the configuration, or None.

    Raises UsageError where the configuration cannot be read.
    """
    named = env.get("DOCKER_CONTEXT", "").strip()
    if named:
        return named
    config = folder_of(env) / "config.json"
    if not config.is_file():
        return None
    try:
        current = _load(config).find("currentContext")
        return (current.text() or None) if current else None
    except SpecError as error:
        raise UsageError(f"{error}; mend the file, or give a host") from error


def endpoint_of(name: str, folder: Path) -> Endpoint:
    """Return the daemon that a context means; raise UsageError where there is no such context."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / digest / "meta.json"
    if not meta.is_file():
        raise UsageError(
            f"there is no docker context {name!r} in {folder}; docker context ls shows those there"
            " are"
        )
    try:
        endpoint = _load(meta)["Endpoints"]["docker"]
        host = endpoint["Host"].text()
        skip = endpoint.find("SkipTLSVerify")
        verify = skip is None or not skip.truth()
    except SpecError as error:
        raise UsageError(f"docker context {name}: {error}") from error
    files = TlsSettings.in_folder(folder / "contexts" / "tls" / digest / "docker", verify=verify)
    wanted = not verify or files != TlsSettings()
    return Endpoint(host=host, tls=files if wanted else None)


def _load(path: Path) -> Node:
    try:
        return Node(json.loads(path.read_bytes()), str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON: {error}") from error
