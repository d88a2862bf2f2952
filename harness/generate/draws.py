"""Random values out of schemathesis and hypothesis, the same ones for the same seed anywhere."""

import hashlib
from typing import TypeVar

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from harness.model.spec import Json

_T = TypeVar("_T")
_BACKEND = "docker-contract"
_PATH = "/drawn"


class Steady(HypothesisProvider):
    """Hypothesis's own choices, without those that depend on which modules a process has loaded."""

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        return None


AVAILABLE_PROVIDERS[_BACKEND] = Steady


def drawn(
    operation: dict[str, Json], *, negative: bool, seeded: str, count: int
) -> tuple[tuple[dict[str, str], Json], ...]:
    """Return (query, body) of up to `count` cases that schemathesis makes of an operation.

    `operation` has query parameters and a JSON body at most, and refers to nothing. `negative`
    asks for cases that it does not allow; there are none where it allows everything. Where a case
    has no body, None stands for it.
    """
    document = {
        "swagger": "2.0",
        "info": {"title": "", "version": ""},
        "paths": {_PATH: {"post": operation}},
    }
    mode = GenerationMode.NEGATIVE if negative else GenerationMode.POSITIVE
    # A configuration of one's own, since schemathesis looks for a file in the current folder.
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    cases = _draw(schema[_PATH]["post"].as_strategy(generation_mode=mode), seeded, count)
    return tuple(
        (
            {name: text for name, text in (case.query or {}).items() if isinstance(text, str)},
            case.body if isinstance(case.body, bool | int | float | str | list | dict) else None,
        )
        for case in cases
    )


def _draw(strategy: SearchStrategy[_T], seeded: str, count: int) -> list[_T]:
    found: list[_T] = []

    @seed(int.from_bytes(hashlib.sha256(seeded.encode()).digest()[:8]))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        backend=_BACKEND,
    )
    @given(strategy)
    def take(value: _T) -> None:
        found.append(value)

    try:
        take()
    except Unsatisfiable:
        return []
    return found
