"""Services of a fake: asked for, checked, changed, taken back, removed, listed."""

import json
from urllib.parse import quote

import pytest
from fake_asking import ask
from fake_swarm import managing, service

from harness.fake.requests.fields import Fields
from harness.fake.swarm.placement import admits, node_for, why_none
from harness.fake.values import Network

INVALID = "rpc error: code = InvalidArgument desc = "
WEB_PORTS = {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
SECOND = 1_000_000_000
PORT_OF_NOBODY = "port published with ingress mode can't be used with dnsrr mode"


def create(manager, name="web", **more):
    return manager.post("/services/create", **service(name, **more))


def kept(manager, name="web"):
    return next(each for each in manager.cluster.services.values() if each.name == name)


def shown(manager, name="web"):
    return manager.get(f"/services/{name}").json


def test_a_service_is_kept_as_it_was_asked_for_with_what_is_always_there():
    manager = managing()
    reply = create(manager, replicas=0, Labels={"a": "b"}, EndpointSpec=WEB_PORTS)
    assert reply.status == 201
    assert list(reply.json) == ["ID"]
    spec = kept(manager).spec.values
    port = {
        "Protocol": "tcp",
        "PublishMode": "ingress",
        "TargetPort": 80,
        "PublishedPort": 8080,
    }
    assert spec == {
        "Name": "web",
        "Labels": {"a": "b"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "busybox:latest",
                "Command": ["sleep", "99999"],
                "Isolation": "default",
            },
            "RestartPolicy": {"Condition": "any", "Delay": 2 * SECOND, "MaxAttempts": 0},
            "ForceUpdate": 0,
            "Runtime": "container",
        },
        "Mode": {"Replicated": {"Replicas": 0}},
        "EndpointSpec": {"Mode": "vip", "Ports": [port]},
    }
    endpoint = shown(manager)["Endpoint"]
    assert endpoint["VirtualIPs"][0]["Addr"] == "10.0.0.3/24"
    assert manager.told("service") == [
        ("service", "create", {"name": "web"}),
        ("service", "update", {"name": "web"}),
    ]


def test_a_service_without_ports_or_networks_has_no_endpoint():
    manager = managing()
    create(manager, EndpointSpec={})
    assert shown(manager)["Endpoint"] == {"Spec": {}}
    assert [action for _, action, _ in manager.told("service")] == ["create"]


def test_a_service_without_a_name_gets_one():
    manager = managing()
    identity = create(manager, "").json["ID"]
    assert shown(manager, identity)["Spec"]["Name"]


def test_what_a_service_does_not_say_is_inserted_where_asked_for():
    manager = managing()
    create(manager)
    spec = manager.get("/services/web?insertDefaults=1").json["Spec"]
    assert spec["UpdateConfig"] == spec["RollbackConfig"]
    assert spec["UpdateConfig"]["Monitor"] == 5 * SECOND
    assert spec["TaskTemplate"]["ContainerSpec"]["StopGracePeriod"] == 10 * SECOND
    assert spec["TaskTemplate"]["RestartPolicy"]["Delay"] == 2 * SECOND
    assert "UpdateConfig" not in shown(manager)["Spec"]
    assert manager.get("/services/web?insertDefaults=maybe").status == 400


