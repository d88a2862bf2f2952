"""What daemons were seen to show at all versions: contracts/observed/*.json, read and written.

A file has `daemon`, when it was `observed`, the `versions`, and `steps` by key. A step tells what
it called and what it `asked`; then status, media_type, framing, message and events, each as one
value, or by ranges of versions where they differ ({"1.18..1.23": …}), and left out where empty.
`places` tells the text of each place, again as one or by ranges; where a version is in no range,
the place was not there. What most steps of an operation and status have is told once, in `usual`; a
step then tells where it departs from that, by null where it lacks a place. A step that was not made
at all versions says at which `versions` it was.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json
from harness.model.version import ApiVersion, select
from harness.model.wire import Step, Trace
from harness.specs.node import Node
from harness.specs.places import contracts_folder

FORMAT = 1
DOCKERD = "dockerd-20.10.24"

_KIND = "docker-contract observations"
_TEXTS = ("media_type", "framing", "message")
_KNOWN = frozenset(
    {*_TEXTS, "operation", "asked", "sent", "versions", "status", "events", "places"}
)
_HEADER = frozenset({"kind", "format", "daemon", "observed", "versions", "usual", "steps"})
_Value = TypeVar("_Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Observations:
    """What one daemon showed at several versions; `observed` tells when."""

    daemon: str
    observed: str
    versions: tuple[ApiVersion, ...]
    _file: Node

    def trace(self, version: ApiVersion, operation: str = "") -> Trace:
        """Return what was seen at a version, of one operation alone where that is named.

        Raises UsageError where it was not played, SpecError that names the place of what is wrong.
        """
        if version not in self.versions:
            raise UsageError(f"nothing was observed of {self.daemon} at API {version}")
        reading = _Reading(version, self.versions)
        usual = dict(self._file["usual"].members())
        steps = (
            reading.step(key, each, usual)
            for key, each in self._file["steps"].members()
            if operation in {"", each["operation"].value}
        )
        return Trace(self.daemon, version, tuple(step for step in steps if step))


@cache
def observed(name: str = DOCKERD) -> Observations | None:
    """Return what was observed of the daemon of that file; None where there is no such file.

    Raises SpecError that names the place of what is wrong.
    """
    file = observed_file(name)
    if not file.is_file():
        return None
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"observed/{file.name}: cannot be read: {error}") from error
    return read(text, f"observed/{file.name}")


def observed_file(name: str = DOCKERD) -> Path:
    """Return where the observations of that name are."""
    return contracts_folder() / "observed" / f"{name}.json"


def read(text: str, source: str) -> Observations:
    """Read what `write` wrote; raise SpecError that names the place of what is wrong."""
    try:
        node = Node(json.loads(text), source)
    except ValueError as error:
        raise SpecError(f"{source}: is no JSON: {error}") from error
    _only(node, _HEADER)
    if node["kind"].value != _KIND or node["format"].value != FORMAT:
        raise SpecError(f"{source}: these are no observations of format {FORMAT}")
    try:
        versions = tuple(ApiVersion.parse(each) for each in node["versions"].texts())
    except UsageError as error:
        raise SpecError(f"{node['versions'].place}: {error}") from error
    return Observations(node["daemon"].text(), node["observed"].text(), versions, node)


def write(traces: Iterable[Trace], observed_at: str) -> str:
    """Return the text of a file with all traces of one daemon, a line for each place.

    Steps come in the order of the first trace; those that only later ones have, after those.
    """
    by_version = {each.version: each for each in sorted(traces, key=lambda one: one.version)}
    versions = tuple(by_version)
    daemons = {each.daemon for each in by_version.values()}
    if len(daemons) != 1:
        raise ValueError("the traces should be of one daemon")
    steps: dict[str, dict[ApiVersion, Step]] = {}
    for version, trace in by_version.items():
        for step in trace.steps:
            steps.setdefault(step.key, {})[version] = step
    header: dict[str, Json] = {
        "kind": _KIND,
        "format": FORMAT,
        "daemon": daemons.pop(),
        "observed": observed_at,
        "versions": [str(version) for version in versions],
    }
    lines = [f"{_text(name)}: {_text(value)}," for name, value in header.items()]
    facts = {key: _step(of, versions) for key, of in steps.items()}
    places = {key: _places(of, versions) for key, of in steps.items()}
    usual = _usual(facts, places)
    body = ",\n".join(
        _line(key, step, _departures(usual.get(_group(step), {}), places[key]))
        for key, step in facts.items()
    )
    shared = ",\n".join(f"{_text(what)}: {_rows(usual[what])}" for what in sorted(usual))
    lines += [f'"usual": {{\n{shared}\n}},', f'"steps": {{\n{body}\n}}']
    return "{\n" + "\n".join(lines) + "\n}\n"


def _line(key: str, step: Mapping[str, Json], places: Mapping[str, Json]) -> str:
    """Write a step on one line, but each place on its own."""
    told = ", ".join(f"{_text(name)}: {_text(value)}" for name, value in step.items())
    return f"{_text(key)}: {{{told}" + (f', "places": {_rows(places)}}}' if places else "}")


def _rows(places: Mapping[str, Json]) -> str:
    rows = ",\n".join(f" {_text(place)}: {_text(value)}" for place, value in places.items())
    return f"{{\n{rows}}}"


def _group(step: Mapping[str, Json]) -> str:
    """Name the steps that a step has most in common with; "" where versions differ too much."""
    whole = "versions" not in step and isinstance(step["status"], int)
    return f"{step['operation']} {step['status']}" if whole else ""


def _usual(
    steps: Mapping[str, Mapping[str, Json]], places: Mapping[str, Mapping[str, Json]]
) -> dict[str, dict[str, Json]]:
    """Return what more than half of the steps of each group have at a place."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key, step in steps.items():
        members[_group(step)].append(key)
    found: dict[str, dict[str, Json]] = {}
    for group, keys in members.items():
        counts = Counter(
            (place, _text(value)) for key in keys for place, value in places[key].items()
        )
        shared = {
            place: json.loads(text)
            for (place, text), count in sorted(counts.items())
            if 2 * count > len(keys) > 1
        }
        if group and shared:
            found[group] = shared
    return found


