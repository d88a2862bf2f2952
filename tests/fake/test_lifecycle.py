"""What happens to the containers of a fake, and what it tells of it."""

import asyncio
from dataclasses import replace

import pytest
from fake_asking import NOON, world_of

from harness.fake.containers import lifecycle
from harness.fake.programs.processes import SIGNALS, Pause
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.start import furnish, restart
from harness.fake.values import Awaited, Status
from harness.fake.world import HIGHEST
from harness.model.version import ApiVersion

TERM, WINCH = SIGNALS["TERM"], SIGNALS["WINCH"]
LONG = ["sleep", "99999"]


@pytest.fixture
def world():
    made = world_of()
    furnish(made, ["busybox:latest"])
    return made


def make(world, command=LONG, *, version=HIGHEST, host=None, networking=None, **config):
    container = lifecycle.create(
        world,
        name=config.pop("name", "one"),
        config=Fields({"Image": "busybox", "Cmd": command, **config}),
        host=Fields({"NetworkMode": "default", **(host or {})}),
        networking=Fields(networking or {}),
        version=version,
    )
    return container.id


def begin(world, command=LONG, **more):
    made = make(world, command, **more)
    lifecycle.start(world, made)
    world.tick()
    return made


def later(world, seconds):
    world.clock.advance(seconds)
    world.tick()


def state(world, identity):
    return world.containers[identity].state


def actions(world, *kinds):
    return [event.action for event in world.events if event.kind in (kinds or ("container",))]


def policy(name, most=0):
    return {"RestartPolicy": {"Name": name, "MaximumRetryCount": most}}


def stop(world, identity, seconds=None, signal=0):
    async def stopping():
        return await asyncio.wait_for(lifecycle.stop(world, identity, seconds, signal), 5)

    asyncio.run(stopping())


def test_a_container_runs_until_its_program_ends(world):
    made = begin(world, ["sh", "-c", "exit 3"])
    ended = state(world, made)
    assert (ended.status, ended.exit_code, ended.pid) == (Status.EXITED, 3, 0)
    assert (ended.started, ended.finished) == (NOON, NOON)


def test_a_life_is_told_in_the_order_of_dockerd(world):
    made = begin(world, host={"Binds": ["data:/data"]})
    stop(world, made)
    lifecycle.remove(world, made)
    assert [(event.kind, event.action) for event in world.events] == [
        ("volume", "create"),
        ("container", "create"),
        ("network", "connect"),
        ("volume", "mount"),
        ("container", "start"),
        ("container", "kill"),
        ("container", "die"),
        ("network", "disconnect"),
        ("volume", "unmount"),
        ("container", "stop"),
        ("container", "destroy"),
    ]


def test_events_carry_labels_image_and_name(world):
    made = begin(world, Labels={"a": "b"})
    lifecycle.kill(world, made, TERM)
    told = {event.action: event.attributes for event in world.events if event.kind == "container"}
    usual = {"a": "b", "image": "busybox", "name": "one"}
    assert told["start"] == usual
    assert told["kill"] == {**usual, "signal": "15"}
    assert told["die"] == {**usual, "exitCode": "143"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lifecycle.pause, "is not running"),
        (lifecycle.kill, "is not running"),
        (lifecycle.unpause, "is not paused"),
    ],
)
def test_what_does_not_run_is_not_frozen_or_killed(world, change, message):
    made = make(world)
    with pytest.raises(RefusedError, match=f"Container {made} {message}"):
        change(world, made)


def test_a_paused_container_neither_starts_nor_is_paused_nor_removed(world):
    made = begin(world)
    lifecycle.pause(world, made)
    for change, message in (
        (lifecycle.start, "cannot start a paused container, try unpause instead"),
        (lifecycle.pause, "is already paused"),
        (lifecycle.remove, "You cannot remove a paused container .* Unpause and then stop"),
    ):
        with pytest.raises(RefusedError, match=message) as refusal:
            change(world, made)
        assert refusal.value.status == 409


def test_time_stands_still_for_a_paused_container(world):
    made = begin(world, ["sleep", "10"])
    lifecycle.pause(world, made)
    later(world, 60)
    assert state(world, made).status is Status.PAUSED
    lifecycle.unpause(world, made)
    later(world, 9)
    assert state(world, made).status is Status.RUNNING
    later(world, 1)
    assert state(world, made).status is Status.EXITED


def test_killing_a_paused_container_ends_it(world):
    made = begin(world)
    lifecycle.pause(world, made)
    lifecycle.kill(world, made)
    assert (state(world, made).status, state(world, made).exit_code) == (Status.EXITED, 137)


