"""What happens in a run, in order."""

from dataclasses import dataclass
from typing import TypeAlias

from harness.model.call import Call
from harness.model.judgement import Finding, Judged, Verdict
from harness.model.version import ApiVersion


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins: who is judged, at which versions, with which seed."""

    run: str
    daemon: str
    address: str
    versions: tuple[ApiVersion, ...]
    operations: int  # pairs of version and operation to come
    seed: int
    tier: str


@dataclass(frozen=True, slots=True)
class VersionUnsupported:
    """The daemon's Min/Max leave this version out."""

    version: ApiVersion
    reason: str


@dataclass(frozen=True, slots=True)
class OperationStarted:
    """An operation's calls begin."""

    version: ApiVersion
    operation: str


@dataclass(frozen=True, slots=True)
class CallJudged:
    """One exchange was judged.

    `recipe` counts the recipes of the operation from 0; `call` is what was asked before names of
    the world were put in.
    """

    version: ApiVersion
    operation: str
    judged: Judged
    recipe: int = 0
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class OperationJudged:
    """All calls of one operation at one version were judged.

    `reason` tells why where nothing was kept or broken: out of the tier, experimental, no resource.
    """

    version: ApiVersion
    operation: str
    tags: tuple[str, ...]
    verdict: Verdict
    calls: int
    succeeded: bool
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FindingShrunk:
    """The smallest call that still shows the cause of a finding."""

    finding: Finding
    curl: str


@dataclass(frozen=True, slots=True)
class HarnessFailed:
    """The harness itself failed at an operation; the run goes on."""

    version: ApiVersion | None
    operation: str
    message: str


@dataclass(frozen=True, slots=True)
class Leaked:
    """The run left something behind."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; `interrupted` where it was stopped from outside.

    Seconds: all of it, and its shares in generation, in waiting for the daemon, and in judging.
    """

    interrupted: bool = False
    calls: int = 0
    seconds: float = 0.0
    generating: float = 0.0
    waiting: float = 0.0
    judging: float = 0.0


Event: TypeAlias = (
    RunStarted
    | VersionUnsupported
    | OperationStarted
    | CallJudged
    | OperationJudged
    | FindingShrunk
    | HarnessFailed
    | Leaked
    | RunFinished
)
