"""Which profile an operation belongs to, by the tags that the document gives it."""

from collections.abc import Iterable
from types import MappingProxyType

# In the order in which reports show them.
PROFILES = (
    "containers",
    "exec",
    "images",
    "distribution",
    "volumes",
    "networks",
    "system",
    "swarm",
    "plugins",
    "experimental",
    "other",
)

_BY_TAG = MappingProxyType(
    {
        "container": "containers",
        "exec": "exec",
        "image": "images",
        "distribution": "distribution",
        "volume": "volumes",
        "network": "networks",
        "system": "system",
        "swarm": "swarm",
        "node": "swarm",
        "service": "swarm",
        "task": "swarm",
        "secret": "swarm",
        "config": "swarm",
        "plugin": "plugins",
        "session": "experimental",
    }
)


def profile(tags: Iterable[str]) -> str:
    """Return the profile of an operation with these tags; "other" where no tag is known."""
    known = (_BY_TAG.get(tag.partition(" ")[0].lower()) for tag in tags)
    return next((name for name in known if name), "other")
