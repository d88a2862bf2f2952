"""Faults that a person asks the fake to commit, for clients that have to live with them."""

import fnmatch
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with replies to some operations.

    `operation` is an id such as ContainerList, also as a pattern. `status` and `message` refuse the
    call; `delay` in seconds puts the reply off; `cut` closes the connection in place of a reply;
    `cut_after` closes it after so many bytes of the body; `garbage` is sent in place of the body.
    After `times` calls it is over; None is never.
    """

    operation: str = "*"
    status: int = 0
    message: str = ""
    delay: float = 0.0
    cut: bool = False
    cut_after: int | None = None
    garbage: bytes | None = None
    times: int | None = None

    @property
    def told(self) -> str:
        """Return what the refusal says."""
        return self.message or f"told to answer {self.status}"


@dataclass(slots=True)
class Faults:
    """The faults to commit, the newest first."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Commit a fault from the next call on."""
        self.pending.insert(0, fault)

    def clear(self) -> None:
        """Commit none any more."""
        self.pending.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the fault for a call of an operation, and count it."""
        for place, fault in enumerate(self.pending):
            if not fnmatch.fnmatchcase(operation, fault.operation):
                continue
            if fault.times is not None:
                left = fault.times - 1
                self.pending[place : place + 1] = [replace(fault, times=left)] if left > 0 else []
                if left < 0:
                    return self.take(operation)
            return fault
        return None
