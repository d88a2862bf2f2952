"""The archives that calls send: a root folder, a build context, a saved image, a plugin.

All are made of our own bytes and of a busybox that is on the machine; the same input gives the
same bytes.
"""

import gzip
import hashlib
import io
import json
import os
import platform
import struct
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.daemon.archives_program import socket_program
from harness.model.errors import UsageError
from harness.model.spec import Json

_APPLETS = (
    *("cat", "chmod", "cp", "date", "dd", "df", "echo", "env", "false", "grep", "head", "hostname"),
    *("id", "ip", "kill", "ln", "ls", "mkdir", "mv", "nc", "printf", "ps", "pwd", "rm", "sh"),
    *("sleep", "tail", "tar", "test", "top", "touch", "true", "uname", "wc", "wget", "yes"),
)
_USUAL_FOLDERS = ("/bin", "/usr/bin")
_PLUGIN_SOCKET = "contract.sock"
_PROGRAM_INTERPRETER = 3  # PT_INTERP
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    content: bytes = b""
    mode: int = 0o644
    kind: bytes = tarfile.REGTYPE
    target: str = ""


@dataclass(frozen=True, slots=True)
class ImageParts:
    """What a registry keeps of an image or a plugin: the configuration and one gzipped layer."""

    config: bytes
    layer: bytes
    config_type: str


def find_busybox() -> Path | None:
    """Return a statically linked busybox of this machine, or None."""
    folders = [*_USUAL_FOLDERS, *os.environ.get("PATH", "").split(":")]
    found = (Path(folder) / "busybox" for folder in folders if folder)
    return next((path for path in found if path.is_file() and is_static(path)), None)


def is_static(program: Path) -> bool:
    """Tell whether a file is an ELF program that asks for no dynamic linker."""
    try:
        content = program.read_bytes()
        if content[:6] != b"\x7fELF\x02\x01":
            return False  # no 64-bit little-endian program
        (start,) = struct.unpack_from("<Q", content, 32)
        size, count = struct.unpack_from("<HH", content, 54)
        kinds = [struct.unpack_from("<I", content, start + size * n)[0] for n in range(count)]
    except (OSError, struct.error):
        return False
    return _PROGRAM_INTERPRETER not in kinds


def rootfs(busybox: Path) -> bytes:
    """Return a tar of a root folder in which a shell and the common programs run."""
    folders = [_Entry(name, mode=0o755, kind=tarfile.DIRTYPE) for name in ("bin", "etc", "root")]
    places = [_Entry(name, mode=0o755, kind=tarfile.DIRTYPE) for name in ("proc", "sys", "dev")]
    links = [_Entry(f"bin/{n}", kind=tarfile.SYMTYPE, target="busybox") for n in _APPLETS]
    return _tar(
        [
            *(*folders, *places),
            _Entry("tmp", mode=0o1777, kind=tarfile.DIRTYPE),
            _Entry(
                "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n"
            ),
            _Entry("etc/group", b"root:x:0:\nuser:x:1000:\n"),
            _Entry("bin/busybox", busybox.read_bytes(), mode=0o755),
            *links,
        ]
    )


