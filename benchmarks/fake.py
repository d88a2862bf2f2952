"""How fast the fake is beside dockerd, what a fake costs to have, and what a request leaves."""

import argparse
import gc
import http.client
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from harness.daemon.archives import find_busybox, rootfs
from harness.daemon.managed import start_dockerd
from harness.fake import FakeDaemon

_SECONDS = 3.0
_CONTAINERS = 100
_REQUESTS = 10_000
_FAKES = 100
_JSON = {"Content-Type": "application/json"}


class Line(http.client.HTTPConnection):
    """A connection to a unix socket."""

    def __init__(self, host: str) -> None:
        super().__init__("localhost")
        self._path = host.removeprefix("unix://")

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def ask(self, method: str, target: str, body: bytes | None = None) -> bytes:
        """Send one request and return the body of its reply; raise where it failed."""
        self.request(method, target, body=body, headers=_JSON if body else {})
        with self.getresponse() as response:
            content = response.read()
            if response.status >= 400:  # noqa: PLR2004 - 4xx and 5xx
                raise RuntimeError(f"{method} {target}: {response.status} {content[:200]!r}")
            return content


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the fake and a private dockerd in one run, and print how they compare."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seconds", type=float, default=_SECONDS, metavar="N")
    chosen = parser.parse_args(arguments)
    # In a process of its own, as dockerd is: client and server share no interpreter.
    program = "from harness.cli.main import main; main()"
    command = [sys.executable, "-c", program, "fake", "--image", "busybox:latest"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            fake = rates(told.strip().removeprefix("DOCKER_HOST="), chosen.seconds)
        finally:
            process.terminate()
    with start_dockerd() as daemon:
        import_image(daemon.host)
        real = rates(daemon.host, chosen.seconds)
    print(f"{'requests per second':34} {'fake':>8} {'dockerd':>8} {'ratio':>6}")
    for name, rate in fake.items():
        print(f"{name:34} {rate:8,.0f} {real[name]:8,.0f} {rate / real[name]:6.2f}")
    start_and_memory()


def rates(host: str, seconds: float) -> dict[str, float]:
    """Return how many requests of each kind a daemon answers in a second, one after the other."""
    with closing(Line(host)) as line:
        body = json.dumps({"Image": "busybox:latest", "Cmd": ["true"]}).encode()
        for _ in range(_CONTAINERS):
            line.ask("POST", "/v1.30/containers/create", body)

        def create_and_remove() -> None:
            made = json.loads(line.ask("POST", "/v1.30/containers/create", body))
            line.ask("DELETE", f"/v1.30/containers/{made['Id']}")

        return {
            "GET /_ping": rate(lambda: line.ask("GET", "/_ping"), seconds),
            f"GET /containers/json, {_CONTAINERS} of them": rate(
                lambda: line.ask("GET", "/v1.30/containers/json?all=1"), seconds
            ),
            "create a container and remove it": rate(create_and_remove, seconds),
        }


def rate(what: Callable[[], object], seconds: float) -> float:
    """Return how often something can be done in a second: the middle of three tries."""
    found = []
    for _ in range(3):
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds / 3:
            what()
            count += 1
        found.append(count / (time.perf_counter() - began))
    return statistics.median(found)


def import_image(host: str) -> None:
    """Give a daemon the image that containers are made from."""
    program = find_busybox()
    if program is None:
        raise SystemExit("a static busybox is needed: Debian's package busybox-static")
    with closing(Line(host)) as line:
        line.request(
            "POST", "/v1.30/images/create?fromSrc=-&repo=busybox&tag=latest", body=rootfs(program)
        )
        line.getresponse().read()


def start_and_memory() -> None:
    """Print what many fakes cost to start, and what many requests leave in memory."""
    began = time.perf_counter()
    fakes = [FakeDaemon() for _ in range(_FAKES)]
    for each in fakes:
        each.start()
    print(f"{_FAKES} fakes started in {time.perf_counter() - began:.2f} s, all at once there")
    for each in fakes:
        each.stop()
    with FakeDaemon(images=["busybox:latest"]) as daemon, closing(Line(daemon.host)) as line:
        tracemalloc.start()
        requests(line, _REQUESTS)  # whatever is kept in bounded number is full then
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        requests(line, _REQUESTS)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        print(f"{_REQUESTS:,} requests left {grown:,} bytes, {grown / _REQUESTS:.1f} a request")
        print(f"threads: {threading.active_count()}, open files: {open_files()}")


def requests(line: Line, count: int) -> None:
    """Send requests of several kinds, and remove all that they make."""
    body = json.dumps({"Image": "busybox:latest", "Cmd": ["true"]}).encode()
    for _ in range(count // 5):
        line.ask("GET", "/_ping")
        line.ask("GET", "/v1.24/containers/json?all=1")
        made = json.loads(line.ask("POST", "/v1.30/containers/create", body))["Id"]
        line.ask("GET", f"/v1.18/containers/{made}/json")
        line.ask("DELETE", f"/v1.30/containers/{made}")


def open_files() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


if __name__ == "__main__":
    main()
