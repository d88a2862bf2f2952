"""YAML as this project reads and writes it: the values of JSON, and one way to lay them out."""

import json
from collections.abc import Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import yaml

from harness.model.errors import SpecError
from harness.specs.node import Node

if TYPE_CHECKING:
    from pathlib import Path

    from harness.model.spec import Json

_WIDTH = 100


class _Loader(yaml.CSafeLoader):
    """Reads no dates, and all keys as text: 200 as a status is "200", as in JSON."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Return a mapping by the text of its keys; raise where a key is no text or comes twice."""
        self.flatten_mapping(node)
        found: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is not text", key.start_mark
                )
            if key.value in found:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} a second time", key.start_mark
                )
            found[key.value] = self.construct_object(value, deep=deep)
        return found


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _refuse(_: yaml.Loader, node: yaml.Node) -> None:
    kind = node.tag.rpartition(":")[2]
    raise yaml.constructor.ConstructorError(None, None, f"{kind} is no JSON", node.start_mark)


for _kind in ("binary", "omap", "pairs", "set", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _refuse)


class _Dumper(yaml.CSafeDumper):
    """Writes no aliases: every place says in full what it holds."""

    def ignore_aliases(self, data: object) -> bool:
        """Tell that no value is to be written as an alias."""
        del data
        return True


def read_yaml(text: str, source: str) -> Node:
    """Turn YAML (or JSON) text into a node; raise SpecError where it is neither."""
    if text.lstrip()[:1] == "{":
        # Also YAML, which takes many times as long to read, and tells better what is wrong.
        with suppress(ValueError, RecursionError):
            return Node(json.loads(text, object_pairs_hook=_once), source)
    try:
        # A subclass of the safe loader.
        return Node(yaml.load(text, Loader=_Loader), source)  # noqa: S506
    except yaml.YAMLError as error:
        raise SpecError(f"{source} is not YAML: {_reason(error)}") from error
    except RecursionError as error:
        raise SpecError(f"{source} nests too deep") from error


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a key comes a second time")
    return found


def load_yaml(path: "Path", source: str) -> Node:
    """Read a file of YAML; raise SpecError where it cannot be read or is not YAML."""
    return read_yaml(load_text(path, source), source)


def load_text(path: "Path", source: str) -> str:
    """Read a file of text; raise SpecError where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(f"{source} is not a text file") from error
    except IsADirectoryError as error:
        raise SpecError(f"{source} is a folder; name a file in it") from error
    except OSError as error:
        raise SpecError(f"{source} cannot be read: {error.strerror or error}") from error


def write_yaml(value: "Json") -> str:
    """Lay a value out: blocks outside, the innermost mappings and lists on a line."""
    text: Any = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,
        width=_WIDTH,
        allow_unicode=True,
    )
    return str(text)


def _reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        mark = error.problem_mark
        return f"{error.problem} in line {mark.line + 1}" if mark else error.problem
    return str(error).splitlines()[0]
