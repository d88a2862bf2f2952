"""The scenarios of swarms and plugins, played on the fake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import pytest

from contracts.scenarios import stories
from harness.cli.wire_run import Played, play
from harness.engine.stage import newest
from harness.model.events import Event, HarnessFailed, Leaked
from harness.model.settings import CertifySettings
from harness.model.stage import Story
from harness.model.tables import Tier
from harness.model.version import ApiVersion
from harness.specs.tables import tables

_AREAS = ("swarm", "services", "tasks", "nodes", "secrets", "configs", "plugins")
# What takes a second daemon, or one that was restarted.
_REFUSED_ALONE = {"NodeDelete", "SwarmJoin", "SwarmUnlock"}
_VERSIONS = ["1.18", "1.24", "1.33"]


def _own() -> list[Story]:
    return [story for story in stories() if story.name.partition("/")[0] in _AREAS]


def _operations() -> set[str]:
    """Return the operations of the areas that some table gives a tier."""
    paths = {id_: each.path.split("/")[1] for id_, each in newest().items()}
    return {id_ for id_ in tables().recipes if paths[id_] in _AREAS}


@dataclass(frozen=True)
class _Outcome:
    played: tuple[Played, ...]
    events: tuple[Event, ...]

    def operations(self, admitted: Callable[[int], bool]) -> set[str]:
        """Return the operations that were called with a status that is admitted."""
        return {
            exchange.call.operation
            for each in self.played
            for exchange in each.exchanges
            if admitted(exchange.reply.status)
        }


@cache
def _outcome(version: str) -> _Outcome:
    events: list[Event] = []
    settings = CertifySettings(engine="fake", versions=version, tier=Tier.DISRUPTIVE)
    played = tuple(play(settings, [ApiVersion.parse(version)], _own(), events.append))
    return _Outcome(played, tuple(events))


@pytest.mark.parametrize("version", _VERSIONS)
def test_every_operation_of_the_areas_is_visited(version: str) -> None:
    visited = _outcome(version).operations(lambda _: True)
    assert _operations() <= visited


@pytest.mark.parametrize("version", _VERSIONS)
def test_every_story_is_told_to_its_end_and_leaves_nothing(version: str) -> None:
    outcome = _outcome(version)
    assert [(each.story, each.reason) for each in outcome.played if each.reason] == []
    assert [each for each in outcome.events if isinstance(each, Leaked | HarnessFailed)] == []


@pytest.mark.parametrize("version", _VERSIONS)
def test_every_call_has_a_reply(version: str) -> None:
    silent = [
        (each.story, exchange.call.operation)
        for each in _outcome(version).played
        for exchange in each.exchanges
        if not exchange.reply.status
    ]
    assert silent == []


def test_every_operation_succeeds_where_one_daemon_is_enough() -> None:
    succeeded = _outcome("1.33").operations(
        lambda status: HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    )
    assert _operations() - succeeded == _REFUSED_ALONE


def test_every_operation_of_the_areas_refuses_something() -> None:
    refused = _outcome("1.33").operations(lambda status: status >= HTTPStatus.BAD_REQUEST)
    assert _operations() <= refused


def test_the_calls_are_the_same_at_every_version() -> None:
    assert _asked("1.18") == _asked("1.24") == _asked("1.33")


def _asked(version: str) -> Mapping[str, list[str]]:
    return {
        each.story: [exchange.call.operation for exchange in each.exchanges]
        for each in _outcome(version).played
    }
