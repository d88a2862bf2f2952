"""The settings of a swarm: what it begins with, and what it takes on a change."""

from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields
from harness.fake.swarm.store import invalid_argument
from harness.model.spec import Json

_NAME = "default"
_SECOND = 1_000_000_000
_SHORTEST_EXPIRY = 3600 * _SECOND


def first_spec(asked: Fields) -> Fields:
    """Return the settings of a new swarm: the usual ones where none are asked for."""
    _check_name(asked)
    raft = asked.fields("Raft")
    spec = _spec(
        asked,
        history=asked.fields("Orchestration").number("TaskHistoryRetentionLimit", 5),
        raft={
            "SnapshotInterval": raft.number("SnapshotInterval") or 10000,
            "KeepOldSnapshots": raft.number("KeepOldSnapshots"),
            "LogEntriesForSlowFollowers": raft.number("LogEntriesForSlowFollowers") or 500,
            "ElectionTick": raft.number("ElectionTick") or 10,
            "HeartbeatTick": raft.number("HeartbeatTick") or 1,
        },
        heartbeat=asked.fields("Dispatcher").number("HeartbeatPeriod") or 5 * _SECOND,
        expiry=asked.fields("CAConfig").number("NodeCertExpiry") or 90 * 24 * _SHORTEST_EXPIRY,
    )
    check_spec(spec)
    return spec


def next_spec(asked: Fields) -> Fields:
    """Return the settings that a swarm is to have from now on, as they are kept."""
    _check_name(asked)
    raft = asked.fields("Raft")
    kept: dict[str, Json] = {
        "KeepOldSnapshots": raft.number("KeepOldSnapshots"),
        "ElectionTick": raft.number("ElectionTick"),
        "HeartbeatTick": raft.number("HeartbeatTick"),
    }
    for name in ("SnapshotInterval", "LogEntriesForSlowFollowers"):
        if raft.number(name):
            kept[name] = raft.number(name)
    spec = _spec(
        asked,
        history=asked.fields("Orchestration").number("TaskHistoryRetentionLimit"),
        raft=kept,
        heartbeat=asked.fields("Dispatcher").number("HeartbeatPeriod"),
        expiry=asked.fields("CAConfig").number("NodeCertExpiry"),
    )
    check_spec(spec)
    return spec


def check_spec(spec: Fields) -> None:
    """Refuse settings that no swarm could have."""
    expiry = spec.fields("CAConfig")
    if "NodeCertExpiry" in expiry and expiry.number("NodeCertExpiry") < _SHORTEST_EXPIRY:
        raise invalid_argument("minimum certificate expiry time is: 1h0m0s")
    if spec.fields("Dispatcher").number("HeartbeatPeriod") < 0:
        raise invalid_argument("heartbeat time period cannot be a negative duration")


def locks(spec: Fields) -> bool:
    """Tell whether managers are locked when they start again."""
    return spec.fields("EncryptionConfig").flag("AutoLockManagers")


def _check_name(asked: Fields) -> None:
    if asked.text("Name") not in {"", _NAME}:
        raise bad_request('swarm spec must be named "default"')


def _spec(
    asked: Fields, *, history: int, raft: dict[str, Json], heartbeat: int, expiry: int
) -> Fields:
    authority: dict[str, Json] = {"NodeCertExpiry": expiry} if expiry else {}
    others = [_authority(each) for each in asked.fields("CAConfig").each("ExternalCAs")]
    if others:
        authority["ExternalCAs"] = list(others)
    return Fields(
        {
            "Name": _NAME,
            "Labels": dict(asked.pairs("Labels")),
            "Orchestration": {"TaskHistoryRetentionLimit": history},
            "Raft": raft,
            "Dispatcher": {"HeartbeatPeriod": heartbeat} if heartbeat else {},
            "CAConfig": authority,
            "TaskDefaults": {},
            "EncryptionConfig": {"AutoLockManagers": locks(asked)},
        }
    )


def _authority(asked: Fields) -> Json:
    protocol = asked.text("Protocol")
    if protocol.lower() != "cfssl":
        raise bad_request(f'invalid protocol: "{protocol}"')
    options = asked.pairs("Options")
    shown: dict[str, Json] = {"Protocol": "cfssl", "URL": asked.text("URL"), "CACert": ""}
    return {**shown, "Options": dict(options)} if options else shown
