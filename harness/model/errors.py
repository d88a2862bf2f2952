"""What can go wrong, by who must act on it.

* HarnessError          whoever maintains the harness: exit 5
  - UsageError          the person at the command line: exit 2
  - SpecError           whoever maintains specs/ or contracts/: exit 3
  - DaemonError         whoever runs the daemon: exit 4

A broken promise is none of these. It is a `Finding`, and it is a value.
"""

from typing import ClassVar


class HarnessError(Exception):
    """Something went wrong that is not a finding; its text is one line for a person."""

    exit_status: ClassVar[int] = 5


class UsageError(HarnessError):
    """The command line or a setting asks for what cannot be."""

    exit_status: ClassVar[int] = 2


class SpecError(HarnessError):
    """A document or a table is wrong; the text names the place."""

    exit_status: ClassVar[int] = 3


class DaemonError(HarnessError):
    """The daemon cannot be reached, is no Docker daemon, or died."""

    exit_status: ClassVar[int] = 4
