"""Compares a version's document with what upstream publishes, and tells what explains differences.

What upstream says is compared with the document as it is before errata. A difference that is gone
after errata is explained by them; so is one that a row of contracts/audit.yaml is about.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

from harness.model.errors import UsageError
from harness.model.spec import Erratum, Spec
from harness.model.version import ApiVersion
from harness.specs import library, reading
from harness.specs.audit_places import Route, routes
from harness.specs.audit_prose import compare_prose, schemas
from harness.specs.audit_rows import Row, read_rows, row_of, stale_rows
from harness.specs.audit_swagger import compare_examples, examples, same_facts
from harness.specs.audit_values import Audit, Difference, Side, Sizes
from harness.specs.audit_walk import Document, everywhere
from harness.specs.importer import canonical
from harness.specs.places import contracts_folder, specs_folder
from harness.specs.prose import read_prose
from harness.specs.reader import read_spec
from harness.specs.spots import locate
from harness.specs.yaml_text import load_text, load_yaml, read_yaml

Differences: TypeAlias = tuple[Difference, ...]

_BY_ERRATA = "errata"
_PROSE = ".md"


@dataclass(frozen=True, slots=True)
class Upstream:
    """A document as upstream publishes it: the name of its file, .md or .yaml, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A document made of it, before and after errata, and what was corrected."""

    version: ApiVersion
    before: Document
    after: Document
    errata: tuple[Erratum, ...] = ()


def audit(version: ApiVersion, folder: Path) -> Audit:
    """Compare the document of a version of specs/ with the one in a folder of upstream's files.

    Raises UsageError where the folder has none of that version, SpecError where a document, an
    erratum or a row of audit.yaml is wrong.
    """
    source = f"v{version}.yaml"
    made = Made(
        version=version,
        before=canonical(load_yaml(specs_folder() / source, source)),
        after=library.document(version),
        errata=library.load(version).errata,
    )
    upstream = find_upstream(version, folder)
    found = compare(upstream, made, rows())
    digest = hashlib.sha256(upstream.text.encode()).hexdigest()
    if digest == reading.index()[version].sha256:
        return found
    message = "is not the file that specs/INDEX.toml names by its sha256"
    return replace(
        found, differences=(*found.differences, Difference(Side.STALE, upstream.name, message))
    )


def find_upstream(version: ApiVersion, folder: Path) -> Upstream:
    """Return upstream's document of a version, given the folder; raise UsageError without one."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name the one with upstream's documents")
    names = (f"v{version}.md", f"v{version}.yaml")
    for name in names:
        if (folder / name).is_file():
            return Upstream(name, load_text(folder / name, str(folder / name)))
    raise UsageError(f"{folder} has neither {' nor '.join(names)}")


@cache
def rows() -> tuple[Row, ...]:
    """Return the rows of contracts/audit.yaml; raise SpecError where one is wrong."""
    return read_rows(load_yaml(contracts_folder() / "audit.yaml", "audit.yaml"))


def reasons(version: ApiVersion) -> dict[str, str]:
    """Return what the explanations of an audit stand for: the evidence of errata, and reasons."""
    found = {each.id: each.evidence for each in library.load(version).errata}
    return found | {row.id: row.reason for row in rows()}


def compare(upstream: Upstream, made: Made, explaining: tuple[Row, ...]) -> Audit:
    """Compare a document with upstream's; raise SpecError where upstream's cannot be read."""
    spec = read_spec(made.before, upstream.name)
    names = _names(spec) | _names(read_spec(made.after, upstream.name))
    compared, tried = _comparison(upstream, names)
    found, left = compared(made.before), compared(made.after)
    if not upstream.name.endswith(_PROSE):
        found += same_facts(upstream.text, made.before, upstream.name)
    still = {(each.side, each.place) for each in left}
    told = tuple(
        each
        if (each.side, each.place) in still or each.side is Side.STALE
        else replace(each, explanation=_erratum(each, made.errata))
        for each in found
    )
    open_ones = tuple(each for each in told if not each.explanation)
    stale = stale_rows(explaining, open_ones, made.version)
    return Audit(
        version=made.version,
        upstream=upstream.name,
        sizes=_sizes(made.before, spec),
        examples=tried,
        differences=(*(_by_row(each, explaining, made.version) for each in told), *stale),
    )


def _comparison(
    upstream: Upstream, names: Mapping[Route, str]
) -> tuple[Callable[[Document], Differences], int]:
    """Return what compares a document with upstream's, and how many examples that tries."""
    if upstream.name.endswith(_PROSE):
        sections = read_prose(upstream.text, upstream.name)

        def by_prose(document: Document) -> Differences:
            return compare_prose(sections, document, read_spec(document, upstream.name), names)

        return by_prose, sum(len(each.samples) for each in sections)
    shown = tuple(examples(read_yaml(upstream.text, upstream.name)))

    def by_examples(document: Document) -> Differences:
        return compare_examples(shown, document, upstream.name, names)

    return by_examples, len(shown)


def _names(spec: Spec) -> dict[Route, str]:
    return {key: operation.id for key, operation in routes(spec).items()}


def _by_row(difference: Difference, explaining: tuple[Row, ...], version: ApiVersion) -> Difference:
    if difference.explanation:
        return difference
    row = row_of(difference, explaining, version)
    return replace(difference, explanation=row.id) if row else difference


def _erratum(difference: Difference, errata: tuple[Erratum, ...]) -> str:
    """Return the id of the erratum that corrected the place of a difference, as near as one can."""
    null = " is null" in difference.message
    for places, below in ((difference.spots.own, True), (difference.spots.around, False)):
        for place in places:
            near = [each for each in errata if _changed(each, place, below=below)]
            # What makes a value nullable is to blame for nulls alone.
            best = [each.id for each in near if each.pointer.endswith("/x-nullable") == null]
            if near:
                return best[0] if best else near[0].id
    return _BY_ERRATA


def _changed(erratum: Erratum, place: str, *, below: bool) -> bool:
    """Tell whether an erratum changed what stands at a place, or all it is in; or below it."""
    holder, _, name = place.rpartition("/")
    if holder.endswith("/parameters") and erratum.pointer.startswith(holder):
        # An erratum points to a parameter by its position.
        return f'"name": "{name}"' in f"{erratum.says} {erratum.sends}"
    if below and erratum.pointer.startswith(f"{place}/"):
        return True
    return f"{place}/".startswith(f"{erratum.pointer}/")


def _sizes(document: Document, spec: Spec) -> Sizes:
    seen: set[str] = set()
    operations = spec.operations.values()
    return Sizes(
        operations=len(operations),
        parameters=sum(len(each.inputs("path") + each.inputs("query")) for each in operations),
        headers=sum(
            len(each.inputs("header"))
            + sum(len(reply.headers) for reply in each.responses.values())
            for each in operations
        ),
        statuses=sum(len(each.responses) for each in operations),
        properties=sum(
            1
            for schema in schemas(spec)
            for _ in everywhere(document, locate(document, schema.pointer), seen)
        ),
    )
