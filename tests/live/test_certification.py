"""The main job: a real dockerd, all its operations, at all versions that there are specs for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model.version import select
from harness.specs.library import load, versions

# In parts, which two workers can share; together they are all versions.
PARTS = ("1.18..1.24", "1.25..1.29", "1.30..1.33")


def test_the_parts_are_all_versions():
    assert sorted(one for part in PARTS for one in select(part, versions())) == [*versions()]


@pytest.mark.live
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("part", PARTS)
def test_a_real_dockerd_shows_nothing_unexplained_at_any_version(part, tmp_path):
    result = tmp_path / "result.json"
    run = subprocess.run(
        [
            *(Path(sys.executable).with_name("docker-contract"), "certify", "--engine", "dockerd"),
            *("--api", part, "--fail-on", "unexplained", "--report", f"json={result}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(result.read_text())
    new = [cluster["message"] for cluster in told["clusters"] if not cluster["known"]]
    assert (new, told["leaks"], told["failures"]) == ([], [], []), run.stdout[-4000:]
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    pairs = [
        (str(version), id_)
        for version in select(part, versions())
        for id_ in load(version).operations
    ]
    assert len(told["operations"]) == len(pairs)
    failed = [
        (one["version"], one["operation"], one["reason"])
        for one in told["operations"]
        if not one["succeeded"]
    ]
    assert len(failed) <= 0.05 * len(pairs), failed
    assert all(reason for _, _, reason in failed)
