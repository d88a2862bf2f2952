"""A report for a terminal: the table, what is broken, what is missing, and the verdict."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.model.judgement import Severity, Verdict
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion
from harness.report.clusters import Cluster
from harness.report.conclusion import conclusion, exit_status, gaps
from harness.report.grid import Cell, Grid, grid
from harness.report.values import Conclusion, OperationResult, Report
from harness.report.wording import counted, duration, printable, shortened, spans

_GOOD, _BAD, _ODD, _QUIET = "green", "bold red", "yellow", "dim"
_STYLES = {Conclusion.CERTIFIED: _GOOD, Conclusion.PARTIAL: _ODD, Conclusion.BROKEN: _BAD}
_LONGEST = 400  # characters of what a daemon sent
_NAMED = 8  # operations of one cluster that are named
_INDENT = 4
_LABEL = 12


def screen(report: Report, *, width: int) -> Group:
    """Return a report as something for rich to print.

    Lines to be copied are longer than `width`: print it with `crop=False`.
    """
    return Group(
        *_head(report),
        *_tables(grid(report), width),
        *_broken(report),
        *_known(report.explained),
        *_unseen(report.unseen),
        *_failures(report),
        *_unproven(report),
        *_foot(report),
    )


def _head(report: Report) -> Iterator[RenderableType]:
    if not report.started:
        return
    yield Text(f"{printable(report.daemon)} at {printable(report.address)}", style="bold")
    yield Text(
        f"API {spans(report.versions)}, tier {report.tier}, seed {report.seed}, run {report.run}",
        style=_QUIET,
    )


def _tables(found: Grid, width: int) -> Iterator[RenderableType]:
    names = max((len(profile) for profile in (*found.profiles, "all")), default=0)
    for versions in _bands(found, width - names):
        yield Text()
        table = Table(box=None, padding=(0, 0, 0, 2), pad_edge=False, header_style="bold")
        table.add_column("", min_width=names, no_wrap=True)
        for version in versions:
            table.add_column(str(version), justify="right", no_wrap=True)
        for profile in found.profiles:
            cells = [_cell_text(found.cells.get((profile, version))) for version in versions]
            table.add_row(profile, *cells)
        table.add_row(Text("all", style="bold"), *(_cell_text(found.totals[v]) for v in versions))
        yield table
    if found.versions:
        legend = "kept, ✗ broken, ! in error, ~ not judged; ✓ each kept and seen to succeed"
        yield Text(legend, style=_QUIET)


def _bands(found: Grid, width: int) -> Iterator[list[ApiVersion]]:
    """Yield as many versions at a time as fit beside each other."""
    band: list[ApiVersion] = []
    used = 0
    for version in found.versions:
        cells = [found.cells.get((profile, version)) for profile in found.profiles]
        texts = [
            str(version),
            *(_cell_text(cell).plain for cell in (*cells, found.totals[version])),
        ]
        needed = 2 + max(map(len, texts))
        if band and used + needed > width:
            yield band
            band, used = [], 0
        band.append(version)
        used += needed
    if band:
        yield band


def _cell_text(cell: Cell | None) -> Text:
    if cell is None:
        return Text("-", style=_QUIET)
    certified = cell.conclusion is Conclusion.CERTIFIED
    parts = (
        (f"{cell.kept}" + (" ✓" if certified else ""), _GOOD, cell.kept),
        (f"✗{cell.broken}", _BAD, cell.broken),
        (f"!{cell.errors}", "magenta", cell.errors),
        (f"~{cell.rest}", _ODD, cell.rest),
    )
    return Text(" ").join(Text(text, style=style) for text, style, count in parts if count)


def _broken(report: Report) -> Iterator[RenderableType]:
    clusters = report.unexplained
    if not clusters:
        return
    noun = "unexplained fault" if report.explained else "fault"
    yield Text(f"\n{counted(len(clusters), noun)}, worst first", style="bold")
    for number, cluster in enumerate(clusters, 1):
        yield Text()
        yield from _cluster(number, cluster)


def _cluster(number: int, cluster: Cluster) -> Iterator[RenderableType]:
    style = _BAD if cluster.severity is Severity.ERROR else _ODD
    message = shortened(printable(cluster.message), _LONGEST)
    yield _hanging(f"{number}.", Text(message, style=style), width=_INDENT)
    complaint, call = cluster.example.complaint, cluster.example.exchange.call
    twist = f", {call.twist} at {call.at}" if call.twist and call.at else f", {call.twist}"
    facts = (
        ("check", f"{cluster.check} ({cluster.severity}, {cluster.id})"),
        ("where", cluster.pointer),
        ("operations", _few(cluster.operations)),
        ("versions", spans(cluster.versions)),
        ("times", f"{cluster.count:,}"),
        (
            "example",
            f"{call.method} {call.path} at {cluster.example.exchange.version}, "
            f"a {call.manner} call" + (twist if call.twist else ""),
        ),
        ("promised", complaint.expected),
        ("seen", complaint.seen),
    )
    for label, text in facts:
        if text:
            yield _fact(label, shortened(printable(text), _LONGEST))
    yield from _curl(cluster)


def _known(clusters: tuple[Cluster, ...]) -> Iterator[RenderableType]:
    if not clusters:
        return
    yield Text(f"\n{counted(len(clusters), 'known fault')}", style="bold")
    by_fault = sorted(clusters, key=lambda cluster: cluster.known)
    for fault, shown in groupby(by_fault, key=lambda cluster: cluster.known):
        first, *others = shown
        yield Text(f"\n{fault}: {printable(first.explanation)}")
        for cluster in (first, *others):
            yield _fact(cluster.id, shortened(printable(cluster.message), _LONGEST))
            times = f"{counted(cluster.count, 'time')} at {spans(cluster.versions)}"
            yield _fact("", f"{times}: {_few(cluster.operations)}")
            yield from _curl(cluster)


def _unseen(faults: tuple[KnownFault, ...]) -> Iterator[RenderableType]:
    if faults:
        yield Text("\nKnown but not seen", style="bold")
    for fault in faults:
        where = f" at {fault.versions}" if fault.versions else ""
        yield _item(f"{fault.id} ({', '.join(fault.operations)}{where}, {fault.check})")


def _few(operations: tuple[str, ...]) -> str:
    others = len(operations) - _NAMED
    return ", ".join(operations[:_NAMED]) + (f" and {others} more" if others > 0 else "")


def _fact(label: str, text: str) -> Padding:
    return Padding(_hanging(label, Text(text), width=_LABEL), (0, 0, 0, _INDENT), expand=False)


def _curl(cluster: Cluster) -> Iterator[RenderableType]:
    if cluster.curl:
        # In one piece and with nothing before it, so that it can be copied.
        yield Text(printable(cluster.curl), style="cyan", no_wrap=True, overflow="ignore")


def _hanging(label: str, value: Text, *, width: int) -> Table:
    row = Table.grid(padding=0)
    row.add_column(width=width, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(label, style=_QUIET), value)
    return row


def _failures(report: Report) -> Iterator[RenderableType]:
    if report.failures:
        yield Text("\nFaults of the harness", style="bold magenta")
    for failure in report.failures:
        place = " ".join(str(part) for part in (failure.version, failure.operation) if part)
        yield _item(f"{place}: {failure.message}" if place else failure.message)
    if report.leaks:
        yield Text("\nLeft behind on the daemon", style="bold magenta")
    for leak in report.leaks:
        yield _item(f"{leak.kind} {leak.name}")
    if report.unsupported:
        yield Text("\nVersions that the daemon does not serve", style="bold")
    for reason in dict.fromkeys(found.reason for found in report.unsupported):
        versions = [found.version for found in report.unsupported if found.reason == reason]
        yield _item(f"{spans(versions)}: {reason}")


def _unproven(report: Report) -> Iterator[RenderableType]:
    """Yield the operations that were never seen to succeed, by reason."""
    by_reason: dict[str, list[OperationResult]] = {}
    outside = {found.version for found in report.unsupported}
    for result in report.results:
        if not result.succeeded and result.version not in outside:
            by_reason.setdefault(_reason(result), []).append(result)
    if by_reason:
        yield Text("\nNever seen to succeed", style="bold")
    for reason in sorted(by_reason, key=lambda reason: (-len(by_reason[reason]), reason)):
        results = by_reason[reason]
        yield _item(f"{reason} ({len(results)})")
        yield Padding(
            Text(_named(results, report.versions), style=_QUIET), (0, 0, 0, _INDENT), expand=False
        )


def _reason(result: OperationResult) -> str:
    if result.reason:
        return result.reason
    if result.verdict in {Verdict.KEPT, Verdict.BROKEN}:
        return "no call succeeded"
    return str(result.verdict)


def _named(results: Iterable[OperationResult], all_versions: tuple[ApiVersion, ...]) -> str:
    """Return operations, each with its versions where these are not all of the run's."""
    reached: dict[str, list[ApiVersion]] = {}
    for result in results:
        reached.setdefault(result.operation, []).append(result.version)
    return ", ".join(
        operation if len(versions) == len(all_versions) else f"{operation} {spans(versions)}"
        for operation, versions in reached.items()
    )


