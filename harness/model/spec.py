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
    map, and `closed` tells that no properties but the named ones may be there. `inherited` names,
    by property, the definition that an allOf took it from. `again` marks a definition that stands
    inside itself: what it says is in `Spec.definitions`. `pointer` is where the schema stands in
    the document.
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
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    multiple_of: float | None = None
    min_length: float | None = None
    max_length: float | None = None
    min_items: float | None = None
    max_items: float | None = None
    unique_items: bool = False
    min_properties: float | None = None
    max_properties: float | None = None
    closed: bool = False
    read_only: bool = False
    discriminator: str = ""
    inherited: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of an operation; `location` is path, query, header, formData or body."""

    name: str
    location: str
    required: bool
    schema: Schema
    collection_format: str = ""
    empty_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation may answer with one status; `headers` are by their documented names.

    Status 0 is for all that have no entry of their own, which only foreign documents have.
    """

    status: int
    schema: Schema | None = None
    headers: Mapping[str, Schema] = field(default_factory=dict)


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
    deprecated: bool = False

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
    """One version of the API: its operations by id, and the errata that were applied.

    `stated` is the version in the document's own words: a foreign document may have any, and then
    `version` is 0.0. `definitions` are those that some operation reaches, by name.
    """

    version: ApiVersion
    operations: Mapping[str, Operation]
    errata: tuple[Erratum, ...] = ()
    source: str = ""
    stated: str = ""
    definitions: Mapping[str, Schema] = field(default_factory=dict)
