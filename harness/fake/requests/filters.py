"""The filters of lists and prunes, read and matched as dockerd does."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.bodies import mismatch, parse_json
from harness.model.spec import Json

_LISTS = "map[string]map[string]bool"


@dataclass(frozen=True, slots=True)
class Filters:
    """The values asked for, by key; a key that is absent admits everything."""

    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return bool(self.asked.get(key))

    def __bool__(self) -> bool:
        return any(self.asked.values())

    def values(self, key: str) -> tuple[str, ...]:
        """Return what is asked for under a key."""
        return self.asked.get(key, ())

    def exact(self, key: str, *found: str) -> bool:
        """Tell whether one of the texts found is among those asked for."""
        return key not in self or any(text in self.asked[key] for text in found)

    def prefixed(self, key: str, *found: str) -> bool:
        """Tell whether one of the texts found starts with one asked for."""
        return key not in self or any(
            text.startswith(wanted) for wanted in self.asked[key] for text in found
        )

    def matching(self, key: str, *found: str) -> bool:
        """Tell whether a text found matches one asked for, which is a regular expression."""
        return key not in self or any(
            _matches(wanted, text) for wanted in self.asked[key] for text in found
        )

    def labels(self, found: Mapping[str, str], key: str = "label") -> bool:
        """Tell whether all labels asked for are there: by name, or by name=value."""
        return all(_has_label(found, wanted) for wanted in self.values(key))

    def without_labels(self, found: Mapping[str, str], key: str = "label!") -> bool:
        """Tell whether not all of the labels under a key that excludes are there."""
        return key not in self or not self.labels(found, key)

    def truth(self, key: str, *, digits: bool = False) -> bool | None:
        """Return the boolean under a key, None where it is absent; refuse any other text.

        Where both are asked for, true it is. With `digits`, 1 and 0 will do too.
        """
        if key not in self:
            return None
        asked = self.asked[key]
        if "true" in asked or (digits and "1" in asked):
            return True
        if "false" in asked or (digits and "0" in asked):
            return False
        raise invalid(key, *asked)


def read_filters(text: str, accepted: Iterable[str] | None = None) -> Filters:
    """Read the parameter `filters`, a map of lists or of sets; refuse keys not accepted.

    Without `accepted`, any key will do.
    """
    if not text:
        return Filters()
    value = parse_json(text, whole=True)
    if value is None:
        return Filters()
    if not isinstance(value, dict):
        raise mismatch(value, _LISTS)
    read = {key: tuple(_texts(member)) for key, member in value.items()}
    known = frozenset(read if accepted is None else accepted)
    for key in read:
        if key not in known:
            raise bad_request(f"Invalid filter '{key}'")
    return Filters(read)


def invalid(key: str, *values: str) -> RefusedError:
    """Return the refusal of values that a filter does not take."""
    return bad_request(f"Invalid filter '{key}=[{' '.join(values)}]'")


def _texts(member: Json) -> Iterable[str]:
    """Return the texts of a list, or those that a set has: {"text": true}."""
    if isinstance(member, list) and all(isinstance(each, str) for each in member):
        return [each for each in member if isinstance(each, str)]
    if member is None:
        return []
    if not isinstance(member, dict):
        raise mismatch(member, "map[string]bool")
    for wanted in member.values():
        if not isinstance(wanted, bool) and wanted is not None:
            raise mismatch(wanted, "bool")
    return [key for key, wanted in member.items() if wanted]


def _has_label(found: Mapping[str, str], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    return name in found and (not equals or found[name] == value)


def _matches(pattern: str, text: str) -> bool:
    if pattern == text:
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, OverflowError, RecursionError, FutureWarning):
        return False
