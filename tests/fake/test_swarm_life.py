"""Swarms of a fake: begun, changed, left, locked; and what is refused outside of one."""

import asyncio

import pytest
from fake_asking import ask, post
from fake_swarm import NO_MANAGER, PLACE, Manager, managing

from harness.fake.start import restart
from harness.fake.swarm.views import swarm_info

ALREADY = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join '
    "another one."
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/swarm"),
        ("GET", "/swarm/unlockkey"),
        ("GET", "/nodes"),
        ("GET", "/nodes/x"),
        ("DELETE", "/nodes/x"),
        ("GET", "/services"),
        ("DELETE", "/services/x"),
        ("GET", "/services/x/logs?stdout=1"),
        ("GET", "/tasks"),
        ("GET", "/tasks/x"),
        ("GET", "/tasks/x/logs?stdout=1"),
        ("GET", "/secrets"),
        ("GET", "/secrets/x"),
        ("DELETE", "/configs/x"),
        ("GET", '/nodes?filters={"unknown":["1"]}'),
    ],
)
def test_outside_a_swarm_nothing_is_available(method, path):
    reply = ask(Manager().service, f"/v1.33{path}", method)
    assert (reply.status, reply.message) == (503, NO_MANAGER)


def test_a_swarm_begins_with_the_usual_settings_and_networks():
    manager = Manager()
    reply = manager.init()
    swarm = manager.get("/swarm").json
    assert reply.json == manager.get("/nodes").json[0]["ID"]
    assert len(reply.json) == 25
    assert swarm["Spec"] == {
        "Name": "default",
        "Labels": {},
        "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {
            "SnapshotInterval": 10000,
            "KeepOldSnapshots": 0,
            "LogEntriesForSlowFollowers": 500,
            "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 5_000_000_000},
        "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000},
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }
    networks = {each.name: (each.driver, each.scope) for each in manager.world.networks.values()}
    assert networks["ingress"] == ("overlay", "swarm")
    assert networks["docker_gwbridge"] == ("bridge", "local")
    assert manager.told("node", "network") == [
        ("node", "update", {"name": "fake", "state.new": "ready", "state.old": "unknown"}),
        ("network", "create", {"name": "ingress", "type": "overlay"}),
    ]


def test_info_tells_of_the_swarm():
    manager = Manager()
    assert swarm_info(manager.world)["LocalNodeState"] == "inactive"
    manager.init()
    info = swarm_info(manager.world)
    assert (info["LocalNodeState"], info["ControlAvailable"]) == ("active", True)
    assert (info["Nodes"], info["Managers"], info["NodeAddr"]) == (1, 1, "127.0.0.1")
    assert "JoinTokens" not in info["Cluster"]


@pytest.mark.parametrize(
    ("difference", "message"),
    [
        ({"ListenAddr": ""}, 'invalid ListenAddr "": invalid empty address'),
        ({"ListenAddr": "x"}, "listen address must be an IP address or network interface"),
        ({"ListenAddr": "127.0.0.1:x"}, "address tcp/x: unknown port"),
        ({"ListenAddr": "127.0.0.1:99999"}, "address 99999: invalid port"),
        ({"ListenAddr": "9.9.9.9:2377"}, "bind: cannot assign requested address"),
        ({"AdvertiseAddr": "0.0.0.0"}, "advertise address must be a non-zero IP address"),
        ({"DataPathAddr": "x"}, "data path address must be a non-zero IP address"),
        ({"Availability": "x"}, 'invalid Availability: "x"'),
        ({"Spec": {"Name": "x"}}, 'swarm spec must be named "default"'),
        ({"Spec": {"CAConfig": {"NodeCertExpiry": 1}}}, "minimum certificate expiry time is"),
        ({"Spec": {"Dispatcher": {"HeartbeatPeriod": -1}}}, "cannot be a negative duration"),
    ],
)
def test_a_swarm_does_not_begin_in_a_wrong_way(difference, message):
    manager = Manager()
    reply = manager.init(**difference)
    assert reply.status == 400
    assert message in reply.message
    assert manager.world.swarm is None


@pytest.mark.parametrize(
    ("listen", "advertise", "address", "manager"),
    [
        ("127.0.0.1", "", "192.0.2.1", "192.0.2.1:2377"),
        ("0.0.0.0:99", "", "192.0.2.1", "192.0.2.1:99"),
        ("eth0", "", "192.0.2.1", "192.0.2.1:2377"),
        ("127.0.0.1:2377", "10.1.2.3", "10.1.2.3", "10.1.2.3:2377"),
        ("127.0.0.1:2377", "10.1.2.3:80", "10.1.2.3", "10.1.2.3:80"),
    ],
)
def test_a_node_advertises_what_it_is_told_or_what_it_is_known_by(
    listen, advertise, address, manager
):
    node = managing(ListenAddr=listen, AdvertiseAddr=advertise).get("/nodes").json[0]
    assert (node["Status"]["Addr"], node["ManagerStatus"]["Addr"]) == (address, manager)


def test_a_daemon_is_in_one_swarm_at_most():
    manager = managing()
    for path, body in (("/swarm/init", PLACE), ("/swarm/join", {})):
        reply = manager.post(path, **body)
        assert (reply.status, reply.message) == (503, ALREADY)


