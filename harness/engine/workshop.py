"""What makers of resources work with: a line to the daemon, names, labels and archives."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.daemon.transport import Daemon
from harness.model.call import Call, Pairs, Reply
from harness.model.errors import HarnessError
from harness.model.pointer import at
from harness.model.spec import Json
from harness.model.version import ApiVersion

LABEL = "docker-contract.run"
PREFIX = "docker-contract-"
HOSTED = "hosted-"
_DEADLINE = 30.0
_LIMIT = 64 * 1024 * 1024


class UnmakeableError(HarnessError):
    """The daemon did not let the run make a resource that an operation needs."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that the run made: its kind and state, its id, and its name where that differs."""

    kind: str
    state: str
    id: str
    name: str = ""


@dataclass
class Workshop:
    """Makes things on one daemon, at one API version, in the name of one run."""

    daemon: Daemon
    version: ApiVersion
    run: str
    image: str = ""
    registry: str = ""
    auth: str = ""
    calls: int = 0
    shared: "Callable[[str], Resource]" = field(default_factory=lambda: _nothing)
    pause: Callable[[float], None] = time.sleep
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def labels(self) -> dict[str, Json]:
        """Return the labels that tell the run's own."""
        return {LABEL: self.run}

    @property
    def needed_image(self) -> str:
        """Return the run's image; raise UnmakeableError where it has none."""
        if not self.image:
            raise UnmakeableError("needs an image of the run's own, and this run makes nothing")
        return self.image

    @property
    def image_id(self) -> str:
        """Return the id of the run's image; raise UnmakeableError where it has none.

        Of a name, managers and nodes of a swarm ask the registry that it seems to be from.
        """
        return text_at(self.make("GET", f"/images/{self.needed_image}/json"), "/Id")

    @property
    def needed_registry(self) -> str:
        """Return the registry's host and port; raise UnmakeableError where there is none."""
        if not self.registry:
            raise UnmakeableError("needs a registry, which the daemon cannot reach")
        return self.registry

    def name(self, kind: str) -> str:
        """Return a name that nothing has yet; an image's is a repository.

        That of a hosted- kind is in the run's registry; raise UnmakeableError where there is none.
        """
        plain = kind.removeprefix(HOSTED)
        name = f"{PREFIX}{self.run}-{plain}-{next(self._numbers)}"
        return name if plain == kind else f"{self.needed_registry}/{name}"

    def ask(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        target: str,
        body: Json | bytes = None,
        *,
        headers: Pairs = (),
        media_type: str = "",
        deadline: float = _DEADLINE,
    ) -> Reply:
        """Send one request of the run's own and return the reply, whatever it is."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        call = Call(
            operation="",
            method=method,
            path=target,
            headers=headers,
            body=sent,
            media_type=media_type or ("application/json" if sent is not None else ""),
        )
        self.calls += 1
        return self.daemon.send(call, self.version, deadline=deadline, limit=_LIMIT).reply

    def make(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        target: str,
        body: Json | bytes = None,
        *,
        headers: Pairs = (),
        media_type: str = "",
        admitted: tuple[int, ...] = (),
    ) -> Json:
        """Send a request that must succeed; return the JSON it answers, None where it is none.

        Raises UnmakeableError where the daemon refuses.
        """
        reply = self.ask(method, target, body, headers=headers, media_type=media_type)
        path = target.partition("?")[0]
        if not 200 <= reply.status < 300 and reply.status not in admitted:  # noqa: PLR2004
            told = message_of(reply) or reply.ending
            raise UnmakeableError(f"{method} {path} answered {reply.status}: {told}")
        lines = reply.body.strip().splitlines()
        for line in lines:
            if b'"errorDetail"' in line:
                raise UnmakeableError(f"{method} {path}: {line.decode(errors='replace')[:200]}")
        return parsed(reply)


def _nothing(what: str) -> Resource:
    raise UnmakeableError(f"nothing shares {what}")


def parsed(reply: Reply) -> Json:
    """Return the JSON value of a reply's body; None where there is none."""
    try:
        value: Json = json.loads(reply.body)
    except ValueError:
        return None
    return value


def message_of(reply: Reply) -> str:
    """Return what an error says, from {"message"} or from plain text, in one line."""
    told = at(parsed(reply), "/message")
    text = told if isinstance(told, str) else reply.body[:300].decode(errors="replace")
    return " ".join(text.split())


def text_at(value: Json, pointer: str) -> str:
    """Return the text at a JSON pointer; raise UnmakeableError where there is none."""
    found = at(value, pointer)
    if not isinstance(found, str) or not found:
        raise UnmakeableError(f"a reply lacks {pointer}, which names what was made")
    return found
