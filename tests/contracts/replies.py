"""Exchanges for tests of Docker's own rules: right by default."""

from harness.model.call import Call, Ending, Exchange, Manner, Reply, Twist
from harness.model.judgement import Streaming, Subject
from harness.model.version import ApiVersion
from harness.specs.library import load

COMMON = {"api-version": "1.41", "server": "Docker/20.10.24+dfsg1 (linux)"}
FIRST = ApiVersion(1, 25)


def subject(  # noqa: PLR0913 - a row names what is different, whatever it is
    operation="ContainerInspect",
    *,
    version="1.30",
    status=200,
    body=b"{}",
    headers=None,
    ending=Ending.COMPLETE,
    method=None,
    streaming=Streaming.WHOLE,
    twist=Twist.NONE,
):
    """Build the subject of one exchange; of the headers, None takes one away."""
    asked = ApiVersion.parse(version)
    spec = load(max(asked, FIRST))
    documented = spec.operations[operation]
    merged = {**COMMON, "content-type": "application/json", **(headers or {})}
    kept = tuple((name, value) for name, value in merged.items() if value is not None)
    call = Call(
        operation=operation,
        method=method or documented.method,
        path=documented.path,
        manner=Manner.RUDE if twist else Manner.POLITE,
        twist=twist,
    )
    reply = Reply(status=status, headers=kept, body=body, ending=ending)
    return Subject(spec, documented, Exchange(asked, call, reply), streaming)
