"""Rules on operations as a whole: whether they are there, their ids, tags and media types."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from harness.diff.paper.rule import PaperRule, Told
from harness.model.change import Level, Part
from harness.model.spec import Operation

Find: TypeAlias = Callable[[Operation, Operation], Iterator[Told]]

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def variables(path: str) -> list[str]:
    """Return the names of the variables of a path, in order."""
    return _VARIABLE.findall(path)


def blanked(path: str) -> str:
    """Return a path without the names of its variables."""
    return _VARIABLE.sub("{}", path)


def _added(old: Operation | None, new: Operation | None) -> Iterator[Told]:
    if new and not old:
        yield Told("", new.id)


def _removed(old: Operation | None, new: Operation | None) -> Iterator[Told]:
    if old and not new and not old.deprecated:
        yield Told(old.id, "")


def _removed_deprecated(old: Operation | None, new: Operation | None) -> Iterator[Told]:
    if old and not new and old.deprecated:
        yield Told(f"{old.id}, deprecated", "")


EXISTENCE = (
    PaperRule(
        "operation-added",
        Level.COMPATIBLE,
        Part.OPERATION,
        "There is an operation that was not there.",
        _added,
    ),
    PaperRule(
        "operation-removed", Level.BREAKING, Part.OPERATION, "An operation is gone.", _removed
    ),
    PaperRule(
        "operation-removed-after-deprecation",
        Level.RISKY,
        Part.OPERATION,
        "An operation is gone that was deprecated before.",
        _removed_deprecated,
    ),
)


def _id(operation: Operation) -> str:
    """Return the id that a document gives an operation, "" where it gives none."""
    return "" if operation.id == f"{operation.method} {operation.path}" else operation.id


def _id_changed(old: Operation, new: Operation) -> Iterator[Told]:
    if _id(old) and _id(new) and _id(old) != _id(new):
        yield Told(_id(old), _id(new), "operationId")


def _id_added(old: Operation, new: Operation) -> Iterator[Told]:
    if _id(new) and not _id(old):
        yield Told("", _id(new), "operationId")


def _id_removed(old: Operation, new: Operation) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _id_added(new, old))


def _deprecated(old: Operation, new: Operation) -> Iterator[Told]:
    if new.deprecated and not old.deprecated:
        yield Told("", "deprecated", "deprecated")


def _reactivated(old: Operation, new: Operation) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _deprecated(new, old))


def _tag_added(old: Operation, new: Operation) -> Iterator[Told]:
    for tag in new.tags:
        if tag not in old.tags:
            yield Told("", tag, "tags")


def _tag_removed(old: Operation, new: Operation) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _tag_added(new, old))


def _consumes(operation: Operation) -> frozenset[str]:
    return _media_types(operation.consumes)


def _produces(operation: Operation) -> frozenset[str]:
    return _media_types(operation.produces)


def _media_types(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset("".join(name.split()).lower() for name in names)


def _takes_body(operation: Operation) -> bool:
    return any(each.location in ("body", "formData") for each in operation.parameters)


def _gives_body(operation: Operation) -> bool:
    return any(each.schema for each in operation.responses.values())


def _consumed(old: Operation, new: Operation) -> Iterator[Told]:
    if _takes_body(old) and _takes_body(new):
        for name in sorted(_consumes(new) - _consumes(old)):
            yield Told("", name, "consumes")


def _no_longer_consumed(old: Operation, new: Operation) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _consumed(new, old))


def _produced(old: Operation, new: Operation) -> Iterator[Told]:
    if _gives_body(old) and _gives_body(new):
        for name in sorted(_produces(new) - _produces(old)):
            yield Told("", name, "produces")


def _no_longer_produced(old: Operation, new: Operation) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _produced(new, old))


def _rule(
    name: str, level: Level, summary: str, find: Find, part: Part = Part.OPERATION
) -> PaperRule[Operation]:
    return PaperRule(name, level, part, summary, find)


OPERATIONS = (
    _rule("operation-id-changed", Level.COMPATIBLE, "An operation has another id.", _id_changed),
    _rule(
        "operation-id-added", Level.COMPATIBLE, "An operation has an id, and had none.", _id_added
    ),
    _rule(
        "operation-id-removed", Level.COMPATIBLE, "An operation no longer has an id.", _id_removed
    ),
    _rule("operation-deprecated", Level.COMPATIBLE, "An operation is deprecated.", _deprecated),
    _rule(
        "operation-reactivated",
        Level.COMPATIBLE,
        "An operation is no longer deprecated.",
        _reactivated,
    ),
    _rule("operation-tag-added", Level.COMPATIBLE, "An operation has one more tag.", _tag_added),
    _rule(
        "operation-tag-removed", Level.COMPATIBLE, "An operation no longer has a tag.", _tag_removed
    ),
    _rule(
        "request-media-type-added",
        Level.COMPATIBLE,
        "A request may come in one more media type.",
        _consumed,
        Part.REQUEST,
    ),
    _rule(
        "request-media-type-removed",
        Level.BREAKING,
        "A request may no longer come in a media type.",
        _no_longer_consumed,
        Part.REQUEST,
    ),
    _rule(
        "reply-media-type-added",
        Level.RISKY,
        "A reply may come in one more media type.",
        _produced,
        Part.REPLY,
    ),
    _rule(
        "reply-media-type-removed",
        Level.BREAKING,
        "A reply no longer comes in a media type.",
        _no_longer_produced,
        Part.REPLY,
    ),
)
