"""Specs are listed, shown and imported from the command line."""

import pytest
import typer.testing

from harness.cli.specs_commands import app, find_operation
from harness.model.errors import HarnessError, SpecError, UsageError
from harness.model.version import ApiVersion
from harness.specs.library import load
from harness.specs.places import specs_folder

V30 = specs_folder() / "v1.30.yaml"


def run(*arguments):
    """Return what the command prints; raise what it raises."""
    result = typer.testing.CliRunner(env={"COLUMNS": "80"}).invoke(app, [*map(str, arguments)])
    if isinstance(result.exception, HarnessError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(text):
    return [line.split() for line in text.splitlines()]


def test_the_list_tells_the_size_of_every_version():
    listed = {row[0]: row[1:] for row in rows(run("list"))}
    assert listed["1.18"][0] == "43"
    assert listed["1.25"][:2] == ["94", "51"]
    assert listed["1.33"][:3] == ["105", "81", "0"]
    assert int(listed["1.30"][3]) > 0


def test_the_list_may_be_of_a_file():
    assert [row[:3] for row in rows(run("list", "--spec", V30))[1:]] == [["1.30", "103", "56"]]


@pytest.mark.parametrize(
    "wanted",
    [
        ["POST /containers/create"],
        ["POST", "/containers/create"],
        ["ContainerCreate"],
        ["containercreate"],
        ["/containers/create"],
        ["post /v1.30/containers/create"],
    ],
)
def test_an_operation_is_shown_however_it_is_named(wanted):
    shown = run("show", "1.30", *wanted).splitlines()
    assert shown[:2] == ["POST /containers/create", "ContainerCreate, API 1.30, Container"]


def test_parameters_body_and_replies_are_shown_within_80_columns():
    shown = run("show", "1.30", "ContainerCreate")
    lines = [line.strip(" │├└─") for line in shown.splitlines()]
    assert "query  name  string, matches /?[a-zA-Z0-9_-]+" in lines
    assert "Cmd  array of string or string, or null" in lines
    assert "Rate  integer, int64, at least 0" in lines
    assert 'Name  string, one of "" always unless-stopped on-failure no' in lines
    assert "Id  string, required" in lines
    assert "409 Conflict: object ErrorResponse" in lines
    assert max(map(len, shown.splitlines())) <= 80
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_errata_that_bear_on_an_operation_are_shown():
    shown = run("show", "1.27", "SecretInspect")
    assert "Corrected here, by 2 errata" in shown
    assert "secret-data-is-base64" in shown
    assert "Corrected here" not in run("show", "1.33", "ContainerPause")


def test_a_version_alone_shows_its_operations():
    shown = rows(run("show", "1.30"))
    assert len(shown) == 103
    assert ["GET", "/_ping", "SystemPing"] in shown


def test_an_operation_of_a_file_is_shown():
    assert run("show", "--spec", V30, "SystemPing").startswith("GET /_ping\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show"], "which version?"),
        (["show", "new"], "'new' is not an API version"),
        (["show", "9.9"], "there is no spec for API 9.9"),
        (
            ["show", "1.30", "ContainerCreat"],
            "no operation 'ContainerCreat'; is it ContainerCreate",
        ),
        (["show", "1.30", "GET /container/json"], "is it GET /containers/json"),
        (["show", "1.30", "/containers/{x}/archive"], "is it GET /containers/{id}/archive or HEAD"),
        (["show", "1.30", "qqq"], "no operation 'qqq'; see specs show 1.30"),
        (["show", "--spec", "none.yaml", "A"], "none.yaml does not exist"),
        (["import", "none.yaml"], "none.yaml does not exist"),
        (["import", V30, "-o", "/none/there.yaml"], "/none/there.yaml cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, told):
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_variables_of_a_path_may_have_any_name():
    assert find_operation(load(ApiVersion(1, 30)), "get /containers/{name}/json").id == (
        "ContainerInspect"
    )


def test_an_import_is_printed_or_written(tmp_path):
    assert run("import", V30) == V30.read_text(encoding="utf-8")
    written = tmp_path / "out.yaml"
    assert run("import", V30, "-o", written) == ""
    assert written.read_bytes() == V30.read_bytes()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xff\x00", "is not a text file"),
        (b"openapi: 3.0.0", "but OpenAPI 3.0.0"),
        (b"{swagger: '2.0', info: {version: '1.30'}}", "paths is missing"),
    ],
)
def test_an_import_of_a_wrong_file_is_refused(tmp_path, content, told):
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=told):
        run("import", path)


def test_an_import_of_a_folder_is_refused(tmp_path):
    with pytest.raises(HarnessError, match="is a folder"):
        run("import", tmp_path)
