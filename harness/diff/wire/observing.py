"""Exchanges → steps and traces: what of replies is no chance."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from harness.diff.places import asked
from harness.diff.wire.bodies import content
from harness.diff.wire.lens import Lens
from harness.diff.wire.texts import plain
from harness.diff.wire.values import Chances, Seen, merged, seen, written
from harness.model.call import Call, Exchange, Manner, Pairs
from harness.model.judgement import Streaming
from harness.model.spec import Operation, Schema
from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace
from harness.specs.node import escape

# What carries a reply and tells nothing of it; its media type is told apart.
_TRANSPORT = frozenset(
    {
        *("connection", "content-length", "content-type", "date", "keep-alive"),
        *("transfer-encoding", "upgrade"),
        "x-content-type-options",  # goes with errors that are plain text
    }
)
_MOVING = frozenset({"version"})  # an index, which grows with whatever happens


@dataclass
class Observer:
    """Looks at the exchanges of one daemon at one version, in order, and keeps none of them.

    Exchanges should be as a recording keeps them (`harness.daemon.recording.kept`), so that live
    runs and recordings give the same steps.
    """

    lens: Lens
    _keys: Counter[str] = field(default_factory=Counter)
    _shared: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = field(default_factory=dict)

    def see(self, exchange: Exchange) -> Step:
        """Return one exchange without what is chance; its key is like none before it."""
        step = observe(exchange, self.lens)
        self._keys[step.key] += 1
        again = self._keys[step.key]
        # Most replies are like others: what steps have in common is held once.
        return replace(
            step,
            key=step.key if again == 1 else f"{step.key}/{again}",
            places=self._shared.setdefault(tuple(step.places.items()), step.places),
        )


def trace(daemon: str, version: ApiVersion, exchanges: Iterable[Exchange], lens: Lens) -> Trace:
    """Return what a daemon showed at a version; see `Observer` for what exchanges should be."""
    return Trace(daemon, version, tuple(map(Observer(lens).see, exchanges)))


def observe(exchange: Exchange, lens: Lens) -> Step:
    """Return one exchange without what is chance; where a call is repeated, so is the key."""
    call, reply = exchange.call, exchange.reply
    operation = lens.operations.get(call.operation)
    streaming = lens.streaming.get(call.operation, Streaming.WHOLE)
    chance = partial(lens.chance.of, call.operation)
    read = content(_schema(operation, streaming, reply.status), streaming, reply, chance)
    story = call.manner is Manner.STORY
    return Step(
        key=f"{call.at if story else call.operation}/{call.number}",
        operation=f"{call.method} {operation.path if operation else call.path}",
        asked=_asked(operation, call),
        status=reply.status,
        media_type=reply.media_type,
        framing=read.framing,
        message=read.message,
        events=read.events,
        places=written(merged(_headers(reply.headers, chance), read.places)),
        sent="" if story else _sent(call),
    )


def _schema(operation: Operation | None, streaming: Streaming, status: int) -> Schema | None:
    """Return the schema of each value; the documents call some streams a list of messages."""
    response = operation.responses.get(status) if operation else None
    schema = response.schema if response else None
    listed = schema and streaming is Streaming.JSON_LINES and not schema.properties
    return schema.items or schema if schema and listed else schema


def _headers(headers: Pairs, chance: Chances) -> Seen:
    return merged(
        *(
            seen(f"headers/{escape(name.title())}", None, [value], chance)
            for name, value in headers
            if name not in _TRANSPORT
        )
    )


def _asked(operation: Operation | None, call: Call) -> tuple[str, ...]:
    found = asked(operation, call)
    return tuple(sorted({"/".join(map(plain, place.split("/"))) for place in found}))


def _sent(call: Call) -> str:
    """Return a short digest of what a generated call asks, without names of the run."""
    queried = [pair for pair in call.query if pair[0] not in _MOVING]
    body = call.body or b""
    parts = [
        *(call.method, call.media_type, call.manner, call.twist, call.at),
        *(f"{name}={plain(value)}" for name, value in (*call.path_parameters, *queried)),
        *(name for name, _ in call.headers),
        plain(body.decode(errors="replace")),
    ]
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:12]
