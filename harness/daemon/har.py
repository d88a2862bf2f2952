"""A client's traffic as HTTP Archives (HAR 1.2) hold it, read as exchanges."""

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.model.call import Call, Exchange, Pairs, Reply
from harness.model.errors import SpecError, UsageError
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.specs.node import Node

_PREFIX = re.compile(r"/v(?P<version>\d{1,9}\.\d{1,9})(?=/)")
UNPREFIXED = ApiVersion(0, 0)  # the version of a call without one in its path


def read_har(archive: Json, path: Path) -> tuple[Exchange, ...]:
    """Return the exchanges of an archive, in order; `path` names it in messages.

    The calls have no operation, and their path is the one that was asked for, decoded and without
    the version before it. Raises UsageError that names the place where it is no archive.
    """
    try:
        return tuple(_exchanges(Node(archive, str(path))))
    except SpecError as error:
        raise UsageError(f"{error}; this is no HTTP Archive") from error


def _exchanges(archive: Node) -> Iterator[Exchange]:
    for entry in archive["log"]["entries"].elements():
        request, response = entry["request"], entry["response"]
        target = _target(request["url"])
        match = _PREFIX.match(target.path)
        yield Exchange(
            version=ApiVersion.parse(match["version"]) if match else UNPREFIXED,
            call=_call(request, unquote(target.path[match.end() :] if match else target.path)),
            reply=_reply(response),
        )


class _Target:
    """The path and the query of an address."""

    def __init__(self, path: str, query: str) -> None:
        self.path, self.query = path, query


def _target(url: Node) -> _Target:
    try:
        parts = urlsplit(url.text())
    except ValueError as error:
        raise SpecError(f"{url.place}: is no URL: {error}") from error
    return _Target(parts.path, parts.query)


def _call(request: Node, path: str) -> Call:
    data = _member(request, "postData")
    text, media_type = _member(data, "text"), _member(data, "mimeType")
    query = parse_qsl(_target(request["url"]).query, keep_blank_values=True)
    return Call(
        operation="",
        method=request["method"].text().upper(),
        path=path,
        query=tuple(query),
        headers=_pairs(_member(request, "headers")),
        body=_bytes(text) if text else None,
        media_type=media_type.text().partition(";")[0].strip() if media_type else "",
    )


def _reply(response: Node) -> Reply:
    return Reply(
        status=_status(response["status"]),
        headers=tuple((name.lower(), text) for name, text in _pairs(_member(response, "headers"))),
        body=_body(_member(response, "content")),
    )


def _status(node: Node) -> int:
    try:
        return int(node.number())
    except (ValueError, OverflowError) as error:  # JSON of Python has NaN and Infinity
        raise SpecError(f"{node.place}: is no status") from error


def _body(content: Node | None) -> bytes:
    text, encoding = _member(content, "text"), _member(content, "encoding")
    if text is None:
        return b""
    if encoding is None or encoding.text() != "base64":
        return _bytes(text)
    try:
        return base64.b64decode(text.text())
    except (binascii.Error, ValueError) as error:
        raise SpecError(f"{text.place}: is no base64: {error}") from error


def _member(node: Node | None, name: str) -> Node | None:
    """Return a member, or None where it is not there or null, as some programs write it."""
    found = node.find(name) if node else None
    return None if found is None or found.value is None else found


def _bytes(node: Node) -> bytes:
    # Half a surrogate pair can stand in JSON, but not in UTF-8.
    return node.text().encode(errors="replace")


def _pairs(node: Node | None) -> Pairs:
    elements = node.elements() if node else ()
    return tuple((each["name"].text(), each["value"].text()) for each in elements)
