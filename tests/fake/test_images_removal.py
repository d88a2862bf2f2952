"""Images of a fake that go: what is untagged, what is deleted, and what stays as it is used."""

import pytest

from harness.fake.clock import Clock, Ids
from harness.fake.files.container_files import image_tree
from harness.fake.images.lists import prunable
from harness.fake.images.removal import prune_images, remove_image
from harness.fake.images.store import derive, image_of, store, tag_image
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.requests.filters import Filters
from harness.fake.values import Container, File, State, Status
from harness.fake.world import World

NOW = 1_500_000_000.0
DIGEST = f"app@sha256:{'d' * 64}"


def world(*tags):
    """Make a world whose one image has these names."""
    made = World(clock=Clock(source=lambda: NOW), ids=Ids("seed"))
    image = derive(
        made,
        None,
        config=Fields({"Labels": {"l": "m"}}),
        files={"/a": File(content=b"12345")},
        created_by="first",
    )
    store(made, image)
    for tag in tags:
        if "@" in tag:
            made.digests[tag] = image.id
        else:
            tag_image(made, image.id, tag)
    made.events.clear()
    return made


def child(made, parent, *, tag=""):
    made.clock.advance(1)
    files = {"/b": File(content=b"123")}
    image = derive(made, parent, config=Fields(), files=files, created_by="second")
    return store(made, image, tag)


def use(made, image, status=Status.RUNNING):
    id_ = made.ids.digest()
    made.containers[id_] = Container(
        id=id_, name="user", created=NOW, image=image.id, image_name="x",
        config=Fields(), host=Fields(), state=State(status=status),
    )  # fmt: skip
    return id_[:12]


def removed(made, name, *, force=False, prune=True):
    """Remove an image, and return what is told with words in the place of digests."""
    words = {}
    for number, image in enumerate(list(made.images.values()), start=1):
        words[image.id] = f"image {number}"
        words.setdefault(next(each.id for each in image.layers if not each.empty), "base layer")
    records = remove_image(made, name, force=force, prune=prune).records
    return [f"{key} {words.get(value, value)}" for each in records for key, value in each.items()]


def happened(made):
    return [event.action for event in made.events]


def test_the_last_name_takes_the_image_and_its_layers_along():
    made = world("app:1")
    id_ = image_of(made, "app:1").id
    assert removed(made, "app:1") == ["Untagged app:1", "Deleted image 1", "Deleted base layer"]
    assert not made.images
    assert not made.tags
    # The name in these events is the id; labels are told as long as the image is there.
    assert [(each.action, each.actor, each.attributes) for each in made.events] == [
        ("untag", id_, {"l": "m", "name": id_}),
        ("delete", id_, {"name": id_}),
    ]


def test_a_name_of_several_goes_alone():
    made = world("app:1", "app:2")
    assert removed(made, "app:1") == ["Untagged app:1"]
    assert list(made.tags) == ["app:2"]


def test_the_last_tag_of_a_repository_takes_its_digest_along():
    made = world("app:1", "other:1", DIGEST)
    assert removed(made, "app:1") == ["Untagged app:1", f"Untagged {DIGEST}"]
    assert happened(made) == ["untag"]


@pytest.mark.parametrize("whole", [True, False])
def test_by_id_an_image_with_one_name_goes(whole):
    made = world("app:1", DIGEST)
    id_ = image_of(made, "app:1").id
    assert removed(made, id_ if whole else id_[7:15])[-2:] == [
        "Deleted image 1",
        "Deleted base layer",
    ]


def test_by_id_an_image_with_several_names_goes_only_by_force():
    made = world("app:1", "other:1")
    id_ = image_of(made, "app:1").id
    with pytest.raises(RefusedError) as refused:
        removed(made, id_)
    assert refused.value.status == 409
    assert refused.value.message == (
        f"conflict: unable to delete {id_[7:19]} (must be forced) - "
        "image is referenced in multiple repositories"
    )
    assert removed(made, id_, force=True) == [
        "Untagged app:1",
        "Untagged other:1",
        "Deleted image 1",
        "Deleted base layer",
    ]


