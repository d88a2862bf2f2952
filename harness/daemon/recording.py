"""Exchanges written down, one JSON line each, and read back."""

import base64
import hashlib
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.daemon.redaction import redact
from harness.model.call import Call, Ending, Exchange, Manner, Pairs, Reply, Twist
from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.specs.node import Node

FORMAT = 1

_KIND = "docker-contract recording"
_BODY_KEPT = 65536
_DIGITS = 6  # of a fraction of a second


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says first: the run that it comes from."""

    seed: int
    daemon: str
    started: str  # in the form of ISO 8601
    tool: str = ""


class Recorder:
    """Writes exchanges without their secrets, line by line, so that a killed run leaves a file.

    A context manager. Raises UsageError where the file cannot be written.
    """

    def __init__(self, path: Path, header: Header) -> None:
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
        self._path = path
        self._write(
            {
                "kind": _KIND,
                "format": FORMAT,
                "tool": header.tool or _own_version(),
                "seed": header.seed,
                "daemon": header.daemon,
                "started": header.started,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, exchange: Exchange) -> None:
        """Add one exchange, redacted; a body of more than 64 KiB is cut, and said to be."""
        self._write(_written(redact(exchange)))

    def _write(self, line: Json) -> None:
        try:
            self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
        except OSError as error:
            raise UsageError(f"{self._path}: cannot be written: {error.strerror}") from error


def kept(exchange: Exchange) -> Exchange:
    """Return an exchange as it would be read again from a recording: without secrets, and cut."""
    clean = redact(exchange)
    call, reply = clean.call, clean.reply
    cut = len(reply.body) > _BODY_KEPT
    return Exchange(
        version=clean.version,
        call=replace(call, body=None if call.body is None else call.body[:_BODY_KEPT]),
        reply=replace(
            reply,
            body=reply.body[:_BODY_KEPT],
            ending=Ending.LIMIT if cut else reply.ending,
            seconds=round(reply.seconds, _DIGITS),
        ),
    )


def read(path: Path) -> tuple[Header, Iterator[Exchange]]:
    """Read a recording: its header at once, its exchanges as they are asked for.

    A reply whose body was cut when it was written ends as LIMIT. Raises UsageError that names
    the line where the file is no recording, or is cut off.
    """
    lines = _lines(path)
    first = next(lines, None)
    lines.close()
    try:
        kind = first.find("kind") if first else None
        if first is None or kind is None or kind.value != _KIND:
            raise UsageError(f"{path}:1: this is no recording of docker-contract")
        if first["format"].value != FORMAT:
            raise UsageError(
                f"{path}:1: the recording has format {first['format'].value}, and this"
                f" docker-contract reads {FORMAT}; use the one that wrote it"
            )
        header = Header(
            seed=int(first["seed"].number()),
            daemon=first["daemon"].text(),
            started=first["started"].text(),
            tool=first["tool"].text(),
        )
    except SpecError as error:
        raise UsageError(f"{error}; this is no recording of docker-contract") from error
    return header, _exchanges(path)


def _exchanges(path: Path) -> Iterator[Exchange]:
    lines = _lines(path)
    next(lines, None)
    for line in lines:
        try:
            yield _exchange(line)
        except (SpecError, ValueError) as error:
            raise UsageError(f"{line.source}: this is no exchange: {error}") from error


def _lines(path: Path) -> Generator[Node, None, None]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield _line(line, f"{path}:{number}")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _line(line: bytes, place: str) -> Node:
    try:
        value = json.loads(line)
    except ValueError as error:
        if line.endswith(b"\n"):
            raise UsageError(f"{place}: this is no line of a recording: {error}") from error
        raise UsageError(f"{place}: the line is cut off; remove it to read the rest") from error
    return Node(value, place)


def _written(exchange: Exchange) -> Json:
    call, reply = exchange.call, exchange.reply
    return {
        "version": str(exchange.version),
        "call": {
            "operation": call.operation,
            "method": call.method,
            "path": call.path,
            "path_parameters": _pairs(call.path_parameters),
            "query": _pairs(call.query),
            "headers": _pairs(call.headers),
            "body": None if call.body is None else _body(call.body),
            "media_type": call.media_type,
            "manner": call.manner.value,
            "twist": call.twist.value,
            "at": call.at,
            "number": call.number,
        },
        "reply": {
            "status": reply.status,
            "headers": _pairs(reply.headers),
            "body": _body(reply.body),
            "ending": reply.ending.value,
            "seconds": round(reply.seconds, _DIGITS),
        },
    }


def _own_version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - takes long, and is seldom needed

    return version("docker-contract")


def _pairs(pairs: Pairs) -> Json:
    return [[name, value] for name, value in pairs]


def _body(body: bytes) -> Json:
    """Write a body as text if it is one; what was cut off is told by its length and digest."""
    kept = body[:_BODY_KEPT]
    written: dict[str, Json]
    try:
        written = {"text": kept.decode()}
    except UnicodeDecodeError:
        written = {"base64": base64.b64encode(kept).decode()}
    if len(body) > len(kept):
        digest = hashlib.sha256(body).hexdigest()
        written["truncated"] = {"length": len(body), "sha256": digest}
    return written


def _exchange(line: Node) -> Exchange:
    return Exchange(
        version=ApiVersion.parse(line["version"].text()),
        call=_read_call(line["call"]),
        reply=_read_reply(line["reply"]),
    )


def _read_call(node: Node) -> Call:
    body = node["body"]
    return Call(
        operation=node["operation"].text(),
        method=node["method"].text(),
        path=node["path"].text(),
        path_parameters=_read_pairs(node["path_parameters"]),
        query=_read_pairs(node["query"]),
        headers=_read_pairs(node["headers"]),
        body=None if body.value is None else _read_body(body),
        media_type=node["media_type"].text(),
        manner=Manner(node["manner"].text()),
        twist=Twist(node["twist"].text()),
        at=node["at"].text(),
        number=int(node["number"].number()),
    )


def _read_reply(node: Node) -> Reply:
    body = node["body"]
    return Reply(
        status=int(node["status"].number()),
        headers=_read_pairs(node["headers"]),
        body=_read_body(body),
        ending=Ending.LIMIT if body.find("truncated") else Ending(node["ending"].text()),
        seconds=node["seconds"].number(),
    )


def _read_body(node: Node) -> bytes:
    text = node.find("text")
    if text is not None:
        return text.text().encode()
    return base64.b64decode(node["base64"].text(), validate=True)


def _read_pairs(node: Node) -> Pairs:
    return tuple(_read_pair(pair) for pair in node.elements())


def _read_pair(node: Node) -> tuple[str, str]:
    name, value = node.texts()
    return name, value
