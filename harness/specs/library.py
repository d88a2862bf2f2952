"""The documents of specs/, loaded with their errata, and those that a person brings along."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json, Spec
from harness.model.version import ApiVersion
from harness.specs.errata import Correction, apply_errata, read_errata
from harness.specs.importer import canonical
from harness.specs.node import Node
from harness.specs.places import contracts_folder, specs_folder
from harness.specs.reader import read_spec, read_version
from harness.specs.yaml_text import load_text, load_yaml


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document of specs/ was imported from, and the digest of the file there."""

    repository: str
    commit: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A document after its errata, and what it says."""

    document: dict[str, Json]
    spec: Spec


def versions() -> tuple[ApiVersion, ...]:
    """Return the versions that specs/INDEX.toml lists, lowest first."""
    return tuple(sorted(index()))


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


def load(version: ApiVersion) -> Spec:
    """Return the spec of a version of specs/, with errata applied.

    Raises UsageError where specs/ has no such version, SpecError where a document or an erratum is
    wrong.
    """
    return _load(version).spec


def load_file(path: Path, *, with_errata: bool = True) -> Spec:
    """Return the spec of a Swagger document that is not in specs/, such as an upstream one.

    Of the errata, those of its version that fit it are applied. Raises UsageError where there is no
    such file, SpecError where it is no Swagger 2.0 document.
    """
    return _load_file(str(path.absolute()), with_errata=with_errata).spec


def document(spec: ApiVersion | Spec) -> dict[str, Json]:
    """Return the Swagger document behind a spec, after errata; treat it as read-only."""
    if isinstance(spec, ApiVersion):
        return _load(spec).document
    if Path(spec.source).is_absolute():
        return _load_file(spec.source, with_errata=bool(spec.errata)).document
    return _load(spec.version).document


def _origin(row: Node) -> Origin:
    return Origin(
        repository=row["repository"].text(),
        commit=row["commit"].text(),
        path=row["path"].text(),
        sha256=row["sha256"].text(),
    )


@cache
def _load(version: ApiVersion) -> _Loaded:
    if version not in index():
        known = ", ".join(map(str, versions()))
        raise UsageError(f"there is no spec for API {version}; there are specs for {known}")
    source = f"v{version}.yaml"
    node = load_yaml(specs_folder() / source, source)
    found = node["info"]["version"]
    if found.text() != str(version):
        raise SpecError(f"{found.place}: says {found.text()}, and INDEX.toml says {version}")
    return _corrected(canonical(node), source, corrections())


@cache
def _load_file(path: str, *, with_errata: bool) -> _Loaded:
    if not Path(path).is_file():
        what = "is a folder; name a file in it" if Path(path).is_dir() else "does not exist"
        raise UsageError(f"{path} {what}")
    facts = canonical(load_yaml(Path(path), path))
    return _corrected(facts, path, corrections() if with_errata else (), strict=False)


def _corrected(
    facts: dict[str, Json], source: str, wanted: tuple[Correction, ...], *, strict: bool = True
) -> _Loaded:
    version = read_version(facts, source)
    corrected, applied = apply_errata(facts, wanted, version, strict=strict)
    return _Loaded(document=corrected, spec=read_spec(corrected, source, applied))
