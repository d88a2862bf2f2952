"""Events as /events shows them, and which of them its filters admit."""

from harness.fake.requests.filters import Filters
from harness.fake.values import Event
from harness.model.spec import Json

# Whose events have names that a filter is compared with; it is not compared with the type.
_NAMED = (
    *("daemon", "container", "plugin", "volume", "network"),
    *("node", "service", "secret", "config"),
)
# Actions that are told with more behind a colon, and asked for without it.
_OPEN_ENDED = frozenset({"exec_create", "exec_start", "health_status"})
_NANOSECONDS = 10**9


def shown(event: Event) -> dict[str, Json]:
    """Return an event; those of containers and images have their old names too."""
    return {
        **_by_old_names(event),
        "Type": event.kind,
        "Action": event.action,
        "Actor": {"ID": event.actor, "Attributes": dict(sorted(event.attributes.items()))},
        "scope": event.scope,
        "time": event.nanoseconds // _NANOSECONDS,
        "timeNano": event.nanoseconds,
    }


def admits(filters: Filters, event: Event) -> bool:
    """Tell whether filters admit an event, as dockerd decides.

    Names are compared from their beginning, and whatever the type: a filter for a container by the
    name of a network admits the events of the network.
    """
    return (
        _admits_action(filters, event.action)
        and filters.exact("type", event.kind)
        and filters.exact("scope", event.scope)
        and filters.labels(event.attributes)
        and _admits_image(filters, event)
        and all(filters.prefixed(key, event.actor, _name(event)) for key in _NAMED)
    )


def _by_old_names(event: Event) -> dict[str, Json]:
    if event.kind == "container":
        image = event.attributes.get("image", "")
        return {"status": event.action, "id": event.actor, "from": image}
    return {"status": event.action, "id": event.actor} if event.kind == "image" else {}


def _name(event: Event) -> str:
    return event.attributes.get("name", "")


def _admits_action(filters: Filters, action: str) -> bool:
    if _OPEN_ENDED.isdisjoint(filters.values("event")):
        return filters.exact("event", action)
    return filters.prefixed("event", action)


def _admits_image(filters: Filters, event: Event) -> bool:
    """Compare the image that an event is of, or that its container was made of."""
    name = event.attributes.get("name" if event.kind == "image" else "image", "")
    found = (event.actor, name)
    return filters.exact("image", *found, *(_without_tag(each) for each in found))


def _without_tag(name: str) -> str:
    repository, colon, tag = name.rpartition(":")
    return repository if colon and "/" not in tag else name
