"""The scenarios, played at several versions on one daemon."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from harness.daemon.recording import kept
from harness.diff.wire import Lens, trace
from harness.model.call import Exchange
from harness.model.events import CallJudged, Event, RunStarted
from harness.model.judgement import Judged, Subject, Verdict
from harness.model.settings import CertifySettings
from harness.model.spec import Spec
from harness.model.stage import Story
from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace
from harness.specs.library import load
from harness.specs.library import versions as known_versions
from harness.specs.tables import tables
from harness.specs.volatile import volatility

if TYPE_CHECKING:
    from harness.engine.session import Session


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario at one version: its exchanges in order, and why it did not come to its end.

    Or the generated calls of one operation, as "calls/ContainerList". `turn` counts the versions
    that were asked before, of which one may come twice.
    """

    version: ApiVersion
    story: str
    exchanges: tuple[Exchange, ...]
    reason: str = ""
    turn: int = 0


def play(
    settings: CertifySettings,
    versions: Iterable[ApiVersion],
    stories: Iterable[Story],
    emit: Callable[[Event], None],
) -> Generator[Played, None, None]:
    """Play all stories at each version in turn and yield what came of each.

    `settings.versions` should name the same versions. Raises as `Session` does.
    """
    chosen = tuple(stories)
    with _session(settings, emit) as session:
        for turn, version in enumerate(versions):
            for story in chosen:
                exchanges: list[Exchange] = []
                reason = session.perform(story, version, exchanges.append)
                yield Played(version, story.name, tuple(exchanges), reason, turn)


def make_up(
    settings: CertifySettings,
    versions: Iterable[ApiVersion],
    calls_of: Spec,
    emit: Callable[[Event], None],
) -> Generator[Played, None, None]:
    """Make the calls that are generated for a document at each version in turn.

    Those of the operations that `settings.only` names, where it names any.

    Each version has a session of its own, so that what was made at one is not there at the next.
    Raises as `Session` does.
    """
    generated: list[Exchange] = []

    def hear(event: Event) -> None:
        if isinstance(event, CallJudged):
            generated.append(event.judged.exchange)
        emit(event)

    for turn, version in enumerate(versions):
        alone = replace(settings, versions=str(version), recording=None, only=())
        with _session(alone, hear, calls_of) as session:
            for planned in session.plan():
                if not settings.wants(calls_of.operations[planned.operation]):
                    continue
                generated.clear()
                session.exercise(planned)
                yield Played(
                    version, f"calls/{planned.operation}", tuple(generated), planned.reason, turn
                )


def _session(
    settings: CertifySettings, emit: Callable[[Event], None], calls_of: Spec | None = None
) -> "Session":
    # Loading the session takes a second, which a wrong command line need not wait for.
    from harness.daemon.private import ENGINES  # noqa: PLC0415
    from harness.engine.session import Session  # noqa: PLC0415
    from harness.fake.engine import fake  # noqa: PLC0415

    return Session(settings, _unjudged, emit, {**ENGINES, "fake": fake()}, calls_of=calls_of)


@cache
def lens() -> Lens:
    """Return what exchanges are seen through; raise SpecError where a table is wrong."""
    documents = [load(version) for version in known_versions()]
    return Lens(
        operations={id_: each for spec in documents for id_, each in spec.operations.items()},
        streaming={id_: recipes[0].streaming for id_, recipes in tables().recipes.items()},
        chance=volatility(),
    )


def traces(
    settings: CertifySettings,
    versions: Iterable[ApiVersion],
    stories: Iterable[Story],
    emit: Callable[[Event], None],
) -> tuple[Mapping[ApiVersion, Trace], tuple[str, ...]]:
    """Play all stories at each version; return what was seen, and what did not come to its end.

    Raises as `Session` does.
    """
    daemon = ""

    def hear(event: Event) -> None:
        nonlocal daemon
        daemon = event.daemon if isinstance(event, RunStarted) else daemon
        emit(event)

    steps: defaultdict[ApiVersion, list[Step]] = defaultdict(list)
    unfinished: list[str] = []
    for played in play(settings, versions, stories, hear):
        exchanges = map(kept, played.exchanges)
        steps[played.version] += trace(daemon, played.version, exchanges, lens()).steps
        if played.reason:
            unfinished.append(f"{played.story} at {played.version}: {played.reason}")
    seen = {version: Trace(daemon, version, tuple(of)) for version, of in steps.items()}
    return seen, tuple(unfinished)


def _unjudged(subject: Subject) -> Judged:
    return Judged(exchange=subject.exchange, verdict=Verdict.VACUOUS)
