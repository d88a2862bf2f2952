"""A report as text: on a terminal, as JUnit XML, as JSON."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from canned_run import (
    FINISHED,
    SECRET,
    STARTED,
    V25,
    V26,
    clean_run,
    finding,
    full_run,
    judged,
    report,
)
from rich.console import Console

from harness.model.events import FindingShrunk, Leaked
from harness.model.judgement import Complaint, Verdict
from harness.model.version import ApiVersion
from harness.report import json_result, junit
from harness.report.formats import FORMATS
from harness.report.terminal import screen

DOCS = Path(__file__).parents[2] / "docs"
CURL = "curl --unix-socket /tmp/d/docker.sock " + "x" * 100 + "?all=1"


def shown(told, *, width=80, **console):
    file = StringIO()
    terminal = Console(file=file, width=width, highlight=False, **console)
    terminal.print(screen(told, width=width), crop=False)
    return file.getvalue()


RENDERERS = {"terminal": shown, **FORMATS}


@pytest.mark.parametrize("name", RENDERERS)
def test_secrets_reach_no_output(name):
    assert SECRET not in RENDERERS[name](report(*full_run()))


@pytest.mark.parametrize("name", RENDERERS)
def test_equal_runs_make_equal_texts(name):
    render = RENDERERS[name]
    assert render(report(*full_run())) == render(report(*full_run()))


@pytest.mark.parametrize("name", RENDERERS)
def test_a_run_without_events_still_renders(name):
    assert RENDERERS[name](report())


@pytest.mark.parametrize("name", RENDERERS)
def test_what_a_daemon_sends_cannot_steer_the_reader(name):
    nasty = "\x1b[2J\x00\ud800<&>[bold]"
    hostile = replace(finding(), complaint=Complaint(nasty, nasty, nasty, nasty))
    told = report(
        replace(STARTED, daemon=nasty, address=nasty),
        judged(Verdict.BROKEN, findings=(hostile,), reason=nasty),
        judged(Verdict.SKIPPED, V26, reason=nasty),
        Leaked("volume", nasty),
        FINISHED,
    )
    text = RENDERERS[name](told)
    text.encode()
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "2J" in text


def test_the_terminal_shows_the_table_the_faults_and_the_verdict():
    lines = shown(report(*full_run())).splitlines()
    assert lines[0] == "dockerd 20.10.24 at unix:///tmp/d/docker.sock"
    assert any(line.split() == ["containers", "1", "✗1", "1", "✗1", "~1"] for line in lines)
    assert any(line.startswith("1.  is null; the spec promises a string") for line in lines)
    assert "    versions    1.25..1.26" in lines
    assert "    times       3" in lines
    assert "    promised    string" in lines
    assert "    seen        null" in lines
    assert "  volume contract-3fa2-v1" in lines
    assert "  beyond tier scoped (2)" in lines
    assert "    SwarmInit 1.25..1.26" in lines
    assert "3 of 11 operations seen to succeed at least once" in lines
    assert lines[-1] == "BROKEN: 3 faults in 3 operations"


def test_the_curl_line_comes_in_one_piece():
    assert CURL in shown(report(*full_run())).splitlines()


def test_all_other_lines_fit_80_columns():
    wide = [line for line in shown(report(*full_run())).splitlines() if len(line) > 80]
    assert wide == [CURL]


def test_many_versions_are_shown_in_bands():
    versions = [ApiVersion(1, minor) for minor in range(18, 49)]
    told = report(STARTED, *(judged(version=version) for version in versions), FINISHED)
    text = shown(told)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert all(str(version) in text for version in versions)


@pytest.mark.parametrize(
    ("events", "ending"),
    [
        (clean_run(), "CERTIFIED: all 4 operations keep API 1.25..1.26"),
        (
            (STARTED, judged(Verdict.SKIPPED), FINISHED),
            "PARTIAL: nothing is broken in 0 operations judged, but that is not all",
        ),
        (
            (STARTED, judged(Verdict.BROKEN, findings=(finding(),)), FINISHED),
            "BROKEN: 1 fault in 1 operation",
        ),
    ],
)
def test_the_last_line_is_the_verdict(events, ending):
    assert shown(report(*events)).splitlines()[-1] == ending


def test_an_interrupted_run_is_marked_partial():
    text = shown(report(*clean_run()[:-1], replace(FINISHED, interrupted=True)))
    assert "  it was interrupted\n" in text
    assert "PARTIAL" in text


def test_colour_is_only_for_terminals():
    told = report(*full_run())
    assert "\x1b[" not in shown(told)
    assert "\x1b[1;31m" in shown(told, force_terminal=True, color_system="standard")
    assert "\x1b[" not in shown(told, force_terminal=True, color_system=None)


def case(told, name, version="1.25"):
    root = ET.fromstring(junit.render(told))
    (found,) = root.findall(f"testsuite[@name='API {version}']/testcase[@name='{name}']")
    return found


@pytest.mark.parametrize(
    ("verdict", "tag", "message"),
    [
        (Verdict.KEPT, None, None),
        (Verdict.ERROR, "error", "why"),
        (Verdict.VACUOUS, "skipped", "vacuous: why"),
        (Verdict.UNSUPPORTED, "skipped", "unsupported: why"),
        (Verdict.DISABLED, "skipped", "disabled: why"),
        (Verdict.SKIPPED, "skipped", "skipped: why"),
        (Verdict.UNTRIED, "skipped", "untried: why"),
        (Verdict.BROKEN, "failure", "why"),
    ],
)
def test_every_verdict_has_its_place_in_junit(verdict, tag, message):
    found = case(report(STARTED, judged(verdict, reason="why"), FINISHED), "ContainerList")
    assert [(child.tag, child.get("message")) for child in found] == (
        [(tag, message)] if tag else []
    )
    assert found.get("time") == "1.500"


def test_a_junit_failure_tells_of_its_faults():
    failure = case(report(*full_run()), "ContainerList").find("failure")
    assert failure.get("message") == "is null; the spec promises a string"
    assert "3 times at 1.25..1.26: ContainerList" in failure.text
    assert "promised string; seen null" in failure.text
    assert CURL in failure.text


def test_junit_counts_what_it_holds():
    root = ET.fromstring(junit.render(report(*full_run())))
    for tag, total in (
        ("testcase", "tests"),
        ("failure", "failures"),
        ("error", "errors"),
        ("skipped", "skipped"),
    ):
        assert root.get(total) == str(len(list(root.iter(tag))))
        assert root.get(total) == str(sum(int(suite.get(total)) for suite in root))
    assert [suite.get("name") for suite in root] == ["API 1.25", "API 1.26", "API 1.27", "run"]


def test_junit_tells_of_leaks_and_of_an_end_before_its_time():
    told = report(*clean_run()[:-1], Leaked("volume", "v1"))
    root = ET.fromstring(junit.render(told))
    names = [case.get("name") for case in root.findall("testsuite[@name='run']/testcase")]
    assert names == ["removes volume v1", "completes"]


@pytest.mark.parametrize("events", [(), clean_run(), full_run(), clean_run()[:-1]])
def test_json_is_as_its_schema_says(events):
    schema = json.loads(json_result.SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    result = json.loads(json_result.render(report(*events)))
    jsonschema.Draft202012Validator(schema).validate(result)


def test_the_published_schema_is_the_shipped_one():
    published = (DOCS / "result.schema.json").read_text()
    assert published == json_result.SCHEMA_FILE.read_text()


def test_json_tells_what_the_report_holds():
    result = json.loads(json_result.render(report(*full_run())))
    assert (result["conclusion"], result["exit_status"], result["complete"]) == ("broken", 1, True)
    assert result["totals"]["succeeded"] == 3
    assert result["totals"]["verdicts"]["skipped"] == 2
    worst = result["clusters"][0]
    assert worst["count"] == 3
    assert worst["places"] == [
        {"version": str(version), "operation": "ContainerList"} for version in (V25, V26)
    ]
    assert worst["example"]["curl"] == CURL
    assert result["leaks"] == [{"kind": "volume", "name": "contract-3fa2-v1"}]


def test_the_shrunk_example_is_shown_for_each_fault():
    other = finding(check="status-documented", message="answered 418", pointer="")
    told = report(
        STARTED,
        judged(Verdict.BROKEN, findings=(finding(), other)),
        FindingShrunk(other, "curl two"),
        FindingShrunk(finding(), "curl one"),
        FINISHED,
    )
    assert {cluster.check: cluster.curl for cluster in told.clusters} == {
        "body-matches-schema": "curl one",
        "status-documented": "curl two",
    }
