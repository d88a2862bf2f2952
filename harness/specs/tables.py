"""The tables under contracts/, read into values."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from harness.model.errors import SpecError
from harness.model.judgement import Streaming
from harness.model.tables import Cost, Kind, Limit, Recipe, SwarmState, Tier
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.yaml_text import load_yaml


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables: recipes by operation (the first is the main one), limits, and kinds in order."""

    recipes: Mapping[str, tuple[Recipe, ...]]
    limits: tuple[Limit, ...]
    kinds: tuple[Kind, ...]


@cache
def tables(folder: Path | None = None) -> Tables:
    """Load resources.yaml and safety.yaml of contracts/; raise SpecError where one is wrong."""
    place = folder or contracts_folder()
    resources = load_yaml(place / "resources.yaml", "resources.yaml")
    safety = load_yaml(place / "safety.yaml", "safety.yaml")
    tiers = _tiers(safety["tiers"])
    recipes = {
        operation: tuple(_recipes(operation, node, tiers))
        for operation, node in resources["operations"].members()
    }
    for operation in recipes.keys() ^ tiers.keys():
        raise SpecError(f"{operation} is in only one of resources.yaml and safety.yaml")
    return Tables(
        recipes=recipes,
        limits=tuple(_limit(node) for node in safety["limits"].elements()),
        kinds=tuple(_kind(name, node) for name, node in resources["kinds"].members()),
    )


def _tiers(node: Node) -> dict[str, Tier]:
    found: dict[str, Tier] = {}
    for name, rows in node.members():
        tier = _choice(Tier, name, rows)
        for row in rows.elements():
            for operation in row.elements():
                if operation.text() in found:
                    raise SpecError(f"{operation.place}: {operation.text()} has two tiers")
                found[operation.text()] = tier
    return found


def _recipes(operation: str, node: Node, tiers: Mapping[str, Tier]) -> Iterator[Recipe]:
    if operation not in tiers:
        raise SpecError(f"{node.place}: {operation} has no tier in safety.yaml")
    main = _recipe(operation, node, tiers[operation], None)
    yield main
    also = node.find("also")
    for other in also.elements() if also else ():
        yield _recipe(operation, other, tiers[operation], main)


_KNOWN = frozenset(
    {
        *("path", "query", "headers", "body", "media_type", "vary", "makes", "also"),
        *("swarm", "needs", "streaming", "endless", "upgrade", "cost"),
    }
)


_KNOWN_OF_A_KIND = frozenset({"list", "items", "name", "label", "prefix", "remove", "since"})
_Word = TypeVar("_Word", bound=StrEnum)


def _known(node: Node, names: frozenset[str]) -> None:
    for name, _ in node.members():
        if name not in names:
            raise SpecError(f"{node.place}: {name} is not known here")


def _choice(words: type[_Word], text: str, node: Node) -> _Word:
    try:
        return words(text)
    except ValueError as error:
        known = ", ".join(words)
        raise SpecError(f"{node.place}: {text} is not one of {known}") from error


def _recipe(operation: str, node: Node, tier: Tier, main: Recipe | None) -> Recipe:
    _known(node, _KNOWN)
    body = node.find("body")
    media_type = node.find("media_type")
    streaming = node.find("streaming")
    swarm = node.find("swarm")
    needs = node.find("needs")
    cost = node.find("cost")
    text = _body(body)
    return Recipe(
        operation=operation,
        tier=tier,
        path=_pairs(node.find("path")),
        query=_pairs(node.find("query")),
        headers=_pairs(node.find("headers")),
        body=text,
        media_type=media_type.text() if media_type else "application/json" if text else "",
        vary=_vary(node.find("vary")),
        makes=_pairs(node.find("makes")),
        swarm=_choice(SwarmState, swarm.text(), swarm) if swarm else SwarmState.ANY,
        needs=needs.texts() if needs else (),
        streaming=_streaming(streaming, main),
        endless=_flag(node.find("endless")) or bool(main and main.endless),
        upgrade=_flag(node.find("upgrade")),
        cost=_choice(Cost, cost.text(), cost) if cost else Cost.CHEAP,
    )


def _streaming(node: Node | None, main: Recipe | None) -> Streaming:
    if node:
        return _choice(Streaming, node.text(), node)
    return main.streaming if main else Streaming.WHOLE


def _flag(node: Node | None) -> bool:
    return node.truth() if node else False


def _pairs(node: Node | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, value.text()) for name, value in node.members()) if node else ()


def _body(node: Node | None) -> str | None:
    if node is None:
        return None
    return node.value if isinstance(node.value, str) else json.dumps(node.value)


def _vary(node: Node | None) -> dict[str, tuple[str, ...]]:
    return {place: values.texts() for place, values in node.members()} if node else {}


def _limit(node: Node) -> Limit:
    _known(node, frozenset({"at", "allow", "why"}))
    return Limit(at=node["at"].text(), allow=node["allow"].texts(), why=node["why"].text())


def _kind(name: str, node: Node) -> Kind:
    _known(node, _KNOWN_OF_A_KIND)

    def text(key: str) -> str:
        found = node.find(key)
        return found.text() if found else ""

    return Kind(
        id=name,
        listing=node["list"].text(),
        items=text("items"),
        name=node["name"].text(),
        label=text("label"),
        prefixed=_flag(node.find("prefix")),
        removal=node["remove"].text(),
        since=text("since"),
    )
