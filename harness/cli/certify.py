"""`docker-contract certify`: hold a daemon to the documents, and tell what came of it."""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from harness.cli import destinations
from harness.cli.destinations import RECORDING, Destination
from harness.cli.interruption import Interruption, interruptible
from harness.cli.live_terminal import Watcher
from harness.cli.options import (
    Context,
    Engine,
    Host,
    TlsCa,
    TlsCert,
    TlsKey,
    TlsVerify,
    fail_on_of,
    or_fake,
    patterns,
    reaching,
    tier_of,
    tls_files,
    version_text,
)
from harness.cli.parallel import jobs_of, run_parallel
from harness.cli.session import run_session
from harness.model.errors import HarnessError, UsageError
from harness.model.events import CallJudged, Event, OperationStarted
from harness.model.settings import CertifySettings, FailOn
from harness.report.build import ReportBuilder
from harness.report.conclusion import exit_status
from harness.report.formats import FORMATS
from harness.report.terminal import screen
from harness.report.values import Report
from harness.specs.known import known_faults

Session: TypeAlias = Callable[[CertifySettings, Callable[[Event], None]], None]

# The recording is written while the run goes on.
KINDS = (*FORMATS, RECORDING)
_EMBEDDED = (
    "no daemon is named, and none is at the default socket: certifying the embedded fake; "
    "name a daemon with --host, or start a private one with --engine"
)
_STOPPING = "stopping: removing what the run made; press Ctrl-C again to leave at once"
_LEAVING = "left at once; `docker-contract clean` removes what the run made"


def certify(  # noqa: PLR0913 - one parameter for each option
    *,
    host: Host = "",
    context: Context = "",
    tlsverify: TlsVerify = None,
    tlscacert: TlsCa = None,
    tlscert: TlsCert = None,
    tlskey: TlsKey = None,
    engine: Engine = "",
    api: Annotated[
        str,
        typer.Option(
            "--api",
            metavar="VERSIONS",
            help="API versions: 1.30, 1.25..1.33, a list with commas, or all that there are.",
            show_default="all",
        ),
    ] = "",
    spec: Annotated[
        Path | None,
        typer.Option("--spec", metavar="FILE", help="A document to use in place of the own ones."),
    ] = None,
    tier: Annotated[
        str,
        typer.Option(
            "--tier",
            metavar="TIER",
            help="How much the calls may disturb: read, scoped (only what the run made) or "
            "disruptive (prune, swarm, plugins). Otherwise scoped, and disruptive with --engine.",
            show_default=False,
        ),
    ] = "",
    image: Annotated[
        str,
        typer.Option(
            "--image",
            metavar="NAME",
            help="An image with a shell, for containers. Otherwise one that is there, or one made "
            "from this machine's busybox.",
            show_default=False,
        ),
    ] = "",
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="The same seed makes the same calls.")
    ] = 1,
    max_examples: Annotated[
        int,
        typer.Option(
            "--max-examples",
            metavar="N",
            min=1,
            help="How many calls to make up for each operation, beside those that always come.",
        ),
    ] = 10,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="OPERATION",
            help="Only these operations: an id such as ContainerList, or 'GET /containers/json'; "
            "* stands for anything. Repeatable.",
        ),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="FORMAT=FILE",
            help=f"Also write the result to a file; formats: {', '.join(KINDS)} "
            "(ndjson is the recording of all calls). Repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="WHICH",
            help="Which faults end the run with 1: broken (all of them) or unexplained (those that "
            "the daemon is not known to have; for nightly runs).",
        ),
    ] = str(FailOn.BROKEN),
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=0,
            help="With --engine, hold the versions in so many processes, each with a daemon of its "
            "own. 0 is one for each processor with the fake, else one.",
        ),
    ] = 0,
    progress: Annotated[
        bool, typer.Option("--progress/--no-progress", help="Show on stderr how far the run is.")
    ] = True,
) -> None:
    """Hold a daemon to the Docker Engine API, version by version, operation by operation.

    Ends with 0 where nothing is broken, 1 where something is, 2 for a wrong command line, 3 for a
    wrong document or table, 4 where the daemon cannot be reached or died, 5 where the harness
    failed, left something behind or judged nothing, and 130 after Ctrl-C. A known fault of the
    daemon is shown as such, and is broken all the same; --fail-on unexplained lets it pass.
    """
    tls = tls_files(tlsverify, tlscacert, tlscert, tlskey)
    files = destinations.parse(report or (), KINDS)
    recording = next((file.path for file in files if file.kind == RECORDING), None)
    reached = or_fake(reaching(host, context, engine, tls), os.environ)
    settings = replace(
        reached,
        versions=version_text(api, spec),
        spec_file=spec,
        tier=tier_of(tier, reached.engine),
        image=image,
        seed=seed,
        examples=max_examples,
        only=patterns(only or ()),
        recording=recording,
    )
    failing = fail_on_of(fail_on)
    for file in files:
        destinations.check(file)
    if reached.engine != engine:
        typer.echo(_EMBEDDED, err=True)
    count = jobs_of(settings, jobs)
    session = partial(run_parallel, jobs=count) if count > 1 else run_session
    raise typer.Exit(hold(settings, files, silent=not progress, fail_on=failing, session=session))


