"""Known faults of a daemon: told apart from the others, counted, and missed where they are gone."""

import json
from dataclasses import replace
from io import StringIO
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from canned_run import FINISHED, STARTED, V25, V26, V27, finding, full_run, judged
from rich.console import Console

from harness.model.events import FindingShrunk, Leaked
from harness.model.judgement import Severity, Verdict
from harness.model.settings import FailOn
from harness.model.tables import KnownFault
from harness.model.version import VersionRange
from harness.report import json_result, junit
from harness.report.build import ReportBuilder
from harness.report.clusters import cluster
from harness.report.conclusion import exit_status
from harness.report.terminal import screen

NULL = KnownFault(
    "null-ip", r"dockerd 20\..*", "body-matches-schema", ("ContainerList",), "Sends no address."
)
ELSEWHERE = replace(NULL, id="null-elsewhere", operations=("ContainerInspect",), why="The same.")
EARLY = replace(NULL, versions=VersionRange(V25, V25))
CRASH = KnownFault("crash", r"dockerd 20\..*", "reply-given", ("SystemAuth",), "The handler dies.")


def told(*events, known=(NULL,), filters=(), fail_on=FailOn.BROKEN):
    builder = ReportBuilder(filters, known, fail_on)
    for event in events:
        builder.add(event)
    return builder.report()


def shown(report, width=80):
    file = StringIO()
    Console(file=file, width=width, highlight=False).print(screen(report, width=width), crop=False)
    return file.getvalue()


IN_LIST, IN_INSPECTION = finding(), finding(operation="ContainerInspect")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((), [("", 4, 3)]),
        ((CRASH,), [("", 4, 3)]),
        ((replace(NULL, operations=("*",)),), [("null-ip", 4, 3)]),
        ((NULL,), [("", 1, 1), ("null-ip", 3, 2)]),
        ((EARLY,), [("", 2, 2), ("null-ip", 2, 1)]),
        ((NULL, ELSEWHERE), [("null-ip", 3, 2), ("null-elsewhere", 1, 1)]),
    ],
)
def test_a_cluster_is_split_into_what_is_known_and_what_is_not(known, expected):
    findings = [IN_LIST, finding(number=1), finding(V26), IN_INSPECTION]
    found = cluster(findings, known=known)
    assert [(one.known, one.count, len(one.places)) for one in found] == expected
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert (one.example.exchange.version, one.example.operation) in one.places
        assert bool(one.explanation) is bool(one.known)


def test_what_nobody_knows_keeps_its_id_and_what_is_known_has_one_in_every_run():
    (alone,) = cluster([IN_INSPECTION])
    unexplained, known = cluster([IN_LIST, IN_INSPECTION], known=(NULL,))
    assert unexplained.id == alone.id
    assert [one.id for one in cluster([finding(V26)], known=(NULL,))] == [known.id]


def test_each_part_shows_only_its_own_shrunk_call():
    shrunk = [FindingShrunk(IN_LIST, "curl known"), FindingShrunk(finding(V26), "curl new")]
    new, known = cluster([IN_LIST, finding(V26)], shrunk, (EARLY,))
    assert (new.curl, new.example) == ("curl new", finding(V26))
    assert (known.curl, known.example) == ("curl known", IN_LIST)
    assert cluster([IN_LIST, finding(V26)], shrunk[:1], (EARLY,))[0].curl == ""


def test_a_known_fault_comes_after_milder_ones_that_nobody_knows():
    mild = finding(check="server-header", severity=Severity.WARNING)
    assert [one.check for one in cluster([IN_LIST, mild], known=(NULL,))] == [
        "server-header",
        "body-matches-schema",
    ]


@pytest.mark.parametrize(
    ("daemon", "known"), [("dockerd 20.10.24", 1), ("dockerd 21.0", 0), ("podman 4.3.1", 0)]
)
def test_only_faults_of_the_daemon_that_is_judged_explain(daemon, known):
    report = told(replace(STARTED, daemon=daemon), *full_run()[1:])
    assert (len(report.explained), len(report.unexplained)) == (known, 3 - known)


