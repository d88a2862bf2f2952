"""Which images a list shows, and under which of their names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.fake.images.references import parse
from harness.fake.images.store import digests_of, image_of, tags_of
from harness.fake.images.views import listed
from harness.fake.requests.answer import bad_request
from harness.fake.requests.filters import Filters
from harness.fake.requests.moments import pruned_until
from harness.fake.values import Image
from harness.fake.world import World
from harness.model.spec import Json

FILTERS = ("dangling", "label", "before", "since", "reference")
_NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; times are bounds that an image lies strictly within."""

    filters: Filters
    patterns: tuple[re.Pattern[str], ...] = ()
    every: bool = False  # also those that others were made from
    dangling: bool | None = None
    after: float | None = None
    before: float | None = None

    @property
    def nameless(self) -> bool:
        """Tell whether images without a name are among those asked for."""
        return self.dangling is not False and not self.patterns


def wanted(world: World, filters: Filters, *, every: bool, name: str = "") -> Wanted:
    """Read what a list is asked for; refuse what cannot be."""
    patterns = (*filters.values("reference"), *([name] if name else []))
    return Wanted(
        filters=filters,
        patterns=tuple(_pattern(each) for each in patterns),
        every=every,
        dangling=dangling(filters),
        after=_created(world, filters, "since"),
        before=_created(world, filters, "before"),
    )


def dangling(filters: Filters) -> bool | None:
    """Return the filter of this name; refuse what is neither true nor false."""
    asked = filters.values("dangling")
    if not asked:
        return None
    if "true" in asked:
        return True
    if "false" in asked:
        return False
    raise bad_request(f"Invalid filter 'dangling=[{' '.join(asked)}]'")


def shown(world: World, asked: Wanted) -> Iterator[dict[str, Json]]:
    """Yield the elements of a list of images, those made last first."""
    parents = {image.parent for image in world.images.values()}
    newest = reversed(list(world.images.values()))
    for image in sorted(newest, key=lambda image: int(image.created), reverse=True):
        if not _admits(asked, image):
            continue
        tags = [each for each in tags_of(world, image.id) if _named(asked, each)]
        digests = [each for each in digests_of(world, image.id) if _named(asked, each)]
        if tags or digests:
            if not (asked.dangling and tags):
                names: dict[str, Json] = {"RepoTags": [*tags] or None}
                yield {**listed(world, image), **names, "RepoDigests": [*digests] or None}
        elif asked.nameless and (asked.every or image.id not in parents):
            yield listed(world, image)


def prunable(world: World, filters: Filters) -> Iterator[Image]:
    """Yield the images that a prune removes: those without a tag, or all."""
    only_dangling = dangling(filters) is not False
    until = pruned_until(filters, world.now())
    parents = {image.parent for image in world.images.values()}
    for image in world.images.values():
        tags, labels = tags_of(world, image.id), image.config.pairs("Labels")
        if image.id in parents and (only_dangling or not (tags or digests_of(world, image.id))):
            continue
        if until is not None and (image.created > until or not image.created):
            continue
        if (
            filters.labels(labels)
            and filters.without_labels(labels)
            and not (only_dangling and tags)
        ):
            yield image


def _admits(asked: Wanted, image: Image) -> bool:
    if asked.before is not None and image.created >= asked.before:
        return False
    if asked.after is not None and image.created <= asked.after:
        return False
    return asked.filters.labels(image.config.pairs("Labels"))


def _created(world: World, filters: Filters, key: str) -> float | None:
    times = [image_of(world, name).created for name in filters.values(key)]
    return times[-1] if times else None


def _named(asked: Wanted, name: str) -> bool:
    if not asked.patterns:
        return True
    bare = parse(name).short_name
    return any(each.fullmatch(name) or each.fullmatch(bare) for each in asked.patterns)


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern of Go's path.Match as a regular expression: * stops at a slash."""
    try:
        return re.compile("".join(_pieces(text)), re.DOTALL)
    except (re.error, IndexError) as error:
        raise bad_request("syntax error in pattern") from error


def _pieces(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        character = text[place]
        if character == "[":
            end = _end_of_class(text, place)
            yield _class(text[place + 1 : end])
            place = end
        elif character == "\\":
            place += 1
            yield re.escape(text[place])
        else:
            yield {"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character))
        place += 1


def _end_of_class(text: str, start: int) -> int:
    """Return where a class of characters ends; raise IndexError where it never does."""
    place = start + 2 if text[start + 1] == "^" else start + 1
    if text[place] == "]":
        raise IndexError
    while text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return place


def _class(inner: str) -> str:
    negated = inner.startswith("^")
    members = inner.removeprefix("^").replace("[", r"\[").replace("&&", r"\&\&")
    return f"[{'^' if negated else ''}{members.replace('~~', '~').replace('||', '|')}]"