@pytest.mark.parametrize(
    ("difference", "message"),
    [
        ({"name": "a b"}, f"{INVALID}name must be valid as a DNS name component"),
        ({"name": "x" * 64}, f"{INVALID}name must be 63 characters or fewer"),
        ({"TaskTemplate": {}}, "mismatched Runtime and *Spec fields"),
        ({"template": {"Runtime": "x"}}, "unsupported runtime"),
        ({"container": {"Image": ""}}, f"{INVALID}ContainerSpec: image reference must be provided"),
        (
            {"container": {"Image": "a:b:c"}},
            f'{INVALID}ContainerSpec: "a:b:c" is not a valid repository/tag',
        ),
        (
            {"Mode": {"Replicated": {}, "Global": {}}},
            "must specify only one service mode",
        ),
        ({"EndpointSpec": {"Mode": "x"}}, 'invalid resolution mode: "x"'),
        (
            {"EndpointSpec": {"Mode": "dnsrr", **WEB_PORTS}},
            f"{INVALID}EndpointSpec: {PORT_OF_NOBODY}",
        ),
        (
            {"EndpointSpec": {"Ports": WEB_PORTS["Ports"] * 2}},
            f"{INVALID}EndpointSpec: duplicate published ports provided",
        ),
        ({"UpdateConfig": {"FailureAction": "x"}}, "unrecognized update failure action x"),
        ({"UpdateConfig": {"Order": "x"}}, "unrecognized update order x"),
        (
            {"UpdateConfig": {"MaxFailureRatio": 2}},
            f"{INVALID}TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1",
        ),
        ({"UpdateConfig": {"Delay": -1}}, f"{INVALID}TaskSpec: update-delay cannot be negative"),
        (
            {"template": {"RestartPolicy": {"Condition": "x"}}},
            'invalid RestartCondition: "x"',
        ),
        (
            {"template": {"RestartPolicy": {"Delay": -1}}},
            f"{INVALID}TaskSpec: restart-delay cannot be negative",
        ),
        (
            {"template": {"Resources": {"Limits": {"NanoCPUs": 1}}}},
            f"{INVALID}invalid cpu value 1e-09: Must be at least 0.001",
        ),
        (
            {"template": {"Resources": {"Limits": {"MemoryBytes": 1}}}},
            f"{INVALID}invalid memory value 1: Must be at least 4MiB",
        ),
        (
            {"template": {"Placement": {"Constraints": ["x"]}}},
            "rpc error: code = Unknown desc = constraint expected one operator from ==, !=",
        ),
        ({"template": {"Networks": [{"Target": "nope"}]}}, "network nope not found"),
        (
            {"container": {"HealthCheck": {"Interval": 1}}},
            f"{INVALID}ContainerSpec: Interval in HealthConfig cannot be less than 1ms",
        ),
        ({"container": {"Mounts": [{"Type": "x", "Target": "/a"}]}}, 'invalid MountType: "x"'),
        (
            {"container": {"Secrets": [{"SecretID": "x", "SecretName": "y"}]}},
            f"{INVALID}malformed secret reference, no target provided",
        ),
        (
            {"container": {"Configs": [{"ConfigName": "y", "File": {"Name": "f"}}]}},
            f"{INVALID}config not found: y",
        ),
    ],
)
def test_what_no_service_is_is_refused(difference, message):
    manager = managing()
    reply = create(manager, **difference)
    assert (reply.status, reply.message) == (400, message)
    assert manager.cluster.services == {}


def test_names_and_published_ports_are_there_once():
    manager = managing()
    first = create(manager, EndpointSpec=WEB_PORTS).json["ID"]
    reply = create(manager)
    assert reply.status == 409
    assert reply.message == (
        "rpc error: code = AlreadyExists desc = name conflicts with an existing object: "
        "service web already exists"
    )
    reply = create(manager, "two", EndpointSpec=WEB_PORTS)
    assert (reply.status, reply.message) == (
        400,
        f"{INVALID}port '8080' is already in use by service 'web' ({first}) as an ingress port",
    )


def test_the_swarm_chooses_the_ports_that_a_service_leaves_open():
    manager = managing()
    for name in ("one", "two"):
        create(manager, name, replicas=0, EndpointSpec={"Ports": [{"TargetPort": 80}]})
    ports = [
        shown(manager, name)["Endpoint"]["Ports"][0]["PublishedPort"] for name in ("one", "two")
    ]
    assert ports == [30000, 30001]


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("own", 403, "The network own cannot be used with services. Only networks scoped to the "),
        ("none", 404, "could not find the corresponding predefined swarm network: network none"),
    ],
)
def test_services_are_on_networks_of_the_swarm_only(name, status, message):
    manager = managing()
    manager.world.networks["1"] = Network("1", "own", 0.0)
    reply = create(manager, template={"Networks": [{"Target": name}]})
    assert reply.status == status
    assert reply.message.startswith(message)


