"""All rules on paper, by area, in the order in which they are shown."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.diff.paper.objects import PROPERTIES
from harness.diff.paper.operations import EXISTENCE, OPERATIONS
from harness.diff.paper.parameters import BODIES, PARAMETERS
from harness.diff.paper.replies import HEADERS, REPLIES
from harness.diff.paper.rule import (
    HEADER,
    PARAMETER,
    REPLY_BODY,
    REPLY_PROPERTY,
    REQUEST_BODY,
    REQUEST_PROPERTY,
    PaperRule,
    Scope,
    ValueRule,
)
from harness.diff.paper.values import FACT_RULES, TYPE_RULES
from harness.model.change import Part


def _values(scope: Scope) -> tuple[ValueRule, ...]:
    return (*TYPE_RULES[scope], *FACT_RULES[scope])


# Rules of one area compare things of one type; over all areas they are of several.
AREAS: Mapping[str, tuple[PaperRule[Any], ...]] = MappingProxyType(
    {
        "Operations": (*EXISTENCE, *OPERATIONS),
        "Parameters": (*PARAMETERS, *_values(PARAMETER)),
        "Bodies of requests": (*BODIES, *_values(REQUEST_BODY)),
        "Properties of requests": (*PROPERTIES[Part.REQUEST], *_values(REQUEST_PROPERTY)),
        "Replies and their headers": (*REPLIES, *HEADERS, *_values(HEADER)),
        "Bodies of replies": _values(REPLY_BODY),
        "Properties of replies": (*PROPERTIES[Part.REPLY], *_values(REPLY_PROPERTY)),
    }
)
RULES: tuple[PaperRule[Any], ...] = tuple(rule for rules in AREAS.values() for rule in rules)
