"""How far a run is, counted as it goes, and told on one line."""

from dataclasses import dataclass, replace

from rich.text import Text

from harness.model.events import (
    CallJudged,
    Event,
    FindingShrunk,
    HarnessFailed,
    Leaked,
    OperationJudged,
    OperationStarted,
    RunFinished,
    RunStarted,
    VersionUnsupported,
)
from harness.model.judgement import Verdict
from harness.model.version import ApiVersion
from harness.report.wording import counted, duration


@dataclass(frozen=True, slots=True)
class Progress:
    """What was counted so far; `version` and `operation` are being judged now."""

    planned: int = 0
    done: int = 0
    kept: int = 0
    broken: int = 0
    failures: int = 0
    calls: int = 0
    shrunk: int = 0
    version: ApiVersion | None = None
    operation: str = ""


def advance(progress: Progress, event: Event) -> Progress:
    """Return the counts after one more event."""
    changed = progress
    match event:
        case RunStarted():
            changed = replace(progress, planned=event.operations)
        case OperationStarted():
            changed = replace(progress, version=event.version, operation=event.operation)
        case CallJudged():
            changed = replace(progress, calls=progress.calls + 1)
        case OperationJudged():
            changed = replace(
                progress,
                done=progress.done + 1,
                kept=progress.kept + (event.verdict is Verdict.KEPT),
                broken=progress.broken + (event.verdict is Verdict.BROKEN),
                version=event.version,
                operation=event.operation,
            )
        case HarnessFailed():
            changed = replace(progress, failures=progress.failures + 1)
        case FindingShrunk():
            changed = replace(progress, shrunk=progress.shrunk + 1)
        case VersionUnsupported() | Leaked() | RunFinished():
            pass
    return changed


def line(progress: Progress, seconds: float) -> Text:
    """Return the counts on one line, made to fit 80 columns."""
    parts = [
        Text(f"{progress.done:,}/{progress.planned:,} operations"),
        Text(counted(progress.calls, "call")),
        Text(f"{progress.broken:,} broken", style="bold red" if progress.broken else "dim"),
    ]
    if progress.failures:
        parts.append(Text(counted(progress.failures, "harness failure"), style="magenta"))
    if progress.shrunk:
        parts.append(Text(counted(progress.shrunk, "example")))
    parts.append(Text(duration(seconds)))
    return Text(", ").join(parts)


def place(progress: Progress) -> str:
    """Return what is being judged now: "1.30 ContainerList"; "" before the first operation."""
    if progress.shrunk:
        return "finding the smallest calls that show what is broken"
    return f"{progress.version} {progress.operation}" if progress.version else ""
