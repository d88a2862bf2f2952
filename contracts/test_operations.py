"""Every operation of every version, called politely, rudely and openly; every reply is judged."""

from typing import Protocol

import pytest

from harness.model.judgement import Verdict
from harness.model.version import ApiVersion


class Exercised(Protocol):
    """What the plugin's fixture gives: one operation at one version, exercised and judged."""

    version: ApiVersion
    operation: str
    verdict: Verdict
    reason: str
    story: str


def test_operation(exercised: Exercised) -> None:
    """The daemon keeps what the document of this version promises of this operation."""
    if exercised.verdict in {Verdict.BROKEN, Verdict.ERROR}:
        pytest.fail(exercised.story, pytrace=False)
    if exercised.verdict in {Verdict.UNSUPPORTED, Verdict.UNTRIED, Verdict.VACUOUS}:
        pytest.skip(f"{exercised.verdict}: {exercised.reason}")
