"""Where the documents are wrong: contracts/errata.yaml, read and applied.

Each entry has `id`, `versions` and `evidence`, and one or more of

    pointer, says, sends    a place (or a list of them), what stands there, what belongs there;
                            without `says` nothing stands there, without `sends` nothing should
    nullable: [places]      values that are sent as null
    optional: [places]      properties that are not always sent, though listed as required
    renamed: {place: name}  properties that are sent under another name
    values: {place: [...]}  more values of an enum
    statuses: {Operation: [409]}          replies that are sent and not documented
    never: {Operation: [101]}             replies that are documented and never sent
    parameters: {Operation: [{name: …}]}  inputs that are read and not documented

How places are written is told in harness/specs/spots.py. Entries are applied in the order of the
file; each sees what those before it have made of the document.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Erratum, Json
from harness.model.version import ApiVersion, VersionRange
from harness.specs.importer import phrase
from harness.specs.node import Node, escape
from harness.specs.spots import ABSENT, Absent, Spot, locate, parent, parts

Document: TypeAlias = dict[str, Json]
Amended: TypeAlias = tuple[Spot, Json | Absent]
Change: TypeAlias = Callable[[Document, str], Amended]

_CLIENT_ERROR = 400
_ABOUT = ("id", "versions", "evidence")
_PLAIN = ("pointer", "says", "sends")
_SHORT = ("nullable", "optional", "renamed", "values", "statuses", "never", "parameters")
_KEYS = frozenset((*_ABOUT, *_PLAIN, *_SHORT))


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of the documents of some versions: where, and what becomes of the place."""

    id: str
    versions: VersionRange
    evidence: str
    place: str
    change: Change

    @property
    def operation(self) -> str:
        """Return the operation it is about; "" where it is about a definition."""
        name, *rest = self.place.split()
        inside = len(rest) > 1 or (rest and rest[0].startswith(("/responses/", "/parameters/")))
        return name if inside else ""


def read_errata(node: Node) -> tuple[Correction, ...]:
    """Read the entries of errata.yaml; raise SpecError that names the place of what is wrong."""
    found: list[Correction] = []
    seen: set[str] = set()
    for entry in node.elements() if node.value is not None else ():
        name = entry["id"].text()
        if name in seen:
            raise SpecError(f"{entry.place}: there is another erratum {name}")
        seen.add(name)
        found.extend(_entry(name, entry))
    return tuple(found)


def apply_errata(
    document: Document,
    corrections: tuple[Correction, ...],
    version: ApiVersion,
    *,
    strict: bool = True,
) -> tuple[Document, tuple[Erratum, ...]]:
    """Return a corrected copy of a document, and what was corrected.

    Where strict, a correction that does not fit (its place is not there, something else stands
    there, or it changes nothing) is a SpecError; else it is left out.
    """
    corrected = copy.deepcopy(document)
    applied: list[Erratum] = []
    for correction in corrections:
        if version not in correction.versions:
            continue
        try:
            applied.append(_apply(corrected, correction))
        except SpecError as error:
            if strict:
                where = f"errata.yaml: {correction.id}, API {version}, {correction.place}"
                raise SpecError(f"{where}: {error}") from error
    return corrected, tuple(applied)


def _apply(document: Document, correction: Correction) -> Erratum:
    spot, after = correction.change(document, correction.place)
    says, sends = _json(spot.value), _json(after)
    if says == sends:
        raise SpecError("this changes nothing")
    pointer = spot.pointer
    spot.put(copy.deepcopy(after) if after is not ABSENT else after)
    return Erratum(
        id=correction.id,
        versions=correction.versions,
        operation=correction.operation,
        pointer=pointer,
        says=says,
        sends=sends,
        evidence=correction.evidence,
    )


def _json(value: Json | Absent) -> str | None:
    return None if isinstance(value, Absent) else json.dumps(value, sort_keys=True)


def _entry(name: str, entry: Node) -> Iterator[Correction]:
    for key, member in entry.members():
        if key not in _KEYS:
            raise SpecError(f"{member.place}: {key} is not known in an erratum")
    evidence = entry["evidence"].text()
    try:
        versions = VersionRange.parse(entry["versions"].text())
    except UsageError as error:
        raise SpecError(f"{entry.place}/versions: {error}") from error
    changes = list(_changes(entry))
    if not changes:
        raise SpecError(f"{entry.place}: {name} corrects nothing")
    for place, change in changes:
        yield Correction(name, versions, evidence, place, change)


