"""What a scenario works with: a daemon at one version, and replies that never stop a story."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from harness.model.call import Pairs, Reply
from harness.model.pointer import at
from harness.model.spec import Json
from harness.model.tables import Tier
from harness.model.version import ApiVersion

UNKNOWN = "docker-contract-unknown"
QueryValue: TypeAlias = str | int | bool | Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one step of a scenario."""

    reply: Reply

    @property
    def status(self) -> int:
        """Return the status; 0 where no reply came."""
        return self.reply.status

    @property
    def json(self) -> Json:
        """Return the body as JSON; None where it is none."""
        try:
            value: Json = json.loads(self.reply.body)
        except (ValueError, RecursionError):
            return None
        return value

    def at(self, pointer: str) -> Json:
        """Return what stands at a JSON pointer of the body; None where nothing does."""
        return at(self.json, pointer)

    def text(self, pointer: str, otherwise: str = UNKNOWN) -> str:
        """Return the text at a JSON pointer; a name that nothing has where there is none.

        So a story goes on where a daemon refused a step, and asks for what is not there.
        """
        found = self.at(pointer)
        return found if isinstance(found, str) and found else otherwise


class Stage(Protocol):
    """A daemon at one version, for one scenario; what it makes is removed afterwards."""

    @property
    def version(self) -> ApiVersion:
        """Return the version that every call is made at."""

    @property
    def tier(self) -> Tier:
        """Return how much the scenario may disturb."""

    @property
    def image(self) -> str:
        """Return the name of an image with a shell (busybox), which is there."""

    @property
    def registry(self) -> str:
        """Return host and port of the run's own registry on the loopback address.

        It serves the images that `hosted` names. "" where the daemon cannot reach one.
        """

    @property
    def auth(self) -> str:
        """Return a value for X-Registry-Auth at that registry."""

    @property
    def labels(self) -> dict[str, Json]:
        """Return the labels that whatever is made should bear."""

    @property
    def swarm_address(self) -> str:
        """Return the address, with its port, for a swarm of one."""

    def name(self, what: str) -> str:
        """Return a name of the run's own; the same `what` gives the same name in one scenario."""

    def hosted(self, what: str) -> str:
        """Return a repository in the registry: "pulled" and "plugin" are there already."""

    def archive(self, name: str) -> bytes:
        """Return a tar archive: build, files, image, rootfs, plugin (harness.engine.archives)."""

    def now(self) -> str:
        """Return the time as parameters of daemons take it, in seconds with a fraction."""

    def pause(self, seconds: float) -> None:
        """Let time pass, for what a daemon does on its own; use it rarely, and briefly."""

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
        """Make one call and return its answer, whatever that is.

        `operation` is an id that a document of any version has; its newest method and path are
        used. `at` is the value of the path's variable. Bodies that are no bytes are sent as JSON;
        booleans in the query as 1 and 0, mappings (such as filters) as JSON. `deadline` is how many
        seconds to read at most, where the default would not do. Raises UsageError where the tier
        forbids the operation.
        """

    def until(self, operation: str, pointer: str, wanted: Json, *, at: str = "") -> bool:
        """Ask again and again, for a few seconds, until a place has a value; tell whether it had.

        What answers 404 is not asked again. Such calls are not steps of the story: they show up in
        no trace.
        """


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario by its name, with how much it may disturb, and the function that plays it."""

    name: str
    tier: Tier
    play: Callable[[Stage], None]
