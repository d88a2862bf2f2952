"""Two versions on the wire: one daemon that is asked the same at both."""

import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from rich.console import Console

from contracts.scenarios import stories
from harness.cli.interruption import Interruption, interruptible
from harness.cli.version_diffs import Seen, version_diff
from harness.cli.wire_run import Played, lens, make_up, play
from harness.daemon.recording import kept
from harness.diff.wire import trace
from harness.model.errors import HarnessError, UsageError
from harness.model.events import Event, HarnessFailed, Leaked, RunStarted, VersionUnsupported
from harness.model.settings import CertifySettings
from harness.model.spec import Spec
from harness.model.version import ApiVersion
from harness.model.version_diff import VersionDiff
from harness.model.wire import Step, Trace
from harness.specs.library import load

SEEN_NOW = "asked by this run"

_EVERY = 15.0  # seconds between lines where stderr is no terminal
_STOPPING = "stopping: removing what the run made; press Ctrl-C again to leave at once"
_LEAVING = "left at once; `docker-contract clean` removes what the run made"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What two versions differ in, and the error that the run ends with all the same, if any."""

    diff: VersionDiff
    error: HarnessError | None = None


@dataclass
class _Run:
    """What is heard and seen of a run while it goes on."""

    daemon: str = ""
    failures: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.daemon = event.daemon
            case VersionUnsupported():
                raise UsageError(f"the daemon does not serve API {event.version}: {event.reason}")
            case Leaked():
                self.failures.append(f"left behind: {event.kind} {event.name}")
            case HarnessFailed():
                self.failures.append(event.message)
            case _:
                pass

    def steps(self, played: Played) -> tuple[Step, ...]:
        if played.reason:
            self.unfinished.append(f"{played.story} at {played.version}: {played.reason}")
        exchanges = map(kept, played.exchanges)
        return trace(self.daemon, played.version, exchanges, lens()).steps


def on_daemon(
    old: ApiVersion,
    new: ApiVersion,
    settings: CertifySettings,
    *,
    generated: bool,
    silent: bool,
) -> Outcome:
    """Play the scenarios at both versions on one daemon, and return how they differ in all ways.

    Where `generated`, the calls that are made up from the newer document are made as well.

    Raises UsageError where the daemon does not serve one of them, and else as
    `engine.session.Session` does. After Ctrl-C, raises the HarnessError that tells of it.
    """
    run = _Run()
    seen: tuple[list[Step], list[Step]] = ([], [])
    # Both are asked even where they are the same, so that a version can be held against itself.
    asked, calls_of = (old, new), load(new) if generated else None
    made = sum(map(settings.wants, calls_of.operations.values())) if calls_of else 0
    total = (len(stories()) + made) * len(asked)
    with _progress(total, silent=silent) as tell, _stoppable() as interruption:
        try:
            with closing(_all(settings, asked, calls_of, run)) as all_played:
                for number, played in enumerate(all_played):
                    tell(number, f"{played.version} {played.story}")
                    seen[played.turn].extend(run.steps(played))
        except KeyboardInterrupt:
            # Only the handler raises it, and it has told `interruption`.
            pass
    if interruption:
        raise _interrupted(interruption)
    one, other = (Trace(run.daemon, at, tuple(of)) for at, of in zip(asked, seen, strict=True))
    diff = version_diff(old, new, Seen(one, other, SEEN_NOW), run.unfinished)
    return Outcome(diff, HarnessError("; ".join(run.failures)) if run.failures else None)


def _all(
    settings: CertifySettings,
    asked: tuple[ApiVersion, ApiVersion],
    calls_of: Spec | None,
    run: _Run,
) -> Generator[Played, None, None]:
    yield from play(settings, asked, stories(), run.hear)
    if calls_of:
        yield from make_up(settings, asked, calls_of, run.hear)


@contextmanager
def _stoppable() -> Iterator[Interruption]:
    with interruptible(lambda: _say(_STOPPING), lambda: _say(_LEAVING)) as interruption:
        yield interruption


class _Progress:
    """Tells how far a run is: in place on a terminal, now and then a line elsewhere."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._told = console, total, time.monotonic()
        self._status = console.status("getting ready") if console.is_terminal else None

    def __call__(self, done: int, what: str) -> None:
        text = f"{done + 1} of {self._total}: {what}"
        if self._status:
            self._status.update(text)
        elif not self._console.quiet and time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            _say(text)

    def start(self) -> None:
        if self._status:
            self._status.start()

    def stop(self) -> None:
        if self._status:
            self._status.stop()


@contextmanager
def _progress(total: int, *, silent: bool) -> Iterator[_Progress]:
    progress = _Progress(Console(stderr=True, highlight=False, quiet=silent), total)
    progress.start()
    try:
        yield progress
    finally:
        progress.stop()


def _say(text: str) -> None:
    print(f"docker-contract: {text}", file=sys.stderr)  # noqa: T201 - progress goes to stderr


def _interrupted(interruption: Interruption) -> HarnessError:
    class _InterruptedError(HarnessError):
        exit_status = interruption.exit_status

    return _InterruptedError("interrupted before both versions were asked; nothing is compared")