def hold(
    settings: CertifySettings,
    files: Iterable[Destination],
    *,
    silent: bool,
    session: Session = run_session,
    fail_on: FailOn = FailOn.BROKEN,
) -> int:
    """Run a session, show and write the result; return the exit status.

    Raises SpecError where what is known of daemons cannot be read, before the session begins.
    Raises the HarnessError that ended the run, after what was found until then has been shown.
    """
    builder = ReportBuilder(_filters(settings), known_faults(), fail_on)
    watcher = Watcher(Console(stderr=True, highlight=False), silent=silent)
    interruption, error = _run(settings, builder, watcher, session)
    report = builder.report()
    if interruption:
        report = replace(report, interrupted=True)
    if not report.started:
        if interruption:
            return interruption.exit_status
        raise error or HarnessError("the session ended before the run began")
    # First the files: whoever reads the terminal may be `head`, and leave early.
    unwritten = _write(report, files)
    _show(report)
    if unwritten:
        raise unwritten
    if interruption:
        return interruption.exit_status
    if error:
        raise error
    return exit_status(report)


def _run(
    settings: CertifySettings, builder: ReportBuilder, watcher: Watcher, session: Session
) -> tuple[Interruption, HarnessError | None]:
    def leave() -> None:
        watcher.stop()
        print(f"\ndocker-contract: {_LEAVING}", file=sys.stderr)  # noqa: T201 - the last word

    def take(event: Event) -> None:
        builder.add(event)
        watcher.see(event)
        if interruption and isinstance(event, CallJudged | OperationStarted):
            # The interrupt was lost where it was raised, as it is in a callback of the collector.
            raise KeyboardInterrupt

    error: HarnessError | None = None
    with watcher, interruptible(lambda: watcher.say(_STOPPING), leave) as interruption:
        try:
            session(settings, take)
        except HarnessError as ended:
            error = ended
        except KeyboardInterrupt:
            # Only the handler raises it, and it has told `interruption`.
            pass
    return interruption, error


def _filters(settings: CertifySettings) -> tuple[str, ...]:
    return ("--only left operations out",) if settings.only else ()


def _show(report: Report) -> None:
    console = Console(highlight=False)
    console.print(screen(report, width=console.width), crop=False)


def _write(report: Report, files: Iterable[Destination]) -> UsageError | None:
    """Write every file that can be written; return what the first of the others failed with."""
    failed: list[UsageError] = []
    for file in files:
        if file.kind != RECORDING:
            try:
                destinations.write(file, FORMATS[file.kind](report))
            except UsageError as error:
                failed.append(error)
    return failed[0] if failed else None
