"""What is announced is found between our documents or has its reason, and so is drift of them."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from harness.diff.correcting import named
from harness.diff.history import places
from harness.diff.paper import RULES, compare
from harness.diff.reconciling import NOT_FOUND, UNTRACED, covers, figures, reconcile, tells_of
from harness.model.change import Reach
from harness.model.version import ApiVersion
from harness.model.version_diff import Standing
from harness.specs.changelog import EVERY_OPERATION, changelog
from harness.specs.drift import drifts
from harness.specs.library import load, versions

VERSIONS = versions()
PAIRS = tuple(pairwise(VERSIONS))
SPANS = ((VERSIONS[0], VERSIONS[-1]), (ApiVersion(1, 24), ApiVersion(1, 30)))
WHOLE = frozenset({"operation-added", "operation-removed"})
SWARM_AND_PLUGINS = ("/nodes", "/plugins", "/services", "/swarm", "/tasks")
# What came or went unannounced, as far as whole operations go: facts about the version history.
UNANNOUNCED = {
    "1.20": {"HEAD /containers/{id}/archive"},
    "1.21": {
        "DELETE /networks/{id}",
        "GET /networks",
        "GET /networks/{id}",
        "POST /networks/create",
        "POST /networks/{id}/connect",
        "POST /networks/{id}/disconnect",
    },
    "1.24": {
        f"{one.method} {one.path}"
        for one in load(ApiVersion(1, 24)).operations.values()
        if one.path.startswith(SWARM_AND_PLUGINS)
    },
    "1.25": {
        "GET /plugins/privileges",
        "GET /plugins/{name}",
        "GET /services/{id}/logs",
        "GET /swarm/unlockkey",
        "GET /system/df",
        "POST /swarm/unlock",
    },
    "1.29": {"GET /tasks/{id}/logs"},
    "1.30": {
        "DELETE /configs/{id}",
        "GET /configs",
        "GET /configs/{id}",
        "POST /configs/create",
        "POST /configs/{id}/update",
    },
    "1.31": {"POST /build/prune"},
}


def said(pair):
    return "..".join(map(str, pair))


@cache
def changes(old, new, *, with_errata=False):
    return compare(load(old, with_errata=with_errata), load(new, with_errata=with_errata))


@cache
def rows(old, new):
    return reconcile(
        changes(old, new),
        changes(old, new, with_errata=True),
        load(old),
        load(new),
        changelog(),
        drifts(),
    )


def shown(announcement, pair):
    """Return the rules and places of the documents' changes that an announcement tells of."""
    return [
        (change.rule, reach)
        for change in changes(*pair)
        for reach in change.reaches
        if tells_of(announcement, change.rule, reach)
    ]


def of(version):
    return [each for each in changelog() if each.version == version]


def drifted(pair):
    return [each for each in drifts() if each.pair == pair]


def test_announcements_name_operations_that_documents_have():
    found = changelog(with_documents=True)
    assert {each.version for each in found} == set(VERSIONS)


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_what_is_announced_is_found_at_each_operation_and_place(pair):
    lacking = []
    for each in of(pair[1]):
        found = shown(each, pair) if each.on_paper else []
        at = {named(reach.operation) for _, reach in found}
        wanted = [one for one in each.operations if one != EVERY_OPERATION]
        lacking += [(each.id, one) for one in wanted if each.on_paper and named(one) not in at]
        lacking += [
            (each.id, place)
            for place in (each.places if each.on_paper else ())
            if not any(tells_of(replace(each, places=(place,)), *one) for one in found)
        ]
    assert lacking == []


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_what_is_said_to_be_absent_is_not_found(pair):
    hidden = [each for each in of(pair[1]) if not each.on_paper]
    assert [(each.id, shown(each, pair)) for each in hidden if shown(each, pair)] == []


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_each_announcement_between_neighbours_has_its_place_or_its_reason(pair):
    counted = figures(rows(*pair))
    assert counted.missing == 0
    assert counted.announcements == len(of(pair[1]))


def test_what_the_first_version_announces_is_in_its_document():
    first = load(VERSIONS[0], with_errata=False)
    documented = {
        Reach(f"{one.method} {one.path}", place)
        for one in first.operations.values()
        for place in places(one)
    }
    rules = {rule.id for rule in RULES}
    for each in of(VERSIONS[0]):
        for operation in each.operations if each.on_paper else ():
            found = [reach for reach in documented if reach.operation == operation]
            assert any(tells_of(each, rule, reach) for reach in found for rule in rules), each.id


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_each_row_of_drift_is_used_in_each_of_its_parts(pair):
    both = (*changes(*pair), *changes(*pair, with_errata=True))
    told = [(change.rule, reach) for change in both for reach in change.reaches]
    parts = [
        (row.id, part, replace(row, **{part: (pattern,)}))
        for row in drifted(pair)
        for part in ("operations", "rules", "places")
        for pattern in getattr(row, part)
    ]
    unused = [
        (name, part, getattr(row, part))
        for name, part, row in parts
        if not any(covers(row, *one) for one in told)
    ]
    assert unused == []


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_no_row_of_drift_covers_what_is_announced_alone(pair):
    """A row that nothing but announced or corrected changes match says nothing."""
    reasons = {reason for row in rows(*pair) for reason in row.reasons}
    hidden = [
        (change.rule, reach)
        for change in changes(*pair, with_errata=True)
        for reach in change.reaches
    ]
    useless = [
        row.id
        for row in drifted(pair)
        if row.why not in reasons and not any(covers(row, *one) for one in hidden)
    ]
    assert useless == []


@pytest.mark.parametrize("pair", [*PAIRS, *SPANS], ids=said)
def test_no_change_of_the_documents_is_lost_or_told_twice(pair):
    told = [
        (row.change.rule, row.change.old, row.change.new, reach)
        for row in rows(*pair)
        if row.change and row.standing is not Standing.UNSTATED
        for reach in row.change.reaches
    ]
    raw = [
        (change.rule, change.old, change.new, reach)
        for change in changes(*pair)
        for reach in change.reaches
    ]
    assert sorted(told) == sorted(raw)


@pytest.mark.parametrize("pair", [*PAIRS, *SPANS], ids=said)
def test_each_correction_goes_back_to_an_erratum(pair):
    untraced = [
        row.change.reaches
        for row in rows(*pair)
        if any(reason.endswith(UNTRACED) for reason in row.reasons)
    ]
    assert untraced == []


@pytest.mark.parametrize("pair", PAIRS, ids=said)
def test_operations_that_no_announcement_tells_of_stay_unannounced(pair):
    found = {
        reach.operation
        for row in rows(*pair)
        if row.standing is Standing.UNANNOUNCED and row.change and row.change.rule in WHOLE
        for reach in row.change.reaches
    }
    assert found == UNANNOUNCED.get(str(pair[1]), set())


@pytest.mark.parametrize("pair", SPANS, ids=said)
def test_every_announcement_is_told_where_versions_lie_between(pair):
    told = {each.id for row in rows(*pair) for each in row.announcements}
    assert told == {each.id for each in changelog() if pair[0] < each.version <= pair[1]}
    assert not any(NOT_FOUND in row.reasons for row in rows(*pair))
