"""A run from the first greeting to the last broom."""

import base64
import contextlib
import json
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from http import HTTPStatus
from types import TracebackType
from typing import Self

from harness.daemon.address import DEFAULT_SOCKET, Address, parse, resolve
from harness.daemon.archives import image_parts, plugin_parts
from harness.daemon.preflight import DaemonInfo, greet, served_anyway, unsupported
from harness.daemon.private import ENGINES, QUIET, Engine, Engines, Private
from harness.daemon.recording import Header, Recorder
from harness.daemon.registry import Registry
from harness.daemon.tls import TlsSettings
from harness.daemon.transport import Daemon
from harness.engine.archives import archives
from harness.engine.image import base_image
from harness.engine.makers import privileges
from harness.engine.peer import Peer
from harness.engine.performance import perform
from harness.engine.plan import Planned, plan
from harness.engine.run import Bench, Clock, Judge, exercise, shrunk
from harness.engine.swarm import Swarm
from harness.engine.sweep import Found, leaks, survey, sweep
from harness.engine.workshop import PREFIX, UnmakeableError, Workshop
from harness.engine.world import World
from harness.generate.calls import GeneratedCalls, user_cache_folder
from harness.generate.shrink import shrink
from harness.model.call import Call, Exchange
from harness.model.errors import UsageError
from harness.model.events import (
    Event,
    HarnessFailed,
    Leaked,
    OperationJudged,
    RunFinished,
    RunStarted,
    VersionUnsupported,
)
from harness.model.judgement import Finding
from harness.model.settings import CertifySettings
from harness.model.spec import Json, Operation, Spec
from harness.model.stage import Story
from harness.model.tables import Recipe, Tier
from harness.model.version import ApiVersion, select
from harness.specs.library import document, load, load_file, versions
from harness.specs.tables import tables

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SHRUNK_AT_MOST = 200  # pairs of operation and cause
_HURRY = 0.2  # seconds
_SENDS_TO_SHRINK = 20

Emit = Callable[[Event], None]


