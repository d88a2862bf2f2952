"""Time and identities for a fake daemon, so that a test can make both its own."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

_ID_BYTES = 32
_SWARM_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SWARM_LENGTH = 25
ZERO_TIME = "0001-01-01T00:00:00Z"


@dataclass(slots=True)
class Clock:
    """Tells the time in seconds since 1970; `ahead` is how far it was moved on.

    `source` is the time that passes by itself: that of the machine, or a constant.
    """

    source: Callable[[], float] = time.time
    ahead: float = 0.0

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        return self.source() + self.ahead

    def advance(self, seconds: float) -> None:
        """Move the time on."""
        self.ahead += seconds


@dataclass(slots=True)
class Ids:
    """Makes identities: at random, or always the same ones where there is a `seed`."""

    seed: str = ""
    _made: int = field(default=0)

    def digest(self) -> str:
        """Return 64 hexadecimal digits that nothing else has."""
        self._made += 1
        if self.seed:
            return hashlib.sha256(f"{self.seed}/{self._made}".encode()).hexdigest()
        return secrets.token_hex(_ID_BYTES)

    def swarm(self) -> str:
        """Return an identity as a swarm makes them: 25 digits and letters."""
        number = int(self.digest(), 16)
        digits = []
        for _ in range(_SWARM_LENGTH):
            number, digit = divmod(number, len(_SWARM_DIGITS))
            digits.append(_SWARM_DIGITS[digit])
        return "".join(digits)


def timestamp(seconds: float) -> str:
    """Return a time as Docker writes it, in nanoseconds; that of year one for 0."""
    if not seconds:
        return ZERO_TIME
    whole = int(seconds)
    nanoseconds = round((seconds - whole) * 1e6) * 1000
    moment = datetime.fromtimestamp(whole, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def short_timestamp(seconds: float) -> str:
    """Return a time in whole seconds, as Docker writes that of a volume."""
    return f"{datetime.fromtimestamp(int(seconds), tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
