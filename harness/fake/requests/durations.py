"""Durations in the words that Docker has for them, such as About a minute."""

_MINUTE, _HOUR = 60, 3600
_DAY, _WEEK, _MONTH, _YEAR = 24, 24 * 7, 24 * 30, 24 * 365


def in_words(seconds: float) -> str:
    """Return how long something is, roughly."""
    minutes, hours = int(seconds / _MINUTE), int(seconds / _HOUR + 0.5)
    if seconds < 1:
        return "Less than a second"
    if minutes < 1:
        return "1 second" if int(seconds) == 1 else f"{int(seconds)} seconds"
    if minutes < _MINUTE:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours == 1:
        return "About an hour"
    return _of_hours(hours)


def written(seconds: float) -> str:
    """Return a duration as Go writes it, as in 1m30s or 300ms."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    whole = int(seconds)
    hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
    rest = f"{seconds - whole + whole % _MINUTE:g}s"
    if hours:
        return f"{hours}h{minutes}m{rest}"
    return f"{minutes}m{rest}" if minutes else rest


def _of_hours(hours: int) -> str:
    """Return a duration of some hours, in the greatest unit that there are two of."""
    for length, name in ((_YEAR, "years"), (_MONTH, "months"), (_WEEK, "weeks"), (_DAY, "days")):
        if hours >= 2 * length:
            return f"{hours // length} {name}"
    return f"{hours} hours"
