"""Containers, from their making to their removal."""

from contracts.scenarios.making import JSON, TEXT, created, ended, own, started, stopped
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_a_container_is_killed_twice(engine: Stage) -> None:
    """A container that does not run is killed again."""
    name = engine.name("killed")
    engine.call(
        "ContainerCreate",
        {"Image": engine.image, "Cmd": ["sleep", "60"], "Labels": engine.labels},
        name=name,
    )
    engine.call("ContainerStart", at=name)
    engine.call("ContainerKill", at=name)
    engine.until("ContainerInspect", "/State/Running", wanted=False, at=name)
    engine.call("ContainerKill", at=name)
    engine.call("ContainerDelete", at=name, force=True)


def test_a_container_is_started_and_stopped_twice(engine: Stage) -> None:
    """What a container is already, it need not become; what runs is not removed without force."""
    name = created(engine, "started", StopSignal="SIGKILL", StopTimeout=1)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerStop", at=name)
    engine.call("ContainerStart", at=name, detachKeys="ctrl-x")
    engine.call("ContainerStart", at=name)
    engine.call("ContainerInspect", at=name, size=True)
    engine.call("ContainerDelete", at=name)
    engine.call("ContainerStop", at=name)
    engine.call("ContainerStop", at=name, t=1)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerRestart", at=name, t=0)
    engine.call("ContainerStop", at=name, t=0)
    engine.call("ContainerDelete", at=name, v=True, force=False, link=False)
    engine.call("ContainerDelete", at=name)


def test_a_container_gets_signals(engine: Stage) -> None:
    """Signals go by name or number; one that no system has is refused."""
    name = started(engine, "signalled")
    engine.call("ContainerKill", at=name, signal="SIGCONT")
    engine.call("ContainerKill", at=name, signal="18")
    engine.call("ContainerKill", at=name, signal="NONE")
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerKill", at=name, signal="KILL")
    stopped(engine, name)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerKill", at=name, signal="SIGCONT")
    engine.call("ContainerDelete", at=name)


def test_a_container_is_paused(engine: Stage) -> None:
    """A paused container runs no command, and goes on where it was."""
    name = started(engine, "paused")
    engine.call("ContainerUnpause", at=name)
    engine.call("ContainerPause", at=name)
    engine.call("ContainerPause", at=name)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerList", filters=own(engine, status=["paused"]))
    engine.call("ContainerStart", at=name)
    engine.call("ContainerExec", {"Cmd": ["true"]}, at=name)
    engine.call("ContainerUnpause", at=name)
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("ContainerPause", at=name)
    engine.call("ContainerUnpause", at=name)


def test_a_container_is_renamed(engine: Stage) -> None:
    """A name belongs to one container, and the old one to none."""
    one, two, new = created(engine, "one"), created(engine, "two"), engine.name("new")
    created(engine, "one")
    engine.call("ContainerRename", at=one, name=two)
    engine.call("ContainerRename", at=one, name=one)
    engine.call("ContainerRename", at=one, name="")
    engine.call("ContainerRename", at=one, name="not/a/name")
    engine.call("ContainerRename", at=one, name=new)
    engine.call("ContainerInspect", at=new)
    engine.call("ContainerInspect", at=one)
    engine.call("ContainerList", all=True, filters=own(engine, name=[new]))
    engine.call("ContainerRename", at=UNKNOWN, name=one)


def test_a_container_is_found_by_a_part_of_its_id(engine: Stage) -> None:
    """An id may be cut short, and a name may have a slash before it."""
    name = engine.name("cut")
    settings: Json = {"Image": engine.image, "Cmd": ["true"], "Labels": engine.labels}
    made = engine.call("ContainerCreate", settings, name=name).text("/Id")
    engine.call("ContainerInspect", at=made)
    engine.call("ContainerInspect", at=made[:20])
    engine.call("ContainerInspect", at=f"/{name}")
    engine.call("ContainerList", all=True, filters=own(engine, id=[made[:20]]))
    engine.call("ContainerDelete", at=made[:20])


