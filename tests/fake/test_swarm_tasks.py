"""Tasks of a fake: from their making to their end, replaced, listed, and their containers."""

import base64

import pytest
from fake_swarm import managing, service

from harness.fake.containers import lifecycle
from harness.fake.files import container_files

SECOND = 1_000_000_000


def seen_on_the_way(manager):
    states = []
    for _ in range(40):
        states.extend(str(task.state) for task in manager.tasks())
        manager.wait(0.001)
    return list(dict.fromkeys(states))


def test_a_task_comes_to_run_within_some_tens_of_milliseconds():
    manager = managing()
    manager.post("/services/create", **service())
    states = seen_on_the_way(manager)
    assert states == ["pending", "assigned", "preparing", "starting", "running"]
    assert manager.containers() == [("web.1", "running")]


def test_a_task_tells_of_its_container_and_its_service():
    manager = managing()
    identity = manager.run(EndpointSpec={"Ports": [{"TargetPort": 80}]})
    task = manager.get("/tasks").json[0]
    container = next(iter(manager.world.containers.values()))
    assert task["Status"]["ContainerStatus"] == {
        "ContainerID": container.id,
        "PID": container.state.pid,
        "ExitCode": 0,
    }
    assert (task["ServiceID"], task["Slot"], task["DesiredState"]) == (identity, 1, "running")
    assert "Runtime" not in task["Spec"]
    attachment = task["NetworksAttachments"][0]
    assert attachment["Network"]["Spec"]["Name"] == "ingress"
    assert attachment["Addresses"] == ["10.0.0.4/24"]
    assert container.networks["ingress"].address == "10.0.0.4"
    assert manager.get(f"/tasks/{task['ID'][:9]}").json == task


def test_a_container_is_made_of_what_the_service_asks_for():
    manager = managing()
    manager.run(
        container={
            "Args": ["9"],
            "Env": ["NAME={{.Service.Name}}", "SLOT={{.Task.Slot}}", "X={{.Unknown.Y}}"],
            "Hostname": "{{.Node.Hostname}}-{{.Task.Slot}}",
            "Dir": "/tmp",
            "User": "root",
            "Labels": {"a": "b"},
            "Hosts": ["10.1.1.1 db"],
            "StopSignal": "SIGINT",
        },
        template={"Resources": {"Limits": {"MemoryBytes": 2**23, "NanoCPUs": SECOND}}},
    )
    container = next(iter(manager.world.containers.values()))
    task = manager.tasks()[0]
    config, host = container.config, container.host
    assert container.name == f"web.1.{task.id}"
    assert container.arguments == ("99999", "9")
    assert config.texts("Env")[:3] == ["NAME=web", "SLOT=1", "X={{.Unknown.Y}}"]
    assert (config.text("Hostname"), config.text("WorkingDir")) == ("fake-1", "/tmp")
    assert (config.text("User"), config.text("StopSignal")) == ("root", "SIGINT")
    assert container.labels["com.docker.swarm.task.name"] == container.name
    assert container.labels["a"] == "b"
    assert (host.number("Memory"), host.number("NanoCpus")) == (2**23, SECOND)
    assert host.texts("ExtraHosts") == ["db:10.1.1.1"]


def test_secrets_and_configs_are_files_of_the_container():
    manager = managing()
    data = base64.b64encode(b"said").decode()
    secret = manager.post("/secrets/create", Name="s", Data=data).json["ID"]
    config = manager.post("/configs/create", Name="c", Data=data).json["ID"]
    manager.run(
        container={
            "Secrets": [
                {"SecretID": secret, "SecretName": "s", "File": {"Name": "in", "Mode": 256}}
            ],
            "Configs": [{"ConfigID": config, "ConfigName": "c", "File": {"Name": "/etc/c"}}],
        }
    )
    container = next(iter(manager.world.containers))
    read = [
        container_files.read_file(manager.world, container, path)
        for path in ("/run/secrets/in", "/etc/c")
    ]
    assert [(file.content, file.mode) for file in read] == [(b"said", 0o400), (b"said", 0)]


@pytest.mark.parametrize(
    ("condition", "command", "again"),
    [
        ("none", "true", False),
        ("none", "false", False),
        ("on-failure", "true", False),
        ("on-failure", "false", True),
        ("any", "true", True),
        ("any", "false", True),
    ],
)
def test_what_ends_is_replaced_as_its_service_wants(condition, command, again):
    manager = managing()
    policy = {"Condition": condition, "Delay": 3 * SECOND, "MaxAttempts": 1}
    manager.run(command=(command,), template={"RestartPolicy": policy})
    ended = "complete" if command == "true" else "failed"
    first = (1, ended, "shutdown")
    assert manager.states() == [first, (1, "ready", "ready")] if again else [first]
    manager.wait(60)
    assert manager.states() == [first, first] if again else [first]


