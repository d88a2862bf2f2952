"""What a person asks of a run, as one frozen value."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from harness.model.spec import Operation
from harness.model.tables import Tier


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """TLS as the flags give it; what is None is left to the environment and the context."""

    verify: bool | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class CertifySettings:
    """How a run reaches a daemon, what it calls, and how much it may disturb.

    `engine` is "dockerd" or "podman" for a private daemon, or "" for one that is already there;
    then an empty `host` and `context` leave the choice to the environment. `versions` is the text
    that `harness.model.version.select` reads. `only` holds patterns of operations; all where empty.
    """

    host: str = ""
    context: str = ""
    tls: TlsFiles = field(default_factory=TlsFiles)
    engine: str = ""
    versions: str = "all"
    spec_file: Path | None = None
    tier: Tier = Tier.SCOPED
    image: str = ""
    seed: int = 1
    examples: int = 10
    only: tuple[str, ...] = ()
    recording: Path | None = None

    def wants(self, operation: Operation) -> bool:
        """Tell whether a pattern of `only` names the operation, in any letter case.

        A pattern is in the manner of fnmatch, on the operation's id or on METHOD /path.
        """
        names = (operation.id.lower(), f"{operation.method} {operation.path}".lower())
        return not self.only or any(
            fnmatchcase(name, pattern.lower()) for name in names for pattern in self.only
        )


class FailOn(StrEnum):
    """Which faults make a run fail."""

    BROKEN = "broken"  # all of them
    UNEXPLAINED = "unexplained"  # those that the daemon is not known to have
