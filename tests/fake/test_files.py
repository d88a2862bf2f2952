import base64
import io
import json
import tarfile
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from fake_asking import JSON, NOON, ask, service_of, world_of

from harness.fake.files.container_files import changes, read_file, tree_of, write_file
from harness.fake.files.trees import read_tar, write_tar
from harness.fake.handlers import files as handlers
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, File, Image, Layer, Mount, State, Status, Volume

IMAGE = {
    "/bin": File("dir", mode=0o755),
    "/bin/sh": File(content=b"sh", mode=0o4755),
    "/etc": File("dir", mode=0o755),
    "/etc/passwd": File(content=b"root:x:0:0::/:\nuser:x:1000:50::/:\n"),
    "/lnk": File("link", mode=0o777, target="etc"),
    "/opt": File("dir", mode=0o755),
    "/opt/a": File(content=b"1"),
}
UNPACKING = "Error processing tar file(exit status 1): "
TAR = {"content-type": "application/x-tar"}


def world_with(layer=None, **attributes):
    """Return a world with one container, called one, of the image above."""
    world = world_of()
    world.images["sha256:1"] = Image("sha256:1", Fields(), (Layer("sha256:2", IMAGE),))
    defaults = {"config": Fields({"Labels": {"l": "v"}}), "host": Fields()}
    world.containers["c" * 64] = Container(
        id="c" * 64,
        name="one",
        created=NOON,
        image="sha256:1",
        image_name="busybox",
        **{**defaults, **attributes},
        layer=layer or {},
    )
    return world


def the(world):
    return world.containers["c" * 64]


def service_for(world):
    return service_of(world, handlers=handlers.HANDLERS)


def get(world, path, *, method="GET", kind="archive", body=b"", **query):
    wanted = {"path": path, **query} if path is not None else query
    target = f"/v1.33/containers/one/{kind}?{urlencode(wanted)}"
    return ask(service_for(world), target, method, body, TAR if body else JSON)


def put(world, path, files, **query):
    body = files if isinstance(files, bytes) else write_tar(files)
    return get(world, path, method="PUT", body=body, **query)


def names(content):
    with tarfile.open(fileobj=io.BytesIO(content)) as reader:
        return reader.getnames()


def stat(told):
    return json.loads(base64.b64decode(told.headers["X-Docker-Container-Path-Stat"]))


def actions(world):
    return [(event.action, dict(event.attributes)) for event in world.events]


def test_a_container_sees_its_image_what_it_changed_and_its_volumes():
    world = world_with(
        {"/opt/b": File(content=b"2"), "/bin/sh": None},
        mounts=(Mount("volume", "/etc", name="v"), Mount("volume", "/opt/deep/er", name="w")),
    )
    world.volumes["v"] = Volume("v", NOON, files={"/in": File(content=b"3")})
    world.volumes["w"] = Volume("w", NOON, files={"/in/er": File(content=b"4")})
    tree = tree_of(world, the(world))
    shown = {path for path in tree if path.startswith(("/bin", "/etc", "/opt"))}
    assert shown == {
        *("/bin", "/etc", "/etc/in", "/opt", "/opt/a", "/opt/b"),
        *("/opt/deep", "/opt/deep/er", "/opt/deep/er/in", "/opt/deep/er/in/er"),
    }


def test_files_are_written_where_links_lead_and_with_their_folders():
    world = world_with()
    write_file(world, "c" * 64, "/lnk/x/y", File(content=b"1"))
    assert read_file(world, "c" * 64, "/etc/x/y").content == b"1"
    assert set(the(world).layer) == {"/etc/x", "/etc/x/y"}


def test_what_is_written_below_a_volume_is_in_the_volume():
    world = world_with(mounts=(Mount("volume", "/vol", name="v"),))
    world.volumes["v"] = Volume("v", NOON)
    write_file(world, "c" * 64, "/vol/a/b", File(content=b"1"))
    assert world.volumes["v"].files["/a/b"].content == b"1"
    assert the(world).layer == {}


def test_a_folder_that_was_removed_is_empty_when_it_is_made_again():
    world = world_with()
    write_file(world, "c" * 64, "/opt", None)
    write_file(world, "c" * 64, "/opt", File("dir", mode=0o755))
    assert read_file(world, "c" * 64, "/opt").kind == "dir"
    assert read_file(world, "c" * 64, "/opt/a") is None


def test_what_a_container_made_and_removed_leaves_no_trace():
    world = world_with()
    write_file(world, "c" * 64, "/new", File())
    write_file(world, "c" * 64, "/new", None)
    assert the(world).layer == {}


