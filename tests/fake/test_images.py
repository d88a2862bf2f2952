"""Images of a fake: found, listed, inspected, made from one another."""

import hashlib
import json

import pytest

from harness.fake.clock import Clock, Ids
from harness.fake.images.lists import FILTERS, shown, wanted
from harness.fake.images.store import derive, find_image, furnish_image, image_of, store, tag_image
from harness.fake.images.views import history, inspected, listed
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.requests.filters import read_filters
from harness.fake.values import File
from harness.fake.world import World

NOW = 1_500_000_000.0


def world():
    made = World(clock=Clock(source=lambda: NOW), ids=Ids("seed"))
    furnish_image(made, "busybox:latest")
    return made


def child(made, parent="busybox", *, tag="", labels=None, later=1.0, **files):
    """Make an image of another one, a second later than whatever was before."""
    made.clock.advance(later)
    image = derive(
        made,
        image_of(made, parent) if parent else None,
        config=Fields({"Cmd": ["sh"], "Labels": labels}),
        files={f"/{name}": File(content=content) for name, content in files.items()},
        created_by="a step",
    )
    return store(made, image, tag)


def names(made, *, every=False, name="", **filters):
    asked = read_filters(json.dumps(filters), FILTERS)
    return [
        element["RepoTags"][0] if element["RepoTags"] else element["RepoDigests"][0]
        for element in shown(made, wanted(made, asked, every=every, name=name))
    ]


@pytest.mark.parametrize(
    "name",
    [
        "busybox",
        "busybox:latest",
        "docker.io/library/busybox",
        "{id}",
        "{hex}",
        "{short}",
        "sha256:{short}",
    ],
)
def test_an_image_is_found_by_what_people_call_it(name):
    made = world()
    image = next(iter(made.images.values()))
    digits = image.id.removeprefix("sha256:")
    assert image_of(made, name.format(id=image.id, hex=digits, short=digits[:6])) is image


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nope", 404, "No such image: nope:latest"),
        ("nope:1", 404, "No such image: nope:1"),
        ("docker.io/library/nope", 404, "No such image: nope:latest"),
        ("sha256:ffff", 404, "No such image: sha256:ffff"),
        ("f" * 64, 404, f"No such image: sha256:{'f' * 64}"),
        ("BAD", 400, "invalid reference format: repository name must be lowercase"),
        ("", 400, "invalid reference format"),
    ],
)
def test_what_names_no_image_is_refused(name, status, message):
    made = world()
    with pytest.raises(RefusedError) as refused:
        image_of(made, name)
    assert (refused.value.status, refused.value.message) == (status, message)
    assert find_image(made, name) is None


def test_a_prefix_that_two_ids_have_names_neither():
    made = world()
    for number in range(17):
        child(made, tag=f"t:{number}", note=str(number).encode())
    digits = [id_.removeprefix("sha256:")[0] for id_ in made.images]
    twice = next(digit for digit in digits if digits.count(digit) > 1)
    assert find_image(made, twice) is None


def test_ids_follow_from_content_and_time_alone():
    one, other = child(world(), a=b"1"), child(world(), a=b"1")
    assert one.id == other.id
    assert one.id == f"sha256:{hashlib.sha256(one.written).hexdigest()}"
    assert child(world(), a=b"2").id != one.id
    assert child(world(), later=2.0, a=b"1").id != one.id


def test_furnished_images_are_the_same_in_every_world():
    assert world().images.keys() == world().images.keys()
    assert world().tags.keys() == {"busybox:latest"}


def test_the_size_is_that_of_the_files_of_all_layers():
    made = world()
    base = listed(made, image_of(made, "busybox"))["Size"]
    image = child(made, a=b"12345", b=b"6")
    assert listed(made, image)["Size"] == listed(made, image)["VirtualSize"] == base + 6
    assert inspected(made, image)["Size"] == inspected(made, image)["VirtualSize"] == base + 6


def test_a_step_without_files_makes_an_image_and_no_layer():
    made = world()
    image = child(made)
    assert image.id != image_of(made, "busybox").id
    assert inspected(made, image)["RootFS"] == inspected(made, image_of(made, "busybox"))["RootFS"]
    assert json.loads(image.written)["history"][-1]["empty_layer"] is True


