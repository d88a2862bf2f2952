"""Where a daemon listens, as a value, and how Docker users say it."""

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from harness.daemon.context import endpoint_of, find_current_context, folder_of
from harness.daemon.tls import TlsSettings
from harness.model.errors import UsageError

DEFAULT_SOCKET_PATH = Path("/var/run/docker.sock")
DEFAULT_SOCKET = f"unix://{DEFAULT_SOCKET_PATH}"
_LONGEST_SOCKET_PATH = 107  # sockaddr_un has 108 bytes, the last of them zero
_PORTS = {False: 2375, True: 2376}  # without and with TLS
_BARE_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]*):\d+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a daemon listens: a unix socket, or else a host and a port, with TLS or without.

    `prefix` is the path under which a proxy serves the API, without a slash at its end.
    """

    socket: str = ""
    host: str = ""
    port: int = 0
    tls: TlsSettings | None = None
    prefix: str = ""

    def __str__(self) -> str:
        if self.socket:
            return f"unix://{self.socket}"
        return f"tcp://{self.authority}{self.prefix}"

    @property
    def authority(self) -> str:
        """Return what a Host header says."""
        if self.socket:
            return "localhost"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the URL that requests start with, as curl wants it."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{self.authority}{self.prefix}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what TLS needs, or None without TLS; raise UsageError for unusable files."""
        return self.tls.context() if self.tls else None


def resolve(
    host: str | None,
    *,
    env: Mapping[str, str],
    context: str | None = None,
    tls: TlsSettings | None = None,
) -> Address:
    """Find the daemon that a Docker user means.

    In order: `host`, or else the docker context named `context`; DOCKER_HOST; the context named
    by DOCKER_CONTEXT or chosen in the docker configuration; the default socket. `tls` is what
    was asked for explicitly, and wins over what the environment or the context say.
    Raises UsageError where this leads to no address that can be used.
    """
    if host and context:
        raise UsageError("give a host or a context, not both")
    from_env = env.get("DOCKER_HOST", "").strip()
    if host:
        return parse(host, tls=tls or _tls_of(env))
    if from_env and not context:
        return parse(from_env, tls=tls or _tls_of(env), origin="DOCKER_HOST: ")
    name = context or find_current_context(env)
    if name is None or name == "default":
        return parse(DEFAULT_SOCKET, tls=tls)
    endpoint = endpoint_of(name, folder_of(env))
    return parse(endpoint.host, tls=tls or endpoint.tls, origin=f"docker context {name}: ")


def is_named(env: Mapping[str, str]) -> bool:
    """Tell whether `resolve` would find a daemon that the user named or has at the usual place.

    Raises UsageError where the docker configuration cannot be read.
    """
    if env.get("DOCKER_HOST", "").strip():
        return True
    return find_current_context(env) not in {None, "default"} or DEFAULT_SOCKET_PATH.exists()


def parse(text: str, *, tls: TlsSettings | None = None, origin: str = "") -> Address:
    """Turn unix://, tcp://, http:// or https:// into an address.

    `origin` starts the text of the UsageError that anything else raises.
    """
    text = text.strip()
    if _BARE_PORT.fullmatch(text):
        text = f"tcp://{text}"
    scheme, separator, rest = text.partition("://")
    match scheme if separator else "":
        case "unix":
            return _unix(rest, origin)
        case "tcp" | "http" | "https":
            return _tcp(text, tls, origin)
        case "ssh":
            raise UsageError(
                f"{origin}{text}: ssh is not spoken here; forward the socket with"
                " ssh -L /tmp/docker.sock:/var/run/docker.sock and use unix:///tmp/docker.sock"
            )
        case "npipe":
            raise UsageError(
                f"{origin}{text}: named pipes are not spoken here;"
                " let the daemon listen on tcp:// and use that"
            )
        case _:
            raise UsageError(
                f"{origin}{text!r} is no address of a daemon;"
                " write it like unix:///var/run/docker.sock or tcp://127.0.0.1:2375"
            )


def _unix(path: str, origin: str) -> Address:
    if not path.startswith("/"):
        raise UsageError(f"{origin}unix://{path}: the path of a socket starts with a slash")
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise UsageError(
            f"{origin}unix://{path}: the path of a socket has at most"
            f" {_LONGEST_SOCKET_PATH} bytes; use a shorter one"
        )
    return Address(socket=path)


def _tcp(text: str, tls: TlsSettings | None, origin: str) -> Address:
    parts, port = _split(text, origin)
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(f"{origin}{text}: an address has a host, a port and at most a path")
    if parts.scheme == "https" and tls is None:
        tls = TlsSettings()
    if parts.scheme == "http":
        tls = None
    return Address(
        host=parts.hostname or "127.0.0.1",
        port=_PORTS[tls is not None] if port is None else port,
        tls=tls,
        prefix=parts.path.rstrip("/"),
    )


def _split(text: str, origin: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{origin}{text}: {error}") from error
    return parts, port


def _tls_of(env: Mapping[str, str]) -> TlsSettings | None:
    """Read DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH, of which the last needs the others.

    As the docker command does: any text but the empty one means yes.
    """
    verify = bool(env.get("DOCKER_TLS_VERIFY"))
    if not verify and not env.get("DOCKER_TLS"):
        return None
    named = env.get("DOCKER_CERT_PATH")
    return TlsSettings.in_folder(Path(named) if named else folder_of(env), verify=verify)
