"""Ctrl-C and SIGTERM: the first ends a run in good order, the second at once."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What a shell adds to a signal's number where the signal ended a program.
_STATUS = 128


@dataclass(slots=True)
class Interruption:
    """Whether a signal came, and which: 0 as long as none has."""

    number: int = 0

    @property
    def exit_status(self) -> int:
        """Return the exit status that tells of the signal: 130 for Ctrl-C, 143 for SIGTERM."""
        return _STATUS + self.number

    def __bool__(self) -> bool:
        return bool(self.number)


@contextmanager
def interruptible(first: Callable[[], None], last: Callable[[], None]) -> Iterator[Interruption]:
    """Raise KeyboardInterrupt in the block on the first signal, and leave on the second.

    `first` and `last` tell the person so; `last` is all that still happens before the process ends.
    """
    seen = Interruption()

    def take(number: int, _: FrameType | None) -> None:
        if seen:
            last()
            sys.stderr.flush()
            os._exit(_STATUS + number)
        seen.number = number
        first()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, take) for number in _SIGNALS}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
