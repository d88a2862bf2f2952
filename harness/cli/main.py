"""The program `docker-contract`, which is also the Docker CLI plugin `docker contract`."""

import json
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import metadata, version
from typing import Annotated

import typer

from harness.cli import certify, clean, compare, fake, plugin_call, specs_commands
from harness.cli.interruption import Interruption
from harness.model.errors import HarnessError, UsageError

NAME = "docker-contract"

app = typer.Typer(
    name=NAME,
    help="Decides whether a daemon keeps the Docker Engine API, version by version.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command(short_help="Hold a daemon to the Docker Engine API.")(certify.certify)
app.command("compare", short_help="Make the same calls on two daemons.")(compare.compare_daemons)
app.command(short_help="Remove what earlier runs left behind.")(clean.clean)
app.command(
    short_help="Serve a daemon that runs nothing.",
    context_settings={"allow_interspersed_args": False},
)(fake.fake)
app.add_typer(specs_commands.app, name="specs")


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
        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(0)


@app.command(plugin_call.METADATA, hidden=True)
def plugin_metadata() -> None:
    """Tell docker what this plugin is."""
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
    except HarnessError as error:
        if debug:
            traceback.print_exc()
        return _refuse(str(error), error.exit_status)
    except typer.TyperException as error:
        return _refuse(_usage(error), UsageError.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        return _refuse("interrupted", Interruption(2).exit_status)
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has had enough of it.
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets a line, not a trace
        if debug:
            traceback.print_exc()
        hint = "" if debug else "; run with --debug for the traceback"
        text = f"unexpected {type(error).__name__}: {error}{hint}"
        return _refuse(text, HarnessError.exit_status)
    return status if isinstance(status, int) else 0


def _usage(error: typer.TyperException) -> str:
    return f"{error.format_message().rstrip('.')}; see {NAME} --help"


def _refuse(message: str, status: int) -> int:
    line = " ".join(message.split())
    print(f"{NAME}: {line}", file=sys.stderr)  # noqa: T201 - this is where errors come out
    return status
