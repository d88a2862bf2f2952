"""What containers have mounted: read, made, told, released."""

import pytest

from harness.fake.clock import Clock, Ids
from harness.fake.images.store import derive, furnish_image, image_of, store
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, File
from harness.fake.volumes.mount_specs import read_bind, read_mount
from harness.fake.volumes.mounting import mount, mounts_at_create, release, unmount
from harness.fake.volumes.views import old_volumes, old_writable, shown_mounts
from harness.fake.world import World

NOW = 1_500_000_000.0


@pytest.fixture
def world():
    made = World(clock=Clock(source=lambda: NOW), ids=Ids("seed"))
    furnish_image(made, "busybox:latest")
    return made


def mounted(world, *, name="one", volumes=(), image_volumes=(), image="", **host):
    """Put a container into the world with what it asks to have mounted."""
    config = Fields({"Image": image, "Volumes": {each: {} for each in volumes}})
    of_image = Fields({"Volumes": {each: {} for each in image_volumes}})
    mounts = mounts_at_create(world, name, config, Fields(host), of_image)
    container = Container(name, name, NOW, "", "", config, Fields(host), mounts=mounts)
    world.containers[name] = container
    return container


def shown(container):
    return {each.target: (each.kind, each.name or each.source) for each in container.mounts}


def refusal(world, **asked):
    with pytest.raises(RefusedError) as refused:
        mounted(world, **asked)
    assert refused.value.status == 400
    assert not world.containers
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("data:/x", ("volume", "data", "/x", "z", True)),
        ("data:/x:", ("volume", "data", "/x", "z", True)),
        ("data:/x/../y/", ("volume", "data", "/y", "z", True)),
        ("data:/x:ro,z", ("volume", "data", "/x", "ro,z", False)),
        ("data:/x:nocopy", ("volume", "data", "/x", "nocopy", True)),
        ("/x", ("volume", "", "/x", "z", True)),
        ("/there/:/x", ("bind", "/there", "/x", "", True)),
        ("/there:/x:ro", ("bind", "/there", "/x", "ro", False)),
    ],
)
def test_a_bind_is_a_source_a_target_and_a_mode(text, read):
    found = read_bind(text)
    source = found.name or found.source
    assert (found.kind, source, found.target, found.mode, found.writable) == read
    assert found.anonymous == (not source)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("aa:/b:no", "invalid mode: no"),
        ("aa:/b:ro,rw", "invalid mode: ro,rw"),
        ("aa:/b:z,Z", "invalid mode: z,Z"),
        *(
            (text, f"invalid volume specification: '{text}'")
            for text in ("", "::", ":/b", "aa:", "aa:/b:ro:x", "/a:rw")
        ),
    ],
)
def test_a_bind_that_is_none_is_refused_in_the_words_of_dockerd(text, message):
    with pytest.raises(RefusedError) as refused:
        read_bind(text)
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize(
    ("text", "kind", "wrong"),
    [
        ("aa:b", "volume", "invalid mount path: 'b' mount path must be absolute"),
        ("/a:/", "bind", "invalid specification: destination can't be '/'"),
        ("aa:/b:rshared", "volume", "field BindOptions must not be specified"),
        ("/a:/b:nocopy", "bind", "field VolumeOptions must not be specified"),
    ],
)
def test_a_bind_that_is_wrong_for_its_kind_is_refused_by_it(text, kind, wrong):
    with pytest.raises(RefusedError) as refused:
        read_bind(text)
    expected = f"invalid volume specification: '{text}': invalid mount config for type"
    assert refused.value.message == f'{expected} "{kind}": {wrong}'


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"Type": "volume"}, "field Target must not be empty"),
        ({"Type": "no", "Target": "/x"}, "mount type unknown"),
        ({"Type": "tmpfs", "Target": "/x", "Source": "a"}, "field Source must not be specified"),
        ({"Type": "bind", "Target": "/x"}, "field Source must not be empty"),
        (
            {"Type": "bind", "Target": "/x", "Source": "a"},
            "invalid mount path: 'a' mount path must be absolute",
        ),
        (
            {"Type": "volume", "Target": "/x", "BindOptions": {}},
            "field BindOptions must not be specified",
        ),
        (
            {"Type": "bind", "Target": "/x", "Source": "/a", "BindOptions": {"Propagation": "no"}},
            "invalid propagation mode: no",
        ),
    ],
)
def test_a_mount_that_is_none_is_refused_by_its_type(asked, wrong):
    with pytest.raises(RefusedError) as refused:
        read_mount(Fields(asked))
    assert refused.value.message == f'invalid mount config for type "{asked["Type"]}": {wrong}'


