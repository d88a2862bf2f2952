"""What a real dockerd shows on the wire: its gates, and no chance in all the rest."""

import pytest
from somebody import NEEDS_DOCKERD

from contracts.scenarios import stories
from harness.cli.recordings import traces_of
from harness.cli.wire_run import traces
from harness.diff.wire import compare
from harness.model.settings import CertifySettings
from harness.model.tables import Tier
from harness.model.version import ApiVersion

pytestmark = [pytest.mark.live, pytest.mark.timeout(1500), NEEDS_DOCKERD]
GATES = [
    ("1.20", "POST /containers/{id}/kill", "", "204", "409"),
    ("1.24", "GET /volumes/{name}", "404", "text/plain", "application/json"),
    ("1.28", "GET /containers/{id}/attach/ws", "101/body", "websocket, text", "websocket, binary"),
    ("1.30", "POST /containers/{id}/wait", "", "no reply", "200"),
]


def played(text, areas, recording=None):
    """Return what a private dockerd shows at some versions, in a run of its own."""
    versions = tuple(map(ApiVersion.parse, text.split(",")))
    settings = CertifySettings(
        engine="dockerd", versions=text, tier=Tier.DISRUPTIVE, recording=recording
    )
    chosen = [story for story in stories() if story.name.startswith(areas)]
    seen, unfinished = traces(settings, versions, chosen, lambda _: None)
    assert unfinished == ()
    return seen


def test_gates_are_seen_where_they_are():
    seen = played("1.19,1.20,1.23,1.24,1.27,1.28,1.29,1.30", "gates/")
    for version, *expected in GATES:
        new = ApiVersion.parse(version)
        old = ApiVersion(1, new.minor - 1)
        found = compare(seen[old], seen[new])
        told = {(one.operation, one.place): (one.old, one.new) for one in found}
        operation, place, was, now = expected
        assert (operation, place) in told, found
        assert told[operation, place][0].startswith(was)
        assert told[operation, place][1].startswith(now)


def test_one_version_on_two_daemons_is_the_same_and_so_is_its_recording(tmp_path):
    recording = tmp_path / "run.ndjson"
    # Some of all, for the time that they take: one in which each kind of reply comes.
    areas = ("containers/", "processes/", "networks/", "volumes/", "system/", "secrets/")
    (one,) = played("1.30", areas, recording).values()
    (other,) = played("1.30", areas).values()
    assert compare(one, other) == ()
    (recorded,) = traces_of(recording).traces.values()
    assert recorded == one
