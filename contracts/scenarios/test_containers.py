"""Containers, from their making to their removal."""

from harness.model.stage import Stage
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
