"""Private, disposable daemons: started from the machine's programs, removed without a trace.

Each runs in namespaces of its own (processes, mounts, network), so that the end of its first
process is the end of all it started: containers, shims, mounts, bridges. That first process
watches a pipe which only the harness holds, so the daemon does not outlive a killed harness.
"""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from harness.daemon.address import resolve
from harness.daemon.managed_folder import HIDDEN, MARK, clean_stale, make_folder, remove_folder
from harness.daemon.managed_network import PrivateNetwork, link, new_network
from harness.daemon.transport import Daemon
from harness.model.call import Call
from harness.model.errors import DaemonError

__all__ = ["REGISTRY_PORT", "ManagedDaemon", "clean_stale", "start_dockerd", "start_podman"]

REGISTRY_PORT = 5000  # free in every private network; podman is told to trust it without TLS

_START_PATIENCE = 30.0
_STOP_PATIENCE = 2.0  # nothing of the daemon is kept, so there is little to wait for
_RESTART_PATIENCE = 30.0
_ANSWER_PATIENCE = 5.0
_ANSWER_LIMIT = 1024  # bytes
_POLL = 0.05
_NAMESPACES = ("--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--propagation=slave")
_WRITTEN = {"podman": ("/var/lib/cni", "/var/lib/containers")}  # wherever its own folders are
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The first process in the namespaces. It hides the host's state, and shields the folders that the
# daemon would make on the host; it starts the daemon and reaps orphans; and it asks the daemon to
# end when the pipe at its standard input closes.
_FIRST_PROCESS = f"""
set -e
written=$2
shift 2
mount --make-rshared /
for place in {" ".join(HIDDEN)}; do
    if [ -d "$place" ]; then mount -t tmpfs tmpfs "$place"; fi
done
for place in $written; do
    if [ ! -d "$place" ]; then
        parent=${{place%/*}} layers=/run/docker-contract${{place%/*}}
        mkdir -p "$layers/upper" "$layers/work"
        mount -t overlay -o "lowerdir=$parent,upperdir=$layers/upper,workdir=$layers/work" \\
            overlay "$parent" || true
        mkdir -p "$place"
    fi
done
exec 3<&0
"$@" 3<&- </dev/null &
daemon=$!
( set +e; read -r _ <&3; kill -TERM $daemon; sleep 60; kill -KILL $daemon ) >/dev/null 2>&1 &
wait $daemon
"""


@dataclass(eq=False, slots=True)
class ManagedDaemon:
    """A running daemon of our own; a context manager that stops and removes it.

    `network` is where it can be reached other than by its socket: `network.enter` is for the
    thread of a registry, `network.address` for a swarm.
    """

    kind: str
    folder: Path
    network: PrivateNetwork
    command: tuple[str, ...]
    _process: subprocess.Popen[bytes] | None = None
    _peers: int = 0
    _owner: int = field(default_factory=os.getpid)

    @property
    def host(self) -> str:
        """Return the address in the form of DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Return the path of the daemon's socket."""
        return self.folder / "docker.sock"

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of what the daemon wrote."""
        try:
            text = (self.folder / "log").read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def restart(self) -> None:
        """End the daemon and start it on the same data; raise DaemonError if it stays away."""
        self._end(_RESTART_PATIENCE)
        self._launch()

    def stop(self, *, patience: float = _STOP_PATIENCE) -> None:
        """Stop the daemon and remove all it left; do nothing if that was done already.

        It is killed, and all it started with it, where it does not end within `patience` seconds.
        Raises DaemonError for what could not be removed.
        """
        if os.getpid() != self._owner or not self.folder.exists():
            return
        self._end(patience)
        remove_folder(self.folder)
        self.network.close()
        atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        self.socket.unlink(missing_ok=True)
        environment = {"PATH": f"{os.environ.get('PATH', '')}:{_PATH}", "HOME": str(self.folder)}
        environment["CONTAINERS_CONF"] = str(self.folder / "containers.conf")
        environment["CONTAINERS_REGISTRIES_CONF"] = str(self.folder / "registries.conf")
        written = " ".join(_WRITTEN.get(self.kind, ()))
        first = ["sh", "-c", _FIRST_PROCESS, MARK, str(self.folder), written, *self.command]
        with (self.folder / "log").open("ab") as log:
            self._process = self.network.run(
                lambda: subprocess.Popen(  # noqa: S603 - our own words; no shell reads the folder
                    [_program("unshare", "util-linux"), *_NAMESPACES, *first],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=self.folder,
                    start_new_session=True,  # Ctrl-C in a terminal is for the harness alone
                )
            )
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_PATIENCE
        while not _answers(self.socket):
            said = " | ".join(self.log_tail(3).splitlines()) or "it wrote nothing"
            if process.poll() is not None:
                raise DaemonError(f"{self.kind} ended as it started: {said}")
            if time.monotonic() > deadline:
                raise DaemonError(f"{self.kind} is not up after {_START_PATIENCE:.0f} s: {said}")
            time.sleep(_POLL)

    def _end(self, patience: float) -> None:
        """Ask the daemon to end, and kill it and all it started when `patience` is over."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            if process.stdin:
                process.stdin.close()
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _link(self, peer: "ManagedDaemon") -> None:
        if peer._process is not None:  # noqa: SLF001 - the same class
            link(self.network, peer.network, peer._process.pid)  # noqa: SLF001 - the same


