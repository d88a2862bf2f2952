"""The committed observations of dockerd 20.10.24 show every gate, and nothing beside."""

from itertools import combinations, pairwise

import pytest

from contracts.scenarios import stories
from harness.cli.version_diffs import versions_between
from harness.diff.wire import compare
from harness.model.version import ApiVersion
from harness.model.version_diff import Observed
from harness.model.wire import Aspect
from harness.specs.library import versions
from harness.specs.observed import observed, observed_file

INSPECT, STATS = "GET /containers/{id}/json", "GET /containers/{id}/stats"
WAIT, BUILD = "POST /containers/{id}/wait", "POST /build"
SERVICE, UPDATE = "GET /services/{id}", "POST /services/{id}/update"
ADDED, REMOVED = Aspect.PROPERTY_ADDED, Aspect.PROPERTY_REMOVED
STATUS, VALUE = Aspect.STATUS, Aspect.VALUE

# The first version that behaves so, and where that shows.
GATES = [
    ("1.19", INSPECT, "200/body/HostConfig/CpuShares", VALUE),
    ("1.20", INSPECT, "200/body/Mounts", ADDED),
    ("1.20", INSPECT, "200/body/Volumes", REMOVED),
    ("1.20", INSPECT, "200/body/VolumesRW", REMOVED),
    ("1.20", INSPECT, "200/body/Config/Memory", REMOVED),
    ("1.20", INSPECT, "200/body/Config/MemorySwap", REMOVED),
    ("1.20", INSPECT, "200/body/Config/CpuShares", REMOVED),
    ("1.20", INSPECT, "200/body/Config/Cpuset", REMOVED),
    ("1.20", "POST /containers/{id}/kill", "", STATUS),
    ("1.21", INSPECT, "200/body/Config/VolumeDriver", REMOVED),
    ("1.21", INSPECT, "200/body/Config/MacAddress", REMOVED),
    ("1.21", INSPECT, "200/body/Config/NetworkDisabled", REMOVED),
    ("1.21", INSPECT, "200/body/Config/ExposedPorts", REMOVED),
    ("1.21", INSPECT, "200/body/NetworkSettings/Networks", ADDED),
    ("1.21", INSPECT, "200/body/SizeRw", ADDED),
    ("1.21", INSPECT, "200/body/SizeRootFs", ADDED),
    ("1.21", STATS, "200/body/network", REMOVED),
    ("1.21", STATS, "200/body/networks", ADDED),
    ("1.21", STATS, "200/body/name", ADDED),
    ("1.21", STATS, "200/body/id", ADDED),
    ("1.22", "POST /exec/{id}/start", "", STATUS),
    ("1.24", "POST /containers/{id}/start", "", STATUS),
    ("1.24", "POST /containers/{id}/copy", "", STATUS),
    ("1.24", INSPECT, "404", Aspect.MEDIA_TYPE),
    ("1.24", "POST /containers/create", "400", Aspect.MEDIA_TYPE),
    ("1.25", "GET /info", "200/body/ExecutionDriver", REMOVED),
    ("1.25", "GET /info", "200/body/SecurityOptions/*", VALUE),
    ("1.25", INSPECT, "200/body/HostConfig/AutoRemove", VALUE),
    ("1.25", INSPECT, "", STATUS),
    ("1.28", "GET /networks", "200/body/*/Containers", VALUE),
    ("1.28", "GET /containers/{id}/attach/ws", "101/body", Aspect.FRAMING),
    ("1.30", BUILD, "200/body/aux", ADDED),
    ("1.30", BUILD, "200/body", Aspect.EVENTS),
    ("1.30", WAIT, "", STATUS),
    ("1.30", WAIT, "200/body", Aspect.FRAMING),
    ("1.30", SERVICE, "200/body/Spec/TaskTemplate/ContainerSpec/Image", VALUE),
    ("1.30", "POST /services/create", "201/body/Warnings", REMOVED),
    ("1.30", UPDATE, "200/body/Warnings", Aspect.TYPE),
    ("1.32", BUILD, "", STATUS),
    ("1.32", "POST /images/create", "", STATUS),
]
GATED = {version for version, *_ in GATES}


@pytest.fixture(scope="module")
def seen():
    found = observed()
    assert found is not None
    return {version: found.trace(version) for version in found.versions}


def before(version):
    known = versions()
    return known[known.index(version) - 1]


def test_all_versions_were_observed(seen):
    assert tuple(seen) == versions()


@pytest.mark.parametrize(("version", "operation", "place", "aspect"), GATES)
def test_every_gate_is_seen_where_it_is(seen, version, operation, place, aspect):
    gate = ApiVersion.parse(version)
    changes = compare(seen[before(gate)], seen[gate])
    assert (operation, place, aspect) in {(one.operation, one.place, one.aspect) for one in changes}


def test_nothing_differs_where_there_is_no_gate(seen):
    for old, new in pairwise(versions()):
        if str(new) not in GATED:
            assert compare(seen[old], seen[new]) == (), f"{old} to {new}"


def test_every_pair_can_be_compared(seen):
    for old, new in combinations(versions(), 2):
        changes = compare(seen[old], seen[new])
        gates = {version for version in GATED if old < ApiVersion.parse(version) <= new}
        assert bool(changes) is bool(gates), f"{old} to {new}"


def test_every_announcement_that_is_gated_is_seen_at_its_version():
    gated, found = set(), set()
    for old, new in pairwise(versions()):
        for row in versions_between(old, new).rows:
            gated |= {each.id for each in row.announcements if each.gated}
            if row.observed is Observed.SEEN:
                found |= {each.id for each in row.announcements}
    assert gated
    assert gated <= found


def test_the_file_stays_small():
    assert observed_file().stat().st_size < 1_000_000


def test_what_was_observed_is_of_the_scenarios_that_there_are(seen):
    played = {step.key.rpartition("/")[0] for trace in seen.values() for step in trace.steps}
    assert played == {story.name for story in stories()}, (
        "run: python -m harness.cli.observe dockerd"
    )
