"""The wire: exchanges → traces, and how two traces differ."""

from harness.diff.wire.comparing import compare
from harness.diff.wire.lens import Lens
from harness.diff.wire.observing import Observer, observe, trace

__all__ = ["Lens", "Observer", "compare", "observe", "trace"]