def start_dockerd(
    *,
    folder: Path | None = None,
    extra: Sequence[str] = (),
    beside: ManagedDaemon | None = None,
) -> ManagedDaemon:
    """Start a private dockerd and return when it answers.

    Its own folder is made in `folder`; `extra` are more of dockerd's flags. `beside` joins its
    network with that of another managed dockerd: each reaches the other at `network.address`.
    Raises DaemonError where it cannot be started.
    """
    program = _program("dockerd", "docker.io")
    home = make_folder(folder)
    # dockerd would write the key of its identity below /etc.
    settings = {"deprecated-key-path": str(home / "key.json")}
    (home / "daemon.json").write_text(json.dumps(settings))
    command = (
        *(program, "--config-file", str(home / "daemon.json"), "--data-root", str(home / "root")),
        *("-H", f"unix://{home / 'docker.sock'}", "--iptables=false", "--ip6tables=false"),
        *("--cgroup-parent", f"/{home.name}", "--exec-opt", "native.cgroupdriver=cgroupfs"),
        *("--shutdown-timeout", "2"),
        *extra,
    )
    return _start("dockerd", home, command, beside)


def start_podman(*, folder: Path | None = None, extra: Sequence[str] = ()) -> ManagedDaemon:
    """Start Podman's Docker-compatible service and return when it answers.

    Its own folder is made in `folder`; `extra` are more of podman's global flags. It trusts a
    registry at 127.0.0.1:5000 in its network. Raises DaemonError where it cannot be started.
    """
    program = _program("podman", "podman")
    home = make_folder(folder)
    (home / "networks").mkdir()
    (home / "containers.conf").write_text('[engine]\nevents_logger = "file"\n')
    (home / "registries.conf").write_text(
        f'[[registry]]\nlocation = "127.0.0.1:{REGISTRY_PORT}"\ninsecure = true\n'
    )
    command = (
        *(program, "--root", str(home / "root"), "--runroot", "/run/podman-containers"),
        *("--tmpdir", "/run/podman-state", "--network-config-dir", str(home / "networks")),
        *("--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"),
        *extra,
        *("system", "service", "--time=0", f"unix://{home / 'docker.sock'}"),
    )
    return _start("podman", home, command, None)


def _start(
    kind: str, home: Path, command: tuple[str, ...], beside: ManagedDaemon | None
) -> ManagedDaemon:
    _leave_when_terminated()
    number = 1
    if beside is not None:
        beside._peers += 1  # noqa: SLF001 - the two are one piece
        number = beside.network.number + beside._peers  # noqa: SLF001 - the same
    try:
        network = new_network(number)
    except DaemonError:
        remove_folder(home)
        raise
    daemon = ManagedDaemon(kind, home, network, command)
    atexit.register(daemon.stop)
    try:
        daemon._launch()  # noqa: SLF001 - the same
        if beside is not None:
            beside._link(daemon)  # noqa: SLF001 - the same
    except BaseException:  # also Ctrl-C: a daemon that nobody holds yet must not stay
        daemon.stop()
        raise
    return daemon


def _program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_PATH)
    if found is None:
        raise DaemonError(
            f"{name} is not on PATH; install Debian's {package} "
            "or name a running daemon with --host"
        )
    if os.geteuid() != 0:
        raise DaemonError(f"{name} needs root; use sudo or name a running daemon with --host")
    return found


def _answers(socket: Path) -> bool:
    if not socket.exists():
        return False
    ping = Call("SystemPing", "GET", "/_ping")
    with suppress(DaemonError), Daemon(resolve(f"unix://{socket}", env={})) as daemon:
        reply = daemon.ask(ping, None, deadline=_ANSWER_PATIENCE, limit=_ANSWER_LIMIT)
        return reply.status == HTTPStatus.OK
    return False


def _leave_when_terminated() -> None:
    """Let SIGTERM end the process through its exit handlers, unless somebody else handles it."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
