"""Folders of managed daemons: whose they are, and when they go."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.daemon.managed_folder import MARK, clean_stale, make_folder, remove_folder
from harness.model.errors import DaemonError


@pytest.fixture
def tmp_path(folder):
    """A folder whose path leaves room for that of a socket, wherever pytest has its own."""
    return folder


def owned(place, **difference):
    """Make a folder of this process, with what the test says is different about its owner."""
    folder = make_folder(place)
    owner = json.loads((folder / "owner.json").read_text())
    (folder / "owner.json").write_text(json.dumps({**owner, **difference}))
    return folder


@pytest.mark.parametrize(
    ("difference", "stale"),
    [
        ({}, False),
        ({"started": "1"}, True),  # the id was used again
        ({"boot": "another"}, True),
        ({"pid": 2**22 + 1}, True),  # beyond what Linux gives out
        ({"pid": "1"}, False),  # none of ours
    ],
)
def test_a_folder_is_stale_when_its_owner_is_gone(tmp_path, difference, stale):
    folder = owned(tmp_path, **difference)
    assert clean_stale(tmp_path) == ([str(folder)] if stale else [])
    assert folder.exists() is not stale


def test_a_folder_that_is_being_made_is_left_alone(tmp_path):
    folder = tmp_path / "docker-contract-12345678"
    folder.mkdir()
    assert clean_stale(tmp_path) == []
    (folder / "owner.json").write_text("{")
    assert clean_stale(tmp_path) == []
    assert folder.exists()


def test_a_link_to_a_folder_is_left_alone(tmp_path):
    real = owned(tmp_path, started="1").rename(tmp_path / "elsewhere")
    (tmp_path / "docker-contract-link").symlink_to(real)
    assert clean_stale(tmp_path) == []
    assert real.exists()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("/run", "/run: a managed daemon cannot live below /run; set TMPDIR"),
        ("/var/lib/x", "/var/lib/x: a managed daemon cannot live below /var/lib; set TMPDIR"),
        ("/nowhere", "/nowhere: No such file or directory; set TMPDIR to a folder to write"),
        (f"/{'x' * 90}", f"/{'x' * 90}: too long for a socket's path; set TMPDIR to a shorter one"),
    ],
)
def test_a_place_that_cannot_hold_a_daemon_is_refused(place, message):
    with pytest.raises(DaemonError) as caught:
        make_folder(Path(place))
    assert str(caught.value) == message


def test_what_runs_for_a_folder_ends_with_it_and_nothing_else_does(tmp_path):
    folder = make_folder(tmp_path)
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen([*sleep, MARK, str(folder)])
    other = subprocess.Popen([*sleep, MARK, f"{folder}-other"])
    try:
        remove_folder(folder)
        assert ours.wait(5) == -9
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - the names
    remove_folder(folder)
