"""A network of its own for each managed daemon, so that none of the host's is touched.

A daemon in it reaches itself, the harness's registry (which enters the same network) and daemons
linked to it, and nothing else. The kernel removes the network with its last process.
"""

import ctypes
import errno
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from harness.model.errors import DaemonError

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_SET_FLAGS, _SET_ADDRESS, _SET_MASK = 0x8914, 0x8916, 0x891C  # SIOCSIF…
_UP_AND_RUNNING = 0x1 | 0x40
_OURS = "198.18.0."  # a range that is set apart for tests of devices, so no daemon hands it out

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """A network namespace, held open by a descriptor; `number` tells linked ones apart."""

    descriptor: int
    number: int

    @property
    def address(self) -> str:
        """Return the address that linked networks reach this one by."""
        return f"{_OURS}{self.number}"

    def enter(self) -> None:
        """Move the calling thread, and what it starts from now on, into this network.

        Meant for a thread that ends, or that stays in it. Raises DaemonError where the kernel
        refuses.
        """
        _call("setns", self.descriptor, _NEW_NETWORK)

    def run(self, work: Callable[[], _Result]) -> _Result:
        """Do some work in this network, in a thread made for it, and return or raise its result."""

        def inside() -> _Result:
            self.enter()
            return work()

        return _in_a_thread(inside)

    def close(self) -> None:
        """Let go of the network."""
        os.close(self.descriptor)


def new_network(number: int = 1) -> PrivateNetwork:
    """Make a network with a loopback interface and an address of its own.

    Raises DaemonError where the kernel refuses, which it does to all but root.
    """

    def make() -> PrivateNetwork:
        _call("unshare", _NEW_NETWORK)
        descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        network = PrivateNetwork(descriptor, number)
        _raise_loopback(network.address)
        return network

    return _in_a_thread(make)


def link(one: PrivateNetwork, other: PrivateNetwork, process: int) -> None:
    """Join two networks with a cable, so that each reaches the other's address.

    `process` is one that runs in the other network. Raises DaemonError without the program `ip`.
    """
    program = shutil.which("ip")
    if program is None:
        raise DaemonError("ip is not on PATH; install Debian's iproute2 to join two daemons")
    near, far = f"peer{other.number}", f"peer{one.number}"
    ends = (
        (one, f"link add {near} type veth peer name {far} netns {process}"),
        (one, f"link set {near} up"),
        (other, f"link set {far} up"),
        (one, f"route add {other.address}/32 dev {near} src {one.address}"),
        (other, f"route add {one.address}/32 dev {far} src {other.address}"),
    )
    for network, words in ends:
        _ip(network, [program, *words.split()])


def _ip(network: PrivateNetwork, command: list[str]) -> None:
    done = network.run(
        lambda: subprocess.run(  # noqa: S603 - a fixed program and our own words
            command, capture_output=True, text=True, timeout=10, check=False
        )
    )
    if done.returncode:
        raise DaemonError(f"{' '.join(command[1:])}: {done.stderr.strip()}")


def _raise_loopback(address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sH14x", b"lo", _UP_AND_RUNNING)
        fcntl.ioctl(control, _SET_FLAGS, flags)
        for ask, value in ((_SET_ADDRESS, address), (_SET_MASK, "255.255.255.255")):
            entry = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(control, ask, entry)


def _call(name: str, *arguments: int) -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        hint = "; run as root" if number == errno.EPERM else ""
        raise DaemonError(f"cannot make a private network: {os.strerror(number)}{hint}")


def _in_a_thread(work: Callable[[], _Result]) -> _Result:
    """Run in a fresh thread, because the network is a property of the thread."""
    results: list[_Result] = []
    errors: list[Exception] = []

    def body() -> None:
        try:
            results.append(work())
        except (DaemonError, OSError, subprocess.SubprocessError) as error:
            errors.append(error)

    thread = threading.Thread(target=body, name="private-network")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
