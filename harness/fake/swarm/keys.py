"""The words that open a swarm: tokens to join it, and the key that unlocks its managers."""

import base64
import hmac
import re

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.swarm.values import Cluster
from harness.fake.world import World

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DIGEST_LENGTH = 50
_TOKEN = re.compile(r"SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})", re.ASCII)
_KEY = re.compile(r"SWMKEY-1-[0-9A-Za-z+/]{43}", re.ASCII)


def new_digest(world: World) -> str:
    """Return what the tokens of a swarm know its authority by."""
    number = int(world.ids.digest(), 16)
    digits = []
    for _ in range(_DIGEST_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def new_token(world: World, digest: str) -> str:
    """Return a token to join a swarm by."""
    return f"SWMTKN-1-{digest}-{world.ids.swarm()}"


def new_key(world: World) -> str:
    """Return a key that unlocks the managers of a swarm."""
    secret = base64.b64encode(bytes.fromhex(world.ids.digest())).decode().rstrip("=")
    return f"SWMKEY-1-{secret}"


def role_of(cluster: Cluster, token: str) -> str:
    """Return the role that a token admits to a swarm in; "" for none.

    Refuses with 400 the token of another swarm, and what is no token.
    """
    match = _TOKEN.fullmatch(token)
    if token and match is None:
        # dockerd answers 500, though the token is the client's; as it does to the next.
        raise bad_request("invalid join token")
    if match is not None and match[1] != cluster.digest:
        expected = f"{int(match[1], len(_DIGITS)):064x}"
        raise bad_request(f"remote CA does not match fingerprint. Expected: {expected}")
    found = (role for role, own in cluster.tokens.items() if _same(own, token))
    return next(found, "")


def check_token(token: str) -> None:
    """Refuse with 400 what cannot be a token, whatever the swarm."""
    if token and not _TOKEN.fullmatch(token):
        raise bad_request("invalid join token")


def check_key(cluster: Cluster, key: str) -> None:
    """Refuse with 400 what cannot be a key, and with 401 another swarm's."""
    if not _KEY.fullmatch(key):
        raise bad_request("invalid key string")
    if not _same(cluster.unlock_key, key):
        raise RefusedError(401, "swarm could not be unlocked: invalid key provided")


def _same(own: str, given: str) -> bool:
    return hmac.compare_digest(own.encode(), given.encode())
