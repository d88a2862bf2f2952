"""Configs of a swarm, from their making to their removal."""

from contracts.scenarios.making import JSON, own
from contracts.scenarios.swarming import (
    MALFORMED,
    STAYING,
    begin,
    image_id,
    index,
    service,
    template,
)
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE

_DATA = "Y29udHJhY3Q="


def test_outside_of_a_swarm_there_are_no_configs(engine: Stage) -> None:
    """A daemon in no swarm keeps no config."""
    engine.call("ConfigList")
    engine.call("ConfigCreate", _config(engine, "outside"))
    engine.call("ConfigInspect", at=UNKNOWN)
    engine.call("ConfigUpdate", _config(engine, "outside"), at=UNKNOWN, version=1)
    engine.call("ConfigDelete", at=UNKNOWN)


def test_a_config_is_kept_until_nobody_uses_it(engine: Stage) -> None:
    """A config is found, takes other labels, and is not removed while a service uses it."""
    begin(engine)
    made = engine.call("ConfigCreate", _config(engine, "kept")).text("/ID")
    for name in (made, engine.name("kept"), UNKNOWN):
        engine.call("ConfigInspect", at=name)
    _found(engine, made)
    _changed(engine, made)
    spec: dict[str, Json] = {"Configs": [_used(engine, made)]}
    image = image_id(engine)
    task = template(engine, image, STAYING, spec)
    using = service(engine, image, "user", TaskTemplate=task)
    user = engine.call("ServiceCreate", using).text("/ID")
    engine.call("ServiceInspect", at=user)
    engine.call("ConfigDelete", at=made)
    engine.call("ServiceDelete", at=user)
    engine.call("ConfigDelete", at=made)
    engine.call("ConfigDelete", at=made)
    _refused(engine)


def _found(engine: Stage, made: str) -> None:
    """Find it by all that it can be found by, and by what it cannot."""
    filters: tuple[dict[str, Json], ...] = (
        own(engine, name=[engine.name("kept")]),
        {"names": [engine.name("kept")]},
        {"id": [made]},
        {"name": [UNKNOWN]},
        {"label": ["contract"]},
        {"contract": ["1"]},
    )
    engine.call("ConfigList")
    for each in filters:
        engine.call("ConfigList", filters=each)
    engine.call("ConfigList", filters="contract")


def _changed(engine: Stage, made: str) -> None:
    """Change its labels, and try to change it twice at once, and what it says."""
    first = engine.call("ConfigInspect", at=made)
    more: dict[str, Json] = {"Name": engine.name("kept"), "Labels": {**engine.labels, "two": "2"}}
    engine.call("ConfigUpdate", more, at=made, version=index(first))
    seen = engine.call("ConfigInspect", at=made)
    engine.call("ConfigUpdate", more, at=made, version=index(first))
    engine.call("ConfigUpdate", more, at=made)
    engine.call("ConfigUpdate", more, at=UNKNOWN, version=1)
    engine.call("ConfigUpdate", MALFORMED, at=made, media_type=JSON, version=1)
    engine.call("ConfigUpdate", {**more, "Data": "b3RoZXI="}, at=made, version=index(seen))


def _refused(engine: Stage) -> None:
    """Make one whose name is taken or none, and one that says nothing."""
    engine.call("ConfigCreate", _config(engine, "twice"))
    refused: tuple[dict[str, Json], ...] = (
        _config(engine, "twice"),
        {"Name": "", "Data": _DATA},
        {"Name": "not/a/name", "Data": _DATA},
        {"Name": engine.name("silent"), "Labels": engine.labels},
        {"Name": engine.name("unreadable"), "Labels": engine.labels, "Data": "?"},
        {**_config(engine, "templated"), "Templating": {"Name": "golang"}},
    )
    for spec in refused:
        engine.call("ConfigCreate", spec)
    engine.call("ConfigCreate", MALFORMED, media_type=JSON)


def _config(engine: Stage, what: str) -> dict[str, Json]:
    return {"Name": engine.name(what), "Labels": engine.labels, "Data": _DATA}


def _used(engine: Stage, made: str) -> dict[str, Json]:
    return {
        "ConfigID": made,
        "ConfigName": engine.name("kept"),
        "File": {"Name": "contract", "UID": "0", "GID": "0", "Mode": 0o444},
    }
