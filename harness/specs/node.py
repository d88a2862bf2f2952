"""Raw YAML and JSON, read through nodes that know where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.errors import SpecError
from harness.model.spec import Json


def escape(key: str) -> str:
    """Return a key as a segment of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place, as file#/pointer; readers raise SpecError that names the place."""

    value: Json
    source: str
    pointer: str = ""

    @property
    def place(self) -> str:
        """Return where this value stands, as file#/pointer."""
        return f"{self.source}#{self.pointer}"

    def __getitem__(self, key: str) -> "Node":
        found = self.find(key)
        if found is None:
            raise SpecError(f"{self.place}: {key} is missing")
        return found

    def find(self, key: str) -> "Node | None":
        """Return the member of that name, or None."""
        members = self._mapping()
        if key not in members:
            return None
        return Node(members[key], self.source, f"{self.pointer}/{escape(key)}")

    def step(self, segment: str) -> "Node | None":
        """Return what a segment of a JSON pointer leads to, or None."""
        key = segment.replace("~1", "/").replace("~0", "~")
        if isinstance(self.value, list):
            return next(
                (each for each in self.elements() if each.pointer.endswith(f"/{key}")), None
            )
        return self.find(key) if isinstance(self.value, dict) else None

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """Yield names and values of an object, in order."""
        for key, value in self._mapping().items():
            yield key, Node(value, self.source, f"{self.pointer}/{escape(key)}")

    def elements(self) -> Iterator["Node"]:
        """Yield the elements of a list, in order."""
        if not isinstance(self.value, list):
            raise SpecError(f"{self.place}: should be a list")
        for index, value in enumerate(self.value):
            yield Node(value, self.source, f"{self.pointer}/{index}")

    def text(self) -> str:
        """Return a string."""
        if not isinstance(self.value, str):
            raise SpecError(f"{self.place}: should be a string")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Return a list of strings."""
        return tuple(element.text() for element in self.elements())

    def truth(self) -> bool:
        """Return a boolean."""
        if not isinstance(self.value, bool):
            raise SpecError(f"{self.place}: should be true or false")
        return self.value

    def number(self) -> float:
        """Return a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise SpecError(f"{self.place}: should be a number")
        return self.value

    def _mapping(self) -> dict[str, Json]:
        if not isinstance(self.value, dict):
            raise SpecError(f"{self.place}: should be an object")
        return self.value
