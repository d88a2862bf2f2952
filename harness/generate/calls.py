"""Generated calls, made once for all versions that document an operation alike."""

import base64
import binascii
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

import platformdirs

from harness.generate.generation import generate
from harness.model import call as call_module
from harness.model.call import Call, Manner, Pairs, Twist
from harness.model.errors import SpecError
from harness.model.spec import Json, Operation
from harness.model.tables import Limit, Recipe
from harness.specs.node import Node


def user_cache_folder() -> Path:
    """Return the folder for calls that outlive a run, where the system keeps such things."""
    return Path(platformdirs.user_cache_dir("docker-contract", appauthor=False)) / "calls"


class GeneratedCalls:
    """Calls by all that they depend on: kept in memory, and in a folder where one is given.

    A file that is broken, foreign or cannot be read is as good as none, and is written anew.
    """

    def __init__(self, cache_folder: Path | None = None) -> None:
        self._folder = cache_folder
        self._known: dict[str, tuple[Call, ...]] = {}

    def calls(  # noqa: PLR0913 - all that the calls depend on
        self,
        document: Callable[[], Mapping[str, Json]],
        operation: Operation,
        recipe: Recipe,
        limits: Sequence[Limit],
        *,
        seed: int,
        examples: int,
    ) -> tuple[Call, ...]:
        """Return the calls of one operation; `document` is asked for only where they are made."""
        key = _key(operation, recipe, limits, seed=seed, examples=examples)
        if key in self._known:
            return self._known[key]
        kept = self._read(key)
        if kept is None:
            kept = generate(document(), operation, recipe, limits, seed=seed, examples=examples)
            self._write(key, kept)
        self._known[key] = kept
        return kept

    def _read(self, key: str) -> tuple[Call, ...] | None:
        if self._folder is None:
            return None
        try:
            text = (self._folder / f"{key}.json").read_text(encoding="utf-8")
            return _from_json(Node(json.loads(text), key), key)
        except (OSError, ValueError, SpecError):
            return None

    def _write(self, key: str, calls: Iterable[Call]) -> None:
        if self._folder is None:
            return
        text = json.dumps({"key": key, "calls": [_to_json(call) for call in calls]})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Another run may read the file at this moment.
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self._folder / f"{key}.json")
        except OSError:
            # Without a place to keep calls they are made again in the next run.
            return


def _key(
    operation: Operation, recipe: Recipe, limits: Iterable[Limit], *, seed: int, examples: int
) -> str:
    everything = [
        _makers(),
        [operation.id, operation.method, operation.path, operation.shape],
        asdict(recipe),
        [(limit.at, limit.allow) for limit in limits],
        seed,
        examples,
    ]
    # The order of what a recipe varies is the order of its calls, so nothing is sorted here.
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()


@cache
def _makers() -> list[str]:
    """Return what tells one way of making calls from another: versions, and the code itself."""
    sources = [*sorted(Path(__file__).parent.glob("*.py")), Path(call_module.__file__)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return [digest, *(version(name) for name in ("docker-contract", "schemathesis", "hypothesis"))]


def _to_json(call: Call) -> Json:
    return {
        "operation": call.operation,
        "method": call.method,
        "path": call.path,
        "path_parameters": [list(pair) for pair in call.path_parameters],
        "query": [list(pair) for pair in call.query],
        "headers": [list(pair) for pair in call.headers],
        "body": None if call.body is None else base64.b64encode(call.body).decode(),
        "media_type": call.media_type,
        "manner": str(call.manner),
        "twist": str(call.twist),
        "at": call.at,
    }


def _from_json(node: Node, key: str) -> tuple[Call, ...]:
    if node["key"].text() != key:
        raise SpecError(f"{node.place}: these are other calls")
    return tuple(_call(each, number) for number, each in enumerate(node["calls"].elements()))


def _call(node: Node, number: int) -> Call:
    return Call(
        operation=node["operation"].text(),
        method=node["method"].text(),
        path=node["path"].text(),
        path_parameters=_pairs(node["path_parameters"]),
        query=_pairs(node["query"]),
        headers=_pairs(node["headers"]),
        body=_bytes(node["body"]),
        media_type=node["media_type"].text(),
        manner=Manner(node["manner"].text()),
        twist=Twist(node["twist"].text()),
        at=node["at"].text(),
        number=number,
    )


def _pairs(node: Node) -> Pairs:
    pairs = [each.texts() for each in node.elements()]
    return tuple((name, text) for name, text in pairs)


def _bytes(node: Node) -> bytes | None:
    if node.value is None:
        return None
    try:
        return base64.b64decode(node.text(), validate=True)
    except binascii.Error as error:
        raise SpecError(f"{node.place}: should be base64") from error
