"""The documents of specs/, and those that a person brings along."""

import functools
import json
import re

import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import SWAGGER_20

from harness.model.errors import SpecError, UsageError
from harness.model.version import ApiVersion
from harness.specs import library
from harness.specs.importer import import_document
from harness.specs.places import contracts_folder, specs_folder
from harness.specs.reading import corrections, index

VERSIONS = library.versions()
FIRST_IMPORTED = ApiVersion(1, 25)
OPERATIONS = [43, 43, 46, 56, 57, 57, 78, 94, 96, 96, 96, 97, 103, 105, 105, 105]
PROSE = {"summary", "title", "example", "examples", "externalDocs"}

each_version = pytest.mark.parametrize("version", VERSIONS, ids=str)


@functools.cache
def text(version):
    return (specs_folder() / f"v{version}.yaml").read_text(encoding="utf-8")


def keys(value, *, names=False):
    """Yield the keywords of a document, without the names that it defines."""
    if isinstance(value, dict):
        for key, member in value.items():
            if not names:
                yield key
            named = not names and key in ("properties", "definitions", "paths", "headers")
            yield from keys(member, names=named)
    elif isinstance(value, list):
        for element in value:
            yield from keys(element)


def test_there_is_a_document_for_each_row_of_the_index_and_no_other():
    files = sorted(path.name for path in specs_folder().glob("v*.yaml"))
    assert files == sorted(f"v{version}.yaml" for version in VERSIONS)
    assert len(VERSIONS) >= len(OPERATIONS)


@each_version
def test_the_index_tells_where_a_document_is_from(version):
    origin = index()[version]
    assert origin.repository == "moby/moby"
    ending = "yaml" if version >= FIRST_IMPORTED else "md"
    assert origin.path.endswith(f"/v{version}.{ending}")
    assert re.fullmatch("[0-9a-f]{40}", origin.commit)
    assert re.fullmatch("[0-9a-f]{64}", origin.sha256)


@each_version
def test_a_document_is_in_canonical_form(version):
    assert import_document(text(version), "shipped") == text(version)


@each_version
def test_a_document_holds_no_prose(version):
    document = library.document(version)
    found = set(keys(document["paths"])) | set(keys(document["definitions"], names=True))
    assert not found & PROSE
    assert not {key for key in found if key.startswith("x-")} - {"x-nullable"}


@each_version
def test_a_document_is_valid_swagger_before_and_after_its_errata(version):
    validator = jsonschema.Draft4Validator(SWAGGER_20)
    validator.validate(
        library.document(library.load_file(specs_folder() / f"v{version}.yaml", with_errata=False))
    )
    validator.validate(library.document(version))


def test_the_operations_of_each_version_are_all_there():
    known = [ApiVersion(1, minor) for minor in range(18, 34)]
    assert [len(library.load(version).operations) for version in known] == OPERATIONS


def test_operations_that_did_not_change_have_one_shape_in_all_versions():
    shapes = {
        (operation.id, operation.shape)
        for version in VERSIONS
        if version >= FIRST_IMPORTED
        for operation in library.load_file(
            specs_folder() / f"v{version}.yaml", with_errata=False
        ).operations.values()
    }
    assert len(shapes) == 260
    old, new = library.load(ApiVersion(1, 32)), library.load(ApiVersion(1, 33))
    assert [o.shape for o in old.operations.values()] == [o.shape for o in new.operations.values()]


def test_an_unknown_version_names_those_there_are():
    with pytest.raises(UsageError, match=r"no spec for API 9\.9; there are specs for .*1\.33"):
        library.load(ApiVersion(9, 9))


def test_a_file_is_read_as_a_spec_of_its_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text(ApiVersion(1, 30)).replace("'1.30'", "'1.44'"), encoding="utf-8")
    spec = library.load_file(path)
    assert (spec.version, spec.errata) == (ApiVersion(1, 44), ())
    assert library.document(spec)["info"]["version"] == "1.44"


def test_a_file_takes_the_errata_that_fit_it(tmp_path):
    changed = text(ApiVersion(1, 30)).replace("ExecIDs: {type: string}", "ExecIDs: {type: integer}")
    path = tmp_path / "mine.yaml"
    path.write_text(changed, encoding="utf-8")
    ids = {erratum.id for erratum in library.load_file(path).errata}
    shipped = {erratum.id for erratum in library.load(ApiVersion(1, 30)).errata}
    assert shipped - ids == {"exec-ids-are-a-list"}
    assert library.load_file(path, with_errata=False).errata == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe", "is not a text file"), (b"", "is empty"), (b"openapi: 3.1.0", "OpenAPI 3.1.0")],
)
def test_a_file_that_is_no_document_gets_one_line(tmp_path, content, told):
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=told):
        library.load_file(path)


def test_a_missing_file_and_a_folder_are_errors_of_usage(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        library.load_file(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="is a folder"):
        library.load_file(tmp_path)


def test_data_folders_are_found():
    assert (specs_folder() / "INDEX.toml").is_file()
    assert (contracts_folder() / "errata.yaml").is_file()


@pytest.mark.parametrize("erratum", corrections(), ids=lambda each: f"{each.id}-{each.place}")
def test_every_erratum_bears_on_a_version_and_has_evidence(erratum):
    assert any(version in erratum.versions for version in VERSIONS)
    assert len(erratum.evidence) > 10


@each_version
def test_what_an_erratum_says_and_sends_is_json(version):
    for erratum in library.load(version).errata:
        said = [json.loads(text) for text in (erratum.says, erratum.sends) if text is not None]
        assert len(said) > 0
        assert erratum.pointer.startswith("/")
