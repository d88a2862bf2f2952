"""How commands of sh leave what they are in."""


class ExitError(Exception):
    """The shell exits."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status & 0xFF


class ReturnError(Exception):
    """The function returns."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status & 0xFF


class LoopError(Exception):
    """A loop is left, or so many of them."""

    def __init__(self, levels: int = 1) -> None:
        super().__init__(levels)
        self.levels = max(levels, 1)


class BreakError(LoopError):
    """The loop is over."""


class ContinueError(LoopError):
    """The loop goes on with its next turn."""
