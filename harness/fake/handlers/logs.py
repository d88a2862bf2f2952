"""The logs of containers."""

from harness.fake.containers.lookup import container_of
from harness.fake.requests.answer import Answer, RefusedError, bad_request, conflict
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.streams.output import Wanted, read_log, read_tail, read_time
from harness.fake.streams.sessions import streams_of
from harness.fake.values import Container, Status
from harness.fake.world import World

_READABLE = frozenset({"", "json-file", "local", "journald"})
UNREADABLE = "configured logging driver does not support reading"


def readable(container: Container) -> bool:
    """Tell whether the log of a container is kept where it can be read."""
    return container.host.fields("LogConfig").text("Type") in _READABLE


def _logs(world: World, asked: Asked) -> Answer:
    streams = streams_of(stdout=asked.flag("stdout"), stderr=asked.flag("stderr"))
    if not streams:
        raise bad_request("Bad parameters: you must choose at least one stream")
    container = container_of(world, asked.name)
    if container.state.status in {Status.REMOVING, Status.DEAD}:
        raise conflict("can not get logs from container which is dead or marked for removal")
    if not readable(container):
        raise RefusedError(501, UNREADABLE)
    wanted = Wanted(
        streams=streams,
        tail=read_tail(asked.text("tail")),
        since=read_time(asked.text("since")),
        until=read_time(asked.text("until")) or None,
        times=asked.flag("timestamps"),
        details=asked.flag("details"),
        frames=not container.terminal,
    )
    return Answer(stream=read_log(world, container, wanted, follow=asked.flag("follow")))


HANDLERS: dict[str, Handler] = {"ContainerLogs": _logs}
