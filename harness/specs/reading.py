"""The documents of specs/ and of files, read from their texts."""

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Erratum, Json, Spec
from harness.model.version import ApiVersion
from harness.specs.errata import Correction, apply_errata, read_errata
from harness.specs.importer import canonical
from harness.specs.node import Node
from harness.specs.places import contracts_folder, specs_folder
from harness.specs.reader import read_foreign, read_spec, read_version
from harness.specs.yaml_text import load_text, load_yaml

Corrected: TypeAlias = tuple[dict[str, Json], tuple[Erratum, ...]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document of specs/ was imported from, and the digest of the file there."""

    repository: str
    commit: str
    path: str
    sha256: str


@cache
def index() -> dict[ApiVersion, Origin]:
    """Return where each document came from; raise SpecError where specs/INDEX.toml is wrong."""
    text = load_text(specs_folder() / "INDEX.toml", "specs/INDEX.toml")
    try:
        rows = Node(tomllib.loads(text), "specs/INDEX.toml")
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"specs/INDEX.toml is not TOML: {error}") from error
    return {ApiVersion.parse(name): _origin(row) for name, row in rows.members()}


@cache
def corrections() -> tuple[Correction, ...]:
    """Return what contracts/errata.yaml corrects; raise SpecError where it is wrong."""
    return read_errata(load_yaml(contracts_folder() / "errata.yaml", "errata.yaml"))


@cache
def document_of(version: ApiVersion, *, with_errata: bool) -> Corrected:
    """Return the document of a version that specs/ has, and the errata that were applied.

    Raises SpecError where the document or an erratum is wrong.
    """
    source = f"v{version}.yaml"
    node = load_yaml(specs_folder() / source, source)
    found = node["info"]["version"]
    if found.text() != str(version):
        raise SpecError(f"{found.place}: says {found.text()}, and INDEX.toml says {version}")
    wanted = corrections() if with_errata else ()
    return apply_errata(canonical(node), wanted, version)


@cache
def document_in(path: str, *, with_errata: bool) -> Corrected:
    """Return the document in a file, and the errata that fit it and were applied.

    Raises UsageError where there is no such file, SpecError where it is no document.
    """
    facts = canonical(load_yaml(_existing(path), path))
    wanted = corrections() if with_errata else ()
    return apply_errata(facts, wanted, read_version(facts, path), strict=False)


def spec_of(version: ApiVersion, *, with_errata: bool) -> Spec:
    """Return what the document of a version says; raise as `document_of` does."""
    document, errata = document_of(version, with_errata=with_errata)
    return read_spec(document, f"v{version}.yaml", errata)


def spec_in(path: str, *, with_errata: bool) -> Spec:
    """Return what the document in a file says; raise as `document_in` does."""
    document, errata = document_in(path, with_errata=with_errata)
    return read_spec(document, path, errata)


def foreign_spec_in(path: str) -> Spec:
    """Return what a Swagger document of any API says; raise as `document_in` does."""
    return read_foreign(canonical(load_yaml(_existing(path), path), foreign=True), path)


def _existing(path: str) -> Path:
    file = Path(path)
    if not file.is_file():
        what = "is no file" if file.exists() else "does not exist"
        raise UsageError(f"{path} {'is a folder; name a file in it' if file.is_dir() else what}")
    if not os.access(file, os.R_OK):
        raise UsageError(f"{path} cannot be read: Permission denied")
    return file


def _origin(row: Node) -> Origin:
    return Origin(
        repository=row["repository"].text(),
        commit=row["commit"].text(),
        path=row["path"].text(),
        sha256=row["sha256"].text(),
    )
