"""How reports word counts, versions, times, and texts that came from a daemon."""

from collections.abc import Iterable

from harness.model.version import ApiVersion, VersionRange

_MINUTE = 60


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: 1 call, 2 calls, 12,345 calls."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def spans(versions: Iterable[ApiVersion]) -> str:
    """Return versions as short as can be: 1.25..1.28, 1.30, 1.32..1.33."""
    runs: list[list[ApiVersion]] = []
    for version in sorted(set(versions)):
        before = runs[-1][-1] if runs else None
        if before and (before.major, before.minor + 1) == (version.major, version.minor):
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(str(VersionRange(run[0], run[-1])) for run in runs)


def duration(seconds: float) -> str:
    """Return a time for people: 0.4 s, 12 s, 3 min 20 s, 1 h 2 min."""
    if seconds < 10:  # noqa: PLR2004 - below it, a tenth of a second is worth telling
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def printable(text: str) -> str:
    """Return text on one line in which nothing can steer a terminal or break an XML document.

    What a daemon sent may hold anything; characters that do not print come out as escapes.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def shortened(text: str, most: int) -> str:
    """Return the text, cut where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
