"""The daemon as it tells of itself, by version."""

import re
import socket
from contextlib import closing
from dataclasses import replace

import pytest
from fake_asking import NOON, ask, post, service_of, world_of

from harness.fake import FakeDaemon
from harness.fake.plugins.configs import made_up
from harness.fake.plugins.values import Plugin
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, File, Image, Layer, Mount, State, Status, Volume

UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"


def layer(name, size):
    return Layer(id=f"sha256:{name}", files={f"/{name}": File(content=b"x" * size)})


def container(number, status=Status.EXITED, *, image="sha256:one", mounts=()):
    return Container(
        id=f"{number}" * 64,
        name=f"c{number}",
        created=NOON,
        image=image,
        image_name=image,
        config=Fields({"Cmd": ["sh"]}),
        host=Fields(),
        state=State(status=status),
        mounts=mounts,
    )


def image(name, *layers, parent=""):
    return Image(id=name, config=Fields(), layers=layers, created=NOON, parent=parent)


def world_with(containers=(), images=(), volumes=(), **settings):
    world = world_of(**settings)
    world.containers.update({each.id: each for each in containers})
    world.images.update({each.id: each for each in images})
    world.volumes.update({each.name: each for each in volumes})
    return world


def info(version="1.33", world=None, **settings):
    return ask(service_of(world, **settings), f"/v{version}/info").json


@pytest.mark.parametrize("version", ["1.18", "1.24", "1.33"])
@pytest.mark.parametrize(("method", "body"), [("GET", b"OK"), ("HEAD", b"")])
def test_a_ping_says_ok_and_is_never_cached(version, method, body):
    told = ask(service_of(), f"/v{version}/_ping", method)
    assert (told.status, told.body) == (200, body)
    assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert told.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert told.headers["Pragma"] == "no-cache"


@pytest.mark.parametrize(
    ("version", "absent"),
    [("1.18", {"BuildTime", "MinAPIVersion"}), ("1.24", {"MinAPIVersion"}), ("1.25", set())],
)
def test_the_version_is_that_of_the_daemon_and_not_of_the_request(version, absent):
    told = ask(service_of(low="1.18", high="1.30"), f"/v{version}/version").json
    assert told["ApiVersion"] == "1.30"
    assert told["Version"] == "17.06.2-fake"
    assert {"BuildTime", "MinAPIVersion"} - told.keys() == absent


def test_containers_are_counted_by_how_they_are():
    statuses = [*Status, Status.RUNNING]
    containers = [container(number, status) for number, status in enumerate(statuses)]
    told = info(world=world_with(containers))
    counts = {name: told[name] for name in told if name.startswith("Containers")}
    assert counts == {
        "Containers": 8,
        "ContainersRunning": 3,
        "ContainersPaused": 1,
        "ContainersStopped": 4,
    }


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.23", None),
        ("1.24", ["seccomp"]),
        ("1.25", ["name=seccomp,profile=default"]),
        ("1.33", ["name=seccomp,profile=default"]),
    ],
)
def test_security_options_have_keys_since_1_25(version, expected):
    assert info(version).get("SecurityOptions") == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.18", "<not supported>"), ("1.24", "<not supported>"), ("1.25", None), ("1.33", None)],
)
def test_there_was_an_execution_driver_until_1_24(version, expected):
    assert info(version).get("ExecutionDriver") == expected


@pytest.mark.parametrize(("version", "told"), [("1.23", False), ("1.24", True), ("1.33", True)])
def test_the_swarm_is_told_of_since_there_is_one(version, told):
    swarm = info(version).get("Swarm")
    assert (swarm is not None) is told
    if told:
        assert swarm["LocalNodeState"] == "inactive"


def test_numbers_and_names_are_those_of_the_settings():
    world = world_of()
    told = info(world=world)
    settings = world.settings
    assert told["NCPU"] == settings.processors
    assert told["MemTotal"] == settings.memory
    assert told["Name"] == settings.hostname
    assert told["DockerRootDir"] == settings.root
    assert told["ServerVersion"] == settings.product
    assert told["SystemTime"] == "2017-07-14T02:40:00.000000000Z"
    assert told["Images"] == 0


