"""The pytest plugin: one item for each operation at each version, on any daemon."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import hookspec
from harness.model.errors import DaemonError, HarnessError, UsageError
from harness.model.events import Event
from harness.model.judgement import Finding, Judged, Subject, Verdict
from harness.model.settings import CertifySettings
from harness.model.tables import Tier
from harness.model.version import ApiVersion

if TYPE_CHECKING:
    # Loaded only where a run begins, so that installing the plugin slows down nobody's pytest.
    from harness.daemon.private import Engines
    from harness.engine.plan import Planned
    from harness.engine.session import Session
    from harness.fake import FakeDaemon

_SCENARIOS = Path(__file__).resolve().parents[1] / "contracts" / "scenarios"
_SESSION = pytest.StashKey["Session"]()
_NAMELESS = "no daemon is named: --daemon unix:///… or --engine dockerd"


@dataclass(frozen=True, slots=True)
class Exercised:
    """One operation at one version, exercised and judged; `story` tells its findings in lines."""

    version: ApiVersion
    operation: str
    verdict: Verdict
    reason: str
    story: str


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks by which a front door gives settings and takes events."""
    pluginmanager.add_hookspecs(hookspec)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for interruptions, and declare the marker of the fixture `fake_daemon`."""
    config.addinivalue_line(
        "markers",
        "fake_daemon(host, api_min, api_max, images, seed): how the fixture fake_daemon is made",
    )
    config.pluginmanager.register(_Interruption(config))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run that is started by pytest itself."""
    group = parser.getgroup("docker-contract", "hold a daemon to the Docker Engine API")
    group.addoption("--daemon", metavar="HOST", help="unix:///path or tcp://host:port")
    group.addoption("--engine", metavar="NAME", help="start a private dockerd, podman or fake")
    group.addoption("--api", metavar="VERSIONS", default="all", help="such as 1.25..1.33")
    group.addoption("--tier", choices=[str(tier) for tier in Tier], default="scoped")
    group.addoption("--image", metavar="NAME", default="", help="an image with a shell")
    group.addoption("--contract-seed", type=int, default=1, metavar="N")
    group.addoption("--max-examples", type=int, default=10, metavar="N")


def pytest_docker_contract_settings(config: pytest.Config) -> CertifySettings | None:
    """Read the settings from pytest's own options, unless a front door gave others."""
    option = config.getoption
    if not option("--daemon") and not option("--engine"):
        return None
    return CertifySettings(
        host=option("--daemon") or "",
        engine=option("--engine") or "",
        versions=option("--api"),
        tier=Tier(option("--tier")),
        image=option("--image"),
        seed=option("--contract-seed"),
        examples=option("--max-examples"),
    )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the scenarios out of a session: they are played by `docker-contract diff`."""
    return True if collection_path == _SCENARIOS else None


def pytest_collection(session: pytest.Session) -> None:
    """Tell in one line of options that no run can have, before any item is made of them."""
    if session.config.getoption("--daemon") or session.config.getoption("--engine"):
        try:
            _session(session.config)
        except HarnessError as error:
            raise pytest.UsageError(str(error)) from error


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item for each operation at each version."""
    if "exercised" not in metafunc.fixturenames:
        return
    session = _session(metafunc.config)
    if session is None:
        skipped = pytest.param(None, marks=pytest.mark.skip(reason=_NAMELESS))
        metafunc.parametrize("exercised", [skipped], ids=["no-daemon"], indirect=True)
        return
    planned = session.plan()
    metafunc.parametrize(
        "exercised",
        planned,
        ids=[f"{item.version}-{item.operation}" for item in planned],
        indirect=True,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell in one line what stopped an item, and stop where it would stop all others too."""
    report = yield
    # What other tests raise is their own affair.
    ours = "docker_contract" in getattr(item, "fixturenames", ())
    error = call.excinfo.value if call.excinfo and ours else None
    if isinstance(error, HarnessError):
        report.longrepr = str(error)
    if isinstance(error, DaemonError | UsageError):
        item.session.shouldstop = "the harness cannot go on"
    return report


@pytest.fixture
def exercised(request: pytest.FixtureRequest, docker_contract: "Session") -> Exercised:
    """Exercise one operation at one version on the daemon of this run."""
    planned: Planned = request.param
    outcome = docker_contract.exercise(planned)
    return Exercised(
        version=outcome.version,
        operation=outcome.operation,
        verdict=outcome.verdict,
        reason=outcome.reason,
        story="\n".join(_lines(outcome.findings)),
    )


@pytest.fixture(scope="session")
def docker_contract(request: pytest.FixtureRequest) -> "Iterator[Session]":
    """Reach or start the daemon of this run; leave it as it was at the end."""
    session = _session(request.config)
    if session is None:
        pytest.skip(_NAMELESS)
    with session:
        yield session


@pytest.fixture
def fake_daemon(request: pytest.FixtureRequest) -> "Iterator[FakeDaemon]":
    """Serve a Docker daemon that runs nothing, for this test alone; its address is `host`.

    @pytest.mark.fake_daemon(api_max="1.24") passes on what `FakeDaemon` takes.
    """
    from harness.fake import FakeDaemon  # noqa: PLC0415 - see above

    marker = request.node.get_closest_marker("fake_daemon")
    settings = dict(marker.kwargs) if marker else {}
    if marker and marker.args:
        raise pytest.UsageError('the marker fake_daemon takes names: fake_daemon(api_max="1.24")')
    with FakeDaemon(**settings) as daemon:
        yield daemon


class _Interruption:
    """Tells the run of Ctrl-C: its fixture is torn down as if nothing had happened."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_keyboard_interrupt(self) -> None:
        if _SESSION in self._config.stash:
            self._config.stash[_SESSION].interrupt()


def _session(config: pytest.Config) -> "Session | None":
    if _SESSION not in config.stash:
        settings = config.hook.pytest_docker_contract_settings(config=config)
        if settings is None:
            return None
        from harness.engine.session import Session  # noqa: PLC0415 - see above

        config.stash[_SESSION] = Session(settings, _judge(), _emitter(config), _engines())
    return config.stash[_SESSION]


def _judge() -> Callable[[Subject], Judged]:
    from contracts.rules import RULES  # noqa: PLC0415 - see above
    from harness.checks import CHECKS, judge  # noqa: PLC0415

    checks = (*CHECKS, *RULES)
    return lambda subject: judge(subject, checks)


def _engines() -> "Engines":
    from harness.daemon.private import ENGINES  # noqa: PLC0415 - see above
    from harness.fake.engine import FAKE  # noqa: PLC0415

    return {**ENGINES, "fake": FAKE}


def _emitter(config: pytest.Config) -> Callable[[Event], None]:
    def emit(event: Event) -> None:
        config.hook.pytest_docker_contract_event(event=event)

    return emit


def _lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    seen = set()
    for finding in findings:
        if finding.cause not in seen:
            seen.add(finding.cause)
            place = f" at {finding.complaint.pointer}" if finding.complaint.pointer else ""
            yield f"{finding.complaint.message}{place} [{finding.check}]"
