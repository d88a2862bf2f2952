"""What of a diff concerns a client, by its recorded traffic, and which version it can run on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.traffic import exchanges_of
from harness.diff.usage import Lowest, Need, Usage, lowest, narrow, usage
from harness.model.errors import UsageError
from harness.model.version_diff import VersionDiff
from harness.report.wording import counted, printable, shortened, spans
from harness.specs.library import load, load_foreign, versions
from harness.specs.routing import routes_of

_LOWEST = "Lowest version that documents what the client asks with"
_NAMED = 5
_LISTED = 20
_LONGEST = 100  # characters of a place


@dataclass(frozen=True, slots=True)
class Client:
    """What a client used, and the file that tells of it.

    `foreign` where it was held against documents of a person's own, too.
    """

    path: Path
    usage: Usage
    foreign: bool = False


def client_of(path: Path, documents: Sequence[Path] = ()) -> Client:
    """Read the traffic of a client, of what is in our documents or in a person's own.

    Raises UsageError where the file cannot be read, or is no traffic of a client of the API;
    SpecError where a document is wrong.
    """
    ours = [load(version) for version in versions()]
    specs = [*ours, *map(load_foreign, documents)]
    used = usage(exchanges_of(path), list(map(routes_of, specs)))
    if not used.operations:
        asked = _some(list(used.unmatched)) or "it holds no request"
        raise UsageError(f"{path}: nothing in it is of this API: {asked}")
    return Client(path, used, foreign=bool(documents))


def used_by(diff: VersionDiff, client: Client) -> tuple[VersionDiff, tuple[str, ...]]:
    """Return what of a diff concerns a client, and lines that tell which version it can run on.

    Of documents of a person's own, no version is told.
    """
    used = client.usage
    calls, operations = counted(used.calls, "call"), counted(len(used.operations), "operation")
    told = f"what {printable(str(client.path))} uses: {calls} of {operations}"
    lines = list(_unmatched(used))
    if not client.foreign:
        found = lowest(used, {version: load(version) for version in versions()})
        lines = [*_lines(found), *lines]
    return narrow(diff, used, told), ("", *lines) if lines else ()


def _lines(found: Lowest) -> Iterator[str]:
    if found.version is None:
        yield "No version documents all that the client asks with:"
        yield from _listed([f"{_need(need)}: {spans(need.versions)}" for need in found.needs])
    elif found.needs:
        yield f"{_LOWEST}: {found.version}, the first with"
        yield from _listed([_need(need) for need in found.needs])
    else:
        yield f"{_LOWEST}: {found.version}"
    if found.unknown:
        yield "Asked with, and in no document:"
        yield from _listed([_need(need) for need in found.unknown])


def _unmatched(used: Usage) -> Iterator[str]:
    if used.unmatched:
        others = counted(sum(used.unmatched.values()), "request")
        yield f"{others} of no documented operation: {_some(list(used.unmatched))}"


def _listed(lines: list[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_LISTED])
    if len(lines) > _LISTED:
        yield f"  and {len(lines) - _LISTED:,} more"


def _some(requests: list[str]) -> str:
    named = ", ".join(shortened(printable(request), _LONGEST) for request in requests[:_NAMED])
    return f"{named} and {len(requests) - _NAMED:,} more" if len(requests) > _NAMED else named


def _need(need: Need) -> str:
    return f"{need.operation} {shortened(printable(need.place), _LONGEST)}".strip()
