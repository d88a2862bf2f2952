"""The upstream documents of 1.18 to 1.24, which are prose in markdown, read into what they name.

An operation is a section under a heading of the fourth level that begins with a method and a path
in backticks. What it names stands in parts, each under a title of its own: examples, parameters,
headers, statuses. How uneven the documents are, and what is made of it:

* what stands in an HTML comment is not there;
* a title may lack its asterisks or its colon, and be in any letter case; parts come in any order;
* a query string in the heading or in an example's first line names parameters;
* an example is the first block of code of its part, fenced or indented, by spaces or a tab, and may
  lack a first line; then it is the success that the statuses name;
* lists nest by however many spaces a line is indented.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from harness.model.errors import SpecError
from harness.model.spec import Json
from harness.specs.prose_json import looks_like_json, read_values

_HEADING = re.compile(r"#{1,4}\s")
_LEVEL = "#### "
_ROUTE = re.compile(r"`([A-Z]+) (/[^`]*?)(?: HTTP/1\.\d)?`\s*$")
_TITLE = re.compile(r"\*\*([^*]+?):?\*\*:?\s*$|(JSON [Pp]arameters):\s*$")
_BULLET = re.compile(r"(\s*)[-*+]\s+\*\*([^*]+)\*\*(.*)$")
_STATUS = re.compile(r"\d{3}")
_HEADER = re.compile(r"`(X-[A-Za-z-]+)`")
_QUOTED = re.compile(r"[a-z]+/[a-z.+-]+")
_MEMBER = re.compile(r'"([A-Za-z][A-Za-z0-9]*)"\s*:')
_SPAN = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_REQUEST_LINE = re.compile(r"([A-Z]+) (/\S*)")
_STATUS_LINE = re.compile(r"HTTP/1\.\d (\d{3})")
_CODE = 4
_SUCCESSES = range(200, 300)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body: the names that lead to it, and those in backticks in its text.

    `inline` are those that its text shows as members of it, in JSON; `words` are all others.
    """

    path: tuple[str, ...]
    inline: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """JSON that an example shows: of a reply with a status, or of a call where `status` is None."""

    line: int
    status: int | None
    values: tuple[Json, ...]
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What the prose says of one operation; variables of the path stand in parentheses, as there.

    `headers` are names, with the media type that the prose sets one to; `success` is the lowest
    status of success.
    """

    method: str
    path: str
    line: int
    query: frozenset[str]
    headers: Mapping[str, str]
    statuses: frozenset[int]
    success: int
    body: tuple[Field, ...]
    reply: tuple[Field, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands under one title of a section; the title in lower case, "" before the first."""

    title: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Example:
    """An example's first block of code: its first line, its header fields, and the rest."""

    line: int
    calls: bool
    target: str
    status: int | None
    headers: tuple[str, ...]
    body: str


def read_prose(text: str, source: str) -> tuple[Section, ...]:
    """Read a document into its sections on operations, in order.

    Raises SpecError that names the line where an example cannot be read, repaired or not.
    """
    return tuple(_sections(_uncommented(text).expandtabs(_CODE).splitlines(), source))