class Session:
    """One run: a context manager that reaches or starts the daemon, and leaves it as it was.

    Events go to `emit`. With `calls_of`, the calls of that document are made at every version, so
    that versions can be compared. Raises UsageError, SpecError or DaemonError on entering.
    """

    def __init__(
        self,
        settings: CertifySettings,
        judge: Judge,
        emit: Emit,
        engines: Engines = ENGINES,
        *,
        calls_of: Spec | None = None,
    ) -> None:
        self.settings = settings
        specs = _specs(settings)
        self.specs = {at: replace(calls_of or spec, version=at) for at, spec in specs.items()}
        self._calls_of = calls_of
        self._judge = judge
        self._emit = emit
        self._engine = _engine(settings, engines)
        self._run = secrets.token_hex(4)
        self._tables = tables()
        self._calls = GeneratedCalls(user_cache_folder())
        self._findings: dict[tuple[str, str, str, str], Finding] = {}
        self._stack = contextlib.ExitStack()
        self._began = time.monotonic()
        self._interrupted = False
        self.managed: Private | None = None
        self._peer: Peer | None = None
        self.clock = Clock()

    @property
    def tier(self) -> Tier:
        """Return how much the run may disturb."""
        return self.settings.tier

    def plan(self) -> tuple[Planned, ...]:
        """Return what the run will do, in order; needs no daemon."""
        return plan(
            self.specs.values(), self._tables.recipes, tier=self.tier, only=self.settings.only
        )

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._interrupted |= error is not None
        self.close()

    def interrupt(self) -> None:
        """Take note that the run was stopped before its end."""
        self._interrupted = True

    def close(self) -> None:
        """Shrink what was found, remove what was made, tell what was left."""
        try:
            try:
                if not self._interrupted:
                    self._shrink()
            except KeyboardInterrupt:
                self._interrupted = True
                raise
            finally:
                if self._interrupted and self.managed:
                    # What is on a private daemon goes with it: Ctrl-C waits for nothing more.
                    self._abandon()
                else:
                    self._clean()
        finally:
            self._stack.close()
            self._emit(
                RunFinished(
                    interrupted=self._interrupted,
                    calls=self.clock.calls,
                    seconds=time.monotonic() - self._began,
                    generating=self.clock.generating,
                    waiting=self.clock.waiting,
                    judging=self.clock.judging,
                )
            )

    def exercise(self, planned: Planned) -> OperationJudged:
        """Exercise one operation at one version; return what came of it."""
        spec = self.specs[planned.version]
        reason = planned.reason or self._unsupported.get(planned.version, "")
        recipes = self._tables.recipes.get(planned.operation, ())
        told = Planned(planned.version, planned.operation, reason)
        outcome: OperationJudged | None = None
        for event in exercise(self._bench, spec, told, recipes):
            self._emit(event)
            if isinstance(event, OperationJudged):
                outcome = event
        if outcome is None:
            raise AssertionError("an operation ends with its judgement")
        for finding in outcome.findings:
            self._findings.setdefault((finding.operation, *finding.cause), finding)
        return outcome

    def perform(self, story: Story, version: ApiVersion, see: Callable[[Exchange], None]) -> str:
        """Play a scenario at a version, tell every step to `see`, and remove what it made.

        Return why it was not played to its end; "" where it was.
        """
        return perform(
            story,
            version,
            self._bench,
            self._tables,
            tier=self.tier,
            address=self._swarm_address,
            see=see,
        )

    def _open(self) -> None:
        settings = self.settings
        self.managed = self._managed()
        self.address = self._address()
        daemon = self._stack.enter_context(Daemon(self.address))
        info = greet(daemon)
        self._unsupported = self._refused(daemon, info)
        registry = self._registry()
        shop = Workshop(daemon, self._making(info), self._run)
        if registry is not None:
            shop.registry = registry.host
        self._before = survey(shop, self._tables.kinds)
        self._shop = shop
        record = self._recorder(info)
        world = World(
            shop,
            kinds={kind.id: kind for kind in self._tables.kinds},
            archives=archives(shop),
            facts=self._facts(shop),
        )
        if self.tier is Tier.READ:
            world.makers.clear()
        else:
            shop.image = base_image(shop, settings.image)
        swarm = Swarm(
            world,
            permitted=self.tier is Tier.DISRUPTIVE,
            address=self._swarm_address,
            managed=self.managed,
            own=self.managed is not None,
            own_gateway=shop.ask("GET", "/networks/docker_gwbridge").status != HTTPStatus.OK,
        )
        world.facts["swarm.key"] = lambda: swarm.key
        if self.managed and self._engine and self._engine.beside:
            peer = self._peer = Peer(self.managed, self._engine.beside, shop, self._stack)
            world.facts.update(peer.facts())
            world.makers["node.gone"] = lambda _: peer.departed_node()
        self._bench = Bench(
            daemon=daemon,
            world=world,
            swarm=swarm,
            # A private daemon is gone when somebody reads this.
            shown_address=parse(DEFAULT_SOCKET) if self.managed else self.address,
            judge=self._judge,
            generate=self._generate,
            record=record,
            available=self._available(registry),
            quiet=self._engine.quiet if self._engine else QUIET,
            clock=self.clock,
        )
        self._emit(
            RunStarted(
                run=self._run,
                daemon=info.product,
                address=str(self.address),
                versions=tuple(self.specs),
                operations=len(self.plan()),
                seed=settings.seed,
                tier=self.tier,
            )
        )
        for version, reason in self._unsupported.items():
            self._emit(VersionUnsupported(version, reason))

    def _managed(self) -> Private | None:
        return self._stack.enter_context(self._engine.start()) if self._engine else None

    def _address(self) -> Address:
        if self.managed:
            return resolve(self.managed.host, env={})
        return address_of(self.settings)

    def _registry(self) -> Registry | None:
        """Start a registry where the daemon can reach it: on the loopback address of both."""
        if not self.address.socket and self.address.host not in _LOOPBACK:
            return None
        if self.managed and self._engine:
            registry = Registry(port=self._engine.registry_port, enter=self.managed.network.enter)
        else:
            registry = Registry()
        self._stack.enter_context(registry)
        registry.add(f"{PREFIX}{self._run}-pulled", image_parts())
        registry.add(f"{PREFIX}{self._run}-plugin", plugin_parts())
        return registry

    def _refused(self, daemon: Daemon, info: DaemonInfo) -> dict[ApiVersion, str]:
        """Return the versions that the daemon neither claims nor serves, with the reason."""
        refused = {}
        for version in self.specs:
            reason = unsupported(info, version)
            if reason and not served_anyway(daemon, version):
                refused[version] = reason
        return refused

    def _making(self, info: DaemonInfo) -> ApiVersion:
        """Return the version at which the world is made: the newest that both sides know."""
        spoken = [version for version in versions() if not unsupported(info, version)]
        return max(spoken, default=max(self.specs))

    def _available(self, registry: Registry | None) -> frozenset[str]:
        offers = {
            "registry": registry is not None,
            "restart": self._engine is not None and self._engine.restarts,
            "second-daemon": self._engine is not None and self._engine.beside is not None,
        }
        return frozenset(name for name, there in offers.items() if there)

    def _facts(self, shop: Workshop) -> dict[str, Callable[[], str]]:
        login: dict[str, Json] = {
            "username": "contract",
            "password": "contract",
            "serveraddress": shop.registry,
        }
        shop.auth = _encoded(login)
        config = _encoded({shop.registry: login})
        start = str(int(time.time()) - 1)
        return {
            "auth.header": lambda: shop.auth,
            "auth.config": lambda: config,
            "start": lambda: start,
            "privileges": cache(lambda: privileges(shop)),
            "port": lambda: str(free_port()),
        }

    def _recorder(self, info: DaemonInfo) -> Callable[[Exchange], None]:
        if self.settings.recording is None:
            return _ignore
        now = datetime.now(tz=UTC).isoformat(timespec="seconds")
        header = Header(seed=self.settings.seed, daemon=info.product, started=now)
        return self._stack.enter_context(Recorder(self.settings.recording, header)).write

    def _swarm_address(self) -> str:
        if self.managed:
            return f"{self.managed.network.address}:2377"
        return f"127.0.0.1:{free_port()}"

    def _generate(self, spec: Spec, operation: Operation, recipe: Recipe) -> tuple[Call, ...]:
        return self._calls.calls(
            partial(document, self._calls_of or spec),
            operation,
            recipe,
            self._tables.limits,
            seed=self.settings.seed,
            examples=self.settings.examples,
        )

    def _shrink(self) -> None:
        for finding in list(self._findings.values())[:_SHRUNK_AT_MOST]:
            case = self._bench.cases[finding.cause]
            smaller = partial(
                shrink, recipe=case.recipe, most=_SENDS_TO_SHRINK, limits=self._tables.limits
            )
            try:
                self._emit(shrunk(self._bench, case, finding, smaller))
            except UnmakeableError as error:
                self._emit(HarnessFailed(case.spec.version, finding.operation, str(error)))

    def _abandon(self) -> None:
        """Stop the run's own daemons without waiting for what they would still tidy up."""
        if self._peer:
            self._peer.stop(patience=_HURRY)
        if self.managed:
            self.managed.stop(patience=_HURRY)

    def _clean(self) -> None:
        """Remove all that the run made, and tell what is there that was not there before."""
        if not hasattr(self, "_bench"):
            return
        with contextlib.suppress(UnmakeableError):
            self._bench.swarm.finish()
        sweep(self._shop, self._tables.kinds, run=self._run)
        after = survey(self._shop, self._tables.kinds)
        private = self.managed is not None
        for found in leaks(self._before, after, run=self._run, private=private):
            self._emit(Leaked(found.kind, found.name or found.id))


