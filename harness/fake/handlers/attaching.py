"""People at the process of a container: attached to it, over a connection or a websocket."""

from dataclasses import dataclass
from http import HTTPStatus

from harness.fake.containers.lifecycle import told
from harness.fake.containers.lookup import container_of
from harness.fake.handlers.logs import UNREADABLE, readable
from harness.fake.programs.processes import Output, Tap
from harness.fake.requests.answer import RAW_STREAM, Answer, Channel, bad_request, conflict
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.streams.detach_keys import USUAL, Watch, read_keys
from harness.fake.streams.output import kept
from harness.fake.streams.sessions import Ends, Session, show, streams_of
from harness.fake.values import Container, Status
from harness.fake.wire.websocket import accept_key
from harness.fake.world import World

_WEBSOCKET = "13"


def raw_stream(asked: Asked) -> tuple[int, dict[str, str]]:
    """Return how a connection is taken over: 101 for who asked for an upgrade, else 200."""
    headers = {"Content-Type": RAW_STREAM}
    if "upgrade" not in asked.headers:
        return HTTPStatus.OK, headers
    return HTTPStatus.SWITCHING_PROTOCOLS, {**headers, "Connection": "Upgrade", "Upgrade": "tcp"}


@dataclass(frozen=True, slots=True)
class _Attachment:
    """What somebody wants of a container: the log as it was when they asked, the stream since."""

    world: World
    container: Container
    ends: Ends
    recalled: tuple[Output, ...]
    stream: bool
    tap: Tap

    async def talk(self, channel: Channel) -> None:
        """Send the log and take part in what follows."""
        world, identity = self.world, self.container.id
        try:
            await show(channel, self.recalled, self.ends)
            if self.stream:
                session = Session(world, identity, self.ends, channel, self.tap, over=self._removed)
                if await session.hold():
                    told(world, self.container, "detach")
        except ConnectionError:
            return
        finally:
            world.processes.untap(identity, self.tap)

    def _removed(self) -> bool:
        return self.container.id not in self.world.containers


def _recalled(world: World, container: Container) -> tuple[Output, ...]:
    if not readable(container):
        return (Output(f"Error attaching: {UNREADABLE}\n".encode()),)
    return tuple(Output(line.data, line.stream) for line in kept(world, container))


def _attachment(world: World, asked: Asked, *, mixed: bool) -> _Attachment:
    """Return what a request asks for; refuse what dockerd refuses. A websocket is `mixed`."""
    keys = read_keys(asked.text("detachKeys"))
    if keys is None:
        raise bad_request(f"Invalid detach keys ({asked.text('detachKeys')}) provided")
    container = container_of(world, asked.name)
    if container.state.status is Status.PAUSED:
        raise conflict(f"container {asked.name} is paused, unpause the container before attach")
    if container.state.status is Status.RESTARTING:
        raise conflict(f"container {asked.name} is restarting, wait until the container is running")
    config, terminal = container.config, container.terminal
    ends = Ends(
        stdin=(mixed or asked.flag("stdin")) and config.flag("OpenStdin"),
        streams=streams_of(
            stdout=mixed or asked.flag("stdout"), stderr=mixed or asked.flag("stderr")
        ),
        frames=not (mixed or terminal),
        apart=mixed,
        closing=config.flag("StdinOnce") and not terminal,
        watch=Watch(keys or USUAL) if terminal else None,
    )
    return _Attachment(
        world=world,
        container=container,
        ends=ends,
        recalled=_recalled(world, container) if asked.flag("logs") else (),
        stream=asked.flag("stream"),
        # From now on, not only once the connection is taken over: a client that has read the head
        # of the reply may start the container before the conversation begins.
        tap=world.processes.tap(container.id),
    )


def _attach(world: World, asked: Asked) -> Answer:
    attachment = _attachment(world, asked, mixed=False)
    told(world, attachment.container, "attach")
    status, headers = raw_stream(asked)
    return Answer(status=status, talk=attachment.talk, headers=headers)


def _attach_websocket(world: World, asked: Asked) -> Answer:
    attachment = _attachment(world, asked, mixed=True)
    key = asked.headers.get("sec-websocket-key", "")
    if asked.headers.get("upgrade", "").lower() != "websocket" or not key:
        raise bad_request("not websocket protocol")
    if asked.headers.get("sec-websocket-version", "") != _WEBSOCKET:
        raise bad_request("missing or bad WebSocket Version")
    told(world, attachment.container, "attach")
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": accept_key(key),
    }
    status = HTTPStatus.SWITCHING_PROTOCOLS
    return Answer(status=status, talk=attachment.talk, websocket=True, headers=headers)


HANDLERS: dict[str, Handler] = {
    "ContainerAttach": _attach,
    "ContainerAttachWebsocket": _attach_websocket,
}
