"""Compares what the prose of a version names with what the document made of it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.model.spec import Operation, Schema, Spec
from harness.specs.audit_places import Route, operation_pointer, place_of, route, routes
from harness.specs.audit_values import Corrigible, Difference, Side
from harness.specs.audit_walk import Document, along, everywhere, follow, reach, unmet
from harness.specs.node import escape
from harness.specs.prose import Field, Sample, Section
from harness.specs.spots import Spot, locate
from harness.specs.validation import violations

_ERRORS = 400
_MISSING = "is named in the prose and not in the spec"
_SURPLUS = "is in the spec and not named in the prose"


def compare_prose(
    sections: tuple[Section, ...], document: Document, spec: Spec, names: Mapping[Route, str]
) -> tuple[Difference, ...]:
    """Return where the prose and a document differ, each place once.

    `spec` is what the document says, `names` the ids of operations that places are told by.
    """
    comparison = _Comparison(document, spec, names)
    found = {(each.side, each.place): each for each in comparison.run(sections)}
    return tuple(found.values())


@dataclass(frozen=True)
class _Comparison:
    """A comparison on its way: the places of all properties that the prose named so far."""

    document: Document
    spec: Spec
    names: Mapping[Route, str]
    met: set[str] = field(default_factory=set)

    def run(self, sections: tuple[Section, ...]) -> Iterator[Difference]:
        known = routes(self.spec)
        told = {route(each.method, each.path): each for each in sections}
        for key, section in told.items():
            if key in known:
                yield from self.operation(section, known[key])
            else:
                yield Difference(Side.MISSING, " ".join(key), _MISSING)
        for key in known.keys() - told.keys():
            pointer = operation_pointer(known[key])
            yield Difference(Side.SURPLUS, " ".join(key), _SURPLUS, Corrigible((pointer,)))
        yield from self.unnamed()

    def operation(self, section: Section, operation: Operation) -> Iterator[Difference]:
        name = self.name(operation)
        pointer = operation_pointer(operation)
        query = {each.name for each in operation.inputs("query")}
        inputs = f"{pointer}/parameters"
        for each in section.query ^ query:
            where = Corrigible((f"{inputs}/{escape(each)}",))
            yield _difference(f"{name} query {each}", where, missing=each not in query)
        for status in section.statuses ^ operation.responses.keys():
            where = Corrigible((f"{pointer}/responses/{status}",))
            missing = status in section.statuses
            yield _difference(f"{name} status {status}", where, missing=missing)
        yield from self.headers(section, operation)
        for each_field in section.body:
            schema = operation.body.schema if operation.body else None
            yield from self.field(each_field, schema, f"{name} body")
        success = operation.responses.get(section.success)
        for each_field in section.reply:
            schema = success.schema if success else None
            yield from self.field(each_field, schema, f"{name} {section.success}")
        for sample in section.samples:
            yield from self.sample(sample, operation)

    def headers(self, section: Section, operation: Operation) -> Iterator[Difference]:
        name, pointer = self.name(operation), operation_pointer(operation)
        inputs = {each.name.lower(): each.name for each in operation.inputs("header")}
        outputs = {
            header.lower(): header
            for response in operation.responses.values()
            for header in response.headers
        }
        known = inputs | outputs
        told = {each.lower(): each for each in section.headers}
        for key in told.keys() - known.keys():
            # Swagger has a field of its own for the media types that a call may have.
            if key != "content-type" or section.headers[told[key]] not in operation.consumes:
                where = Corrigible((f"{pointer}/parameters/{escape(told[key])}",))
                yield _difference(f"{name} header {told[key]}", where, missing=True)
        for key in known.keys() - told.keys():
            where = Corrigible((f"{pointer}/parameters/{escape(known[key])}",))
            yield _difference(f"{name} header {known[key]}", where, missing=False)

    def field(self, told: Field, schema: Schema | None, place: str) -> Iterator[Difference]:
        """Look for a field of a list, and for the names in its text."""
        if schema is None:
            yield Difference(Side.MISSING, f"{place} /", _MISSING)
            return
        above, above_met = reach(self.document, self.spot(schema), told.path[:-1])
        if above is None or not above_met.known:
            return  # told of already, by the field above
        spot, last = reach(self.document, self.spot(schema), told.path)
        if spot is None:
            yield _difference(f"{place} {last.pointer}", Corrigible((last.place,)), missing=True)
            return
        self.met.add(last.place)
        below = list(everywhere(self.document, spot, set()))
        self.met.update(each.pointer for each in below if each.key in (*told.inline, *told.words))
        for name in told.inline:
            _, member = reach(self.document, spot, (name,))
            if not member.known and name != told.path[-1]:
                where = f"{place} {last.pointer}{member.pointer}"
                yield _difference(where, Corrigible((member.place,)), missing=True)

    def sample(self, sample: Sample, operation: Operation) -> Iterator[Difference]:
        """Hold the values of an example to the schema of the call or of the reply."""
        place = f"{self.name(operation)} {sample.status or 'body'}"
        if sample.status is None:
            schema = operation.body.schema if operation.body else None
        else:
            response = operation.responses.get(sample.status)
            schema = response.schema if response else None
        if schema is None:
            message = f"an example shows JSON (line {sample.line}), and the spec has no schema"
            yield Difference(Side.MISSING, f"{place} /", message)
            return
        spot = self.spot(schema)
        for value in sample.values:
            for met in along(self.document, spot, value):
                self.met.add(met.place)
                if not met.known:
                    where = follow(self.document, spot, met.pointer)
                    yield _difference(f"{place} {met.pointer}", where, missing=True)
            for each in violations(self.spec, schema, value):
                message = f"the example of line {sample.line} {each.message}"
                where = follow(self.document, spot, each.pointer)
                yield Difference(Side.EXAMPLE, f"{place} {each.pointer or '/'}", message, where)

    def unnamed(self) -> Iterator[Difference]:
        """Tell of the properties in bodies and successes that nothing in the prose names."""
        seen: set[str] = set()
        for schema in schemas(self.spec):
            for member in unmet(self.document, self.spot(schema), self.met, seen):
                place = place_of(member.pointer, self.names)
                yield _difference(place, Corrigible((member.pointer,)), missing=False)

    def spot(self, schema: Schema) -> Spot:
        return locate(self.document, schema.pointer)

    def name(self, operation: Operation) -> str:
        return self.names.get(route(operation.method, operation.path), operation.id)


def schemas(spec: Spec) -> Iterator[Schema]:
    """Yield the schemas of all bodies, and of all replies that tell of success."""
    for operation in spec.operations.values():
        if operation.body:
            yield operation.body.schema
        for status, response in operation.responses.items():
            if status < _ERRORS and response.schema:
                yield response.schema


def _difference(place: str, spots: Corrigible, *, missing: bool) -> Difference:
    side, message = (Side.MISSING, _MISSING) if missing else (Side.SURPLUS, _SURPLUS)
    return Difference(side, place, message, spots)
