"""A daemon at one version, as a scenario sees it; every step is told to whoever listens."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus

from harness.daemon.transport import Daemon
from harness.engine.workshop import PREFIX, Workshop
from harness.model.call import Call, Exchange, Manner, Pairs
from harness.model.errors import UsageError
from harness.model.judgement import Streaming
from harness.model.spec import Json, Operation
from harness.model.stage import Answer, QueryValue
from harness.model.tables import Recipe, Tier
from harness.model.version import ApiVersion
from harness.specs.library import load, versions
from harness.specs.tables import Tables

_DEADLINE = 20.0  # seconds; an unknown driver costs dockerd ten
_ENDLESS_DEADLINE = 5.0
_LIMIT = 8 * 1024 * 1024
_PATIENCE = 10.0
_BETWEEN = 0.05
_VARIABLE = re.compile(r"\{[^}]+\}")


@cache
def newest() -> Mapping[str, Operation]:
    """Return every operation of any version by its id, as the newest document has it."""
    return {id_: each for version in versions() for id_, each in load(version).operations.items()}


@dataclass
class LiveStage:
    """The stage of one scenario on a daemon; `see` is told every step, in order.

    `shop` makes in the name of this scenario alone: its run is in all names and labels. `base` is
    the name of an image with a shell.
    """

    daemon: Daemon
    shop: Workshop
    version: ApiVersion
    tier: Tier
    tables: Tables
    story: str
    see: Callable[[Exchange], None]
    archives: Mapping[str, Callable[[], bytes]]
    hosted_run: str  # the run that the images of the registry are named after
    address: Callable[[], str]
    quiet: float
    steps: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    @property
    def image(self) -> str:
        """Return the name of an image with a shell."""
        return self.shop.needed_image

    @property
    def registry(self) -> str:
        """Return host and port of the run's registry; "" where there is none."""
        return self.shop.registry

    @property
    def auth(self) -> str:
        """Return a value for X-Registry-Auth at that registry."""
        return self.shop.auth

    @property
    def labels(self) -> dict[str, Json]:
        """Return the labels that whatever is made should bear."""
        return self.shop.labels

    @property
    def swarm_address(self) -> str:
        """Return the address, with its port, for a swarm of one."""
        return self.address()

    def name(self, what: str) -> str:
        """Return a name of the scenario's own; the same `what` gives the same name."""
        return self._names.setdefault(what, f"{PREFIX}{self.shop.run}-{what}")

    def hosted(self, what: str) -> str:
        """Return a repository in the registry."""
        made = what not in {"pulled", "plugin"}
        name = self.name(what) if made else f"{PREFIX}{self.hosted_run}-{what}"
        return f"{self.registry}/{name}"

    def archive(self, name: str) -> bytes:
        """Return a tar archive by its name in harness.engine.archives."""
        return self.archives[name]()

    def now(self) -> str:
        """Return the time in seconds with a fraction."""
        return f"{time.time():.6f}"

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.shop.pause(seconds)

    def call(  # noqa: PLR0913 - the parts of a request
        self,
        operation: str,
        body: Json | bytes = None,
        *,
        at: str = "",
        headers: Pairs = (),
        upgrade: bool = False,
        media_type: str = "",
        deadline: float | None = None,
        **query: QueryValue,
    ) -> Answer:
        """Make one call and return its answer; raise UsageError where the tier forbids it."""
        recipe = self._recipe(operation)
        call = replace(
            _call(operation, body, at, headers, media_type, query),
            manner=Manner.STORY,
            at=self.story,
            number=self.steps,
        )
        self.steps += 1
        exchange = self._send(call, recipe, upgrade=upgrade, deadline=deadline)
        self.see(exchange)
        return Answer(exchange.reply)

    def until(self, operation: str, pointer: str, wanted: Json, *, at: str = "") -> bool:
        """Ask until a place has a value, for a few seconds; tell whether it had."""
        recipe = self._recipe(operation)
        call = _call(operation, None, at, (), "", {})
        end = time.monotonic() + _PATIENCE
        while True:
            answer = Answer(self._send(call, recipe, upgrade=False, deadline=None).reply)
            if answer.at(pointer) == wanted:
                return True
            # What is not there does not come back.
            if answer.status == HTTPStatus.NOT_FOUND or time.monotonic() > end:
                return False
            self.pause(_BETWEEN)

    def _recipe(self, operation: str) -> Recipe:
        recipes = self.tables.recipes.get(operation)
        if operation not in newest() or not recipes:
            raise UsageError(f"{self.story}: no document has an operation {operation}")
        if not self.tier.admits(recipes[0].tier):
            raise UsageError(f"{self.story}: {operation} is beyond the tier {self.tier}")
        return recipes[0]

    def _send(
        self, call: Call, recipe: Recipe, *, upgrade: bool, deadline: float | None
    ) -> Exchange:
        return self.daemon.send(
            call,
            self.version,
            deadline=deadline or (_ENDLESS_DEADLINE if recipe.endless else _DEADLINE),
            limit=_LIMIT,
            upgrade=upgrade,
            websocket=recipe.streaming is Streaming.WEBSOCKET,
            quiet=self.quiet if recipe.endless else None,
        )


def _call(  # noqa: PLR0913, PLR0917 - the parts of a request
    operation: str,
    body: Json | bytes,
    at: str,
    headers: Pairs,
    media_type: str,
    query: Mapping[str, QueryValue],
) -> Call:
    template = newest()[operation]
    sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
    variables = _VARIABLE.findall(template.path)
    return Call(
        operation=operation,
        method=template.method,
        path=template.path,
        path_parameters=tuple((each[1:-1], at) for each in variables),
        query=tuple((name, _text(value)) for name, value in query.items()),
        headers=headers,
        body=sent,
        media_type=media_type or (kind if sent is not None else ""),
    )


def _text(value: QueryValue) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return json.dumps(value) if isinstance(value, Mapping) else str(value)
