"""Swarms of one: begun, looked at, changed, locked and left."""

from typing import TypedDict

from contracts.scenarios.making import JSON
from contracts.scenarios.swarming import MALFORMED, SECOND, begin, index
from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE

_DAY = 24 * 3600 * SECOND
_UNREADABLE = "SWMTKN-1-contract"


class _Rotation(TypedDict, total=False):
    rotateWorkerToken: bool | str
    rotateManagerToken: bool
    rotateManagerUnlockKey: bool


def test_a_daemon_outside_of_a_swarm_has_none(engine: Stage) -> None:
    """What is asked of a swarm is refused by a daemon that is in none."""
    engine.call("SwarmInspect")
    engine.call("SwarmUpdate", {"Name": "default"}, version=1)
    engine.call("SwarmUnlockkey")
    engine.call("SwarmUnlock", {"UnlockKey": "SWMKEY-1-contract"})
    engine.call("SwarmLeave")
    engine.call("SwarmLeave", force=True)


def test_a_swarm_is_begun_and_left(engine: Stage) -> None:
    """A swarm that is told nothing has every default; its last manager leaves by force alone."""
    begin(engine)
    engine.call("SwarmInspect")
    engine.call("SystemInfo")
    engine.call("SwarmUnlockkey")
    engine.call("SwarmUnlock", {"UnlockKey": "SWMKEY-1-contract"})
    engine.call("SwarmLeave")
    engine.call("SwarmLeave", force=True)
    engine.call("SwarmInspect")


def test_a_swarm_is_changed(engine: Stage) -> None:
    """A swarm takes what it is told only from who knows its version, and keeps its name."""
    begin(engine)
    swarm = engine.call("SwarmInspect")
    engine.call("SwarmUpdate", _spec(engine), version=index(swarm))
    engine.call("SwarmInspect")
    engine.call("SwarmUpdate", _spec(engine), version=index(swarm))
    engine.call("SwarmUpdate", _spec(engine))
    engine.call("SwarmUpdate", _spec(engine), version="contract")
    refused: tuple[dict[str, Json], ...] = (
        {"Name": "contract"},
        {"Name": "default", "CAConfig": {"NodeCertExpiry": SECOND}},
        {"Name": "default", "Raft": {"ElectionTick": 1, "HeartbeatTick": 3}},
        {"Name": "default", "Dispatcher": {"HeartbeatPeriod": -1}},
    )
    for spec in refused:
        engine.call("SwarmUpdate", spec, version=index(engine.call("SwarmInspect")))
    engine.call("SwarmUpdate", MALFORMED, media_type=JSON, version=1)
    _tokens_changed(engine)


def test_a_swarm_locks_its_managers(engine: Stage) -> None:
    """A swarm that locks has a key, which can be changed, until it locks no more.

    It is told all that a swarm can be told, and its daemon neither begins nor joins another.
    """
    here = engine.swarm_address
    begin(
        engine,
        {**_spec(engine), "EncryptionConfig": {"AutoLockManagers": True}},
        DataPathAddr=here.rpartition(":")[0],
        ForceNewCluster=False,
    )
    other: dict[str, Json] = {"ListenAddr": here, "AdvertiseAddr": here}
    engine.call("SwarmInit", other)
    engine.call("SwarmJoin", {**other, "RemoteAddrs": [here], "JoinToken": _UNREADABLE})
    engine.call("SwarmUnlockkey")
    swarm = engine.call("SwarmInspect")
    engine.call("SwarmUpdate", swarm.at("/Spec"), version=index(swarm), rotateManagerUnlockKey=True)
    key = engine.call("SwarmUnlockkey")
    engine.call("SwarmUnlock", {"UnlockKey": key.text("/UnlockKey")})
    engine.pause(0.1)  # A daemon writes the key down after it has answered.
    swarm = engine.call("SwarmInspect")
    engine.call("SwarmUpdate", _spec(engine), version=index(swarm))
    engine.call("SwarmUnlockkey")


def test_a_swarm_is_not_begun_from_what_makes_no_sense(engine: Stage) -> None:
    """An address, a specification or a token that cannot be is refused, and no swarm is there."""
    here = engine.swarm_address
    bodies: tuple[dict[str, Json], ...] = (
        {},
        {"ListenAddr": "contract", "AdvertiseAddr": here},
        {"ListenAddr": here, "AdvertiseAddr": "0.0.0.0"},  # noqa: S104 - refused
        {"ListenAddr": here, "AdvertiseAddr": here, "Spec": {"Name": "contract"}},
    )
    for body in bodies:
        engine.call("SwarmInit", body)
    engine.call("SwarmInit", MALFORMED, media_type=JSON)
    engine.call("SwarmJoin", {"ListenAddr": here, "JoinToken": _UNREADABLE})
    engine.call("SwarmJoin", {"ListenAddr": here, "RemoteAddrs": [here], "JoinToken": _UNREADABLE})
    engine.call("SwarmJoin", MALFORMED, media_type=JSON)
    engine.call("SwarmUnlock", MALFORMED, media_type=JSON)
    engine.call("SwarmInspect")


def _tokens_changed(engine: Stage) -> None:
    """Change each token alone, and both together; a flag that is neither true nor false."""
    flags: tuple[_Rotation, ...] = (
        {"rotateWorkerToken": "true"},
        {"rotateManagerToken": True},
        {"rotateWorkerToken": True, "rotateManagerToken": True, "rotateManagerUnlockKey": False},
        {"rotateWorkerToken": "contract"},
    )
    for each in flags:
        swarm = engine.call("SwarmInspect")
        engine.call("SwarmUpdate", swarm.at("/Spec"), version=index(swarm), **each)
    engine.call("SwarmInspect")


def _spec(engine: Stage) -> dict[str, Json]:
    """Return all that a swarm can be told, except where to find another authority."""
    return {
        "Name": "default",
        "Labels": engine.labels,
        "Orchestration": {"TaskHistoryRetentionLimit": 3},
        "Raft": {
            "SnapshotInterval": 20_000,
            "KeepOldSnapshots": 1,
            "LogEntriesForSlowFollowers": 400,
            "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 4 * SECOND},
        "CAConfig": {"NodeCertExpiry": 30 * _DAY, "ExternalCAs": [], "ForceRotate": 0},
        "EncryptionConfig": {"AutoLockManagers": False},
        "TaskDefaults": {"LogDriver": {"Name": "json-file", "Options": {"max-file": "2"}}},
    }
