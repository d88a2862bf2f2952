"""A daemon that runs nothing and answers like Docker's, at the version that it is asked."""

from harness.fake.daemon import FakeDaemon
from harness.fake.faults import Fault

__all__ = ["FakeDaemon", "Fault"]
