"""In which versions something is documented, as text for a terminal and as JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from harness.diff.history import Appearance
from harness.model.announcement import Announcement
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.report.layout import QUIET
from harness.report.wording import printable, spans

_MOST = 40  # places that are shown of an operation without being asked for
_WIDEST = 48  # columns of places; longer ones go on in the next line


@dataclass(frozen=True, slots=True)
class Known:
    """A place, and all that is known of when it came and went.

    `documents` are the versions whose documents have it before errata correct them. `looked` are
    the versions at which a daemon answered with what the place is in, so that the place could be
    seen, and `seen` those at which it was; `daemon` is that daemon.
    """

    appearance: Appearance
    documents: tuple[ApiVersion, ...]
    announcements: tuple[Announcement, ...] = ()
    looked: tuple[ApiVersion, ...] = ()
    seen: tuple[ApiVersion, ...] = ()
    daemon: str = ""


def screen(operation: Known, places: Iterable[Known], *, named: bool) -> RenderableType:
    """Return what is known of an operation and its places; `named` where they were asked for.

    What was announced of several places is told once, below the operation.
    """
    listed = list(places)
    shown = listed if named else listed[:_MOST]
    told = [each for known in shown for each in known.announcements]
    common = tuple(each for each in dict.fromkeys(told) if told.count(each) > 1)
    parts: list[RenderableType] = [_head(operation), *_facts(operation, 2)]
    for shared in common:
        of = [known.appearance.place for known in shown if shared in known.announcements]
        parts.append(_fact(f"{_announced(shared)}: {printable(', '.join(of))}", 2))
    width = max((len(printable(each.appearance.place)) for each in shown), default=0)
    known = {each.appearance.place: each for each in shown}
    for each in shown:
        alone = tuple(one for one in each.announcements if one not in common)
        around = known.get(each.appearance.place.rpartition("/")[0])
        facts = _facts(replace(each, announcements=alone), 4, around)
        parts += [_line(each, width), *facts]
    if len(shown) < len(listed):
        parts.append(Text(f"  … and {len(listed) - len(shown)} more; name one to see it", QUIET))
    return Group(*parts)


def to_json(found: Iterable[tuple[Known, Iterable[Known]]]) -> str:
    """Return operations, each with its places, as JSON text: a list."""
    values: Json = [
        {**_value(operation), "places": [*map(_value, places)]} for operation, places in found
    ]
    return json.dumps(values, indent=2) + "\n"


def _head(known: Known) -> Text:
    text = Text(known.appearance.operation, style="bold")
    return text.append(f"  {spans(known.appearance.said)}", style="not bold")


def _line(known: Known, width: int) -> RenderableType:
    """Return the versions of a place, and what they say where that is one thing."""
    periods = list(_periods(known.appearance.said))
    row = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    row.add_column(width=min(width, _WIDEST), overflow="fold")
    row.add_column(overflow="fold")
    text = Text(spans(known.appearance.said), style="bold")
    if len(periods) == 1 and periods[0][1]:
        text.append(f"  {printable(periods[0][1])}", style=Style(dim=True, bold=False))
    row.add_row(Text(printable(known.appearance.place)), text)
    return Padding(row, (0, 0, 0, 2), expand=False)


def _facts(known: Known, indent: int, around: Known | None = None) -> Iterator[RenderableType]:
    """Yield what else there is to say, but not what was said of the place that it is in."""
    said = known.appearance.said
    periods = list(_periods(said))
    if len(periods) > 1:
        for versions, text in periods:
            yield _fact(f"{spans(versions)}: {printable(text or _unsaid(known))}", indent)
    if known.documents not in {tuple(said), around.documents if around else None}:
        there = spans(known.documents) or "none"
        yield _fact(f"in the documents before errata correct them: {there}", indent)
    for each in known.announcements:
        yield _fact(_announced(each), indent)
    surprise = _surprise(known)
    if surprise and not (around and surprise == _surprise(around)):
        yield _fact(surprise, indent)


def _surprise(known: Known) -> str:
    """Return what a daemon showed where it is not what the documents say; "" where it is."""
    expected = set(known.appearance.said) & set(known.looked)
    if set(known.seen) == expected:
        return ""
    if not known.seen:
        # It may be left out, or a list be empty, so that this proves nothing about a version.
        return f"not seen in replies of {known.daemon}"
    return f"seen in replies of {known.daemon} at {spans(known.seen)}"


def _unsaid(known: Known) -> str:
    return "with a body" if known.appearance.place else "not deprecated"


def _announced(announcement: Announcement) -> str:
    told = printable(announcement.subject)
    number = bullet(announcement)
    return f"announced in {announcement.version}, bullet {number}: {told}{_gated(announcement)}"


def bullet(announcement: Announcement) -> str:
    """Return the number of the bullet in the version's list that announces a change."""
    return announcement.id.partition("/")[2].partition(".")[0]


def _gated(announcement: Announcement) -> str:
    if announcement.gated is None:
        return ""
    if announcement.gated:
        return " (gated: only from that version on)"
    return " (not gated: at every version)"


def _fact(text: str, indent: int) -> Padding:
    return Padding(Text(text, style=QUIET), (0, 0, 0, indent), expand=False)


def _periods(said: Mapping[ApiVersion, str]) -> Iterator[tuple[tuple[ApiVersion, ...], str]]:
    """Yield the versions that say the same of a place, with what they say, in order."""
    texts = dict.fromkeys(said.values())
    for text in texts:
        yield tuple(version for version, each in said.items() if each == text), text


def _value(known: Known) -> dict[str, Json]:
    said = known.appearance.said
    return {
        "operation": known.appearance.operation,
        "place": known.appearance.place,
        "versions": [str(version) for version in said],
        "says": [
            {"versions": [str(version) for version in versions], "text": text}
            for versions, text in _periods(said)
        ],
        "before_errata": [str(version) for version in known.documents],
        "announced": [
            {"id": each.id, "version": str(each.version), "gated": each.gated}
            for each in known.announcements
        ],
        "looked": [str(version) for version in known.looked],
        "seen": [str(version) for version in known.seen],
        "daemon": known.daemon,
    }
