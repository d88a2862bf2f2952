"""All calls of one operation, from its document, its recipe and the limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from harness.generate.bounds import bounds
from harness.generate.fuzz import fuzz_calls
from harness.generate.polite import polite_calls
from harness.generate.rude import rude_calls
from harness.generate.unknowns import open_calls
from harness.model.call import Call
from harness.model.spec import Json, Operation
from harness.model.tables import Limit, Recipe


def generate(  # noqa: PLR0913 - all that the calls depend on
    document: Mapping[str, Json],
    operation: Operation,
    recipe: Recipe,
    limits: Sequence[Limit],
    *,
    seed: int,
    examples: int,
) -> tuple[Call, ...]:
    """Return the calls of one operation, numbered; the first is the recipe as it is.

    Tokens of the recipe stay as they are. `document` is the version's Swagger document with its
    errata applied; `examples` bounds what is random. The same arguments give the same calls in any
    process. Raises SpecError where the recipe leaves out a parameter of the path.
    """
    held = bounds(operation.id, limits, recipe)
    made = chain(
        polite_calls(operation, held, seed=seed, examples=examples),
        rude_calls(operation, held),
        fuzz_calls(document, operation, held, seed=seed, examples=examples),
        open_calls(operation, held),
    )
    return tuple(replace(call, number=number) for number, call in enumerate(_distinct(made)))


def _distinct(calls: Iterable[Call]) -> list[Call]:
    """Return the calls without those that send what an earlier one does."""
    seen: dict[tuple[object, ...], Call] = {}
    for call in calls:
        sent = (call.path_parameters, call.query, call.headers, call.body, call.media_type)
        seen.setdefault(sent, call)
    return list(seen.values())
