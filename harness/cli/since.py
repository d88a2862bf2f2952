"""`docker-contract since`: in which version something first and last appears."""

import re
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from harness.cli.printing import show
from harness.model.announcement import Announcement
from harness.model.errors import UsageError
from harness.model.spec import Operation, Spec
from harness.model.version import ApiVersion
from harness.model.wire import Trace

if TYPE_CHECKING:
    from harness.diff.history import Appearance
    from harness.report.since_text import Known

_PREFIX = re.compile(r"^/v\d+\.\d+(?=/)")
_NEAR = 3
_BEHIND = 0.08  # how much less like what was asked for than the nearest a name may be
_ERROR = 400
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


class Seen(TypedDict):
    """What was seen of a place, as `harness.report.since_text.Known` has it."""

    looked: tuple[ApiVersion, ...]
    seen: tuple[ApiVersion, ...]
    daemon: str


def since(
    operation: Annotated[
        str,
        typer.Argument(
            metavar="OPERATION",
            help="An id such as ContainerWait, or 'POST /containers/{id}/wait'; a path alone means "
            "all its methods.",
        ),
    ],
    what: Annotated[
        str,
        typer.Argument(
            metavar="[WHAT]",
            help="A parameter, a property (HostConfig.CpuCount), a header or a status of it. "
            "Otherwise all that it has.",
            show_default=False,
        ),
    ] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell in which versions an operation, or something of it, is documented.

    Also what the documents say where that changed, where errata correct them, in which version it
    was announced, and at which versions dockerd 20.10.24 was seen to answer with it. Ends with 0,
    or with 2 where there is no such thing.
    """
    # Loading what it takes to tell takes a while, which a wrong command line need not wait for.
    from harness.report.since_text import screen, to_json  # noqa: PLC0415
    from harness.specs.library import load, versions  # noqa: PLC0415

    if operation.upper() in _METHODS and what.startswith("/"):
        raise UsageError(f"put the operation in quotes: '{operation.upper()} {what}'")
    specs = {version: load(version) for version in versions()}
    raw = {version: load(version, with_errata=False) for version in versions()}
    found = _known(specs, raw, find(specs, operation), what)
    if as_json:
        sys.stdout.write(to_json(found))
        return
    for index, (whole, places) in enumerate(found):
        sys.stdout.write("\n" if index else "")
        show(screen(whole, places, named=bool(what)))


def _known(
    specs: Mapping[ApiVersion, Spec],
    raw: Mapping[ApiVersion, Spec],
    keys: Iterable[str],
    what: str,
) -> "list[tuple[Known, list[Known]]]":
    """Return what is known of operations, and of those of their places that are meant.

    Raises UsageError where no operation has such a place.
    """
    from harness.diff.history import history, matching  # noqa: PLC0415 - see above
    from harness.report.since_text import Known  # noqa: PLC0415
    from harness.specs.changelog import changelog  # noqa: PLC0415

    histories = {key: history(specs, key) for key in keys}
    found: list[tuple[Known, list[Known]]] = []
    for key, (whole, *rest) in histories.items():
        chosen = matching(tuple(rest), what) if what else tuple(rest)
        if what and not chosen:
            continue
        before = {each.place: tuple(each.said) for each in history(raw, key)}
        traces = _traces(whole.operation)
        first, *others = (
            Known(
                appearance=each,
                documents=before.get(each.place, ()),
                announcements=_announced(changelog(), each, whole.said),
                **_seen(traces, each.place),
            )
            for each in (whole, *chosen)
        )
        found.append((first, others))
    if not found:
        raise UsageError(_nothing(histories.values(), what))
    return found


def find(specs: Mapping[ApiVersion, Spec], text: str) -> tuple[str, ...]:
    """Return the keys of the operations that a person means, one for each method of a path.

    The path may be a template, or one that was asked for, with a version and a query. Raises
    UsageError that names the nearest where there is none.
    """
    from harness.diff.history import key  # noqa: PLC0415 - see above

    method, path = _parted(text)
    named = {
        each.id: each for version in sorted(specs) for each in specs[version].operations.values()
    }
    keys = {id_: key(each.method, each.path) for id_, each in named.items()}
    wanted = key(method, path).strip().casefold()
    found = dict.fromkeys(
        each
        for each in keys.values()
        if wanted in {each.casefold(), each.partition(" ")[2].casefold()}
    )
    by_id = {id_.casefold(): each for id_, each in keys.items()}
    if found or wanted in by_id:
        return tuple(found) or (by_id[wanted],)
    asked = tuple(_asked(specs, method, path))
    if asked:
        return asked
    shown = [f"{each.method} {each.path}" for each in named.values()] if "/" in path else named
    near = _near(f"{method} {path}".strip(), shown, 0.6)
    newest = max(specs)
    hint = (
        f"; is it {' or '.join(near)}?"
        if near
        else f"; `docker-contract specs show {newest}` lists them"
    )
    raise UsageError(f"no version has an operation {text!r}{hint}")


def _parted(text: str) -> tuple[str, str]:
    """Return the method, "" for none, and the path of an operation, or its id instead of that."""
    words = " ".join(text.split())
    if not words:
        raise UsageError("OPERATION is empty; give an id such as ContainerWait, or a path")
    method, _, path = words.rpartition(" ")
    if "/" in path:
        path = _PREFIX.sub("", f"/{path.lstrip('/')}").partition("?")[0]
    return method.upper(), path


def _asked(specs: Mapping[ApiVersion, Spec], method: str, path: str) -> Iterator[str]:
    """Yield the keys of the operations that daemons would take a path for, the newest first."""
    from harness.diff.history import key  # noqa: PLC0415 - see above
    from harness.specs.routing import routes_of  # noqa: PLC0415

    routes = [routes_of(specs[version]) for version in sorted(specs, reverse=True)]
    found: list[Operation] = []
    for each in [method] if method else sorted(_METHODS):
        operation, _ = next(filter(None, (one.find(each, path) for one in routes)), (None, None))
        if operation:
            found.append(operation)
    # DELETE /containers/{id} takes any path below it, but /containers/x/json does not mean that.
    deepest = max((each.path.count("/") for each in found), default=0)
    for operation in found:
        if operation.path.count("/") == deepest:
            yield key(operation.method, operation.path)


def _near(sought: str, known: Iterable[str], cutoff: float) -> list[str]:
    """Return what is spelt much like it, but not what is much less so than another."""
    names = {each.casefold(): each for each in known}
    found = get_close_matches(sought.casefold(), names, n=_NEAR, cutoff=cutoff)
    ratios = [SequenceMatcher(None, each, sought.casefold()).ratio() for each in found]
    return [
        names[each]
        for each, ratio in zip(found, ratios, strict=True)
        if ratio > ratios[0] - _BEHIND
    ]


def _nothing(histories: Iterable[tuple["Appearance", ...]], what: str) -> str:
    operations = [whole.operation for whole, *_ in histories]
    places = [each.place for whole, *rest in histories for each in rest]
    names = {place.rpartition("/")[2].casefold(): place for place in places}
    last = re.split(r"[./]", what)[-1].casefold()
    near = [names[each] for each in _near(last, names, 0.7)]
    hint = f"; is it {' or '.join(near)}?" if near else ""
    return f"no version documents {what!r} in {' or '.join(operations)}{hint}"


def _announced(
    announcements: Iterable[Announcement], appearance: "Appearance", versions: Container[ApiVersion]
) -> tuple[Announcement, ...]:
    """Return what was announced of a place, and of all operations while there was this one."""
    return tuple(
        each
        for each in announcements
        if appearance.operation in each.operations
        or ("*" in each.operations and each.version in versions)
        if any(fnmatchcase(appearance.place, pattern) for pattern in each.places)
    )


def _traces(operation: str) -> tuple[Trace, ...]:
    from harness.specs.observed import observed  # noqa: PLC0415 - see above

    known = observed()
    if known is None:
        return ()
    return tuple(known.trace(version, operation) for version in known.versions)


def _seen(traces: Iterable[Trace], place: str) -> Seen:
    """Return at which versions a daemon can have been seen to answer so, and at which it was.

    It can where it answered with what the place is in: replies of the status, or a value around it.
    `traces` are of one operation alone.
    """
    status, _, inner = place.partition("/")
    around = inner.rpartition("/")[0].removesuffix("headers")
    steps = [
        (trace, step) for trace in traces for step in trace.steps if str(step.status) == status
    ]
    if not status.isdecimal() or (inner.startswith("body") and int(status) >= _ERROR):
        # Of errors the message is kept, and no places.
        steps = []
    looked = [(trace, step) for trace, step in steps if not around or around in step.places]
    seen = [trace for trace, step in looked if not inner or inner in step.places]
    return {
        "looked": tuple(sorted({trace.version for trace, _ in looked})),
        "seen": tuple(sorted({trace.version for trace in seen})),
        "daemon": looked[0][0].daemon if looked else "",
    }
