"""The daemon itself: ping, version, info, disk usage, and sessions that wait for a build."""

from harness.fake import system_views
from harness.fake.requests.answer import Answer, Channel, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.world import World

_NO_CACHE = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}
_SESSION_PROTOCOL = "h2c"
# In a session it is the daemon that is the client of HTTP/2: its preface, and no settings.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"


def _ping(_world: World, asked: Asked) -> Answer:
    body = b"" if asked.method == "HEAD" else b"OK"
    return Answer(content=body, media_type="text/plain; charset=utf-8", headers=_NO_CACHE)


def _version(world: World, _asked: Asked) -> Answer:
    return Answer(value=system_views.version(world))


def _info(world: World, asked: Asked) -> Answer:
    value = system_views.info(world)
    keyed = asked.passed("security-options-with-keys")
    value["SecurityOptions"] = ["name=seccomp,profile=default" if keyed else "seccomp"]
    if not asked.passed("execution-driver-in-info"):
        value["ExecutionDriver"] = "<not supported>"
    return Answer(value=value)


def _disk_usage(world: World, _asked: Asked) -> Answer:
    return Answer(value=system_views.disk_usage(world))


def _session(_world: World, asked: Asked) -> Answer:
    protocol = asked.headers.get("upgrade", "")
    if not protocol:
        raise bad_request("no upgrade proto in request")
    if protocol != _SESSION_PROTOCOL:
        raise bad_request(f"protocol {protocol} not supported")
    return Answer(status=101, headers={"Connection": "Upgrade", "Upgrade": protocol}, talk=_wait)


async def _wait(line: Channel) -> None:
    """Begin a conversation in HTTP/2, in which nothing is asked until the client leaves."""
    await line.send(_PREFACE)
    while await line.receive():
        pass


HANDLERS: dict[str, Handler] = {
    "Session": _session,
    "SystemDataUsage": _disk_usage,
    "SystemInfo": _info,
    "SystemPing": _ping,
    "SystemVersion": _version,
}
