"""What is seen of a daemon on the wire at one version, and how two versions differ there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.version import ApiVersion


class Aspect(StrEnum):
    """What of the replies to one call is not the same."""

    CALL = "call"  # only one side was asked
    STATUS = "status"
    MEDIA_TYPE = "media-type"
    HEADER = "header"
    FRAMING = "framing"  # how the body comes: whole, in frames, upgraded, without an end
    PROPERTY_ADDED = "property-added"
    PROPERTY_REMOVED = "property-removed"
    TYPE = "type"  # another JSON type at a place
    VALUE = "value"  # another value, or another class of values
    EVENTS = "events"  # other kinds of messages of a stream, or in another order
    MESSAGE = "message"  # an error says something else


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a story or of a generated series, and what came back, without what is chance.

    `key` aligns steps: "containers/12", or "ContainerList/3". `operation` is written as in
    `change.Reach`; `asked` are the places of the request that the call used: "query/condition",
    "body/HostConfig/Memory". `places` tells, by place as in `change.Reach` but without the status
    ("body/State/Health", "headers/Ostype"), the value there: its JSON type, and where it is no
    chance its text: "boolean true", 'string "running"', "string <id>"; of several elements, all of
    them, as in "null | number 5". `events` are the kinds of messages of a stream, each once, in the
    order in which they first came.
    `sent` is a digest of a generated call, so that calls of one key are known to be the same; ""
    for the steps of stories, which are.
    """

    key: str
    operation: str
    asked: tuple[str, ...]
    status: int
    media_type: str
    framing: str
    message: str = ""
    events: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """All steps on one daemon at one version, in the order in which they were made."""

    daemon: str
    version: ApiVersion
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class WireChange:
    """One difference of the replies between two versions, gathered over the steps that show it.

    `place` is written as in `Step.places`, with the status before it where the body or a header
    is meant ("200/body/Mounts"). `old` and `new` tell what was seen; "" where nothing was. `steps`
    are the keys of all that show it, in order; `asked` are the places of the request that all of
    those steps used, and no step of the operation that does not show it: none where all show it.
    """

    aspect: Aspect
    operation: str
    place: str
    old: str
    new: str
    steps: tuple[str, ...]
    asked: tuple[str, ...] = ()