def address_of(settings: CertifySettings) -> Address:
    """Return the address that settings and environment lead to; raise UsageError if none."""
    files = settings.tls
    asked = any((files.ca, files.certificate, files.key)) or files.verify is not None
    tls = TlsSettings(
        ca=files.ca,
        cert=files.certificate,
        key=files.key,
        verify=files.verify is not False,
    )
    return resolve(
        settings.host or None,
        env=os.environ,
        context=settings.context or None,
        tls=tls if asked else None,
    )


def clean(settings: CertifySettings) -> tuple[Found, ...]:
    """Remove from a daemon what any earlier run left there; return what was removed."""
    with Daemon(address_of(settings)) as daemon:
        info = greet(daemon)
        spoken = [version for version in versions() if not unsupported(info, version)]
        shop = Workshop(daemon, max(spoken, default=max(versions())), run="")
        return sweep(shop, tables().kinds)


def free_port() -> int:
    """Return a TCP port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _engine(settings: CertifySettings, engines: Engines) -> Engine | None:
    if not settings.engine:
        return None
    if settings.engine not in engines:
        known = ", ".join(engines)
        raise UsageError(f"--engine {settings.engine!r} is not known; there are {known}")
    return engines[settings.engine]


def _specs(settings: CertifySettings) -> dict[ApiVersion, Spec]:
    if settings.spec_file:
        spec = load_file(settings.spec_file)
        return {spec.version: spec}
    return {version: load(version) for version in select(settings.versions, versions())}


def _encoded(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _ignore(_: object) -> None:
    """Record nothing."""
