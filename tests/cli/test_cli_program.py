"""The program as a whole: commands, errors, and how docker calls it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from canned_session import KEPT, STARTED
from rich.console import Console

from harness.cli import live_terminal, main
from harness.cli.plugin_call import normalise
from harness.cli.reference import reference
from harness.model.errors import DaemonError, HarnessError, SpecError, UsageError

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], [], ["certify", "--help"]])
def test_help_is_no_error(capsys, arguments):
    assert main.run(arguments) == 0
    output = capsys.readouterr()
    assert "Usage: docker-contract" in output.out
    assert output.err == ""


def test_the_version_is_one_line(capsys):
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == "docker-contract 0.1.0\n"


def test_docker_is_told_what_the_plugin_is(capsys):
    assert main.run(["docker-cli-plugin-metadata"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["SchemaVersion"] == "0.1.0"
    assert facts["Version"] == "0.1.0"
    assert set(facts) == {"SchemaVersion", "Vendor", "Version", "ShortDescription"}
    assert all(facts.values())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ""),
        ("certify --api 1.30", "certify --api 1.30"),
        ("contract", ""),
        ("contract certify --api 1.30", "certify --api 1.30"),
        ("contract contract", "contract"),
        ("--host H contract certify", "certify --host H"),
        ("-H H contract certify -H I", "certify -H H -H I"),
        ("--host=H --debug --tlsverify contract clean", "clean --host=H --tlsverify"),
        ("--config D -l debug contract certify", "certify"),
        ("--host H contract specs list", "specs list"),
        ("--host H contract", ""),
        ("--debug certify", "--debug certify"),
        ("--version", "--version"),
        ("--unknown contract certify", "--unknown contract certify"),
        ("--host", "--host"),
    ],
)
def test_arguments_of_docker_become_those_of_the_program(arguments, expected):
    assert normalise(arguments.split()) == expected.split()


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (HarnessError("no\nfun"), 5, "no fun"),
        (UsageError("no"), 2, "no"),
        (SpecError("no"), 3, "no"),
        (DaemonError("no"), 4, "no"),
        (
            ZeroDivisionError("no"),
            5,
            "unexpected ZeroDivisionError: no; run with --debug for the traceback",
        ),
    ],
)
def test_an_error_is_one_line_and_a_status(monkeypatch, capsys, error, status, line):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("harness.cli.certify.hold", fail)
    assert main.run(["certify", "--engine", "dockerd"]) == status
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"docker-contract: {line}\n")


def test_ctrl_c_outside_of_a_run_leaves_no_trace(monkeypatch, capsys):
    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.certify.hold", fail)
    assert main.run(["certify", "--engine", "dockerd"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_debug_shows_the_trace(monkeypatch, capsys):
    def fail(*_, **__):
        raise ZeroDivisionError("no")

    monkeypatch.setattr("harness.cli.certify.hold", fail)
    assert main.run(["--debug", "certify"]) == 5
    assert "Traceback" in capsys.readouterr().err


def test_an_unknown_command_is_refused(capsys):
    assert main.run(["frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err


def test_the_installed_program_runs():
    program = Path(sys.executable).with_name("docker-contract")
    done = subprocess.run(
        [program, "contract", "certify", "--tier", "x"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("docker-contract: --tier 'x' is not known")


def test_the_reference_is_up_to_date():
    page = (DOCS / "cli.md").read_text()
    assert page == reference(main.app), "run: python -m harness.cli.reference > docs/cli.md"


def test_plain_progress_comes_now_and_then():
    file = io.StringIO()
    times = iter([0.0, 1.0, 20.0, 21.0])
    console = Console(file=file, width=80)
    watcher = live_terminal.Watcher(console, silent=False, clock=lambda: next(times))
    with watcher:
        for event in (STARTED, KEPT, KEPT, KEPT):
            watcher.see(event)
    assert file.getvalue().splitlines()[1:] == [
        "at 1.30 ContainerList: 2/1 operations, 0 calls, 0 broken, 20 s",
    ]


def test_live_progress_shows_the_counts():
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system=None)
    watcher = live_terminal.Watcher(console, silent=False, clock=lambda: 42.0)
    for event in (STARTED, KEPT):
        watcher.see(event)
    with console.capture() as drawn:
        console.print(watcher)
    assert "1.30 ContainerList" in drawn.get()
    assert "1/1 operations, 0 calls, 0 broken, 0.0 s" in drawn.get()


def test_silent_progress_is_silent():
    file = io.StringIO()
    with live_terminal.Watcher(Console(file=file), silent=True) as watcher:
        watcher.see(STARTED)
        watcher.see(KEPT)
    assert file.getvalue() == ""
