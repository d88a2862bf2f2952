"""A daemon that runs nothing and answers like Docker's, at the version that it is asked."""

from harness.fake.daemon import FakeDaemon
from harness.fake.programs.known import Canned
from harness.fake.programs.steps import Invocation, Output, Pause, Read
from harness.fake.requests.faults import Fault

__all__ = ["Canned", "FakeDaemon", "Fault", "Invocation", "Output", "Pause", "Read"]
