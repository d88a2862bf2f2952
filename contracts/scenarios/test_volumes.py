"""Volumes, from their making to their removal."""

from contracts.scenarios.making import JSON, TEXT, own
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_a_volume_is_made(engine: Stage) -> None:
    """A volume is made once, told with its labels and options, and removed once."""
    name = engine.name("plain")
    settings: dict[str, Json] = {
        "Name": name,
        "Driver": "local",
        "DriverOpts": {},
        "Labels": {**engine.labels, "colour": "blue"},
    }
    engine.call("VolumeCreate", settings)
    engine.call("VolumeCreate", settings)
    engine.call("VolumeCreate", {**settings, "Labels": engine.labels})
    engine.call("VolumeInspect", at=name)
    engine.call("VolumeDelete", at=name)
    engine.call("VolumeInspect", at=name)
    engine.call("VolumeDelete", at=name)
    engine.call("VolumeDelete", at=name, force=True)


def test_a_volume_has_options(engine: Stage) -> None:
    """Options of the driver are told; those that it does not know make no volume."""
    name = engine.name("memory")
    options: dict[str, Json] = {"type": "tmpfs", "device": "tmpfs", "o": "size=65536"}
    settings: dict[str, Json] = {"Name": name, "Labels": engine.labels}
    engine.call("VolumeCreate", {**settings, "DriverOpts": options})
    engine.call("VolumeInspect", at=name)
    other: dict[str, Json] = {"Name": engine.name("other"), "Labels": engine.labels}
    engine.call("VolumeCreate", {**other, "DriverOpts": {"colour": "blue"}})
    engine.call("VolumeCreate", {**other, "DriverOpts": {"type": "tmpfs"}})
    engine.call("VolumeInspect", at=engine.name("other"))


def test_volumes_are_listed(engine: Stage) -> None:
    """Lists tell the volumes that filters admit."""
    one, two = engine.name("one"), engine.name("two")
    engine.call("VolumeCreate", {"Name": one, "Labels": {**engine.labels, "colour": "blue"}})
    engine.call("VolumeCreate", {"Name": two, "Labels": engine.labels})
    user: dict[str, Json] = {"Image": engine.image, "Labels": engine.labels, "Cmd": ["true"]}
    host: dict[str, Json] = {"NetworkMode": "none", "Binds": [f"{two}:/data"]}
    engine.call("ContainerCreate", {**user, "HostConfig": host}, name=engine.name("user"))
    admitted: tuple[dict[str, Json], ...] = (
        {},
        {"name": [one]},
        {"driver": ["local"]},
        {"driver": ["nothing"]},
        {"dangling": ["true"]},
        {"dangling": ["false"]},
        {"dangling": ["perhaps"]},
        {"colour": ["blue"]},
    )
    for filters in admitted:
        engine.call("VolumeList", filters=own(engine, **filters))
    engine.call("VolumeList", filters={"label": ["colour=blue"], "name": [one]})
    engine.call("VolumeList", filters="{")  # no JSON
    engine.call("ContainerDelete", at=engine.name("user"), v=True)


def test_a_volume_is_refused(engine: Stage) -> None:
    """Names and bodies that are none make no volume."""
    engine.call("VolumeCreate", {"Name": "not a name", "Labels": engine.labels})
    engine.call("VolumeCreate", {"Name": "v", "Labels": engine.labels})
    engine.call("VolumeCreate", b"{", media_type=JSON)
    engine.call("VolumeCreate", {"Labels": engine.labels}, media_type=TEXT)
    engine.call("VolumeCreate", {"Name": engine.name("typed"), "Labels": "blue"})
    engine.call("VolumeInspect", at=UNKNOWN)
    engine.call("VolumeDelete", at=UNKNOWN)


def test_a_volume_gets_a_name(engine: Stage) -> None:
    """A volume that was given no name has one nevertheless."""
    name = engine.call("VolumeCreate", {"Labels": engine.labels}).text("/Name")
    engine.call("VolumeInspect", at=name)
    engine.call("VolumeDelete", at=name)
