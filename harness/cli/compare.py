"""`docker-contract compare`: the same calls on two daemons, and where their replies differ."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from harness.cli import destinations
from harness.cli.destinations import Destination
from harness.cli.interruption import Interruption, interruptible
from harness.cli.live_terminal import Watcher
from harness.cli.options import ENGINES, patterns, tier_of, version_text
from harness.cli.paired_run import curl_of, form_of, run_session
from harness.daemon.address import parse
from harness.model.errors import HarnessError, UsageError
from harness.model.events import CallJudged, Event, OperationStarted
from harness.model.settings import CertifySettings
from harness.report import comparison_json
from harness.report.comparison import Comparison, compare
from harness.report.comparison_text import screen
from harness.report.side import SideBuilder
from harness.specs.differences import known_differences

Run: TypeAlias = Callable[[CertifySettings, Callable[[Event], None]], None]

_ALL = "all"
_JSON = "json"
_SIDE = (
    f"{', '.join(ENGINES)} for a private, disposable daemon, or the address of one that is there."
)
_STOPPING = "stopping: removing what the run made; press Ctrl-C again to leave at once"
_LEAVING = "left at once; `docker-contract clean` removes what the run made"


def compare_daemons(  # noqa: PLR0913 - one parameter for each option
    *,
    left: Annotated[str, typer.Option("--left", metavar="DAEMON", help=f"One daemon: {_SIDE}")],
    right: Annotated[
        str, typer.Option("--right", metavar="DAEMON", help="The other, in the same way.")
    ],
    api: Annotated[
        str,
        typer.Option(
            "--api",
            metavar="VERSIONS",
            help="API versions: 1.30, 1.25..1.33, a list with commas, or all that there are.",
            show_default=_ALL,
        ),
    ] = "",
    tier: Annotated[
        str,
        typer.Option(
            "--tier",
            metavar="TIER",
            help="How much the calls may disturb: read, scoped or disruptive. Otherwise scoped, "
            "and disruptive where both daemons are private.",
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
            help="Also write the result to a file; the one format is json. Repeatable.",
        ),
    ] = None,
    progress: Annotated[
        bool, typer.Option("--progress/--no-progress", help="Show on stderr how far the run is.")
    ] = True,
) -> None:
    """Make the same calls on two daemons, one after the other, and tell where they differ.

    Compared are status, media type and shape: the documented properties at every depth and their
    JSON types; the streams that frames are of; whether an archive is one. Differences that are
    explained in contracts/differences/ are shown as such, and let pass. Ends with 0 where nothing
    else differs, 1 where something does, 2 for a wrong command line, 3 for a wrong document or
    table, 4 where a daemon cannot be reached or died, 5 where the harness failed, left something
    behind or compared nothing, and 130 after Ctrl-C.
    """
    files = destinations.parse(report or (), (_JSON,))
    sides = (_reaching("--left", left), _reaching("--right", right))
    private = all(settings.engine for settings in sides)
    one, other = (
        replace(
            settings,
            versions=version_text(api, None),
            tier=tier_of(tier, "both" if private else ""),
            seed=seed,
            examples=max_examples,
            only=patterns(only or ()),
        )
        for settings in sides
    )
    for file in files:
        destinations.check(file)
    raise typer.Exit(hold(one, other, files, silent=not progress))


def hold(
    left: CertifySettings,
    right: CertifySettings,
    files: Iterable[Destination] = (),
    *,
    silent: bool,
    run: Run = run_session,
) -> int:
    """Run both sides, show and write what differs; return the exit status.

    Raises SpecError where what is explained cannot be read, before anything is called. Raises the
    HarnessError that ended a run, after what was found until then has been shown.
    """
    known = known_differences()
    both = [(settings, SideBuilder(_name(settings), form_of)) for settings in (left, right)]
    interruption, error = Interruption(), None
    for settings, builder in both:
        if not interruption and not error:
            interruption, error = _run(settings, builder, run, silent=silent)
    one, other = (builder.side() for _, builder in both)
    if one.daemon and other.daemon:
        full = not left.only and left.versions == _ALL
        comparison = compare(one, other, known, curl_of, seed=left.seed, full=full)
        unwritten = _show(comparison, files)
        status = comparison.exit_status
        error = unwritten or error
    else:
        status = HarnessError.exit_status
        error = error or HarnessError("a session ended before its run began")
    if interruption:
        return interruption.exit_status
    if error:
        raise error
    return status


def _run(
    settings: CertifySettings, builder: SideBuilder, run: Run, *, silent: bool
) -> tuple[Interruption, HarnessError | None]:
    watcher = Watcher(Console(stderr=True, highlight=False), silent=silent)

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
            run(settings, take)
        except HarnessError as ended:
            error = ended
        except KeyboardInterrupt:
            # Only the handler raises it, and it has told `interruption`.
            pass
    return interruption, error


def _show(comparison: Comparison, files: Iterable[Destination]) -> UsageError | None:
    """Write every file that can be written, and show it all; return what a file failed with."""
    failed: UsageError | None = None
    # First the files: whoever reads the terminal may be `head`, and leave early.
    for file in files:
        try:
            destinations.write(file, comparison_json.render(comparison))
        except UsageError as error:
            failed = failed or error
    Console(highlight=False).print(screen(comparison), crop=False)
    return failed


def _reaching(flag: str, text: str) -> CertifySettings:
    if text in ENGINES:
        return CertifySettings(engine=text)
    try:
        parse(text)
    except UsageError as error:
        known = ", ".join(ENGINES)
        raise UsageError(
            f"{flag} {text!r} is neither an engine ({known}) nor an address"
        ) from error
    return CertifySettings(host=text)


def _name(settings: CertifySettings) -> str:
    return settings.engine or settings.host
