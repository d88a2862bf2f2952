"""How each resource is made, and how it is seen to be as it was made."""

import json

import pytest
from scripted_daemon import RUN, Shelf, refused, reply, shop_on, world_on

from harness.engine.makers import MAKERS, STATES
from harness.engine.workshop import LABEL, UnmakeableError


def test_every_maker_has_a_state_that_shows_whether_it_is_as_it_was_made():
    assert STATES.keys() == MAKERS.keys()


@pytest.mark.parametrize("what", sorted(MAKERS))
def test_what_is_made_says_what_it_is(what):
    asked = []

    def answer(method, target, body):
        asked.append((method, target, body))
        value = {"Id": "i1", "ID": "i1", "StatusCode": 0, "Swarm": {"NodeID": "n1"}}
        tasks = [{"ID": "t1", "Status": {"State": "running"}}]
        return reply(200, tasks if target.startswith("/tasks") else value)

    world = world_on(answer)
    world.shop.registry = "127.0.0.1:5000"
    made = MAKERS[what](world.shop)
    assert f"{made.kind}.{made.state}" == what
    assert made.id
    # All that can bear a label bears the run's, and all that has a name the run's as well.
    for method, target, body in asked:
        if target.startswith(("/containers/create", "/volumes/c", "/networks/c", "/services/c")):
            assert json.loads(body)["Labels"] == {LABEL: RUN}
        if method == "POST" and ("create" in target or "/tag" in target):
            assert f"docker-contract-{RUN}" in target + (body or b"").decode(errors="replace")


@pytest.mark.parametrize("what", ["container.paused", "container.exited", "container.created"])
def test_a_container_is_in_the_state_that_is_asked_for(what):
    shelf = Shelf()
    made = world_on(shelf).shared(what)
    assert shelf.held[made.id] == made.state


def test_no_container_is_given_a_network_privilege_or_path_of_the_host():
    bodies = []

    def answer(method, target, body):
        if target.startswith("/containers/create"):
            bodies.append(json.loads(body))
        return reply(200, {"Id": "i1"})

    world = world_on(answer)
    for what in (what for what in MAKERS if what.startswith("container.")):
        MAKERS[what](world.shop)
    assert len(bodies) == 6
    for body in bodies:
        assert body["HostConfig"].keys() == {"NetworkMode"}
        mode = body["HostConfig"]["NetworkMode"]
        assert mode == "none" or mode.startswith(f"docker-contract-{RUN}-network-")


def test_a_task_that_never_runs_is_given_up():
    def answer(method, target, body):
        waiting = [{"ID": "t1", "Status": {"State": "pending"}}]
        return reply(200, waiting if target.startswith("/tasks") else {"ID": "s1", "Id": "i1"})

    with pytest.raises(UnmakeableError, match="does not come to run within ten seconds"):
        MAKERS["service.running"](shop_on(answer, image="base"))


def test_a_service_names_its_image_by_the_id_which_no_registry_is_asked_for():
    made = []

    def answer(method, target, body):
        if target == "/services/create":
            made.append(json.loads(body)["TaskTemplate"]["ContainerSpec"]["Image"])
        return reply(200, {"ID": "s1", "Id": "sha256:1"} if "tasks" not in target else [])

    MAKERS["service.idle"](shop_on(answer, image="base"))
    assert made == ["sha256:1"]


def test_without_a_sharer_nothing_is_shared():
    with pytest.raises(UnmakeableError, match=r"nothing shares container\.running"):
        MAKERS["exec.created"](shop_on(Shelf()))


def test_a_plugin_is_pulled_with_the_privileges_that_its_registry_names():
    granted = [{"Name": "network", "Value": ["host"]}]
    pulled = []

    def answer(method, target, body):
        if target.startswith("/plugins/pull"):
            pulled.append(json.loads(body))
            return reply(200)
        return reply(200, granted) if "privileges" in target else refused(404, "")

    made = MAKERS["plugin.pulled"](shop_on(answer, registry="127.0.0.1:5000"))
    assert pulled == [granted]
    assert made.id == f"docker-contract-{RUN}-plugin-1:latest"


def test_a_running_container_has_said_its_lines_before_it_is_used():
    said = iter([b"", b"\1\0\0\0\0\0\0\4out\n", b"\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n"])

    def answer(_method, target, _body):
        return reply(200, body=next(said)) if "/logs" in target else reply(200, {"Id": "i1"})

    shop = world_on(answer).shop
    MAKERS["container.running"](shop)
    assert list(said) == []
    assert shop.daemon.times("GET", "/containers/i1/logs") == 3


def test_a_container_that_says_nothing_is_not_waited_for_for_ever():
    shop = world_on(lambda *_: reply(200, {"Id": "i1"})).shop
    assert MAKERS["container.running"](shop).id == "i1"
    assert shop.daemon.times("GET", "/containers/i1/logs") == 50