def test_a_container_that_started_knows_its_name():
    world = world_with(config=Fields({"Hostname": "me"}))
    assert read_file(world, "c" * 64, "/etc/hostname").content == b""
    state = State(Status.RUNNING, started=NOON)
    world.containers["c" * 64] = replace(the(world), state=state)
    assert read_file(world, "c" * 64, "/etc/hostname").content == b"me\n"
    assert changes(world, the(world)) == []


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ({}, []),
        ({"/new": File()}, [("/new", 1)]),
        ({"/opt/b": File()}, [("/opt", 0), ("/opt/b", 1)]),
        ({"/opt/a": File(content=b"2")}, [("/opt", 0), ("/opt/a", 0)]),
        ({"/opt/a": IMAGE["/opt/a"]}, []),
        ({"/opt": None, "/opt/a": None}, [("/opt", 2)]),
        ({"/opt": File("dir", mode=0o700)}, [("/opt", 0)]),
        ({"/opt": File("dir", mode=0o755, changed=9.0)}, []),
        ({"/etc/hosts": File(content=b"mine")}, []),
    ],
)
def test_changes_tell_what_became_of_the_image(layer, told):
    world = world_with(layer)
    assert changes(world, the(world)) == told


def test_mount_points_and_the_working_folder_count_as_added():
    world = world_with(
        {"/bound/x": File()},
        config=Fields({"WorkingDir": "/srv/dir"}),
        mounts=(Mount("bind", "/bound", source="/host"), Mount("volume", "/etc", name="v")),
        state=State(Status.EXITED, started=NOON),
    )
    assert changes(world, the(world)) == [("/bound", 1), ("/srv", 1), ("/srv/dir", 1)]


def test_no_changes_are_null_as_documented():
    assert get(world_with(), None, kind="changes").json is None
    told = ask(service_for(world_with({"/new": File()})), "/v1.18/containers/one/changes")
    assert told.json == [{"Path": "/new", "Kind": 1}]


def test_an_export_holds_the_containers_own_files():
    world = world_with({"/opt/b": File()}, mounts=(Mount("volume", "/vol", name="v"),))
    world.volumes["v"] = Volume("v", NOON, files={"/in": File(content=b"3")})
    told = get(world, None, kind="export")
    assert told.headers["Content-Type"] == "application/octet-stream"
    assert {"bin", "bin/sh", "opt/b", ".dockerenv", "etc/mtab"} <= set(names(told.body))
    assert "vol/in" not in names(told.body)
    assert actions(world)[-1] == ("export", {"l": "v", "image": "busybox", "name": "one"})


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/opt", ["opt", "opt/a"]),
        ("/opt/", ["opt", "opt/a"]),
        ("/opt/.", [".", "./a"]),
        ("opt/a", ["a"]),
        ("/lnk", ["lnk"]),
        ("/lnk/passwd", ["passwd"]),
        ("../opt/../opt", ["opt", "opt/a"]),
    ],
)
def test_an_archive_is_named_as_the_asker_names_it(path, told):
    world = world_with()
    answer = get(world, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-tar")
    assert names(answer.body) == told
    assert [action for action, _ in actions(world)] == ["archive-path"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/opt", ("opt", 4096, 0x80000000 | 0o755, "")),
        ("/bin/sh", ("sh", 2, 1 << 23 | 0o755, "")),
        ("/lnk", ("lnk", 3, 1 << 27 | 0o777, "/etc")),
        ("/lnk/", ("lnk", 4096, 0x80000000 | 0o755, "")),
        ("/", ("/", 4096, 0x80000000 | 0o755, "")),
    ],
)
def test_the_header_tells_what_is_there_as_go_sees_it(path, told):
    world = world_with()
    answer = get(world, path, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    found = stat(answer)
    assert (found["name"], found["size"], found["mode"], found["linkTarget"]) == told
    assert found["mtime"] == "1970-01-01T00:00:00Z"
    assert actions(world) == []


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        (None, 400, "bad parameter: pathcannot be empty"),
        ("", 400, "bad parameter: pathcannot be empty"),
        ("/nope", 404, "Could not find the file /nope in container one"),
        ("/opt/a/", 400, "lstat /opt/a/: not a directory"),
        ("/opt/a/b", 400, "lstat /opt/a/b: not a directory"),
    ],
)
def test_what_is_not_there_has_no_archive(path, status, message):
    answer = get(world_with(), path)
    assert (answer.status, answer.message) == (status, message)


