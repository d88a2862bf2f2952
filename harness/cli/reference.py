"""The reference of the command line, docs/cli.md, written from the program's own commands."""

import sys
from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

_INTRODUCTION = """\
# The command line

The program is called `docker-contract`. Linked into docker's folder of plugins, it is also
`docker contract`:

```
mkdir -p ~/.docker/cli-plugins
ln -s "$(command -v docker-contract)" ~/.docker/cli-plugins/docker-contract
docker contract certify --engine dockerd
```

Results go to stdout; progress and errors go to stderr. `NO_COLOR` is honoured. Ctrl-C ends a run in
good order: what it made is removed, and what it found is shown. A second Ctrl-C ends it at once;
`docker-contract clean` then removes what is left.

| exit status | means |
|---|---|
| 0 | nothing is broken (with `--fail-on unexplained`: nothing but known faults of the daemon) |
| 1 | something is broken |
| 2 | the command line asks for what cannot be |
| 3 | a document or a table of this program is wrong |
| 4 | the daemon cannot be reached, is no Docker daemon, or died |
| 5 | the harness itself failed, left something behind, or judged nothing at all |
| 130 | Ctrl-C (143: SIGTERM); what was found until then is shown, marked as partial |
"""


def reference(app: typer.Typer) -> str:
    """Return a page that tells of every command, and every option of it."""
    command = get_command(app)
    if not isinstance(command, TyperGroup):
        raise TypeError("a program with a single command has no pages to list")
    return _INTRODUCTION + "".join(_sections(command, "docker-contract"))


def _sections(command: TyperCommand | TyperGroup, name: str) -> Iterator[str]:
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    arguments = [p for p in shown if isinstance(p, TyperArgument)]
    usage = " ".join([name, *(_argument(p) for p in arguments)])
    help_text = "\n".join(line.strip() for line in (command.help or "").strip().splitlines())
    yield f"\n## `{usage}`\n\n{help_text}\n"
    options = [p for p in shown if isinstance(p, TyperOption)]
    if arguments or options:
        yield "\n| option | meaning |\n|---|---|\n"
    for argument in arguments:
        yield f"| `{_argument(argument)}` | {_cell(argument.help or '')} |\n"
    for option in options:
        yield f"| {_option(option)} | {_cell((option.help or '') + _default(option))} |\n"
    if isinstance(command, TyperGroup):
        for below, sub in sorted(command.commands.items()):
            if not sub.hidden and isinstance(sub, TyperCommand | TyperGroup):
                yield from _sections(sub, f"{name} {below}")


def _argument(argument: TyperArgument) -> str:
    metavar = (argument.metavar or argument.name or "").upper()
    return metavar if argument.required or metavar.startswith("[") else f"[{metavar}]"


def _option(option: TyperOption) -> str:
    value = f" {option.metavar}" if option.metavar and not option.is_flag else ""
    return ", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts))


def _default(option: TyperOption) -> str:
    if isinstance(option.show_default, str):
        return f" Default: {option.show_default}."
    telling = option.show_default and not option.is_flag and option.default not in (None, "", [])
    return f" Default: {option.default}." if telling else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    from harness.cli.main import app as program

    sys.stdout.write(reference(program))
