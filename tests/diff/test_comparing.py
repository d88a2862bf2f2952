"""Two forms held against each other."""

from dataclasses import replace

import pytest

from harness.diff.comparing import differences
from harness.diff.forms import Form
from harness.model.difference import Aspect, Difference

JSON = "application/json"


def formed(status=200, media_type=JSON, message="", **places):
    shape = {"": "object", "/Name": "string", **places.get("shape", {})}
    kinds = {place: frozenset(kind.split()) for place, kind in shape.items() if kind}
    return Form(status, media_type, kinds, message)


SAME = formed()


@pytest.mark.parametrize(
    "other", [SAME, formed(message="worded in another way"), replace(SAME, message="x")]
)
def test_what_is_alike_does_not_differ(other):
    assert list(differences(SAME, other)) == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (formed(201), SAME, Difference(Aspect.STATUS, "201", "200")),
        (formed(400, message="no"), SAME, Difference(Aspect.STATUS, "400: no", "200")),
        (formed(0), SAME, Difference(Aspect.STATUS, "no reply", "200")),
        (
            formed(500, "text/plain", shape={"/Name": ""}),
            SAME,
            Difference(Aspect.STATUS, "500", "200"),
        ),
        (
            formed(media_type="text/plain"),
            SAME,
            Difference(Aspect.MEDIA_TYPE, "text/plain", JSON),
        ),
        (formed(media_type=""), SAME, Difference(Aspect.MEDIA_TYPE, "nothing", JSON)),
        (
            formed(media_type="text/plain", shape={"": "text", "/Name": ""}),
            SAME,
            Difference(Aspect.MEDIA_TYPE, "text/plain", JSON),
        ),
        (
            formed(shape={"/Name": "null"}),
            SAME,
            Difference(Aspect.SHAPE, "null", "string", "/Name"),
        ),
        (
            formed(shape={"/Name": "string null"}),
            SAME,
            Difference(Aspect.SHAPE, "null or string", "string", "/Name"),
        ),
        (formed(shape={"/Name": ""}), SAME, Difference(Aspect.SHAPE, "nothing", "string", "/Name")),
        (
            formed(shape={"/Box": "object", "/Box/Lid": "object", "/Box/Lid/Id": "string"}),
            SAME,
            Difference(Aspect.SHAPE, "object", "nothing", "/Box"),
        ),
        (
            formed(shape={"/Box": "object", "/Box/Lid": "string"}),
            formed(shape={"/Box": "null"}),
            Difference(Aspect.SHAPE, "object", "null", "/Box"),
        ),
        (
            formed(shape={"": "array", "/Name": "", "/*": "object"}),
            SAME,
            Difference(Aspect.SHAPE, "array", "object"),
        ),
    ],
)
def test_a_difference_is_told_once_at_its_outermost_place(left, right, expected):
    mirrored = replace(expected, left=expected.right, right=expected.left)
    assert list(differences(left, right)) == [expected]
    assert list(differences(right, left)) == [mirrored]


def test_media_type_and_shape_may_differ_together():
    other = formed(media_type="text/plain", shape={"/Name": "null"})
    assert [found.aspect for found in differences(SAME, other)] == [
        Aspect.MEDIA_TYPE,
        Aspect.SHAPE,
    ]


def test_places_below_one_that_differs_are_told_where_both_could_have_them():
    left = formed(shape={"/Box": "object null", "/Box/Lid": "string"})
    right = formed(shape={"/Box": "object", "/Box/Lid": "null", "/Box/Id": "string"})
    assert [found.pointer for found in differences(left, right)] == ["/Box", "/Box/Id", "/Box/Lid"]


def test_a_list_without_elements_shows_that_it_has_none():
    left = formed(shape={"/Lids": "array"})
    right = formed(shape={"/Lids": "array", "/Lids/*": "object", "/Lids/*/Id": "string"})
    assert [found.pointer for found in differences(left, right)] == ["/Lids/*"]
