"""The page of reports/coverage/ that tells which operations the fake serves at which versions."""

from collections.abc import Collection, Iterable

from harness.model.spec import Spec

_OPENING = """\
# What the fake serves

For each operation, by the first version that documents it: ● where the fake serves it, ○ where it
is documented and the fake answers 501, and nothing where the version does not document it.

This page is made from the documents and from the fake's own table of handlers.
"""


def render(specs: Iterable[Spec], handled: Collection[str]) -> str:
    """Return reports/coverage/fake.md, given all documents and the operations with a handler."""
    listed = sorted(specs, key=lambda spec: spec.version)
    known: dict[str, str] = {}
    for spec in listed:
        for operation in spec.operations.values():
            known.setdefault(operation.id, f"{operation.method} {operation.path}")
    heads = [str(spec.version) for spec in listed]
    rows = [
        f"| {name} | `{path}` | {' | '.join(_marks(listed, name, handled))} |"
        for name, path in known.items()
    ]
    served = sum(_served(spec, handled) for spec in listed)
    documented = sum(len(spec.operations) for spec in listed)
    return "\n".join(
        [
            _OPENING,
            f"{served} of {documented} pairs of version and operation are served.",
            "",
            f"| operation | | {' | '.join(heads)} |",
            f"|---|---|{'---|' * len(heads)}",
            *rows,
            "",
        ]
    )


def _marks(specs: Iterable[Spec], operation: str, handled: Collection[str]) -> Iterable[str]:
    for spec in specs:
        if operation not in spec.operations:
            yield " "
        else:
            yield "●" if operation in handled else "○"


def _served(spec: Spec, handled: Collection[str]) -> int:
    return sum(operation in handled for operation in spec.operations)
