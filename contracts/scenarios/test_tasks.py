"""Tasks of services, and what they say."""

from contracts.scenarios.making import label
from contracts.scenarios.swarming import (
    COMPLETE,
    FAILED,
    SAYING,
    begin,
    image_id,
    only_task,
    said,
    service,
    template,
)
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE


def test_outside_of_a_swarm_there_are_no_tasks(engine: Stage) -> None:
    """A daemon in no swarm neither lists tasks nor tells what they say."""
    engine.call("TaskList")
    engine.call("TaskInspect", at=UNKNOWN)
    engine.call("TaskLogs", at=UNKNOWN, stdout=True)


def test_a_task_ends(engine: Stage) -> None:
    """A task that fails is found, and tells its code and what it said; one that does not, too."""
    begin(engine)
    image = image_id(engine)
    failing = [*SAYING[:-1], f"{SAYING[-1]}; exit 3"]
    spec: dict[str, Json] = {"Env": ["CONTRACT=1"]}
    made = engine.call(
        "ServiceCreate",
        service(engine, image, "failing", 1, TaskTemplate=template(engine, image, failing, spec)),
    )
    task = only_task(engine, made, FAILED)
    node = engine.call("TaskInspect", at=task).text("/NodeID")
    filters: tuple[dict[str, Json], ...] = (
        {"id": [task]},
        {"name": [engine.name("failing")]},
        {"service": [engine.name("failing")], "desired-state": ["shutdown"]},
        {"desired-state": ["running"]},
        {"node": [node]},
        {"label": label(engine)},
        {"service": [UNKNOWN]},
        {"desired-state": ["contract"]},
        {"contract": ["1"]},
    )
    for each in filters:
        engine.call("TaskList", filters=each)
    engine.call("TaskList", filters="contract")
    engine.call("TaskInspect", at=UNKNOWN)
    for query in said(engine):
        engine.call("TaskLogs", at=task, **query)
    engine.call("TaskLogs", at=UNKNOWN, stdout=True)
    engine.call("ServiceDelete", at=engine.name("failing"))
    _on_a_terminal(engine, image)


def _on_a_terminal(engine: Stage, image: str) -> None:
    """Run a task that ends well, and read what it said as it was said."""
    spec: dict[str, Json] = {"TTY": True}
    made = engine.call(
        "ServiceCreate",
        service(engine, image, "talking", 1, TaskTemplate=template(engine, image, SAYING, spec)),
    )
    task = only_task(engine, made, COMPLETE)
    engine.call("TaskInspect", at=task)
    engine.call("TaskLogs", at=task, stdout=True, stderr=True)
    engine.call("ServiceLogs", at=engine.name("talking"), stdout=True, timestamps=True)
