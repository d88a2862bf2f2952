"""The rules of version diffs, for a terminal."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from harness.model.change import Level, Rule
from harness.report.layout import BAD, GOOD, ODD

_STYLES = {Level.BREAKING: BAD, Level.RISKY: ODD, Level.COMPATIBLE: GOOD}


def rules_table(rules: Iterable[Rule]) -> Table:
    """Return the rules as a table: id, level and what each finds."""
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "level", "finds"):
        table.add_column(name, no_wrap=name != "finds", header_style="bold")
    for rule in rules:
        table.add_row(
            Text(rule.id), Text(rule.level, style=_STYLES[rule.level]), Text(rule.summary)
        )
    return table
