"""What an audit of a document finds: sizes, and differences from what it was made of."""

from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.version import ApiVersion


class Side(StrEnum):
    """On which side of the comparison a difference shows."""

    MISSING = "missing"  # upstream names it, and the spec does not
    SURPLUS = "surplus"  # the spec names it, and upstream does not
    EXAMPLE = "example"  # an example of upstream breaks the schema of its operation
    STALE = "stale"  # the file is another one, or a row of audit.yaml explains nothing


@dataclass(frozen=True, slots=True)
class Corrigible:
    """Where a document says what differs, as JSON pointers: `own` places, and what those are in."""

    own: tuple[str, ...] = ()
    around: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where upstream and the spec differ.

    `place` is written as in audit.yaml. `spots` tells where in the document it would be corrected.
    `explanation` is the id of what explains it, "" where nothing does.
    """

    side: Side
    place: str
    message: str
    spots: Corrigible = field(default_factory=Corrigible)
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many things of each kind a document names, before errata.

    `parameters` are those of path and query; `headers` those of calls and of replies; `properties`
    those of JSON in bodies and in replies that tell of success.
    """

    operations: int
    parameters: int
    headers: int
    statuses: int
    properties: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The comparison of one version's document with upstream's; `examples` is how many were tried.

    `explained` differences are deliberate; the others are `open`.
    """

    version: ApiVersion
    upstream: str
    sizes: Sizes
    examples: int
    differences: tuple[Difference, ...]

    @property
    def open(self) -> tuple[Difference, ...]:
        """Return the differences that nothing explains."""
        return tuple(each for each in self.differences if not each.explanation)

    @property
    def explained(self) -> tuple[Difference, ...]:
        """Return the differences that an erratum or a row of audit.yaml explains."""
        return tuple(each for each in self.differences if each.explanation)
