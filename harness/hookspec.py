"""The pytest hooks by which a front door gives a run its settings and takes its events."""

import pytest

from harness.model.events import Event
from harness.model.settings import CertifySettings


@pytest.hookspec(firstresult=True)
def pytest_docker_contract_settings(config: pytest.Config) -> CertifySettings | None:
    """Return what the run is to do; None leaves it to the next plugin."""


@pytest.hookspec
def pytest_docker_contract_event(event: Event) -> None:
    """Take the next event of the run."""
