"""The signals of Linux, and what they do to a process that does not handle them."""

import re
from collections.abc import Mapping

SIGNALS: Mapping[str, int] = {
    name: number
    for number, name in enumerate(
        (
            *("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV"),
            *("USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN"),
            *("TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"),
        ),
        start=1,
    )
}
_REAL_TIME_RANGE = (34, 64)
_REAL_TIME = re.compile(r"RTMIN(?:\+(?P<up>\d|1[0-5]))?|RTMAX(?:-(?P<down>\d|1[0-4]))?", re.ASCII)
# What never ends a process that has no handler for it.
HARMLESS = frozenset(
    SIGNALS[name] for name in ("CHLD", "CONT", "URG", "WINCH", "STOP", "TSTP", "TTIN", "TTOU")
)
# What ends the first process of a container. A kernel spares it all signals that it does not
# handle, but daemons that are worth a container handle these.
ENDS_FIRST = frozenset(SIGNALS[name] for name in ("INT", "QUIT", "TERM"))


def signal_number(text: str) -> int | None:
    """Return the number of a signal such as KILL, SIGKILL or 9; None where there is none."""
    if text.isascii() and text.isdecimal():
        return int(text) if 0 < int(text) <= 64 else None  # noqa: PLR2004 - Linux has 64
    name = text.upper().removeprefix("SIG")
    match = _REAL_TIME.fullmatch(name)
    if match is None:
        return SIGNALS.get(name)
    least, most = _REAL_TIME_RANGE
    if match["up"] is not None:
        return least + int(match["up"])
    if match["down"] is not None:
        return most - int(match["down"])
    return least if name == "RTMIN" else most
