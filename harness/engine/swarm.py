"""The daemon's swarm, brought into the state that an operation needs."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.daemon.managed import ManagedDaemon
from harness.engine.workshop import UnmakeableError, at, text_at
from harness.engine.world import World
from harness.model.spec import Json
from harness.model.tables import SwarmState

_SWARM_KINDS = ("service", "task", "node", "secret", "config")


@dataclass
class Swarm:
    """Begins, locks and leaves swarms; never leaves one that the run did not begin.

    `permitted` tells whether the run may begin one. `managed` is the daemon's own process, where
    the run started it; `port` returns a free TCP port.
    """

    world: World
    permitted: bool
    port: Callable[[], int]
    managed: ManagedDaemon | None = None
    key: str = ""
    own: bool = False
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

    def disturbed(self) -> None:
        """Take note that a call changed the swarm, which is the run's own now."""
        self.own = True
        self._known = ""

    def _state(self) -> str:
        if not self._known:
            found = at(self.world.shop.make("GET", "/info"), "/Swarm/LocalNodeState")
            self._known = found if isinstance(found, str) and found else "inactive"
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
        address = f"127.0.0.1:{self.port()}"
        body: dict[str, Json] = {"ListenAddr": address, "AdvertiseAddr": address, "Spec": spec}
        self.world.shop.make("POST", "/swarm/init", body)
        self.disturbed()

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
