"""Progress of a run on stderr: live on a terminal, now and then a plain line elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from harness.model.events import Event, RunStarted
from harness.report.progress import Progress, advance, line, place
from harness.report.wording import counted, printable, spans

_EVERY = 15.0  # seconds between plain lines
_REFRESHES = 5  # a second


class Watcher:
    """A context manager that shows events as they come; a silent one shows nothing."""

    def __init__(
        self, console: Console, *, silent: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._silent = silent
        self._clock = clock
        self._began = self._told = clock()
        self._progress = Progress()
        self._spinner = Spinner("dots")
        live = console.is_terminal and not silent
        self._live = (
            Live(
                self,
                console=console,
                transient=True,
                refresh_per_second=_REFRESHES,
                redirect_stdout=False,
            )
            if live
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the live lines away; harmless where there are none."""
        if self._live:
            self._live.stop()

    def see(self, event: Event) -> None:
        """Count an event, and tell of it where it is time to."""
        before, self._progress = self._progress, advance(self._progress, event)
        if self._silent:
            return
        if isinstance(event, RunStarted):
            self.say(_opening(event))
        elif not self._live:
            self._tell_now_and_then(before)

    def say(self, text: str) -> None:
        """Print one line, above the live ones if there are any."""
        self._console.print(Text(text), soft_wrap=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the live lines: what is judged now, and how far the run is."""
        head = Table.grid(padding=(0, 1))
        head.add_row(self._spinner, Text(place(self._progress) or "getting ready", style="bold"))
        yield head
        if self._progress.planned:
            counts = line(self._progress, self._clock() - self._began)
            width = max(10, min(30, options.max_width - counts.cell_len - 2))
            body = Table.grid(padding=(0, 1))
            bar = ProgressBar(self._progress.planned, self._progress.done, width=width)
            body.add_row(bar, counts)
            yield body

    def _tell_now_and_then(self, before: Progress) -> None:
        now = self._clock()
        reached = before.version is not None and before.version != self._progress.version
        if reached or now - self._told >= _EVERY:
            self._told = now
            self.say(f"at {place(self._progress)}: {line(self._progress, now - self._began).plain}")


def _opening(event: RunStarted) -> str:
    operations = counted(event.operations, "operation")
    return printable(
        f"judging {event.daemon} at {event.address}: API {spans(event.versions)}, {operations}, "
        f"tier {event.tier}, seed {event.seed}"
    )
