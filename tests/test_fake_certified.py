"""The embedded fake under all our own contracts: nothing broken, nothing left out."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.specs.library import load, versions

PROGRAM = Path(sys.executable).with_name("docker-contract")


def certified(*words):
    """Certify the fake in a process of its own; return what it shows, in one line."""
    done = subprocess.run(
        [PROGRAM, "certify", "--engine", "fake", "--no-progress", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-4000:] + done.stderr
    return " ".join(done.stdout.split())


@pytest.mark.timeout(900)
def test_the_fake_is_certified_at_all_versions():
    shown = certified()
    pairs = sum(len(load(version).operations) for version in versions())
    assert f"{pairs:,} of {pairs:,} operations seen to succeed" in shown
    assert f"CERTIFIED: all {pairs:,} operations keep API 1.18..1.33" in shown


@pytest.mark.timeout(300)
def test_other_calls_find_nothing_either():
    assert "CERTIFIED" in certified("--api", "1.18,1.27,1.33", "--seed", "7", "--jobs", "1")
