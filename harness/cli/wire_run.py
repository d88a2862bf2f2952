"""The scenarios, played at several versions on one daemon."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harness.model.call import Exchange
from harness.model.events import Event
from harness.model.judgement import Judged, Subject, Verdict
from harness.model.settings import CertifySettings
from harness.model.stage import Story
from harness.model.version import ApiVersion


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario at one version: its exchanges in order, and why it did not come to its end."""

    version: ApiVersion
    story: str
    exchanges: tuple[Exchange, ...]
    reason: str = ""


def play(
    settings: CertifySettings,
    versions: Iterable[ApiVersion],
    stories: Iterable[Story],
    emit: Callable[[Event], None],
) -> Iterator[Played]:
    """Play all stories at each version in turn and yield what came of each.

    `settings.versions` should name the same versions. Raises as `Session` does.
    """
    # Loading the session takes a second, which a wrong command line need not wait for.
    from harness.daemon.private import ENGINES  # noqa: PLC0415
    from harness.engine.session import Session  # noqa: PLC0415
    from harness.fake.engine import fake  # noqa: PLC0415

    chosen = tuple(stories)
    with Session(settings, _unjudged, emit, {**ENGINES, "fake": fake()}) as session:
        for version in versions:
            for story in chosen:
                exchanges: list[Exchange] = []
                reason = session.perform(story, version, exchanges.append)
                yield Played(version, story.name, tuple(exchanges), reason)


def _unjudged(subject: Subject) -> Judged:
    return Judged(exchange=subject.exchange, verdict=Verdict.VACUOUS)
