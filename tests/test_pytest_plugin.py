"""The pytest plugin in a user's own session."""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml  # noqa: F401 - its part in C loads once; pytester forgets what its runs import

from harness.model.events import OperationJudged, RunFinished
from harness.model.settings import CertifySettings
from harness.model.version import ApiVersion
from harness.specs.library import load
from harness.specs.places import contracts_folder

pytest_plugins = ["pytester"]

VERSION = {
    "Version": "0.0.1",
    "ApiVersion": "1.30",
    "MinAPIVersion": "1.12",
    "Os": "linux",
    "Arch": "amd64",
    "GitCommit": "0",
    "GoVersion": "go0",
    "KernelVersion": "0",
    "BuildTime": "2020-01-01T00:00:00.000000000+00:00",
}


class Broken(BaseHTTPRequestHandler):
    """A daemon that says who it is, lets a run make what it likes, and lists nonsense."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/v1.31"):
            self._answer(400, {"message": "client version 1.31 is too new"})
            return
        path = re.sub(r"^/v[\d.]+", "", self.path).partition("?")[0]
        answers = {
            "/version": VERSION,
            "/info": {"Swarm": {"LocalNodeState": "inactive"}},
            "/images/json": [{"Id": "sha256:1", "RepoTags": ["busybox:1"], "Labels": None}],
            "/networks": [],
            "/containers/json": {"nonsense": True},
        }
        self._answer(200 if path in answers else 404, answers.get(path, {"message": "gone"}))

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(201, {"Id": "c1", "StatusCode": 0})

    def do_DELETE(self):
        self._answer(204, None)

    def _answer(self, status, value):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Api-Version", "1.30")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def broken():
    """Serve a broken daemon, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"tcp://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def contracts(pytester, monkeypatch, tmp_path):
    """Run pytest on the contracts, as a user does who has installed the plugin."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith(("DOCKER_", "PYTEST_"))]:
        monkeypatch.delenv(name)

    def run(*arguments, plugins=()):
        folder = str(contracts_folder())
        plain = ("-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", folder)
        return pytester.runpytest_inprocess(folder, *plain, *arguments, plugins=plugins)

    return run


def told(result):
    return "\n".join(result.outlines)


def test_without_a_daemon_the_contracts_are_skipped_and_say_what_to_do(contracts):
    result = contracts("-rs")
    result.assert_outcomes(skipped=1)
    assert "no daemon is named: --daemon unix:///… or --engine dockerd" in told(result)


def test_there_is_one_item_for_each_version_and_operation(contracts):
    result = contracts("--collect-only", "-q", "--daemon", "unix:///d.sock", "--api", "1.29..1.30")
    items = [line.partition("::")[2] for line in result.outlines if "::" in line]
    expected = {
        f"test_operation[{version}-{operation}]"
        for version in (ApiVersion(1, 29), ApiVersion(1, 30))
        for operation in load(version).operations
    }
    assert sorted(items) == sorted(expected)
    assert "test_operation[1.30-ContainerList]" in items


def test_items_are_selected_as_pytest_selects(contracts):
    selected = ("--daemon", "unix:///d.sock", "--api", "1.30", "-k", "ContainerList")
    result = contracts("--collect-only", "-q", *selected)
    assert "test_operations.py::test_operation[1.30-ContainerList]" in told(result)
    assert "SystemPing" not in told(result)


def test_a_broken_daemon_fails_with_what_is_broken(contracts, broken):
    result = contracts("--daemon", broken, "--api", "1.30", "-k", "ContainerList", "-rs")
    result.assert_outcomes(failed=1)
    wrong = "is an object; the spec promises an array [body-matches-schema]"
    assert wrong in result.outlines
    # The story is the daemon's, not that of the program that tells it.
    assert "Traceback" not in told(result)
    assert "def test_operation" not in told(result)


def test_an_operation_out_of_the_tier_is_skipped_with_the_reason(contracts, broken):
    result = contracts("--daemon", broken, "--api", "1.30", "-k", "SwarmLeave", "-rs")
    result.assert_outcomes(skipped=1)
    assert "untried: disruptive operations are left out; --tier disruptive" in told(result)


def test_a_version_that_the_daemon_does_not_serve_is_skipped_with_the_reason(contracts, broken):
    result = contracts("--daemon", broken, "--api", "1.31", "-k", "SystemVersion", "-rs")
    result.assert_outcomes(skipped=1)
    assert "the daemon serves API 1.30 and earlier" in told(result)


def test_a_dead_daemon_is_one_line_and_is_not_asked_for_each_operation(contracts):
    result = contracts("--daemon", "unix:///gone.sock", "--api", "1.30", "-q")
    result.assert_outcomes(errors=1)
    (line,) = [line for line in result.outlines if line.startswith("cannot reach")]
    assert line.startswith("cannot reach unix:///gone.sock: there is no such socket; ")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--api", "1.3", "there is no spec for API 1.3; there are specs for 1.18 to 1."),
        ("--api", "new", "'new' is not an API version; write it like 1.30"),
    ],
)
def test_an_option_that_no_run_can_have_is_one_line(contracts, option, value, message):
    result = contracts("--daemon", "unix:///gone.sock", option, value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line]
    assert line.startswith(f"ERROR: {message}")


class FrontDoor:
    """A plugin that gives the settings and takes the events."""

    def __init__(self, host):
        self.settings = CertifySettings(host=host, versions="1.30", only=("SystemPing",))
        self.events = []

    def pytest_docker_contract_settings(self):
        return self.settings

    def pytest_docker_contract_event(self, event):
        self.events.append(event)


def test_a_front_door_gives_the_settings_and_takes_the_events(contracts, broken):
    door = FrontDoor(broken)
    result = contracts(plugins=[door])
    assert sum(result.parseoutcomes().values()) == 1
    first, *_, last = door.events
    assert (first.address, first.operations, first.tier) == (broken, 1, "scoped")
    assert isinstance(last, RunFinished)
    assert not last.interrupted
    judged = [event.operation for event in door.events if isinstance(event, OperationJudged)]
    assert judged == ["SystemPing"]


def test_the_plugin_loads_nothing_that_other_sessions_do_not_need(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded(pytestconfig):
            assert pytestconfig.pluginmanager.hasplugin("docker_contract")
            ours = ("engine", "generate", "checks", "daemon", "specs", "report", "cli")
            assert [name for name in ours if f"harness.{name}" in sys.modules] == []
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_what_other_tests_raise_is_their_own_affair(pytester):
    pytester.makepyfile(
        """
        from harness.model.errors import DaemonError

        def test_of_somebody_else():
            raise DaemonError("not of a run")

        def test_after_it():
            pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines("*raise DaemonError(*")
