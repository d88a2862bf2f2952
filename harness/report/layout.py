"""Lines and labels that reports for a terminal are laid out with."""

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.report.wording import printable

GOOD, BAD, ODD, QUIET = "green", "bold red", "yellow", "dim"
LONGEST = 400  # characters of what a daemon sent
INDENT = 4
_NAMED = 8  # operations of one cause that are named
_LABEL = 12


def hanging(label: str, value: Text, *, width: int = INDENT) -> Table:
    """Return a text with a label before it; its further lines stand below the first."""
    row = Table.grid(padding=0)
    row.add_column(width=width, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(label, style=QUIET), value)
    return row


def fact(label: str, text: str) -> Padding:
    """Return one fact of several about something that was told before."""
    return Padding(hanging(label, Text(text), width=_LABEL), (0, 0, 0, INDENT), expand=False)


def item(text: str) -> Padding:
    """Return an entry of a list."""
    return Padding(Text(printable(text)), (0, 0, 0, 2), expand=False)


def command(line: str) -> Text:
    """Return a line in one piece and with nothing before it, so that it can be copied."""
    return Text(printable(line), style="cyan", no_wrap=True, overflow="ignore")


def few(operations: tuple[str, ...]) -> str:
    """Name operations, the first ones where there are many."""
    others = len(operations) - _NAMED
    return ", ".join(operations[:_NAMED]) + (f" and {others} more" if others > 0 else "")
