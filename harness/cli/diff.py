"""`docker-contract diff`: how two versions differ, on paper, as announced, and on the wire."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from harness.cli import destinations
from harness.cli.destinations import RECORDING, Destination
from harness.cli.options import (
    Context,
    Engine,
    Host,
    TlsCa,
    TlsCert,
    TlsKey,
    TlsVerify,
    patterns,
    reaching,
    tier_of,
    tls_files,
)
from harness.cli.printing import show
from harness.model.errors import HarnessError, UsageError
from harness.model.settings import CertifySettings, TlsFiles
from harness.model.version import ApiVersion
from harness.model.version_diff import VersionDiff

if TYPE_CHECKING:
    from harness.cli.used import Client
    from harness.specs.ignoring import Ignore

Named: TypeAlias = ApiVersion | Path

_VERSION = re.compile(r"v?\d+\.\d+")
_TERMINAL = "terminal"
_WIDE = 240  # columns of a list of rules that is no terminal's


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of a diff, beside what is compared."""

    only: tuple[str, ...] = ()
    client: "Client | None" = None
    ignores: "tuple[Ignore, ...] | None" = None
    everything: bool = False
    shape: str = _TERMINAL
    fail_on: str = "never"


def diff(  # noqa: PLR0913 - one parameter for each option
    old: Annotated[
        str,
        typer.Argument(
            metavar="[OLD]",
            help="A version such as 1.24; or a file: a Swagger 2.0 document, or a recording of a "
            "run (NDJSON).",
            show_default=False,
        ),
    ] = "",
    new: Annotated[
        str,
        typer.Argument(
            metavar="[NEW]", help="The newer one, of the same kind.", show_default=False
        ),
    ] = "",
    *,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the rules that find changes, and end.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="OPERATION",
            help="Only these operations: an id such as ContainerList, or 'GET /containers/json'; "
            "* stands for anything. Repeatable.",
        ),
    ] = None,
    used: Annotated[
        Path | None,
        typer.Option(
            "--used",
            metavar="FILE",
            help="Only what a client uses: a recording of its traffic (NDJSON), or a HAR. Tells "
            "the lowest version that it can run on, too.",
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also show what is only a correction or drift of documents."),
    ] = False,
    shape: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="What goes to stdout: terminal, markdown, html, json, github (annotations of a "
            "workflow) or junit.",
        ),
    ] = _TERMINAL,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="FORMAT=FILE",
            help="Also write the result to a file, in any of these formats; ndjson is the "
            "recording of all calls, where a daemon is asked. Repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="LEVEL",
            help="End with 1 where a change is this bad or worse: breaking, risky or never.",
        ),
    ] = "never",
    ignore: Annotated[
        Path | None,
        typer.Option(
            "--ignore",
            metavar="FILE",
            help="Changes that do not count, with reasons: YAML, by rule, operation and place.",
        ),
    ] = None,
    host: Host = "",
    context: Context = "",
    tlsverify: TlsVerify = None,
    tlscacert: TlsCa = None,
    tlscert: TlsCert = None,
    tlskey: TlsKey = None,
    engine: Engine = "",
    tier: Annotated[
        str,
        typer.Option(
            "--tier",
            metavar="TIER",
            help="How much the scenarios may disturb the daemon: scoped or disruptive. Otherwise "
            "scoped, and disruptive with --engine.",
            show_default=False,
        ),
    ] = "",
    image: Annotated[
        str,
        typer.Option("--image", metavar="NAME", help="An image with a shell, for containers."),
    ] = "",
    max_examples: Annotated[
        int,
        typer.Option(
            "--max-examples",
            metavar="N",
            min=0,
            help="Beside the scenarios, also make up N calls for each operation, and those that "
            "certify always makes. 0 for scenarios alone.",
        ),
    ] = 0,
    progress: Annotated[
        bool, typer.Option("--progress/--no-progress", help="Show on stderr how far the run is.")
    ] = True,
) -> None:
    """Tell how two versions of the API differ: on paper, as announced, and on the wire.

    Each change of the documents is held against what the version history announces, against the
    places where documents are known to be wrong, and against what a daemon shows: the one that
    --engine or --host names, which is asked the same at both versions; otherwise dockerd 20.10.24,
    as recorded with this program. Two Swagger files are compared on paper, two recordings on the
    wire. Ends with 0; with 1 where --fail-on says so, 2 for a wrong command line, 3 for a wrong
    document or table, 4 where the daemon cannot be reached or died, and 130 after Ctrl-C.
    """
    # Loading all that compares takes a while, which a wrong command line need not wait for.
    from harness.report.version_diff import formats  # noqa: PLC0415

    if rules:
        raise typer.Exit(_list_rules())
    chosen = patterns(only or ())
    kinds = (*formats.FORMATS, RECORDING)
    files = destinations.parse(report or (), kinds)
    if shape not in (_TERMINAL, *formats.FORMATS):
        known = ", ".join((_TERMINAL, *formats.FORMATS))
        raise UsageError(f"--format {shape!r} is not known; there are {known}")
    formats.fail_on_of(fail_on)
    one, other = _operand("OLD", old), _operand("NEW", new)
    tls = tls_files(tlsverify, tlscacert, tlscert, tlskey)
    asked = host or context or engine or tls != TlsFiles()
    settings = replace(
        reaching(host, context, engine, tls),
        tier=tier_of(tier, engine),
        image=image,
        examples=max_examples,
        only=chosen,
    )
    if not asked and (
        tier or image or max_examples or any(file.kind == RECORDING for file in files)
    ):
        raise UsageError(
            "--tier, --image, --max-examples and a recording need a daemon: name one with --engine"
            " or --host"
        )
    if max_examples and any(file.kind == RECORDING for file in files):
        raise UsageError("a recording holds the scenarios alone; leave out --max-examples")
    for file in files:
        destinations.check(file)
    recording = next((file.path for file in files if file.kind == RECORDING), None)
    settings = replace(settings, recording=recording)
    _check(one, other, chosen)
    wanted = Wanted(chosen, _client(used, one, other), _ignores(ignore), everything, shape, fail_on)
    found, error = _found(one, other, settings if asked else None, silent=not progress)
    status = _tell(found, wanted, files)
    if error:
        raise error
    raise typer.Exit(status)


