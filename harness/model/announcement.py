"""What the version history announces, and what is known of changes that are none."""

from dataclasses import dataclass
from enum import StrEnum

from harness.model.version import ApiVersion


class Kind(StrEnum):
    """What sort of change is announced."""

    OPERATION_ADDED = "operation-added"
    OPERATION_REMOVED = "operation-removed"
    PARAMETER_ADDED = "parameter-added"  # in query or headers
    PARAMETER_REMOVED = "parameter-removed"
    REQUEST_PROPERTY_ADDED = "request-property-added"
    REQUEST_PROPERTY_REMOVED = "request-property-removed"
    REPLY_PROPERTY_ADDED = "reply-property-added"
    REPLY_PROPERTY_REMOVED = "reply-property-removed"
    HEADER_ADDED = "header-added"  # of a reply
    STATUS = "status"  # other statuses than before
    TYPE = "type"  # another type, format or place of what was there
    VALUES = "values"  # more or fewer values of an enumeration
    FILTER_ADDED = "filter-added"  # a key of a filters parameter
    EVENT_ADDED = "event-added"
    BEHAVIOUR = "behaviour"  # what no form of a document shows
    DEPRECATION = "deprecation"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One single change that the version history announces.

    `id` is "1.30/8.2": the version, the number of the bullet in its list from 1, and the number of
    the change in that bullet. `operations` are written as in `Reach`, with the right method and
    path, whatever the announcement says. `places` are patterns (in the manner of fnmatch) of the
    places of the two documents where the change shows, and `rules` patterns of the rules that tell
    of it. Of `absent` (why the documents do not show it) and `behaviour` (why no document could)
    one is a sentence where the change is not to be found on paper; else both are "". `gated` tells
    whether daemons of several versions behave so at this version only: None where that is not
    known. `error` says what is wrong with the announcement itself, "" where nothing is.
    """

    id: str
    version: ApiVersion
    kind: Kind
    operations: tuple[str, ...]
    subject: str
    places: tuple[str, ...] = ()
    rules: tuple[str, ...] = ("*",)
    gated: bool | None = None
    absent: str = ""
    behaviour: str = ""
    error: str = ""

    @property
    def on_paper(self) -> bool:
        """Tell whether the two documents show the change."""
        return not self.absent and not self.behaviour


@dataclass(frozen=True, slots=True)
class Drift:
    """Changes of the documents that are none of the API: contracts/drift.yaml.

    `pair` are the neighbouring versions between which the documents drifted. Operations, rules and
    places are patterns in the manner of fnmatch. `why` tells how that is known.
    """

    id: str
    pair: tuple[ApiVersion, ApiVersion]
    operations: tuple[str, ...]
    rules: tuple[str, ...]
    places: tuple[str, ...]
    why: str
