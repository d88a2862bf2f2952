"""Which operations are exercised at which versions, in which order, and why not the others."""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.model.errors import UsageError
from harness.model.spec import Operation, Spec
from harness.model.tables import Recipe, SwarmState, Tier
from harness.model.version import ApiVersion

# A swarm is begun and locked as seldom as can be: what needs none comes first, what needs a locked
# one last, since locking it restarts the daemon.
_STAGES: Mapping[SwarmState, int] = {
    SwarmState.OUTSIDE: 0,
    SwarmState.JOINABLE: 1,
    SwarmState.ANY: 2,
    SwarmState.MANAGER: 2,
    SwarmState.LOCKED: 3,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation at one version; `reason` tells why it is not exercised, if it is not."""

    version: ApiVersion
    operation: str
    reason: str = ""


def plan(
    specs: Iterable[Spec],
    recipes: Mapping[str, Sequence[Recipe]],
    *,
    tier: Tier,
    only: Sequence[str] = (),
) -> tuple[Planned, ...]:
    """Return what a run does, in its order.

    `only` are operation ids or "METHOD /path", also as patterns, in any letter case; raises
    UsageError for one that matches nothing.
    """
    chosen = [
        (spec.version, operation)
        for spec in specs
        for operation in spec.operations.values()
        if not only or any(_matches(operation, pattern) for pattern in only)
    ]
    for pattern in only:
        if not any(_matches(operation, pattern) for _, operation in chosen):
            raise UsageError(f"--only {pattern!r} matches no operation of these versions")

    def place(item: tuple[ApiVersion, Operation]) -> tuple[int, ApiVersion, bool]:
        version, operation = item
        known = recipes.get(operation.id)
        stage = _STAGES[known[0].swarm] if known else 2
        return stage, version, bool(known and known[0].tier is Tier.DISRUPTIVE)

    return tuple(
        Planned(version, operation.id, _reason(recipes.get(operation.id), tier))
        for version, operation in sorted(chosen, key=place)
    )


def _matches(operation: Operation, pattern: str) -> bool:
    return any(
        fnmatch.fnmatchcase(text.lower(), pattern.lower())
        for text in (operation.id, f"{operation.method} {operation.path}")
    )


def _reason(recipes: Sequence[Recipe] | None, tier: Tier) -> str:
    if not recipes:
        return "no recipe says how to call it"
    if not tier.admits(recipes[0].tier):
        return f"{recipes[0].tier} operations are left out; --tier {recipes[0].tier} takes them in"
    return ""
