"""Exchanges for tests: right by default, and what a row says is different about them."""

from dataclasses import replace

from harness.model.call import Call, Ending, Exchange, Manner, Reply, Twist
from harness.model.judgement import Streaming, Subject
from harness.model.version import ApiVersion
from harness.specs.library import load

COMMON = {
    "api-version": "1.41",
    "server": "Docker/20.10.24 (linux)",
}
JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain; charset=utf-8"}


def subject(  # noqa: PLR0913 - a row names what is different, whatever it is
    operation="ContainerInspect",
    *,
    version="1.30",
    status=200,
    body=b"{}",
    headers=None,
    ending=Ending.COMPLETE,
    method=None,
    manner=Manner.POLITE,
    twist=Twist.NONE,
    media_type="",
    streaming=Streaming.WHOLE,
    endless=False,
    plain=None,
    **promises,
):
    """Build the subject of one exchange; `promises` replace what the document says.

    Headers are those that all replies of Docker have, and JSON; None takes one away. `plain` holds
    what is different about the exchange without the unknown parts.
    """
    asked = ApiVersion.parse(version)
    spec = load(max(asked, ApiVersion(1, 25)))
    documented = replace(spec.operations[operation], **promises)
    if twist is not Twist.NONE and manner is Manner.POLITE:
        manner = Manner.RUDE
    merged = {**COMMON, **JSON, **(headers or {})}
    exchange = Exchange(
        version=asked,
        call=Call(
            operation=operation,
            method=method or documented.method,
            path=documented.path,
            manner=manner,
            twist=twist,
            media_type=media_type,
        ),
        reply=Reply(
            status=status,
            headers=tuple((name, value) for name, value in merged.items() if value is not None),
            body=body,
            ending=ending,
        ),
    )
    without = None
    if plain is not None:
        without = subject(operation, version=version, streaming=streaming, **plain).exchange
    return Subject(spec, documented, exchange, streaming, without, endless)
