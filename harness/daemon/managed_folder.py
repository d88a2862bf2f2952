"""The private folders of managed daemons: made, owned, found again after a crash, and removed."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.model.errors import DaemonError
from harness.model.spec import Json

PREFIX = "docker-contract-"
MARK = "docker-contract-daemon"  # stands in the command line of what we start, to find it again
HIDDEN = ("/run", "/dev/shm", "/etc/docker", "/etc/cni", "/var/lib/cni", "/var/lib/containers")  # noqa: S108 - mount points, nothing is written there

_SOCKET_LIMIT = 107  # bytes that a unix socket's path may have
_CGROUPS = Path("/sys/fs/cgroup")
_PATIENCE = 5.0  # seconds that the kernel may take to let go of dead processes


def make_folder(parent: Path | None) -> Path:
    """Make a private folder, owned by this process; in the machine's temporary folder by default.

    Raises DaemonError where a daemon could not have its socket there.
    """
    place = (parent or Path(tempfile.gettempdir())).resolve()
    for hidden in (*HIDDEN, "/var/lib"):
        if place.is_relative_to(hidden):
            raise DaemonError(f"{place}: a managed daemon cannot live below {hidden}; set TMPDIR")
    if len(os.fsencode(place / f"{PREFIX}12345678" / "docker.sock")) > _SOCKET_LIMIT:
        raise DaemonError(f"{place}: too long for a socket's path; set TMPDIR to a shorter one")
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    except OSError as error:
        raise DaemonError(f"{place}: {error.strerror}; set TMPDIR to a folder to write") from error
    (folder / "owner.json").write_text(json.dumps(_identity(os.getpid())))
    return folder


def remove_folder(folder: Path) -> None:
    """Kill what still runs for a folder, then remove its control groups and the folder itself.

    Raises DaemonError for what could not be removed.
    """
    deadline = time.monotonic() + _PATIENCE
    while kill_processes(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    groups = _control_groups(folder)
    while groups and time.monotonic() < deadline:
        groups = [group for group in groups if not _removed_group(group)]
        time.sleep(0.02 if groups else 0)
    for shared in ("libpod_parent/conmon", "libpod_parent"):
        for group in _below_each_hierarchy(shared):
            with suppress(OSError):  # another podman is in it
                group.rmdir()
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise DaemonError(f"{folder}: cannot be removed: {error.strerror}") from error


def clean_stale(parent: Path | None = None) -> list[str]:
    """Stop and remove managed daemons whose owner is gone; return their folders.

    Looks in the machine's temporary folder, or in `parent`. Folders of other users are left alone.
    """
    place = (parent or Path(tempfile.gettempdir())).resolve()
    stale = [folder for folder in sorted(place.glob(f"{PREFIX}*")) if _abandoned(folder)]
    for folder in stale:
        remove_folder(folder)
    return [str(folder) for folder in stale]


def kill_processes(folder: Path) -> list[int]:
    """Kill the processes that hold a folder's daemon, and all they started; return their ids."""
    found = list(_processes(folder))
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return found


def _processes(folder: Path) -> Iterator[int]:
    wanted = {MARK.encode(), os.fsencode(folder)}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if wanted <= set(words):
                    yield int(entry.name)


def _identity(process: int) -> dict[str, Json]:
    """Return what tells a process from a later one with the same id."""
    stat = Path(f"/proc/{process}/stat").read_text()
    started = stat.rpartition(")")[2].split()[19]  # the name before may hold spaces
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return {"pid": process, "started": started, "boot": boot}


def _abandoned(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
        return False
    try:
        owner: Json = json.loads((folder / "owner.json").read_text())
    except (OSError, ValueError):
        return False  # being made this moment, or none of ours
    if not isinstance(owner, dict) or not isinstance(owner.get("pid"), int):
        return False
    try:
        return _identity(int(str(owner["pid"]))) != owner
    except OSError:
        return True


def _control_groups(folder: Path) -> list[Path]:
    """Return the groups that a daemon of this folder made: its own parent, and podman's by id."""
    names = [f"libpod_parent/libpod*-{container}" for container in _podman_containers(folder)]
    return [group for name in (folder.name, *names) for group in _below_each_hierarchy(name)]


def _podman_containers(folder: Path) -> Iterator[str]:
    for listing in folder.glob("root/*-containers/containers.json"):
        with suppress(OSError, ValueError):
            entries: Json = json.loads(listing.read_text())
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and str(entry.get("id", "")).isalnum():
                    yield str(entry["id"])


def _below_each_hierarchy(name: str) -> list[Path]:
    return [*_CGROUPS.glob(name), *_CGROUPS.glob(f"*/{name}")]


def _removed_group(group: Path) -> bool:
    """Remove a group and those below it; tell whether it is gone."""
    for below in sorted(group.glob("**/"), reverse=True):
        with suppress(OSError):
            below.rmdir()
    return not group.exists()
