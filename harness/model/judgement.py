"""Checks, and what they say of exchanges."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.call import Exchange
from harness.model.spec import Operation, Spec


class Severity(StrEnum):
    """How much a finding matters to a user of the daemon."""

    ERROR = "error"
    WARNING = "warning"


class Verdict(StrEnum):
    """What became of a call, an operation or a version; worst first."""

    BROKEN = "broken"
    ERROR = "error"  # the harness's own fault
    KEPT = "kept"
    VACUOUS = "vacuous"  # calls were made, and no check had anything to say
    UNSUPPORTED = "unsupported"  # the daemon says that it does not do this
    DISABLED = "disabled"
    SKIPPED = "skipped"
    UNTRIED = "untried"

    @classmethod
    def worst(cls, verdicts: "list[Verdict] | tuple[Verdict, ...]") -> "Verdict":
        """Return the worst of some verdicts; UNTRIED where there are none."""
        order = list(cls)
        return min(verdicts, key=order.index, default=cls.UNTRIED)


class Streaming(StrEnum):
    """How the body of a reply is framed."""

    WHOLE = "whole"  # one value or one blob
    JSON_LINES = "json-lines"  # one JSON value after the other
    FRAMES = "frames"  # stdout and stderr in frames with an 8-byte header
    RAW = "raw"  # bytes of a terminal
    WEBSOCKET = "websocket"
    TAR = "tar"


@dataclass(frozen=True, slots=True)
class Subject:
    """An exchange with all that a check may look at.

    `endless` tells that a success need not end by itself. `plain` is the exchange of the same call
    without the unknown parts, for an open call.
    """

    spec: Spec
    operation: Operation
    exchange: Exchange
    streaming: Streaming = Streaming.WHOLE
    plain: Exchange | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check has against an exchange: where in the reply, and what (seen, then promised)."""

    pointer: str
    message: str
    expected: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule on an exchange."""

    id: str
    summary: str
    severity: Severity
    applies: Callable[[Subject], bool]
    judge: Callable[[Subject], Iterator[Complaint]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: a check, where it broke, and the exchange that shows it."""

    check: str
    severity: Severity
    operation: str
    complaint: Complaint
    exchange: Exchange

    @property
    def cause(self) -> tuple[str, str, str]:
        """Return what findings of one cause have in common, whatever the version or the call."""
        return (self.check, self.complaint.pointer, self.complaint.message)


@dataclass(frozen=True, slots=True)
class Judged:
    """An exchange with the verdict on it, the ids of the checks that applied, and the findings."""

    exchange: Exchange
    verdict: Verdict
    applied: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        """Tell whether the daemon did what was asked."""
        return 100 < self.exchange.reply.status < 400  # noqa: PLR2004 - 1xx to 3xx
