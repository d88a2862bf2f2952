"""The table of what differs by version, and of what goes beside the documents."""

import pytest

from harness.fake.requests.gates import Gates, gates
from harness.model.version import ApiVersion
from harness.specs.library import load, versions

TABLE = Gates(
    since={"gate": ApiVersion(1, 24)},
    read={"X": {"a": ApiVersion(1, 20), "b": ApiVersion(1, 0)}},
    sent={"X": {"A": ApiVersion(1, 20), "B": ApiVersion(1, 0)}},
)


def of(minor):
    return ApiVersion(1, minor)


@pytest.mark.parametrize(("minor", "expected"), [(23, False), (24, True), (33, True)])
def test_a_gate_is_passed_from_its_version_on(minor, expected):
    assert TABLE.passed("gate", of(minor)) is expected


@pytest.mark.parametrize(
    ("operation", "name", "minor", "expected"),
    [("X", "a", 19, False), ("X", "a", 20, True), ("X", "b", 18, True), ("Y", "a", 33, False)],
)
def test_a_parameter_is_read_from_its_version_on(operation, name, minor, expected):
    assert TABLE.reads(operation, name, of(minor)) is expected


def test_members_are_sent_from_their_version_on():
    assert TABLE.sends("X", of(19)) == {"B"}
    assert TABLE.sends("X", of(20)) == {"A", "B"}
    assert TABLE.sends("Y", of(33)) == set()


@pytest.mark.parametrize("gate", sorted(gates().since))
def test_a_gate_lies_between_versions_that_are_served(gate):
    assert versions()[0] < gates().since[gate] <= versions()[-1]


def lacking(operation, since, documented):
    """Return the versions of an operation, from one on, whose documents lack something."""
    specs = [load(version) for version in versions() if version >= since]
    found = [spec.operations[operation] for spec in specs if operation in spec.operations]
    return [each for each in found if not documented(each)]


def reads(operation, name):
    return name in {each.name for each in operation.inputs("query")}


@pytest.mark.parametrize("operation", sorted(gates().read))
def test_a_parameter_of_the_table_is_lacking_in_some_document(operation):
    for name, since in gates().read[operation].items():
        assert lacking(operation, since, lambda each, name=name: reads(each, name)), (
            f"{operation} has {name} in every document: the row says nothing"
        )


def documents(operation, name):
    """Tell whether the schema of a reply has a member; without a schema, everything is shown."""
    schema = operation.responses[200].schema
    return schema is None or name in schema.properties


@pytest.mark.parametrize("operation", sorted(gates().sent))
def test_a_member_of_the_table_is_lacking_in_some_document(operation):
    for name, since in gates().sent[operation].items():
        assert lacking(operation, since, lambda each, name=name: documents(each, name)), (
            f"{operation} has {name} in every document: the row says nothing"
        )
