"""Durations as Go writes and reads them, such as 1m30s; in nanoseconds."""

import re

_UNITS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"([0-9]*\.?[0-9]*)([a-zµ]+)")
_GREATEST = 2**63 - 1


class DurationError(ValueError):
    """A text is no duration; the message is Go's."""


def read_duration(text: str) -> int:
    """Return a duration such as 1h, 1.5s or 0; raise DurationError."""
    rest = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    if rest == "0":
        return 0
    if not rest:
        raise DurationError(f'time: invalid duration "{text}"')
    total = 0.0
    while rest:
        match = _PART.match(rest)
        if match is None or not match[1].strip("."):
            missing = rest.replace(".", "", 1).isdecimal()
            why = "missing unit in duration" if missing else "invalid duration"
            raise DurationError(f'time: {why} "{text}"')
        if match[2] not in _UNITS:
            raise DurationError(f'time: unknown unit "{match[2]}" in duration "{text}"')
        total += float(match[1]) * _UNITS[match[2]]
        rest = rest[match.end() :]
    if total > _GREATEST:
        raise DurationError(f'time: invalid duration "{text}"')
    return round(-total if text.startswith("-") else total)


def shown_duration(nanoseconds: int) -> str:
    """Return a duration as Go writes it."""
    sign, left = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if left == 0:
        return "0s"
    for unit in ("ns", "µs", "ms"):
        if left < _UNITS[unit] * 1000:
            return f"{sign}{_decimal(left, _UNITS[unit])}{unit}"
    hours, left = divmod(left, _UNITS["h"])
    minutes, left = divmod(left, _UNITS["m"])
    text = f"{_decimal(left, _UNITS['s'])}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else sign + text


def _decimal(number: int, unit: int) -> str:
    whole, part = divmod(number, unit)
    digits = f"{part:0{len(str(unit)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)
