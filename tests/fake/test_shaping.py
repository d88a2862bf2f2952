"""Values as a document shows them."""

import pytest

from harness.fake.requests.shaping import shape_of
from harness.model.spec import Operation, Response, Schema

TEXT = Schema(pointer="", types=("string",))
NUMBER = Schema(pointer="", types=("integer",))
TEXTS = Schema(pointer="", types=("array",), items=TEXT)
NULLABLE = Schema(pointer="", types=("string",), nullable=True)
TEXT_OR_NULL = Schema(pointer="", types=("string", "null"))
NULL_IN_ENUM = Schema(pointer="", types=("string",), enum=("a", None))
ANYTHING = Schema(pointer="")


def object_of(required=(), **properties):
    return Schema(
        pointer="", types=("object",), properties=properties, required=frozenset(required)
    )


LIST = Schema(pointer="", types=("array",), items=object_of(A=TEXT))
MAP = Schema(pointer="", types=("object",), additional=object_of(A=TEXT))


def shown(value, schema, also=()):
    operation = Operation("X", "GET", "/x", (), {200: Response(200, schema)})
    return shape_of(operation, 200, frozenset(also))(value)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (object_of(A=TEXT), {"A": "a", "B": "b"}, {"A": "a"}),
        (object_of(A=TEXT), {}, {}),
        (object_of(A=TEXT), {"A": None}, {"A": ""}),
        (object_of(A=NUMBER), {"A": None}, {"A": 0}),
        (object_of(A=TEXTS), {"A": None}, {"A": []}),
        (object_of(A=TEXTS), {"A": ["x"]}, {"A": ["x"]}),
        (object_of(A=object_of(B=TEXT)), {"A": {"B": "b", "C": "c"}}, {"A": {"B": "b"}}),
        (object_of(A=object_of(B=TEXT)), {"A": None}, {"A": {}}),
        (object_of(A=NULLABLE), {"A": None}, {"A": None}),
        (object_of(A=TEXT_OR_NULL), {"A": None}, {"A": None}),
        (object_of(A=NULL_IN_ENUM), {"A": None}, {"A": None}),
        (object_of(A=ANYTHING), {"A": {"B": [1]}}, {"A": {"B": [1]}}),
        (object_of(["A"], A=TEXT, B=TEXT), {}, {"A": ""}),
        (object_of(["A"], A=object_of(["B"], B=NUMBER)), {}, {"A": {"B": 0}}),
        (object_of(["A"], A=object_of(["B"], B=NUMBER)), {"A": None}, {"A": {"B": 0}}),
        (LIST, [{"A": "a", "B": 1}, {}], [{"A": "a"}, {}]),
        (MAP, {"k": {"B": 1}}, {"k": {}}),
    ],
)
def test_a_value_is_shown_as_its_schema_has_it(schema, value, expected):
    assert shown(value, schema) == expected


def test_other_members_of_an_open_object_are_kept_and_shaped():
    schema = Schema(pointer="", types=("object",), properties={"A": TEXT}, additional=TEXTS)
    assert shown({"A": "a", "B": None}, schema) == {"A": "a", "B": []}


def test_the_order_is_that_of_the_document():
    assert [*shown({"B": "b", "A": "a"}, object_of(A=TEXT, B=TEXT))] == ["A", "B"]


def test_a_schema_may_hold_itself():
    children = {}
    schema = Schema(pointer="", types=("object",), properties=children)
    children.update(A=TEXT, Child=schema)
    value = {"A": "1", "Child": {"A": "2", "Child": {"B": 1}}}
    assert shown(value, schema) == {"A": "1", "Child": {"A": "2", "Child": {}}}


def test_members_beside_the_document_are_shown_outermost_and_yield_to_it():
    schema = object_of(A=object_of(B=TEXT))
    value = {"A": {"B": "b", "C": "c"}, "D": {"E": None}, "F": 1}
    assert shown(value, schema, also=["A", "D", "G"]) == {"A": {"B": "b"}, "D": {"E": None}}


@pytest.mark.parametrize("responses", [{}, {200: Response(200)}, {201: Response(201, TEXT)}])
def test_everything_is_shown_where_the_document_is_silent(responses):
    operation = Operation("X", "GET", "/x", (), responses)
    assert shape_of(operation, 200)({"A": [None]}) == {"A": [None]}


def test_the_value_itself_is_not_changed():
    value = {"A": None, "B": 1}
    shown(value, object_of(["C"], A=TEXT, C=NUMBER))
    assert value == {"A": None, "B": 1}