CLEAN = (judged(), judged(version=V26))
BROKEN = judged(Verdict.BROKEN, findings=(IN_LIST,))
SKIPPED = judged(Verdict.SKIPPED, V26)
LATER = replace(NULL, versions=VersionRange(V26, V27))


@pytest.mark.parametrize(
    ("events", "known", "missed"),
    [
        pytest.param((*CLEAN, FINISHED), NULL, True, id="all was called, and nothing showed"),
        pytest.param((BROKEN, CLEAN[1], FINISHED), NULL, False, id="it shows somewhere"),
        pytest.param((*CLEAN, FINISHED), EARLY, True, id="at all of its versions"),
        pytest.param((*CLEAN, FINISHED), LATER, False, id="a version of it was not asked for"),
        pytest.param((CLEAN[0], SKIPPED, FINISHED), NULL, False, id="skipped at one version"),
        pytest.param((CLEAN[0], SKIPPED, FINISHED), EARLY, True, id="skipped at another"),
        pytest.param((FINISHED,), NULL, False, id="the operation was not there"),
        pytest.param(
            (*CLEAN, FINISHED),
            replace(NULL, operations=("ContainerList", "ContainerTop")),
            False,
            id="one operation was not there",
        ),
        pytest.param(CLEAN, NULL, False, id="the run ended early"),
        pytest.param(
            (*CLEAN, replace(FINISHED, interrupted=True)), NULL, False, id="it was interrupted"
        ),
        pytest.param(
            (*CLEAN, FINISHED), replace(NULL, daemon="podman.*"), False, id="another daemon"
        ),
        pytest.param(
            (judged(Verdict.BROKEN, findings=(finding(message="is a number"),)), FINISHED),
            replace(NULL, message="is null*"),
            True,
            id="another fault shows",
        ),
    ],
)
def test_a_known_fault_is_missed_only_where_it_should_have_shown(events, known, missed):
    report = told(STARTED, *events, known=(known,))
    assert report.unseen == ((known,) if missed else ())


def test_a_fault_that_another_explains_first_is_not_missed():
    report = told(STARTED, BROKEN, FINISHED, known=(NULL, replace(NULL, id="twin")))
    assert report.unseen == ()


def test_a_filtered_run_misses_nothing():
    assert told(STARTED, *CLEAN, FINISHED, filters=("--only",)).unseen == ()


@pytest.mark.parametrize(
    ("events", "known", "fail_on", "status"),
    [
        ((BROKEN, FINISHED), (NULL,), FailOn.BROKEN, 1),
        ((BROKEN, FINISHED), (NULL,), FailOn.UNEXPLAINED, 0),
        ((BROKEN, FINISHED), (), FailOn.UNEXPLAINED, 1),
        ((BROKEN, FINISHED), (LATER,), FailOn.UNEXPLAINED, 1),
        ((BROKEN, judged(Verdict.BROKEN, V26), FINISHED), (NULL,), FailOn.UNEXPLAINED, 1),
        ((BROKEN, Leaked("volume", "v"), FINISHED), (NULL,), FailOn.UNEXPLAINED, 5),
        ((BROKEN,), (NULL,), FailOn.UNEXPLAINED, 5),
        ((*CLEAN, FINISHED), (NULL,), FailOn.UNEXPLAINED, 0),
        ((*CLEAN, FINISHED), (NULL,), FailOn.BROKEN, 0),
        (
            (BROKEN, replace(FINISHED, interrupted=True)),
            (NULL,),
            FailOn.UNEXPLAINED,
            130,
        ),
    ],
)
def test_known_faults_pass_only_where_all_are_known_and_that_was_asked_for(
    events, known, fail_on, status
):
    report = told(STARTED, *events, known=known, fail_on=fail_on)
    assert exit_status(report) == status
    result = json.loads(json_result.render(report))
    assert (result["exit_status"], result["fail_on"]) == (status, str(fail_on))


