"""What a rule on paper is: a kind of change, and the function that finds it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from harness.model.change import Level, Part, Rule
from harness.model.spec import Schema

S = TypeVar("S")


class Told(NamedTuple):
    """One thing that a rule found: what each document says, and where below what was compared."""

    old: str = ""
    new: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PaperRule(Rule, Generic[S]):
    """A rule with its function: from what both documents say of one thing to what it tells of."""

    find: Callable[[S, S], Iterator[Told]]


class Found(NamedTuple):
    """What a rule found at a place; `definition` encloses it, and `within` is its place in that.

    `became` names the definition that the place itself is now, and was not before, or the other way
    round.
    """

    rule: Rule
    place: str
    old: str
    new: str
    definition: str = ""
    within: str = ""
    became: str = ""


def told(rules: Iterable[PaperRule[S]], old: S, new: S) -> Iterator[Found]:
    """Yield what rules find in what both documents say of one thing."""
    for rule in rules:
        for each in rule.find(old, new):
            yield Found(rule, each.place, each.old, each.new)


def lowered(place: str, found: Iterable[Found]) -> Iterator[Found]:
    """Yield what was found, seen from where `place` leads to it."""
    for rule, below, *rest in found:
        yield Found(rule, f"{place}{below}", *rest)


ValueRule: TypeAlias = PaperRule[Schema]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a value stands: the beginning of the ids of its rules, and how their sentences name it.

    `structured` tells whether the value can be an object.
    """

    id: str
    noun: str
    part: Part
    structured: bool = False


PARAMETER = Scope("request-parameter", "a parameter", Part.REQUEST)
REQUEST_BODY = Scope("request-body", "the body of a request", Part.REQUEST, structured=True)
REQUEST_PROPERTY = Scope("request-property", "a value in a request", Part.REQUEST, structured=True)
HEADER = Scope("reply-header", "a header of a reply", Part.REPLY)
REPLY_BODY = Scope("reply-body", "the body of a reply", Part.REPLY, structured=True)
REPLY_PROPERTY = Scope("reply-property", "a value in a reply", Part.REPLY, structured=True)
SCOPES = (PARAMETER, REQUEST_BODY, REQUEST_PROPERTY, HEADER, REPLY_BODY, REPLY_PROPERTY)


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that differ only in where the value stands; `summary` has {} for what it is.

    The direction decides the level: what a daemon takes and what it sends break different clients.
    """

    id: str
    summary: str
    request: Level
    reply: Level
    find: Callable[[Schema, Schema], Iterator[Told]]

    def rule(self, scope: Scope) -> ValueRule:
        """Return the rule of this family for one scope."""
        return PaperRule(
            id=f"{scope.id}-{self.id}",
            level=self.request if scope.part is Part.REQUEST else self.reply,
            part=scope.part,
            summary=self.summary.format(scope.noun),
            find=self.find,
        )


# What a family does to the values that its schema admits, as levels of request and reply.
NARROWS = (Level.BREAKING, Level.COMPATIBLE)
WIDENS = (Level.COMPATIBLE, Level.RISKY)
TELLS = (Level.COMPATIBLE, Level.COMPATIBLE)
