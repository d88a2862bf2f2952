"""What may stand at which place of a call: the limits of safety, then what the recipe varies."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from harness.model.spec import Json
from harness.model.tables import Limit, Recipe

# A text with one of these keeps a call to what the run made; it is never emptied or replaced.
_HOLDING = ("{{run}}", "{{unknown}}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits and the recipe of one operation; places are "query/limit" or "body/A/B"."""

    operation: str
    limits: tuple[Limit, ...]
    recipe: Recipe
    _any: re.Pattern[str]  # matches wherever one of the limits does; most places have none

    def is_limited(self, place: str) -> bool:
        """Tell whether a limit is on the place, or on one that it is part of."""
        return any(self._limits(part) for part in _parts(place))

    def admits(self, place: str, value: Json) -> bool:
        """Tell whether no limit stands against a value, nor against any part of it."""
        found = self._limits(place)
        if found:
            return all(value in _values(limit.allow) for limit in found)
        if self.is_limited(place):
            return False
        if isinstance(value, list):
            return all(self.admits(f"{place}/*", element) for element in value)
        if isinstance(value, dict):
            return all(
                self.admits(f"{place}/{key}", each) and self.admits(f"{place}/*", each)
                for key, each in value.items()
            )
        return True

    def values(self, place: str) -> tuple[Json, ...] | None:
        """Return the values that tables give for a place of a body; None where they are silent."""
        found = self._limits(place)
        if found:
            first, *others = found
            return tuple(
                value
                for value in _values(first.allow)
                if all(value in _values(other.allow) for other in others)
            )
        if self.is_limited(place):
            return ()
        varied = self._varied(place)
        return None if varied is None else _values(varied)

    def texts(self, place: str) -> tuple[str, ...] | None:
        """Return the texts that tables give for a parameter; None where they are silent."""
        if not self.is_limited(place):
            return self._varied(place)
        allowed = self.values(place) or ()
        return tuple(each if isinstance(each, str) else json.dumps(each) for each in allowed)

    def is_free(self, place: str, text: str = "") -> bool:
        """Tell whether wrong values may be tried where the recipe has `text`."""
        held = any(token in text for token in _HOLDING)
        return not held and not self.is_limited(place)

    def _limits(self, place: str) -> list[Limit]:
        whole = f"{self.operation}/{place}"
        if not self._any.match(whole.casefold()):
            return []
        return [limit for limit in self.limits if _matches(limit.at, whole)]

    def _varied(self, place: str) -> tuple[str, ...] | None:
        vary = self.recipe.vary
        if place in vary:
            return vary[place]
        return next((vary[at] for at in vary if "*" in at and _matches(at, place)), None)


def bounds(operation: str, limits: Iterable[Limit], recipe: Recipe) -> Bounds:
    """Return what holds for one operation: of the limits, those that can match its places."""
    near = tuple(limit for limit in limits if _matches(limit.at.split("/")[0], operation))
    either = "|".join(translate(limit.at.casefold()) for limit in near) or r"(?!)"
    return Bounds(operation, near, recipe, re.compile(either))


def _parts(place: str) -> list[str]:
    names = place.split("/")
    return ["/".join(names[:length]) for length in range(1, len(names) + 1)]


def _matches(pattern: str, text: str) -> bool:
    # Daemons written in Go read the names of properties in any letter case.
    return _compiled(pattern.casefold()).match(text.casefold()) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


@cache
def _values(texts: tuple[str, ...]) -> tuple[Json, ...]:
    return tuple(json.loads(text) for text in texts)
