"""A small document of things, a recipe for each of its operations, and limits on them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.generate.generation import generate
from harness.model.call import Call
from harness.model.spec import Json, Operation
from harness.model.tables import Limit, Recipe, Tier
from harness.specs.reader import read_spec

_NESTED: Json = {
    "type": "object",
    "required": ["Depth"],
    "properties": {
        "Depth": {"type": "integer"},
        "Privileged": {"type": "boolean"},
        "Binds": {"type": "array", "items": {"type": "string"}},
        "Deeper": {"type": "object", "properties": {"Word": {"type": "string"}}},
        "Log": {"$ref": "#/definitions/Log"},
    },
}
_BODY: Json = {
    "type": "object",
    "required": ["Name", "Image"],
    "properties": {
        "Name": {"type": "string"},
        "Image": {"type": "string"},
        "Labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "Count": {"type": "integer", "minimum": 1},
        "Ratio": {"type": "number"},
        "Mode": {"type": "string", "enum": ["calm", "wild"]},
        "Tags": {"type": "array", "items": {"type": "string"}},
        "Loud": {"type": "boolean"},
        "When": {"type": "string", "format": "date-time"},
        "Memory": {"type": "integer"},
        "Ports": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Log"}},
        "Nested": _NESTED,
        "Other": _NESTED,
    },
}
DOCUMENT: dict[str, Json] = {
    "swagger": "2.0",
    "info": {"title": "Things", "version": "1.30"},
    "definitions": {
        "Log": {
            "type": "object",
            "properties": {"Type": {"type": "string"}, "Host": {"type": "string"}},
        },
        "Body": _BODY,
    },
    "paths": {
        "/things/{id}/create": {
            "post": {
                "operationId": "ThingCreate",
                "consumes": ["application/json"],
                "parameters": [
                    {"name": "id", "in": "path", "type": "string", "required": True},
                    {"name": "term", "in": "query", "type": "string", "required": True},
                    {"name": "limit", "in": "query", "type": "integer"},
                    {"name": "all", "in": "query", "type": "boolean"},
                    {"name": "filters", "in": "query", "type": "string"},
                    {"name": "tail", "in": "query", "type": "string"},
                    {"name": "remote", "in": "query", "type": "string"},
                    {"name": "until", "in": "query", "type": "string", "enum": ["on", "off"]},
                    {"name": "X-Thing", "in": "header", "type": "string", "required": True},
                    {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Body"}},
                ],
                "responses": {"201": {"description": ""}, "404": {"description": ""}},
            }
        },
        "/things/load": {
            "post": {
                "operationId": "ThingLoad",
                "consumes": ["application/x-tar"],
                "parameters": [
                    {
                        "name": "archive",
                        "in": "body",
                        "schema": {"type": "string", "format": "binary"},
                    }
                ],
                "responses": {"200": {"description": ""}},
            }
        },
        "/things/prune": {
            "post": {
                "operationId": "ThingPrune",
                "parameters": [{"name": "filters", "in": "query", "type": "string"}],
                "responses": {"200": {"description": ""}},
            }
        },
    },
}
RECIPES = (
    Recipe(
        operation="ThingCreate",
        tier=Tier.SCOPED,
        path=(("id", "{{thing.plain}}"),),
        query=(("term", "one"), ("stream", "0")),
        headers=(("X-Thing", "yes"),),
        body='{"Name": "{{new.thing}}", "Image": "{{image}}", "Labels": {"run": "{{run}}"},'
        ' "Nested": {"Depth": 2}}',
        media_type="application/json",
        vary={
            "query/tail": ("all", "1"),
            "body/Memory": ("64", "128"),
            "body/Other": ('{"Depth":3}',),
            "body/Tags": (),
        },
    ),
    Recipe(
        operation="ThingLoad",
        tier=Tier.SCOPED,
        body="{{tar.things}}",
        media_type="application/x-tar",
    ),
    Recipe(
        operation="ThingPrune",
        tier=Tier.DISRUPTIVE,
        query=(("filters", '{"label":["run={{run}}"]}'),),
    ),
)
LIMITS = (
    Limit("*/body/Image", (), "Another name would be fetched."),
    Limit("*/body/Labels*", (), "The label tells what the run made."),
    Limit("*/Privileged", ("false",), "No privilege."),
    Limit("*/Binds*", ("[]",), "No path of the host."),
    Limit("*/Log*", ('{"Type":"file"}',), "Some would talk to other hosts."),
    Limit("*/Ports*/Host", (), "No address of the host."),
    Limit("Thing*/query/remote", (), "It would be fetched."),
)

Make = Callable[..., tuple[Call, ...]]


@pytest.fixture(scope="session")
def document() -> dict[str, Json]:
    return DOCUMENT


@pytest.fixture(scope="session")
def operations() -> dict[str, Operation]:
    return dict(read_spec(DOCUMENT, "things.yaml").operations)


@pytest.fixture
def recipes() -> dict[str, Recipe]:
    return {recipe.operation: recipe for recipe in RECIPES}


@pytest.fixture
def limits() -> tuple[Limit, ...]:
    return LIMITS


@pytest.fixture
def make(operations, recipes) -> Make:
    """Generate the calls of an operation, with whatever the test says is different."""

    def made(operation="ThingCreate", *, limits=LIMITS, seed=1, examples=6, **difference):
        recipe = replace(recipes[operation], **difference)
        return generate(
            DOCUMENT, operations[operation], recipe, limits, seed=seed, examples=examples
        )

    return made
