"""Two versions, or two documents, are compared from the command line."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.cli.main import run
from harness.cli.plugin_call import normalise
from harness.daemon.recording import Header, Recorder
from harness.diff.paper import RULES
from harness.model.call import Call, Exchange, Reply
from harness.model.version import ApiVersion
from harness.report.version_diff.formats import FORMATS

PROGRAM = Path(sys.executable).with_name("docker-contract")
COLOUR = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS")
HEAVY = ("pytest", "schemathesis", "hypothesis", "jsonschema_rs", "httpcore", "aiohttp")
PET = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


def document(**differences):
    """Return a Swagger document of pets, with whatever the test says is different in its list."""
    listing = {
        "operationId": "listPets",
        "parameters": [{"name": "limit", "in": "query", "type": "integer"}],
        "responses": {"200": {"description": "All.", "schema": {"type": "array", "items": PET}}},
        **differences,
    }
    info = {"title": "pets", "version": "1.0.0"}
    return {"swagger": "2.0", "info": info, "paths": {"/pets": {"get": listing}}}


REQUIRED = [{"name": "limit", "in": "query", "type": "integer", "required": True}]
MORE = [*document()["paths"]["/pets"]["get"]["parameters"], {**REQUIRED[0], "name": "page"}]
OPTIONAL = [{**each, "required": False} for each in MORE]


@pytest.fixture
def told(capsys):
    """Run the program; return its exit status, what it printed, and what it said on stderr."""

    def ask(*arguments):
        status = run([str(each) for each in arguments])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ask


@pytest.fixture
def pets(tmp_path, monkeypatch):
    """Go to a folder with documents of pets, and return what writes another file there."""
    monkeypatch.chdir(tmp_path)

    def write(name, value):
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        Path(name).write_bytes(content)

    write("old.json", document())
    write("breaking.json", document(parameters=REQUIRED))
    write("compatible.json", document(parameters=OPTIONAL))
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    return write


def exchange(method="GET", path="/containers/json", query=(), status=200):
    return Exchange(ApiVersion(1, 30), Call("", method, path, query=query), Reply(status))


def archive(*urls, method="GET"):
    return {
        "log": {
            "entries": [
                {"request": {"method": method, "url": url}, "response": {"status": 200}}
                for url in urls
            ]
        }
    }


WAITING = archive("http://docker/v1.30/containers/x/wait?condition=removed", method="POST")


def test_two_versions_are_compared_on_paper_and_as_announced(told):
    status, out, err = told("diff", "1.29", "1.30")
    assert (status, err) == (0, "")
    assert out.startswith("API 1.29 → 1.30  97 → 103 operations\n")
    assert "query/condition: added (string) · announced 1.30/8.1" in out


def test_versions_may_be_written_with_a_v(told):
    assert told("diff", "v1.29", "v1.30") == told("diff", "1.29", "1.30")


@pytest.mark.parametrize("what", ["1.30", "old.json"])
def test_what_is_compared_with_itself_does_not_differ_and_fails_nobody(told, pets, what):
    del pets
    status, out, err = told("diff", what, what, "--fail-on", "risky")
    assert (status, err) == (0, "")
    assert "No differences." in out.splitlines()


def test_two_documents_of_any_api_are_compared_on_paper(told, pets):
    del pets
    status, out, _ = told("diff", "old.json", "breaking.json")
    assert status == 0
    assert out.startswith("old.json → breaking.json  1 → 1 operation")
    assert "✗ query/limit: became required" in out
    assert "announced" not in out


def test_a_document_is_compared_with_a_version(told, pets):
    del pets
    status, out, _ = told("diff", "old.json", "1.30")
    assert (status, out.partition("\n")[0]) == (0, "old.json → 1.30  1 → 103 operations")


@pytest.mark.parametrize(
    ("new", "level", "status"),
    [
        ("breaking.json", "never", 0),
        ("breaking.json", "breaking", 1),
        ("breaking.json", "risky", 1),
        ("compatible.json", "risky", 0),
        ("old.json", "risky", 0),
    ],
)
def test_a_change_that_is_bad_enough_ends_with_1(told, pets, new, level, status):
    del pets
    assert told("diff", "old.json", new, "--fail-on", level)[0] == status


def test_what_is_ignored_fails_nobody(told, pets):
    pets("ignore.yaml", [{"rule": "request-parameter-became-required", "why": "Nobody leaves it."}])
    asked = ("diff", "old.json", "breaking.json", "--fail-on", "breaking", "--ignore")
    assert told(*asked, "ignore.yaml")[0] == 0
    pets("ignore.yaml", [{"rule": "operation-*", "why": "Another rule."}])
    assert told(*asked, "ignore.yaml")[0] == 1


@pytest.mark.parametrize("pattern", ["ContainerWait", "post /containers/{x}/wait", "Container*it"])
def test_only_some_operations_are_told_of_however_they_are_named(told, pattern):
    status, out, _ = told("diff", "1.29", "1.30", "--only", pattern)
    assert status == 0
    assert out.splitlines()[2] == f"only {pattern}"
    assert "POST /containers/{id}/wait" in out
    assert "PUT /containers/{id}/archive" not in out


def test_only_what_a_client_uses_is_told_of_and_the_lowest_version_for_it(told, pets):
    pets("client.har", WAITING)
    status, out, err = told("diff", "1.29", "1.30", "--used", "client.har")
    assert (status, err) == (0, "")
    assert "only what client.har uses: 1 call of 1 operation" in out.splitlines()
    assert "PUT /containers/{id}/archive" not in out
    assert out.endswith(
        "\nLowest version that documents what the client asks with: 1.30, the first with\n"
        "  POST /containers/{id}/wait query/condition\n"
    )


def test_a_recording_tells_what_a_client_uses_too(told, pets):
    del pets
    with Recorder(Path("client"), Header(seed=1, daemon="d", started="now")) as recorder:
        recorder.write(exchange())
        recorder.write(exchange(path="/odd"))
    out = told("diff", "1.29", "1.30", "--used", "client")[1]
    assert out.endswith(
        "\nLowest version that documents what the client asks with: 1.18\n"
        "1 request of no documented operation: GET /odd\n"
    )


def test_what_no_document_has_is_listed_in_part_where_it_is_much(told, pets):
    url = "http://d/v1.30/info?" + "&".join(f"odd{number:02}=1" for number in range(25))
    pets("client.har", archive(url, *(f"http://d/{number}" for number in range(8))))
    out = told("diff", "1.29", "1.30", "--used", "client.har")[1]
    assert out.partition("Asked with, and in no document:\n")[2].splitlines()[-3:] == [
        "  GET /info query/odd19",
        "  and 5 more",
        "8 requests of no documented operation: GET /0, GET /1, GET /2, GET /3, GET /4 and 3 more",
    ]


def test_of_any_api_what_a_client_uses_is_told_without_a_version(told, pets):
    pets("client.har", archive("https://pets.example/pets?limit=1", "https://pets.example/odd"))
    asked = ("--used", "client.har", "--fail-on", "breaking")
    status, out, _ = told("diff", "old.json", "breaking.json", *asked)
    assert status == 1
    assert "only what client.har uses: 1 call of 1 operation" in out
    assert "query/limit: became required" in out
    assert out.endswith("\n\n1 request of no documented operation: GET /odd\n")
    status, out, _ = told("diff", "old.json", "compatible.json", *asked)
    assert (status, "page" in out) == (0, False)


def test_two_ways_of_narrowing_are_both_told(told, pets):
    pets("client.har", WAITING)
    asked = ("--only", "ContainerWait", "--used", "client.har", "--format", "json")
    found = json.loads(told("diff", "1.29", "1.30", *asked)[1])
    assert found["narrowed"] == "ContainerWait, what client.har uses: 1 call of 1 operation"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "OLD is missing: name two versions, as in `docker-contract diff 1.24 1.30`"),
        (("1.30",), "NEW is missing: name two versions"),
        (("", "1.30"), "OLD is missing"),
        (("1.17", "1.30"), "there is no document of API 1.17; there are those of 1.18 to 1.33"),
        (("1.30", "1.99"), "there is no document of API 1.99"),
        (("1.99", "1.17"), "there is no document of API 1.99"),
        (("1.30", "1.24"), "the older version comes first: docker-contract diff 1.24 1.30"),
        (("v1", "1.30"), "'v1' is neither a version, such as 1.30, nor a file that is there"),
        (("1.30", "abc"), "'abc' is neither a version"),
        (("1.24..1.30", "1.30"), "'1.24..1.30' is neither a version"),
        (("1." + "9" * 5000, "1.30"), "is not an API version"),
        (("a\nb", "1.30"), r"'a\nb' is neither a version"),
        (("a\0b", "1.30"), r"'a\x00b' is neither a version"),
        (("none.json", "1.30"), "'none.json' is neither a version"),
        (("loop", "1.30"), "'loop' is neither a version"),
        (("folder", "1.30"), "'folder' is a folder; name a file in it"),
        (("/dev/null", "1.30"), "'/dev/null' cannot be read twice, as is needed"),
        (("1.24", "1.30", "1.33"), "unexpected extra argument(s) (1.33)"),
        (("1.24", "1.30", "--frobnicate"), "No such option: --frobnicate"),
        (("1.24", "1.30", "--only"), "'--only' requires an argument"),
        (("1.24", "1.30", "--only", " "), "--only is empty"),
        (("1.24", "1.30", "--only", "x"), "--only 'x' matches no operation of these documents"),
        (("1.24", "1.30", "--only", "ContainrList"), "is it ContainerList?"),
        (("old.json", "old.json", "--only", "/pets"), "is it GET /pets?"),
        (("1.24", "1.30", "--format", "pdf"), "--format 'pdf' is not known; there are terminal,"),
        (("1.24", "1.30", "--format", ""), "--format '' is not known"),
        (("1.24", "1.30", "--format", "ndjson"), "--format 'ndjson' is not known"),
        (("1.24", "1.30", "--fail-on", "bad"), "--fail-on 'bad' is not known; there are breaking,"),
        (("1.24", "1.30", "--report", "json"), "write it as FORMAT=FILE; formats: "),
        (("1.24", "1.30", "--report", "pdf=x"), "write it as FORMAT=FILE; formats: "),
        (("1.24", "1.30", "--report", "json=folder"), "that is a folder"),
        (("1.24", "1.30", "--report", "json=no/x"), "cannot be written: No such file or directory"),
        (("1.24", "1.30", "--report", "json=x,html=x"), "names "),
        (("1.24", "1.30", "--report", "ndjson=x"), " need a daemon: name one with"),
        (("1.24", "1.30", "--tier", "scoped"), " need a daemon: name one with"),
        (("1.24", "1.30", "--image", "busybox"), " need a daemon: name one with"),
        (("1.24", "1.30", "--engine", "fake", "--tier", "x"), "--tier 'x' is not known"),
        (("1.24", "1.30", "--engine", "x"), "--engine 'x' is not known"),
        (("1.24", "1.30", "--host", "x"), "'x' is no address of a daemon"),
        (("1.24", "1.30", "--tlscert", "x"), "--tlscert x: there is no such file"),
        (("old.json", "old.json", "--engine", "fake"), "a daemon is asked at two versions, not by"),
        (("1.24", "old.json", "--engine", "fake"), "leave out --engine and --host"),
        (("1.24", "1.30", "--used", "none"), "none: cannot be read: No such file or directory"),
        (("1.24", "1.30", "--used", "loop"), "loop: cannot be read: Too many levels"),
        (("1.24", "1.30", "--used", "folder"), "folder: is a folder; name a file"),
        (("1.24", "1.30", "--used", "/dev/null"), "/dev/null: is no file; save it to one first"),
        (("1.24", "1.30", "--used", "old.json"), "old.json#: log is missing; this is no HTTP Arch"),
        (("1.24", "1.30", "--ignore", "none"), "none is not there; --ignore names a file"),
    ],
    ids=lambda each: " ".join(each)[:40] if isinstance(each, tuple) else "",
)
def test_a_wrong_command_line_is_told_in_one_line(told, pets, arguments, line):
    del pets
    status, out, err = told("diff", *arguments)
    assert (status, out) == (2, "")
    assert line in err
    assert err.startswith("docker-contract: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is empty; a Swagger 2.0 document is needed"),
        (b"hello", "is not a Swagger document"),
        (b"a: [", "is not YAML"),
        (b"a\0b", "is not YAML: unacceptable character"),
        (bytes(range(256)) * 1000, "is not a text file"),
        ('{"swagger": "2.0"}'.encode("utf-16"), "is not a text file"),
        (b"openapi: 3.0.0", "is no Swagger 2.0 document but OpenAPI 3.0.0"),
        (b"swagger: '2.0'", "is missing"),
        (b'{"swagger": "2.0", "paths": ' + b"[" * 100_000, "is not YAML"),
        (json.dumps(document())[:300].encode(), "is not YAML"),
    ],
    ids=range(10),
)
def test_a_wrong_document_is_told_in_one_line(told, pets, content, line):
    pets("wrong", content)
    for names in (("wrong", "old.json"), ("1.30", "wrong")):
        status, out, err = told("diff", *names)
        assert (status, out) == (3, "")
        assert line in err
        assert "wrong" in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is neither a recording of docker-contract nor an HTTP Archive"),
        (b"\xff\xfe\xfd", "is neither a recording of docker-contract nor an HTTP Archive"),
        (json.dumps(WAITING).encode()[:-9], "or it is cut off: it is no JSON at line 1"),
        (b"3", "wrong#: should be an object; this is no HTTP Archive"),
        (archive(), "nothing in it is of this API: it holds no request"),
        (archive("http://d/\x1b[31m"), r"nothing in it is of this API: GET /\x1b[31m"),
        (
            archive(*(f"https://example.org/{number}" for number in range(9))),
            "of this API: GET /0, GET /1, GET /2, GET /3, GET /4 and 4 more",
        ),
        (b'{"kind":"docker-contract recording"}\n', "wrong:1#: format is missing"),
        (b'{"kind":"docker-contract recording","format":99}\n', "the recording has format 99"),
    ],
    ids=range(9),
)
def test_traffic_that_is_none_is_told_in_one_line(told, pets, content, line):
    pets("wrong", content)
    status, out, err = told("diff", "1.29", "1.30", "--used", "wrong")
    assert (status, out) == (2, "")
    assert line in err
    assert err.startswith("docker-contract: wrong")
    assert err.count("\n") == 1


def test_a_recording_that_is_cut_off_is_told_of_with_the_line(told, pets):
    del pets
    with Recorder(Path("cut"), Header(seed=1, daemon="d", started="now")) as recorder:
        recorder.write(exchange())
    Path("cut").write_bytes(Path("cut").read_bytes()[:-9])
    status, _, err = told("diff", "1.29", "1.30", "--used", "cut")
    assert (status, err) == (
        2,
        "docker-contract: cut:2: the line is cut off; remove it to read the rest\n",
    )


def test_traffic_that_is_too_large_is_refused_without_being_read(told, pets):
    pets("large", b"")
    os.truncate("large", 2**30)
    status, _, err = told("diff", "1.29", "1.30", "--used", "large")
    assert status == 2
    assert "large: is too large for an HTTP Archive" in err


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "should be a list of entries with rule and why"),
        (b"ignore: 3", "should be a list of entries with rule and why"),
        (b"- rule: x", "wrong#/0: why is missing"),
        (b"- {rule: x, why: y, because: z}", "because is not known here"),
        (b"- {rule: x, why: y, expires: soon}", "'soon' is no day"),
        (b"a: [", "is not YAML"),
        (b"\xff", "is not a text file"),
    ],
    ids=range(7),
)
def test_a_wrong_ignore_file_is_told_in_one_line(told, pets, content, line):
    pets("wrong", content)
    status, out, err = told("diff", "1.29", "1.30", "--ignore", "wrong")
    assert (status, out) == (3, "")
    assert line in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("1.24", "1.99"), 2),
        (("1.30", "1.24"), 2),
        (("1.24", "1.30", "--only", "x"), 2),
        (("1.24", "1.30", "--used", "none"), 2),
        (("1.24", "1.30", "--ignore", "wrong.yaml"), 3),
        (("1.24", "1.30", "--report", "json=no/x"), 2),
        (("1.24", "1.30", "--format", "pdf"), 2),
    ],
)
def test_a_daemon_is_not_asked_before_all_else_is_right(told, pets, monkeypatch, arguments, status):
    def ask(*_, **__):
        pytest.fail("a daemon was asked")

    pets("wrong.yaml", {})
    monkeypatch.setattr("harness.cli.wire_diffs.on_daemon", ask)
    assert told("diff", *arguments, "--engine", "dockerd")[0] == status


def test_a_daemon_that_is_not_there_ends_with_4(told, tmp_path):
    status, out, err = told("diff", "1.24", "1.30", "--host", f"unix://{tmp_path}/none.sock")
    assert (status, out) == (4, "")
    assert "there is no such socket" in err


BEGINNINGS = {
    "github": "::",
    "html": "<!doctype html>",
    "json": "{",
    "junit": "<?xml",
    "markdown": "# ",
}


@pytest.mark.parametrize("shape", sorted(FORMATS))
def test_stdout_holds_the_format_alone_and_a_report_the_same(told, pets, shape):
    pets("client.har", WAITING)
    asked = ("diff", "1.29", "1.30", "--used", "client.har")
    status, out, err = told(*asked, "--format", shape, "--report", f"{shape}=out")
    assert status == 0
    assert out.startswith(BEGINNINGS[shape])
    assert Path("out").read_text(encoding="utf-8") == out
    assert "Lowest version" in err
    assert "Lowest version that" not in out


def test_json_and_junit_are_whole(told, pets):
    pets("client.har", WAITING)
    asked = ("diff", "1.29", "1.30", "--used", "client.har", "--format")
    assert json.loads(told(*asked, "json")[1])["new"]["version"] == "1.30"
    assert ET.fromstring(told(*asked, "junit")[1].encode()).tag == "testsuites"


def test_several_reports_come_of_one_run(told, pets):
    del pets
    told("diff", "old.json", "breaking.json", "--report", "json=a,html=b", "--report", "junit=c")
    assert [Path(name).read_text(encoding="utf-8")[:1] for name in "abc"] == ["{", "<", "<"]


def test_a_disk_that_is_full_is_told_of_after_the_result(told, pets):
    del pets
    status, out, err = told("diff", "old.json", "breaking.json", "--report", "json=/dev/full")
    assert status == 2
    assert "became required" in out
    assert err == (
        "docker-contract: --report json=/dev/full: cannot be written: No space left on device\n"
    )


@pytest.mark.parametrize("shape", ["terminal", *sorted(FORMATS)])
def test_the_same_comes_out_twice(told, shape):
    asked = ("diff", "1.29", "1.30", "--all", "--format", shape)
    assert told(*asked) == told(*asked)


def test_rules_are_listed_one_a_line(told):
    status, out, err = told("diff", "--rules")
    assert (status, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.split() == ["rule", "level", "finds"]
    assert [tuple(line.split()[:2]) for line in lines] == [(each.id, each.level) for each in RULES]
    assert all(line.endswith(each.summary) for line, each in zip(lines, RULES, strict=True))


def test_docker_passes_on_which_daemon_it_means():
    words = ["--host", "H", "contract", "diff", "1.24", "1.30"]
    assert normalise(words) == ["diff", "--host", "H", "1.24", "1.30"]


def child(*arguments, env=None, **options):
    """Start the program, with these variables and none of its user's that concern colour."""
    kept = {name: value for name, value in os.environ.items() if name not in COLOUR}
    kept |= env or {}
    return subprocess.Popen([PROGRAM, *arguments], env=kept, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "1.24", "1.30"),
        ("diff", "1.24", "1.30", "--format", "json"),
        ("diff", "--rules"),
        ("since", "ContainerWait"),
        ("since", "ContainerWait", "--json"),
    ],
    ids=" ".join,
)
def test_whoever_stops_reading_hears_no_complaint(arguments):
    with child(*arguments, stdout=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_report_may_go_into_a_pipe(pets):
    del pets
    asked = ("diff", "old.json", "breaking.json", "--format", "github")
    with child(*asked, "--report", "json=/dev/stdout", stdout=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=60)
    assert err == b""
    value, end = json.JSONDecoder().raw_decode(out.decode())
    assert value["new"]["label"] == "breaking.json"
    assert out.decode()[end:].lstrip().startswith("::")


@pytest.mark.parametrize(
    ("env", "plain", "coloured"),
    [
        ({"TERM": "xterm-256color"}, False, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, True, False),
    ],
    ids=["colour", "no colour", "dumb"],
)
def test_a_terminal_has_as_much_colour_as_it_wants(pets, env, plain, coloured):
    del pets
    reader, writer = pty.openpty()
    told = b""
    with child("diff", "old.json", "breaking.json", env=env, stdout=writer) as process:
        os.close(writer)
        while piece := _piece(reader):
            told += piece
        assert process.stderr.read() == b""
    os.close(reader)
    assert b"became required" in told
    assert (b"\x1b[" not in told) is plain
    assert (b";31m" in told or b"[31m" in told) is coloured


def _piece(reader):
    try:
        return os.read(reader, 65536)
    except OSError:  # Linux's way of telling that nobody writes to a terminal any more
        return b""


def test_what_is_no_terminal_gets_no_escapes_and_no_blanks_at_the_end(pets):
    del pets
    env = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with child("diff", "1.29", "1.30", "--all", env=env, stdout=subprocess.PIPE) as process:
        out, _ = process.communicate(timeout=60)
    assert b"\x1b" not in out
    assert all(line == line.rstrip() for line in out.decode().splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ["diff", "1.29", "1.30"],
        ["diff", "1.29", "1.30", "--only", "ContainerWait", "--format", "json"],
        ["since", "ContainerWait", "condition"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded_to_compare_documents(words):
    code = (
        "import sys\n"
        "from harness.cli.main import run\n"
        f"status = run({words})\n"
        f"held = [name for name in sys.modules if name.split('.')[0] in {HEAVY}]\n"
        "print(status, held, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "0 []\n"


def record(name, *exchanges, seed=1):
    with Recorder(Path(name), Header(seed, "a daemon", "now")) as recorder:
        for each in exchanges:
            recorder.write(each)


def listed(status=200, minor=30):
    call = Call("ContainerList", "GET", "/containers/json")
    return Exchange(ApiVersion(1, minor), call, Reply(status))


def test_two_recordings_are_compared_on_the_wire(told, pets):
    del pets
    record("old", listed(200))
    record("new", listed(500))
    status, out, err = told("diff", "old", "new")
    assert (status, err) == (0, "")
    assert "GET /containers/json" in out
    assert "status, 200 → 500" in out
    assert told("diff", "old", "old")[1].endswith("\nNo differences.\n")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("recording", "old.json", "one is a recording and the other is none; give two of a kind"),
        ("1.30", "recording", "one is a recording and the other is none; give two of a kind"),
        ("recording", "seed", "was made with seed 1 and seed with seed 2: their calls are not"),
        ("recording", "empty", "empty: holds no exchange"),
        ("recording", "cut", "cut:2: the line is cut off; remove it to read the rest"),
        ("recording", "other", "no call of recording is in other"),
        ("several", "others", "several holds API 1.24, 1.25, and others 1.26, 1.27: record one"),
    ],
)
def test_recordings_that_have_nothing_in_common_are_refused(told, pets, old, new, line):
    del pets
    record("recording", listed())
    record("seed", listed(), seed=2)
    record("empty")
    record("other", Exchange(ApiVersion(1, 30), Call("SystemPing", "GET", "/_ping"), Reply(200)))
    record("several", *(listed(minor=minor) for minor in (24, 25)))
    record("others", *(listed(minor=minor) for minor in (26, 27)))
    Path("cut").write_bytes(Path("recording").read_bytes()[:-9])
    status, out, err = told("diff", old, new)
    assert (status, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1