def file_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a tar of files, by name."""
    return _tar([_Entry(name, content) for name, content in files.items()])


def build_context(image: str) -> bytes:
    """Return a build context that adds a file, a label and a variable to an image."""
    dockerfile = (
        f"FROM {image}\nLABEL contract.built=yes\nENV CONTRACT=built\n"
        'COPY greeting /greeting\nCMD ["/bin/true"]\n'
    )
    return file_archive({"Dockerfile": dockerfile.encode(), "greeting": b"hello\n"})


def saved_image(name: str) -> bytes:
    """Return the archive of a tiny image, called name:tag, as `docker save` would write it."""
    layer = _tiny_layer()
    config = _image_config(layer)
    digest = hashlib.sha256(config).hexdigest()
    reference = name if ":" in name.rpartition("/")[2] else f"{name}:latest"
    listing = [{"Config": f"{digest}.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]
    content = {f"{digest}.json": config, "layer.tar": layer}
    return file_archive({**content, "manifest.json": _json(listing)})


def image_parts() -> ImageParts:
    """Return the parts of a tiny image, for a registry."""
    layer = _tiny_layer()
    media_type = "application/vnd.docker.container.image.v1+json"
    return ImageParts(_image_config(layer), _gzipped(layer), media_type)


def plugin_archive(
    *, note: str = "", capabilities: Sequence[str] = (), machine: str | None = None
) -> bytes:
    """Return the archive of a plugin that a daemon can enable and that does nothing.

    Each capability is one more privilege that installing it has to grant. `machine` is this one
    by default. A `note` tells it from others: dockerd refuses content that it has already.
    Raises UsageError for a machine that we have no program for.
    """
    root = [
        _Entry(f"rootfs/{e.name}", e.content, e.mode, e.kind, e.target)
        for e in [_Entry("note", note.encode()), *_plugin_root(machine or platform.machine())]
    ]
    config = _json({**_plugin_config(capabilities), "documentation": note})
    return _tar(
        [
            _Entry("config.json", config),
            _Entry("rootfs", mode=0o755, kind=tarfile.DIRTYPE),
            *root,
        ]
    )


def plugin_parts(*, capabilities: Sequence[str] = (), machine: str | None = None) -> ImageParts:
    """Return the parts of that plugin, for a registry; raise as `plugin_archive` does."""
    layer = _tar(_plugin_root(machine or platform.machine()))
    diff = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    config = _plugin_config(capabilities)
    config["rootfs"] = {"type": "layers", "diff_ids": [diff]}
    return ImageParts(_json(config), _gzipped(layer), "application/vnd.docker.plugin.v1+json")


def _plugin_root(machine: str) -> list[_Entry]:
    program = socket_program(f"/run/docker/plugins/{_PLUGIN_SOCKET}", machine)
    if program is None:
        raise UsageError(f"there is no plugin program for {machine}; only for x86_64 and aarch64")
    folders = ("run", "run/docker", "run/docker/plugins", "proc", "sys", "dev", "etc")
    return [
        *(_Entry(name, mode=0o755, kind=tarfile.DIRTYPE) for name in folders),
        _Entry("contract-plugin", program, mode=0o755),
    ]


def _plugin_config(capabilities: Sequence[str]) -> dict[str, Json]:
    debug: Json = {"name": "DEBUG", "description": "", "value": "0", "settable": ["value"]}
    return {
        "description": "A plugin that does nothing",
        "documentation": "",
        "entrypoint": ["/contract-plugin"],
        "workdir": "/",
        "interface": {"types": ["docker.dummy/1.0"], "socket": _PLUGIN_SOCKET},
        "network": {"type": "none"},
        "linux": {"capabilities": list(capabilities), "allowAllDevices": False, "devices": []},
        "mounts": [],
        "env": [debug],
        "args": {"name": "args", "description": "", "value": [], "settable": ["value"]},
    }


def _tiny_layer() -> bytes:
    return file_archive({"greeting": b"hello\n"})


def _image_config(layer: bytes) -> bytes:
    machine = platform.machine()
    when = "2017-01-01T00:00:00Z"
    diff = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    return _json(
        {
            "architecture": _ARCHITECTURES.get(machine, machine),
            "os": "linux",
            "created": when,
            "config": {"Cmd": ["/greeting"], "Labels": {"contract.image": "tiny"}},
            "rootfs": {"type": "layers", "diff_ids": [diff]},
            "history": [{"created": when, "created_by": "docker-contract"}],
        }
    )


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _tar(entries: Iterable[_Entry]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in entries:
            header = tarfile.TarInfo(entry.name)
            header.type, header.mode, header.linkname = entry.kind, entry.mode, entry.target
            header.size = len(entry.content)
            archive.addfile(header, io.BytesIO(entry.content))
    return buffer.getvalue()
