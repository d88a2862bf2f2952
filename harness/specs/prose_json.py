"""JSON as the prose shows it: read as it stands, or after repairs that follow fixed rules.

An example may be one value or several, one after the other. What is repaired, and only where the
text cannot be read as it stands:

* dots that stand for what was left out are dropped;
* a comma is put between members, and one before a closing bracket or after an opening one dropped;
* a quote that opens no text (one too many after another text) is dropped;
* a closing bracket that closes nothing is dropped.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.spec import Json

Token: TypeAlias = tuple[str, str]  # its kind, and its text

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<scalar>-?\d[\d.eE+-]*|true|false|null)
      | (?P<dots>\.{3,}|…)
      | (?P<open>[\[{])
      | (?P<close>[\]}])
      | (?P<comma>,)
      | (?P<colon>:)
      | (?P<quote>")
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE,
)
_BEGINS = frozenset({"text", "scalar", "open"})
_ENDS = frozenset({"text", "scalar", "close"})
_START = re.compile(r"\s*(?:\[|\"|\{(?![{%]))")
_PAIRS = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Shown:
    """The JSON values of an example, and what had to be repaired before they could be read."""

    values: tuple[Json, ...]
    repairs: tuple[str, ...] = ()


def looks_like_json(text: str) -> bool:
    """Tell whether a text begins as JSON does; a template in braces is none."""
    return _START.match(text) is not None


def read_values(text: str) -> Shown:
    """Read one JSON value or several; raise ValueError where repairs do not help either."""
    try:
        return Shown(tuple(_values(text)))
    except json.JSONDecodeError:
        repairs: dict[str, None] = {}
        repaired = "".join(_repaired(_tokens(text, repairs), repairs))
        return Shown(tuple(_values(repaired)), tuple(repairs))


def _values(text: str) -> Iterator[Json]:
    decoder = json.JSONDecoder()
    place = 0
    while rest := text[place:].lstrip():
        place = len(text) - len(rest)
        value, place = decoder.raw_decode(text, place)
        yield value


def _tokens(text: str, repairs: dict[str, None]) -> Iterator[Token]:
    """Yield tokens without those that mean nothing and those that no rule below needs."""
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "dots":
            repairs["dots dropped"] = None
        elif kind == "quote":
            repairs["quote dropped"] = None
        elif kind != "space":
            yield kind, match[0]


def _repaired(tokens: Iterator[Token], repairs: dict[str, None]) -> Iterator[str]:
    closers: list[str] = []
    before, commas = "", 0
    for kind, text in tokens:
        if kind == "comma":
            commas += 1
            continue
        if kind == "close" and not closers:
            repairs["bracket dropped"] = None
            continue
        needed = bool(closers) and before in _ENDS and kind in _BEGINS
        if commas != needed:
            repairs["comma dropped" if commas else "comma added"] = None
        yield "," if needed else " "
        yield text
        before, commas = kind, 0
        if kind == "open":
            closers.append(_PAIRS[text])
        elif kind == "close":
            closers.pop()
