"""Secrets and configs: made, relabelled and removed."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import TypeVar

from harness.fake.requests.answer import bad_request, conflict
from harness.fake.requests.asked import Asked
from harness.fake.requests.fields import Fields
from harness.fake.swarm.store import (
    changed,
    expect,
    found,
    in_order,
    invalid_argument,
    told,
)
from harness.fake.swarm.values import Cluster, Config, Secret
from harness.fake.world import World
from harness.model.spec import Json

_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?", re.ASCII)
_LONGEST_NAME = 64
_WRONG_NAME = (
    "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must "
    "be [a-zA-Z0-9]"
)

_T = TypeVar("_T", Secret, Config)


def create(world: World, cluster: Cluster, kind: type[_T], asked: Fields) -> _T:
    """Keep a secret or a config; refuse what cannot be one, and a name that is taken."""
    word = kind.__name__.lower()
    data = _data(asked)
    name = asked.text("Name")
    if not name:
        raise invalid_argument("name must be provided")
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise invalid_argument(_WRONG_NAME)
    driver = asked.fields("Driver").text("Name")
    if word == "secret" and driver:
        # dockerd answers 500, though the name is the client's.
        raise bad_request(f'rpc error: code = Unknown desc = plugin "{driver}" not found')
    most = 512000 if word == "secret" else 1024000
    if not 0 < len(data) < most:
        bounds = f"larger than 0 and less than {most} bytes"
        raise invalid_argument(f"{word} data must be {bounds}")
    if any(each.name == name for each in list(_kept(cluster, kind).values())):
        raise conflict(f"rpc error: code = AlreadyExists desc = {word} {name} already exists")
    spec: dict[str, Json] = {
        "Name": name,
        "Labels": dict(asked.pairs("Labels")),
        "Data": base64.b64encode(data).decode(),
    }
    new = kind(id=world.ids.swarm(), created=world.now(), spec=Fields(spec))
    new = changed(world, cluster, new)
    told(world, cluster, "create", new)
    return new


def relabel(world: World, cluster: Cluster, old: _T, asked: Fields, version: int) -> None:
    """Give a secret or a config other labels; refuse every other change."""
    data = _data(asked)
    same = not data or base64.b64encode(data).decode() == old.spec.text("Data")
    if asked.text("Name") != old.name or not same:
        raise invalid_argument("only updates to Labels are allowed")
    expect(old.index, version)
    spec = Fields(old.spec.copy(Labels=dict(asked.pairs("Labels"))))
    told(world, cluster, "update", changed(world, cluster, old, spec=spec))


def remove(world: World, cluster: Cluster, kind: type[_T], name: str) -> None:
    """Remove a secret or a config that no service uses; refuse others."""
    old = named(cluster, kind, name)
    word = kind.__name__.lower()
    users = [
        service.name
        for service in in_order(cluster.services)
        if any(
            use.text(f"{kind.__name__}ID") == old.id
            for use in service.template.fields("ContainerSpec").each(f"{kind.__name__}s")
        )
    ]
    if users:
        services = "service" if len(users) == 1 else "services"
        by = f"{services}: {', '.join(users)}"
        raise invalid_argument(f"{word} '{old.name}' is in use by the following {by}")
    del _kept(cluster, kind)[old.id]
    told(world, cluster, "remove", old)


def read(asked: Asked, word: str) -> Fields:
    """Return the body that makes a secret or a config; refuse what the version does not know."""
    body = asked.body()
    if "Templating" in body:
        where = f"the specified API version: {asked.version}"
        raise bad_request(f"{word} templating is not supported on {where}")
    return body


def named(cluster: Cluster, kind: type[_T], name: str) -> _T:
    """Return the secret or config of an id, a name or the beginning of an id."""
    return found(kind.__name__.lower(), _kept(cluster, kind), name, lambda each: each.name)


def _kept(cluster: Cluster, kind: type[_T]) -> dict[str, _T]:
    kept: Mapping[type, dict[str, _T]] = {Secret: cluster.secrets, Config: cluster.configs}  # type: ignore[dict-item]
    return kept[kind]


def _data(asked: Fields) -> bytes:
    text = asked.text("Data")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        place = next(
            (number for number, each in enumerate(text) if not _is_digit(each)), len(text) // 4 * 4
        )
        raise bad_request(f"illegal base64 data at input byte {place}") from error


def _is_digit(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "+/")
