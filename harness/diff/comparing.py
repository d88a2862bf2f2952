"""Two forms of a reply held against each other."""

from collections.abc import Iterator

from harness.diff.forms import Form
from harness.diff.shapes import Shape
from harness.model.difference import Aspect, Difference

_NO_REPLY = "no reply"
_NOTHING = "nothing"
_HOLDERS = frozenset({"object", "array"})


def differences(left: Form, right: Form) -> Iterator[Difference]:
    """Yield what differs; where the statuses do, the rest follows from that and is not told."""
    if left.status != right.status:
        yield Difference(Aspect.STATUS, _status(left), _status(right))
        return
    if left.media_type != right.media_type:
        yield Difference(
            Aspect.MEDIA_TYPE, left.media_type or _NOTHING, right.media_type or _NOTHING
        )
        if left.shape[""] != right.shape[""]:
            return
    yield from _shapes(left.shape, right.shape)


def _shapes(left: Shape, right: Shape) -> Iterator[Difference]:
    """Yield where the types differ; of what only one side has, the outermost place."""
    for pointer in sorted(left.keys() | right.keys()):
        seen, other = left.get(pointer), right.get(pointer)
        if seen != other and (not pointer or (seen and other) or _held(left, right, pointer)):
            yield Difference(Aspect.SHAPE, _types(seen), _types(other), pointer)


def _held(left: Shape, right: Shape, pointer: str) -> bool:
    """Tell whether both sides have something that could hold this place."""
    parent = pointer.rpartition("/")[0]
    nothing: frozenset[str] = frozenset()
    return bool(_HOLDERS & left.get(parent, nothing) & right.get(parent, nothing))


def _status(form: Form) -> str:
    if not form.status:
        return _NO_REPLY
    return f"{form.status}: {form.message}" if form.message else str(form.status)


def _types(kinds: frozenset[str] | None) -> str:
    return " or ".join(sorted(kinds)) if kinds else _NOTHING
