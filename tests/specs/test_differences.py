"""Explained differences are read, refused where they are wrong, and matched with what is seen."""

from fnmatch import fnmatchcase

import pytest
import yaml

from harness.model.difference import Aspect, Difference, KnownDifference
from harness.model.errors import SpecError
from harness.model.version import ApiVersion, VersionRange
from harness.specs.differences import between, explain, known_differences, reaches
from harness.specs.library import load, versions

SIDES = {"toy": "toy", "box": r"Box 1\..*"}
ENTRY = {
    "id": "sour",
    "aspect": "status",
    "operations": ["BoxOpen", "Lid*"],
    "why": "It is\n sour.",
}


def written(folder, *entries, name="a.yaml", **differences):
    file = {"sides": SIDES, "differences": list(entries or (ENTRY,)), **differences}
    told = {key: value for key, value in file.items() if value is not None}
    (folder / name).write_text(yaml.safe_dump(told, sort_keys=False))
    return folder


def known(**differences):
    default = {"id": "sour", "sides": ("toy", r"Box 1\..*"), "aspect": Aspect.STATUS}
    told = {**default, "operations": ("BoxOpen", "Lid*"), "why": "It is sour.", **differences}
    return KnownDifference(**told)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, known()),
        ({"seen": {"box": "500: *"}}, known(seen=("*", "500: *"))),
        ({"by_chance": True}, known(by_chance=True)),
        (
            {
                "aspect": "shape",
                "versions": "1.25..1.27",
                "pointer": "/*/Knob",
                "seen": {"box": "null", "toy": "string"},
            },
            known(
                aspect=Aspect.SHAPE,
                versions=VersionRange.parse("1.25..1.27"),
                pointer="/*/Knob",
                seen=("string", "null"),
            ),
        ),
    ],
    ids=["short", "one side", "by chance", "full"],
)
def test_a_difference_is_read(tmp_path, members, expected):
    assert known_differences(written(tmp_path, {**ENTRY, **members})) == (expected,)


def test_all_files_of_the_folder_are_read_in_order(tmp_path):
    written(tmp_path, {**ENTRY, "id": "b1"}, {**ENTRY, "id": "b0"}, name="b.yaml")
    written(tmp_path, {**ENTRY, "id": "a"})
    assert [one.id for one in known_differences(tmp_path)] == ["a", "b1", "b0"]


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"id": None}, "differences/a.yaml#/differences/0: id is missing"),
        ({"why": " "}, "differences/a.yaml#/differences/0/why: is empty"),
        ({"operations": []}, "differences/a.yaml#/differences/0/operations: names no operation"),
        ({"aspect": None}, "differences/a.yaml#/differences/0: aspect is missing"),
        (
            {"aspect": "colour"},
            "differences/a.yaml#/differences/0/aspect: colour is not one of call, status, ",
        ),
        ({"versions": "x"}, "differences/a.yaml#/differences/0/versions: 'x' is not an API"),
        ({"pointer": 1}, "differences/a.yaml#/differences/0/pointer: should be a string"),
        ({"seen": {"jar": "*"}}, "differences/a.yaml#/differences/0/seen/jar: jar is not known"),
        ({"seen": {"box": 500}}, "differences/a.yaml#/differences/0/seen/box: should be a string"),
        ({"seen": "*"}, "differences/a.yaml#/differences/0/seen: should be an object"),
        ({"by_chance": "yes"}, "differences/a.yaml#/differences/0/by_chance: should be true or"),
        ({"kind": "x"}, "differences/a.yaml#/differences/0/kind: kind is not known here"),
    ],
)
def test_a_wrong_difference_is_refused_with_its_place(tmp_path, members, line):
    told = {key: value for key, value in {**ENTRY, **members}.items() if value is not None}
    with pytest.raises(SpecError) as refused:
        known_differences(written(tmp_path, told))
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"sides": None}, "differences/a.yaml#: sides is missing"),
        ({"sides": {"box": "Box"}}, "differences/a.yaml#/sides: should name two daemons"),
        ({"sides": {"a": "(", "b": ""}}, "differences/a.yaml#/sides/a: is no regular expression"),
        ({"differences": {}}, "differences/a.yaml#/differences: should be a list"),
        ({"faults": []}, "differences/a.yaml#/faults: faults is not known here"),
        (
            {"differences": [ENTRY, ENTRY]},
            "differences/a.yaml#/differences/1: sour is at differences/a.yaml#/differences/0",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, members, line):
    with pytest.raises(SpecError) as refused:
        known_differences(written(tmp_path, **members))
    assert str(refused.value).startswith(line)


@pytest.mark.parametrize(
    ("left", "right", "seen"),
    [
        (("toy", "Toy 9"), ("box", "Box 1.2"), ("400", "500")),
        (("box", "Box 1.2"), ("toy", "Toy 9"), ("500", "400")),
        (("toy", "Toy 9"), ("box", "Box 2.0"), None),
        (("toy",), ("toy",), None),
        (("Box 1.2",), ("Box 1.3",), None),
    ],
)
def test_what_is_known_of_two_daemons_is_turned_to_their_sides(left, right, seen):
    found = between(left, right, [known(seen=("400", "500"))])
    assert [one.seen for one in found] == ([seen] if seen else [])


@pytest.mark.parametrize(
    ("differences", "seen", "explained"),
    [
        ({}, {}, True),
        ({}, {"operation": "LidTurn"}, True),
        ({}, {"operation": "BoxOpens"}, False),
        ({"aspect": Aspect.SHAPE}, {}, False),
        ({"versions": VersionRange.parse("1.25..1.26")}, {"minor": 26}, True),
        ({"versions": VersionRange.parse("1.25..1.26")}, {"minor": 27}, False),
        ({"pointer": "/*/Knob"}, {}, False),
        ({"pointer": "/*/Knob"}, {"pointer": "/Lid/Knob"}, True),
        ({"seen": ("400: *", "500: *")}, {}, True),
        ({"seen": ("400: *", "*")}, {}, True),
        ({"seen": ("500: *", "400: *")}, {}, False),
        ({"seen": ("*", "500")}, {}, False),
    ],
)
def test_a_difference_is_explained_where_all_that_is_known_holds(differences, seen, explained):
    told = {"operation": "BoxOpen", "minor": 26, "pointer": "", **seen}
    difference = Difference(Aspect.STATUS, "400: no", "500: no", told["pointer"])
    version = ApiVersion(1, told["minor"])
    one = known(**differences)
    expected = one if explained else None
    assert explain(difference, version, told["operation"], [one]) is expected


def test_the_first_that_fits_explains():
    others = [known(id="other", aspect=Aspect.SHAPE), known(id="first"), known(id="second")]
    difference = Difference(Aspect.STATUS, "400", "500")
    assert explain(difference, ApiVersion(1, 30), "BoxOpen", others).id == "first"


@pytest.mark.parametrize("one", known_differences(), ids=lambda one: one.id)
def test_what_is_explained_names_operations_that_there_are(one):
    documented = [
        (version, operation) for version in versions() for operation in load(version).operations
    ]
    for pattern in one.operations:
        assert any(
            fnmatchcase(operation, pattern) and reaches(one, version, operation)
            for version, operation in documented
        )
