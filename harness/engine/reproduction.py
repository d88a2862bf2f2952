"""A line for a shell that shows a finding by hand, with variables for what the run had made."""

import re
from dataclasses import replace

from harness.daemon.address import Address
from harness.daemon.curl import curl_line
from harness.engine.world import TOKEN, UNKNOWN
from harness.model.call import Call, Pairs
from harness.model.version import ApiVersion

_WORD = re.compile(r"DC0([a-z_]+)0DC")
_ARCHIVE = re.compile(r"--data-binary '?DC0tar_([a-z]+)0DC'?")


def reproduction(
    address: Address, call: Call, version: ApiVersion, *, upgrade: bool, websocket: bool
) -> str:
    """Return a curl line for an unbound call.

    What the run had made is gone by then: variables stand for it, and a comment tells what each
    must be. Archives are files.
    """
    line = curl_line(address, _placeheld(call), version, upgrade=upgrade, websocket=websocket)
    line = _ARCHIVE.sub(r"--data-binary @\1.tar", line)
    needed = sorted({match[1] for match in _WORD.finditer(line)})
    shown = _with_variables(line)
    if not needed:
        return shown
    return f"{shown}  # {'; '.join(f'${name}: {_meaning(name)}' for name in needed)}"


def _placeheld(call: Call) -> Call:
    def text(value: str) -> str:
        return TOKEN.sub(_word, value)

    def pairs(values: Pairs) -> Pairs:
        return tuple((name, text(value)) for name, value in values)

    body = call.body.decode("utf-8", "surrogateescape") if call.body is not None else None
    return replace(
        call,
        path_parameters=pairs(call.path_parameters),
        query=pairs(call.query),
        headers=pairs(call.headers),
        body=None if body is None else text(body).encode("utf-8", "surrogateescape"),
    )


def _word(match: re.Match[str]) -> str:
    kind, state = match[1], match[2] or ""
    if kind == "unknown":
        return UNKNOWN
    if kind == "run":
        return "by-hand"
    if kind == "new":
        return f"by-hand-{state}"
    name = f"{kind}_{state}".strip("_").replace("-", "_") + ("_name" if match[4] else "")
    return f"DC0{name}0DC"


def _with_variables(line: str) -> str:
    """Put variables where words stand for them, so that the shell replaces them."""
    parts: list[str] = []
    quote, last = "", 0
    words = {match.start(): match for match in _WORD.finditer(line)}
    for index, character in enumerate(line):
        if index in words:
            match = words[index]
            variable = f'"${match[1]}"'
            parts += [line[last:index], f"'{variable}'" if quote == "'" else variable]
            last = match.end()
        if character in "'\"" and quote in {"", character}:
            quote = "" if quote else character
    return "".join([*parts, line[last:]])


def _meaning(name: str) -> str:
    kind, _, state = name.partition("_")
    meanings = {
        "image": "an image",
        "registry": "a registry's host:port",
        "index": "the version index of the object in the path",
        "start": "a time in seconds, a while ago",
        "now": "the time in seconds",
        "port": "a free port",
        "privileges": "what GET /plugins/privileges tells",
        "auth_header": "base64 of an AuthConfig",
        "auth_config": "base64 of AuthConfigs by registry",
    }
    return meanings.get(name) or f"{kind} ({state.replace('_', ' ')})"