def _changes(entry: Node) -> Iterator[tuple[str, Change]]:
    pointer = entry.find("pointer")
    if pointer is not None:
        replacing = _replacing(_value(entry, "says"), _value(entry, "sends"))
        for place in _places(pointer):
            yield place, replacing
    for key, change in (("nullable", _null), ("optional", _optional)):
        listed = entry.find(key)
        for place in _places(listed) if listed else ():
            yield place, change
    for place, name in _rows(entry, "renamed"):
        other = f"{place.rpartition('/')[0]}/{escape(name.text())}"
        yield other, _copying(place)
        yield place, _moved(other)
    for place, values in _rows(entry, "values"):
        yield place, _more_values([each.value for each in values.elements()])
    yield from _inputs_and_replies(entry)


def _inputs_and_replies(entry: Node) -> Iterator[tuple[str, Change]]:
    for operation, statuses in _rows(entry, "statuses"):
        for code in (int(status.number()) for status in statuses.elements()):
            yield f"{operation} /responses/{code}", _replacing(ABSENT, _reply(code))
    for operation, statuses in _rows(entry, "never"):
        for code in (int(status.number()) for status in statuses.elements()):
            yield f"{operation} /responses/{code}", _gone
    for operation, parameters in _rows(entry, "parameters"):
        for parameter in parameters.elements():
            name = parameter["name"].text()
            yield f"{operation} /parameters/{escape(name)}", _one_more(parameter.value)


def _value(entry: Node, key: str) -> Json | Absent:
    found = entry.find(key)
    return found.value if found else ABSENT


def _places(node: Node) -> tuple[str, ...]:
    return node.texts() if isinstance(node.value, list) else (node.text(),)


def _rows(entry: Node, key: str) -> Iterator[tuple[str, Node]]:
    found = entry.find(key)
    if found is not None:
        yield from found.members()


def _reply(status: int) -> Json:
    description: dict[str, Json] = {"description": phrase(str(status))}
    if status < _CLIENT_ERROR:
        return description
    return {**description, "schema": {"$ref": "#/definitions/ErrorResponse"}}


def _replacing(says: Json | Absent, sends: Json | Absent) -> Change:
    def change(document: Document, place: str) -> Amended:
        spot = locate(document, place)
        if _json(spot.value) != _json(says):
            stands = _json(spot.value) or "nothing"
            raise SpecError(f"there stands {stands}, and not {_json(says) or 'nothing'}")
        return spot, sends

    return change


def _one_more(parameter: Json) -> Change:
    def change(document: Document, place: str) -> Amended:
        listed = locate(document, place.rpartition("/")[0])
        if listed.value is ABSENT:
            return listed, [parameter]
        return _replacing(ABSENT, parameter)(document, place)

    return change


def _copying(place: str) -> Change:
    def change(document: Document, copy_place: str) -> Amended:
        original = locate(document, place)
        if original.value is ABSENT:
            raise SpecError(f"nothing stands at {original.pointer}")
        target = locate(document, copy_place)
        if target.value is not ABSENT:
            raise SpecError(f"something stands at {target.pointer} already")
        return target, original.value

    return change


def _moved(other: str) -> Change:
    def change(document: Document, place: str) -> Amended:
        spot = locate(document, place)
        if _json(spot.value) != _json(locate(document, other).value):
            raise SpecError(f"it does not stand at {other} yet")
        return spot, ABSENT

    return change


def _gone(document: Document, place: str) -> Amended:
    return locate(document, place), ABSENT


def _null(document: Document, place: str) -> Amended:
    spot = locate(document, place)
    schema = spot.value
    if not isinstance(schema, dict):
        raise SpecError(f"there is no schema at {spot.pointer}")
    if "$ref" in schema:
        # What stands beside a reference is ignored.
        return spot, {"allOf": [schema], "x-nullable": True}
    return Spot(schema, "x-nullable", f"{spot.pointer}/x-nullable"), True


def _optional(document: Document, place: str) -> Amended:
    holder, name = parent(place)
    for part in parts(document, locate(document, holder)):
        required = part.step("required")
        listed = required.value if required else ABSENT
        if required and isinstance(listed, list) and name in listed:
            return required, [each for each in listed if each != name] or ABSENT
    raise SpecError(f"{name} is not required")


def _more_values(values: list[Json]) -> Change:
    def change(document: Document, place: str) -> Amended:
        spot = locate(document, place).step("enum")
        listed = spot.value if spot else ABSENT
        if spot is None or not isinstance(listed, list):
            raise SpecError("there is no enum")
        return spot, listed + [value for value in values if value not in listed]

    return change
