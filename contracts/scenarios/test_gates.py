"""What daemons of several versions do differently from one to the next: a story for each gate."""

from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED

_SHORT = 1.0  # seconds in which a daemon sends the head of a reply, if it does so at once


def _created(engine: Stage, what: str, **more: Json) -> str:
    """Make a container that sleeps, or does what `more` says; return its name."""
    name = engine.name(what)
    sleeping: dict[str, Json] = {
        "Image": engine.image,
        "Cmd": ["sleep", "60"],
        "Labels": engine.labels,
        "HostConfig": {"NetworkMode": "none"},
    }
    engine.call("ContainerCreate", sleeping | more, name=name)
    return name


def test_cpu_shares_are_clamped(engine: Stage) -> None:
    """A container is created with fewer and with more shares than the kernel knows."""
    for what, shares in (("few", 1), ("many", 300000)):
        name = _created(engine, what, HostConfig={"CpuShares": shares, "NetworkMode": "none"})
        engine.call("ContainerInspect", at=name)


def test_a_container_with_a_volume_is_inspected(engine: Stage) -> None:
    """Inspecting tells of volumes and mounts, of limits, of networks and of sizes."""
    name = _created(
        engine,
        "mounted",
        Volumes={"/data": {}},
        HostConfig={"Memory": 67108864, "CpuShares": 512, "CpusetCpus": "0"},
    )
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerInspect", at=name, size=True)


def test_a_container_that_ran_is_killed(engine: Stage) -> None:
    """A container that does not run is killed, before it ran and after."""
    name = _created(engine, "killed", Cmd=["true"])
    engine.call("ContainerKill", at=name)
    engine.call("ContainerStart", at=name)
    engine.until("ContainerInspect", "/State/Running", wanted=False, at=name)
    engine.call("ContainerKill", at=name, signal="SIGKILL")


def test_statistics_tell_of_networks(engine: Stage) -> None:
    """A container in a network has statistics of it; one that does not run has next to none."""
    name = _created(engine, "measured", HostConfig={"NetworkMode": "bridge"})
    engine.call("ContainerStats", at=name, stream=False)
    engine.call("ContainerStart", at=name)
    engine.call("ContainerStats", at=name, stream=False)
    engine.call("ContainerKill", at=name)


def test_an_exec_is_started_with_another_media_type(engine: Stage) -> None:
    """An exec is started by a body that is JSON, and does not say so."""
    name = _created(engine, "executing")
    engine.call("ContainerStart", at=name)
    command: Json = {"AttachStdout": True, "Cmd": ["echo", "heard"]}
    for media_type in ("text/plain", "application/json"):
        made = engine.call("ContainerExec", command, at=name).text("/Id")
        engine.call("ExecStart", {"Detach": False, "Tty": False}, at=made, media_type=media_type)
    engine.call("ContainerKill", at=name)


def test_a_container_is_started_with_a_body(engine: Stage) -> None:
    """A start brings a HostConfig with it, as it did before there was one in creating."""
    name = _created(engine, "started", HostConfig={})
    engine.call("ContainerStart", {"NetworkMode": "none", "CpuShares": 256}, at=name)
    engine.call("ContainerDelete", at=name, force=True)


def test_a_file_is_copied_from_a_container(engine: Stage) -> None:
    """A file is copied in the old manner, and one that is not there."""
    name = _created(engine, "copied")
    engine.call("ContainerCopy", {"Resource": "/etc/hostname"}, at=name)
    engine.call("ContainerCopy", {"Resource": "/nowhere"}, at=name)


def test_errors_have_a_form(engine: Stage) -> None:
    """What is unknown, malformed or no JSON is refused, by JSON or by text."""
    unknown = engine.name("unknown")
    engine.call("ContainerInspect", at=unknown)
    engine.call("ImageInspect", at=unknown)
    engine.call("VolumeInspect", at=unknown)
    engine.call("ContainerList", filters="{")
    engine.call("ContainerCreate", b"{", media_type="application/json")
    engine.call("ContainerCreate", b"{}", media_type="text/plain")


def test_the_daemon_tells_of_itself(engine: Stage) -> None:
    """The daemon tells how it runs containers, and what keeps them apart."""
    engine.call("SystemInfo")
    engine.call("SystemVersion")
    engine.call("SystemPing")


def test_a_container_removes_itself(engine: Stage) -> None:
    """A container asks to be removed when it ends, and is looked for after that."""
    hosted: Json = {"AutoRemove": True, "NetworkMode": "none"}
    name = _created(engine, "vanishing", HostConfig=hosted)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerStart", at=name)
    engine.call("ContainerKill", at=name)
    # It stays where AutoRemove was not honoured: there is nothing to wait for that is certain.
    engine.pause(0.5)
    engine.call("ContainerInspect", at=name)


def test_networks_are_listed_with_what_is_in_them(engine: Stage) -> None:
    """A network with a running container in it is listed and inspected."""
    network = engine.name("net")
    engine.call("NetworkCreate", {"Name": network, "Labels": engine.labels, "CheckDuplicate": True})
    name = _created(engine, "connected", HostConfig={"NetworkMode": network})
    engine.call("ContainerStart", at=name)
    engine.call("NetworkList", filters={"name": [network]})
    engine.call("NetworkInspect", at=network)
    engine.call("ContainerDelete", at=name, force=True)


def test_a_websocket_has_frames(engine: Stage) -> None:
    """A websocket sends what a container wrote, as text or as bytes."""
    name = _created(engine, "written", Cmd=["echo", "heard"])
    engine.call("ContainerStart", at=name)
    engine.until("ContainerInspect", "/State/Running", wanted=False, at=name)
    engine.call("ContainerAttachWebsocket", at=name, logs=True, stdout=True, stderr=True)


def test_a_build_tells_its_image(engine: Stage) -> None:
    """A build tells the id of what it made in a message of its own, or in words alone."""
    engine.call(
        "ImageBuild",
        engine.archive("build"),
        t=engine.name("built"),
        labels=engine.labels,
        networkmode="none",
        nocache=True,
    )


def test_a_wait_has_conditions(engine: Stage) -> None:
    """A wait ends when a container does, or at another moment that is named."""
    ended = _created(engine, "ended", Cmd=["sh", "-c", "exit 3"])
    engine.call("ContainerStart", at=ended)
    engine.until("ContainerInspect", "/State/Running", wanted=False, at=ended)
    engine.call("ContainerWait", at=ended)
    for condition in ("not-running", "next-exit", "removed"):
        engine.call("ContainerWait", at=ended, condition=condition, deadline=_SHORT)
    running = _created(engine, "running")
    engine.call("ContainerStart", at=running)
    engine.call("ContainerWait", at=running, deadline=_SHORT)
    engine.call("ContainerKill", at=running)


def test_an_image_is_pulled_for_a_platform(engine: Stage) -> None:
    """An image is pulled, and then for a platform that there is not."""
    hosted = engine.hosted("pulled")
    engine.call("ImageCreate", fromImage=hosted, tag="latest")
    engine.call("ImageCreate", fromImage=hosted, tag="latest", platform="contract/none/at/all")
    # The next version should have to pull it as well.
    engine.call("ImageDelete", at=f"{hosted}:latest")


def test_an_image_is_built_for_a_platform(engine: Stage) -> None:
    """An image is built for a platform that there is not."""
    engine.call(
        "ImageBuild",
        engine.archive("build"),
        t=engine.name("built-for"),
        labels=engine.labels,
        networkmode="none",
        platform="contract/none/at/all",
    )