def test_a_mount_that_cannot_be_written_keeps_its_mode():
    read = read_mount(Fields({"Type": "volume", "Source": "aa", "Target": "/x", "ReadOnly": True}))
    assert (read.name, read.mode, read.writable) == ("aa", "z", False)


def test_volumes_are_made_once_and_told_of(world):
    container = mounted(
        world, Binds=["data:/a", "/there:/b"], Mounts=[{"Type": "volume", "Target": "/c"}]
    )
    mounted(world, name="two", Binds=["data:/a"])
    (unnamed,) = world.volumes.keys() - {"data"}
    assert shown(container) == {
        "/a": ("volume", "data"),
        "/b": ("bind", "/there"),
        "/c": ("volume", unnamed),
    }
    assert [(each.action, each.actor) for each in world.events] == [
        ("create", "data"),
        ("create", unnamed),
    ]


def test_a_volume_of_a_mount_has_the_labels_and_options_asked_for(world):
    options = {
        "Labels": {"a": "b"},
        "DriverConfig": {"Name": "local", "Options": {"type": "tmpfs", "device": "tmpfs"}},
    }
    mounted(
        world,
        Mounts=[{"Type": "volume", "Source": "aa", "Target": "/x", "VolumeOptions": options}],
    )
    made = world.volumes["aa"]
    assert (made.labels, made.options) == ({"a": "b"}, {"type": "tmpfs", "device": "tmpfs"})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"Binds": ["aa:/x", "bb:/x"]}, "Duplicate mount point: /x"),
        (
            {"Binds": ["aa:/x"], "Mounts": [{"Type": "tmpfs", "Target": "/x"}]},
            "Duplicate mount point: /x",
        ),
        ({"Binds": ["aa:/x"], "Tmpfs": {"/x": ""}}, "Duplicate mount point: /x"),
        ({"Tmpfs": {"x": ""}}, "invalid mount path: 'x' mount path must be absolute"),
        ({"VolumesFrom": ["no"]}, "No such container: no"),
        ({"VolumesFrom": ["one:bad"]}, "invalid mode: bad"),
        ({"VolumesFrom": [""]}, "volumes-from specification cannot be an empty string"),
    ],
)
def test_mounts_against_one_another_are_refused_before_any_volume_is_made(world, asked, message):
    assert refusal(world, **asked) == message
    assert not world.volumes


def test_volumes_of_config_and_image_are_made_where_nothing_else_is(world):
    container = mounted(
        world,
        volumes=["/a/", "/b", "/t"],
        image_volumes=["/b", "/c"],
        Binds=["data:/a"],
        Tmpfs={"/t": ""},
    )
    assert list(shown(container)) == ["/a", "/b", "/c"]
    assert [each.anonymous for each in container.mounts] == [False, True, True]


def test_the_mounts_of_another_container_are_its_own_unless_read_only_is_asked_for(world):
    mounted(world, Binds=["data:/a:ro", "/there:/b", "more:/c"])
    for name, text, writable in (
        ("two", "one", {"/a": False, "/b": True, "/c": True}),
        ("three", "one:ro", {"/a": False, "/b": False, "/c": False}),
    ):
        container = mounted(world, name=name, VolumesFrom=[text])
        assert {each.target: each.writable for each in container.mounts} == writable
        assert {each.mode for each in container.mounts} == {""}


def test_what_is_asked_for_comes_before_what_another_container_has(world):
    mounted(world, Binds=["data:/a", "data:/b"])
    container = mounted(world, name="two", VolumesFrom=["one"], Binds=["own:/a"])
    assert shown(container) == {"/a": ("volume", "own"), "/b": ("volume", "data")}


