"""A program that only listens on a socket, written out as machine code, for the plugin we send.

It needs no library and no compiler. It ends at SIGTERM, which it has to wait for by hand, since
the kernel keeps signals without a handler away from the first process of a container.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_BASE = 0x400000  # where the file is mapped; below 4 GiB, so addresses fit 32 bits
_HEADERS = 64 + 56  # of the file, and of its one segment
_WORKING_FOLDER = 0xFFFFFF9C  # AT_FDCWD
_BLOCK = 0  # SIG_BLOCK
_TERMINATE = struct.pack("<Q", 1 << 14)  # a set with SIGTERM alone

_MADE_BEFORE = -1  # stands for the descriptor of the socket


@dataclass(frozen=True, slots=True)
class _Step:
    """A system call by name, its arguments, and whether to keep what it returns."""

    name: str
    arguments: tuple[int, ...]
    keep: bool = False


_X86_64 = {
    "socket": 41,
    "bind": 49,
    "listen": 50,
    "exit": 60,
    "unlinkat": 263,
    "rt_sigprocmask": 14,
    "rt_sigtimedwait": 128,
}
_AARCH64 = {
    "socket": 198,
    "bind": 200,
    "listen": 201,
    "exit": 93,
    "unlinkat": 35,
    "rt_sigprocmask": 135,
    "rt_sigtimedwait": 137,
}


def socket_program(path: str, machine: str) -> bytes | None:
    """Return a static ELF program that listens at `path`; None for a machine we do not know."""
    match machine:
        case "x86_64":
            return _elf(62, path, _code_x86_64)
        case "aarch64":
            return _elf(183, path, _code_aarch64)
        case _:
            return None


def _elf(machine: int, path: str, code_of: Callable[[Sequence[_Step]], bytes]) -> bytes:
    address = struct.pack("<H", 1) + path.encode() + b"\0"  # sockaddr_un; AF_UNIX is 1
    data = _TERMINATE + address
    place = _BASE + _HEADERS  # the data come first, so that the code knows where they are
    code = code_of(_steps(signals=place, address=place + len(_TERMINATE), length=len(address)))
    padding = b"\0" * (-len(data) % 8)
    start = place + len(data) + len(padding)
    size = _HEADERS + len(data) + len(padding) + len(code)
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, start, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x10000)
    return identity + header + segment + data + padding + code


def _steps(signals: int, address: int, length: int) -> tuple[_Step, ...]:
    return (
        _Step("rt_sigprocmask", (_BLOCK, signals, 0, 8)),
        _Step("unlinkat", (_WORKING_FOLDER, address + 2, 0)),
        _Step("socket", (1, 1, 0), keep=True),
        _Step("bind", (_MADE_BEFORE, address, length)),
        _Step("listen", (_MADE_BEFORE, 16)),
        _Step("rt_sigtimedwait", (signals, 0, 0, 8)),
        _Step("exit", (0,)),
    )


def _code_x86_64(steps: Sequence[_Step]) -> bytes:
    registers = (b"\xbf", b"\xbe", b"\xba", b"\x41\xba")  # mov edi/esi/edx/r10d, number
    code = b""
    for step in steps:
        for register, value in zip(registers, step.arguments, strict=False):
            # mov edi, ebx: only ever the first argument
            made = b"\x89\xdf"
            code += made if value == _MADE_BEFORE else register + struct.pack("<I", value)
        code += b"\xb8" + struct.pack("<I", _X86_64[step.name]) + b"\x0f\x05"  # syscall
        code += b"\x89\xc3" if step.keep else b""  # mov ebx, eax
    return code


def _code_aarch64(steps: Sequence[_Step]) -> bytes:
    words: list[int] = []
    for step in steps:
        for register, value in enumerate(step.arguments):
            words += [0xAA1303E0] if value == _MADE_BEFORE else _load(register, value)  # from x19
        words += _load(8, _AARCH64[step.name])
        words += [0xD4000001]  # svc #0
        words += [0xAA0003F3] if step.keep else []  # mov x19, x0
    return struct.pack(f"<{len(words)}I", *words)


def _load(register: int, value: int) -> list[int]:
    low, high = value & 0xFFFF, value >> 16
    return [0xD2800000 | low << 5 | register, 0xF2A00000 | high << 5 | register]  # movz, movk
