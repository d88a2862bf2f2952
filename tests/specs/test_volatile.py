"""What chance decides is read, refused where the table is wrong, and found by place."""

import pytest
import yaml

from harness.model.errors import SpecError
from harness.specs.library import load, versions
from harness.specs.node import Node
from harness.specs.volatile import Chance, read_volatility, volatility

ENTRY = {"operations": ["Box*"], "places": ["body/Weight", "body/*/Mood"], "why": "it varies"}


def read(**differences):
    entry = {name: value for name, value in {**ENTRY, **differences}.items() if value is not None}
    return read_volatility(Node({"places": [entry]}, "volatile.yaml"))


@pytest.mark.parametrize(
    ("differences", "operation", "place", "expected"),
    [
        ({}, "BoxOpen", "body/Weight", Chance.VALUE),
        ({}, "BoxOpen", "body/Lids/*/Mood", Chance.VALUE),
        ({}, "BoxOpen", "body/Weight/Unit", Chance.NOTHING),
        ({}, "LidOpen", "body/Weight", Chance.NOTHING),
        ({"operations": None}, "LidOpen", "body/Weight", Chance.VALUE),
        ({"presence": True}, "BoxOpen", "body/Weight", Chance.PRESENCE),
        ({"presence": False}, "BoxOpen", "body/Weight", Chance.VALUE),
    ],
)
def test_what_chance_decides_is_found_by_operation_and_place(
    differences, operation, place, expected
):
    assert read(**differences).of(operation, place) is expected


@pytest.mark.parametrize(
    ("differences", "message"),
    [
        ({"places": []}, "/places/0/places: names no place"),
        ({"places": None}, "/places/0: places is missing"),
        ({"why": " "}, "/places/0/why: is empty"),
        ({"why": None}, "/places/0: why is missing"),
        ({"odd": 1}, "/places/0/odd: odd is not known here"),
        ({"presence": "yes"}, "/places/0/presence: should be true or false"),
    ],
)
def test_a_wrong_entry_is_named(differences, message):
    with pytest.raises(SpecError) as caught:
        read(**differences)
    assert str(caught.value) == f"volatile.yaml#{message}"


def test_a_wrong_table_is_named():
    with pytest.raises(SpecError, match="odd is not known here"):
        read_volatility(Node(yaml.safe_load("{places: [], odd: []}"), "volatile.yaml"))


def test_every_operation_of_the_table_is_known():
    known = {id_ for version in versions() for id_ in load(version).operations}
    named = {each for entry in volatility().entries for each in entry.operations}
    assert named - {"*"} <= known
