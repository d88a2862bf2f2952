"""Events of a small run, for tests to fold and to render."""

from dataclasses import replace

from harness.model.call import Call, Exchange, Manner, Reply, Twist
from harness.model.events import (
    CallJudged,
    FindingShrunk,
    HarnessFailed,
    Leaked,
    OperationJudged,
    OperationStarted,
    RunFinished,
    RunStarted,
    VersionUnsupported,
)
from harness.model.judgement import Complaint, Finding, Judged, Severity, Verdict
from harness.model.version import ApiVersion
from harness.report.build import ReportBuilder

SECRET = "hunter2-never-to-be-shown"
V25, V26, V27 = (ApiVersion(1, minor) for minor in (25, 26, 27))

STARTED = RunStarted(
    run="3fa2",
    daemon="dockerd 20.10.24",
    address="unix:///tmp/d/docker.sock",
    versions=(V25, V26),
    operations=4,
    seed=7,
    tier="scoped",
)
FINISHED = RunFinished(calls=48, seconds=200.0, generating=20.0, waiting=150.0, judging=10.0)


def exchange(version=V25, operation="ContainerList", status=200, **call):
    return Exchange(
        version=version,
        call=Call(
            operation=operation,
            method="GET",
            path="/containers/json",
            headers=(("X-Registry-Auth", SECRET),),
            body=SECRET.encode(),
            **call,
        ),
        reply=Reply(status=status, body=SECRET.encode(), headers=(("x-token", SECRET),)),
    )


def finding(  # noqa: PLR0913 - what tests differ in
    version=V25,
    operation="ContainerList",
    *,
    check="body-matches-schema",
    pointer="/*/Ports/*/IP",
    message="is null; the spec promises a string",
    severity=Severity.ERROR,
    **call,
):
    return Finding(
        check=check,
        severity=severity,
        operation=operation,
        complaint=Complaint(pointer, message, expected="string", seen="null"),
        exchange=exchange(version, operation, **call),
    )


def judged(verdict=Verdict.KEPT, version=V25, operation="ContainerList", findings=(), **more):
    default = OperationJudged(
        version=version,
        operation=operation,
        tags=("Container",),
        verdict=verdict,
        calls=12,
        succeeded=verdict in {Verdict.KEPT, Verdict.BROKEN},
        findings=tuple(findings),
        seconds=1.5,
    )
    return replace(default, **more)


def report(*events, filters=()):
    builder = ReportBuilder(filters)
    for event in events:
        builder.add(event)
    return builder.report()


def clean_run():
    """Everything kept, and seen to succeed."""
    return (
        STARTED,
        *(
            judged(version=version, operation=operation)
            for version in (V25, V26)
            for operation in ("ContainerList", "ContainerInspect")
        ),
        FINISHED,
    )


def full_run():
    """One of everything that can happen."""
    rude = {"manner": Manner.RUDE, "twist": Twist.UNKNOWN_ID, "at": "path/id"}
    null = finding()
    crash = finding(
        version=V26,
        operation="SystemAuth",
        check="reply-given",
        pointer="",
        message="closed the connection without a reply; the spec promises 200",
        **rude,
    )
    mild = finding(check="server-header", pointer="", message="no Server header", version=V26)
    mild = replace(mild, severity=Severity.WARNING)
    return (
        replace(STARTED, versions=(V25, V26, V27), operations=12),
        VersionUnsupported(V27, "the daemon serves API 1.12 to 1.26"),
        OperationStarted(V25, "ContainerList"),
        CallJudged(V25, "ContainerList", Judged(exchange(), Verdict.BROKEN, (), (null,))),
        judged(Verdict.BROKEN, findings=(null, null)),
        judged(operation="ContainerInspect"),
        judged(Verdict.BROKEN, V26, findings=(finding(version=V26), mild)),
        judged(Verdict.BROKEN, V26, "SystemAuth", (crash,), tags=("System",), succeeded=False),
        judged(Verdict.KEPT, V26, "ContainerInspect", succeeded=False),
        judged(Verdict.SKIPPED, V26, "SwarmInit", reason="beyond tier scoped", tags=("Swarm",)),
        judged(Verdict.SKIPPED, V25, "SwarmInit", reason="beyond tier scoped", tags=("Swarm",)),
        judged(Verdict.VACUOUS, V25, "ImageLoad", tags=("Image",), reason="no check applied"),
        judged(Verdict.UNTRIED, V26, "ImagePush", tags=("Image",), reason="no registry"),
        judged(Verdict.UNSUPPORTED, V27, "ContainerList", reason="API 1.27 is not served"),
        judged(Verdict.ERROR, V25, "ImageBuild", tags=("Image",), reason="no archive"),
        HarnessFailed(V25, "ImageBuild", "no archive could be made"),
        FindingShrunk(null, "curl --unix-socket /tmp/d/docker.sock " + "x" * 100 + "?all=1"),
        Leaked("volume", "contract-3fa2-v1"),
        FINISHED,
    )
