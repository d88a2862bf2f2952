"""JSON objects of requests, read by name and type after the document has vouched for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.model.spec import Json


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object; what is absent or null reads as the zero value of its type, as in Go."""

    values: Mapping[str, Json] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def __bool__(self) -> bool:
        return bool(self.values)

    def names(self) -> Iterator[str]:
        """Yield the names of what is there, null or not."""
        yield from self.values

    def raw(self, name: str) -> Json:
        """Return a value as it is; None where it is absent."""
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        found = self.values.get(name)
        return found if isinstance(found, str) else default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        found = self.values.get(name)
        return found if isinstance(found, bool) else default

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        found = self.values.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return default
        return int(found)

    def elements(self, name: str) -> list[Json]:
        """Return a list, whatever its elements are."""
        found = self.values.get(name)
        return found if isinstance(found, list) else []

    def texts(self, name: str) -> list[str]:
        """Return the strings of a list; a lone string counts as a list of one, as in Cmd."""
        found = self.values.get(name)
        if isinstance(found, str):
            return [found]
        return [each for each in self.elements(name) if isinstance(each, str)]

    def fields(self, name: str) -> Fields:
        """Return an object."""
        return fields_of(self.values.get(name))

    def each(self, name: str) -> list[Fields]:
        """Return the objects of a list."""
        return [fields_of(each) for each in self.elements(name) if isinstance(each, dict)]

    def pairs(self, name: str) -> dict[str, str]:
        """Return a map of strings, such as labels; numbers and booleans are written out."""
        found = self.values.get(name)
        members = found.items() if isinstance(found, dict) else ()
        return {key: value if isinstance(value, str) else "" for key, value in members}

    def copy(self, **changes: Json) -> dict[str, Json]:
        """Return the object as a new dict, with some members replaced."""
        return {**self.values, **changes}


def fields_of(value: Json) -> Fields:
    """Return a JSON value as an object; an empty one where it is none."""
    return Fields(value) if isinstance(value, dict) else Fields()
