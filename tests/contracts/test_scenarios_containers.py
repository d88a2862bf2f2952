"""The scenarios of containers, images, volumes, networks and the daemon, played on the fake."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from contracts.scenarios import stories
from harness.cli.wire_run import Played, play
from harness.engine.stage import newest
from harness.model.call import Exchange
from harness.model.events import Event, HarnessFailed, Leaked
from harness.model.settings import CertifySettings
from harness.model.tables import Tier
from harness.model.version import ApiVersion
from harness.specs.library import load
from harness.specs.tables import tables

_MODULES = {
    *("building", "containers", "files", "images", "networks", "processes"),
    *("prunes", "settings", "system", "volumes"),
}
_ELSEWHERE = {"configs", "nodes", "plugins", "secrets", "services", "swarm", "tasks"}
_OLD, _NEW = ApiVersion(1, 18), ApiVersion(1, 33)


@dataclass(frozen=True)
class _Outcome:
    played: tuple[Played, ...]
    events: tuple[Event, ...]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(exchange for each in self.played for exchange in each.exchanges)

    @property
    def operations(self) -> Mapping[str, list[str]]:
        """Return the operations that each story called, in order."""
        return {each.story: [x.call.operation for x in each.exchanges] for each in self.played}


@cache
def _outcome(version: ApiVersion) -> _Outcome:
    events: list[Event] = []
    settings = CertifySettings(engine="fake", versions=str(version), tier=Tier.DISRUPTIVE)
    own = [story for story in stories() if story.name.partition("/")[0] in _MODULES]
    return _Outcome(tuple(play(settings, [version], own, events.append)), tuple(events))


def _ours(operation: str) -> bool:
    return newest()[operation].path.split("/")[1] not in _ELSEWHERE


def test_every_operation_of_the_areas_is_visited() -> None:
    known = {operation for operation in tables().recipes if _ours(operation)}
    assert {each.call.operation for each in _outcome(_NEW).exchanges} == known


@pytest.mark.parametrize("version", [_OLD, _NEW], ids=str)
def test_what_a_version_has_succeeds(version: ApiVersion) -> None:
    known = {operation for operation in load(version).operations if _ours(operation)}
    succeeded = {
        each.call.operation
        for each in _outcome(version).exchanges
        if each.reply.status == 101 or 200 <= each.reply.status < 300
    }
    assert known - succeeded == set()


@pytest.mark.parametrize("version", [_OLD, _NEW], ids=str)
def test_every_story_comes_to_its_end_and_leaves_nothing(version: ApiVersion) -> None:
    outcome = _outcome(version)
    assert [each.reason for each in outcome.played if each.reason] == []
    assert [each for each in outcome.events if isinstance(each, HarnessFailed | Leaked)] == []


def test_stories_call_the_same_at_every_version() -> None:
    assert _outcome(_OLD).operations == _outcome(_NEW).operations


@pytest.mark.parametrize("version", [_OLD, _NEW], ids=str)
def test_every_call_is_answered(version: ApiVersion) -> None:
    assert [each.call for each in _outcome(version).exchanges if each.reply.status == 0] == []


def test_only_what_removes_what_others_made_is_disruptive() -> None:
    disruptive = {
        story.name.partition("/")[0]
        for story in stories()
        if story.tier is Tier.DISRUPTIVE and story.name.partition("/")[0] in _MODULES
    }
    assert disruptive == {"prunes"}
