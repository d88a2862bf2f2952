"""A second daemon of the run's own, for what takes two: joining a swarm and leaving one."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from harness.daemon.address import resolve
from harness.daemon.private import Private
from harness.daemon.transport import Daemon
from harness.engine.workshop import Resource, Workshop, text_at
from harness.model.pointer import at
from harness.model.spec import Json

_PORT = 2377


@dataclass
class Peer:
    """Starts when first needed, beside the daemon under test; stops with the `stack`."""

    beside: Private
    start: Callable[[Private], Private]
    shop: Workshop
    stack: ExitStack
    _own: Workshop | None = field(default=None)
    _managed: Private | None = None
    _address: str = ""
    _in: str = ""

    def facts(self) -> Mapping[str, Callable[[], str]]:
        """Return what the calls that join its swarm must say."""
        here = f"{self.beside.network.address}:{_PORT}"
        return {
            "join.listen": lambda: here,
            "join.advertise": lambda: here,
            "join.remote": lambda: self._offer("remote"),
            "join.token": lambda: self._offer("token"),
        }

    def stop(self, *, patience: float) -> None:
        """Stop the second daemon, if there is one, before the stack does."""
        if self._managed:
            self._managed.stop(patience=patience)

    def departed_node(self) -> Resource:
        """Join the swarm of the daemon under test, leave it, and return the node that remains."""
        own = self._started()
        swarm = self.shop.make("GET", "/swarm")
        self._leave(own)
        here = f"{self._address}:{_PORT}"
        body: dict[str, Json] = {
            "ListenAddr": here,
            "AdvertiseAddr": here,
            "RemoteAddrs": [f"{self.beside.network.address}:{_PORT}"],
            "JoinToken": text_at(swarm, "/JoinTokens/Worker"),
        }
        own.make("POST", "/swarm/join", body)
        node = text_at(own.make("GET", "/info"), "/Swarm/NodeID")
        self._in = "theirs"
        self._leave(own)
        return Resource("node", "gone", node)

    def _offer(self, what: str) -> str:
        own = self._started()
        here = f"{self._address}:{_PORT}"
        if self._in != "own":
            self._leave(own)
            own.make("POST", "/swarm/init", {"ListenAddr": here, "AdvertiseAddr": here})
            self._in = "own"
        if what == "remote":
            return here
        return text_at(own.make("GET", "/swarm"), "/JoinTokens/Worker")

    def _leave(self, own: Workshop) -> None:
        if at(own.make("GET", "/info"), "/Swarm/LocalNodeState") != "inactive":
            own.make("POST", "/swarm/leave?force=1")
        self._in = ""

    def _started(self) -> Workshop:
        if self._own is None:
            managed = self.stack.enter_context(self.start(self.beside))
            self._managed = managed
            daemon = self.stack.enter_context(Daemon(resolve(managed.host, env={})))
            self._own = Workshop(daemon, self.shop.version, self.shop.run)
            self._address = managed.network.address
        return self._own