@pytest.mark.parametrize(
    ("host", "files"),
    [
        ({"Binds": ["data:/app"]}, {"/a": b"1", "/below": None, "/below/b": b"2"}),
        ({"Binds": ["data:/app:nocopy"]}, {}),
        ({"Binds": ["data:/elsewhere"]}, {}),
        (
            {
                "Mounts": [
                    {
                        "Type": "volume",
                        "Source": "data",
                        "Target": "/app",
                        "VolumeOptions": {"NoCopy": True},
                    }
                ]
            },
            {},
        ),
    ],
)
def test_a_new_volume_gets_what_the_image_has_at_its_target(world, host, files):
    content = {"/app/a": b"1", "/app/below/b": b"2", "/other": b"3"}
    tree = {path: File(content=each) for path, each in content.items()}
    tree["/app/below"] = File("dir")
    base = image_of(world, "busybox")
    image = derive(world, base, config=Fields(), files=tree, created_by="a test")
    store(world, image, "own:latest")
    mounted(world, image="own", **host)
    kept = world.volumes["data"].files
    found = {path: each.content if each.kind == "file" else None for path, each in kept.items()}
    assert found == files


def test_a_volume_that_has_files_keeps_them(world):
    base = image_of(world, "busybox")
    image = derive(
        world, base, config=Fields(), files={"/app/a": File(content=b"1")}, created_by="a test"
    )
    store(world, image, "own:latest")
    mounted(world, image="own", Binds=["data:/app"])
    filled = world.volumes["data"].files
    mounted(world, name="two", image="busybox", Binds=["data:/bin"])
    assert world.volumes["data"].files == filled


def test_no_volume_lies_over_a_file(world):
    base = image_of(world, "busybox")
    image = derive(world, base, config=Fields(), files={"/app": File()}, created_by="a test")
    store(world, image, "own:latest")
    message = refusal(world, image="own", volumes=["/app"])
    assert message == "cannot mount volume over existing file, file exists /app"


def test_a_start_and_an_end_tell_of_volumes_and_of_nothing_else(world):
    container = mounted(
        world, Binds=["data:/a:ro", "/there:/b"], Mounts=[{"Type": "tmpfs", "Target": "/c"}]
    )
    world.events.clear()
    mount(world, container)
    unmount(world, container)
    assert [(each.action, each.actor, dict(each.attributes)) for each in world.events] == [
        (
            "mount",
            "data",
            {
                "container": "one",
                "destination": "/a",
                "driver": "local",
                "propagation": "",
                "read/write": "false",
            },
        ),
        ("unmount", "data", {"container": "one", "driver": "local"}),
    ]


def test_only_volumes_without_a_name_and_another_user_go_with_their_container(world):
    first = mounted(world, volumes=["/own", "/shared"], Binds=["data:/a"])
    own, shared = (each.name for each in first.mounts if each.anonymous)
    second = mounted(world, name="two", VolumesFrom=["one"])
    world.change(second, mounts=tuple(each for each in second.mounts if each.target == "/shared"))
    release(world, first, volumes=False)
    assert world.volumes.keys() == {"data", own, shared}
    release(world, first, volumes=True)
    assert world.volumes.keys() == {"data", shared}
    assert (world.events[-1].action, world.events[-1].actor) == ("destroy", own)


def test_mounts_are_shown_by_their_type(world):
    container = mounted(
        world, Binds=["data:/a:ro", "/there:/b"], Mounts=[{"Type": "tmpfs", "Target": "/c"}]
    )
    place = "/var/lib/docker/volumes/data/_data"
    assert shown_mounts(world, container) == [
        {
            "Type": "volume",
            "Name": "data",
            "Source": place,
            "Destination": "/a",
            "Driver": "local",
            "Mode": "ro",
            "RW": False,
            "Propagation": "",
        },
        {
            "Type": "bind",
            "Source": "/there",
            "Destination": "/b",
            "Mode": "",
            "RW": True,
            "Propagation": "rprivate",
        },
        {
            "Type": "tmpfs",
            "Source": "",
            "Destination": "/c",
            "Mode": "",
            "RW": True,
            "Propagation": "",
        },
    ]
    assert old_volumes(world, container) == {"/a": place, "/b": "/there", "/c": ""}
    assert old_writable(container) == {"/a": False, "/b": True, "/c": True}