def _operand(name: str, text: str) -> Named:
    if not text:
        raise UsageError(
            f"{name} is missing: name two versions, as in `docker-contract diff 1.24 1.30`"
        )
    if _VERSION.fullmatch(text):
        return ApiVersion.parse(text)
    path = Path(text)
    if path.is_dir():
        raise UsageError(f"{text!r} is a folder; name a file in it")
    if not path.exists():
        raise UsageError(f"{text!r} is neither a version, such as 1.30, nor a file that is there")
    if not path.is_file():
        raise UsageError(f"{text!r} cannot be read twice, as is needed; save it to a file first")
    return path


def _client(path: Path | None, *operands: Named) -> "Client | None":
    if path is None:
        return None
    from harness.cli.traffic import is_recording  # noqa: PLC0415 - see above
    from harness.cli.used import client_of  # noqa: PLC0415

    files = [each for each in operands if isinstance(each, Path) and not is_recording(each)]
    return client_of(path, files)


def _ignores(path: Path | None) -> "tuple[Ignore, ...] | None":
    if path is None:
        return None
    from harness.specs.ignoring import read_ignores  # noqa: PLC0415 - see above

    return read_ignores(path)


def _found(
    one: Named, other: Named, settings: CertifySettings | None, *, silent: bool
) -> tuple[VersionDiff, HarnessError | None]:
    """Return what the two differ in, and the error to end with once that was shown."""
    from harness.cli import version_diffs  # noqa: PLC0415 - see above
    from harness.cli.traffic import is_recording  # noqa: PLC0415

    if isinstance(one, ApiVersion) and isinstance(other, ApiVersion):
        if settings is None:
            return version_diffs.versions_between(one, other), None
        from harness.cli.wire_diffs import on_daemon  # noqa: PLC0415 - loads a session

        asked = replace(settings, versions=f"{one},{other}")
        generated = settings.examples > 0
        outcome = on_daemon(one, other, asked, generated=generated, silent=silent)
        return outcome.diff, outcome.error
    if settings is not None:
        raise UsageError(
            "a daemon is asked at two versions, not by files; leave out --engine and --host"
        )
    recordings = [isinstance(each, Path) and is_recording(each) for each in (one, other)]
    if all(recordings) and isinstance(one, Path) and isinstance(other, Path):
        return version_diffs.recordings_diff(one, other), None
    if any(recordings):
        raise UsageError("one is a recording and the other is none; give two of a kind")
    return version_diffs.document_diff(one, other), None


