"""The daemon's swarm, brought into the state that an operation needs."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from harness.daemon.private import Private
from harness.engine.workshop import UnmakeableError, text_at
from harness.engine.world import World
from harness.model.pointer import at
from harness.model.spec import Json
from harness.model.tables import SwarmState

_GATEWAY = "docker_gwbridge"
_STILL_IN_USE = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR})
_SWARM_KINDS = ("service", "task", "node", "secret", "config")


@dataclass
class Swarm:
    """Begins, locks and leaves swarms; never leaves one that the run did not begin.

    `permitted` tells whether the run may begin one. `managed` is the daemon's own process, where
    the run started it; `address` returns where a swarm may listen. `own_gateway` tells
    whether the network of swarms was not there before the run.
    """

    world: World
    permitted: bool
    address: Callable[[], str]
    managed: Private | None = None
    key: str = ""
    own: bool = False
    own_gateway: bool = False
    _known: str = ""

    def ensure(self, wanted: SwarmState, *, disruptive: bool) -> None:
        """Bring the swarm into the wanted state.

        Raises UnmakeableError where that would touch a swarm of somebody else's, or where the
        daemon refuses.
        """
        match wanted:
            case SwarmState.ANY:
                return
            case SwarmState.OUTSIDE | SwarmState.JOINABLE:
                self.leave()
            case SwarmState.MANAGER:
                self._manage(disruptive=disruptive)
            case SwarmState.LOCKED:
                self._lock()

    def leave(self) -> None:
        """Leave the swarm if there is one; raise UnmakeableError where it is somebody else's."""
        if self._state() == "inactive":
            return
        if not self.own:
            raise UnmakeableError("the daemon is in a swarm that the run did not begin")
        self.world.shop.make("POST", "/swarm/leave?force=1")
        self._known = ""

    def finish(self) -> None:
        """Leave the run's own swarm, and remove the network that came with it."""
        if self.own:
            self._known = ""
            self.leave()
            if self.own_gateway:
                self._remove_gateway()

    def disturbed(self) -> None:
        """Take note that a call changed the swarm, which is the run's own now."""
        self.own = True
        self._known = ""

    def _state(self) -> str:
        if not self._known:
            info = self.world.shop.make("GET", "/info")
            found = at(info, "/Swarm/LocalNodeState")
            self._known = found if isinstance(found, str) and found else "inactive"
            if self._known == "active" and not at(info, "/Swarm/ControlAvailable"):
                self._known = "worker"
            self.world.forget_kinds(*_SWARM_KINDS)
        return self._known

    def _manage(self, *, disruptive: bool) -> None:
        state = self._state()
        if state == "active":
            if disruptive and not self.own:
                raise UnmakeableError("the swarm is not the run's own")
            return
        if state != "inactive":
            self.leave()
        self._begin({})

    def _begin(self, spec: dict[str, Json]) -> None:
        if not self.permitted:
            raise UnmakeableError("needs a swarm; --tier disruptive lets the run begin one")
        address = self.address()
        body: dict[str, Json] = {"ListenAddr": address, "AdvertiseAddr": address, "Spec": spec}
        self.world.shop.make("POST", "/swarm/init", body)
        self.disturbed()

    def _remove_gateway(self) -> None:
        """Remove the network that Docker makes with the first swarm, and keeps."""
        for _ in range(40):
            reply = self.world.shop.ask("DELETE", f"/networks/{_GATEWAY}")
            if reply.status not in _STILL_IN_USE:  # just after the leaving
                break
            self.world.shop.pause(0.1)

    def _lock(self) -> None:
        if self._state() == "locked":
            return
        if self.managed is None:
            raise UnmakeableError("needs a daemon that the run may restart")
        self.leave()
        self._begin({"EncryptionConfig": {"AutoLockManagers": True}})
        self.key = text_at(self.world.shop.make("GET", "/swarm/unlockkey"), "/UnlockKey")
        self.managed.restart()
        self.world.forget()
        self._known = ""
