"""A run of the pytest session that judges a daemon, started from within this program."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.model.errors import HarnessError
from harness.model.events import Event
from harness.model.settings import CertifySettings
from harness.specs.places import contracts_folder

PLUGIN = "harness.pytest_plugin"
# What a user's shell has set for other runs of pytest must not reach this one.
_FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


@dataclass(slots=True)
class Bridge:
    """A pytest plugin that gives the session its settings and passes its events on.

    `error` is what ended the session before its time, once it has.
    """

    settings: CertifySettings
    sink: Callable[[Event], None]
    error: BaseException | None = None

    def pytest_docker_contract_settings(self) -> CertifySettings:
        """Give the settings of the command line."""
        return self.settings

    def pytest_docker_contract_event(self, event: Event) -> None:
        """Pass an event on."""
        self.sink(event)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what made the session fail, in place of pytest's own trace of it."""
        self.error = self.error or excinfo.value
        return True

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]
    ) -> None:
        """Stop the session where an item cannot go on: the others could not either."""
        error = call.excinfo.value if call.excinfo else None
        collecting = not isinstance(node, pytest.Item)
        if error and (collecting or isinstance(error, HarnessError)):
            self.error = self.error or error
            node.session.shouldstop = "the harness cannot go on"


def run_session(
    settings: CertifySettings,
    sink: Callable[[Event], None],
    *,
    folder: Path | None = None,
    plugin: str = PLUGIN,
) -> None:
    """Judge a daemon as `settings` say; the events go to `sink` as they happen.

    The tests of `folder`, by default all contracts, are run with pytest, undisturbed by any
    configuration of the user's own.
    Raises the HarnessError that ended the session, or one that tells of any other failure.
    """
    bridge = Bridge(settings, sink)
    tests = str(folder or contracts_folder())
    arguments = [
        *("-p", plugin, "-p", "no:terminal", "-p", "no:cacheprovider"),
        *("-c", os.devnull, "--rootdir", tests, "-o", "addopts="),
        # The progress that is shown meanwhile must get through.
        "--capture=no",
        tests,
    ]
    with _own_environment():
        status = pytest.main(arguments, plugins=[bridge])
    if isinstance(bridge.error, HarnessError):
        raise bridge.error
    if bridge.error is not None:
        raise HarnessError(f"the session failed: {_one_line(bridge.error)}") from bridge.error
    if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        raise HarnessError(f"the session failed: pytest ended with status {int(status)}")


@contextmanager
def _own_environment() -> Iterator[None]:
    saved = {name: os.environ.pop(name, None) for name in (*_FOREIGN, _NO_AUTOLOAD)}
    os.environ[_NO_AUTOLOAD] = "1"
    try:
        yield
    finally:
        del os.environ[_NO_AUTOLOAD]
        os.environ.update({name: value for name, value in saved.items() if value is not None})


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    # What pytest tells of a module that it cannot import has the cause marked so.
    causes = [line[1:].strip() for line in lines if line.startswith("E ")]
    first = [*causes[-1:], *lines[:1]][:1]
    return ": ".join([type(error).__name__, *first])
