"""What is known of daemons is read, refused where it is wrong, and matched with findings."""

from fnmatch import fnmatchcase

import pytest
import yaml

from contracts.rules import RULES
from harness.checks import CHECKS
from harness.model.call import Call, Exchange, Reply
from harness.model.errors import SpecError
from harness.model.judgement import Complaint, Finding, Severity
from harness.model.tables import KnownFault
from harness.model.version import ApiVersion, VersionRange
from harness.specs.known import explain, explains, faults_of, known_faults, reaches
from harness.specs.library import load, versions

FAULT = {
    "id": "sour",
    "check": "reply-given",
    "operations": ["BoxOpen", "Lid*"],
    "why": "It is\n  sour.",
}
FULL = {"versions": "1.25..1.27", "pointer": "/*/Knob", "message": "is null; *"}


def written(folder, *faults, name="a.yaml", **differences):
    file = {"daemon": r"Box 1\..*", "faults": list(faults or (FAULT,)), **differences}
    told = {key: value for key, value in file.items() if value is not None}
    (folder / name).write_text(yaml.safe_dump(told))
    return folder


def fault(**differences):
    default = {"id": "sour", "daemon": r"Box 1\..*", "check": "reply-given", "why": "It is sour."}
    return KnownFault(**{**default, "operations": ("BoxOpen", "Lid*"), **differences})


def finding(
    check="reply-given", operation="BoxOpen", minor=26, pointer="/0/Knob", message="is null; no"
):
    call = Call(operation, "GET", "/boxes")
    exchange = Exchange(ApiVersion(1, minor), call, Reply(200))
    return Finding(check, Severity.ERROR, operation, Complaint(pointer, message), exchange)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, fault()),
        (
            FULL,
            fault(
                versions=VersionRange(ApiVersion(1, 25), ApiVersion(1, 27)),
                pointer="/*/Knob",
                message="is null; *",
            ),
        ),
    ],
    ids=["short", "full"],
)
def test_a_fault_is_read(tmp_path, members, expected):
    assert known_faults(written(tmp_path, {**FAULT, **members})) == (expected,)


def test_all_files_of_the_folder_are_read_in_order(tmp_path):
    written(tmp_path, {**FAULT, "id": "b1"}, {**FAULT, "id": "b0"}, name="b.yaml")
    written(tmp_path, {**FAULT, "id": "a"}, daemon="Other", name="a.yaml")
    found = known_faults(tmp_path)
    assert [(one.id, one.daemon) for one in found] == [
        ("a", "Other"),
        ("b1", r"Box 1\..*"),
        ("b0", r"Box 1\..*"),
    ]


def test_an_empty_folder_knows_nothing(tmp_path):
    assert known_faults(tmp_path) == ()


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"id": None}, "known/a.yaml#/faults/0: id is missing"),
        ({"check": None}, "known/a.yaml#/faults/0: check is missing"),
        ({"operations": None}, "known/a.yaml#/faults/0: operations is missing"),
        ({"why": None}, "known/a.yaml#/faults/0: why is missing"),
        ({"why": " "}, "known/a.yaml#/faults/0/why: is empty"),
        ({"id": ""}, "known/a.yaml#/faults/0/id: is empty"),
        ({"operations": []}, "known/a.yaml#/faults/0/operations: names no operation"),
        ({"operations": "BoxOpen"}, "known/a.yaml#/faults/0/operations: should be a list"),
        ({"versions": 1.3}, "known/a.yaml#/faults/0/versions: should be a string"),
        ({"versions": "x"}, "known/a.yaml#/faults/0/versions: 'x' is not an API version"),
        ({"versions": "1.30..1.25"}, "known/a.yaml#/faults/0/versions: '1.30..1.25' is empty"),
        ({"pointer": 1}, "known/a.yaml#/faults/0/pointer: should be a string"),
        ({"message": []}, "known/a.yaml#/faults/0/message: should be a string"),
        ({"mesage": "x"}, "known/a.yaml#/faults/0/mesage: mesage is not known here"),
    ],
)
def test_a_wrong_fault_is_refused_with_its_place(tmp_path, members, line):
    told = {key: value for key, value in {**FAULT, **members}.items() if value is not None}
    with pytest.raises(SpecError) as refused:
        known_faults(written(tmp_path, told))
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"daemon": None}, "known/a.yaml#: daemon is missing"),
        ({"daemon": 20.1}, "known/a.yaml#/daemon: should be a string"),
        ({"daemon": "Box ("}, "known/a.yaml#/daemon: is no regular expression"),
        ({"faults": None}, "known/a.yaml#: faults is missing"),
        ({"faults": {}}, "known/a.yaml#/faults: should be a list"),
        ({"fault": []}, "known/a.yaml#/fault: fault is not known here"),
        ({"faults": [FAULT, FAULT]}, "known/a.yaml#/faults/1: sour is at known/a.yaml#/faults/0"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, members, line):
    with pytest.raises(SpecError) as refused:
        known_faults(written(tmp_path, **members))
    assert str(refused.value).startswith(line)


def test_one_id_in_two_files_is_refused(tmp_path):
    written(tmp_path, name="a.yaml")
    with pytest.raises(SpecError, match=r"known/b\.yaml#/faults/0: sour is at known/a\.yaml"):
        known_faults(written(tmp_path, name="b.yaml", daemon="Other"))


def test_a_file_that_is_not_yaml_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("daemon: [")
    with pytest.raises(SpecError, match=r"known/a\.yaml is not YAML"):
        known_faults(tmp_path)


@pytest.mark.parametrize(
    ("daemon", "known"),
    [("Box 1.2.3", True), ("Box 2.1", False), ("My Box 1.2", False), ("box 1.2", False)],
)
def test_the_whole_name_tells_whose_fault_it_is(daemon, known):
    assert bool(faults_of(daemon, (fault(),))) is known


@pytest.mark.parametrize(
    ("known", "found", "explained"),
    [
        ({}, {}, True),
        ({}, {"check": "reply-complete"}, False),
        ({}, {"operation": "LidTurn"}, True),
        ({}, {"operation": "BoxOpens"}, False),
        ({"versions": VersionRange.parse("1.25..1.26")}, {"minor": 26}, True),
        ({"versions": VersionRange.parse("1.25..1.26")}, {"minor": 27}, False),
        ({"pointer": "/*/Knob"}, {}, True),
        ({"pointer": "/Knob"}, {}, False),
        ({"pointer": ""}, {"pointer": ""}, True),
        ({"message": "is null; *"}, {}, True),
        ({"message": "is null"}, {}, False),
        ({"message": "IS NULL; *"}, {}, False),
    ],
)
def test_a_finding_is_a_known_fault_where_all_that_the_fault_says_holds(known, found, explained):
    assert explains(fault(**known), finding(**found)) is explained


def test_the_first_fault_that_fits_explains_a_finding():
    others = (fault(id="other", check="x"), fault(id="first"), fault(id="second"))
    assert explain(finding(), others).id == "first"
    assert explain(finding(), others[:1]) is None


def known_checks():
    return {check.id for check in (*CHECKS, *RULES)}


@pytest.mark.parametrize("one", known_faults(), ids=lambda one: one.id)
def test_what_is_known_names_checks_and_operations_that_there_are(one):
    assert one.check in known_checks()
    documented = [
        (version, operation) for version in versions() for operation in load(version).operations
    ]
    for pattern in one.operations:
        assert any(
            fnmatchcase(operation, pattern)
            for version, operation in documented
            if reaches(one, version, operation)
        )
