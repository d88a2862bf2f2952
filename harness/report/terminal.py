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
from harness.report.layout import (
    BAD,
    GOOD,
    INDENT,
    LONGEST,
    ODD,
    QUIET,
    command,
    fact,
    few,
    hanging,
    item,
)
from harness.report.values import Conclusion, OperationResult, Report
from harness.report.wording import counted, duration, printable, shortened, spans

_STYLES = {Conclusion.CERTIFIED: GOOD, Conclusion.PARTIAL: ODD, Conclusion.BROKEN: BAD}


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
        style=QUIET,
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
        yield Text(legend, style=QUIET)


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
        return Text("-", style=QUIET)
    certified = cell.conclusion is Conclusion.CERTIFIED
    parts = (
        (f"{cell.kept}" + (" ✓" if certified else ""), GOOD, cell.kept),
        (f"✗{cell.broken}", BAD, cell.broken),
        (f"!{cell.errors}", "magenta", cell.errors),
        (f"~{cell.rest}", ODD, cell.rest),
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
    style = BAD if cluster.severity is Severity.ERROR else ODD
    message = shortened(printable(cluster.message), LONGEST)
    yield hanging(f"{number}.", Text(message, style=style), width=INDENT)
    complaint, call = cluster.example.complaint, cluster.example.exchange.call
    twist = f", {call.twist} at {call.at}" if call.twist and call.at else f", {call.twist}"
    facts = (
        ("check", f"{cluster.check} ({cluster.severity}, {cluster.id})"),
        ("where", cluster.pointer),
        ("operations", few(cluster.operations)),
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
            yield fact(label, shortened(printable(text), LONGEST))
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
            yield fact(cluster.id, shortened(printable(cluster.message), LONGEST))
            times = f"{counted(cluster.count, 'time')} at {spans(cluster.versions)}"
            yield fact("", f"{times}: {few(cluster.operations)}")
            yield from _curl(cluster)


def _unseen(faults: tuple[KnownFault, ...]) -> Iterator[RenderableType]:
    if faults:
        yield Text("\nKnown but not seen", style="bold")
    for fault in faults:
        where = f" at {fault.versions}" if fault.versions else ""
        yield item(f"{fault.id} ({', '.join(fault.operations)}{where}, {fault.check})")


def _curl(cluster: Cluster) -> Iterator[RenderableType]:
    if cluster.curl:
        yield command(cluster.curl)


def _failures(report: Report) -> Iterator[RenderableType]:
    if report.failures:
        yield Text("\nFaults of the harness", style="bold magenta")
    for failure in report.failures:
        place = " ".join(str(part) for part in (failure.version, failure.operation) if part)
        yield item(f"{place}: {failure.message}" if place else failure.message)
    if report.leaks:
        yield Text("\nLeft behind on the daemon", style="bold magenta")
    for leak in report.leaks:
        yield item(f"{leak.kind} {leak.name}")
    if report.unsupported:
        yield Text("\nVersions that the daemon does not serve", style="bold")
    for reason in dict.fromkeys(found.reason for found in report.unsupported):
        versions = [found.version for found in report.unsupported if found.reason == reason]
        yield item(f"{spans(versions)}: {reason}")


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
        yield item(f"{reason} ({len(results)})")
        yield Padding(
            Text(_named(results, report.versions), style=QUIET), (0, 0, 0, INDENT), expand=False
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
        yield from map(item, why)
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