def test_a_service_may_be_on_the_network_of_the_machine():
    manager = managing()
    manager.run(template={"Networks": [{"Target": "host"}]})
    container = next(iter(manager.world.containers.values()))
    assert container.host.text("NetworkMode") == "host"
    assert list(container.networks) == ["host"]


@pytest.mark.parametrize(("version", "warned"), [("1.29", True), ("1.30", False)])
def test_below_1_30_the_daemon_looks_for_a_digest_and_warns_where_it_finds_none(version, warned):
    manager = managing(version)
    reply = create(manager, replicas=0)
    assert ("Warnings" in reply.json) is warned
    if warned:
        assert reply.json["Warnings"][0].startswith("image busybox:latest could not be accessed")


def test_below_1_30_an_image_by_its_id_is_looked_for_nowhere():
    manager = managing("1.29")
    identity = manager.world.tags["busybox:latest"]
    reply = create(manager, replicas=0, container={"Image": identity})
    assert (reply.status, "Warnings" in reply.json) == (201, False)


def test_below_1_30_the_daemon_pins_a_digest_that_it_knows():
    manager = managing("1.29")
    world = manager.world
    digest = f"sha256:{'1' * 64}"
    world.digests[f"busybox@{digest}"] = world.tags["busybox:latest"]
    manager.run()
    assert (
        kept(manager).template.fields("ContainerSpec").text("Image") == f"busybox:latest@{digest}"
    )
    assert manager.states() == [(1, "running", "running")]


def test_more_and_fewer_replicas_make_and_remove_tasks():
    manager = managing()
    manager.run(replicas=1)
    manager.update(**service(replicas=3))
    manager.wait(1)
    assert [slot for slot, state, _ in manager.states() if state == "running"] == [1, 2, 3]
    manager.update(**service(replicas=2))
    manager.wait(1)
    assert manager.containers() == [("web.1", "running"), ("web.2", "running")]
    assert [more for *_, more in manager.told("service")][1:] == [
        {"name": "web", "replicas.new": "3", "replicas.old": "1"},
        {"name": "web", "replicas.new": "2", "replicas.old": "3"},
    ]


def test_a_change_of_labels_alone_leaves_the_tasks_alone():
    manager = managing()
    manager.run()
    before = manager.tasks()
    assert manager.update(**service(Labels={"a": "b"})).json == {"Warnings": None}
    manager.wait(1)
    assert manager.tasks() == before
    assert "UpdateStatus" not in shown(manager)
    assert kept(manager).previous.pairs("Labels") == {}


def test_tasks_are_replaced_some_at_a_time_and_watched():
    manager = managing()
    config = {"Parallelism": 1, "Delay": 3 * SECOND, "Monitor": SECOND}
    manager.run(replicas=2, UpdateConfig=config)
    manager.update(**service(replicas=2, command=("sleep", "1111"), UpdateConfig=config))
    manager.wait(2)
    assert manager.states() == [
        (1, "shutdown", "shutdown"),
        (2, "running", "running"),
        (1, "running", "running"),
    ]
    status = shown(manager)["UpdateStatus"]
    assert (status["State"], status["Message"]) == ("updating", "update in progress")
    manager.wait(5)
    assert [state for state in manager.states() if state[1] == "running"] == [
        (1, "running", "running"),
        (2, "running", "running"),
    ]
    status = shown(manager)["UpdateStatus"]
    assert (status["State"], status["Message"]) == ("completed", "update completed")
    assert [more.get("updatestate.new") for *_, more in manager.told("service")][2:] == [
        "updating",
        "completed",
    ]