def test_the_last_manager_leaves_only_by_force():
    manager = managing()
    reply = manager.post("/swarm/leave")
    assert reply.status == 503
    assert "Removing the last manager erases all current state" in reply.message
    assert manager.post("/swarm/leave?force=1").status == 200
    assert swarm_info(manager.world)["LocalNodeState"] == "inactive"
    assert "ingress" not in {each.name for each in manager.world.networks.values()}
    assert manager.post("/swarm/leave").message == "This node is not part of a swarm"


def test_leaving_takes_the_containers_of_tasks_along():
    manager = managing()
    manager.run(replicas=2)
    manager.post("/swarm/leave?force=1")
    manager.wait(60)
    assert manager.containers() == []


def test_a_change_builds_upon_the_newest_index():
    manager = managing()
    index = manager.get("/swarm").json["Version"]["Index"]
    assert manager.post(f"/swarm/update?version={index}", Labels={"a": "b"}).status == 200
    assert manager.get("/swarm").json["Version"]["Index"] > index
    reply = manager.post(f"/swarm/update?version={index}")
    assert (reply.status, reply.message) == (
        400,
        "rpc error: code = Unknown desc = update out of sequence",
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "invalid swarm version '': strconv.ParseUint: parsing \"\": invalid syntax"),
        ("?version=-1", "invalid swarm version '-1'"),
        ("?version=1&rotateWorkerToken=yes", "invalid value for rotateWorkerToken: yes"),
        ("?version=1&rotateManagerToken=x", "invalid value for rotateManagerToken: x"),
    ],
)
def test_a_change_needs_an_index_and_strict_booleans(query, message):
    reply = managing().post(f"/swarm/update{query}")
    assert reply.status == 400
    assert reply.message.startswith(message)


def test_tokens_are_rotated_one_by_one():
    manager = managing()
    tokens = []
    for query in ("", "&rotateWorkerToken=1", "&rotateManagerToken=true"):
        index = manager.get("/swarm").json["Version"]["Index"]
        manager.post(f"/swarm/update?version={index}{query}")
        tokens.append(manager.get("/swarm").json["JoinTokens"])
    before, worker, manager_too = tokens
    assert before["Worker"] != worker["Worker"]
    assert before["Manager"] == worker["Manager"]
    assert worker["Worker"] == manager_too["Worker"]
    assert worker["Manager"] != manager_too["Manager"]


def locked():
    manager = managing(Spec={"EncryptionConfig": {"AutoLockManagers": True}})
    key = manager.get("/swarm/unlockkey").json["UnlockKey"]
    manager.run()
    restart(manager.world)
    return manager, key


def test_a_manager_that_locks_itself_is_locked_after_a_restart():
    manager, _ = locked()
    info = swarm_info(manager.world)
    assert (info["LocalNodeState"], info["NodeID"]) == ("locked", "")
    for path in ("/swarm", "/services", "/nodes", "/swarm/unlockkey"):
        reply = manager.get(path)
        assert reply.status == 503
        assert reply.message.startswith("Swarm is encrypted and needs to be unlocked")
    assert manager.post("/swarm/leave").message.startswith("Swarm is encrypted and locked.")
    assert "ingress" not in {each.name for each in manager.world.networks.values()}


@pytest.mark.parametrize(
    ("key", "status", "message"),
    [
        ("", 400, "invalid key string"),
        ("x", 400, "invalid key string"),
        ("SWMKEY-1-" + "A" * 43, 401, "swarm could not be unlocked: invalid key provided"),
    ],
)
def test_a_wrong_key_does_not_unlock(key, status, message):
    manager, _ = locked()
    reply = manager.post("/swarm/unlock", UnlockKey=key)
    assert (reply.status, reply.message) == (status, message)
    assert swarm_info(manager.world)["LocalNodeState"] == "locked"


def test_the_key_unlocks_and_what_ran_runs_again():
    manager, key = locked()
    assert manager.post("/swarm/unlock", UnlockKey=key).status == 200
    assert swarm_info(manager.world)["LocalNodeState"] == "active"
    assert "ingress" in {each.name for each in manager.world.networks.values()}
    manager.wait(10)
    assert [state for state in manager.states() if state[1] == "running"] == [
        (1, "running", "running")
    ]


def test_a_swarm_that_does_not_lock_goes_on_after_a_restart():
    manager = managing()
    manager.run()
    restart(manager.world)
    assert swarm_info(manager.world)["LocalNodeState"] == "active"
    manager.wait(10)
    assert manager.states() == [(1, "failed", "shutdown"), (1, "running", "running")]


def test_only_a_locked_swarm_is_unlocked():
    reply = managing().post("/swarm/unlock", UnlockKey="x")
    assert (reply.status, reply.message) == (409, "swarm is not locked")


def test_errors_are_text_below_1_24():
    reply = post(Manager().service, "/v1.23/swarm/init", PLACE)
    assert reply.headers["Content-Type"].startswith("text/plain")


def test_joining_needs_somebody_to_join():
    manager = Manager()
    body = {**PLACE, "JoinToken": ""}
    assert (
        manager.post("/swarm/join", **body).message == "at least 1 RemoteAddr is required to join"
    )
    reply = manager.post("/swarm/join", **body, RemoteAddrs=["10.9.9.9"])
    assert reply.status == 503
    assert "dial tcp 10.9.9.9:2377: connect: no route to host" in reply.message
    assert asyncio.run(manager.world.until(lambda: manager.world.swarm is None, 0))
