"""Verdicts on an exchange."""

import pytest
from subjects import TEXT, subject

from harness.checks import CHECKS, judge
from harness.model.judgement import Verdict

SWITCHED_OFF = b'{"message":"checkpoint is only supported in experimental mode"}'


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        ({}, Verdict.KEPT),
        ({"status": 418}, Verdict.BROKEN),
        ({"status": 501, "body": b'{"message":"no"}'}, Verdict.UNSUPPORTED),
        (
            {"status": 404, "body": b'{"message":"Path /v1.30/plugins is not supported"}'},
            Verdict.UNSUPPORTED,
        ),
        ({"status": 404, "body": b'{"message":"No such container: is"}'}, Verdict.KEPT),
        ({"operation": "ContainerStart", "status": 400, "body": SWITCHED_OFF}, Verdict.UNSUPPORTED),
        (
            {
                "operation": "ContainerStart",
                "version": "1.25",
                "status": 400,
                "headers": TEXT,
                "body": b"This experimental feature is disabled by default. Start the daemon so",
            },
            Verdict.UNSUPPORTED,
        ),
        (
            {"operation": "ContainerStart", "status": 400, "body": b'{"message":"bad"}'},
            Verdict.KEPT,
        ),
        ({"operation": "ContainerStart", "status": 400, "body": b'{"message":7}'}, Verdict.KEPT),
    ],
)
def test_a_verdict_follows_from_findings_first(difference, verdict):
    assert judge(subject(**difference), CHECKS).verdict is verdict


def test_nothing_passes_untested():
    judged = judge(subject(), [])
    assert judged.verdict is Verdict.VACUOUS
    assert judged.applied == ()


def test_a_finding_carries_what_shows_it():
    about = subject(status=418)
    (finding,) = judge(about, CHECKS).findings
    assert finding.exchange == about.exchange
    assert (finding.operation, finding.severity) == ("ContainerInspect", "error")
    assert (finding.complaint.expected, finding.complaint.seen) == ("200, 404, 500", "418")
