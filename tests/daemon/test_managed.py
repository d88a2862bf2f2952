"""Managed daemons, started for real: what they can do, and that nothing of them stays."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from harness.daemon import managed
from harness.daemon.archives import find_busybox, rootfs
from harness.daemon.managed import clean_stale, start_dockerd, start_podman
from harness.daemon.managed_folder import MARK
from harness.model.errors import DaemonError

STARTERS = {"dockerd": start_dockerd, "podman": start_podman}
OWNER = """
import sys, time
from pathlib import Path
from harness.daemon.managed import start_dockerd
with start_dockerd(folder=Path(sys.argv[1])) as daemon:
    print(daemon.folder, flush=True)
    time.sleep(120)
"""

# Starting the daemon may rightly be impossible, but only then.
live = [
    pytest.mark.live,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, STARTERS)) or find_busybox() is None,
        reason="needs root, dockerd, podman and a static busybox",
    ),
]


def marked(*values):
    return pytest.param(*values, marks=live)


@pytest.fixture
def place():
    """Return a folder with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="dc-") as folder:
        yield Path(folder)


def ask(daemon, method, path, body=None, status=range(200, 205), **options):
    """Ask a daemon, insist on one of some statuses, and return the JSON of the reply if any."""
    transport = httpx.HTTPTransport(uds=str(daemon.socket))
    if body is not None:
        options["json"] = body
    with httpx.Client(transport=transport, base_url="http://daemon/v1.30", timeout=30) as client:
        reply = client.request(method, path, **options)
    assert reply.status_code in status, reply.text
    isjson = reply.headers.get("content-type") == "application/json"
    return reply.json() if isjson and len(reply.text.splitlines()) == 1 else None


def run(daemon, name, mode):
    host = {"NetworkMode": mode}
    body = {"Image": "root", "Cmd": ["sleep", "100"], "HostConfig": host}
    ask(daemon, "POST", f"/containers/create?name={name}", body)
    ask(daemon, "POST", f"/containers/{name}/start")


def traces(folder):
    """Return what is left of a daemon: its folder, processes, mounts and control groups."""
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if folder.name in line]
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{folder.name}")]
    processes = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and MARK.encode() in words:
            processes.append(entry)
    return [*([folder] if folder.exists() else []), *mounts, *groups, *processes]


@contextlib.contextmanager
def owner(place):
    """Run a process that owns a daemon; give it, and the daemon's folder."""
    command = [sys.executable, "-c", OWNER, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process, Path(process.stdout.readline().decode().strip())
        finally:
            process.kill()


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("kind", [marked("dockerd"), marked("podman")])
def test_containers_run_on_every_network_and_leave_no_trace(kind):
    with STARTERS[kind]() as daemon:
        assert daemon.kind == kind
        path = "/images/create?fromSrc=-&repo=root&tag=latest"
        ask(daemon, "POST", path, content=rootfs(find_busybox()))
        ask(daemon, "POST", "/networks/create", {"Name": "made"})
        for mode in ("none", "host", "bridge", "made"):
            run(daemon, f"in-{mode}", mode)
        ids = [container["Id"] for container in ask(daemon, "GET", "/containers/json")]
        assert len(ids) == 4
        assert traces(daemon.folder)
        inside = {name for _, name in daemon.network.run(socket.if_nameindex)}
        assert len(inside) > 3
        ours = {name for name in inside if name.startswith(("br-", "veth"))}
        assert not ours & {name for _, name in socket.if_nameindex()}
    assert traces(daemon.folder) == []
    assert [i for i in ids if list(Path("/sys/fs/cgroup").glob(f"**/*{i}*"))] == []


@pytest.mark.parametrize("kind", [marked("dockerd"), marked("podman")])
def test_a_restarted_daemon_has_its_data(kind):
    with STARTERS[kind]() as daemon:
        ask(daemon, "POST", "/volumes/create", {"Name": "kept"})
        daemon.restart()
        assert [volume["Name"] for volume in ask(daemon, "GET", "/volumes")["Volumes"]] == ["kept"]


@pytest.mark.parametrize(("role", "nodes"), [marked("Worker", 2), marked("Manager", 2)])
def test_a_daemon_joins_the_swarm_of_another_beside_it(role, nodes):
    with start_dockerd() as daemon, start_dockerd(beside=daemon) as other:
        swarm = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": other.network.address}
        ask(other, "POST", "/swarm/init", swarm)
        joining = {
            "ListenAddr": "0.0.0.0:2377",
            "AdvertiseAddr": daemon.network.address,
            "RemoteAddrs": [f"{other.network.address}:2377"],
            "JoinToken": ask(other, "GET", "/swarm")["JoinTokens"][role],
        }
        ask(daemon, "POST", "/swarm/join", joining)
        until(lambda: len(ask(other, "GET", "/nodes")) == nodes)


@pytest.mark.parametrize(
    ("number", "status"), [marked(signal.SIGINT, -2), marked(signal.SIGTERM, 143)]
)
def test_an_interrupted_owner_leaves_no_trace(place, number, status):
    with owner(place) as (process, folder):
        process.send_signal(number)
        process.communicate(timeout=5)  # the time that a person waits after Ctrl-C
        assert process.returncode == status
    assert traces(folder) == []


@pytest.mark.parametrize("_", [marked(None)])
def test_a_killed_owner_takes_its_daemon_along_and_the_rest_is_cleaned(place, _):
    with owner(place) as (process, folder):
        assert clean_stale(place) == []
        process.kill()
        process.communicate()
        until(lambda: "/proc" not in {str(trace)[:5] for trace in traces(folder)})
        assert clean_stale(place) == [str(folder)]
    assert traces(folder) == []


@pytest.mark.parametrize("_", [marked(None)])
def test_cleaning_stops_a_daemon_that_outlived_its_owner(place, _):
    daemon = start_dockerd(folder=place)
    try:
        owner_file = daemon.folder / "owner.json"
        owner_file.write_text(json.dumps({**json.loads(owner_file.read_text()), "started": "1"}))
        assert clean_stale(place) == [str(daemon.folder)]
        assert traces(daemon.folder) == []
    finally:
        daemon.stop()


@pytest.mark.parametrize("_", [marked(None)])
def test_a_daemon_that_dies_at_once_says_why_and_leaves_no_trace(place, _):
    with pytest.raises(
        DaemonError, match=r"dockerd ended as it started: .*unknown flag: --nonsense"
    ):
        start_dockerd(folder=place, extra=["--nonsense"])
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("_", [marked(None)])
def test_a_daemon_that_does_not_come_up_is_given_up(place, _, monkeypatch):
    monkeypatch.setattr(managed, "_START_PATIENCE", 0.0)
    with pytest.raises(DaemonError, match=r"dockerd is not up after 0 s: "):
        start_dockerd(folder=place)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("kind", ["dockerd", "podman"])
def test_a_program_that_is_not_installed_is_named(kind, monkeypatch):
    monkeypatch.setattr(managed.shutil, "which", lambda name, path=None: None)
    with pytest.raises(DaemonError, match=f"{kind} is not on PATH; install Debian's .* --host"):
        STARTERS[kind]()


@pytest.mark.parametrize("kind", ["dockerd", "podman"])
def test_who_is_not_root_is_told_so(kind, monkeypatch):
    monkeypatch.setattr(managed.shutil, "which", lambda name, path=None: f"/usr/bin/{name}")
    monkeypatch.setattr(managed.os, "geteuid", lambda: 1000)
    with pytest.raises(DaemonError, match=f"{kind} needs root; use sudo or name .* with --host"):
        STARTERS[kind]()