def test_a_harmless_signal_is_told_and_changes_nothing(world):
    made = begin(world)
    lifecycle.kill(world, made, WINCH)
    assert state(world, made).status is Status.RUNNING
    assert actions(world)[-1] == "kill"


@pytest.mark.parametrize(
    ("config", "signal", "code"),
    [({}, 0, 143), ({"StopSignal": "SIGKILL"}, 0, 137), ({}, SIGNALS["INT"], 130)],
)
def test_a_stop_sends_the_signal_that_the_container_wants(world, config, signal, code):
    made = begin(world, **config)
    stop(world, made, signal=signal)
    assert state(world, made).exit_code == code


def test_a_stop_kills_what_does_not_listen(world):
    made = begin(world, StopSignal="SIGWINCH", StopTimeout=0)
    stop(world, made)
    assert state(world, made).exit_code == 137
    assert actions(world)[-4:] == ["kill", "kill", "die", "stop"]


def test_a_restart_is_told_after_the_start_and_spares_what_removes_itself(world):
    made = begin(world, host={"AutoRemove": True})
    asyncio.run(lifecycle.restart(world, made))
    world.tick()
    assert state(world, made).status is Status.RUNNING
    assert actions(world)[-5:] == ["kill", "die", "stop", "start", "restart"]
    assert world.containers[made].host.flag("AutoRemove")


def test_a_container_that_removes_itself_takes_its_own_volumes_along(world):
    made = begin(world, ["true"], host={"AutoRemove": True}, Volumes={"/data": {}})
    world.tick()
    assert made not in world.containers
    assert not world.volumes
    assert actions(world, "container", "volume")[-2:] == ["destroy", "destroy"]


def test_removing_leaves_volumes_unless_told(world):
    for number, volumes in enumerate((False, True)):
        made = make(world, Volumes={"/data": {}}, name=f"c{number}")
        before = len(world.volumes)
        lifecycle.remove(world, made, volumes=volumes)
        assert before - len(world.volumes) == volumes


def test_a_running_container_is_removed_by_force_alone(world):
    made = begin(world, host=policy("always"))
    with pytest.raises(RefusedError, match=f"You cannot remove a running container {made}"):
        lifecycle.remove(world, made)
    lifecycle.remove(world, made, force=True)
    later(world, 60)
    assert not world.containers
    assert actions(world)[-3:] == ["kill", "die", "destroy"]


def test_what_is_being_removed_is_left_to_it(world):
    made = make(world)
    world.change(world.containers[made], state=replace(state(world, made), status=Status.REMOVING))
    with pytest.raises(RefusedError, match="removal of container one is already in progress"):
        lifecycle.remove(world, made, force=True)
    with pytest.raises(RefusedError, match="container is marked for removal and cannot be"):
        lifecycle.start(world, made)


def test_whoever_waits_learns_of_an_end_and_of_the_removal(world):
    made = begin(world, ["sh", "-c", "sleep 5; exit 4"], host={"AutoRemove": True})
    awaited = Awaited(made)
    world.awaited.add(awaited)
    later(world, 5)
    assert awaited.exit_code == 4
    world.tick()
    assert awaited.removed


@pytest.mark.parametrize(
    ("host", "command", "starts"),
    [
        ({}, "false", 1),
        (policy("no"), "false", 1),
        (policy("on-failure", 2), "false", 3),
        (policy("on-failure"), "true", 1),
        (policy("always"), "true", 5),
        (policy("unless-stopped"), "false", 5),
    ],
)
def test_a_policy_starts_a_container_again(world, host, command, starts):
    made = begin(world, [command], host=host)
    for _ in range(30):
        later(world, 0.1)
    assert actions(world).count("start") == starts
    assert world.containers[made].restarts == (starts - 1 if starts < 5 else starts)


def test_a_policy_waits_twice_as_long_each_time_until_a_start_has_lasted(world):
    made = begin(world, ["sleep", "1"], host=policy("always"))
    pauses = []
    for _ in range(3):
        later(world, 1)
        pauses.append(world.containers[made].backoff)
        assert state(world, made).status is Status.RESTARTING
        later(world, pauses[-1])
    assert pauses == [0.1, 0.2, 0.4]
    world.change(world.containers[made], state=replace(state(world, made), started=NOON - 60))
    later(world, 1)
    assert world.containers[made].backoff == 0.1


@pytest.mark.parametrize("name", ["always", "unless-stopped", "on-failure"])
def test_what_was_ended_by_hand_stays_so(world, name):
    made = begin(world, host=policy(name))
    stop(world, made)
    later(world, 120)
    assert state(world, made).status is Status.EXITED
    lifecycle.start(world, made)
    assert not world.containers[made].by_hand