def _uncommented(text: str) -> str:
    return re.sub("<!--.*?-->", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def _sections(lines: list[str], source: str) -> Iterator[Section]:
    fenced = _fenced(lines)
    heads = [i for i, line in enumerate(lines) if not fenced[i] and _HEADING.match(line)]
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        if not lines[start].startswith(_LEVEL):
            continue
        inside = range(start + 1, end)
        routes = (found for i in inside if (found := _ROUTE.match(lines[i])))
        route = next(routes, None)
        if route is not None:
            parts = tuple(_parts(lines, fenced, inside))
            yield _section(route, start + 1, parts, source)


def _fenced(lines: list[str]) -> list[bool]:
    """Tell of each line whether it belongs to a fenced block, its fences included."""
    found, inside = [], False
    for line in lines:
        fence = line.lstrip().startswith("```")
        found.append(inside or fence)
        inside = inside != fence
    return found


def _parts(lines: list[str], fenced: list[bool], inside: range) -> Iterator[_Part]:
    title, start = "", inside.start
    for index in inside:
        found = None if fenced[index] else _TITLE.match(lines[index])
        if found:
            yield _Part(title, start + 1, tuple(lines[start:index]))
            title, start = (found[1] or found[2]).lower(), index + 1
    yield _Part(title, start + 1, tuple(lines[start : inside.stop]))


def _section(route: re.Match[str], line: int, parts: tuple[_Part, ...], source: str) -> Section:
    path, _, pattern = route[2].partition("?")
    examples = tuple(_examples(parts))
    shown = {each.status for each in examples if each.status is not None}
    listed = {
        int(bullet[2]) for bullet in _bullets(parts, "status codes") if _STATUS.fullmatch(bullet[2])
    }
    success = min((each for each in listed | shown if each in _SUCCESSES), default=200)
    return Section(
        method=route[1],
        path=path,
        line=line,
        query=frozenset(_query(parts, pattern, examples)),
        headers=_headers(parts, examples),
        statuses=frozenset(listed | shown),
        success=success,
        body=tuple(_fields(parts, "json parameters")),
        reply=tuple(_fields(parts, "json fields in response")),
        samples=tuple(_samples(examples, success, source)),
    )


def _query(parts: tuple[_Part, ...], pattern: str, examples: tuple[_Example, ...]) -> Iterator[str]:
    for bullet in _bullets(parts, "query parameters"):
        yield bullet[2]
    targets = (each.target.partition("?")[2] for each in examples)
    for query in (pattern, *targets):
        for name, _ in parse_qsl(query, keep_blank_values=True):
            yield name


def _headers(parts: tuple[_Part, ...], examples: tuple[_Example, ...]) -> dict[str, str]:
    """Return headers by name, with the media type that the prose sets them to, if it does."""
    prose = "\n".join(line for part in parts for line in part.lines)
    shown = [name for each in examples for name in each.headers if name.startswith("X-")]
    found = dict.fromkeys([*_HEADER.findall(prose), *shown], "")
    for bullet in _bullets(parts, "request headers"):
        media_type = _QUOTED.search(bullet[3])
        found[bullet[2]] = media_type[0] if media_type else ""
    return found


def _bullets(parts: tuple[_Part, ...], title: str) -> Iterator[re.Match[str]]:
    for part in parts:
        if part.title == title:
            for line in part.lines:
                found = _BULLET.match(line)
                if found:
                    yield found


def _fields(parts: tuple[_Part, ...], title: str) -> Iterator[Field]:
    """Yield the fields of a nested list, each with all names that lead to it."""
    above: list[tuple[int, str]] = []
    for part in parts:
        if part.title != title:
            continue
        starts = [i for i, line in enumerate(part.lines) if _BULLET.match(line)]
        for start, end in zip(starts, [*starts[1:], len(part.lines)], strict=False):
            bullet = _BULLET.match(part.lines[start])
            if bullet is None:
                continue
            indent, name = len(bullet[1]), bullet[2].rstrip(":")
            above = [(depth, each) for depth, each in above if depth < indent]
            above.append((indent, name))
            text = "\n".join((bullet[3], *part.lines[start + 1 : end]))
            inline, words = _named(text)
            yield Field(tuple(each for _, each in above), inline, words)


def _named(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that JSON in a text shows as members at its top, and other words there."""
    inline: list[str] = []
    words: list[str] = []
    for span in _SPAN.findall(text):
        words += [span] if _WORD.fullmatch(span) else []
        for member in _MEMBER.finditer(span):
            before = span[: member.start()]
            depth = before.count("{") - before.count("}")
            (inline if depth == 1 else words).append(member[1])
    return tuple(inline), tuple(words)


def _examples(parts: tuple[_Part, ...]) -> Iterator[_Example]:
    for part in parts:
        calls = part.title.startswith("example request")
        if calls or part.title.startswith("example response"):
            line, code = _code(part)
            if code:
                yield _example(line, code, calls=calls)


def _code(part: _Part) -> tuple[int, str]:
    """Return the first block of code of a part, without its indent, and the line it begins at."""
    block: list[str] = []
    start, fenced = part.line, False
    for number, line in enumerate(part.lines, part.line):
        if line.lstrip().startswith("```"):
            if fenced or block:
                break
            fenced, start = True, number + 1
        elif fenced or line.startswith(" " * _CODE):
            start = start if block else number
            block.append(line)
        elif block and (not line.strip() or (line.startswith(" ") and block[-1].strip())):
            # A blank line belongs to the block, and so does one that is indented too little.
            block.append(line)
        elif block:
            break
    indent = len(block[0]) - len(block[0].lstrip()) if block else 0
    # Not textwrap.dedent: a line that is indented too little must not spoil the others.
    lines = (line.removeprefix(" " * indent) if line.strip() else "" for line in block)
    return start, "\n".join(lines).strip("\n")


def _example(line: int, code: str, *, calls: bool) -> _Example:
    first = (_REQUEST_LINE if calls else _STATUS_LINE).match(code)
    head, _, body = code.partition("\n\n") if first else ("", "", code)
    return _Example(
        line=line,
        calls=calls,
        target=first[2] if first and calls else "",
        status=int(first[1]) if first and not calls else None,
        headers=tuple(each.partition(":")[0].strip() for each in head.splitlines()[1:]),
        body=body,
    )


def _samples(examples: tuple[_Example, ...], success: int, source: str) -> Iterator[Sample]:
    for example in examples:
        if not looks_like_json(example.body):
            continue
        try:
            shown = read_values(example.body)
        except ValueError as error:
            where = f"{source}, line {example.line}"
            raise SpecError(f"{where}: the example is no JSON, repaired or not: {error}") from error
        status = None if example.calls else example.status or success
        yield Sample(example.line, status, shown.values, shown.repairs)
