"""All that streams between a client and the processes of containers."""

from harness.fake.handlers import attaching, execs, logs
from harness.fake.requests.service import Handler

HANDLERS: dict[str, Handler] = {**logs.HANDLERS, **attaching.HANDLERS, **execs.HANDLERS}
