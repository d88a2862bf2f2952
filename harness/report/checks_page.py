"""The page of the docs that lists the checks."""

from collections.abc import Iterable

from harness.model.judgement import Check

_OPENING = """\
# Checks

Every reply of a daemon is judged by all of these. A check that has nothing to say of a reply is
left out of its verdict, so that nothing passes untested. The ids are stable: reports and waivers
name checks by them.

This page is made from the checks themselves.
"""

_DOCUMENT = """\
## From the document

These need to know nothing but the version's document. A call is *polite* where it is valid,
*rude* where it is wrong in one way, and *open* where it is valid and says more than the document
knows. A rude call may always be refused with 400, whether the operation documents that status or
not: what breaks the document cannot expect the document to say how it is refused.
"""

_DOCKER = """\
## Docker's own

These hold at every operation, or at one, and stand in no schema.
"""


def render(document: Iterable[Check], docker: Iterable[Check]) -> str:
    """Return docs/checks.md, given the checks from the document and those that are Docker's own."""
    parts = (_OPENING, _DOCUMENT, _table(document), _DOCKER, _table(docker))
    return "\n".join(parts)


def _table(checks: Iterable[Check]) -> str:
    rows = [f"| `{check.id}` | {check.severity} | {check.summary} |\n" for check in checks]
    return "".join(["| check | severity | promise |\n", "|---|---|---|\n", *rows])
