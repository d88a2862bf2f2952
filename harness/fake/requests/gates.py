"""What differs from one version to the next where no document shows it: contracts/gates.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from harness.model.version import ApiVersion
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.yaml_text import load_yaml

_LOWEST = ApiVersion(1, 0)


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates by id, and by operation what is read and sent beside what is documented.

    `read` has parameters and `sent` members of the reply, each with the first version that has it.
    """

    since: Mapping[str, ApiVersion]
    read: Mapping[str, Mapping[str, ApiVersion]] = field(default_factory=dict)
    sent: Mapping[str, Mapping[str, ApiVersion]] = field(default_factory=dict)

    def passed(self, gate: str, version: ApiVersion) -> bool:
        """Tell whether a version is at or above a gate."""
        return version >= self.since[gate]

    def reads(self, operation: str, parameter: str, version: ApiVersion) -> bool:
        """Tell whether a parameter is read though the document does not name it."""
        since = self.read.get(operation, {}).get(parameter)
        return since is not None and version >= since

    def sends(self, operation: str, version: ApiVersion) -> frozenset[str]:
        """Return the members of a reply that are shown though the document does not name them."""
        members = self.sent.get(operation, {})
        return frozenset(name for name, since in members.items() if version >= since)


@cache
def gates() -> Gates:
    """Load contracts/gates.yaml; raise SpecError where it is wrong."""
    table = load_yaml(contracts_folder() / "gates.yaml", "gates.yaml")
    return Gates(
        since={
            name: ApiVersion.parse(row["since"].text()) for name, row in table["gates"].members()
        },
        read={name: dict(_dated(rows, "query")) for name, rows in table["read"].members()},
        sent={name: dict(_dated(rows, "member")) for name, rows in table["sent"].members()},
    )


def _dated(rows: Node, kind: str) -> Iterator[tuple[str, ApiVersion]]:
    for row in rows.elements():
        since = row.find("since")
        yield row[kind].text(), ApiVersion.parse(since.text()) if since else _LOWEST