def _check(one: Named, other: Named, only: tuple[str, ...]) -> None:
    """Raise UsageError for versions that there is nothing to tell of, before a daemon is asked."""
    if not isinstance(one, ApiVersion) or not isinstance(other, ApiVersion):
        return
    from harness.cli import version_diffs  # noqa: PLC0415 - see above
    from harness.specs.library import versions  # noqa: PLC0415

    known = versions()
    for version in (one, other):
        if version not in known:
            raise UsageError(
                f"there is no document of API {version}; there are those of {known[0]} to"
                f" {known[-1]}"
            )
    if other < one:
        raise UsageError(f"the older version comes first: docker-contract diff {other} {one}")
    version_diffs.only(only, (one, other))


def _tell(diff: VersionDiff, wanted: Wanted, files: Iterable[Destination]) -> int:
    """Narrow, write and show a diff; return the exit status that it deserves."""
    from harness.report.version_diff.conclusion import exit_status  # noqa: PLC0415 - see above
    from harness.report.version_diff.formats import FORMATS, fail_on_of  # noqa: PLC0415
    from harness.report.version_diff.terminal import screen  # noqa: PLC0415

    failing = fail_on_of(wanted.fail_on)
    diff, remarks = _narrowed(diff, wanted)
    unwritten: UsageError | None = None
    # First the files: whoever reads the terminal may be `head`, and leave early.
    for file in files:
        if file.kind != RECORDING:
            try:
                destinations.write(file, FORMATS[file.kind](diff))
            except UsageError as error:
                unwritten = unwritten or error
    if wanted.shape == _TERMINAL:
        show(screen(diff, everything=wanted.everything))
    else:
        sys.stdout.write(FORMATS[wanted.shape](diff))
    for remark in remarks:
        typer.echo(remark, err=wanted.shape != _TERMINAL)
    if unwritten:
        raise unwritten
    return exit_status(diff, failing)


def _narrowed(diff: VersionDiff, wanted: Wanted) -> tuple[VersionDiff, tuple[str, ...]]:
    """Return what a person wants of a diff, and what else there is to say to them."""
    remarks: tuple[str, ...] = ()
    if wanted.only:
        from harness.cli.version_diffs import only  # noqa: PLC0415 - see above

        documents = [each.version or Path(each.label) for each in (diff.old, diff.new)]
        diff = only(wanted.only, documents).select(diff)
    if wanted.client:
        from harness.cli.used import used_by  # noqa: PLC0415 - see above

        diff, remarks = used_by(diff, wanted.client)
    if wanted.ignores is not None:
        from harness.diff.ignoring import apply  # noqa: PLC0415 - see above

        diff = apply(diff, wanted.ignores, datetime.now(tz=UTC).date())
    return diff, remarks


def _list_rules() -> int:
    from harness.diff.paper import RULES  # noqa: PLC0415 - see above
    from harness.report.rules_text import rules_table  # noqa: PLC0415

    # One line for each, so that `grep` finds what a rule is for.
    show(rules_table(RULES), width=_WIDE)
    return 0
