"""Events of runs on two daemons, for tests to compare."""

from harness.diff.forms import Form
from harness.model.call import Call, Exchange, Reply
from harness.model.events import CallJudged, OperationJudged, RunFinished, RunStarted
from harness.model.judgement import Judged, Verdict
from harness.model.version import ApiVersion
from harness.report.side import SideBuilder

V25, V26 = ApiVersion(1, 25), ApiVersion(1, 26)
JSON = "application/json"


def called(  # noqa: PLR0913 - what tests differ in
    operation="BoxOpen", version=V25, *, recipe=0, number=0, status=200, message="", **differences
):
    """Tell of a call whose reply has a form that `formed` reads."""
    call = Call(operation, "GET", f"/{operation}", number=number, **differences)
    reply = Reply(status, (("content-type", JSON),), message.encode())
    judged = Judged(Exchange(version, call, reply), Verdict.VACUOUS)
    return CallJudged(version, operation, judged, recipe=recipe, call=call)


def formed(event):
    """Read the form of the reply; a body that is "null" has that type."""
    reply = event.judged.exchange.reply
    message = reply.body.decode()
    kind = "null" if message == "null" else "object"
    return Form(reply.status, reply.media_type, {"": frozenset((kind,))}, message)


def side(name, *events, finished=True, versions=(V25,)):
    """Return what a run of these events shows, each operation judged without a reason."""
    builder = SideBuilder(name, formed)
    builder.add(RunStarted("3fa2", f"{name} 1.0", f"unix:///{name}", versions, 1, 7, "scoped"))
    judged = {(event.version, event.operation) for event in events if hasattr(event, "judged")}
    told = {(event.version, event.operation) for event in events if hasattr(event, "tags")}
    for version, operation in sorted(judged - told):
        builder.add(ended(operation, version))
    for event in events:
        builder.add(event)
    if finished:
        builder.add(RunFinished(seconds=2.0))
    return builder.side()


def ended(operation="BoxOpen", version=V25, reason=""):
    """Tell that an operation's calls are over."""
    return OperationJudged(
        version, operation, (), Verdict.VACUOUS, 1, succeeded=not reason, reason=reason
    )