def test_the_terminal_shows_unexplained_faults_first_and_known_ones_shortly():
    lines = shown(told(*full_run(), known=(NULL,))).splitlines()
    start = lines.index("1 known fault")
    assert lines.index("2 unexplained faults, worst first") < start
    assert lines[start + 2] == "null-ip: Sends no address."
    assert lines[start + 3].endswith("is null; the spec promises a string")
    assert lines[start + 4].split() == ["3", "times", "at", "1.25..1.26:", "ContainerList"]
    assert lines[start + 5].startswith("curl ")
    assert lines[-1] == "BROKEN: 3 faults: 1 known, 2 unexplained, in 3 operations"


def test_the_terminal_tells_why_what_is_broken_does_not_fail():
    text = shown(told(STARTED, BROKEN, FINISHED, fail_on=FailOn.UNEXPLAINED))
    assert "unexplained fault" not in text
    assert "BROKEN: 1 fault: 1 known, 0 unexplained, in 1 operation; " in text
    assert "--fail-on unexplained lets that pass" in " ".join(text.split())


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (NULL, "  null-ip (ContainerList, body-matches-schema)"),
        (EARLY, "  null-ip (ContainerList at 1.25, body-matches-schema)"),
    ],
)
def test_the_terminal_lists_what_is_known_but_not_seen(known, line):
    lines = shown(told(STARTED, *CLEAN, FINISHED, known=(known,))).splitlines()
    assert lines[lines.index("Known but not seen") + 1] == line


def test_junit_says_which_failures_are_known():
    root = ET.fromstring(junit.render(told(*full_run(), known=(NULL,))))
    first, second = (
        root.find(f"testsuite[@name='API {version}']/testcase[@name='ContainerList']/failure")
        for version in (V25, V26)
    )
    assert first.get("message") == "known: is null; the spec promises a string"
    assert "known: Sends no address. [null-ip]" in first.text
    assert second.get("message") == "no Server header (and 1 more)"
    assert "known: Sends no address. [null-ip]" in second.text


def test_junit_skips_what_is_known_but_not_seen():
    root = ET.fromstring(junit.render(told(STARTED, *CLEAN, FINISHED)))
    (case,) = root.findall("testsuite[@name='run']/testcase")
    assert case.get("name") == "shows null-ip"
    assert case.find("skipped").get("message") == "known but not seen: Sends no address."
    assert root.get("failures") == "0"


def test_json_counts_what_is_known_and_tells_of_it():
    report = told(*full_run(), known=(NULL, replace(CRASH, operations=("SystemPing",))))
    result = json.loads(json_result.render(report))
    assert result["totals"]["faults"] == {"known": 1, "unexplained": 2}
    assert [(one["known"], one["explanation"]) for one in result["clusters"]] == [
        ("", ""),
        ("", ""),
        ("null-ip", "Sends no address."),
    ]


@pytest.mark.parametrize("known", [(), (NULL,), (EARLY, CRASH)])
@pytest.mark.parametrize("events", [full_run(), (STARTED, *CLEAN, FINISHED)])
def test_json_is_as_its_schema_says(events, known):
    schema = json.loads(json_result.SCHEMA_FILE.read_text())
    result = json.loads(json_result.render(told(*events, known=known)))
    jsonschema.Draft202012Validator(schema).validate(result)


def test_json_lists_what_is_known_but_not_seen():
    result = json.loads(json_result.render(told(STARTED, *CLEAN, FINISHED, known=(EARLY,))))
    assert result["known_but_not_seen"] == [
        {
            "id": "null-ip",
            "check": "body-matches-schema",
            "operations": ["ContainerList"],
            "versions": "1.25",
            "explanation": "Sends no address.",
        }
    ]