def test_a_container_that_is_not_there_has_no_files():
    service = service_for(world_of())
    for kind in ("archive?path=/", "export", "changes"):
        answer = ask(service, f"/v1.33/containers/nope/{kind}")
        assert (answer.status, answer.message) == (404, "No such container: nope")


def test_an_archive_is_unpacked_into_a_folder():
    world = world_with()
    answer = put(world, "/lnk", {"/d": File("dir", mode=0o700), "/d/f": File(content=b"1", uid=7)})
    assert (answer.status, answer.body) == (200, b"")
    assert read_file(world, "c" * 64, "/etc/d/f") == File(content=b"1", uid=7)
    assert [action for action, _ in actions(world)] == ["extract-to-dir"]


def test_an_empty_body_is_an_empty_archive():
    assert get(world_with(), "/etc", method="PUT").status == 200


@pytest.mark.parametrize(
    ("path", "files", "query", "status", "message"),
    [
        (None, {}, {}, 400, "bad parameter: pathcannot be empty"),
        ("/nope", {}, {}, 404, "Could not find the file /nope in container one"),
        ("/opt/a", {}, {}, 400, "extraction point is not a directory"),
        ("/opt", b"xx", {}, 400, f"{UNPACKING}unexpected EOF"),
        (
            "/",
            {"/opt": File()},
            {"noOverwriteDirNonDir": "1"},
            400,
            f'{UNPACKING}cannot overwrite directory "/opt" with non-directory "/"',
        ),
        (
            "/opt",
            {"/s": File("link", target="../..")},
            {},
            400,
            f'{UNPACKING}invalid symlink "/opt/s" -> "../.."',
        ),
    ],
)
def test_what_cannot_be_unpacked_is_refused_and_changes_nothing(
    path, files, query, status, message
):
    world = world_with()
    answer = put(world, path, files, **query)
    assert (answer.status, answer.message) == (status, message)
    assert (the(world).layer, actions(world)) == ({}, [])


def test_a_file_may_take_the_place_of_a_folder():
    world = world_with()
    assert put(world, "/", {"/opt": File(content=b"1")}).status == 200
    assert read_file(world, "c" * 64, "/opt").content == b"1"
    assert read_file(world, "c" * 64, "/opt/a") is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc", "container rootfs is marked read-only"),
        ("/fast", "mounted volume is marked read-only"),
        ("/vol", None),
    ],
)
def test_only_what_is_writable_is_written_to(path, message):
    world = world_with(
        {"/fast": File("dir", mode=0o755)},
        host=Fields({"ReadonlyRootfs": True}),
        mounts=(
            Mount("volume", "/vol", name="v"),
            Mount("volume", "/fast", name="w", writable=False),
        ),
    )
    world.volumes |= {name: Volume(name, NOON) for name in "vw"}
    answer = put(world, path, {"/a": File()})
    assert answer.status == (403 if message else 200)
    assert message is None or answer.message == message


@pytest.mark.parametrize(
    ("user", "owner"), [("user", (1000, 50)), ("7", (7, 0)), ("7:9", (7, 9)), ("", (3, 4))]
)
def test_what_is_unpacked_belongs_to_the_containers_user_if_asked(user, owner):
    world = world_with(config=Fields({"User": user}))
    put(world, "/opt", {"/x": File(uid=3, gid=4)}, copyUIDGID="1")
    file = read_file(world, "c" * 64, "/opt/x")
    assert (file.uid, file.gid) == owner


@pytest.mark.parametrize(
    ("resource", "status", "told"),
    [
        ("/opt", 200, ["a"]),
        ("/opt/a", 200, ["a"]),
        ("/lnk/passwd", 200, ["passwd"]),
        ("/nope", 404, "Could not find the file /nope in container one"),
        ("", 400, "Path cannot be empty"),
    ],
)
def test_old_clients_copy_a_resource(resource, status, told):
    world = world_with()
    body = json.dumps({"Resource": resource}).encode()
    target = "/v1.23/containers/one/copy"
    answer = ask(service_for(world), target, "POST", body, JSON)
    assert answer.status == status
    if status == 200:
        assert names(answer.body) == told
        assert [action for action, _ in actions(world)] == ["copy"]
    else:
        assert answer.body.decode() == f"{told}\n"


def test_what_is_sent_comes_back():
    world = world_with()
    files = {"/d": File("dir", mode=0o755), "/d/f": File(content=b"1", mode=0o600, changed=9.0)}
    put(world, "/opt", files)
    assert read_tar(get(world, "/opt/d").body) == files
