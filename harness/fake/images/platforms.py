"""Platforms such as linux/arm64, read as dockerd does."""

import re
from dataclasses import dataclass

from harness.fake.requests.answer import bad_request

_COMPONENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SYSTEMS = frozenset(
    {
        *("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "js", "linux"),
        *("nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos"),
    }
)
_ARCHITECTURES = frozenset(
    {
        *("386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le"),
        *("loong64", "mips", "mipsle", "mips64", "mips64le", "ppc", "riscv", "riscv64", "s390"),
        *("s390x", "sparc", "sparc64", "wasm"),
    }
)
_OTHER_NAMES = {"i386": "386", "x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}
_MOST = 3


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and an architecture."""

    system: str = "linux"
    architecture: str = "amd64"


def read_platform(text: str) -> Platform:
    """Read a platform; "" is the daemon's own. Refuses with 400 what is none."""
    if not text:
        return Platform()
    parts = text.split("/")
    for part in parts:
        if not _COMPONENT.fullmatch(part):
            raise bad_request(
                f'"{part}" is an invalid component of "{text}": platform specifier component must '
                'match "^[A-Za-z0-9_-]+$": invalid argument'
            )
    first, *rest = (part.lower() for part in parts)
    if len(parts) > _MOST:
        raise bad_request(f'"{text}": cannot parse platform specifier: invalid argument')
    if rest:
        return Platform(first, _OTHER_NAMES.get(rest[0], rest[0]))
    architecture = _OTHER_NAMES.get(first, first)
    if first in _SYSTEMS:
        return Platform(system=first)
    if architecture in _ARCHITECTURES:
        return Platform(architecture=architecture)
    raise bad_request(f'"{text}": unknown operating system or architecture: invalid argument')
