"""What nothing uses is removed at once, of each kind that can be."""

from contracts.scenarios.making import context, created, label, own, started
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE


def test_containers_are_pruned(engine: Stage) -> None:
    """Containers that do not run are removed if the filters admit them."""
    created(engine, "new")
    created(engine, "blue", Labels={**engine.labels, "colour": "blue"})
    name = started(engine, "running")
    engine.call("ContainerPrune", filters=own(engine, until=["24h"]))
    engine.call("ContainerPrune", filters={"label": [*label(engine), "colour=blue"]})
    engine.call("ContainerPrune", filters=own(engine, until=[engine.now()]))
    engine.call("ContainerPrune", filters=own(engine))
    engine.call("ContainerPrune", filters=own(engine, until=["sometime"]))
    engine.call("ContainerPrune", filters=own(engine, colour=["blue"]))
    engine.call("ContainerPrune", filters="{")  # no JSON
    engine.call("ContainerList", all=True, filters=own(engine))
    engine.call("ContainerKill", at=name)


def test_images_are_pruned(engine: Stage) -> None:
    """Images without a name are removed; others only where that is asked for."""
    engine.call("ImageBuild", context(engine), labels=engine.labels)
    engine.call("ImageBuild", context(engine), t=engine.name("named"), labels=engine.labels)
    engine.call("ImageBuild", context(engine, "LABEL a=b"), labels=engine.labels)
    engine.call("ImagePrune", filters=own(engine, dangling=["true"], until=["24h"]))
    engine.call("ImagePrune", filters=own(engine, dangling=["true"]))
    engine.call("ImagePrune", filters=own(engine, dangling=["perhaps"]))
    engine.call("ImagePrune", filters=own(engine, dangling=["false"]))
    engine.call("ImagePrune", filters=own(engine, colour=["blue"]))
    engine.call("ImagePrune", filters="{")  # no JSON
    engine.call("ImageList", all=True, filters=own(engine))


def test_volumes_are_pruned(engine: Stage) -> None:
    """Volumes that no container has are removed if the filters admit them."""
    one, two = engine.name("one"), engine.name("two")
    engine.call("VolumeCreate", {"Name": one, "Labels": engine.labels})
    engine.call("VolumeCreate", {"Name": two, "Labels": engine.labels})
    user = created(engine, "user", host={"Binds": [f"{two}:/data"]})
    engine.call("VolumePrune", filters=own(engine))
    engine.call("VolumePrune", filters=own(engine, colour=["blue"]))
    engine.call("VolumePrune", filters={"label!": ["docker-contract.run"], "label": [UNKNOWN]})
    engine.call("VolumePrune", filters="{")  # no JSON
    engine.call("VolumeList", filters=own(engine))
    engine.call("ContainerDelete", at=user)
    engine.call("VolumeDelete", at=two)


def test_networks_are_pruned(engine: Stage) -> None:
    """Networks that no container is on are removed if the filters admit them."""
    one = engine.name("one")
    settings: dict[str, Json] = {"Internal": True, "Labels": engine.labels}
    engine.call("NetworkCreate", {"Name": one, **settings})
    engine.call("NetworkPrune", filters=own(engine, until=["24h"]))
    engine.call("NetworkPrune", filters=own(engine))
    engine.call("NetworkPrune", filters=own(engine, until=["sometime"]))
    engine.call("NetworkPrune", filters=own(engine, colour=["blue"]))
    engine.call("NetworkPrune", filters="{")  # no JSON
    engine.call("NetworkInspect", at=one)


def test_what_builds_kept_is_pruned(engine: Stage) -> None:
    """What was kept for the next build is removed."""
    engine.call("BuildPrune")
