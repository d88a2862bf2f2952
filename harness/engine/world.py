"""The world of a run: what it made, and the names that calls are given."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from harness.engine.makers import MAKERS, STATES, Maker
from harness.engine.workshop import HOSTED, Resource, UnmakeableError, Workshop, parsed
from harness.model.call import Call, Exchange
from harness.model.pointer import at
from harness.model.tables import Kind, Recipe

TOKEN = re.compile(r"\{\{([a-z][a-z-]*)(?:\.([a-z][a-z-]*))?(!?)(\.name)?\}\}")
UNKNOWN = "docker-contract-unknown"

# Which object's version index a call wants, by the collection in its path.
_INDEXED: Mapping[str, str] = {
    "/services/{id}/update": "/services/",
    "/nodes/{id}/update": "/nodes/",
    "/secrets/{id}/update": "/secrets/",
    "/configs/{id}/update": "/configs/",
    "/swarm/update": "/swarm",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A call that can be sent, what it was lent for itself, and the names that it may give."""

    call: Call
    lent: tuple[Resource, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@dataclass
class World:
    """Makes what calls need, lends it, and takes it back."""

    shop: Workshop
    kinds: Mapping[str, Kind]
    archives: Mapping[str, Callable[[], bytes]]
    facts: dict[str, Callable[[], str]] = field(default_factory=dict)
    makers: dict[str, Maker] = field(default_factory=lambda: dict(MAKERS))
    _shared: dict[str, Resource] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _spare: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.shop.shared = self.shared
        self.facts.setdefault("run", lambda: self.shop.run)
        self.facts.setdefault("image", lambda: self.shop.needed_image)
        self.facts.setdefault("image.id", lambda: self.shop.image_id)
        self.facts.setdefault("registry", lambda: self.shop.needed_registry)
        self.facts.setdefault("unknown", lambda: UNKNOWN)
        # Whole seconds would leave out what happened in the second that has not ended.
        self.facts.setdefault("now", lambda: f"{time.time():.6f}")

    def shared(self, what: str) -> Resource:
        """Return the resource of that kind and state which calls share, made when first asked for.

        Raises UnmakeableError where the daemon refuses.
        """
        known = self._shared.get(what)
        if known is None or (what not in self._seen and not self._unchanged(known)):
            self._shared[what] = self._made(what)
        self._seen.add(what)
        return self._shared[what]

    def refresh(self) -> None:
        """Look again at what is shared before it is next used: other calls may have changed it."""
        self._seen.clear()

    def forget(self) -> None:
        """Forget what was made, after something that left nothing as it was."""
        self._shared.clear()
        self._spare.clear()

    def forget_kinds(self, *kinds: str) -> None:
        """Forget what was made of some kinds."""
        for known in (self._shared, self._spare):
            for what in [what for what in known if what.partition(".")[0] in kinds]:
                del known[what]

    def bind(self, call: Call) -> Bound:
        """Replace the tokens of a call; raise UnmakeableError where one cannot be."""
        binding = _Binding(self, call)
        try:
            bound = binding.call()
        except UnmakeableError:
            self._take_back(binding.lent.values())
            raise
        return Bound(bound, tuple(binding.lent.values()), tuple(binding.named.items()))

    def settle(self, bound: Bound, recipe: Recipe, exchange: Exchange) -> None:
        """Take back what a call was lent, where it is as it was, and remove what the call made."""
        refused = exchange.reply.status >= 400  # noqa: PLR2004 - 4xx and 5xx
        for resource in bound.lent:
            if refused and self._unchanged(resource):
                self._spare[f"{resource.kind}.{resource.state}"].append(resource)
            else:
                self.remove(resource.kind, resource.id)
        if refused:
            return
        made = {kind: at(parsed(exchange.reply), pointer) for kind, pointer in recipe.makes}
        for kind, name in {**dict(bound.named), **made}.items():
            if isinstance(name, str) and name:
                self.remove(kind.removeprefix(HOSTED), name)

    def remove(self, kind: str, name: str) -> None:
        """Remove a resource if its kind can be; what is gone already is fine."""
        if kind in self.kinds:
            self.shop.ask("DELETE", self.kinds[kind].removal.replace("{name}", name))

    def lend(self, what: str) -> Resource:
        """Return a resource for one call alone."""
        spare = self._spare[what]
        while spare:
            resource = spare.pop()
            if self._unchanged(resource):
                return resource
        return self._made(what)

    def _take_back(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            self._spare[f"{resource.kind}.{resource.state}"].append(resource)

    def _made(self, what: str) -> Resource:
        if what not in self.makers:
            raise UnmakeableError(f"nothing makes {what} in this run")
        return self.makers[what](self.shop)

    def _unchanged(self, resource: Resource) -> bool:
        state = STATES.get(f"{resource.kind}.{resource.state}")
        if state is None:
            return False
        target, pointer, expected = state
        reply = self.shop.ask("GET", target.replace("{id}", resource.id))
        return reply.status == 200 and (  # noqa: PLR2004 - OK
            not pointer or at(parsed(reply), pointer) == expected
        )


class _Binding:
    """The names given to one call: the same token is the same name throughout."""

    def __init__(self, world: World, call: Call) -> None:
        self._world = world
        self._call = call
        self._path: dict[str, str] = {}
        self.lent: dict[str, Resource] = {}
        self.named: dict[str, str] = {}

    def call(self) -> Call:
        call = self._call
        self._path = {name: self._text(value) for name, value in call.path_parameters}
        return replace(
            call,
            path_parameters=tuple(self._path.items()),
            query=tuple((name, self._text(value)) for name, value in call.query),
            headers=tuple((name, self._text(value)) for name, value in call.headers),
            body=None if call.body is None else self._body(call.body),
        )

    def _text(self, text: str) -> str:
        return TOKEN.sub(self._value, text)

    def _body(self, body: bytes) -> bytes:
        text = body.decode("utf-8", errors="surrogateescape")
        whole = TOKEN.fullmatch(text)
        if whole and whole[1] == "tar":
            return self._world.archives[whole[2]]()
        return self._text(text).encode("utf-8", errors="surrogateescape")

    def _value(self, match: re.Match[str]) -> str:
        kind, state, own, by_name = match[1], match[2], match[3], match[4]
        key = f"{kind}.{state}" if state else kind
        if kind == "new":
            return self.named.setdefault(state, self._world.shop.name(state))
        if key in self._world.facts:
            return self._world.facts[key]()
        if key == "index":
            return self._index()
        if own:
            resource = self.lent.get(key) or self.lent.setdefault(key, self._world.lend(key))
        else:
            resource = self._world.shared(key)
        return resource.name if by_name else resource.id

    def _index(self) -> str:
        """Return the version index of the object in the path, which an update must name."""
        collection = _INDEXED.get(self._call.path)
        if collection is None:
            raise UnmakeableError(f"{self._call.path} names nothing with a version index")
        found = self._world.shop.ask("GET", collection + self._path.get("id", ""))
        index = at(parsed(found), "/Version/Index")
        # An unknown object has none; the call is wrong in another way then.
        return str(index) if isinstance(index, int) else "1"
