"""A comparison for a terminal: who was asked, where they differ, how, and the upshot."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.model.difference import Aspect, KnownDifference
from harness.report.comparison import Comparison, Contrast, Tally
from harness.report.layout import (
    BAD,
    GOOD,
    LONGEST,
    ODD,
    QUIET,
    command,
    fact,
    few,
    hanging,
    item,
)
from harness.report.side import Side
from harness.report.wording import counted, duration, printable, shortened, spans

_LONGEST_LABEL = 10


def screen(comparison: Comparison) -> Group:
    """Return a comparison as something for rich to print, with `crop=False`.

    Lines to be copied are longer than a terminal is wide.
    """
    return Group(
        *_head(comparison),
        *_table(comparison),
        *_contrasts(comparison),
        *_explained(comparison.explained),
        *_unused(comparison.unused),
        *_troubles(comparison),
        *_foot(comparison),
    )


def _head(comparison: Comparison) -> Iterator[RenderableType]:
    for label, side in (("left", comparison.left), ("right", comparison.right)):
        yield hanging(label, Text(_named(side), style="bold"), width=7)
    versions = spans({*comparison.left.versions, *comparison.right.versions})
    yield Text(f"API {versions}, seed {comparison.seed}", style=QUIET)


def _named(side: Side) -> str:
    what = f"{side.daemon} at {side.address}" if side.daemon else "never reached"
    return printable(f"{side.name}: {what}")


def _table(comparison: Comparison) -> Iterator[RenderableType]:
    differing = [tally for tally in comparison.tallies if tally.differing or tally.explained]
    if not differing:
        return
    yield Text()
    table = Table(box=None, padding=(0, 0, 0, 2), pad_edge=False, header_style="bold")
    table.add_column("calls that differ", no_wrap=True)
    for heading in ("of", *(aspect.replace("-", " ") for aspect in Aspect), "explained"):
        table.add_column(heading, justify="right", no_wrap=True)
    for tally in differing:
        table.add_row(tally.operation, *_cells(tally))
    same = len(comparison.tallies) - len(differing)
    yield table
    if same:
        yield Text(f"{counted(same, 'operation')} without any difference", style=QUIET)


def _cells(tally: Tally) -> Iterator[Text]:
    yield Text(f"{tally.calls:,}")
    for aspect in Aspect:
        count = tally.differing.get(aspect, 0)
        yield Text(f"{count:,}" if count else "", style=BAD)
    yield Text(f"{tally.explained:,}" if tally.explained else "", style=ODD)


def _contrasts(comparison: Comparison) -> Iterator[RenderableType]:
    contrasts = comparison.contrasts
    if not contrasts:
        return
    yield Text(f"\n{counted(len(contrasts), 'unexplained difference')}", style="bold")
    for number, contrast in enumerate(contrasts, 1):
        yield Text()
        yield from _contrast(number, contrast, comparison)


def _contrast(number: int, contrast: Contrast, comparison: Comparison) -> Iterator[RenderableType]:
    difference, call = contrast.difference, contrast.example
    where = f" at {difference.pointer}" if difference.pointer else ""
    title = printable(f"{difference.aspect.replace('-', ' ')}{where}")
    yield hanging(f"{number}.", Text(title, style=BAD))
    twist = (f", {call.twist}" + (f" at {call.at}" if call.at else "")) if call.twist else ""
    left, right = _labels(comparison)
    facts = (
        (left, difference.left),
        (right, difference.right),
        ("operations", few(contrast.operations)),
        ("versions", spans(contrast.versions)),
        ("calls", f"{contrast.count:,}"),
        (
            "example",
            f"{call.method} {call.path} at {contrast.version}, a {call.manner} call{twist}",
        ),
    )
    for label, text in facts:
        yield fact(label, shortened(printable(text), LONGEST))
    yield command(contrast.curl)


def _labels(comparison: Comparison) -> tuple[str, str]:
    """Return short names of the sides, such as two engines have."""
    names = (comparison.left.name, comparison.right.name)
    distinct = names[0] != names[1] and max(map(len, names)) <= _LONGEST_LABEL
    return names if distinct else ("left", "right")


def _explained(contrasts: tuple[Contrast, ...]) -> Iterator[RenderableType]:
    if not contrasts:
        return
    yield Text(f"\n{counted(len(contrasts), 'explained difference')}", style="bold")
    for known, members in groupby(contrasts, key=lambda contrast: contrast.known):
        if known:
            yield Text(f"\n{known.id}: {known.why}")
        for contrast in members:
            difference = contrast.difference
            where = f"{difference.pointer}: " if difference.pointer else ""
            seen = f"{where}{difference.left} | {difference.right}"
            yield fact(f"{contrast.count:,}", shortened(printable(seen), LONGEST))
            yield fact("", f"at {spans(contrast.versions)}: {few(contrast.operations)}")


def _unused(known: tuple[KnownDifference, ...]) -> Iterator[RenderableType]:
    if known:
        yield Text("\nExplained, but not seen", style="bold")
    for one in known:
        where = f" at {one.versions}" if one.versions else ""
        yield item(f"{one.id} ({', '.join(one.operations)}{where}, {one.aspect})")


def _troubles(comparison: Comparison) -> Iterator[RenderableType]:
    if comparison.gaps:
        yield Text("\nNot compared", style="bold")
        yield from map(item, comparison.gaps)
    for side in (comparison.left, comparison.right):
        troubles = (*side.failures, *(f"left behind: {leak}" for leak in side.leaks))
        if troubles:
            yield Text(f"\nFaults of the harness on {side.name}", style="bold magenta")
            yield from map(item, troubles)


def _foot(comparison: Comparison) -> Iterator[RenderableType]:
    left, right = comparison.left, comparison.right
    operations = counted(len(comparison.tallies), "operation")
    yield Text(
        f"\n{counted(comparison.calls, 'call')} of {operations} compared; "
        f"{duration(left.seconds)} on {left.name}, {duration(right.seconds)} on {right.name}"
    )
    new, known = len(comparison.contrasts), len(comparison.explained)
    if new:
        word, style, told = "DIFFERENT", BAD, f"{new:,} unexplained, {known:,} explained"
    elif not comparison.calls:
        word, style, told = "NOTHING COMPARED", ODD, "no call was made on both sides"
    else:
        word, style = "ALIKE", GOOD
        told = f"{known:,} explained" if known else "no difference"
    yield Text(word, style=style).append(f": {told}", style="default")