def test_a_container_is_updated(engine: Stage) -> None:
    """Limits change while a container is there; what does not go together changes nothing."""
    name = started(engine, "updated", host={"Memory": 33554432, "MemorySwap": 67108864})
    limits: dict[str, Json] = {
        "CpuShares": 512,
        "CpuPeriod": 100000,
        "CpuQuota": 50000,
        "CpusetCpus": "0",
    }
    memory: dict[str, Json] = {
        "Memory": 67108864,
        "MemorySwap": 134217728,
        "MemoryReservation": 33554432,
    }
    engine.call("ContainerUpdate", {**limits, **memory, "CpusetMems": "0"}, at=name)
    engine.call("ContainerInspect", at=name)
    policy: dict[str, Json] = {"Name": "on-failure", "MaximumRetryCount": 4}
    engine.call("ContainerUpdate", {"RestartPolicy": policy, "BlkioWeight": 300}, at=name)
    engine.call("ContainerUpdate", {"PidsLimit": 50, "OomKillDisable": False}, at=name)
    engine.call("ContainerUpdate", {"MemorySwappiness": -1, "KernelMemory": 0}, at=name)
    engine.call("ContainerUpdate", {"CpuRealtimePeriod": 0, "CpuRealtimeRuntime": 0}, at=name)
    others: dict[str, Json] = {
        "Devices": [],
        "DeviceCgroupRules": [],
        "CgroupParent": "",
        "BlkioWeightDevice": [],
        "BlkioDeviceReadBps": [],
        "BlkioDeviceReadIOps": [],
        "BlkioDeviceWriteBps": [],
        "BlkioDeviceWriteIOps": [],
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
    }
    ulimits: Json = [{"Name": "nofile", "Soft": 512, "Hard": 1024}]
    engine.call("ContainerUpdate", {**others, "Ulimits": ulimits, "DiskQuota": 0}, at=name)
    engine.call("ContainerUpdate", {"NanoCpus": 500000000}, at=name)
    engine.call("ContainerUpdate", {"Memory": 268435456}, at=name)
    engine.call("ContainerUpdate", {"Memory": 1024}, at=name)
    engine.call("ContainerUpdate", {"CpusetCpus": "nothing"}, at=name)
    engine.call("ContainerUpdate", {}, at=name)
    engine.call("ContainerUpdate", {"CpuShares": "many"}, at=name)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerKill", at=name)


def test_a_container_is_restarted_by_its_policy(engine: Stage) -> None:
    """A container that fails is started again as often as its policy says."""
    policy: dict[str, Json] = {"Name": "on-failure", "MaximumRetryCount": 1}
    name = started(engine, "failing", "sh", "-c", "exit 3", host={"RestartPolicy": policy})
    engine.until("ContainerInspect", "/RestartCount", 1, at=name)
    stopped(engine, name)
    engine.call("ContainerInspect", at=name)


def test_a_container_is_removed_at_its_end(engine: Stage) -> None:
    """A container that removes itself is gone once it has ended."""
    name = started(engine, "fleeting", host={"AutoRemove": True})
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerKill", at=name)
    engine.pause(0.5)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerList", all=True, filters=own(engine))


def test_containers_are_listed(engine: Stage) -> None:
    """Lists tell what runs, or all, and of it what the filters and the parameters admit."""
    old = created(engine, "old", ExposedPorts={"80/tcp": {}})
    done = ended(engine, "done", "sh", "-c", "exit 3")
    running = started(engine, "running", Labels={**engine.labels, "colour": "blue"})
    engine.call("ContainerList", filters=own(engine))
    engine.call("ContainerList", all=True, filters=own(engine))
    engine.call("ContainerList", all=True, size=True, filters=own(engine))
    engine.call("ContainerList", limit=2, filters=own(engine))
    engine.call("ContainerList", since=old, filters=own(engine))
    engine.call("ContainerList", before=running, filters=own(engine))
    engine.call("ContainerList", since=UNKNOWN, filters=own(engine))
    admitted: tuple[dict[str, Json], ...] = (
        {"status": ["running"]},
        {"status": ["created", "exited"]},
        {"status": ["asleep"]},
        {"exited": ["3"]},
        {"exited": ["three"]},
        {"name": [done]},
        {"ancestor": [engine.image]},
        {"before": [running]},
        {"since": [old]},
        {"since": [UNKNOWN]},
        {"network": ["none"]},
        {"volume": [engine.name("volume")]},
        {"health": ["none"]},
        {"health": ["poorly"]},
        {"is-task": ["false"]},
        {"isolation": ["default"]},
        {"expose": ["80/tcp"]},
        {"publish": ["80"]},
        {"colour": ["blue"]},
    )
    for filters in admitted:
        engine.call("ContainerList", all=True, filters=own(engine, **filters))
    engine.call("ContainerList", all=True, filters={"label": ["colour=blue"]})
    as_map: Json = {f"{key}={value}": True for key, value in engine.labels.items()}
    engine.call("ContainerList", filters={"label": as_map})
    engine.call("ContainerKill", at=running)


