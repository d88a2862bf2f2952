"""The places of an operation that a call asks with, and that a reply answers with."""

import json
from collections.abc import Iterable, Iterator

from harness.model.call import Call, Reply
from harness.model.spec import Json, Operation, Schema
from harness.specs.node import escape


def asked(operation: Operation | None, call: Call, *, empty: bool = True) -> frozenset[str]:
    """Return the places of the request that a call uses, as in `model.change.Reach`.

    Names are as the document of `operation` has them where only letter case differs, as Go reads
    them; unknown ones are as they were sent. Unless `empty` values are wanted, what is null, zero,
    false or without content is left out: clients in Go send it for all that they were not told.
    """
    body = operation.body if operation else None
    found = {f"query/{escape(name)}" for name, value in call.query if value or empty}
    headers = (
        {each.name.lower(): each.name for each in operation.inputs("header")} if operation else {}
    )
    found |= {f"headers/{escape(headers.get(name.lower(), name))}" for name, _ in call.headers}
    if call.body:
        values = list(json_values(call.body))
        schema = body.schema if body else None
        inside = {f"body{place}" for place in held(schema, values, empty=empty)}
        # What is no JSON, such as an archive, is in no place but the body itself.
        found |= inside if values else {"body"}
    return frozenset(found)


def answered(operation: Operation | None, reply: Reply) -> frozenset[str]:
    """Return the places of a reply that are there, its status first of all."""
    response = operation.responses.get(reply.status) if operation else None
    headers = {name.lower(): name for name in response.headers} if response else {}
    found = {str(reply.status)}
    found |= {
        f"{reply.status}/headers/{escape(headers.get(name, name.title()))}"
        for name, _ in reply.headers
    }
    values = list(json_values(reply.body))
    schema = response.schema if response else None
    return frozenset(found | {f"{reply.status}/body{place}" for place in held(schema, values)})


def json_values(body: bytes) -> Iterator[Json]:
    """Yield the JSON value that a body is, or those of its lines; nothing where it is no JSON."""
    try:
        yield json.loads(body)
    except (ValueError, RecursionError):
        yield from _lines(body)


def held(schema: Schema | None, values: Iterable[Json], *, empty: bool = True) -> Iterator[str]:
    """Yield the places inside of values, "" for themselves, with * for lists and maps.

    Unless `empty` values are wanted, as in `asked`, their places are left out.
    """
    pending: list[tuple[str, Schema | None, Json]] = [("", schema, value) for value in values]
    while pending:
        place, promised, value = pending.pop()
        if not value and not empty:
            continue
        yield place
        if isinstance(value, list):
            items = promised.items if promised else None
            pending += [(f"{place}/*", items, element) for element in value]
        elif isinstance(value, dict):
            known = {name.casefold(): name for name in promised.properties} if promised else {}
            for name, member in value.items():
                right = known.get(name.casefold())
                if promised and right is not None:
                    inner: Schema | None = promised.properties[right]
                    pending.append((f"{place}/{escape(right)}", inner, member))
                elif promised and promised.additional:
                    pending.append((f"{place}/*", promised.additional, member))
                else:
                    pending.append((f"{place}/{escape(name)}", None, member))


def _lines(body: bytes) -> Iterator[Json]:
    for line in body.splitlines():
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            return
