"""The events: those that were, and those that come for as long as the client listens."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from harness.fake import event_views
from harness.fake.requests.answer import Answer, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.filters import Filters
from harness.fake.requests.service import Handler
from harness.fake.values import Event
from harness.fake.world import World
from harness.model.spec import Json

_NANOSECONDS = 10**9
_NO_TIME = -1  # in seconds, to dockerd


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a client wants to hear: from when and until when in nanoseconds, None for no bound."""

    since: int | None
    until: int | None
    filters: Filters
    heard: int  # how many events there were when it asked

    def past(self, world: World) -> Iterator[Event]:
        """Yield what happened between the bounds; nothing where no bound was given."""
        if self.since is None and self.until is None:
            return
        for event in list(world.events):
            late = self.until is not None and 0 < self.until < event.nanoseconds
            if event.nanoseconds >= (self.since or 0) and not late:
                yield event

    def left(self, world: World) -> float | None:
        """Return the seconds until the end; None where there is none."""
        return None if self.until is None else self.until / _NANOSECONDS - world.now()


def _events(world: World, asked: Asked) -> Answer:
    since, until = _bound(asked, "since"), _bound(asked, "until")
    if since is not None and until is not None and since > until:
        first, last = asked.text("since"), asked.text("until")
        raise bad_request(f"`since` time ({first}) cannot be after `until` time ({last})")
    wanted = _Wanted(since, until, asked.any_filters(), heard=world.event_count)
    left = wanted.left(world)
    past = [*wanted.past(world)]
    if left is not None and left <= 0:
        return Answer(lines=_shown(wanted, past), line_end="\n")
    return Answer(lines=_told(world, wanted, past), line_end="\n")


def _bound(asked: Asked, name: str) -> int | None:
    moment = asked.moment(name)
    absent = moment is not None and int(asked.text(name).partition(".")[0]) == _NO_TIME
    return None if absent else moment


def _shown(wanted: _Wanted, events: list[Event]) -> Iterator[Json]:
    return (event_views.shown(each) for each in events if event_views.admits(wanted.filters, each))


async def _told(world: World, wanted: _Wanted, past: list[Event]) -> AsyncIterator[Json]:
    """Yield the past, then what happens, until the end or until nobody listens any more."""
    heard = wanted.heard
    world.listeners += 1
    try:
        for line in _shown(wanted, past):
            yield line
        while await _more(world, heard, wanted.left(world)):
            new = min(world.event_count - heard, len(world.events))
            heard = world.event_count
            events = [*itertools.islice(world.events, len(world.events) - new, None)]
            for line in _shown(wanted, events):
                yield line
    finally:
        world.listeners -= 1


async def _more(world: World, heard: int, left: float | None) -> bool:
    if left is not None and left <= 0:
        return False
    return await world.until(lambda: world.event_count > heard, left)


HANDLERS: dict[str, Handler] = {"SystemEvents": _events}
