"""Which swarms a run begins, locks and leaves, and which it never touches."""

import json

import pytest
from scripted_daemon import refused, reply, world_on

from harness.engine.swarm import Swarm
from harness.engine.workshop import UnmakeableError
from harness.model.tables import SwarmState

ADDRESS = "127.0.0.1:2377"


class Node:
    """A daemon that can be in a swarm; as a process it can be restarted, which locks its swarm."""

    def __init__(self, state="inactive", *, manager=True, gateway_busy=0, busy_status=403):
        self.state = state
        self.manager = manager
        self.gateway_busy = gateway_busy
        self.busy_status = busy_status
        self.autolock = False
        self.did = []

    def __call__(self, method, target, body):
        if target == "/info":
            active = self.state == "active"
            swarm = {"LocalNodeState": self.state, "ControlAvailable": active and self.manager}
            return reply(200, {"Swarm": swarm})
        self.did.append(f"{method} {target}")
        if target == "/swarm/init":
            asked = json.loads(body)
            assert asked["ListenAddr"] == asked["AdvertiseAddr"] == ADDRESS
            self.autolock = "EncryptionConfig" in asked["Spec"]
            self.state = "active"
        if target == "/swarm/leave?force=1":
            self.state = "inactive"
        if target == "/networks/docker_gwbridge" and self.gateway_busy:
            self.gateway_busy -= 1
            return refused(self.busy_status, "in use")
        return reply(200, {"UnlockKey": "SWMKEY-1"})

    def restart(self):
        self.did.append("restart")
        self.state = "locked" if self.autolock else self.state


INIT, LEAVE = "POST /swarm/init", "POST /swarm/leave?force=1"
KEY = "GET /swarm/unlockkey"
GATEWAY = "DELETE /networks/docker_gwbridge"


def swarm_of(node, **rest):
    rest = {"permitted": True, "own": False, **rest}
    return Swarm(world_on(node), address=lambda: ADDRESS, **rest)


@pytest.mark.parametrize(
    ("state", "own", "wanted", "did", "then"),
    [
        ("inactive", False, SwarmState.ANY, [], "inactive"),
        ("active", False, SwarmState.ANY, [], "active"),
        ("inactive", False, SwarmState.OUTSIDE, [], "inactive"),
        ("inactive", False, SwarmState.JOINABLE, [], "inactive"),
        ("active", True, SwarmState.OUTSIDE, [LEAVE], "inactive"),
        ("active", True, SwarmState.JOINABLE, [LEAVE], "inactive"),
        ("locked", True, SwarmState.OUTSIDE, [LEAVE], "inactive"),
        ("inactive", False, SwarmState.MANAGER, [INIT], "active"),
        ("active", False, SwarmState.MANAGER, [], "active"),
        ("active", True, SwarmState.MANAGER, [], "active"),
        ("locked", True, SwarmState.MANAGER, [LEAVE, INIT], "active"),
        ("inactive", True, SwarmState.LOCKED, [INIT, KEY, "restart"], "locked"),
        ("active", True, SwarmState.LOCKED, [LEAVE, INIT, KEY, "restart"], "locked"),
        ("locked", True, SwarmState.LOCKED, [], "locked"),
    ],
)
def test_a_swarm_is_brought_into_the_wanted_state(state, own, wanted, did, then):
    node = Node(state)
    swarm_of(node, own=own, managed=node).ensure(wanted, disruptive=False)
    assert (node.did, node.state) == (did, then)


@pytest.mark.parametrize("wanted", [s for s in SwarmState if s not in {"any", "manager"}])
@pytest.mark.parametrize("state", ["active", "pending", "error"])
def test_a_swarm_that_the_run_did_not_begin_is_never_left(state, wanted):
    node = Node(state)
    with pytest.raises(UnmakeableError, match="a swarm that the run did not begin"):
        swarm_of(node, managed=node).ensure(wanted, disruptive=True)
    assert (node.did, node.state) == ([], state)


