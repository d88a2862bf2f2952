"""The daemon itself: what it says of itself, who may come, and what happened."""

from contracts.scenarios.making import JSON, TEXT, created, finished, label, own, started, stopped
from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_a_daemon_introduces_itself(engine: Stage) -> None:
    """A daemon tells that it is there, which it is, and how it is set up."""
    engine.call("SystemPing")
    engine.call("SystemVersion")
    engine.call("SystemInfo")


def test_a_daemon_tells_what_it_keeps(engine: Stage) -> None:
    """Containers, images and volumes are told with the room that they take."""
    engine.call("VolumeCreate", {"Name": engine.name("volume"), "Labels": engine.labels})
    created(engine, "container")
    engine.call("SystemDataUsage")


def test_somebody_logs_in(engine: Stage) -> None:
    """A registry is asked whether it admits somebody."""
    who: dict[str, Json] = {"username": "contract", "password": "contract"}
    address: dict[str, Json] = {"serveraddress": engine.registry}
    engine.call("SystemAuth", {**who, **address})
    engine.call("SystemAuth", {**who, **address, "email": "contract@contract.test"})
    engine.call("SystemAuth", {**address, "identitytoken": "contract", "registrytoken": ""})
    engine.call("SystemAuth", {**who, "serveraddress": "127.0.0.1:1"})
    engine.call("SystemAuth", {**who, "serveraddress": "http://[::1"})
    engine.call("SystemAuth", b"{", media_type=JSON)
    engine.call("SystemAuth", {**who, **address}, media_type=TEXT)


def test_a_container_makes_events(engine: Stage) -> None:
    """What happened to a container, its network, its volume and its image is told in order."""
    since = engine.now()
    network, volume, image = engine.name("network"), engine.name("volume"), engine.name("image")
    labels: Json = engine.labels
    engine.call("NetworkCreate", {"Name": network, "Internal": True, "Labels": labels})
    engine.call("VolumeCreate", {"Name": volume, "Labels": labels})
    host: dict[str, Json] = {"NetworkMode": network, "Binds": [f"{volume}:/data"]}
    name = started(engine, "busy", host=host)
    made = engine.call("ContainerExec", {"Cmd": ["true"]}, at=name).text("/Id")
    engine.call("ExecStart", {"Detach": True}, at=made)
    finished(engine, made)
    # Renamed first: dockerd tells of pausing twice at times, the second time a little later.
    engine.call("ContainerRename", at=name, name=engine.name("renamed"))
    name = engine.name("renamed")
    engine.call("ContainerPause", at=name)
    engine.call("ContainerUnpause", at=name)
    engine.call("ContainerKill", at=name)
    stopped(engine, name)
    engine.call("ImageCommit", {"Labels": labels}, container=name, repo=image)
    engine.call("ImageTag", at=image, repo=image, tag="second")
    engine.call("ContainerDelete", at=name)
    engine.call("ImageDelete", at=f"{image}:second")
    engine.call("ImageDelete", at=image)
    engine.call("VolumeDelete", at=volume)
    engine.call("NetworkDelete", at=network)
    engine.pause(0.1)
    until = engine.now()
    admitted: tuple[dict[str, Json], ...] = (
        {"type": ["container"], **own(engine)},
        {"type": ["image"], **own(engine)},
        {"type": ["network"], "network": [network]},
        {"type": ["volume"], "volume": [volume]},
        {"container": [name]},
        {"image": [f"{image}:second"]},
        {"event": ["create", "destroy"], **own(engine)},
        {"event": ["nothing"], **own(engine)},
        {"type": ["container"], "scope": ["local"], **own(engine)},
        {"colour": ["blue"], **own(engine)},
    )
    for filters in admitted:
        engine.call("SystemEvents", since=since, until=until, filters=filters)


def test_events_are_bounded_by_time(engine: Stage) -> None:
    """Events come from a time, until a time, or without an end."""
    name = created(engine, "one")
    engine.pause(0.1)
    now = engine.now()
    engine.call("ContainerDelete", at=name)
    engine.call("SystemEvents", since=now, until=engine.now(), filters={"label": label(engine)})
    engine.call("SystemEvents", until=now, filters={"label": label(engine)})
    engine.call("SystemEvents", since=now, filters={"label": label(engine)})
    engine.call("SystemEvents", since="yesterday", until=now)
    engine.call("SystemEvents", since=now, until="tomorrow")
    engine.call("SystemEvents", since=now, until=1)
    engine.call("SystemEvents", since=now, until=now, filters="{")  # no JSON


def test_a_session_begins(engine: Stage) -> None:
    """A client that builds turns its request into a session."""
    upgrade = (("Connection", "Upgrade"), ("Upgrade", "h2c"))
    named = ("X-Docker-Expose-Session-Uuid", engine.name("session"))
    engine.call("Session", headers=(*upgrade, named))
    engine.call("Session")
