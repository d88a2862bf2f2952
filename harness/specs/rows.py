"""What tables and their rows have in common: known keys, sentences, choices, patterns."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.specs.cache import kept
from harness.specs.node import Node

_Choice = TypeVar("_Choice", bound=StrEnum)


def load_table(path: Path, source: str) -> Node:
    """Read a long table of YAML, or take what an earlier run read of the same text.

    Raises SpecError where the file cannot be read or is not YAML.
    """

    def read() -> Json:
        # Importing what reads YAML takes as long as reading what was kept.
        from harness.specs.yaml_text import load_yaml  # noqa: PLC0415

        return load_yaml(path, source).value

    try:
        sources: tuple[bytes, ...] = (b"table", path.read_bytes())
    except OSError:
        sources = ()
    return Node(kept(sources, read), source)


def only(node: Node, known: Iterable[str]) -> None:
    """Raise SpecError where an object has a key that is not known."""
    for name, member in node.members():
        if name not in known:
            raise SpecError(f"{member.place}: {name} is not known here")


def said(node: Node) -> str:
    """Return a text with its blanks made one; raise SpecError where it is empty."""
    text = " ".join(node.text().split())
    if not text:
        raise SpecError(f"{node.place}: is empty")
    return text


def sentence(node: Node | None) -> str:
    """Return a sentence, or "" for None; raise SpecError where no full stop ends it."""
    if node is None:
        return ""
    text = said(node)
    if not text.endswith("."):
        raise SpecError(f"{node.place}: should end with a full stop")
    return text


def choice(kind: type[_Choice], node: Node) -> _Choice:
    """Return one of the values of an enumeration; raise SpecError for anything else."""
    try:
        return kind(node.text())
    except ValueError as error:
        known = ", ".join(kind)
        raise SpecError(f"{node.place}: {node.text()} is not one of {known}") from error


def several(node: Node) -> tuple[str, ...]:
    """Return a list of texts; raise SpecError where it is empty or says one of them twice."""
    found = node.texts()
    if not found:
        raise SpecError(f"{node.place}: names nothing")
    for each in found:
        if found.count(each) > 1:
            raise SpecError(f"{node.place}: names {each!r} twice")
    return found


def version(text: str, known: Iterable[ApiVersion], place: str) -> ApiVersion:
    """Return a version of specs/ by its name; raise SpecError at that place for anything else."""
    try:
        found = ApiVersion.parse(text)
    except UsageError as error:
        raise SpecError(f"{place}: {error}") from error
    if found not in known or str(found) != text:
        raise SpecError(f"{place}: there is no spec for API {text}")
    return found
