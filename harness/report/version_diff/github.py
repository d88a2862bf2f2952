"""A version diff as annotations of a GitHub workflow, which its log shows and its page lists."""

from collections.abc import Iterator

from harness.model.change import Level
from harness.model.version_diff import Row, VersionDiff
from harness.report.version_diff import telling
from harness.report.version_diff.conclusion import summary, verdict
from harness.report.version_diff.order import is_change

_COMMANDS = {Level.BREAKING: "error", Level.RISKY: "warning", Level.COMPATIBLE: "notice"}


def render(diff: VersionDiff) -> str:
    """Return a line for each change of the API, the worst first, and one for the upshot.

    The order matters: the page of a run lists only the first few of a kind. What is only of the
    documents annotates nothing, and neither does what no document shows.
    """
    return "".join(f"{line}\n" for line in _lines(diff))


def _lines(diff: VersionDiff) -> Iterator[str]:
    name = telling.subject(diff)
    yield _command("notice", name, f"{verdict(diff)}: {summary(diff)}")
    changes = [row for row in diff.rows if is_change(row)]
    for level, command in _COMMANDS.items():
        for row in changes:
            if row.level is level:
                yield _command(command, f"{name}: {level} change", _message(row))
    for gap in diff.gaps:
        yield _command("warning", f"{name}: not compared", telling.told(gap))
    for unused in diff.unused:
        yield _command("warning", f"{name}: nothing to ignore", telling.told(unused))


def _message(row: Row) -> str:
    words = (telling.standing(row), telling.observed(row))
    told = f" ({', '.join(word for word in words if word)})" if any(words) else ""
    rule = telling.told(row.change.rule) if row.change else ""
    return "\n".join((f"{telling.heading(row)}{told} [{rule}]", *telling.notes(row)))


def _command(name: str, title: str, message: str) -> str:
    escaped = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{name} title={escaped}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
