"""Readers of connections that notice at once when the other side is gone."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LIMIT = 2**16


class Ear(asyncio.StreamReader):
    """A reader that can say when the client closes its side, while nobody reads."""

    def __init__(self) -> None:
        super().__init__(limit=_LIMIT, loop=asyncio.get_running_loop())
        self._at_end: Callable[[], object] | None = None
        self._ended = False

    def feed_eof(self) -> None:
        """Take note that the client closed its side."""
        super().feed_eof()
        self._end()

    def set_exception(self, exc: BaseException) -> None:
        """Take note that the connection broke."""
        super().set_exception(exc)  # type: ignore[arg-type]
        self._end()

    @contextmanager
    def listening(self, at_end: Callable[[], object]) -> Iterator[None]:
        """Call `at_end` once the client has closed its side, while in the block.

        Where it had done so before, that is called as soon as the block waits for anything.
        """
        self._at_end = at_end
        early = asyncio.get_running_loop().call_soon(at_end) if self._ended else None
        try:
            yield
        finally:
            self._at_end = None
            if early is not None:
                early.cancel()

    def _end(self) -> None:
        self._ended = True
        if self._at_end is not None:
            self._at_end()
