"""What is told of two versions: paper, announcements and the wire, joined."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.diff.matrix import join
from harness.diff.paper import compare as compare_documents
from harness.diff.reconciling import reconcile
from harness.diff.selecting import Selection, selection
from harness.diff.wire import compare as compare_traces
from harness.model.spec import Spec
from harness.model.version import ApiVersion
from harness.model.version_diff import Document, Observed, Row, Standing, VersionDiff
from harness.model.wire import Trace, WireChange
from harness.report.wording import spans
from harness.specs.changelog import changelog
from harness.specs.drift import drifts
from harness.specs.library import load, load_foreign, versions
from harness.specs.observed import observed

RECORDED = "as recorded"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one daemon at both versions; `told` says where that comes from."""

    old: Trace
    new: Trace
    told: str


def versions_between(old: ApiVersion, new: ApiVersion) -> VersionDiff:
    """Return how two versions of the API differ, with what is recorded of the wire.

    Raises UsageError where there is no such version, SpecError where a document or a table is
    wrong.
    """
    return version_diff(old, new, recorded(old, new))


def recorded(old: ApiVersion, new: ApiVersion) -> Seen | None:
    """Return what contracts/observed/ has of two versions; None where it lacks one of them."""
    known = observed()
    if known is None or not {old, new} <= set(known.versions):
        return None
    return Seen(known.trace(old), known.trace(new), RECORDED)


def version_diff(
    old: ApiVersion, new: ApiVersion, seen: Seen | None, gaps: Iterable[str] = ()
) -> VersionDiff:
    """Return how two versions of the API differ on paper, as announced, and as seen."""
    raw = (load(old, with_errata=False), load(new, with_errata=False))
    corrected = (load(old), load(new))
    rows = reconcile(
        compare_documents(*raw),
        compare_documents(*corrected),
        *corrected,
        changelog(),
        drifts(),
    )
    if seen:
        rows = join(rows, compare_traces(seen.old, seen.new), seen.old, seen.new)
    return VersionDiff(
        old=_ours(raw[0]),
        new=_ours(raw[1]),
        rows=rows,
        daemon=seen.new.daemon if seen else "",
        observed=seen.told if seen else "",
        gaps=tuple(gaps),
    )


def recordings_diff(one: Path, other: Path) -> VersionDiff:
    """Return how two recordings differ, which is all without a daemon.

    Recordings of two versions tell of these as a daemon would now; those of the same versions are
    compared on the wire alone. Raises UsageError where they cannot be read or compared.
    """
    from harness.cli.recordings import pairs, traces_of  # noqa: PLC0415 - takes long to load

    old, new = traces_of(one), traces_of(other)
    chosen = pairs(old, new)
    told = f"{one} and {other}"
    was, now = chosen[0]
    if (
        len(chosen) == 1
        and was.version < now.version
        and {was.version, now.version} <= {*versions()}
    ):
        return version_diff(was.version, now.version, Seen(was, now, told))
    changes: defaultdict[WireChange, list[str]] = defaultdict(list)
    for was, now in chosen:
        for change in compare_traces(was, now):
            at = f"{now.version} " if len(chosen) > 1 else ""
            changes[replace(change, steps=())] += [f"{at}{step}" for step in change.steps]
    return VersionDiff(
        old=_recorded(one, old.traces),
        new=_recorded(other, new.traces),
        rows=tuple(
            Row(
                Standing.UNKNOWN,
                Observed.SEEN,
                wire=(replace(change, steps=tuple(steps)),),
            )
            for change, steps in changes.items()
        ),
        daemon=" and ".join(dict.fromkeys(each.daemon for pair in chosen for each in pair)),
        observed=told,
    )


def document_diff(old: ApiVersion | Path, new: ApiVersion | Path) -> VersionDiff:
    """Return how two documents differ on paper, of which one at least is a person's own file.

    Raises UsageError where a file cannot be read, SpecError where it is no Swagger 2.0 document.
    """
    one, other = _foreign(old), _foreign(new)
    changes = compare_documents(one[1], other[1])
    return VersionDiff(
        old=one[0],
        new=other[0],
        rows=reconcile(changes, changes, one[1], other[1], (), ()),
    )


def only(patterns: Iterable[str], documents: Iterable[ApiVersion | Path]) -> Selection:
    """Return what selects operations of documents; raise UsageError for a pattern of none."""
    return selection(patterns, [_foreign(document)[1] for document in documents])


def _recorded(path: Path, traces: Mapping[ApiVersion, Trace]) -> Document:
    called = {step.operation for trace in traces.values() for step in trace.steps}
    return Document(f"{path} ({spans(traces)})", None, len(called))


def _ours(spec: Spec) -> Document:
    return Document(str(spec.version), spec.version, len(spec.operations))


def _foreign(what: ApiVersion | Path) -> tuple[Document, Spec]:
    if isinstance(what, ApiVersion):
        spec = load(what, with_errata=False)
        return _ours(spec), spec
    spec = load_foreign(what)
    return Document(str(what), None, len(spec.operations)), spec
