"""`docker-contract specs`: list, show, import and audit the documents that daemons are held to."""

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from harness.cli import specs_audit
from harness.cli.printing import show as show_text
from harness.model.errors import UsageError
from harness.model.spec import Operation, Spec
from harness.model.version import ApiVersion
from harness.report.spec_text import (
    operation_page,
    operations_table,
    version_rows,
    versions_table,
)
from harness.specs.importer import import_document
from harness.specs.library import document, load, load_file, versions
from harness.specs.reader import read_spec
from harness.specs.yaml_text import load_text, read_yaml

app = typer.Typer(
    help="List, show, import and audit the documents that daemons are held to.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

app.command("audit", short_help="Compare our documents with those that upstream publishes.")(
    specs_audit.audit_specs
)

SpecFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="A Swagger 2.0 document in place of ours."),
]


@app.command("list", short_help="List the API versions, with the sizes of their documents.")
def list_specs(*, spec: SpecFile = None) -> None:
    """List the API versions: operations, definitions, operations new or changed, errata."""
    specs = [load_file(spec)] if spec else [load(version) for version in versions()]
    sized = [(each, len(_definitions(each))) for each in specs]
    show_text(versions_table(version_rows(sized)))


@app.command("show", short_help="Show an operation: parameters, body, replies.")
def show(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VERSION] [OPERATION]",
            help="A version such as 1.30, not needed with --spec; and an operation, as "
            "'POST /containers/create' or ContainerCreate.",
        ),
    ] = None,
    *,
    spec: SpecFile = None,
) -> None:
    """Show what a document says of an operation, after errata; without one, all operations."""
    rest = list(words or ())
    if spec is not None:
        shown = load_file(spec)
    elif rest:
        shown = load(ApiVersion.parse(rest.pop(0)))
    else:
        raise UsageError("which version? for example: specs show 1.30 'POST /containers/create'")
    if rest:
        show_text(operation_page(shown, find_operation(shown, " ".join(rest))))
    else:
        show_text(operations_table(shown))


@app.command("import", short_help="Turn an upstream document into our canonical form.")
def import_spec(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Swagger 2.0 document, in YAML.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Write it here and not to stdout."),
    ] = None,
) -> None:
    """Turn an upstream Swagger 2.0 document into the canonical form of specs/: facts only."""
    if not file.exists():
        raise UsageError(f"{file} does not exist")
    text = import_document(load_text(file, str(file)), str(file))
    # What cannot be read as a spec is refused here and not by the next command.
    read_spec(read_yaml(text, str(file)).value, str(file))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror or error}") from error


def find_operation(spec: Spec, text: str) -> Operation:
    """Return an operation by its id, or as "POST /containers/create".

    Letter case, the names of variables and a version before the path do not matter. Raises
    UsageError that names the nearest where there is none.
    """
    wanted = _plain(text)
    named = {_plain(each.id): each for each in spec.operations.values()}
    routed = {_plain(f"{each.method} {each.path}"): each for each in spec.operations.values()}
    found = named.get(wanted) or routed.get(wanted)
    if found is not None:
        return found
    on_path = [each for key, each in routed.items() if key.partition(" ")[2] == wanted]
    if len(on_path) == 1:
        return on_path[0]
    known = routed if "/" in wanted else named
    near = on_path or [known[key] for key in get_close_matches(wanted, known, n=3, cutoff=0.5)]
    names = [f"{each.method} {each.path}" if "/" in wanted else each.id for each in near]
    hint = f"; is it {' or '.join(names)}?" if names else f"; see specs show {spec.version}"
    raise UsageError(f"API {spec.version} has no operation {text!r}{hint}")


def _plain(text: str) -> str:
    """Return a name or a route without what does not matter in it."""
    method, space, path = " ".join(text.casefold().split()).rpartition(" ")
    segments = path.split("/")
    if len(segments) > 1 and segments[1][:1] == "v" and segments[1][1:2].isdecimal():
        del segments[1]
    bare = "/".join("{}" if segment.startswith("{") else segment for segment in segments)
    return f"{method}{space}{bare}"


def _definitions(spec: Spec) -> list[str]:
    found = document(spec).get("definitions")
    return list(found) if isinstance(found, dict) else []