def _departures(usual: Mapping[str, Json], places: Mapping[str, Json]) -> dict[str, Json]:
    return {
        place: places.get(place)
        for place in sorted(usual.keys() | places.keys())
        if usual.get(place) != places.get(place)
    }


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _step(of: Mapping[ApiVersion, Step], all_versions: tuple[ApiVersion, ...]) -> dict[str, Json]:
    versions = tuple(of)
    one = of[versions[0]]
    members: dict[str, Json] = {"operation": one.operation, "asked": list(one.asked)}
    if one.sent:
        members["sent"] = one.sent
    if versions != all_versions:
        members["versions"] = _ranges(versions, all_versions)
    members["status"] = _varied({v: each.status for v, each in of.items()}, all_versions)
    for name in _TEXTS:
        texts = {version: str(getattr(each, name)) for version, each in of.items()}
        if any(texts.values()):
            members[name] = _varied(texts, all_versions)
    events = {version: each.events for version, each in of.items()}
    if any(events.values()):
        members["events"] = _varied(events, all_versions)
    return members


def _places(of: Mapping[ApiVersion, Step], all_versions: tuple[ApiVersion, ...]) -> dict[str, Json]:
    versions = tuple(of)
    return {
        place: _varied(
            {version: each.places[place] for version, each in of.items() if place in each.places},
            all_versions,
            versions,
        )
        for place in sorted({place for each in of.values() for place in each.places})
    }


def _varied(
    values: Mapping[ApiVersion, _Value],
    all_versions: tuple[ApiVersion, ...],
    expected: tuple[ApiVersion, ...] = (),
) -> Json:
    """Return the one value, or the values by ranges, as where some that are expected have none."""
    by_value: dict[_Value, list[ApiVersion]] = {}
    for version, value in values.items():
        by_value.setdefault(value, []).append(version)
    if len(by_value) == 1 and (not expected or tuple(values) == expected):
        return _plain(next(iter(by_value)))
    return {_ranges(of, all_versions): _plain(value) for value, of in by_value.items()}


def _plain(value: Hashable) -> Json:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if isinstance(value, int) else str(value)


def _ranges(versions: Iterable[ApiVersion], all_versions: tuple[ApiVersion, ...]) -> str:
    """Return versions as "1.18..1.20,1.24"; neighbours are those of `all_versions`."""
    places = [all_versions.index(version) for version in versions]
    starts = [places[0], *(b for a, b in pairwise(places) if b != a + 1)]
    ends = [*(a for a, b in pairwise(places) if b != a + 1), places[-1]]
    return ",".join(
        str(all_versions[a]) if a == b else f"{all_versions[a]}..{all_versions[b]}"
        for a, b in zip(starts, ends, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one version out of a file of several."""

    version: ApiVersion
    versions: tuple[ApiVersion, ...]
    _ranges: dict[str, bool] = field(default_factory=dict)

    def step(self, key: str, node: Node, usual: Mapping[str, Node]) -> Step | None:
        """Read a step; None where it was not made at this version."""
        _only(node, _KNOWN)
        made = node.find("versions")
        if made and not self._within(made.text(), made):
            return None
        operation, status = node["operation"].text(), self._value(node["status"])
        if status is None:
            raise SpecError(f"{node['status'].place}: tells nothing of {self.version}")
        texts = {name: self._text(node.find(name)) for name in (*_TEXTS, "sent")}
        shared = None if made else usual.get(f"{operation} {node['status'].value}")
        return Step(
            key=key,
            operation=operation,
            asked=node["asked"].texts(),
            status=int(status.number()),
            events=self._events(node.find("events")),
            places=self._places(shared, node.find("places")),
            **texts,
        )

    def _places(self, shared: Node | None, own: Node | None) -> dict[str, str]:
        rows: dict[str, Node] = {}
        for each in (shared, own):
            rows |= dict(each.members()) if each else {}
        found = {place: self._value(rows[place]) for place in sorted(rows)}
        return {place: node.text() for place, node in found.items() if node}

    def _text(self, node: Node | None) -> str:
        value = self._value(node) if node else None
        return value.text() if value else ""

    def _events(self, node: Node | None) -> tuple[str, ...]:
        value = self._value(node) if node else None
        return value.texts() if value else ()

    def _value(self, node: Node) -> Node | None:
        """Return what holds at this version; None where nothing does."""
        if node.value is None:
            return None
        if not isinstance(node.value, dict):
            return node
        found = [each for ranges, each in node.members() if self._within(ranges, each)]
        if len(found) > 1:
            raise SpecError(f"{node.place}: tells twice of {self.version}")
        return found[0] if found else None

    def _within(self, ranges: str, node: Node) -> bool:
        if ranges not in self._ranges:
            try:
                self._ranges[ranges] = self.version in select(ranges, self.versions)
            except UsageError as error:
                raise SpecError(f"{node.place}: {error}") from error
        return self._ranges[ranges]


def _only(node: Node, known: frozenset[str]) -> None:
    for name, member in node.members():
        if name not in known:
            raise SpecError(f"{member.place}: {name} is not known here")