def test_a_stop_ends_the_waiting_for_a_restart(world):
    made = begin(world, ["false"], host=policy("always"))
    assert state(world, made).running
    stop(world, made)
    later(world, 60)
    assert (state(world, made).status, state(world, made).exit_code) == (Status.EXITED, 1)


@pytest.mark.parametrize(
    ("mode", "status", "message"),
    [
        ("nowhere", 404, "network nowhere not found"),
        ("container:nowhere", 404, "No such container: nowhere"),
        ("container:other", 409, "cannot join network of a non running container: "),
    ],
)
def test_a_container_that_cannot_start_tells_why(world, mode, status, message):
    make(world, name="other")
    made = make(world, host={"NetworkMode": mode})
    with pytest.raises(RefusedError, match=message) as refusal:
        lifecycle.start(world, made)
    assert refusal.value.status == status
    failed = state(world, made)
    assert (failed.status, failed.exit_code) == (Status.CREATED, 128)
    assert failed.error.startswith(message)


def test_a_failed_start_removes_what_removes_itself(world):
    made = make(world, host={"NetworkMode": "nowhere", "AutoRemove": True})
    with pytest.raises(RefusedError, match="network nowhere not found"):
        lifecycle.start(world, made)
    assert made not in world.containers


def test_a_port_of_the_host_leads_to_one_container(world):
    wanted = {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
    first = begin(world, host=wanted, ExposedPorts={"80/tcp": {}})
    assert world.containers[first].ports == {"80/tcp": (("0.0.0.0", 8080), ("::", 8080))}
    second = make(world, host=wanted, ExposedPorts={"80/tcp": {}}, name="two")
    with pytest.raises(RefusedError, match=r"Bind for 0.0.0.0:8080 failed: port is already"):
        lifecycle.start(world, second)
    lifecycle.kill(world, first)
    lifecycle.start(world, second)
    assert state(world, second).status is Status.RUNNING


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ({}, {"80/tcp": ()}),
        ({"PublishAllPorts": True}, {"80/tcp": (("0.0.0.0", 32768), ("::", 32768))}),
        (
            {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "90-99"}]}},
            {"80/tcp": (("127.0.0.1", 90),)},
        ),
        # A port that is bound and not exposed is not published, as clients expose it themselves.
        ({"PortBindings": {"81/tcp": [{"HostPort": "81"}]}}, {"80/tcp": ()}),
        ({"NetworkMode": "host", "PublishAllPorts": True}, {}),
    ],
)
def test_exposed_ports_are_published_as_asked(world, host, expected):
    made = begin(world, host=host, ExposedPorts={"80/tcp": {}})
    assert world.containers[made].ports == expected


def test_a_kernel_without_memory_ends_a_container(world):
    made = begin(world)
    lifecycle.out_of_memory(world, made)
    assert (state(world, made).exit_code, state(world, made).oom_killed) == (137, True)
    assert actions(world)[-2:] == ["oom", "die"]


@pytest.mark.parametrize(
    ("version", "removes", "shares"),
    [(ApiVersion(1, 18), False, 262144), (ApiVersion(1, 24), False, 2**20), (HIGHEST, True, 2**20)],
)
def test_old_versions_take_a_host_config_otherwise(world, version, removes, shares):
    made = make(world, version=version, host={"AutoRemove": True, "CpuShares": 2**20})
    host = world.containers[made].host
    assert (host.flag("AutoRemove"), host.number("CpuShares")) == (removes, shares)


@pytest.mark.parametrize(
    ("host", "by_hand", "expected"),
    [
        ({}, False, Status.EXITED),
        (policy("always"), False, Status.RUNNING),
        (policy("always"), True, Status.RUNNING),
        (policy("unless-stopped"), False, Status.RUNNING),
        (policy("unless-stopped"), True, Status.EXITED),
        (policy("on-failure"), False, Status.RUNNING),
    ],
)
def test_a_daemon_that_is_restarted_starts_what_its_policies_want(world, host, by_hand, expected):
    made = begin(world, host=host)
    if by_hand:
        stop(world, made)
    restart(world)
    assert state(world, made).status is expected
    assert world.containers[made].restarts == 0


def test_a_restart_of_the_daemon_removes_what_removes_itself_and_forgets_events(world):
    made = begin(world, host={"AutoRemove": True})
    lifecycle.pause(world, begin(world, name="two"))
    restart(world)
    assert made not in world.containers
    assert [each.state.status for each in world.containers.values()] == [Status.EXITED]
    assert not world.events


def test_a_registered_program_is_what_a_container_runs(world):
    def program(invocation):
        yield Pause(2)
        return len(invocation.arguments)

    world.programs["mine"] = program
    made = begin(world, ["mine", "a", "b"])
    later(world, 2)
    assert state(world, made).exit_code == 3
