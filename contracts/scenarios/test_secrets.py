"""Secrets of a swarm, from their making to their removal."""

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


def test_outside_of_a_swarm_there_are_no_secrets(engine: Stage) -> None:
    """A daemon in no swarm keeps no secret."""
    engine.call("SecretList")
    engine.call("SecretCreate", _secret(engine, "outside"))
    engine.call("SecretInspect", at=UNKNOWN)
    engine.call("SecretUpdate", _secret(engine, "outside"), at=UNKNOWN, version=1)
    engine.call("SecretDelete", at=UNKNOWN)


def test_a_secret_is_kept_until_nobody_uses_it(engine: Stage) -> None:
    """A secret is found, takes other labels, and is not removed while a service uses it."""
    begin(engine)
    made = engine.call("SecretCreate", _secret(engine, "kept")).text("/ID")
    for name in (made, engine.name("kept"), UNKNOWN):
        engine.call("SecretInspect", at=name)
    _found(engine, made)
    _changed(engine, made)
    spec: dict[str, Json] = {"Secrets": [_used(engine, made)]}
    image = image_id(engine)
    task = template(engine, image, STAYING, spec)
    using = service(engine, image, "user", TaskTemplate=task)
    user = engine.call("ServiceCreate", using).text("/ID")
    engine.call("ServiceInspect", at=user)
    engine.call("SecretDelete", at=made)
    engine.call("ServiceDelete", at=user)
    engine.call("SecretDelete", at=made)
    engine.call("SecretDelete", at=made)
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
    engine.call("SecretList")
    for each in filters:
        engine.call("SecretList", filters=each)
    engine.call("SecretList", filters="contract")


def _changed(engine: Stage, made: str) -> None:
    """Change its labels, and try to change it twice at once, and what it says."""
    first = engine.call("SecretInspect", at=made)
    more: dict[str, Json] = {"Name": engine.name("kept"), "Labels": {**engine.labels, "two": "2"}}
    engine.call("SecretUpdate", more, at=made, version=index(first))
    seen = engine.call("SecretInspect", at=made)
    engine.call("SecretUpdate", more, at=made, version=index(first))
    engine.call("SecretUpdate", more, at=made)
    engine.call("SecretUpdate", more, at=UNKNOWN, version=1)
    engine.call("SecretUpdate", MALFORMED, at=made, media_type=JSON, version=1)
    engine.call("SecretUpdate", {**more, "Data": "b3RoZXI="}, at=made, version=index(seen))


def _refused(engine: Stage) -> None:
    """Make one whose name is taken or none, and one that says nothing."""
    engine.call("SecretCreate", _secret(engine, "twice"))
    refused: tuple[dict[str, Json], ...] = (
        _secret(engine, "twice"),
        {"Name": "", "Data": _DATA},
        {"Name": "not/a/name", "Data": _DATA},
        {"Name": engine.name("silent"), "Labels": engine.labels},
        {"Name": engine.name("unreadable"), "Labels": engine.labels, "Data": "?"},
        {**_secret(engine, "templated"), "Templating": {"Name": "golang"}},
    )
    for spec in refused:
        engine.call("SecretCreate", spec)
    engine.call("SecretCreate", MALFORMED, media_type=JSON)


def _secret(engine: Stage, what: str) -> dict[str, Json]:
    return {"Name": engine.name(what), "Labels": engine.labels, "Data": _DATA}


def _used(engine: Stage, made: str) -> dict[str, Json]:
    return {
        "SecretID": made,
        "SecretName": engine.name("kept"),
        "File": {"Name": "contract", "UID": "0", "GID": "0", "Mode": 0o444},
    }
