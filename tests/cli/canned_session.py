"""A pytest plugin that stands in for the one that judges, for tests of the front door.

What it does is read from the settings' `image`, so that a test can ask for it.
"""

import os
import signal
import time

import pytest

from harness import hookspec
from harness.model.errors import DaemonError, SpecError
from harness.model.events import OperationJudged, RunFinished, RunStarted
from harness.model.judgement import Verdict
from harness.model.version import ApiVersion

VERSION = ApiVersion(1, 30)
STARTED = RunStarted("3fa2", "a daemon", "unix:///d", (VERSION,), 1, 7, "scoped")
KEPT = OperationJudged(VERSION, "ContainerList", ("Container",), Verdict.KEPT, 5, succeeded=True)
FINISHED = RunFinished(calls=5, seconds=1.0)


class Planned:
    """The settings of the run, found once."""

    def __init__(self, config):
        self.settings = config.hook.pytest_docker_contract_settings(config=config)
        self.wanted = self.settings.image
        self.emit = lambda event: config.hook.pytest_docker_contract_event(event=event)


def pytest_addhooks(pluginmanager):
    pluginmanager.add_hookspecs(hookspec)


def pytest_sessionstart(session):
    planned = Planned(session.config)
    if planned.wanted == "dead at the start":
        raise DaemonError("unix:///d: nobody answers")
    if planned.wanted == "bug at the start":
        raise ZeroDivisionError("a bug")


def pytest_generate_tests(metafunc):
    if Planned(metafunc.config).wanted == "wrong document":
        raise SpecError("v1.30.yaml#/paths: should be an object")


@pytest.fixture(scope="session")
def judged(request):
    planned = Planned(request.config)
    if planned.wanted == "dead when reached":
        raise DaemonError("unix:///d: nobody answers")
    planned.emit(STARTED)
    planned.emit(KEPT)
    yield planned
    planned.emit(FINISHED)


@pytest.fixture
def call(judged):
    def make(number):
        print("a print must not disturb")  # noqa: T201 - that is the point
        if judged.wanted == "dies" and number == 1:
            raise DaemonError("unix:///d: died")
        if judged.wanted == "ctrl-c" and number == 1:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        assert judged.wanted != "broken"

    return make
