"""The page of the docs that lists the rules by which two documents are compared."""

from collections.abc import Iterable, Mapping

from harness.model.change import Rule

_OPENING = """\
# Rules of the version diff

`docker-contract diff` compares two documents by these rules. Each finds one kind of change, and
says what that does to clients that were written for the older document:

* **breaking** breaks them,
* **risky** may break them,
* **compatible** breaks nobody.

The direction decides, under the open rules that the API has. A daemon ignores parameters and
properties that it does not know, so what may no longer be sent is lost without a word: that is
risky. A client ignores properties that it did not expect, so what is new in a reply breaks nobody;
what is gone from one does. Fewer values break those who send them, more values may surprise those
who read them.

What is told, and how often:

* Operations belong together by method and path, whatever the variables in it are called.
* Documents are compared property by property, through references and `allOf`, at every depth. Of
  what is new or gone as a whole, only the outermost is told. Where a type is another one, what
  follows from that is not told.
* A change in a definition is told once, with all places that it is reached from.
* Names that differ in letter case alone are one change, and not one name gone and another come.
* A limit that is set counts as lowered from above or raised from below, and one that is lifted the
  other way round.
* Prose, examples, names of definitions, and the order of what is listed are no changes. How schemas
  are composed is none either: what an `allOf` makes of its parts is compared, not the parts.

The ids are stable: ignore files and reports name rules by them. *A value in a request* is any value
in a body below the body itself; so is *a value in a reply*.

This page is made from the rules themselves.
"""


def render(rules: Mapping[str, Iterable[Rule]]) -> str:
    """Return docs/rules.md, given the rules by the area that they are shown in."""
    sections = (f"## {area}\n\n{_table(listed)}" for area, listed in rules.items())
    return "\n".join([_OPENING, *sections])


def _table(rules: Iterable[Rule]) -> str:
    rows = [f"| `{rule.id}` | {rule.level} | {rule.summary} |\n" for rule in rules]
    return "".join(["| rule | for clients | what changed |\n", "|---|---|---|\n", *rows])
