"""Points in time as people write them in filters: a duration ago, a date, seconds since 1970."""

import contextlib
import re
from datetime import UTC, datetime

from harness.fake.requests.answer import bad_request
from harness.fake.requests.filters import Filters
from harness.fake.requests.go_durations import DurationError, read_duration

_SECOND = 10**9  # in nanoseconds
_SECONDS = re.compile(r"\d{1,18}(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)


def read_moment(text: str, now: float) -> float:
    """Return a point in time in seconds since 1970; refuse with 400 what is none."""
    if text != "0":
        with contextlib.suppress(DurationError):
            return now - read_duration(text) / _SECOND
    if _SECONDS.fullmatch(text):
        return float(text)
    date = _DATE.fullmatch(text)
    written = f"{date[1]}T00:00:00{date[2] or ''}" if date else text
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        message = f'failed to parse value as time or duration: "{text}"'
        raise bad_request(message) from error


def pruned_until(filters: Filters, now: float) -> float | None:
    """Return the time that the filter `until` of a prune bounds things by; None without one."""
    if "until" not in filters:
        return None
    if len(filters.values("until")) > 1:
        raise bad_request("more than one until filter specified")
    return read_moment(filters.values("until")[0], now)
