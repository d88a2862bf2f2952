"""Rules on parameters and on the body of a request as inputs of an operation."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from harness.diff.paper.operations import variables
from harness.diff.paper.rule import PaperRule, Told
from harness.diff.paper.words import describe
from harness.model.change import Level, Part
from harness.model.spec import Operation, Parameter

Input: TypeAlias = Parameter | None
Find: TypeAlias = Callable[[Input, Input], Iterator[Told]]

_PLAIN = "csv"  # how lists are written where nothing is said of that


def pairs(old: Operation, new: Operation) -> Iterator[tuple[Input, Input]]:
    """Yield the parameters of two operations side by side, but for the body; None for no partner.

    Variables of the path belong together by their place in it. Others do so by name, then by name
    in another letter case, then by name at another location.
    """
    before = [each for each in old.parameters if each.location not in ("path", "body")]
    after = [each for each in new.parameters if each.location not in ("path", "body")]
    yield from _variables(old, new)
    for alike in (_same, _recased, _moved):
        for one in tuple(before):
            other = next((each for each in after if alike(one, each)), None)
            if other:
                before.remove(one)
                after.remove(other)
                yield one, other
    yield from ((one, None) for one in before)
    yield from ((None, other) for other in after)


def _variables(old: Operation, new: Operation) -> Iterator[tuple[Input, Input]]:
    before = {each.name: each for each in old.inputs("path")}
    after = {each.name: each for each in new.inputs("path")}
    for one, other in zip(variables(old.path), variables(new.path), strict=True):
        if one in before or other in after:
            yield before.get(one), after.get(other)


def _same(old: Parameter, new: Parameter) -> bool:
    return (old.location, old.name) == (new.location, new.name)


def _recased(old: Parameter, new: Parameter) -> bool:
    return (old.location, old.name.casefold()) == (new.location, new.name.casefold())


def _moved(old: Parameter, new: Parameter) -> bool:
    return old.name == new.name


def _optional_added(old: Input, new: Input) -> Iterator[Told]:
    if new and not old and not new.required and new.location != "path":
        yield Told("", describe(new.schema))


def _required_added(old: Input, new: Input) -> Iterator[Told]:
    if new and not old and new.required and new.location != "path":
        yield Told("", describe(new.schema))


def _removed(old: Input, new: Input) -> Iterator[Told]:
    if old and not new and old.location != "path":
        yield Told(describe(old.schema), "")


def _variable_told(old: Input, new: Input) -> Iterator[Told]:
    if new and not old and new.location == "path":
        yield Told("", describe(new.schema))


def _variable_untold(old: Input, new: Input) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _variable_told(new, old))


def _variable_renamed(old: Input, new: Input) -> Iterator[Told]:
    if old and new and new.location == "path" and old.name != new.name:
        yield Told(old.name, new.name)


def _became_required(old: Input, new: Input) -> Iterator[Told]:
    if old and new and new.required and not old.required and new.location != "path":
        yield Told("not required", "required")


def _became_optional(old: Input, new: Input) -> Iterator[Told]:
    yield from (Told(told.new, told.old) for told in _became_required(new, old))


def _location(old: Input, new: Input) -> Iterator[Told]:
    if old and new and old.location != new.location:
        yield Told(old.location, new.location)


def _letter_case(old: Input, new: Input) -> Iterator[Told]:
    if old and new and new.location not in ("path", "header") and old.name != new.name:
        yield Told(old.name, new.name)


def _header_letter_case(old: Input, new: Input) -> Iterator[Told]:
    if old and new and new.location == "header" and old.name != new.name:
        yield Told(old.name, new.name)


def _collection_format(old: Input, new: Input) -> Iterator[Told]:
    if old and new and "array" in old.schema.types and "array" in new.schema.types:
        before, after = old.collection_format or _PLAIN, new.collection_format or _PLAIN
        if before != after:
            yield Told(before, after)


def _empty_allowed(old: Input, new: Input) -> Iterator[Told]:
    if old and new and new.empty_allowed and not old.empty_allowed:
        yield Told("", "may be empty")


def _empty_refused(old: Input, new: Input) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _empty_allowed(new, old))


def _rule(name: str, level: Level, summary: str, find: Find) -> PaperRule[Input]:
    return PaperRule(name, level, Part.REQUEST, summary, find)


PARAMETERS = (
    _rule(
        "request-parameter-added",
        Level.COMPATIBLE,
        "A parameter may be given that was not known.",
        _optional_added,
    ),
    _rule(
        "request-parameter-required-added",
        Level.BREAKING,
        "A parameter must be given that was not known.",
        _required_added,
    ),
    _rule(
        "request-parameter-removed",
        Level.RISKY,
        "A parameter is no longer known: daemons ignore it without a word.",
        _removed,
    ),
    _rule(
        "request-parameter-became-required",
        Level.BREAKING,
        "A parameter must be given that could be left out.",
        _became_required,
    ),
    _rule(
        "request-parameter-became-optional",
        Level.COMPATIBLE,
        "A parameter may be left out that had to be given.",
        _became_optional,
    ),
    _rule(
        "request-parameter-moved",
        Level.BREAKING,
        "A parameter is to be given elsewhere in the request.",
        _location,
    ),
    _rule(
        "request-parameter-letter-case",
        Level.RISKY,
        "The name of a parameter differs in letter case.",
        _letter_case,
    ),
    _rule(
        "request-header-letter-case",
        Level.COMPATIBLE,
        "The name of a header of a request differs in letter case, which counts for nothing.",
        _header_letter_case,
    ),
    _rule(
        "request-parameter-collection-format-changed",
        Level.BREAKING,
        "A list in a parameter is written in another way.",
        _collection_format,
    ),
    _rule(
        "request-parameter-became-emptiable",
        Level.COMPATIBLE,
        "A parameter may be given without a value.",
        _empty_allowed,
    ),
    _rule(
        "request-parameter-became-not-emptiable",
        Level.BREAKING,
        "A parameter may no longer be given without a value.",
        _empty_refused,
    ),
    _rule(
        "path-variable-renamed",
        Level.COMPATIBLE,
        "A variable of the path has another name, which no call shows.",
        _variable_renamed,
    ),
    _rule(
        "path-variable-told",
        Level.COMPATIBLE,
        "The form of a variable of the path is told, and was not before.",
        _variable_told,
    ),
    _rule(
        "path-variable-untold",
        Level.COMPATIBLE,
        "The form of a variable of the path is no longer told.",
        _variable_untold,
    ),
)


def _body_added(old: Input, new: Input) -> Iterator[Told]:
    if new and not old and not new.required:
        yield Told("", describe(new.schema))


def _required_body_added(old: Input, new: Input) -> Iterator[Told]:
    if new and not old and new.required:
        yield Told("", describe(new.schema))


def _body_removed(old: Input, new: Input) -> Iterator[Told]:
    if old and not new:
        yield Told(describe(old.schema), "")


BODIES = (
    _rule("request-body-added", Level.COMPATIBLE, "A request may have a body.", _body_added),
    _rule(
        "request-body-required-added",
        Level.BREAKING,
        "A request must have a body.",
        _required_body_added,
    ),
    _rule(
        "request-body-removed",
        Level.RISKY,
        "The body of a request is no longer known: daemons ignore it without a word.",
        _body_removed,
    ),
    _rule(
        "request-body-became-required",
        Level.BREAKING,
        "A request must have the body that it could go without.",
        _became_required,
    ),
    _rule(
        "request-body-became-optional",
        Level.COMPATIBLE,
        "A request may go without the body that it had to have.",
        _became_optional,
    ),
)
