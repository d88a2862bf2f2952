"""A fake without a network: its world, its service, and replies as a test reads them."""

import asyncio
import json
from dataclasses import dataclass

from harness.fake.clock import Clock, Ids
from harness.fake.handlers import HANDLERS
from harness.fake.requests.service import Request, Service
from harness.fake.world import Settings, World
from harness.model.version import ApiVersion

NOON = 1_500_000_000.0
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Told:
    """A response, whole."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def message(self):
        return self.json["message"]


def world_of(low="1.18", high="1.33", now=NOON):
    settings = Settings(lowest=ApiVersion.parse(low), highest=ApiVersion.parse(high))
    return World(settings=settings, clock=Clock(source=lambda: now), ids=Ids("tests"))


def service_of(world=None, handlers=HANDLERS, **settings):
    return Service(world or world_of(**settings), handlers)


def ask(service, target, method="GET", body=b"", headers=None):
    """Return what a service answers, with all that it streams."""
    return asyncio.run(asked(service, target, method, body, headers))


async def asked(service, target, method="GET", body=b"", headers=None):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, target, tuple((headers or {}).items()), sent)
    response = await service.respond(request)
    content = response.body
    if response.stream is not None:
        content = b"".join([piece async for piece in response.stream])
    return Told(response.status, dict(response.headers), content)


def post(service, target, body=b"", headers=None):
    return ask(service, target, "POST", body, headers)
