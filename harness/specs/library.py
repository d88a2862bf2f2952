"""The documents of specs/, loaded with their errata, and those that a person brings along.

What they say is kept between runs by `harness.specs.cache`. Where all is kept, nothing is imported
that reads them, which would take longer than anything else.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import Callable
from functools import cache
from pathlib import Path

from harness.model.errors import UsageError
from harness.model.spec import Json, Spec
from harness.model.version import ApiVersion
from harness.specs.cache import kept
from harness.specs.places import contracts_folder, specs_folder
from harness.specs.spec_json import spec_from_json, spec_to_json


@cache
def versions() -> tuple[ApiVersion, ...]:
    """Return the versions that specs/INDEX.toml lists, lowest first.

    Raises SpecError where specs/INDEX.toml is wrong.
    """

    def listed() -> Json:
        from harness.specs.reading import index

        return [str(version) for version in sorted(index())]

    said = kept(_sources("versions", _INDEX), listed)
    return tuple(ApiVersion.parse(str(each)) for each in said) if isinstance(said, list) else ()


def load(version: ApiVersion, *, with_errata: bool = True) -> Spec:
    """Return the spec of a version of specs/, with errata applied unless they are not wanted.

    Raises UsageError where specs/ has no such version, SpecError where a document or an erratum is
    wrong.
    """
    return _load(_known(version), with_errata=with_errata)


def load_file(path: Path, *, with_errata: bool = True) -> Spec:
    """Return the spec of a Swagger document that is not in specs/, such as an upstream one.

    Of the errata, those of its version that fit it are applied. Raises UsageError where there is no
    such file, SpecError where it is no Swagger 2.0 document of a version of the API.
    """
    return _load_file(str(path.absolute()), with_errata=with_errata)


def load_foreign(path: Path) -> Spec:
    """Return the spec of any Swagger 2.0 document, of whatever API, as it is.

    It may lack what our own documents must have, as `harness.specs.reader.read_foreign` tells.
    Raises UsageError where there is no such file, SpecError where it is no Swagger 2.0 document.
    """
    return _load_foreign(str(path.absolute()))


def document(spec: ApiVersion | Spec) -> dict[str, Json]:
    """Return the Swagger document behind a spec, after errata; treat it as read-only."""
    from harness.specs.reading import document_in, document_of

    if isinstance(spec, ApiVersion):
        return document_of(_known(spec), with_errata=True)[0]
    with_errata = bool(spec.errata)
    if Path(spec.source).is_absolute():
        return document_in(spec.source, with_errata=with_errata)[0]
    return document_of(spec.version, with_errata=with_errata)[0]


_INDEX = specs_folder() / "INDEX.toml"
_ERRATA = contracts_folder() / "errata.yaml"


def _known(version: ApiVersion) -> ApiVersion:
    if version not in versions():
        known = ", ".join(map(str, versions()))
        raise UsageError(f"there is no spec for API {version}; there are specs for {known}")
    return version


@cache
def _load(version: ApiVersion, *, with_errata: bool) -> Spec:
    def read() -> Spec:
        from harness.specs.reading import spec_of

        return spec_of(version, with_errata=with_errata)

    errata = [_ERRATA] if with_errata else []
    return _kept(_sources(f"ours {version}", specs_folder() / f"v{version}.yaml", *errata), read)


@cache
def _load_file(path: str, *, with_errata: bool) -> Spec:
    def read() -> Spec:
        from harness.specs.reading import spec_in

        return spec_in(path, with_errata=with_errata)

    errata = [_ERRATA] if with_errata else []
    return _kept(_sources(f"file {path}", Path(path), *errata), read)


@cache
def _load_foreign(path: str) -> Spec:
    def read() -> Spec:
        from harness.specs.reading import foreign_spec_in

        return foreign_spec_in(path)

    return _kept(_sources(f"foreign {path}", Path(path)), read)


def _kept(sources: tuple[bytes, ...], read: Callable[[], Spec]) -> Spec:
    made: list[Spec] = []

    def value() -> Json:
        made.append(read())
        return spec_to_json(made[0])

    said = kept(sources, value)
    return made[0] if made else spec_from_json(said)


def _sources(what: str, *files: Path) -> tuple[bytes, ...]:
    """Return what a value is made from; nothing where a file cannot be read, as reading tells."""
    try:
        return (what.encode(errors="surrogateescape"), *(file.read_bytes() for file in files))
    except OSError:
        return ()
