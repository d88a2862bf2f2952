"""The embedded fake under all our own contracts: nothing broken, nothing left out."""

import pytest

from harness.cli import main
from harness.specs.library import load, versions


@pytest.mark.timeout(900)
def test_the_fake_is_certified_at_all_versions(capsys):
    assert main.run(["certify", "--engine", "fake", "--no-progress"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    pairs = sum(len(load(version).operations) for version in versions())
    assert f"{pairs:,} of {pairs:,} operations seen to succeed" in shown
    assert f"CERTIFIED: all {pairs:,} operations keep API 1.18..1.33" in shown


@pytest.mark.timeout(300)
def test_other_calls_find_nothing_either(capsys):
    words = ["--api", "1.18,1.27,1.33", "--seed", "7", "--jobs", "1"]
    assert main.run(["certify", "--engine", "fake", "--no-progress", *words]) == 0
    assert "CERTIFIED" in capsys.readouterr().out
