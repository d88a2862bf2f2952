"""Recordings as traces, which can be held against each other without a daemon."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.cli.wire_run import lens
from harness.daemon.recording import read
from harness.diff.wire import Observer
from harness.diff.wire.comparing import aligned
from harness.model.call import Manner
from harness.model.errors import UsageError
from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording holds: a trace for each version, and the seed that its calls came from.

    `seed` is None where all calls are steps of stories, which need none.
    """

    path: Path
    seed: int | None
    traces: Mapping[ApiVersion, Trace]

    @property
    def said(self) -> str:
        """Return the versions in words."""
        return ", ".join(map(str, sorted(self.traces)))


def traces_of(path: Path) -> Recorded:
    """Read a recording exchange by exchange; raise UsageError that names what is wrong with it."""
    header, exchanges = read(path)
    observers: defaultdict[ApiVersion, Observer] = defaultdict(lambda: Observer(lens()))
    steps: defaultdict[ApiVersion, list[Step]] = defaultdict(list)
    told = True
    for exchange in exchanges:
        steps[exchange.version].append(observers[exchange.version].see(exchange))
        told = told and exchange.call.manner is Manner.STORY
    if not steps:
        raise UsageError(f"{path}: holds no exchange")
    return Recorded(
        path,
        None if told else header.seed,
        {version: Trace(header.daemon, version, tuple(of)) for version, of in steps.items()},
    )


def pairs(one: Recorded, other: Recorded) -> tuple[tuple[Trace, Trace], ...]:
    """Return which traces of two recordings to compare, in order of versions.

    Those of the one version that each holds, or of all versions that both hold. Raises UsageError
    where the two have nothing to compare.
    """
    if one.seed != other.seed and None not in {one.seed, other.seed}:
        raise UsageError(
            f"{one.path} was made with seed {one.seed} and {other.path} with seed {other.seed}:"
            " their calls are not the same; record both with one seed"
        )
    if len(one.traces) == len(other.traces) == 1:
        chosen = [(*one.traces.values(), *other.traces.values())]
    else:
        both = sorted(one.traces.keys() & other.traces.keys())
        chosen = [(one.traces[version], other.traces[version]) for version in both]
    if not chosen:
        raise UsageError(
            f"{one.path} holds API {one.said}, and {other.path} {other.said}: record one version"
            " in each, or the same ones"
        )
    if not any(aligned(old, new)[0] for old, new in chosen):
        raise UsageError(
            f"no call of {one.path} is in {other.path}: record the same operations or scenarios"
        )
    return tuple((old, new) for old, new in chosen)
