"""Nodes of a fake's swarm: joined, listed, changed, lost, removed; tasks on several of them."""

import http.client
import json
import socket
from contextlib import closing

import pytest
from fake_swarm import at, managing, neighbours

from harness.fake import FakeDaemon
from harness.fake.neighbours import Neighbours
from harness.fake.swarm.views import swarm_info

WORKER = "This node is not a swarm manager. Worker nodes can't be used to view or modify"
PRECONDITION = "rpc error: code = FailedPrecondition desc = "


def joined(role="Worker"):
    first, second = neighbours()
    token = first.get("/swarm").json["JoinTokens"][role]
    reply = join(second, JoinToken=token)
    assert reply.status == 200, reply.body
    return first, second, second.world.swarm.node


def join(second, **difference):
    body = {**at(2), "RemoteAddrs": ["198.18.0.1:2377"], **difference}
    return second.post("/swarm/join", **body)


def index_of(manager, node):
    return manager.get(f"/nodes/{node}").json["Version"]["Index"]


def change(manager, node, **body):
    path = f"/nodes/{node}/update?version={index_of(manager, node)}"
    return manager.post(path, **{"Role": "worker", "Availability": "active", **body})


def test_a_worker_joins_and_sees_nothing_of_the_swarm():
    first, second, node = joined()
    info = swarm_info(second.world)
    assert (info["LocalNodeState"], info["ControlAvailable"]) == ("active", False)
    assert info["RemoteManagers"] == [{"NodeID": first.world.swarm.node, "Addr": "198.18.0.1:2377"}]
    assert node in {each["ID"] for each in first.get("/nodes").json}
    reply = second.get("/nodes")
    assert reply.status == 503
    assert reply.message.startswith(WORKER)
    assert [each.name for each in second.world.networks.values() if each.scope == "swarm"] == [
        "ingress"
    ]
    assert [told[1:] for told in first.told("node")[1:]] == [
        ("create", {"name": ""}),
        ("update", {"name": ""}),
        ("update", {"name": ""}),
        ("update", {"name": "fake", "state.new": "ready", "state.old": "unknown"}),
    ]


@pytest.mark.parametrize(
    ("difference", "status", "message"),
    [
        ({"JoinToken": "x"}, 400, "invalid join token"),
        ({"JoinToken": ""}, 400, "A valid join token is necessary to join this cluster"),
        ({"JoinToken": f"SWMTKN-1-{'0' * 50}-{'0' * 25}"}, 400, "Expected: " + "0" * 64),
        ({"RemoteAddrs": ["198.18.0.1:1"]}, 503, "198.18.0.1:1: connect: connection refused"),
        ({"RemoteAddrs": ["nobody"]}, 503, "lookup nobody: no such host"),
        ({"ListenAddr": "x"}, 400, "listen address must be an IP address"),
    ],
)
def test_joining_is_refused_at_once(difference, status, message):
    first, second = neighbours()
    token = first.get("/swarm").json["JoinTokens"]["Worker"]
    reply = join(second, **{"JoinToken": token, **difference})
    assert reply.status == status
    assert message in reply.message
    assert second.world.swarm is None


def test_a_second_manager_manages_the_same_swarm():
    first, second, _ = joined("Manager")
    first.run()
    assert second.get("/services").json[0]["Spec"]["Name"] == "web"
    second.run("other")
    first.wait(1)
    assert [str(task.state) for task in first.tasks("other")] == ["running"]
    assert swarm_info(second.world)["Managers"] == 2
    assert "two-manager configuration" in swarm_info(first.world)["Warnings"][0]
    reply = second.post("/swarm/leave")
    assert "Removing this node leaves 1 managers out of 2." in reply.message


def test_the_swarm_goes_on_where_its_leader_leaves():
    first, second, node = joined("Manager")
    first.run()
    first.post("/swarm/leave?force=1")
    second.wait(30)
    states = {each["ID"]: each["Status"]["State"] for each in second.get("/nodes").json}
    assert states.pop(node) == "ready"
    assert list(states.values()) == ["down"]
    assert [(task.node, str(task.state)) for task in second.tasks() if task.wanted] == [
        (node, "running")
    ]


