"""A version diff for a terminal: what changes between two versions, for whoever writes a client."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.model.change import Level
from harness.model.version_diff import Ignored, Row, Standing, VersionDiff
from harness.report.layout import BAD, GOOD, ODD, QUIET, item
from harness.report.version_diff import telling
from harness.report.version_diff.conclusion import summary, verdict
from harness.report.version_diff.folding import Repeated, entries, repeated
from harness.report.version_diff.order import (
    CORRECTED,
    Area,
    Shared,
    beside_documents,
    documented_not_seen,
    sections,
    seen_undocumented,
    totals,
    wire_alone,
)
from harness.report.wording import counted

_STYLES = {Level.BREAKING: BAD, Level.RISKY: ODD, Level.COMPATIBLE: GOOD}
_LISTED = 15  # rows of a list that repeats what stands above
_NAMED = 6  # operations that share a definition
_STEP = 2


def screen(diff: VersionDiff, *, everything: bool = False) -> Group:
    """Return a diff as something for rich to print.

    Unless `everything` is wanted, what is said of many places or operations is said once,
    corrections and drifts of the documents are only counted, lists are cut, and the evidence of
    each row is left out.
    """
    if not diff.rows:
        return Group(*_head(diff), *_remarks(diff, everything=everything), *_nothing(diff))
    rows = [row for row in diff.rows if everything or row.standing not in CORRECTED]
    found = sections(rows)
    areas, again = (found.areas, ()) if everything else repeated(found.areas)
    return Group(
        *_head(diff),
        *(line for area in areas for line in _area(area, everything=everything)),
        *_repeated(again),
        *_shared(found.shared, everything=everything),
        *_folded(diff, everything=everything),
        *_lists(diff, everything=everything),
        *_remarks(diff, everything=everything),
        *_foot(diff),
    )


def _head(diff: VersionDiff) -> Iterator[RenderableType]:
    operations = f"{diff.old.operations:,} → {counted(diff.new.operations, 'operation')}"
    yield Text(telling.subject(diff), style="bold").append(f"  {operations}", style="not bold")
    observer = telling.observer(diff)
    if observer:
        yield Text(f"observed on {observer}", style=QUIET)
    elif diff.old.version and diff.new.version:
        yield Text("observed on no daemon", style=QUIET)
    if diff.narrowed:
        yield Text(f"only {telling.told(diff.narrowed)}", style=ODD)
    if diff.rows:
        yield _counts(diff)


def _counts(diff: VersionDiff) -> Text:
    found = totals(diff.rows)
    alone = wire_alone(diff.rows)
    if alone:
        words = f"{counted(alone, 'difference')} on the wire"
        return Text(f"{telling.UNDOCUMENTED_MARK} {words}; no documents were compared")
    text = Text()
    for level, count in found.levels.items():
        text.append(f"{telling.MARKS[level]} {count:,} {level}   ", style=_STYLES[level])
    corrected = found.standings[Standing.CORRECTION] + found.standings[Standing.DRIFT]
    if corrected:
        words = f"{telling.CORRECTED_MARK} {corrected:,} of the documents alone   "
        text.append(words, style=QUIET)
    others = beside_documents(diff.rows)
    if others:
        text.append(f"{telling.UNDOCUMENTED_MARK} {others:,} in no document")
    text.rstrip()
    return text


def _area(area: Area, *, everything: bool) -> Iterator[RenderableType]:
    yield Text(f"\n{telling.told(area.name)}", style="bold underline")
    for each in area.operations:
        yield _indented(Text(telling.told(each.operation), style="bold"), 1)
        lines = [(row, telling.where(row, each.operation)) for row in each.rows]
        yield from _rows(lines, everything=everything)


def _repeated(again: Sequence[Repeated]) -> Iterator[RenderableType]:
    if again:
        yield Text("\nthe same in several operations", style="bold underline")
    for each in again:
        count = counted(len(each.operations), "operation")
        yield _marked(each.entry.first, each.entry.line, 1)
        yield _indented(Text(f"in {count}: {_named(each.operations)}", style=QUIET), 2)


def _shared(shared: Sequence[Shared], *, everything: bool) -> Iterator[RenderableType]:
    if shared:
        yield Text("\nshared by several operations", style="bold underline")
    for each in shared:
        named = telling.told(each.definition)
        operations = _named(each.operations, everything=everything)
        title = Text(f"{named}, " if named else "", style="bold").append(
            f"{telling.reached(each)}: {operations}", style="not bold"
        )
        yield _indented(title, 1)
        lines = [(row, telling.within(row)) for row in each.rows]
        yield from _rows(lines, everything=everything)


def _named(operations: Sequence[str], *, everything: bool = False) -> str:
    named = operations if everything else operations[:_NAMED]
    others = len(operations) - len(named)
    more = f" and {others} more; --all names them" if others else ""
    return f"{', '.join(map(telling.told, named))}{more}"


def _rows(rows: Sequence[tuple[Row, str]], *, everything: bool) -> Iterator[RenderableType]:
    lines = [(row, place, telling.what(row)) for row, place in rows]
    if not everything:
        yield from (_marked(each.first, each.line, 2) for each in entries(lines))
        return
    for row, place, what in lines:
        yield _marked(row, f"{place}: {what}" if place else what, 2)
        rule = (f"rule {telling.told(row.change.rule)}",) if row.change else ()
        for note in (*rule, *telling.notes(row)):
            yield _indented(Text(note, style=QUIET), 4)


def _marked(row: Row, line: str, depth: int) -> RenderableType:
    text = Text(line)
    for word in (telling.standing(row), telling.observed(row)):
        if word:
            text.append(f" · {word}", style=QUIET)
    style = QUIET if row.standing in CORRECTED else ""
    if row.change and not style:
        style = _STYLES[row.level]
    return _indented(_hanging(Text(telling.mark(row), style=style), text), depth)


def _hanging(mark: Text, text: Text) -> Table:
    row = Table.grid(padding=0)
    row.add_column(width=_STEP, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(mark, text)
    return row


def _indented(what: RenderableType, depth: int) -> Padding:
    return Padding(what, (0, 0, 0, depth * _STEP), expand=False)


def _folded(diff: VersionDiff, *, everything: bool) -> Iterator[RenderableType]:
    found = totals(diff.rows).standings
    words = [
        counted(found[standing], noun)
        for standing, noun in ((Standing.CORRECTION, "correction"), (Standing.DRIFT, "drift"))
        if found[standing]
    ]
    if words and not everything:
        told = f"{' and '.join(words)} of the documents alone; --all shows them"
        yield Text(f"\n{told}", style=QUIET)


def _lists(diff: VersionDiff, *, everything: bool) -> Iterator[RenderableType]:
    daemon = telling.told(diff.daemon) or "any daemon"
    lists = (
        (f"Documented, and alike at both versions on {daemon}", documented_not_seen(diff.rows)),
        (f"Seen on {daemon}, and in no document", seen_undocumented(diff.rows)),
    )
    for title, rows in lists:
        if not rows:
            continue
        yield Text(f"\n{title}", style="bold").append(f" ({len(rows):,})", style="not bold")
        shown = rows if everything else rows[:_LISTED]
        for row in shown:
            style = _STYLES[row.level] if row.change else ""
            mark = Text(telling.mark(row), style=style)
            yield _indented(_hanging(mark, Text(telling.heading(row))), 1)
        if len(rows) > len(shown):
            more = f"and {len(rows) - len(shown):,} more; --all shows them"
            yield _indented(Text(more, style=QUIET), 1)


def _remarks(diff: VersionDiff, *, everything: bool) -> Iterator[RenderableType]:
    if diff.gaps:
        yield Text("\nNot compared", style="bold")
        yield from map(item, map(telling.told, diff.gaps))
    if diff.ignored and everything:
        yield Text("\nIgnored", style="bold")
        yield from (_ignored(each) for each in diff.ignored)
    elif diff.ignored:
        told = counted(len(diff.ignored), "change")
        yield Text(f"\n{told} ignored; --all shows which, and why", style=QUIET)
    if diff.unused:
        yield Text("\nTo be ignored, but not there", style="bold")
        yield from map(item, map(telling.told, diff.unused))


def _ignored(each: Ignored) -> RenderableType:
    return item(f"{telling.heading(each.row)}: {telling.told(each.why)}")


def _nothing(diff: VersionDiff) -> Iterator[RenderableType]:
    told = f" {counted(len(diff.ignored), 'change')} ignored." if diff.ignored else ""
    yield Text(f"\nNo differences.{told}")


def _foot(diff: VersionDiff) -> Iterator[RenderableType]:
    levels = totals(diff.rows).levels
    worst = next((level for level, count in levels.items() if count), Level.COMPATIBLE)
    text = Text("\n").append(verdict(diff), style=_STYLES[worst])
    yield text.append(f": {summary(diff)}", style="default")
