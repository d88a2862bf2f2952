"""What the version history announces, change by change: contracts/changelog.yaml.

For each version: `bullets`, how many bullets its list has, and `changes`. Each single change has

    bullet       the number of the bullet that announces it, from 1
    kind         one of harness.model.announcement.Kind
    operations   as the document of the version writes them, or the one before where it has them no
                 more (what is absent: as any document does); ["*"] for all that both have
    subject      what is changed, in a few words

and one of

    places       patterns of the places where they show it, as in harness.model.change.Reach;
                 for operations that come or go, the operation as a whole where this is left out
    absent       one sentence: why the two documents do not show it (`places`: where it would be)
    behaviour    one sentence: why no document could show it

Further `rules`, patterns of the rules that tell of it (any where it is left out), `gated`, whether
daemons behave so from this version on only, and `error`, what is wrong with the announcement.
Patterns are in the manner of fnmatch, where * stands for anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from harness.model.announcement import Announcement, Kind
from harness.model.errors import SpecError
from harness.model.version import ApiVersion
from harness.specs.library import load, versions
from harness.specs.node import Node
from harness.specs.places import contracts_folder
from harness.specs.rows import choice, load_table, only, said, sentence, several, version

Operations: TypeAlias = Mapping[ApiVersion, frozenset[str]]

EVERY_OPERATION = "*"

_OF_A_VERSION = frozenset({"bullets", "changes"})
_OF_A_CHANGE = frozenset(
    {
        *("bullet", "kind", "operations", "subject", "places", "rules"),
        *("absent", "behaviour", "gated", "error"),
    },
)
_WHOLE = frozenset({Kind.OPERATION_ADDED, Kind.OPERATION_REMOVED})


@cache
def changelog(
    folder: Path | None = None, *, with_documents: bool = False
) -> tuple[Announcement, ...]:
    """Load all announcements, by default from contracts/, in the order of the file.

    With documents, operations are held to those of specs/, which takes reading all of them. Raises
    SpecError that names the place of what is wrong.
    """
    table = load_table((folder or contracts_folder()) / "changelog.yaml", "changelog.yaml")
    return read_changelog(table, versions(), documented_operations() if with_documents else None)


@cache
def documented_operations() -> Operations:
    """Return the operations of each document of specs/, as "POST /containers/{id}/wait"."""
    return {
        each: frozenset(f"{one.method} {one.path}" for one in load(each).operations.values())
        for each in versions()
    }


def read_changelog(
    node: Node, known: Iterable[ApiVersion], operations: Operations | None = None
) -> tuple[Announcement, ...]:
    """Read the announcements of the known versions, each of which has to be there, in order.

    Where operations are given, each that is named has to be one of its version or of the one
    before. Raises SpecError that names the place of what is wrong.
    """
    ordered = tuple(known)
    read = [version(name, ordered, member.place) for name, member in node.members()]
    for each in (one for one in ordered if one not in read):
        raise SpecError(f"{node.place}: tells nothing of API {each}")
    for before, after in pairwise(read):
        if after <= before:
            raise SpecError(f"{node.place}/{after}: should stand before {before}")
    return tuple(
        announcement
        for each, (_, member) in zip(read, node.members(), strict=True)
        for announcement in _of_a_version(each, member, _Documents(each, ordered, operations))
    )


@dataclass(frozen=True, slots=True)
class _Documents:
    """What operations an announcement of a version may name; any where none are given."""

    version: ApiVersion
    known: tuple[ApiVersion, ...]
    operations: Operations | None

    def have(self, operation: str, *, absent: bool) -> bool:
        if self.operations is None:
            return True
        place = self.known.index(self.version)
        around = self.known if absent else self.known[max(0, place - 1) : place + 1]
        return any(operation in self.operations[each] for each in around)


def _of_a_version(wanted: ApiVersion, node: Node, documents: _Documents) -> Iterator[Announcement]:
    only(node, _OF_A_VERSION)
    bullets = _whole_number(node["bullets"])
    counted: dict[int, int] = {}
    last = 0
    for row in node["changes"].elements():
        only(row, _OF_A_CHANGE)
        bullet = _whole_number(row["bullet"])
        if not 1 <= bullet <= bullets:
            raise SpecError(f"{row.place}/bullet: should be from 1 to {bullets}")
        if bullet < last:
            raise SpecError(f"{row.place}/bullet: should stand before those of bullet {last}")
        last = bullet
        counted[bullet] = counted.get(bullet, 0) + 1
        yield _announcement(f"{wanted}/{bullet}.{counted[bullet]}", wanted, row, documents)
    for missing in sorted(set(range(1, bullets + 1)) - counted.keys()):
        raise SpecError(f"{node.place}/changes: bullet {missing} is left out")


def _announcement(name: str, wanted: ApiVersion, row: Node, documents: _Documents) -> Announcement:
    kind = choice(Kind, row["kind"])
    gated = row.find("gated")
    rules = row.find("rules")
    absent, behaviour = (sentence(row.find(key)) for key in ("absent", "behaviour"))
    if absent and behaviour:
        raise SpecError(f"{row.place}: is absent or behaviour, and not both")
    return Announcement(
        id=name,
        version=wanted,
        kind=kind,
        operations=_operations(row["operations"], documents, absent=bool(absent)),
        subject=said(row["subject"]),
        places=_places(row, kind, absent=absent, behaviour=behaviour),
        rules=several(rules) if rules else ("*",),
        gated=gated.truth() if gated else None,
        absent=absent,
        behaviour=behaviour,
        error=sentence(row.find("error")),
    )


def _operations(node: Node, documents: _Documents, *, absent: bool) -> tuple[str, ...]:
    found = several(node)
    if EVERY_OPERATION in found:
        if len(found) > 1:
            raise SpecError(f"{node.place}: names all operations, and some")
        return found
    for each in found:
        if not documents.have(each, absent=absent):
            raise SpecError(f"{node.place}: no document of the time has {each}")
    return found


def _places(row: Node, kind: Kind, *, absent: str, behaviour: str) -> tuple[str, ...]:
    node = row.find("places")
    if node is not None and behaviour:
        raise SpecError(f"{node.place}: what is behaviour has no places")
    if node is not None:
        return several(node)
    if absent or behaviour:
        return ()
    if kind not in _WHOLE:
        raise SpecError(f"{row.place}: should have places, or say absent or behaviour")
    return ("",)


def _whole_number(node: Node) -> int:
    found = node.number()
    if found != int(found):
        raise SpecError(f"{node.place}: should be a whole number")
    return int(found)
