"""Finding and removing what runs made, by its labels and names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.engine.workshop import LABEL, PREFIX, Workshop, parsed
from harness.model.pointer import at
from harness.model.spec import Json
from harness.model.tables import Kind
from harness.model.version import ApiVersion

_IN_REGISTRIES = frozenset({"image", "plugin"})  # their names may start with a registry's
_ROUNDS = 3  # an image goes only after what was built from it
# The form of a run's own names: somebody's project may well be called docker-contract-something.
_OURS = re.compile(rf"(?P<registry>.*/)?{PREFIX}(?P<run>[0-9a-f]{{8}})(?:[-/:].*)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A resource on the daemon; `run` is the run that made it, "" where none did.

    `name` is what it is called beside its id, "" where it has no other name.
    """

    kind: str
    id: str
    run: str
    name: str = ""


def leaks(
    before: Iterable[Found], after: Iterable[Found], *, run: str, private: bool
) -> list[Found]:
    """Return what a run left behind; on a `private` daemon, all that is new is the run's."""
    known = tuple(before)
    ids = {(found.kind, found.id) for found in known}
    # dockerd makes its own networks anew when it is restarted, under the same names.
    names = {(found.kind, found.name) for found in known if found.name}
    return [
        found
        for found in after
        if (found.run == run or (private and not found.run))
        and (found.kind, found.id) not in ids
        and (found.kind, found.name) not in names
    ]


def survey(shop: Workshop, kinds: Iterable[Kind]) -> tuple[Found, ...]:
    """Return all resources that the daemon lists, of the kinds that it knows."""
    return tuple(found for kind in kinds for found in _listed(shop, kind))


def sweep(shop: Workshop, kinds: Iterable[Kind], *, run: str = "") -> tuple[Found, ...]:
    """Remove what a run made, or all runs where none is named; return what was removed."""
    known = tuple(kinds)
    removed: dict[Found, None] = {}
    for _ in range(_ROUNDS):
        mine = [f for f in survey(shop, known) if f.run and (not run or f.run == run)]
        if not mine:
            break
        for found in mine:
            kind = next(kind for kind in known if kind.id == found.kind)
            reply = shop.ask("DELETE", kind.removal.replace("{name}", found.id))
            if 200 <= reply.status < 400:  # noqa: PLR2004 - neither an error nor no reply
                removed[found] = None
    return tuple(removed)


def _listed(shop: Workshop, kind: Kind) -> Iterator[Found]:
    if kind.since and shop.version < ApiVersion.parse(kind.since):
        return
    reply = shop.ask("GET", kind.listing)
    # A daemon outside a swarm has no services to list, and says so with an error.
    listed = at(parsed(reply), kind.items) if reply.status == 200 else None  # noqa: PLR2004 - OK
    for element in listed if isinstance(listed, list) else ():
        name = at(element, kind.name)
        if isinstance(name, str):
            called = next((other for other in _names(element) if other != name), "")
            yield Found(kind.id, name, _maker(element, kind, name), called)


def _maker(element: Json, kind: Kind, name: str) -> str:
    labels = at(element, kind.label) if kind.label else None
    if isinstance(labels, dict) and isinstance(labels.get(LABEL), str):
        return str(labels[LABEL])
    for candidate in (name, *_names(element)):
        ours = _OURS.fullmatch(candidate.lstrip("/"))
        if ours and (kind.id in _IN_REGISTRIES or not ours["registry"]):
            return ours["run"]
    return ""


def _names(element: Json) -> Iterator[str]:
    for pointer in ("/Name", "/Names", "/RepoTags", "/Spec/Name"):
        value = at(element, pointer)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str):
                yield name
