"""The program `docker-contract`, which is also the Docker CLI plugin `docker contract`."""

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated

import typer

from harness.cli import plugin_call
from harness.cli.interruption import Interruption
from harness.cli.lazy import Command, LazyGroup
from harness.model.errors import HarnessError, UsageError

NAME = "docker-contract"

COMMANDS = MappingProxyType(
    {
        "certify": Command(
            "harness.cli.certify", "certify", "Hold a daemon to the Docker Engine API."
        ),
        "compare": Command(
            "harness.cli.compare", "compare_daemons", "Make the same calls on two daemons."
        ),
        "diff": Command(
            "harness.cli.diff", "diff", "Tell how two versions differ, on paper and on the wire."
        ),
        "since": Command(
            "harness.cli.since", "since", "Tell in which versions something is documented."
        ),
        "clean": Command("harness.cli.clean", "clean", "Remove what earlier runs left behind."),
        "fake": Command(
            "harness.cli.fake",
            "fake",
            "Serve a daemon that runs nothing.",
            {"allow_interspersed_args": False},
        ),
        "specs": Command(
            "harness.cli.specs_commands",
            "app",
            "List, show, import and audit the documents that daemons are held to.",
        ),
    }
)


class _Program(LazyGroup):
    """The program's commands."""

    table = COMMANDS


app = typer.Typer(
    name=NAME,
    cls=_Program,
    help="Decides whether a daemon keeps the Docker Engine API, version by version.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    *,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version, and end.")
    ] = False,
    debug: Annotated[  # noqa: ARG001 - `main` looks for it, before anything can fail
        bool, typer.Option("--debug", help="Show the trace of an unexpected error.")
    ] = False,
) -> None:
    """Print the version, or how to use the program where no command is given."""
    if show_version:
        from importlib.metadata import version  # noqa: PLC0415 - takes long, and is seldom needed

        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(0)


@app.command(plugin_call.METADATA, hidden=True)
def plugin_metadata() -> None:
    """Tell docker what this plugin is."""
    from importlib.metadata import metadata, version  # noqa: PLC0415 - as above

    facts = {
        "SchemaVersion": "0.1.0",
        "Vendor": "the docker-contract project",
        "Version": version(NAME),
        "ShortDescription": metadata(NAME)["Summary"].rstrip("."),
    }
    typer.echo(json.dumps(facts))


def main() -> None:
    """Run the program with the arguments of the process, and end it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a sign gets an escape, not an error.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the program; return its exit status. Errors become one line on stderr."""
    words = plugin_call.normalise(arguments)
    debug = "--debug" in words
    try:
        status = app(words, prog_name=NAME, standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except HarnessError as error:
        if debug:
            traceback.print_exc()
        return _refuse(str(error), error.exit_status)
    except typer.TyperException as error:
        return _refuse(_usage(error), UsageError.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        return _refuse("interrupted", Interruption(2).exit_status)
    except (BrokenPipeError, SystemExit) as ended:
        # typer makes the one of the other.
        if not isinstance(ended, BrokenPipeError) and not isinstance(
            ended.__context__, BrokenPipeError
        ):
            raise
        # Whoever read the output, such as `head`, has had enough of it.
        _drop_the_rest()
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets a line, not a trace
        if debug:
            traceback.print_exc()
        hint = "" if debug else "; run with --debug for the traceback"
        text = f"unexpected {type(error).__name__}: {error}{hint}"
        return _refuse(text, HarnessError.exit_status)
    return status if isinstance(status, int) else 0


def _drop_the_rest() -> None:
    """Send what is still to be written nowhere: Python would fail with it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _usage(error: typer.TyperException) -> str:
    return f"{error.format_message().rstrip('.')}; see {NAME} --help"


def _refuse(message: str, status: int) -> int:
    line = " ".join(message.split())
    print(f"{NAME}: {line}", file=sys.stderr)  # noqa: T201 - this is where errors come out
    return status