def test_an_unknown_container_is_told(engine: Stage) -> None:
    """Whatever is asked of a container that is not there, the answer says so."""
    engine.call("ContainerInspect", at=UNKNOWN)
    engine.call("ContainerTop", at=UNKNOWN)
    engine.call("ContainerLogs", at=UNKNOWN, stdout=True)
    engine.call("ContainerChanges", at=UNKNOWN)
    engine.call("ContainerExport", at=UNKNOWN)
    engine.call("ContainerStats", at=UNKNOWN, stream=False)
    engine.call("ContainerResize", at=UNKNOWN, h=10, w=20)
    engine.call("ContainerStart", at=UNKNOWN)
    engine.call("ContainerStop", at=UNKNOWN)
    engine.call("ContainerRestart", at=UNKNOWN)
    engine.call("ContainerKill", at=UNKNOWN)
    engine.call("ContainerUpdate", {"CpuShares": 512}, at=UNKNOWN)
    engine.call("ContainerPause", at=UNKNOWN)
    engine.call("ContainerUnpause", at=UNKNOWN)
    engine.call("ContainerAttach", at=UNKNOWN, logs=True, stdout=True)
    engine.call("ContainerAttach", at=UNKNOWN, upgrade=True, stream=True, stdout=True)
    engine.call("ContainerAttachWebsocket", at=UNKNOWN, logs=True)
    engine.call("ContainerWait", at=UNKNOWN)
    engine.call("ContainerDelete", at=UNKNOWN)
    engine.call("ContainerArchiveInfo", at=UNKNOWN, path="/etc")
    engine.call("ContainerArchive", at=UNKNOWN, path="/etc")
    engine.call("PutContainerArchive", engine.archive("files"), at=UNKNOWN, path="/etc")
    engine.call("ContainerCopy", {"Resource": "/etc"}, at=UNKNOWN)
    engine.call("ContainerExec", {"Cmd": ["true"]}, at=UNKNOWN)
    engine.call("ImageCommit", container=UNKNOWN, repo=engine.name("image"))


def test_a_request_for_containers_is_malformed(engine: Stage) -> None:
    """What is no JSON, of another media type, or of another type is refused."""
    made: dict[str, Json] = {"Image": engine.image, "Cmd": ["true"], "Labels": engine.labels}
    create = "ContainerCreate"
    engine.call(create, b"{", media_type=JSON, name=engine.name("malformed"))
    engine.call(create, b"", media_type=JSON, name=engine.name("empty"))
    engine.call(create, made, media_type=TEXT, name=engine.name("text"))
    engine.call(create, {}, name=engine.name("nothing"))
    engine.call(create, {**made, "Cmd": 1}, name=engine.name("type"))
    engine.call(create, {**made, "Cmd": "true"}, name=engine.name("word"))
    engine.call(create, {**made, "Image": UNKNOWN}, name=engine.name("image"))
    engine.call(create, {**made, "Image": "Not An Image"}, name=engine.name("spaces"))
    engine.call(create, made, name="not a name")
    engine.call(create, {**made, "Cmd": [], "Entrypoint": [""]}, name=engine.name("idle"))
    engine.call("ContainerList", filters="{")  # no JSON
    engine.call("ContainerList", limit="many")
    engine.call("ContainerUpdate", b"{", media_type=JSON, at=UNKNOWN)
    engine.call("ContainerUpdate", made, media_type=TEXT, at=UNKNOWN)
    engine.call("ContainerResize", at=UNKNOWN, h="high", w="wide")
    engine.call("ContainerStop", at=UNKNOWN, t="soon")
    engine.call("ContainerRestart", at=UNKNOWN, t="soon")


def test_a_command_cannot_be_started(engine: Stage) -> None:
    """A container whose command or folder is not there is made, and does not start."""
    name = created(engine, "missing", "/not/there")
    engine.call("ContainerStart", at=name)
    engine.call("ContainerInspect", at=name)
    name = created(engine, "folder", "true", WorkingDir="relative")
    engine.call("ContainerStart", at=name)
    name = created(engine, "stranger", "true", User="stranger")
    engine.call("ContainerStart", at=name)