def test_a_new_task_may_run_before_the_old_one_is_stopped():
    manager = managing()
    config = {"Order": "start-first", "Monitor": SECOND}
    manager.run(UpdateConfig=config)
    manager.update(**service(command=("sleep", "1111"), UpdateConfig=config))
    manager.wait(0.012)
    assert [state for _, state, _ in manager.states()] == ["running", "preparing"]
    manager.wait(1)
    assert [state for _, state, _ in manager.states()] == ["shutdown", "running"]


def failing(action):
    config = {"FailureAction": action, "Monitor": 5 * SECOND, "Parallelism": 1}
    manager = managing()
    manager.run(replicas=2, UpdateConfig=config)
    manager.update(**service(replicas=2, command=("false",), UpdateConfig=config))
    manager.wait(1)
    return manager


def test_an_update_that_fails_pauses():
    manager = failing("pause")
    status = shown(manager)["UpdateStatus"]
    failed = next(task for task in manager.tasks() if task.state == "failed")
    assert status["State"] == "paused"
    assert status["Message"] == (
        f"update paused due to failure or early termination of task {failed.id}"
    )


def test_an_update_that_fails_may_go_back_by_itself():
    manager = failing("rollback")
    assert shown(manager)["UpdateStatus"]["State"] == "rollback_started"
    manager.wait(20)
    assert shown(manager)["UpdateStatus"]["State"] == "rollback_completed"
    assert kept(manager).previous is None
    running = [task for task in manager.tasks() if task.state == "running"]
    commands = {tuple(task.spec.fields("ContainerSpec").texts("Command")) for task in running}
    assert (len(running), commands) == (2, {("sleep", "99999")})


def test_an_update_that_fails_may_go_on_all_the_same():
    manager = failing("continue")
    manager.wait(20)
    assert shown(manager)["UpdateStatus"]["State"] == "completed"


def test_a_service_is_rolled_back_to_what_it_was():
    manager = managing()
    manager.run()
    reply = manager.update(query="&rollback=previous", **service())
    assert reply.status == 400
    assert reply.message.endswith("does not have a previous spec")
    manager.update(**service(replicas=2, command=("sleep", "1111")))
    manager.wait(20)
    assert manager.update(query="&rollback=previous", **service()).status == 200
    status = shown(manager)["UpdateStatus"]
    assert (status["State"], status["Message"]) == (
        "rollback_started",
        "manually requested rollback",
    )
    manager.wait(20)
    assert shown(manager)["UpdateStatus"]["Message"] == "rollback completed"
    assert shown(manager)["Spec"]["Mode"] == {"Replicated": {"Replicas": 1}}
    assert [state for state in manager.states() if state[1] == "running"] == [
        (1, "running", "running")
    ]


@pytest.mark.parametrize(
    ("query", "difference", "status", "message"),
    [
        ("", {"Name": "other"}, 501, "renaming services is not supported"),
        ("", {"Mode": {"Global": {}}}, 501, "service mode change is not allowed"),
        ("&rollback=x", {}, 400, "unrecognized rollback option x"),
        ("&registryAuthFrom=x", {}, 400, "unsupported registryAuthFrom value"),
        ("&version=1", {"TaskTemplate": None}, 400, "mismatched Runtime and *Spec fields"),
    ],
)
def test_a_service_is_not_changed_in_a_wrong_way(query, difference, status, message):
    manager = managing()
    manager.run()
    reply = manager.update(query=query, **{**service(), **difference})
    assert reply.status == status
    assert message in reply.message


def test_a_change_needs_the_newest_index():
    manager = managing()
    manager.run()
    replies = [
        manager.post(f"/services/{name}/update{query}", **service())
        for name, query in (("web", "?version=1"), ("web", ""), ("nope", "?version=1"))
    ]
    assert [(reply.status, reply.message) for reply in replies] == [
        (400, "rpc error: code = Unknown desc = update out of sequence"),
        (400, "invalid service version '': strconv.ParseUint: parsing \"\": invalid syntax"),
        (404, "service nope not found"),
    ]