def test_a_task_that_failed_says_how():
    manager = managing()
    manager.run(command=("sh", "-c", "exit 3"))
    status = manager.get("/tasks").json
    failed = next(task["Status"] for task in status if task["Status"]["State"] == "failed")
    assert (failed["Err"], failed["ContainerStatus"]["ExitCode"]) == ("task: non-zero exit (3)", 3)


def test_an_image_that_nobody_has_is_told_of():
    manager = managing()
    manager.world.remote.absent.add("nobody/has:this")
    manager.run(container={"Image": "nobody/has:this"})
    task = manager.tasks()[0]
    assert (str(task.state), task.error) == ("rejected", "No such image: nobody/has:this")


def test_a_container_that_somebody_removes_is_replaced():
    manager = managing()
    manager.run()
    lifecycle.remove(manager.world, next(iter(manager.world.containers)), force=True)
    manager.wait(1)
    assert manager.states() == [(1, "failed", "shutdown"), (1, "ready", "ready")]
    manager.wait(5)
    assert manager.containers() == [("web.1", "running")]


def test_only_some_ended_tasks_are_remembered():
    manager = managing(Spec={"Orchestration": {"TaskHistoryRetentionLimit": 3}})
    manager.run(command=("false",), template={"RestartPolicy": {"Delay": SECOND}})
    manager.wait(60)
    assert len(manager.tasks()) == 3
    assert len(manager.containers()) <= 3


def test_what_does_not_end_when_asked_is_killed_after_its_grace():
    manager = managing()
    manager.run(container={"StopGracePeriod": 3 * SECOND, "StopSignal": "SIGCONT"})
    manager.delete("/services/web")
    manager.wait(2)
    assert manager.containers() == [("web.1", "running")]
    manager.wait(2)
    assert manager.containers() == []
    signals = [more["signal"] for _, action, more in manager.told("container") if action == "kill"]
    assert signals == ["18", "9"]


def test_a_removal_is_told_step_by_step():
    manager = managing()
    manager.run()
    manager.delete("/services/web")
    manager.wait(1)
    assert [action for _, action, _ in manager.told("container")] == [
        "create",
        "start",
        "kill",
        "die",
        "stop",
        "destroy",
    ]


def test_a_global_service_has_a_task_on_each_node():
    manager = managing()
    manager.run(Mode={"Global": {}})
    task = manager.tasks()[0]
    node = manager.world.swarm.node
    assert (task.slot, task.name) == (0, f"web.{node}.{task.id}")
    assert task.message == "started"
    assert "Slot" not in manager.get("/tasks").json[0]


def test_a_node_that_pauses_takes_no_new_tasks_until_it_goes_on():
    manager = managing()
    manager.run("old")
    node = manager.world.swarm.node
    for availability, state in (("pause", "pending"), ("active", "running")):
        index = manager.get(f"/nodes/{node}").json["Version"]["Index"]
        manager.post(
            f"/nodes/{node}/update?version={index}", Role="manager", Availability=availability
        )
        if availability == "pause":
            manager.run("new")
        manager.wait(1)
        assert [str(task.state) for task in manager.tasks("new")] == [state]
        assert [str(task.state) for task in manager.tasks("old")] == ["running"]


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({}, 3),
        ({"service": ["web"]}, 2),
        ({"name": ["web.1"]}, 1),
        ({"node": ["fake"]}, 3),
        ({"desired-state": ["running"]}, 3),
        ({"desired-state": ["shutdown"]}, 0),
        ({"label": ["a"]}, 0),
        ({"_up-to-date": ["true"]}, 3),
        ({"runtime": ["container"]}, 3),
    ],
)
def test_tasks_are_listed_by_filters(filters, number):
    manager = managing()
    manager.run(replicas=2)
    manager.run("other")
    assert len(manager.get("/tasks", **filters).json) == number


@pytest.mark.parametrize(
    ("filters", "status", "message"),
    [
        ({"service": ["nope"]}, 404, "service nope not found"),
        ({"node": ["nope"]}, 404, "node nope not found"),
        ({"desired-state": ["x"]}, 400, "Invalid desired-state filter: 'x'"),
        ({"up-to-date": ["1"]}, 400, "Invalid filter 'up-to-date'"),
    ],
)
def test_filters_of_tasks_name_what_is_there(filters, status, message):
    reply = managing().get("/tasks", **filters)
    assert (reply.status, reply.message) == (status, message)


def test_nothing_is_left_to_do_where_all_is_as_it_should_be():
    manager = managing()
    manager.run(replicas=3)
    manager.wait(600)
    due = len(manager.world.due)
    for _ in range(50):
        manager.update(**service(replicas=3))
        manager.wait(1)
    assert len(manager.world.due) <= due
    assert len(manager.tasks()) == 3
