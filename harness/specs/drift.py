"""Changes of documents that are none of the API: contracts/drift.yaml.

By pair of neighbouring versions ("1.24..1.25") rows, each with

    id           its name, which no other row has
    operations   patterns of operations, written as "POST /containers/{id}/wait"
    rules        patterns of the rules that tell of the changes
    places       patterns of the places in the operations; any where it is left out
    why          one sentence: how it is known that the API did not change

Patterns are in the manner of fnmatch, where * stands for anything.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from harness.model.announcement import Drift
from harness.model.errors import SpecError
from harness.model.version import ApiVersion
from harness.specs.library import versions
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.rows import load_table, only, said, sentence, several, version

_OF_A_ROW = frozenset({"id", "operations", "rules", "places", "why"})


@cache
def drifts(folder: Path | None = None) -> tuple[Drift, ...]:
    """Load all rows, by default from contracts/; raise SpecError that names what is wrong."""
    table = load_table((folder or contracts_folder()) / "drift.yaml", "drift.yaml")
    return read_drifts(table, versions())


def read_drifts(node: Node, known: Iterable[ApiVersion]) -> tuple[Drift, ...]:
    """Read rows on neighbours among the known versions, in the order of the file.

    Raises SpecError that names the place of what is wrong.
    """
    ordered = tuple(known)
    found: dict[str, Drift] = {}
    for name, rows in node.members() if node.value is not None else ():
        pair = _pair(name, ordered, rows.place)
        for drift in _rows(pair, rows):
            if drift.id in found:
                raise SpecError(f"{rows.place}: there is another row {drift.id}")
            found[drift.id] = drift
    return tuple(found.values())


def _pair(name: str, known: tuple[ApiVersion, ...], place: str) -> tuple[ApiVersion, ApiVersion]:
    old, dots, new = name.partition("..")
    pair = version(old, known, place), version(new if dots else old, known, place)
    if pair not in pairwise(known):
        raise SpecError(f"{place}: {name} are not neighbours; write them like 1.24..1.25")
    return pair


def _rows(pair: tuple[ApiVersion, ApiVersion], rows: Node) -> Iterator[Drift]:
    for row in rows.elements():
        only(row, _OF_A_ROW)
        places = row.find("places")
        yield Drift(
            id=said(row["id"]),
            pair=pair,
            operations=several(row["operations"]),
            rules=several(row["rules"]),
            places=several(places) if places else ("*",),
            why=sentence(row["why"]),
        )