def test_a_removed_service_takes_its_tasks_and_containers_along():
    manager = managing()
    identity = manager.run(replicas=2)
    assert manager.delete(f"/services/{identity[:9]}").status == 200
    manager.wait(1)
    assert (manager.cluster.tasks, manager.containers()) == ({}, [])
    assert manager.delete("/services/web").message == "service web not found"
    assert manager.told("service")[-1] == ("service", "remove", {"name": "web"})


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["one", "two"]),
        ({"name": ["on"]}, ["one"]),
        ({"label": ["a=1"]}, ["one"]),
        ({"label": ["b"]}, []),
        ({"mode": ["global"]}, ["two"]),
        ({"mode": ["replicated"]}, ["one"]),
        ({"mode": ["x"]}, []),
    ],
)
def test_services_are_listed_by_filters(filters, names):
    manager = managing()
    create(manager, "one", Labels={"a": "1"})
    create(manager, "two", Mode={"Global": {}})
    found = manager.get("/services", **filters).json
    assert sorted(each["Spec"]["Name"] for each in found) == names


def logs(manager, query, path="/services/web"):
    return ask(manager.service, f"/v1.33{path}/logs?{query}")


def test_the_logs_of_a_service_are_those_of_its_tasks():
    manager = managing()
    manager.run(replicas=2, command=("sh", "-c", "echo out; echo err >&2; sleep 99999"))
    out, err = b"\x01\x00\x00\x00\x00\x00\x00\x04out\n", b"\x02\x00\x00\x00\x00\x00\x00\x04err\n"
    assert logs(manager, "stdout=1").body == out * 2
    assert logs(manager, "stderr=1&tail=1").body == err * 2
    task = manager.tasks()[0]
    details = (
        f"com.docker.swarm.node.id={task.node},com.docker.swarm.service.id={task.service},"
        f"com.docker.swarm.task.id={task.id} out\n"
    )
    body = logs(manager, "stdout=1&details=1", f"/tasks/{task.id}").body
    assert body[8:].decode() == details
    assert logs(manager, "stdout=1&since=2500000000").body == b""


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "Bad parameters: you must choose at least one stream"),
        ("stdout=1&tail=x", 'tail value must be a positive integer or "all"'),
        ("stdout=1&since=x", "could not parse since timestamp: strconv.ParseInt: parsing"),
    ],
)
def test_logs_are_asked_for_in_the_right_way(query, message):
    manager = managing()
    manager.run()
    reply = logs(manager, query)
    assert reply.status == 400
    assert reply.message.startswith(message)


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("node.role==manager", True),
        ("node.role == MANAGER", True),
        ("node.role!=manager", False),
        ("node.hostname==fake", True),
        ("node.labels.zone==a", False),
        ("node.labels.zone!=a", True),
        ("node.platform.os==linux", True),
        ("unheard.of==1", False),
    ],
)
def test_constraints_choose_nodes(constraint, fits):
    manager = managing()
    node = next(iter(manager.cluster.nodes.values()))
    assert admits(node, Fields({"Placement": {"Constraints": [constraint]}})) is fits


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (
            {"Placement": {"Constraints": ["node.role==worker"]}},
            "no suitable node (scheduling constraints not satisfied on 1 node)",
        ),
        (
            {"Resources": {"Reservations": {"NanoCPUs": 99 * SECOND}}},
            "no suitable node (insufficient resources on 1 node)",
        ),
    ],
)
def test_a_task_without_a_node_says_why(template, why):
    manager = managing()
    manager.run(template=template)
    task = manager.tasks()[0]
    assert node_for(manager.cluster, task) is None
    assert why_none(manager.cluster, task.spec) == why
    found = manager.get(f"/tasks?filters={quote(json.dumps({'service': ['web']}))}").json
    assert (found[0]["Status"]["State"], found[0]["Status"]["Err"]) == ("pending", why)
