"""Texts and numbers without what is chance in them: ids, times, addresses, names of a run."""

import ipaddress
import json
import re
from collections.abc import Callable
from functools import lru_cache

_LONGEST = 80  # characters of a text that are told
_READ = 2048  # characters of it that are looked at
_MESSAGE = 240  # characters of what an error says
_CUT = "…"
_NEVER = "0001-01-01T00:00:00Z"  # how Go writes that there was no such moment
_FIXED_ADDRESSES = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104 - told, not bound
_CLOCKS = range(15 * 10**8, 21 * 10**8)  # from 2017 to 2036, in seconds
_SECOND = 10**9  # nanoseconds
# Sizes and spans of time may be as big, but are round; moments are not.
_ROUND = (10**6, 2**20)

_HEX = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_ADDRESS = r"(?<![\w.]){}(?![\w]|\.\d)"


def _never_or_time(found: re.Match[str]) -> str:
    return _NEVER if found[0] == _NEVER else "<time>"


def _moment(found: re.Match[str]) -> str:
    return "<time>" if _is_time(int(found[0].partition(".")[0])) else found[0]


def _name(found: re.Match[str]) -> str:
    what = re.sub(r"-\d+\Z", "", found["what"] or "")
    return f"<{what}>" if what else "<run>"


def _ipv4(found: re.Match[str]) -> str:
    if found["port"]:
        return "<address>:<port>"
    if found[0] in _FIXED_ADDRESSES:
        return found[0]
    return "<address>"


def _ipv6(found: re.Match[str]) -> str:
    plain = found[0].partition("/")[0]
    if plain in _FIXED_ADDRESSES:
        return found[0]
    try:
        ipaddress.IPv6Address(plain)
    except ValueError:
        return found[0]
    return "<address>"


_Replacement = str | Callable[[re.Match[str]], str]

# In this order: what is an id in a name must be gone before the name is looked for.
_PATTERNS: tuple[tuple[re.Pattern[str], _Replacement], ...] = tuple(
    (re.compile(pattern, re.DOTALL), instead)
    for pattern, instead in (
        (r"-----BEGIN ([A-Z ]+)-----.*?(?:-----END \1-----\n?|\Z)", "<certificate>"),
        (r"sha256:[0-9a-f]{64}(?![0-9a-f])", "sha256:<digest>"),
        (_HEX.format("(?:[0-9A-Z]{4}:){11}[0-9A-Z]{4}"), "<id>"),
        (_HEX.format("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
        (_HEX.format("[0-9a-f]{64}"), "<id>"),
        (_HEX.format("[0-9a-f]{12}"), "<id>"),
        (_HEX.format("[0-9a-z]{25}"), "<id>"),
        (r"(?<=/tmp/)[\w.-]*\d{4,}", "<temporary>"),
        (
            r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?(?: UTC)?",
            _never_or_time,
        ),
        (r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "<time>"),
        (r"(?<![\w.])[12]\d{9}(?:\d{9}|\.\d+)?(?![\w.])", _moment),
        (r"(?<![\w.])\d+\.\d+ ?(?:ns|µs|us|ms|s)(?![\w.])", "<duration>"),
        (r"/[\w/.-]*/docker-contract-[0-9a-z_]{8}(?=/)", "<folder>"),
        (r"(?<=/v)\d\.\d+(?=/)|(?<=API version: )\d\.\d+", "<version>"),
        (
            r"docker-contract-[0-9a-f]{8}(?:[-/](?P<what>[0-9A-Za-z]+(?:[-_.][0-9A-Za-z]+)*))?",
            _name,
        ),
        (r"(?<=docker-contract\.run)(\W{1,3})[0-9a-f]{8}(?![0-9A-Za-z])", r"\1<run>"),
        (_HEX.format("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"), "<mac>"),
        (
            _ADDRESS.format(r"(?:\d{1,3}\.){3}\d{1,3}(?::(?P<port>\d+)|/\d+)?"),
            _ipv4,
        ),
        (r"localhost:\d+", "<address>:<port>"),
        (r"(?<![\w:.])[0-9a-f]{0,4}:[0-9a-f:.]*:[0-9a-f.]*(?:/\d+)?(?![\w:])", _ipv6),
    )
)
_LABEL = re.compile(r'("docker-contract\.run"\s*:\s*")[0-9a-f]{8}(?=")')
_PLACEHOLDER = re.compile(r"<[^<>\s]+>")


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return a text with placeholders such as <id> for what differs from run to run."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def without_label(text: str) -> str:
    """Return JSON without the run in labels, whose values cannot be told from other words."""
    return _LABEL.sub(r"\1<run>", text)


def message(text: str) -> str:
    """Return what an error says, in one line and without what is chance."""
    return _cut(" ".join(plain(text[:_READ]).split()), _MESSAGE)


def told(text: str) -> str:
    """Return how a text is told: quoted and not too long, a placeholder alone as it is."""
    without = plain(text[:_READ])
    if _PLACEHOLDER.fullmatch(without) and without != text:
        return without
    return _sayable(json.dumps(_cut(without, _LONGEST), ensure_ascii=False))


def number(value: float) -> str:
    """Return how a number is told; a moment of these years is known by its size."""
    return "<time>" if _is_time(int(value)) else json.dumps(value)


def _is_time(value: int) -> bool:
    if any(value % each == 0 for each in _ROUND):
        return False
    return value in _CLOCKS or value // _SECOND in _CLOCKS


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + _CUT


def _sayable(text: str) -> str:
    """Return the text without halves of characters, which no file could hold."""
    return text.encode(errors="backslashreplace").decode()
