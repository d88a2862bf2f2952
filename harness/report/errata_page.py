"""The page of the docs that lists where the documents are wrong."""

from collections.abc import Iterable

from harness.model.spec import Erratum
from harness.report.wording import shortened

_OPENING = """\
# Errata

Where a document of `specs/` is wrong, and what daemons of those versions do instead. An erratum is
applied whenever a document is loaded, so what it corrects is held against no daemon. One that no
longer fits its document is an error of this project.

Each place is followed by what the document says there, and by what stands there after the erratum.

This page is made from `contracts/errata.yaml` and the documents themselves.
"""

_LONGEST = 160  # characters of what a document says
_METHOD = 2  # where a pointer into /paths has its method


def render(errata: Iterable[Erratum]) -> str:
    """Return docs/errata.md, given what was corrected in the documents of all versions."""
    by_id: dict[str, list[Erratum]] = {}
    for erratum in errata:
        by_id.setdefault(erratum.id, []).append(erratum)
    return "\n".join([_OPENING, *(_entry(entries) for entries in by_id.values())])


def _entry(entries: list[Erratum]) -> str:
    first = entries[0]
    by_change: dict[str, dict[str, None]] = {}
    for each in entries:
        change = f"{_said(each.says)} → {_said(each.sends)}"
        by_change.setdefault(change, {})[f"`{place(each.pointer)}`"] = None
    lines = (f"- {', '.join(places)}: {change}\n" for change, places in by_change.items())
    return f"## {first.id}\n\nAPI {first.versions}. {first.evidence}\n\n{''.join(lines)}"


def place(pointer: str) -> str:
    """Return a JSON pointer into a document for people: an operation by its method and path."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if steps[0] != "paths" or len(steps) <= _METHOD:
        return "/".join(steps)
    return " ".join([steps[_METHOD].upper(), steps[1], "/".join(steps[_METHOD + 1 :])]).rstrip()


def _said(value: str | None) -> str:
    return "nothing" if value is None else f"`{shortened(value, _LONGEST)}`"
