"""What a terminal does between a person who types and a program: lines, echo, signals."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_SIGNALS = {3: 2, 28: 3}  # Ctrl-C interrupts, Ctrl-\ quits
_TAB, _SPACE = 9, 32


@dataclass(frozen=True, slots=True)
class Typed:
    """What comes of some typing: what is echoed, a line for the program, a signal.

    An empty line tells of the end of what is typed.
    """

    echo: bytes = b""
    line: bytes | None = None
    signal: int = 0


@dataclass(slots=True)
class Terminal:
    """A terminal as programs find it: it takes whole lines, echoes them, and knows Ctrl-C."""

    _line: bytearray = field(default_factory=bytearray)

    def type(self, data: bytes) -> Iterator[Typed]:
        """Yield what comes of keys, in order."""
        echo = bytearray()
        for key in data:
            match key:
                case 10 | 13:  # Enter
                    line = bytes(self._line) + b"\n"
                    self._line.clear()
                    yield Typed(echo=bytes(echo) + b"\n", line=line)
                    echo.clear()
                case 4:  # Ctrl-D
                    line = bytes(self._line)
                    self._line.clear()
                    yield Typed(echo=bytes(echo), line=line)
                    echo.clear()
                case 3 | 28:
                    self._line.clear()
                    yield Typed(echo=bytes(echo) + _caret(key), signal=_SIGNALS[key])
                    echo.clear()
                case 8 | 127:  # Backspace
                    if self._line:
                        self._line.pop()
                        echo += b"\b \b"
                case 21:  # Ctrl-U
                    echo += b"\b \b" * len(self._line)
                    self._line.clear()
                case _:
                    self._line.append(key)
                    echo += _caret(key) if key < _SPACE and key != _TAB else bytes([key])
        if echo:
            yield Typed(echo=bytes(echo))

    def shown(self, data: bytes) -> bytes:
        """Return what a program writes as it appears: each line returns to the left."""
        return data.replace(b"\n", b"\r\n")


def _caret(key: int) -> bytes:
    return b"^" + bytes([key + 64])
