"""A run's result, as frozen values that every format renders."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.judgement import Verdict
from harness.model.settings import FailOn
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion
from harness.report.clusters import Cluster


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What became of one operation at one version.

    `seconds` is the time that its calls took; `reason` tells why nothing was kept or broken.
    """

    version: ApiVersion
    operation: str
    profile: str
    verdict: Verdict
    calls: int = 0
    succeeded: bool = False
    findings: int = 0
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A version that the daemon does not serve, and how it says so."""

    version: ApiVersion
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A fault of the harness; without a version or operation where it concerns the whole run."""

    version: ApiVersion | None
    operation: str
    message: str


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that the run made and did not remove."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: all of the run, and its shares."""

    total: float = 0.0
    generating: float = 0.0
    waiting: float = 0.0
    judging: float = 0.0

    @property
    def other(self) -> float:
        """Return what remains: nearly all of it is making and removing what calls need."""
        return max(0.0, self.total - self.generating - self.waiting - self.judging)


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of a run, be it complete or not.

    `planned` counts the pairs of version and operation that were to come. `filters` are reasons,
    known beforehand, why the run cannot certify: operations were left out by choice. `unseen` are
    known faults of this daemon that should have shown, and did not.
    """

    run: str = ""
    daemon: str = ""
    address: str = ""
    seed: int = 0
    tier: str = ""
    versions: tuple[ApiVersion, ...] = ()
    planned: int = 0
    results: tuple[OperationResult, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    unseen: tuple[KnownFault, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    failures: tuple[Failure, ...] = ()
    leaks: tuple[Leak, ...] = ()
    filters: tuple[str, ...] = ()
    started: bool = False
    finished: bool = False
    interrupted: bool = False
    calls: int = 0
    timing: Timing = field(default_factory=Timing)
    fail_on: FailOn = FailOn.BROKEN

    @property
    def unexplained(self) -> tuple[Cluster, ...]:
        """Return the faults that the daemon is not known to have, worst first."""
        return tuple(cluster for cluster in self.clusters if not cluster.known)

    @property
    def explained(self) -> tuple[Cluster, ...]:
        """Return the faults that the daemon is known to have, worst first."""
        return tuple(cluster for cluster in self.clusters if cluster.known)

    @property
    def totals(self) -> Counter[Verdict]:
        """Return how many operations got each verdict."""
        return Counter(result.verdict for result in self.results)

    @property
    def judged(self) -> int:
        """Return how many operations were found kept or broken."""
        return self.totals[Verdict.KEPT] + self.totals[Verdict.BROKEN]

    @property
    def successes(self) -> int:
        """Return how many operations were seen to succeed at least once."""
        return sum(result.succeeded for result in self.results)


class Conclusion(StrEnum):
    """The verdict on the whole run, or on one profile at one version."""

    CERTIFIED = "certified"
    PARTIAL = "partial"  # nothing is broken, but not everything was shown to be kept
    BROKEN = "broken"
