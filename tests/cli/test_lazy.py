"""Commands are listed without being imported, and imported when they are asked for."""

import subprocess
import sys

import pytest
from typer.main import get_command

from harness.cli.lazy import Command
from harness.cli.main import COMMANDS, app, run

HEAVY = ("pytest", "schemathesis", "hypothesis", "jsonschema_rs", "yaml", "httpcore", "aiohttp")


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_what_needs_no_command_imports_none(words):
    code = (
        "import sys\n"
        "from harness.cli.main import run\n"
        f"status = run({words})\n"
        "held = [name for name in sys.modules if name.split('.')[0] in "
        f"{HEAVY} or name in {[each.module for each in COMMANDS.values()]}]\n"
        "print(status, held, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "0 []\n"


def test_the_help_lists_every_command(capsys):
    assert run(["--help"]) == 0
    output = capsys.readouterr().out
    listed = output.partition("Commands:\n")[2].splitlines()
    # What is too long goes on in another line, under itself.
    assert [line.split()[0] for line in listed if line[2] != " "] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_asked_for(name, capsys):
    assert run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: docker-contract {name} ")


def test_a_misspelt_command_is_told_of(capsys):
    assert run(["certfy"]) == 2
    assert "Did you mean 'certify'?" in capsys.readouterr().err


def test_commands_are_loaded_once_and_named_as_in_the_table():
    program = get_command(app)
    assert list(program.commands)[: len(COMMANDS)] == list(COMMANDS)
    assert len(program.commands) == len(COMMANDS) + 1
    for name in COMMANDS:
        assert program.commands[name] is program.commands[name]
        assert program.commands[name].name == name
    with pytest.raises(KeyError):
        program.commands["none"]


def test_a_command_may_be_a_group_or_a_function():
    group = Command("harness.cli.specs_commands", "app", "Short.").load("documents")
    alone = Command("harness.cli.clean", "clean", "Short.").load("tidy")
    assert (group.name, alone.name, alone.short_help) == ("documents", "tidy", "Short.")
    assert "show" in group.commands