def test_each_daemon_has_an_identity_of_its_own_and_keeps_it():
    first, second = FakeDaemon(), FakeDaemon()
    known = info(world=first.world)["ID"]
    assert re.fullmatch(r"[A-Z2-7]{4}(:[A-Z2-7]{4}){11}", known)
    assert info(world=first.world)["ID"] == known
    assert info(world=second.world)["ID"] != known
    assert info(world=world_of())["ID"] == info(world=world_of())["ID"]


def test_plugins_that_are_enabled_are_told_by_what_they_can_do():
    world = world_of()
    parts = made_up("x")
    config = {**parts.config, "Interface": {"Types": ["docker.volumedriver/1.0"]}}
    for name, enabled in (("on:latest", True), ("off:latest", False)):
        plugin = Plugin(name, name, replace(parts, config=config), enabled=enabled)
        world.plugins[name] = plugin
    told = info(world=world)["Plugins"]
    assert told["Volume"] == ["local", "on:latest"]
    assert told["Network"] == ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"]
    assert told["Authorization"] is None


def disk_usage(world):
    return ask(service_of(world), "/v1.30/system/df").json


def test_layers_count_once_and_shared_ones_are_told():
    base, first, second = layer("base", 100), layer("first", 20), layer("second", 3)
    images = [
        image("sha256:one", base, first),
        image("sha256:two", base, second),
        image("sha256:three", layer("alone", 5)),
    ]
    told = disk_usage(world_with([container(1), container(2)], images))
    assert told["LayersSize"] == 128
    by_id = {each["Id"]: each for each in told["Images"]}
    assert {
        name: (each["Size"], each["SharedSize"], each["Containers"]) for name, each in by_id.items()
    } == {"sha256:one": (120, 100, 2), "sha256:two": (103, 100, 0), "sha256:three": (5, 0, 0)}


def test_images_that_others_were_made_from_take_no_line():
    base = layer("base", 100)
    images = [
        image("sha256:one", base),
        image("sha256:two", base, layer("second", 3), parent="sha256:one"),
    ]
    told = disk_usage(world_with(images=images))
    assert [each["Id"] for each in told["Images"]] == ["sha256:two"]
    assert told["LayersSize"] == 103


def test_volumes_tell_who_uses_them_and_how_large_they_are():
    mount = Mount("volume", "/data", name="used")
    bind = Mount("bind", "/bound", source="used")
    volumes = [
        Volume("used", NOON, files={"/a": File(content=b"abc")}),
        Volume("unused", NOON),
    ]
    world = world_with(
        [container(1, mounts=(mount, bind)), container(2, mounts=(mount,))], (), volumes
    )
    usage = {each["Name"]: each["UsageData"] for each in disk_usage(world)["Volumes"]}
    assert usage == {"used": {"RefCount": 2, "Size": 3}, "unused": {"RefCount": 0, "Size": 0}}


def test_containers_tell_their_sizes():
    images = [image("sha256:one", layer("base", 100))]
    (told,) = disk_usage(world_with([container(1)], images))["Containers"]
    assert told["Names"] == ["/c1"]
    assert told["SizeRootFs"] == 100


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "no upgrade proto in request"),
        ({"connection": "Upgrade"}, "no upgrade proto in request"),
        ({"connection": "Upgrade", "upgrade": "tcp"}, "protocol tcp not supported"),
        ({"connection": "Upgrade", "upgrade": "H2C"}, "protocol H2C not supported"),
    ],
)
def test_a_session_speaks_http_2(headers, message):
    told = post(service_of(), "/v1.31/session", headers=headers)
    assert (told.status, told.message) == (400, message)


def test_there_are_no_sessions_before_1_31():
    assert post(service_of(), "/v1.30/session").status == 404


def test_a_session_waits_until_its_client_leaves():
    with FakeDaemon() as daemon, closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(5)
        line.connect(daemon.host.removeprefix("unix://"))
        line.sendall(b"POST /v1.31/session HTTP/1.1\r\nHost: d\r\n" + UPGRADE + b"\r\n")
        expected = (
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
        )
        seen = b""
        while len(seen) < len(expected):
            seen += line.recv(65536)
        assert seen == expected
        line.sendall(b"anything")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
