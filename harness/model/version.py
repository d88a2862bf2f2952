"""API versions and the ranges that a person names them by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.model.errors import UsageError

_FORM = re.compile(r"v?(\d{1,9})\.(\d{1,9})")


@dataclass(frozen=True, order=True, slots=True)
class ApiVersion:
    """A version of the Docker Engine API, such as 1.30; ordered as numbers, not as text."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> "ApiVersion":
        """Read "1.30" or "v1.30"; raise UsageError for anything else."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise UsageError(f"{text!r} is not an API version; write it like 1.30")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The versions from `first` to `last`, both included."""

    first: ApiVersion
    last: ApiVersion

    @classmethod
    def parse(cls, text: str) -> "VersionRange":
        """Read "1.25..1.33" or "1.30"; raise UsageError for anything else."""
        first, dots, last = text.partition("..")
        start = ApiVersion.parse(first)
        end = ApiVersion.parse(last) if dots else start
        if end < start:
            raise UsageError(f"{text!r} is empty: {start} comes after {end}")
        return cls(start, end)

    def __contains__(self, version: ApiVersion) -> bool:
        return self.first <= version <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


def select(text: str, known: Iterable[ApiVersion]) -> tuple[ApiVersion, ...]:
    """Turn "all", "1.30", "1.25..1.33" or a comma-separated list into versions, lowest first.

    Raises UsageError where a part names no version among `known`.
    """
    available = sorted(known)
    chosen: set[ApiVersion] = set()
    for part in text.split(","):
        if part.strip() == "all":
            chosen.update(available)
            continue
        wanted = VersionRange.parse(part)
        found = [version for version in available if version in wanted]
        missing = [end for end in (wanted.first, wanted.last) if end not in available]
        if missing or not found:
            span = f"{available[0]} to {available[-1]}" if available else "none"
            absent = missing[0] if missing else wanted
            raise UsageError(f"there is no spec for API {absent}; there are specs for {span}")
        chosen.update(found)
    return tuple(sorted(chosen))
