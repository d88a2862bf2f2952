"""A run on somebody's daemon leaves it as it was, even if the run is killed."""

import signal
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from somebody import NEEDS_DOCKERD, Owner, run, start

from harness.daemon.managed import start_dockerd

pytestmark = [pytest.mark.live, pytest.mark.timeout(600), NEEDS_DOCKERD]
SCOPED = ("--tier", "scoped", "--api", "1.30", "--max-examples", "2", "--no-progress")
ONLY = [f"--only={kind}*" for kind in ("Container", "Volume", "Network", "Image")]
SWARM = [f"--only={name}Create" for name in ("Service", "Secret", "Config")]


@pytest.fixture(scope="module")
def owner():
    with (
        tempfile.TemporaryDirectory(prefix="dc-") as folder,
        start_dockerd(folder=Path(folder)) as managed,
        closing(Owner(managed)) as owner,
    ):
        owner.use()
        _settled(owner)
        yield owner


def _settled(owner):
    """Wait until the service's task runs, so that lists do not change by themselves.

    dockerd makes the network docker_gwbridge a while after the swarm that it is for.
    """
    for _ in range(300):
        tasks, networks = owner.ask("GET", "/tasks"), owner.ask("GET", "/networks")
        running = tasks and tasks[0]["Status"]["State"] == "running"
        if running and "docker_gwbridge" in {network["Name"] for network in networks}:
            return
        time.sleep(0.1)
    raise AssertionError((tasks, networks))


def test_a_scoped_run_leaves_a_daemon_as_it_was(owner):
    before = owner.lists()
    status, out, err = run("certify", "--host", owner.host, *SCOPED, *ONLY, *SWARM)
    assert status in {0, 1}, err + out
    assert "ContainerCreate" not in err
    assert owner.lists() == before
    assert "left behind" not in out


def test_what_a_killed_run_made_is_removed_by_clean(owner):
    before = owner.lists()
    killed = start("certify", "--host", owner.host, *SCOPED, "--only=Volume*", "--only=Network*")
    try:
        _wait_until_it_made_something(owner, before, killed)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    assert owner.lists() != before
    status, out, err = run("clean", "--host", owner.host)
    assert (status, err) == (0, "")
    assert "removed container " in out
    assert owner.lists() == before
    status, out, err = run("clean", "--host", owner.host)
    assert (status, out.strip()) == (0, "nothing was left behind")


def _wait_until_it_made_something(owner, before, program):
    """Wait until there are containers and networks of the run's."""
    for _ in range(600):
        assert program.poll() is None
        now = owner.lists()
        if all(now[target] != before[target] for target in ("/containers/json?all=1", "/networks")):
            return
        time.sleep(0.05)
    raise AssertionError(now)
