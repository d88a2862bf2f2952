"""What daemons of several versions do differently from one to the next, within a swarm."""

from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE


def _service(engine: Stage, name: str, image: str) -> dict[str, Json]:
    return {
        "Name": name,
        "Labels": engine.labels,
        "TaskTemplate": {
            "ContainerSpec": {"Image": image, "Command": ["true"], "Labels": engine.labels},
            "RestartPolicy": {"Condition": "none"},
        },
        "Mode": {"Replicated": {"Replicas": 0}},
    }


def test_a_service_is_pinned_to_a_digest(engine: Stage) -> None:
    """A service of an image that a registry has, and of one that none has, is made and changed."""
    address = engine.swarm_address
    engine.call("SwarmInit", {"ListenAddr": address, "AdvertiseAddr": address})
    for what, image in (("pinned", engine.hosted("pulled")), ("loose", engine.hosted("absent"))):
        name = engine.name(what)
        engine.call("ServiceCreate", _service(engine, name, f"{image}:latest"))
        found = engine.call("ServiceInspect", at=name)
        index = found.at("/Version/Index")
        again = _service(engine, name, f"{image}:1")
        engine.call("ServiceUpdate", again, at=name, version=index if isinstance(index, int) else 0)
        engine.call("ServiceInspect", at=name)
        engine.call("ServiceDelete", at=name)
