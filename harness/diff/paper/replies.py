"""Rules on replies: the statuses of an operation, the bodies and headers that they come with."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeAlias

from harness.diff.paper.rule import PaperRule, Told
from harness.diff.paper.words import describe
from harness.model.change import Level, Part
from harness.model.spec import Response, Schema

Reply: TypeAlias = Response | None
Header: TypeAlias = tuple[str, Schema] | None

_REASONS = {int(status): status.phrase for status in HTTPStatus}


def header_pairs(old: Response, new: Response) -> Iterator[tuple[Header, Header]]:
    """Yield the headers of two replies side by side, whatever their letter case."""
    after = {name.lower(): (name, schema) for name, schema in new.headers.items()}
    for name, schema in old.headers.items():
        yield (name, schema), after.pop(name.lower(), None)
    yield from ((None, header) for header in after.values())


def _word(reply: Response) -> str:
    return _REASONS.get(reply.status, str(reply.status or "default"))


def _good(reply: Response) -> bool:
    return 0 < reply.status < HTTPStatus.BAD_REQUEST


def _success_added(old: Reply, new: Reply) -> Iterator[Told]:
    if new and not old and _good(new):
        yield Told("", _word(new))


def _success_removed(old: Reply, new: Reply) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _success_added(new, old))


def _error_added(old: Reply, new: Reply) -> Iterator[Told]:
    if new and not old and new.status >= HTTPStatus.BAD_REQUEST:
        yield Told("", _word(new))


def _error_removed(old: Reply, new: Reply) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _error_added(new, old))


def _default_added(old: Reply, new: Reply) -> Iterator[Told]:
    if new and not old and not new.status:
        yield Told("", _word(new))


def _default_removed(old: Reply, new: Reply) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _default_added(new, old))


def _body_added(old: Reply, new: Reply) -> Iterator[Told]:
    if old and new and new.schema and not old.schema:
        yield Told("", describe(new.schema), "/body")


def _body_removed(old: Reply, new: Reply) -> Iterator[Told]:
    yield from (Told(told.new, "", told.place) for told in _body_added(new, old))


def _rule(
    name: str, level: Level, summary: str, find: Callable[[Reply, Reply], Iterator[Told]]
) -> PaperRule[Reply]:
    return PaperRule(name, level, Part.REPLY, summary, find)


REPLIES = (
    _rule(
        "reply-success-status-added",
        Level.RISKY,
        "A success may be answered with one more status.",
        _success_added,
    ),
    _rule(
        "reply-success-status-removed",
        Level.BREAKING,
        "A success is no longer answered with a status.",
        _success_removed,
    ),
    _rule(
        "reply-error-status-added",
        Level.RISKY,
        "A call may be refused with one more status.",
        _error_added,
    ),
    _rule(
        "reply-error-status-removed",
        Level.COMPATIBLE,
        "A call is no longer refused with a status.",
        _error_removed,
    ),
    _rule(
        "reply-default-added",
        Level.COMPATIBLE,
        "A reply is told of for all statuses that have none.",
        _default_added,
    ),
    _rule(
        "reply-default-removed",
        Level.COMPATIBLE,
        "No reply is told of any longer for statuses that have none.",
        _default_removed,
    ),
    _rule("reply-body-added", Level.COMPATIBLE, "A reply has a body, and had none.", _body_added),
    _rule("reply-body-removed", Level.BREAKING, "A reply no longer has a body.", _body_removed),
)


def _header_added(old: Header, new: Header) -> Iterator[Told]:
    if new and not old:
        yield Told("", describe(new[1]))


def _header_removed(old: Header, new: Header) -> Iterator[Told]:
    yield from (Told(told.new, "") for told in _header_added(new, old))


def _letter_case(old: Header, new: Header) -> Iterator[Told]:
    if old and new and old[0] != new[0]:
        yield Told(old[0], new[0])


def _header_rule(
    name: str, level: Level, summary: str, find: Callable[[Header, Header], Iterator[Told]]
) -> PaperRule[Header]:
    return PaperRule(name, level, Part.REPLY, summary, find)


HEADERS = (
    _header_rule(
        "reply-header-added", Level.COMPATIBLE, "A reply has one more header.", _header_added
    ),
    _header_rule(
        "reply-header-removed", Level.RISKY, "A reply no longer has a header.", _header_removed
    ),
    _header_rule(
        "reply-header-letter-case",
        Level.COMPATIBLE,
        "The name of a header of a reply differs in letter case, which counts for nothing.",
        _letter_case,
    ),
)