@pytest.mark.parametrize(
    ("status", "by_id", "force", "why"),
    [
        (Status.EXITED, False, False, 'unable to remove repository reference "app:1" (must force)'),
        (Status.EXITED, True, False, "(must be forced) - image is being used by stopped container"),
        (Status.RUNNING, True, False, "(cannot be forced) - image is being used by running"),
        (Status.PAUSED, True, True, "(cannot be forced) - image is being used by running"),
    ],
)
def test_an_image_in_use_stays(status, by_id, force, why):
    made = world("app:1")
    image = image_of(made, "app:1")
    user = use(made, image, status)
    with pytest.raises(RefusedError) as refused:
        removed(made, image.id if by_id else "app:1", force=force)
    assert refused.value.status == 409
    assert why in refused.value.message
    assert user in refused.value.message
    assert list(made.tags) == ["app:1"]


def test_by_force_only_the_name_goes_of_an_image_that_runs():
    made = world("app:1")
    use(made, image_of(made, "app:1"))
    assert removed(made, "app:1", force=True) == ["Untagged app:1"]
    assert len(made.images) == 1


def test_a_container_keeps_its_files_when_its_image_goes():
    made = world("app:1")
    use(made, image_of(made, "app:1"), Status.EXITED)
    # The layer is still in use, and is therefore not told of.
    assert removed(made, "app:1", force=True) == ["Untagged app:1", "Deleted image 1"]
    (container,) = made.containers.values()
    assert image_tree(made, container)["/a"].content == b"12345"
    made.containers.clear()
    child(made, None, tag="y:1")
    remove_image(made, "y:1", force=False, prune=True)
    assert not made.kept


def test_an_image_that_others_are_made_from_stays_and_loses_its_name():
    made = world("app:1")
    child(made, image_of(made, "app:1"), tag="child:1")
    with pytest.raises(RefusedError, match=r"cannot be forced.*image has dependent child images"):
        removed(made, image_of(made, "app:1").id, force=True)
    assert removed(made, "app:1") == ["Untagged app:1"]
    assert len(made.images) == 2


@pytest.mark.parametrize(("prune", "left"), [(True, 0), (False, 1)])
def test_parents_that_nothing_needs_go_as_well(prune, left):
    made = world()
    child(made, next(iter(made.images.values())), tag="child:1")
    told = removed(made, "child:1", prune=prune)
    assert told[:2] == ["Untagged child:1", "Deleted image 2"]
    assert ("Deleted image 1" in told) is prune
    assert len(made.images) == left


def test_parents_with_a_name_stay():
    made = world("app:1")
    child(made, image_of(made, "app:1"), tag="child:1")
    assert "Deleted image 1" not in removed(made, "child:1")
    assert list(made.tags) == ["app:1"]


def test_a_shared_layer_stays():
    made = world("app:1")
    base = image_of(made, "app:1")
    child(made, base, tag="child:1")
    removal = remove_image(made, "child:1", force=False, prune=True)
    assert removal.freed == 3
    assert base.layers[0].id not in [each.get("Deleted") for each in removal.records]


def pruned(made, **filters):
    asked = Filters({key.replace("_", "!"): tuple(value) for key, value in filters.items()})
    before = set(made.images)
    prune_images(made, [*prunable(made, asked)])
    return len(before - set(made.images))


@pytest.mark.parametrize(
    ("filters", "gone"),
    [
        ({}, 1),
        ({"dangling": ["true"]}, 1),
        ({"dangling": ["false"]}, 3),
        ({"label": ["l=m"], "dangling": ["false"]}, 1),
        ({"label_": ["l=m"], "dangling": ["false"]}, 2),
        ({"until": ["1h"], "dangling": ["false"]}, 0),
        ({"until": [str(int(NOW))], "dangling": ["false"]}, 1),
        ({"until": ["2017-07-14T02:40:00Z"], "dangling": ["false"]}, 1),
    ],
)
def test_a_prune_removes_what_it_is_asked_for(filters, gone):
    made = world("app:1")
    child(made, None, tag="late:1")
    child(made, None)
    assert pruned(made, **filters) == gone


def test_a_prune_leaves_what_is_in_use():
    made = world("app:1", "app:2")
    use(made, image_of(made, "app:1"), Status.EXITED)
    assert pruned(made, dangling=["false"]) == 0
    assert len(made.tags) == 1


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (["x"], 'failed to parse value as time or duration: "x"'),
        (["1h", "2h"], "more than one until filter specified"),
    ],
)
def test_a_prune_refuses_times_that_are_none(until, message):
    with pytest.raises(RefusedError, match=message):
        pruned(world(), until=until)
