"""A daemon that answers from a function and remembers what it was asked."""

import itertools
import json
import re

from harness.daemon.address import Address
from harness.engine.workshop import Workshop
from harness.engine.world import World
from harness.model.call import Exchange, Reply
from harness.model.version import ApiVersion
from harness.specs.tables import tables

V = ApiVersion(1, 30)
RUN = "0000abcd"
OTHER_RUN = "1111abcd"


def reply(status=200, value=None, *, body=None, **rest):
    """Make a reply that holds a JSON value, or a body as it is."""
    sent = body if body is not None else b"" if value is None else json.dumps(value).encode()
    return Reply(status=status, headers=(("content-type", "application/json"),), body=sent, **rest)


def refused(status, message):
    return reply(status, {"message": message})


class ScriptedDaemon:
    """Stands in for harness.daemon.transport.Daemon."""

    def __init__(self, answer):
        self.answer = answer
        self.address = Address(socket="/d.sock")
        self.heard = []
        self.bounds = []

    def send(self, call, version, **bounds):
        target = call.target(None)
        self.heard.append((call.method, target))
        self.bounds.append(bounds)
        return Exchange(version, call, self.answer(call.method, target, call.body))

    def times(self, method, start):
        """Tell how often a target that starts so was asked for."""
        return sum(m == method and target.startswith(start) for m, target in self.heard)


class Shelf:
    """What a daemon holds: containers by their state, and things that are just there.

    `refusing` holds patterns of "METHOD /target" that are answered 500.
    """

    def __init__(self, *refusing):
        self.refusing = refusing
        self.held = {}
        self._numbers = itertools.count(1)

    def __call__(self, method, target, body):
        path = target.partition("?")[0]
        if any(re.match(pattern, f"{method} {target}") for pattern in self.refusing):
            return refused(500, "no")
        if path.endswith("/create"):
            return self._made(path.split("/")[1], json.loads(body or b"{}"))
        found = re.match(r"/(\w+)/([^/]+)(?:/(\w+))?$", path)
        if found is None or found[2] not in self.held:
            return refused(404, f"no such thing: {path}")
        return self._acted(method, found[2], found[3])

    def _made(self, collection, asked):
        # A volume has no id beside its name.
        volume = asked["Name"] if collection == "volumes" else ""
        name = volume or f"{collection.rstrip('s')}{next(self._numbers)}"
        self.held[name] = "created"
        return reply(201, {"Id": name, "ID": name})

    def _acted(self, method, name, action):
        states = {"start": "running", "unpause": "running", "pause": "paused", "wait": "exited"}
        if method == "DELETE":
            del self.held[name]
            return reply(204)
        if action in states:
            self.held[name] = states[action]
            return reply(200, {"StatusCode": 0})
        return reply(200, {"Id": name, "State": {"Status": self.held[name]}})


def shop_on(answer, **rest):
    return Workshop(ScriptedDaemon(answer), V, RUN, pause=lambda _: None, **rest)


def world_on(answer, **rest):
    """Make a world on a daemon that answers so."""
    return World(
        shop_on(answer, image="base"),
        kinds={kind.id: kind for kind in tables().kinds},
        archives={"files": lambda: b"\0archive"},
        **rest,
    )
