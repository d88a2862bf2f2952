"""A Spec as a JSON value and back, so that what was read once need not be read again.

Schemas stand in one list, each after those that it holds, and are named by their place in it: what
is one schema stays one. Members that say nothing are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from harness.model.spec import Erratum, Json, Operation, Parameter, Response, Schema, Spec
from harness.model.version import ApiVersion, VersionRange

_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        each.name: each.default_factory() if callable(each.default_factory) else each.default
        for each in fields(Schema)
    }
)


def spec_to_json(spec: Spec) -> Json:
    """Return all that a spec holds."""
    schemas = _Schemas()
    operations: list[Json] = [schemas.operation(each) for each in spec.operations.values()]
    definitions: dict[str, Json] = {
        name: schemas.add(each) for name, each in spec.definitions.items()
    }
    return {
        "version": str(spec.version),
        "names": list(spec.operations),
        "operations": operations,
        "errata": [_erratum(each) for each in spec.errata],
        "source": spec.source,
        "stated": spec.stated,
        "definitions": definitions,
        "schemas": schemas.listed,
    }


def spec_from_json(value: Json) -> Spec:
    """Return the spec that such a value is of."""
    # Written by the function above, under a digest: no other value comes here.
    said: Any = value
    schemas = _schemas(said["schemas"])
    operations = [_operation(each, schemas) for each in said["operations"]]
    return Spec(
        version=ApiVersion.parse(said["version"]),
        operations=dict(zip(said["names"], operations, strict=True)),
        errata=tuple(
            Erratum(**{**each, "versions": VersionRange.parse(each["versions"])})
            for each in said["errata"]
        ),
        source=said["source"],
        stated=said["stated"],
        definitions={name: schemas[index] for name, index in said["definitions"].items()},
    )


@dataclass(slots=True)
class _Schemas:
    """The list of schemas while it is made."""

    listed: list[Json] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)

    def add(self, schema: Schema) -> int:
        """Return the place of a schema in the list, to which it is added with all that it holds."""
        if id(schema) not in self.places:
            self.listed.append(self._members(schema))
            self.places[id(schema)] = len(self.listed) - 1
        return self.places[id(schema)]

    def _members(self, schema: Schema) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, default in _DEFAULTS.items():
            value: Any = getattr(schema, name)
            if value == default and type(value) is type(default):
                continue
            match value:
                case Schema():
                    found[name] = self.add(value)
                case tuple():
                    found[name] = list(value)
                case frozenset():
                    found[name] = sorted(value)
                case Mapping() if name == "properties":
                    found[name] = {key: self.add(each) for key, each in value.items()}
                case _:
                    found[name] = value
        return found

    def operation(self, operation: Operation) -> Json:
        return {
            "id": operation.id,
            "method": operation.method,
            "path": operation.path,
            "parameters": [self._parameter(each) for each in operation.parameters],
            "responses": [self._response(each) for each in operation.responses.values()],
            "consumes": list(operation.consumes),
            "produces": list(operation.produces),
            "tags": list(operation.tags),
            "shape": operation.shape,
            "deprecated": operation.deprecated,
        }

    def _parameter(self, parameter: Parameter) -> Json:
        return {
            "name": parameter.name,
            "location": parameter.location,
            "required": parameter.required,
            "schema": self.add(parameter.schema),
            "collection_format": parameter.collection_format,
            "empty_allowed": parameter.empty_allowed,
        }

    def _response(self, response: Response) -> Json:
        return {
            "status": response.status,
            "schema": self.add(response.schema) if response.schema else None,
            "headers": {name: self.add(each) for name, each in response.headers.items()},
        }


def _erratum(erratum: Erratum) -> Json:
    return {
        "id": erratum.id,
        "versions": str(erratum.versions),
        "operation": erratum.operation,
        "pointer": erratum.pointer,
        "says": erratum.says,
        "sends": erratum.sends,
        "evidence": erratum.evidence,
    }


def _schemas(listed: list[dict[str, Any]]) -> list[Schema]:
    found: list[Schema] = []
    for members in listed:
        for name in members.keys() & {"types", "enum"}:
            members[name] = tuple(members[name])
        for name in members.keys() & {"items", "additional"}:
            members[name] = found[members[name]]
        if "required" in members:
            members["required"] = frozenset(members["required"])
        if "properties" in members:
            held = members["properties"].items()
            members["properties"] = {name: found[index] for name, index in held}
        found.append(Schema(**members))
    return found


def _operation(said: dict[str, Any], schemas: list[Schema]) -> Operation:
    parameters = [
        Parameter(**{**each, "schema": schemas[each["schema"]]}) for each in said["parameters"]
    ]
    responses = [_response(each, schemas) for each in said["responses"]]
    return Operation(
        **{
            **said,
            **{name: tuple(said[name]) for name in ("consumes", "produces", "tags")},
            "parameters": tuple(parameters),
            "responses": {each.status: each for each in responses},
        }
    )


def _response(said: dict[str, Any], schemas: list[Schema]) -> Response:
    schema = said["schema"]
    return Response(
        status=said["status"],
        schema=None if schema is None else schemas[schema],
        headers={name: schemas[index] for name, index in said["headers"].items()},
    )
