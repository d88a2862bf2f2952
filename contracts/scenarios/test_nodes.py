"""The node of a swarm of one."""

from contracts.scenarios.making import JSON
from contracts.scenarios.swarming import (
    MALFORMED,
    begin,
    image_id,
    index,
    only_task,
    service,
    settled,
)
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE

_NO_NODE = "no suitable node (1 node not available for new tasks)"

_ACTIVE: dict[str, Json] = {"Role": "manager", "Availability": "active"}


def test_outside_of_a_swarm_there_are_no_nodes(engine: Stage) -> None:
    """A daemon in no swarm knows no node, itself neither."""
    engine.call("NodeList")
    engine.call("NodeInspect", at=UNKNOWN)
    engine.call("NodeUpdate", _ACTIVE, at=UNKNOWN, version=1)
    engine.call("NodeDelete", at=UNKNOWN)


def test_a_node_is_found_and_changed(engine: Stage) -> None:
    """A node takes labels and a name; the only manager neither becomes a worker nor goes."""
    begin(engine)
    node = _found(engine)
    first = engine.call("NodeInspect", at=node)
    named: dict[str, Json] = {**_ACTIVE, "Name": engine.name("node"), "Labels": engine.labels}
    engine.call("NodeUpdate", named, at=node, version=index(first))
    engine.call("NodeInspect", at=node)
    engine.call("NodeUpdate", named, at=node, version=index(first))
    engine.call("NodeUpdate", named, at=node)
    engine.call("NodeUpdate", named, at=UNKNOWN, version=1)
    engine.call("NodeUpdate", MALFORMED, at=node, media_type=JSON, version=1)
    refused: tuple[dict[str, Json], ...] = (
        {"Role": "worker", "Availability": "active"},
        {"Role": "contract", "Availability": "active"},
        {"Role": "manager", "Availability": "contract"},
    )
    for spec in refused:
        seen = engine.call("NodeInspect", at=node)
        engine.call("NodeUpdate", spec, at=node, version=index(seen))
    engine.call("NodeDelete", at=node)
    engine.call("NodeDelete", at=node, force=True)
    engine.call("NodeDelete", at=UNKNOWN)


def test_a_node_pauses_and_is_drained(engine: Stage) -> None:
    """A node that pauses takes no task, one that is active does; one that is drained ends it."""
    begin(engine)
    node = engine.call("NodeList").text("/0/ID")
    seen = engine.call("NodeInspect", at=node)
    engine.call("NodeUpdate", _available("pause"), at=node, version=index(seen))
    made = engine.call(
        "ServiceCreate",
        service(engine, image_id(engine), "waiting", 1),
    )
    task = only_task(engine, made, {"/Status/State": "pending", "/Status/Err": _NO_NODE})
    for availability, state in (("active", "running"), ("drain", "shutdown")):
        seen = engine.call("NodeInspect", at=node)
        engine.call("NodeUpdate", _available(availability), at=node, version=index(seen))
        settled(engine, task, state)
        engine.call("TaskInspect", at=task)
    engine.call("NodeInspect", at=node)


def _available(how: str) -> dict[str, Json]:
    return {"Role": "manager", "Availability": how}


def _found(engine: Stage) -> str:
    """Find the node by all that it can be found by, and return its id."""
    nodes = engine.call("NodeList")
    node, host = nodes.text("/0/ID"), nodes.text("/0/Description/Hostname")
    filters: tuple[dict[str, Json], ...] = (
        {"id": [node]},
        {"name": [host]},
        {"role": ["manager"]},
        {"role": ["worker"]},
        {"membership": ["accepted"]},
        {"label": ["contract"]},
        {"role": ["contract"]},
        {"contract": ["1"]},
    )
    for each in filters:
        engine.call("NodeList", filters=each)
    engine.call("NodeList", filters="contract")
    for name in (host, UNKNOWN):
        engine.call("NodeInspect", at=name)
    return node
