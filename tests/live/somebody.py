"""A daemon that somebody uses: what is on it before a run must be there after it, and no more."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.daemon.address import parse
from harness.daemon.archives import find_busybox, rootfs
from harness.daemon.transport import Daemon
from harness.model.call import Call
from harness.model.version import ApiVersion

NEEDS_DOCKERD = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("dockerd") is None or find_busybox() is None,
    reason="needs root, dockerd and a static busybox",
)
PROGRAM = Path(sys.executable).with_name("docker-contract")
_V = ApiVersion(1, 41)  # the newest that dockerd 20.10 serves
_FOREVER = ["sleep", "100000"]
_LISTS = {
    "/containers/json?all=1": ("Id", "Names"),
    "/images/json?all=1": ("Id", "RepoTags"),
    "/volumes": ("Name",),
    "/networks": ("Id", "Name"),
    "/services": ("ID",),
    "/tasks": ("ID", "DesiredState"),
    "/secrets": ("ID",),
    "/configs": ("ID",),
    "/nodes": ("ID",),
    "/plugins": ("Id",),
}


class Owner:
    """Somebody who uses a daemon by hand."""

    def __init__(self, managed):
        self.host = managed.host
        self._daemon = Daemon(parse(managed.host))
        self._swarm = f"{managed.network.address}:2377"

    def close(self):
        self._daemon.close()

    def ask(self, method, target, body=None):
        """Ask for something that must succeed, and return the value that is answered."""
        raw = body is None or isinstance(body, bytes)
        call = Call(
            operation="",
            method=method,
            path=target,
            body=body if raw else json.dumps(body).encode(),
            media_type="application/x-tar" if raw else "application/json",
        )
        reply = self._daemon.ask(call, _V, deadline=30, limit=1 << 24)
        assert reply.status in range(200, 300), (method, target, reply)
        # An import answers lines; nobody needs them.
        return json.loads(reply.body.splitlines()[0]) if reply.body else None

    def lists(self):
        """Return the ids and names of all that is on the daemon."""
        found = {target: self.ask("GET", target) for target in _LISTS}
        found["/volumes"] = found["/volumes"]["Volumes"] or []
        return {
            target: sorted([str(element.get(key)) for key in _LISTS[target]] for element in listed)
            for target, listed in found.items()
        }

    def use(self):
        """Put something of every kind on the daemon."""
        self.ask("POST", "/images/create?fromSrc=-&repo=busybox", rootfs(find_busybox()))
        self.ask("POST", "/images/busybox/tag?repo=registry.example/somebody/tool&tag=7")
        self.ask("POST", "/volumes/create", {"Name": "data"})
        self.ask("POST", "/networks/create", {"Name": "backend", "Internal": True})
        for name, host in (
            ("web", {"NetworkMode": "backend", "Binds": ["data:/data"]}),
            # Somebody's project may bear the program's name.
            ("docker-contract-web-1", {"NetworkMode": "none"}),
            ("stopped", {"NetworkMode": "none"}),
        ):
            body = {"Image": "busybox", "Cmd": _FOREVER, "HostConfig": host}
            made = self.ask("POST", f"/containers/create?name={name}", body)
            if name != "stopped":
                self.ask("POST", f"/containers/{made['Id']}/start")
        self.ask("POST", "/swarm/init", {"ListenAddr": self._swarm, "AdvertiseAddr": self._swarm})
        self.ask("POST", "/secrets/create", {"Name": "password", "Data": "aHVzaA=="})
        self.ask("POST", "/configs/create", {"Name": "settings", "Data": "YT0x"})
        self.ask("POST", "/services/create", _SERVICE)


_SERVICE = {
    "Name": "worker",
    "TaskTemplate": {"ContainerSpec": {"Image": "busybox", "Command": _FOREVER}},
    "Mode": {"Replicated": {"Replicas": 1}},
}


def start(*arguments, **rest):
    """Start the program as a person does, with a cache and no daemon of the environment's own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DOCKER_", "PYTEST_"))}
    return subprocess.Popen(
        [PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **rest,
    )


def run(*arguments, timeout=300):
    """Run the program to its end; return its exit status and what it wrote."""
    program = start(*arguments)
    try:
        out, err = program.communicate(timeout=timeout)
    finally:
        program.kill()
    return program.returncode, out, err
