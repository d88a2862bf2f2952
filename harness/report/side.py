"""What one of two daemons that are compared answered, gathered from the events of its run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.checks.told import general
from harness.diff.forms import Form
from harness.model.call import Call
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
from harness.model.version import ApiVersion


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a call stands in a run: the same in both runs that are compared."""

    version: ApiVersion
    operation: str
    recipe: int
    number: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A call, as it was before names of the world were put in, and the form of its reply."""

    call: Call
    form: Form


@dataclass(frozen=True, slots=True)
class Side:
    """One daemon and its answers; `name` is what the command line calls it.

    `reasons` tells, by version and operation, why not all was called or nothing succeeded.
    """

    name: str
    daemon: str = ""
    address: str = ""
    versions: tuple[ApiVersion, ...] = ()
    answers: Mapping[Place, Answered] = field(default_factory=dict)
    reached: frozenset[tuple[ApiVersion, str]] = frozenset()
    reasons: Mapping[tuple[ApiVersion, str], str] = field(default_factory=dict)
    unsupported: Mapping[ApiVersion, str] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    finished: bool = False
    seconds: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """Return all that the daemon is called."""
        return (self.name, self.daemon)


class SideBuilder:
    """Takes the events of one run in order; `form` reads what is compared of a reply.

    Replies themselves are not kept: those of a whole run would not fit into memory.
    """

    def __init__(self, name: str, form: Callable[[CallJudged], Form]) -> None:
        self._name = name
        self._form = form
        self._start = RunStarted("", "", "", (), 0, 0, "")
        self._finish: RunFinished | None = None
        self._answers: dict[Place, Answered] = {}
        self._reasons: dict[tuple[ApiVersion, str], str] = {}
        self._unsupported: dict[ApiVersion, str] = {}
        self._failures: list[str] = []
        self._leaks: list[str] = []

    def add(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case RunStarted():
                self._start = event
            case VersionUnsupported():
                self._unsupported[event.version] = event.reason
            case CallJudged():
                call = event.call or event.judged.exchange.call
                place = Place(event.version, event.operation, event.recipe, call.number)
                self._answers[place] = Answered(call, self._form(event))
            case OperationJudged():
                self._reasons[(event.version, event.operation)] = general(event.reason)
            case HarnessFailed():
                self._failures.append(event.message)
            case Leaked():
                self._leaks.append(f"{event.kind} {event.name}")
            case RunFinished():
                self._finish = event
            case OperationStarted() | FindingShrunk():
                pass

    def side(self) -> Side:
        """Return what the events so far amount to."""
        finish = self._finish
        return Side(
            name=self._name,
            daemon=self._start.daemon,
            address=self._start.address,
            versions=self._start.versions,
            answers=dict(self._answers),
            reached=frozenset(self._reasons),
            reasons={place: reason for place, reason in self._reasons.items() if reason},
            unsupported=dict(self._unsupported),
            failures=tuple(self._failures),
            leaks=tuple(sorted(self._leaks)),
            finished=finish is not None and not finish.interrupted,
            seconds=finish.seconds if finish else 0.0,
        )