def test_tasks_are_spread_over_the_nodes_and_leave_one_that_is_lost():
    first, second, node = joined()
    first.run(replicas=2)
    assert [len(each.containers()) for each in (first, second)] == [1, 1]
    second.post("/swarm/leave")
    assert second.containers() == []
    assert change(first, node, Labels={"a": "b"}).status == 200
    first.wait(20)
    assert first.get(f"/nodes/{node}").json["Status"]["State"] == "down"
    assert len(first.containers()) == 2
    assert first.delete(f"/nodes/{node}").status == 200
    assert len(first.get("/nodes").json) == 1


def test_a_drained_node_gives_its_tasks_to_others():
    first, second, node = joined()
    first.run(replicas=2)
    change(first, node, Availability="drain")
    first.wait(20)
    assert {task.node for task in first.tasks() if task.wanted} == {first.world.swarm.node}
    assert [state for _, state in second.containers()] == ["exited"]


def test_a_node_that_is_there_is_removed_only_by_force():
    first, _, node = joined()
    reply = first.delete(f"/nodes/{node}")
    assert (reply.status, reply.message) == (
        400,
        f"{PRECONDITION}node {node} is not down and can't be removed",
    )
    assert first.delete(f"/nodes/{node}?force=1").status == 200


def test_a_manager_is_removed_only_once_it_is_none():
    first, _, node = joined("Manager")
    reply = first.delete(f"/nodes/{node}?force=1")
    assert reply.status == 400
    assert reply.message.endswith("It must be demoted to worker before removal")
    assert change(first, node).status == 200
    assert first.delete(f"/nodes/{node}?force=1").status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, 'invalid Role: ""'),
        ({"Role": "x"}, 'invalid Role: "x"'),
        ({"Role": "worker"}, 'invalid Availability: ""'),
        ({"Role": "worker", "Availability": "active"}, "attempting to demote the last manager"),
        ({"Role": "manager", "Availability": "active"}, "update out of sequence"),
    ],
)
def test_a_node_is_not_changed_in_a_wrong_way(body, message):
    manager = managing()
    reply = manager.post(f"/nodes/{manager.world.swarm.node}/update?version=9999", **body)
    assert reply.status == 400
    assert message in reply.message


def test_what_changes_of_a_node_is_told():
    manager = managing()
    node = manager.world.swarm.node
    change(manager, node, Role="manager", Availability="pause", Name="n", Labels={"a": "b"})
    assert manager.told("node")[-1][2] == {
        "name": "n",
        "availability.new": "pause",
        "availability.old": "active",
    }
    assert manager.get(f"/nodes/{node[:9]}").json["Spec"] == {
        "Name": "n",
        "Labels": {"a": "b"},
        "Role": "manager",
        "Availability": "pause",
    }


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"name": ["fak"]}, 1),
        ({"name": ["other"]}, 0),
        ({"role": ["manager"]}, 1),
        ({"role": ["worker"]}, 0),
        ({"label": ["a"]}, 0),
        ({"membership": ["accepted"]}, 1),
    ],
)
def test_nodes_are_listed_by_filters(filters, number):
    assert len(managing().get("/nodes", **filters).json) == number


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"role": ["x"]}, "Invalid role filter: 'x'"),
        ({"membership": ["x"]}, "Invalid membership filter: 'x'"),
        ({"unknown": ["x"]}, "Invalid filter 'unknown'"),
    ],
)
def test_filters_that_mean_nothing_are_refused(filters, message):
    reply = managing().get("/nodes", **filters)
    assert (reply.status, reply.message) == (400, message)


def told_by(daemon, method, path, body=None):
    with closing(http.client.HTTPConnection("fake")) as connection:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(daemon.host.removeprefix("unix://"))
        connection.request(method, f"/v1.33{path}", None if body is None else json.dumps(body))
        reply = connection.getresponse()
        return reply.status, reply.read()


def test_fakes_that_listen_join_across_their_threads():
    shared = Neighbours()
    one = FakeDaemon(address="198.18.0.1", neighbours=shared)
    two = FakeDaemon(address="198.18.0.2", neighbours=shared)
    with one, two:
        told_by(one, "POST", "/swarm/init", at(1))
        token = json.loads(told_by(one, "GET", "/swarm")[1])["JoinTokens"]["Worker"]
        body = {**at(2), "RemoteAddrs": ["198.18.0.1:2377"], "JoinToken": token}
        assert told_by(two, "POST", "/swarm/join", body) == (200, b"")
        assert len(json.loads(told_by(one, "GET", "/nodes")[1])) == 2
        assert told_by(two, "POST", "/swarm/leave") == (200, b"")
