"""What one version's document promises, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.model.version import ApiVersion, VersionRange

# A TypeAlias, since the `type` statement needs Python 3.12.
Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Schema:
    """The form of a JSON value; `reference` names the definition it came from, if any.

    `types` is empty where the document names none. `additional` is the schema of the values of a
    map. `pointer` is where the schema stands in the document.
    """

    pointer: str
    types: tuple[str, ...] = ()
    format: str = ""
    enum: tuple[str | int | float | bool | None, ...] = ()
    nullable: bool = False
    properties: Mapping[str, "Schema"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: "Schema | None" = None
    additional: "Schema | None" = None
    reference: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    default: Json = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of an operation; `location` is path, query, header or body."""

    name: str
    location: str
    required: bool
    schema: Schema
    collection_format: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation may answer with one status; `headers` are the documented names."""

    status: int
    schema: Schema | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation.

    `shape` is a digest of all that the document says of it (after errata), so that versions with
    one shape can share generated calls.
    """

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    responses: Mapping[int, Response]
    consumes: tuple[str, ...] = ()
    produces: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shape: str = ""

    @property
    def body(self) -> Parameter | None:
        """Return the parameter that is the request's body, if there is one."""
        return next((p for p in self.parameters if p.location == "body"), None)

    def inputs(self, location: str) -> tuple[Parameter, ...]:
        """Return the parameters at one location, as documented."""
        return tuple(p for p in self.parameters if p.location == location)


@dataclass(frozen=True, slots=True)
class Erratum:
    """A place where a document is wrong, and what the reference daemon does instead.

    `says` and `sends` are JSON texts of the value at `pointer`; None where there is no value.
    """

    id: str
    versions: VersionRange
    operation: str
    pointer: str
    says: str | None
    sends: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Spec:
    """One version of the API: its operations by id, and the errata that were applied."""

    version: ApiVersion
    operations: Mapping[str, Operation]
    errata: tuple[Erratum, ...] = ()
    source: str = ""
