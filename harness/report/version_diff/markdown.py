"""A version diff as Markdown, with every row: for files that git compares, and pull requests."""

import re
from collections.abc import Iterable, Iterator

from harness.model.change import Level
from harness.model.version_diff import Ignored, Observed, Row, Standing, VersionDiff
from harness.report.version_diff import telling
from harness.report.version_diff.conclusion import summary
from harness.report.version_diff.order import (
    Area,
    Shared,
    documented_not_seen,
    is_change,
    matrix,
    sections,
    seen_undocumented,
    totals,
)
from harness.report.wording import counted

# What may begin markup somewhere: emphasis, code, links, tags, cells, sums, emoji, references.
_MARKUP = re.compile(r"[\\`*\[\]<>&|~$]|(?<!\w)_|_(?!\w)|#(?=\w)|:(?=//|\w+:)")
# What would call somebody or become a link, however it is written.
_CALLING = re.compile(r"@|www\.", re.IGNORECASE)
# Between backticks, only these mean anything, and in tables the bar.
_UNFIT_FOR_BACKTICKS = re.compile(r"[`|\\]|^\s|\s$")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_COLUMNS = ("level", "operation", "place", "change", "announced", "observed", "rule", "notes")


def render(diff: VersionDiff) -> str:
    """Return a diff as Markdown; equal diffs make equal texts.

    Very long texts are cut; the JSON format has all of them.
    """
    return "\n".join(_lines(diff)) + "\n"


def code(text: str) -> str:
    """Return a text from elsewhere as code, in which no markup, link or name is read."""
    shown = telling.told(text)
    if not shown:
        return ""
    if _UNFIT_FOR_BACKTICKS.search(shown):
        return f"<code>{_entities(shown, _PUNCTUATION)}</code>"
    return f"`{shown}`"


def prose(text: str) -> str:
    """Return a sentence, of which no part is read as markup."""
    shown = telling.told(text)
    return code(shown) if _CALLING.search(shown) else _entities(shown, _MARKUP)


def _entities(text: str, marks: re.Pattern[str]) -> str:
    return marks.sub(lambda found: f"&#{ord(found[0])};", text)


def _lines(diff: VersionDiff) -> Iterator[str]:
    yield from _head(diff)
    if not diff.rows:
        yield from ("", "No differences.")
    else:
        yield from ("", f"{summary(diff)[:1].upper()}{summary(diff)[1:]}.")
        yield from _matrix(diff)
        found = sections(diff.rows)
        for area in found.areas:
            yield from _area(area)
        yield from _shared(found.shared)
        yield from _lists(diff)
    yield from _remarks(diff)


def _head(diff: VersionDiff) -> Iterator[str]:
    kind = "API " if diff.old.version and diff.new.version else ""
    yield f"# {kind}{_label(diff.old.label)} → {_label(diff.new.label)}"
    yield ""
    operations = f"{diff.old.operations:,} → {counted(diff.new.operations, 'operation')}"
    how = f" ({prose(diff.observed)})" if diff.observed else ""
    yield f"* {operations}"
    yield f"* observed on {code(diff.daemon)}{how}" if diff.daemon else "* observed on no daemon"
    if diff.narrowed:
        yield f"* only {prose(diff.narrowed)}"


def _label(label: str) -> str:
    return label if re.fullmatch(r"[0-9.]+", label) else code(label)


def _matrix(diff: VersionDiff) -> Iterator[str]:
    if all(row.standing is Standing.UNKNOWN for row in diff.rows):
        return  # nothing is known of announcements
    columns = [each for each in Observed if totals(diff.rows).observed[each]]
    yield from ("", "## On paper, as announced, and observed", "")
    yield from _table(
        ("on paper", "announced", *columns),
        (
            (line.documented, "yes" if line.announced else "no", *(str(cells[c]) for c in columns))
            for line, cells in matrix(diff.rows).items()
        ),
    )


def _area(area: Area) -> Iterator[str]:
    yield from ("", f"## {prose(area.name)}", "")
    yield from _table(
        _COLUMNS,
        (
            (_level(row), code(each.operation), *_cells(row, telling.where(row, each.operation)))
            for each in area.operations
            for row in each.rows
        ),
    )


def _shared(shared: Iterable[Shared]) -> Iterator[str]:
    known = tuple(shared)
    if known:
        yield from ("", "## Shared by several operations")
    for each in known:
        yield ""
        words = telling.reached(each)
        # The same definition may come once for requests and once for replies.
        yield f"### {code(each.definition)}, {words}" if each.definition else f"### {words}"
        yield from ("", ", ".join(map(code, each.operations)), "")
        columns = (_COLUMNS[0], *_COLUMNS[2:])
        yield from _table(
            columns, ((_level(row), *_cells(row, telling.within(row))) for row in each.rows)
        )


def _level(row: Row) -> str:
    if is_change(row):
        return f"**{row.level}**" if row.level is not Level.COMPATIBLE else str(row.level)
    return str(row.standing) if row.change else "not documented"


def _cells(row: Row, place: str) -> tuple[str, ...]:
    notes = "<br>".join(map(prose, telling.notes(row)))
    rule = code(row.change.rule) if row.change else ""
    ids = ", ".join(map(prose, (each.id for each in row.announcements)))
    announced = ids or ("" if row.standing is Standing.UNKNOWN else "no")
    return (code(place), prose(telling.what(row)), announced, str(row.observed), rule, notes)


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = tuple(heading)
    yield _line(columns)
    yield _line("---" for _ in columns)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lists(diff: VersionDiff) -> Iterator[str]:
    daemon = code(diff.daemon) or "any daemon"
    lists = (
        (f"Documented, and alike at both versions on {daemon}", documented_not_seen(diff.rows)),
        (f"Seen on {daemon}, and in no document", seen_undocumented(diff.rows)),
    )
    for title, rows in lists:
        if rows:
            yield from (
                "",
                f"## {title}",
                "",
                *(f"* {_level(row)}: {_heading(row)}" for row in rows),
            )


def _heading(row: Row) -> str:
    operations, what = row.operations, prose(telling.what(row))
    if len(operations) != 1:
        place = code(telling.where(row))
        return f"{place} {what}, in {counted(len(operations), 'operation')}"
    place = code(telling.where(row, operations[0]))
    return " ".join(part for part in (code(operations[0]), place, what) if part)


def _remarks(diff: VersionDiff) -> Iterator[str]:
    lists = (
        ("Not compared", map(prose, diff.gaps)),
        ("Ignored", map(_ignored, diff.ignored)),
        ("To be ignored, but not there", map(prose, diff.unused)),
    )
    for title, lines in lists:
        entries = [f"* {line}" for line in lines]
        if entries:
            yield from ("", f"## {title}", "", *entries)


def _ignored(each: Ignored) -> str:
    return f"{_heading(each.row)}: {prose(each.why)}"
