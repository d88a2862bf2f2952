"""A fake daemon in the hands of a test: its clock, its faults, its states, its pictures."""

import http.client
import json
import socket

import pytest

from harness.fake import Canned, FakeDaemon, Output, Pause, Read
from harness.fake.clock import Clock
from harness.fake.values import Status
from harness.model.errors import UsageError

NOON = 1_500_000_000.0


class Line(http.client.HTTPConnection):
    def __init__(self, daemon):
        super().__init__("localhost", timeout=10)
        self._daemon = daemon

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._daemon.host.removeprefix("unix://"))


@pytest.fixture
def daemon():
    clock = Clock(source=lambda: NOON)
    with FakeDaemon(images=["busybox:latest"], seed="test", clock=clock) as fake:
        yield fake


@pytest.fixture
def ask(daemon):
    line = Line(daemon)

    def run(method, target, body=None):
        headers = {} if body is None else {"Content-Type": "application/json"}
        line.request(method, f"/v1.30{target}", body and json.dumps(body), headers)
        with line.getresponse() as reply:
            content = reply.read()
        is_json = reply.headers.get("Content-Type") == "application/json"
        return reply.status, json.loads(content) if is_json and content else content

    yield run
    line.close()


@pytest.fixture
def started(ask):
    def run(*command, name="one"):
        body = {"Image": "busybox", "Cmd": list(command)}
        assert ask("POST", f"/containers/create?name={name}", body)[0] == 201
        assert ask("POST", f"/containers/{name}/start")[0] == 204

    return run


def state(ask, name="one"):
    return ask("GET", f"/containers/{name}/json")[1]["State"]


def test_time_passes_when_it_is_told_to(daemon, ask, started):
    started("sleep", "3600")
    assert state(ask)["Status"] == "running"
    daemon.advance(3599)
    assert state(ask)["Status"] == "running"
    daemon.advance(2)
    assert (state(ask)["Status"], state(ask)["ExitCode"]) == ("exited", 0)
    assert state(ask)["FinishedAt"] > state(ask)["StartedAt"]


def test_a_state_can_be_given(daemon, ask, started):
    started("sleep", "3600")
    daemon.set_state("one", status=Status.DEAD, exit_code=137, oom_killed=True)
    seen = state(ask)
    assert (seen["Dead"], seen["ExitCode"], seen["OOMKilled"]) == (True, 137, True)


def test_programs_are_a_tests_own(daemon, ask, started):
    def server(_invocation):
        yield Output(b"listening\n")
        yield Read()
        yield Pause(5)
        return 4

    daemon.programs["server"] = server
    daemon.programs["tool"] = Canned(stdout=b"seen\n", exit_code=3)
    started("tool", name="two")
    assert state(ask, "two")["ExitCode"] == 3
    assert ask("GET", "/containers/two/logs?stdout=1")[1][8:] == b"seen\n"
    started("server")
    # Nobody holds its input, so that it reads the end of it at once.
    assert state(ask)["Status"] == "running"
    daemon.advance(6)
    assert state(ask)["ExitCode"] == 4


def test_a_world_is_put_back_with_what_ran_in_it(daemon, ask, started):
    started("sleep", "1000")
    picture = daemon.snapshot()
    assert ask("DELETE", "/containers/one?force=1")[0] == 204
    assert ask("POST", "/volumes/create", {"Name": "later"})[0] == 201
    daemon.put_back(picture)
    assert state(ask)["Status"] == "running"
    assert ask("GET", "/volumes")[1]["Volumes"] in (None, [])
    assert ask("POST", "/containers/one/stop")[0] == 204
    assert state(ask)["Status"] == "exited"
    assert picture.containers[next(iter(picture.containers))].state.status is Status.RUNNING


def test_what_has_been_running_all_the_time_runs_on(daemon, ask, started):
    started("sh", "-c", "sleep 100; exit 5")
    daemon.put_back(daemon.snapshot())
    daemon.advance(101)
    assert state(ask)["ExitCode"] == 5


def test_a_restart_ends_what_runs(daemon, ask, started):
    started("sleep", "1000")
    daemon.restart()
    assert state(ask)["Status"] == "exited"


def test_the_same_seed_makes_the_same_identities():
    def identities():
        with FakeDaemon(images=["busybox:latest"], seed="x", clock=Clock(lambda: NOON)) as fake:
            line = Line(fake)
            body = json.dumps({"Image": "busybox"})
            line.request("POST", "/containers/create", body, {"Content-Type": "application/json"})
            seen = line.getresponse().read()
            line.close()
            return seen

    assert identities() == identities()


def test_it_may_be_started_and_stopped_again(daemon):
    daemon.stop()
    daemon.stop()
    daemon.start()
    daemon.start()
    line = Line(daemon)
    line.request("GET", "/_ping")
    assert line.getresponse().read() == b"OK"
    line.close()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"api_max": "2.0"}, "the fake serves API 1.18 to 1.33, not 2.0"),
        ({"images": ["BAD"]}, "images BAD: "),
        ({"host": "http://x"}, "is no address to listen on"),
    ],
)
def test_what_cannot_be_is_refused(settings, told):
    with pytest.raises(UsageError, match=told), FakeDaemon(**settings):
        pass
