"""Two runs of the same calls held against each other, call by call."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.diff.comparing import differences
from harness.model.call import Call, Manner
from harness.model.difference import Aspect, Difference, KnownDifference
from harness.model.errors import HarnessError
from harness.model.version import ApiVersion
from harness.report.side import Answered, Place, Side
from harness.report.wording import counted, spans
from harness.specs.differences import between, explain

DIFFERENT_STATUS = 1
Curl: TypeAlias = Callable[[Place, Call], str]
_Told: TypeAlias = tuple[Place, Call, Difference, KnownDifference | None]


@dataclass(frozen=True, slots=True)
class Contrast:
    """One difference, gathered over calls and versions, and but for shapes over operations.

    `places` are the versions and operations where it showed, sorted; `example` is the simplest
    call that showed it, which `curl` sends. `known` explains it, if it is explained.
    """

    difference: Difference
    places: tuple[tuple[ApiVersion, str], ...]
    count: int
    example: Call
    version: ApiVersion
    curl: str
    known: KnownDifference | None = None

    @property
    def versions(self) -> tuple[ApiVersion, ...]:
        """Return the versions where it showed, lowest first."""
        return tuple(sorted({version for version, _ in self.places}))

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the ids of the operations where it showed, in order."""
        return tuple(sorted({operation for _, operation in self.places}))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many calls of an operation were compared, and in how many each aspect differed.

    `explained` counts the calls of which all differences are explained.
    """

    operation: str
    calls: int
    differing: Mapping[Aspect, int]
    explained: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that two runs show together. `gaps` tells what was not compared, and why.

    `unused` are explained differences of these two daemons that a full run did not show.
    """

    left: Side
    right: Side
    seed: int
    calls: int = 0
    tallies: tuple[Tally, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    explained: tuple[Contrast, ...] = ()
    unused: tuple[KnownDifference, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """Return 1 where something unexplained differs, 5 where the harness failed, else 0."""
        if self.contrasts:
            return DIFFERENT_STATUS
        sides = (self.left, self.right)
        faultless = all(s.finished and not s.failures and not s.leaks for s in sides)
        return 0 if faultless and self.calls else HarnessError.exit_status


def compare(  # noqa: PLR0913 - what there is to compare, and how to tell it
    left: Side,
    right: Side,
    known: Iterable[KnownDifference],
    curl: Curl,
    *,
    seed: int,
    full: bool = False,
) -> Comparison:
    """Return what two runs with one seed show together.

    `known` is what is known of any daemons; `full` tells that the runs left nothing out, so that
    what is known of these two should have shown.
    """
    ours = between(left.names, right.names, known)
    told = tuple(_told(left, right, ours))
    gathered = tuple(_gathered(told, curl))
    shared = left.answers.keys() & right.answers.keys()
    shown = {contrast.known for contrast in gathered}
    complete = full and left.finished and right.finished
    return Comparison(
        left=left,
        right=right,
        seed=seed,
        calls=len(shared),
        tallies=tuple(_tallies(shared, told)),
        contrasts=tuple(contrast for contrast in gathered if not contrast.known),
        explained=tuple(contrast for contrast in gathered if contrast.known),
        unused=tuple(one for one in ours if complete and one not in shown and not one.by_chance),
        gaps=tuple(_gaps(left, right)),
    )


def _told(left: Side, right: Side, known: tuple[KnownDifference, ...]) -> Iterator[_Told]:
    for place, answered in sorted({**right.answers, **left.answers}.items(), key=_place):
        one, other = left.answers.get(place), right.answers.get(place)
        if one and other and one.call != other.call:
            raise HarnessError(f"{place.operation} at {place.version} was called in two ways")
        found = (
            differences(one.form, other.form) if one and other else _uncalled(left, right, place)
        )
        for difference in found:
            cause = explain(difference, place.version, place.operation, known)
            yield place, answered.call, difference, cause


def _place(entry: tuple[Place, Answered]) -> Place:
    return entry[0]


def _uncalled(left: Side, right: Side, place: Place) -> Iterator[Difference]:
    """Yield the difference that only one side was asked, unless the other had no chance."""
    where = (place.version, place.operation)
    if where in left.reached and where in right.reached and not _outside(left, right, place):
        yield Difference(Aspect.CALL, _asked(left, place), _asked(right, place))


def _outside(left: Side, right: Side, place: Place) -> bool:
    return place.version in left.unsupported or place.version in right.unsupported


def _asked(side: Side, place: Place) -> str:
    if place in side.answers:
        return "called"
    reason = side.reasons.get((place.version, place.operation), "")
    return f"not called: {reason}" if reason else "not called"


def _gathered(told: Iterable[_Told], curl: Curl) -> Iterator[Contrast]:
    by_cause: defaultdict[tuple[Difference, KnownDifference | None, str], list[tuple[Place, Call]]]
    by_cause = defaultdict(list)
    for place, call, difference, known in told:
        # Errors say what the cause is; a place in a reply is the operation's own.
        own = place.operation if difference.aspect is Aspect.SHAPE else ""
        by_cause[(difference, known, own)].append((place, call))
    contrasts = [
        _contrast(difference, known, members, curl)
        for (difference, known, _), members in by_cause.items()
    ]
    yield from sorted(contrasts, key=_first)


def _contrast(
    difference: Difference,
    known: KnownDifference | None,
    members: list[tuple[Place, Call]],
    curl: Curl,
) -> Contrast:
    place, call = min(members, key=lambda member: _simplest(*member))
    return Contrast(
        difference=difference,
        places=tuple(sorted({(place.version, place.operation) for place, _ in members})),
        count=len(members),
        example=call,
        version=place.version,
        curl=curl(place, call),
        known=known,
    )


def _simplest(place: Place, call: Call) -> tuple[int, Place]:
    return (tuple(Manner).index(call.manner), place)


def _first(contrast: Contrast) -> tuple[str, int, int, tuple[str, ...], str, str, str]:
    difference = contrast.difference
    return (
        contrast.known.id if contrast.known else "",
        tuple(Aspect).index(difference.aspect),
        -len(contrast.places),
        contrast.operations,
        difference.pointer,
        difference.left,
        difference.right,
    )


def _tallies(shared: Iterable[Place], told: Iterable[_Told]) -> Iterator[Tally]:
    calls = Counter(place.operation for place in shared)
    differing: defaultdict[str, defaultdict[Aspect, set[Place]]]
    differing = defaultdict(lambda: defaultdict(set))
    explained: defaultdict[str, set[Place]] = defaultdict(set)
    for place, _, difference, known in told:
        if known:
            explained[place.operation].add(place)
        else:
            differing[place.operation][difference.aspect].add(place)
    for operation in sorted(calls.keys() | differing.keys() | explained.keys()):
        found = differing[operation]
        yield Tally(
            operation=operation,
            calls=calls[operation],
            differing={aspect: len(found[aspect]) for aspect in Aspect if found[aspect]},
            explained=len(explained[operation] - set().union(*found.values())),
        )


def _gaps(left: Side, right: Side) -> Iterator[str]:
    """Yield what could not be compared, whatever the daemons are like."""
    for side in (left, right):
        if not side.finished:
            yield f"the run on {side.name} did not come to its end"
        for reason in sorted(set(side.unsupported.values())):
            versions = [version for version, why in side.unsupported.items() if why == reason]
            yield f"API {spans(versions)} is not served by {side.name}: {reason}"
    uncalled = [
        (version, operation)
        for version, operation in sorted(left.reached & right.reached)
        if version not in left.unsupported and version not in right.unsupported
    ]
    called = {
        (place.version, place.operation) for place in left.answers.keys() | right.answers.keys()
    }
    by_reason: defaultdict[str, set[str]] = defaultdict(set)
    for where in uncalled:
        if where not in called:
            by_reason[left.reasons.get(where, "")].add(where[1])
    for reason, operations in sorted(by_reason.items()):
        named = ", ".join(sorted(operations))
        yield f"{counted(len(operations), 'operation')} never called ({named}): {reason}"
