"""How commands print what they have to show, on a terminal and elsewhere."""

import sys

from rich.console import Console, RenderableType


def show(shown: RenderableType, *, width: int | None = None) -> None:
    """Print to stdout; `width` is that of lines where stdout is no terminal."""
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(shown)
        return
    if width is not None:
        console = Console(highlight=False, width=width)
    # What pads a line on a terminal is no part of the text.
    with console.capture() as captured:
        console.print(shown)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
