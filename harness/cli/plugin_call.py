"""How the docker client calls its plugins, turned into how people call this program."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

METADATA = "docker-cli-plugin-metadata"
_PLUGIN = "contract"

# Options of docker itself that may stand before the plugin's name, with how many values each takes.
# Those that this program knows too are passed on to the command; the others do not concern it.
_PASSED: Mapping[str, int] = MappingProxyType(
    {
        "--host": 1,
        "-H": 1,
        "--context": 1,
        "-c": 1,
        "--tlscacert": 1,
        "--tlscert": 1,
        "--tlskey": 1,
        "--tlsverify": 0,
    }
)
_DROPPED: Mapping[str, int] = MappingProxyType(
    {"--config": 1, "--log-level": 1, "-l": 1, "--debug": 0, "-D": 0, "--tls": 0}
)
_REACHING = ("certify", "clean", "diff")


def normalise(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without the plugin's name, and with docker's options behind the command.

    docker runs `docker --host H contract certify` as `docker-contract --host H contract certify`.
    Arguments that do not look so are returned as they are.
    """
    passed: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        flag, equals, _ = rest[0].partition("=")
        table = _PASSED if flag in _PASSED else _DROPPED
        if flag not in table:
            return list(arguments)
        width = 1 if equals else 1 + table[flag]
        if table is _PASSED:
            passed += rest[:width]
        rest = rest[width:]
    if not rest or rest[0] != _PLUGIN:
        return list(arguments)
    command, following = rest[1:2], rest[2:]
    return [*command, *(passed if command and command[0] in _REACHING else []), *following]