def _item(text: str) -> Padding:
    return Padding(Text(printable(text)), (0, 0, 0, 2), expand=False)


def _foot(report: Report) -> Iterator[RenderableType]:
    totals = report.totals
    verdicts = ", ".join(f"{totals[verdict]:,} {verdict}" for verdict in Verdict if totals[verdict])
    operations = counted(len(report.results), "operation")
    yield Text()
    yield Text(f"{operations}: {verdicts or 'no verdicts'}")
    yield Text(f"{report.successes:,} of {operations} seen to succeed at least once")
    yield Text(
        f"{counted(report.calls, 'call')} in {duration(report.timing.total)}{_shares(report)}"
    )
    yield Text(f"seed {report.seed}: the same seed makes the same calls again")
    why = gaps(report)
    if why:
        yield Text("\nWhat keeps this from being a certificate", style="bold")
        yield from map(_item, why)
    verdict = conclusion(report)
    line = Text(f"\n{str(verdict).upper()}", style=_STYLES[verdict])
    yield line.append(f": {_closing(report, verdict)}", style="default")


def _shares(report: Report) -> str:
    timing = report.timing
    if timing.total <= 0:
        return ""
    shares = (
        ("generating", timing.generating),
        ("waiting for replies", timing.waiting),
        ("judging", timing.judging),
        ("making what calls need", timing.other),
    )
    return ": " + ", ".join(f"{round(100 * part / timing.total)} % {name}" for name, part in shares)


def _closing(report: Report, verdict: Conclusion) -> str:
    match verdict:
        case Conclusion.CERTIFIED:
            return f"all {len(report.results):,} operations keep API {spans(report.versions)}"
        case Conclusion.PARTIAL:
            judged = counted(report.judged, "operation")
            return f"nothing is broken in {judged} judged, but that is not all"
        case Conclusion.BROKEN:
            where = f"in {counted(report.totals[Verdict.BROKEN], 'operation')}"
            faults = counted(len(report.clusters), "fault")
            known, new = len(report.explained), len(report.unexplained)
            if not known:
                return f"{faults} {where}"
            # Whoever finds this beside an exit status of 0 should not have to guess.
            fails = "" if exit_status(report) else "; --fail-on unexplained lets that pass"
            return f"{faults}: {known:,} known, {new:,} unexplained, {where}{fails}"
