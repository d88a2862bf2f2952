"""What is documented since when is told from the command line."""

import json

import pytest

from harness.cli.main import run
from harness.cli.since import find
from harness.model.errors import UsageError
from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace
from harness.specs.library import load, versions
from harness.specs.observed import observed

SPECS = {version: load(version) for version in versions()}
WAIT = "POST /containers/{}/wait"


@pytest.fixture
def told(capsys):
    """Run the program; return its exit status, what it printed, and what it said on stderr."""

    def ask(*arguments):
        status = run(["since", *arguments])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ask


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ContainerWait", [WAIT]),
        ("containerwait", [WAIT]),
        ("POST /containers/{id}/wait", [WAIT]),
        ("post  /containers/{whatever}/wait", [WAIT]),
        ("/containers/{id}/wait", [WAIT]),
        ("/v1.30/containers/{id}/wait", [WAIT]),
        ("containers/{id}/wait", [WAIT]),
        ("POST /v1.30/containers/f00d/wait?condition=removed", [WAIT]),
        ("/containers/f00d/wait", [WAIT]),
        ("/images/host:5000/a/b/json", ["GET /images/{}/json"]),
        ("DELETE /images/host:5000/a/b/json", ["DELETE /images/{}"]),
        ("ContainerCopy", ["POST /containers/{}/copy"]),
        (
            "/containers/{id}/archive",
            [f"{method} /containers/{{}}/archive" for method in ("GET", "HEAD", "PUT")],
        ),
        ("/swarm", ["GET /swarm"]),
    ],
)
def test_an_operation_is_found_however_it_is_named(text, keys):
    assert sorted(find(SPECS, text)) == keys


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "OPERATION is empty; give an id such as ContainerWait, or a path"),
        ("  ", "OPERATION is empty"),
        ("ContainerWai", "'ContainerWai'; is it ContainerWait?"),
        ("/container/json", "is it GET /containers/json?"),
        ("POST /containers/json/x/y", "no version has an operation 'POST /containers/json/x/y'"),
        ("PATCH /containers/x/json", "no version has an operation"),
        ("qqq", "'qqq'; `docker-contract specs show 1.33` lists them"),
        ("1.30", "no version has an operation '1.30'"),
        ("Container*", "no version has an operation 'Container*'"),
        ("a\nb\x1b[31m", r"'a\nb\x1b[31m'"),
    ],
)
def test_an_operation_that_is_none_is_refused_with_the_nearest(told, text, hint):
    with pytest.raises(UsageError) as refusal:
        find(SPECS, text)
    assert hint in str(refusal.value)
    status, out, err = told(text)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_an_operation_is_told_with_all_its_places(told):
    status, out, err = told("ContainerWait")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["POST", "/containers/{id}/wait", "1.18..1.33"]
    assert ["path/id", "1.18..1.33", "string"] in lines
    assert ["200/body/StatusCode", "1.18..1.33", "integer"] in lines
    assert ["404/body/message", "1.24..1.33", "string"] in lines


def test_one_place_is_told_with_what_was_announced_of_it(told):
    assert told("ContainerWait", "condition")[1].splitlines() == [
        "POST /containers/{id}/wait  1.18..1.33",
        "  query/condition  1.30..1.33  string; one of not-running, next-exit, removed",
        "    announced in 1.30, bullet 8: condition (gated: only from that version on)",
    ]


def test_what_errata_correct_is_told_as_it_was(told):
    assert told("PutContainerArchive", "copyUIDGID")[1].splitlines()[-2:] == [
        "    in the documents before errata correct them: none",
        "    announced in 1.30, bullet 14: copyUIDGID (not gated: at every version)",
    ]


@pytest.mark.parametrize("what", ["HostConfig.CpuCount", "HostConfig/CpuCount", "hostconfig.cpuc"])
def test_a_place_is_found_by_how_it_ends(told, what):
    assert "  body/HostConfig/CpuCount  1.25..1.33" in told("ContainerCreate", what)[1]


def test_of_several_methods_those_are_told_that_have_the_place(told):
    out = told("/containers/{id}/archive", "copyUIDGID")[1]
    assert out.startswith("PUT /containers/{id}/archive")
    assert "GET" not in out