def test_a_worker_of_somebodys_swarm_does_not_leave_it_to_manage_one():
    node = Node("active", manager=False)
    with pytest.raises(UnmakeableError, match="a swarm that the run did not begin"):
        swarm_of(node).ensure(SwarmState.MANAGER, disruptive=False)
    assert node.did == []


def test_a_worker_of_the_runs_own_becomes_a_manager():
    node = Node("active", manager=False)
    swarm_of(node, own=True).ensure(SwarmState.MANAGER, disruptive=True)
    assert node.did == [LEAVE, INIT]


def test_what_disturbs_a_swarm_is_not_done_to_somebodys():
    node = Node("active")
    with pytest.raises(UnmakeableError, match="the swarm is not the run's own"):
        swarm_of(node).ensure(SwarmState.MANAGER, disruptive=True)


def test_a_swarm_is_begun_only_with_permission():
    node = Node()
    with pytest.raises(UnmakeableError, match="needs a swarm; --tier disruptive lets the run"):
        swarm_of(node, permitted=False).ensure(SwarmState.MANAGER, disruptive=False)
    assert node.did == []


def test_a_daemon_that_is_not_the_runs_own_is_never_locked():
    node = Node()
    with pytest.raises(UnmakeableError, match="needs a daemon that the run may restart"):
        swarm_of(node).ensure(SwarmState.LOCKED, disruptive=True)
    assert node.did == []


def test_what_the_run_began_it_may_disturb_and_leave():
    node = Node()
    swarm = swarm_of(node)
    swarm.ensure(SwarmState.MANAGER, disruptive=True)
    swarm.ensure(SwarmState.MANAGER, disruptive=True)
    swarm.leave()
    swarm.leave()
    assert node.did == [INIT, LEAVE]


def test_what_a_call_began_is_the_runs_own():
    node = Node()
    swarm = swarm_of(node)
    swarm.ensure(SwarmState.OUTSIDE, disruptive=True)
    node.state = "active"  # as the call itself does
    swarm.disturbed()
    swarm.ensure(SwarmState.OUTSIDE, disruptive=True)
    assert node.did == [LEAVE]


def test_the_key_of_a_locked_swarm_is_kept_for_the_call_that_unlocks_it():
    node = Node()
    swarm = swarm_of(node, own=True, managed=node)
    swarm.ensure(SwarmState.LOCKED, disruptive=True)
    assert swarm.key == "SWMKEY-1"


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize(("busy", "times"), [(0, 1), (3, 4), (1000, 40)])
def test_the_network_of_swarms_is_removed_where_it_came_with_the_runs(busy, times, status):
    node = Node("active", gateway_busy=busy, busy_status=status)
    swarm_of(node, own=True, own_gateway=True).finish()
    assert node.did == [LEAVE, *[GATEWAY] * times]


@pytest.mark.parametrize(
    ("state", "own", "gateway", "did"),
    [
        ("active", False, True, []),
        ("active", True, False, [LEAVE]),
        ("inactive", True, True, [GATEWAY]),
        ("inactive", False, True, []),
    ],
)
def test_at_the_end_only_what_is_the_runs_own_goes(state, own, gateway, did):
    node = Node(state)
    swarm_of(node, own=own, own_gateway=gateway).finish()
    assert node.did == did


def test_the_state_is_asked_for_once_until_something_changes_it():
    node = Node("active")
    swarm = swarm_of(node, own=True)
    for _ in range(3):
        swarm.ensure(SwarmState.MANAGER, disruptive=True)
    daemon = swarm.world.shop.daemon
    assert daemon.heard == [("GET", "/info")]
    swarm.disturbed()
    swarm.ensure(SwarmState.MANAGER, disruptive=True)
    assert daemon.heard == [("GET", "/info")] * 2


@pytest.mark.parametrize("info", [{}, {"Swarm": {}}, {"Swarm": {"LocalNodeState": ""}}, []])
def test_a_daemon_that_says_nothing_of_swarms_is_in_none(info):
    swarm = swarm_of(lambda method, target, body: reply(200, info))
    swarm.ensure(SwarmState.OUTSIDE, disruptive=True)
    assert swarm.world.shop.daemon.heard == [("GET", "/info")]
