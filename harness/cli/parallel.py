"""A run in several processes, each with a private daemon of its own and a part of the versions."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType

from harness.cli.session import run_session
from harness.model.errors import HarnessError
from harness.model.events import CallJudged, Event, OperationStarted, RunFinished, RunStarted
from harness.model.settings import CertifySettings
from harness.model.version import ApiVersion, select
from harness.specs.library import versions
from harness.specs.places import specs_folder

_PATIENCE = 60.0  # seconds for a part that was told to end
_LEAST = 4  # versions for which a process of their own pays

Session = Callable[[CertifySettings, Callable[[Event], None]], None]


def jobs_of(settings: CertifySettings, asked_for: int) -> int:
    """Return in how many processes a run is held; 0 leaves that to the program.

    Only a run with private daemons can be parted, and only by its versions; one that is recorded
    is not, since a recording has one order, nor one that is narrowed, which is short anyway.
    """
    whole = not (settings.only or settings.recording or settings.spec_file)
    if not settings.engine or not whole:
        return 1
    wanted = asked_for or (len(os.sched_getaffinity(0)) if settings.engine == "fake" else 1)
    held = len(select(settings.versions, versions()))
    return max(1, min(wanted, held if asked_for else held // _LEAST))


def run_parallel(
    settings: CertifySettings,
    sink: Callable[[Event], None],
    *,
    jobs: int,
    session: Session = run_session,
) -> None:
    """Hold a run in so many processes; its events come as if there were one.

    Raises the HarnessError of the first part that had one, once all have ended.
    """
    parts = [replace(settings, versions=text) for text in _parts(settings, jobs)]
    if len(parts) == 1:
        session(settings, sink)
        return
    _Parts([_Part.start(each, session) for each in parts], sink).run()


@dataclass(eq=False, slots=True)
class _Part:
    """A process that holds a part of the run, and the line that its events come on."""

    process: BaseProcess
    line: Connection
    started: RunStarted | None = None
    finished: RunFinished | None = None
    error: HarnessError | None = None
    waiting: list[Event] = field(default_factory=list)

    @classmethod
    def start(cls, settings: CertifySettings, session: Session) -> "_Part":
        # A fork would take the threads of this process along in whatever state they are.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_hold, args=(settings, session, theirs), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)


@dataclass(eq=False, slots=True)
class _Parts:
    """All parts of a run, whose events become those of one."""

    parts: Sequence[_Part]
    sink: Callable[[Event], None]
    begun: bool = False

    def run(self) -> None:
        """Pass events on until every part has ended; stop all where this process is interrupted."""
        try:
            self._listen()
        except BaseException:
            for part in self.parts:
                part.process.terminate()
            self._last_words()
            raise
        error = next((part.error for part in self.parts if part.error), None)
        self._end(interrupted=False)
        if error:
            raise error

    def _listen(self) -> None:
        alive = list(self.parts)
        while alive:
            ready = wait([part.line for part in alive])
            for part in [part for part in alive if part.line in ready]:
                try:
                    self._take(part, part.line.recv())
                except EOFError:
                    alive.remove(part)
                    part.process.join(_PATIENCE)
                    if part.finished is None and part.error is None:
                        part.error = HarnessError("a part of the run died without a word")

    def _last_words(self) -> None:
        """Take what the parts still say while they tidy up; nobody has to wait for ever."""
        for part in self.parts:
            with suppress(EOFError, OSError):
                while part.line.poll(_PATIENCE):
                    said = part.line.recv()
                    # Calls that were under way make whoever takes them stop once more.
                    if not isinstance(said, CallJudged | OperationStarted):
                        self._take(part, said)
        for part in self.parts:
            part.process.join(_PATIENCE)
        self._end(interrupted=True)

    def _take(self, part: _Part, said: "Event | HarnessError") -> None:
        if isinstance(said, HarnessError):
            part.error = said
        elif isinstance(said, RunStarted):
            part.started = said
            self._begin()
        elif isinstance(said, RunFinished):
            part.finished = said
        elif self.begun:
            self.sink(said)
        else:
            part.waiting.append(said)

    def _begin(self) -> None:
        """Tell of the run's beginning once all parts have begun, and then what they said before."""
        started = [part.started for part in self.parts if part.started]
        if len(started) < len(self.parts):
            return
        self.begun = True
        versions_ = sorted({version for each in started for version in each.versions})
        operations = sum(each.operations for each in started)
        self.sink(replace(started[0], versions=tuple(versions_), operations=operations))
        for part in self.parts:
            for event in part.waiting:
                self.sink(event)
            part.waiting.clear()

    def _end(self, *, interrupted: bool) -> None:
        finished = [part.finished for part in self.parts if part.finished]
        if not self.begun or not finished:
            return
        # Times are those of a part, on the average: the parts run beside one another.
        count = len(finished)
        self.sink(
            RunFinished(
                interrupted=interrupted or any(each.interrupted for each in finished),
                calls=sum(each.calls for each in finished),
                seconds=max(each.seconds for each in finished),
                generating=sum(each.generating for each in finished) / count,
                waiting=sum(each.waiting for each in finished) / count,
                judging=sum(each.judging for each in finished) / count,
            )
        )


def _hold(settings: CertifySettings, session: Session, line: Connection) -> None:
    """Hold a part of the run in this process, and send its events; for a process of its own."""
    # Ctrl-C reaches every process of the terminal; the first one tells the others what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        session(settings, line.send)
    except HarnessError as error:
        line.send(_sendable(error))
    except KeyboardInterrupt:
        pass
    finally:
        line.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _sendable(error: HarnessError) -> HarnessError:
    """Return an error that another process can be sent: one of its kind, or at least its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made just here
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be sent
        return HarnessError(str(error))
    return error


def _parts(settings: CertifySettings, jobs: int) -> Iterator[str]:
    """Yield the versions of each part, such as 1.18..1.26: neighbours, which share generated calls.

    Each part has about as much to do; how much a version takes goes by the size of its document.
    """
    chosen = select(settings.versions, versions())
    sizes = {version: _size(version) for version in chosen}
    left, rest = sum(sizes.values()), list(chosen)
    for number in range(min(jobs, len(chosen)), 0, -1):
        part: list[ApiVersion] = []
        taken = 0
        share = left / number
        # Every part to come gets one version at least.
        while len(rest) >= number and (
            number == 1 or not part or taken + sizes[rest[0]] / 2 <= share
        ):
            part.append(rest[0])
            taken += sizes[rest.pop(0)]
        left -= taken
        yield _text(part)


def _size(version: ApiVersion) -> int:
    return (specs_folder() / f"v{version}.yaml").stat().st_size


def _text(chosen: Iterable[ApiVersion]) -> str:
    return ",".join(map(str, chosen))
