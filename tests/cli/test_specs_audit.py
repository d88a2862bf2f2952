"""`specs audit` compares our documents with a folder of upstream's, and says so by its status."""

import hashlib

import pytest
import typer.testing

from harness.cli.main import run
from harness.cli.specs_commands import app
from harness.specs import reading
from harness.specs.places import specs_folder

OURS = (specs_folder() / "v1.33.yaml").read_text(encoding="utf-8")


@pytest.fixture
def upstream(tmp_path, monkeypatch):
    """Return a folder whose only document says what ours says, and gives no examples."""
    (tmp_path / "v1.33.yaml").write_text(OURS, encoding="utf-8")
    digest = hashlib.sha256(OURS.encode()).hexdigest()
    index = {
        version: reading.Origin(each.repository, each.commit, each.path, digest)
        for version, each in reading.index().items()
    }
    monkeypatch.setattr(reading, "index", lambda: index)
    monkeypatch.setattr("harness.specs.audit.rows", tuple)
    return tmp_path


def status_and_lines(capsys, *arguments):
    status = run(["specs", "audit", *map(str, arguments)])
    shown = capsys.readouterr()
    return status, shown.out.splitlines(), shown.err


def test_nothing_unexplained_is_status_0(capsys, upstream):
    status, lines, _ = status_and_lines(capsys, "--upstream", upstream, "--api", "1.33")
    assert status == 0
    assert lines[0].split()[:3] == ["API", "ops", "params"]
    assert lines[1].split()[:2] == ["1.33", "105"]
    assert lines[-1] == "1 version, 0 examples: 0 differences unexplained, 0 explained"


def test_something_unexplained_is_status_1_and_a_line(capsys, upstream):
    file = upstream / "v1.33.yaml"
    file.write_text(OURS.replace("PidHost", "PidGast"), encoding="utf-8")
    status, lines, _ = status_and_lines(capsys, "--upstream", upstream, "--api", "1.33")
    assert status == 1
    told = [line.strip() for line in lines if line.startswith("  ")]
    assert [line.partition(":")[0] for line in told] == ["document", "v1.33.yaml"]
    assert "is not the file that specs/INDEX.toml names by its sha256" in told[1]


def test_what_is_explained_is_listed_where_asked(capsys, upstream):
    file = upstream / "v1.33.yaml"
    shown = OURS.replace(
        "  Volume:\n    type: object\n",
        "  Volume:\n    type: object\n    example: {Status: {a: text}, Options: {}, Driver: d, "
        "Labels: {}, Mountpoint: m, Name: n, Scope: local}\n",
        1,
    )
    assert shown != OURS
    file.write_text(shown, encoding="utf-8")
    _, short, _ = status_and_lines(capsys, "--upstream", upstream, "--api", "1.33")
    _, long, _ = status_and_lines(capsys, "--upstream", upstream, "--api", "1.33", "--explained")
    line = (
        "  Volume /Status/*: in an example is a string; the spec promises an object "
        "[1.33, volume-status-is-anything]"
    )
    assert line not in short
    assert line in long


def test_the_page_is_written_where_asked(capsys, upstream, tmp_path):
    file = tmp_path / "page.md"
    status_and_lines(capsys, "--upstream", upstream, "--api", "1.33", "--markdown", file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# The documents and upstream\n")
    assert "\n| 1.33 | v1.33.yaml | 105 | " in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--upstream", "{}/none"], "/none is no folder; name the one with upstream's documents"),
        (["--upstream", "{}", "--api", "1.25"], " has neither v1.25.md nor v1.25.yaml"),
        (["--upstream", "{}", "--api", "1.99"], "there is no spec for API 1.99; "),
        (["--upstream", "{}", "--api", "1.33", "--markdown", "{}"], " cannot be written: "),
        ([], "Missing option '--upstream'"),
    ],
)
def test_what_cannot_be_is_status_2_and_one_line(capsys, upstream, arguments, message):
    told = [each.format(upstream) for each in arguments]
    status, _, error = status_and_lines(capsys, *told)
    assert status == 2
    assert message in error
    assert error.count("\n") == 1


def test_the_help_tells_the_statuses():
    shown = typer.testing.CliRunner(env={"COLUMNS": "100"}).invoke(app, ["audit", "--help"])
    assert "Exit status: 0 nothing unexplained" in " ".join(shown.stdout.split())