def test_several_methods_are_told_one_after_the_other(told):
    blocks = told("/containers/{id}/archive", "path")[1].split("\n\n")
    assert [block.split()[0] for block in blocks] == ["GET", "HEAD", "PUT"]


def test_what_was_announced_of_all_operations_is_told_while_there_was_this_one(told):
    announced = "announced in 1.24, bullet 18: errors are JSON"
    assert announced in told("ContainerWait")[1]
    assert announced not in told("ContainerCopy")[1]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "Missing argument 'OPERATION'"),
        (("ContainerWait", "x", "y"), "unexpected extra argument(s) (y)"),
        (("POST", "/x"), "put the operation in quotes: 'POST /x'"),
        (("get", "/containers/json"), "put the operation in quotes: 'GET /containers/json'"),
        (("ContainerWait", "nono"), "no version documents 'nono' in POST /containers/{id}/wait"),
        (("ContainerWait", "/"), "no version documents '/'"),
        (("ContainerWait", "418"), "no version documents '418'"),
        (("ContainerCreate", "HostConfig.CpuCont"), "is it body/HostConfig/CpuCount?"),
        (("ContainerWait", "\x1b[31m"), r"'\x1b[31m'"),
        (
            ("/containers/{id}/archive", "nono"),
            "in GET /containers/{id}/archive or HEAD /containers/{id}/archive or PUT",
        ),
        (("--frobnicate",), "No such option: --frobnicate"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(told, arguments, line):
    status, out, err = told(*arguments)
    assert (status, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1


def test_json_is_whole_and_the_same_twice(told):
    status, out, err = told("ContainerWait", "condition", "--json")
    assert (status, err) == (0, "")
    (found,) = json.loads(out)
    assert found["operation"] == "POST /containers/{id}/wait"
    (place,) = found["places"]
    assert (place["place"], place["versions"][0]) == ("query/condition", "1.30")
    assert place["says"][0]["text"] == "string; one of not-running, next-exit, removed"
    assert {"id": "1.30/8.1", "version": "1.30", "gated": True} in place["announced"]
    assert told("ContainerWait", "condition", "--json") == (status, out, err)


def test_an_empty_what_is_as_none(told):
    assert told("ContainerWait", "") == told("ContainerWait")


def step(status, **places):
    return Step(
        "a/1",
        "POST /containers/{id}/wait",
        (),
        status,
        "application/json",
        "whole",
        places={name.replace("__", "/"): "" for name in places},
    )


@pytest.mark.parametrize(
    ("steps", "what", "line"),
    [
        ([step(200, body=1, body__StatusCode=1)], "StatusCode", None),
        ([step(200, body=1)], "StatusCode", "    not seen in replies of dockerd"),
        ([step(404, body=1, body__message=1)], "StatusCode", None),
        ([step(404)], "404/body", None),
        ([], "StatusCode", None),
        ([step(200)], "condition", None),
        ([step(200)], "200/body", "    not seen in replies of dockerd"),
        ([step(200)], "404", None),
        ([step(400)], "400", "    seen in replies of dockerd at 1.29"),
    ],
)
def test_what_a_daemon_was_seen_to_answer_is_told_where_it_differs(
    told, monkeypatch, steps, what, line
):
    # The document of 1.29 has no 400, that of 1.30 has.
    traces = (Trace("dockerd", ApiVersion(1, 29), tuple(steps)),)
    monkeypatch.setattr("harness.cli.since._traces", lambda _: traces)
    lines = told("ContainerWait", what)[1].splitlines()
    assert [each for each in lines if "seen" in each] == ([line] if line else [])


def test_what_was_observed_can_be_read_of_one_operation_alone():
    version = observed().versions[0]
    (alone,) = {each.operation for each in observed().trace(version, "GET /version").steps}
    assert alone == "GET /version"


def test_a_member_that_a_daemon_sends_at_every_version_is_told_so(told):
    said = told("/version", "MinAPIVersion")[1].splitlines()
    assert said[1].split() == ["200/body/MinAPIVersion", "1.25..1.33", "string"]
    assert said[-1].startswith("    seen in replies of Docker Engine 20.10.24")
    assert said[-1].endswith(" at 1.18..1.33")
