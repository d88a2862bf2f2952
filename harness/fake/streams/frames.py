"""The frames in which output goes out where no terminal mixes it: a number, a length, the bytes."""

import struct
from collections.abc import Iterable

from harness.fake.programs.processes import Output

STDERR_FRAME = 2
_HEADER = struct.Struct(">BxxxL")


def framed(stream: int, data: bytes) -> bytes:
    """Return bytes as a frame of a stream: 1 for stdout, 2 for stderr."""
    return _HEADER.pack(stream, len(data)) + data


def sent(pieces: Iterable[Output], *, frames: bool) -> bytes:
    """Return output as it goes out: in frames, or as it is."""
    return b"".join(framed(piece.stream, piece.data) if frames else piece.data for piece in pieces)