def test_the_history_names_the_images_that_are_there():
    made = world()
    image = child(made, "busybox", tag="child:1", a=b"12345")
    base = image_of(made, "busybox")
    steps = [(step["Id"], step["Tags"], step["Size"]) for step in history(made, image)]
    assert steps[:2] == [(image.id, ["child:1"], 5), (base.id, ["busybox:latest"], 0)]
    assert steps[2][:2] == ("<missing>", None)


def test_naming_an_image_takes_the_name_from_another():
    made = world()
    image = child(made, a=b"1")
    tag_image(made, image.id, "busybox")
    assert image_of(made, "busybox:latest").id == image.id
    event = made.events[-1]
    assert (event.kind, event.action, event.actor) == ("image", "tag", image.id)
    assert event.attributes == {"name": "busybox"}
    assert "<none>:<none>" in names(made, every=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (f"a@sha256:{'a' * 64}", "refusing to create a tag with a digest reference"),
        ("sha256:x", "refusing to create an ambiguous tag using digest algorithm as name"),
    ],
)
def test_names_that_would_mislead_are_refused(name, message):
    made = world()
    with pytest.raises(RefusedError, match=message):
        tag_image(made, image_of(made, "busybox").id, name)


def test_the_list_is_newest_first_and_without_what_others_were_made_from():
    made = world()
    middle = child(made, a=b"1")
    child(made, middle.id, tag="top:1", b=b"2")
    assert names(made) == ["top:1", "busybox:latest"]
    assert names(made, every=True) == ["top:1", "<none>:<none>", "busybox:latest"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"reference": ["t*"]}, ["two:2", "two:1"]),
        ({"reference": ["*:1"]}, ["two:1", "one:1"]),
        ({"reference": ["[a-o]ne"]}, ["one:1"]),
        ({"reference": ["me/*"]}, ["me/app:1"]),
        ({"reference": ["*"]}, ["two:2", "two:1", "one:1", "busybox:latest"]),
        ({"reference": ["two", "one"]}, ["two:2", "two:1", "one:1"]),
        ({"dangling": ["true"]}, ["<none>:<none>"]),
        ({"dangling": ["false"]}, ["me/app:1", "two:2", "two:1", "one:1", "busybox:latest"]),
        ({"label": ["a"]}, ["two:2", "two:1"]),
        ({"label": ["a=2"]}, ["two:2"]),
        ({"label": ["a", "b=x"]}, []),
        ({"before": ["two:1"]}, ["one:1", "busybox:latest"]),
        ({"since": ["two:2"]}, ["<none>:<none>", "me/app:1"]),
        ({"since": ["one:1"], "before": ["two:2"]}, ["two:1"]),
        ({"name": "two"}, ["two:2", "two:1"]),
    ],
)
def test_a_list_shows_what_it_is_asked_for(filters, expected):
    made = world()
    child(made, tag="one:1", a=b"1")
    child(made, tag="two:1", labels={"a": "1"}, a=b"2")
    child(made, tag="two:2", labels={"a": "2"}, a=b"3")
    child(made, tag="me/app:1", a=b"4")
    child(made, a=b"5")
    assert names(made, **filters) == expected


@pytest.mark.parametrize(
    ("filters", "status", "message"),
    [
        ({"dangling": ["x"]}, 400, "Invalid filter 'dangling=[x]'"),
        ({"reference": ["["]}, 400, "syntax error in pattern"),
        ({"reference": ["a\\"]}, 400, "syntax error in pattern"),
        ({"since": ["nope"]}, 404, "No such image: nope:latest"),
        ({"before": ["BAD"]}, 400, "invalid reference format: repository name must be lowercase"),
        ({"bogus": ["x"]}, 400, "Invalid filter 'bogus'"),
    ],
)
def test_filters_that_are_wrong_are_refused(filters, status, message):
    with pytest.raises(RefusedError) as refused:
        names(world(), **filters)
    assert (refused.value.status, refused.value.message) == (status, message)
