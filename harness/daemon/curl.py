"""The line that makes a call again by hand."""

import base64
import hashlib
import re
import shlex
from collections.abc import Iterator

from harness.daemon.address import Address
from harness.daemon.redaction import redact_call
from harness.daemon.transport import handshake
from harness.model.call import Call, Pairs
from harness.model.version import ApiVersion

_LONGEST_TEXT = 4096
_LONGEST_BYTES = 1024
_GLOBS = re.compile(r"[][{}]")  # curl would expand them


def curl_line(
    address: Address,
    call: Call,
    version: ApiVersion | None,
    *,
    upgrade: bool = False,
    websocket: bool = False,
) -> str:
    """Return a shell line with curl that sends this call, without its secrets.

    A body that is too large for a line is read from a file, which a remark at the end describes.
    """
    call = redact_call(call)
    headers = [*_headers(call, handshake(upgrade=upgrade, websocket=websocket))]
    before, body, remark = _body(call)
    words = ["curl", *_flags(address, call, version)]
    for name, value in headers:
        # curl leaves out a header without a value, unless it ends in a semicolon.
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if call.body is not None and not any(name.lower() == "content-type" for name, _ in headers):
        words += ["-H", "Content-Type:"]  # or else curl says that it is a form
    words += [*body, address.url + call.target(version)]
    return before + shlex.join(words) + remark


def _flags(address: Address, call: Call, version: ApiVersion | None) -> Iterator[str]:
    yield "--head" if call.method == "HEAD" else "-i"
    if address.socket:
        yield from ("--unix-socket", address.socket)
    if address.tls is not None:
        tls = address.tls
        files = (("--cacert", tls.ca), ("--cert", tls.cert), ("--key", tls.key))
        yield from (word for flag, file in files if file for word in (flag, str(file)))
        if not tls.verify:
            yield "--insecure"
    if call.method != "HEAD" and (call.method != "GET" or call.body is not None):
        yield from ("-X", call.method)
    target = call.target(version)
    if "/." in target:
        yield "--path-as-is"
    if _GLOBS.search(target + address.url):
        yield "--globoff"


def _headers(call: Call, extra: Pairs) -> Iterator[tuple[str, str]]:
    """Yield the call's own headers, and those it needs besides, as the transport does."""
    given = {name.lower() for name, _ in call.headers}
    needed = [("Content-Type", call.media_type)] if call.media_type else []
    yield from call.headers
    yield from ((name, value) for name, value in (*needed, *extra) if name.lower() not in given)


def _body(call: Call) -> tuple[str, tuple[str, ...], str]:
    """Return what stands before curl, curl's words for the body, and the remark at the end."""
    body = call.body
    if body is None:
        return "", (), ""
    text = _find_text(body)
    if text is not None:
        return "", ("--data-binary", text), ""
    if len(body) <= _LONGEST_BYTES:
        encoded = base64.b64encode(body).decode()
        return f"echo {encoded} | base64 -d | ", ("--data-binary", "@-"), ""
    name = "body.tar" if "tar" in call.media_type else "body"
    digest = hashlib.sha256(body).hexdigest()
    remark = f"  # {name}: {len(body)} bytes, sha256 {digest}"
    return "", ("--data-binary", f"@{name}"), remark


def _find_text(body: bytes) -> str | None:
    """Return the body as a word for the shell, or None where a line cannot hold it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    # curl takes what starts with an @ for the name of a file.
    fits = len(text) <= _LONGEST_TEXT and text.isprintable() and not text.startswith("@")
    return text if fits else None
