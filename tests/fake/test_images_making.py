"""Images of a fake that are made of containers and of archives, and that are saved and loaded."""

import gzip
import io
import json
import tarfile

import pytest

from harness.daemon.archives import file_archive, saved_image
from harness.fake.clock import Clock, Ids
from harness.fake.files.trees import merged
from harness.fake.images.archives import chosen, save
from harness.fake.images.configs import digest_of
from harness.fake.images.loading import load
from harness.fake.images.making import Making, commit, import_archive
from harness.fake.images.references import parse
from harness.fake.images.removal import remove_image
from harness.fake.images.store import derive, furnish_image, image_of, store, tag_image
from harness.fake.images.views import history, inspected
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Container, File, State, Status
from harness.fake.world import World

NOW = 1_500_000_000.0


def world():
    made = World(clock=Clock(source=lambda: NOW), ids=Ids("seed"))
    furnish_image(made, "busybox:latest")
    return made


def container(made, *, status=Status.EXITED, layer=None, **config):
    image = image_of(made, "busybox")
    whole = {"Cmd": ["sh", "-c", "x"], "Hostname": "h", "Image": "busybox", **config}
    made.containers["c" * 64] = Container(
        id="c" * 64, name="one", created=NOW, image=image.id, image_name="busybox",
        config=Fields(whole), host=Fields(), state=State(status=status), layer=layer or {},
    )  # fmt: skip
    return made.containers["c" * 64]


def files_of(image):
    return merged(*(layer.files for layer in image.layers))


def events(made):
    return [(event.kind, event.action) for event in made.events]


# Commit


def test_a_commit_adds_what_the_container_changed():
    made = world()
    layer = {"/hello": File(content=b"hi"), "/bin/yes": None}
    image = commit(made, container(made, layer=layer), Making(comment="c"), paused=True)
    assert files_of(image)["/hello"].content == b"hi"
    assert "/bin/yes" not in files_of(image)
    assert "/bin/sh" in files_of(image)
    assert image.parent == image_of(made, "busybox").id
    step = history(made, image)[0]
    assert (step["CreatedBy"], step["Size"], step["Comment"]) == ("sh -c x", 2, "c")
    assert inspected(made, image)["Container"] == "c" * 64
    assert inspected(made, image)["ContainerConfig"]["Hostname"] == "h"


def test_a_commit_without_a_body_takes_the_config_of_the_container():
    made = world()
    image = commit(made, container(made, Env=["Q=r"]), Making(), paused=True)
    assert image.config.texts("Env") == ["Q=r"]
    assert image.config.text("Hostname") == "h"


def test_a_commit_merges_its_body_and_its_changes_over_the_config_of_the_container():
    made = world()
    body = Fields({"Env": ["A=b"], "Labels": {"n": "o"}, "ExposedPorts": {"81/tcp": {}}})
    changes = ("ENV Z=y", "WORKDIR /w")
    source = container(made, Env=["Q=r", "A=old"], Labels={"l": "m"}, ExposedPorts={"80/tcp": {}})
    image = commit(made, source, Making(config=body, changes=changes), paused=True)
    assert image.config.texts("Env") == ["A=b", "Z=y", "Q=r"]
    assert image.config.pairs("Labels") == {"l": "m", "n": "o"}
    assert image.config.fields("ExposedPorts").values.keys() == {"80/tcp", "81/tcp"}
    assert image.config.texts("Cmd") == ["sh", "-c", "x"]
    assert (image.config.text("WorkingDir"), image.config.text("Hostname")) == ("/w", "")


def test_a_commit_is_told_of_after_its_name():
    made = world()
    image = commit(made, container(made), Making(parse("app:1"), comment="c"), paused=True)
    assert events(made) == [("image", "tag"), ("container", "commit")]
    told = made.events[-1].attributes
    assert (told["imageID"], told["imageRef"], told["comment"]) == (image.id, "app:1", "c")


@pytest.mark.parametrize("paused", [True, False])
def test_a_container_that_runs_stands_still_for_a_commit(paused):
    made = world()
    commit(made, container(made, status=Status.RUNNING), Making(), paused=paused)
    around = [("container", "pause"), ("container", "unpause")]
    assert [each for each in events(made) if each in around] == (around if paused else [])
    assert made.containers["c" * 64].state.status is Status.RUNNING


@pytest.mark.parametrize(
    ("making", "status", "message"),
    [
        (Making(parse(f"a@sha256:{'a' * 64}")), 400, "refusing to create a tag with a digest"),
        (Making(changes=("FOO x",)), 400, "foo is not a valid change command"),
        (Making(changes=("RUN x",)), 400, "run is not a valid change command"),
    ],
)
def test_a_commit_that_is_refused_leaves_nothing(making, status, message):
    made = world()
    with pytest.raises(RefusedError, match=message) as refused:
        commit(made, container(made, status=Status.RUNNING), making, paused=True)
    assert refused.value.status == status
    assert len(made.images) == 1
    assert made.containers["c" * 64].state.status is Status.RUNNING


# Import


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_import_makes_an_image_of_one_layer(pack):
    made = world()
    archive = file_archive({"a": b"123"})
    making = Making(parse("app"), changes=("CMD x", "LABEL a=b"), comment="m")
    image = import_archive(made, pack(archive), making)
    assert files_of(image)["/a"].content == b"123"
    assert inspected(made, image)["RootFS"]["Layers"] == [digest_of(archive)]
    assert image.config.texts("Cmd") == ["/bin/sh", "-c", "x"]
    assert (image.comment, history(made, image)[0]["Comment"]) == ("m", "m")
    assert image_of(made, "app:latest").id == image.id
    assert events(made) == [("image", "tag"), ("image", "import")]
    assert made.events[0].attributes == {"a": "b", "name": "app"}


def test_the_same_archive_is_kept_once():
    made = world()
    archive = file_archive({"a": b"123"})
    first = import_archive(made, archive, Making())
    made.clock.advance(1)
    second = import_archive(made, archive, Making())
    assert first.id != second.id
    assert first.layers[0].files is second.layers[0].files


@pytest.mark.parametrize(
    ("content", "making", "message"),
    [
        (b"junk", Making(), "Error processing tar file(exit status 1): unexpected EOF"),
        (b"x" * 2000, Making(), "Error processing tar file(exit status 1): archive/tar"),
        (b"", Making(parse(f"a@sha256:{'a' * 64}")), "cannot import digest reference"),
        (b"", Making(changes=("FROM x",)), "from is not a valid change command"),
    ],
)
def test_an_import_that_cannot_be_is_refused(content, making, message):
    made = world()
    with pytest.raises(RefusedError) as refused:
        import_archive(made, content, making)
    assert refused.value.status == 400
    assert refused.value.message.startswith(message)
    assert len(made.images) == 1


# Save and load


def saved(made, *asked):
    """Save images, and return what is in the archive by name."""
    content = save(made, chosen(made, list(asked)))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = {
            member.name: archive.extractfile(member).read() if member.isfile() else None
            for member in archive
        }
    return content, files


def told(made, content, *, quiet=True):
    return [line.get("stream", line.get("error", "")).strip()
            for line in load(made, content, quiet=quiet)]  # fmt: skip


def archive_of(manifest, **files):
    named = {name.replace("_", "."): content for name, content in files.items()}
    return file_archive({**named, "manifest.json": json.dumps(manifest).encode()})


def test_an_archive_tells_what_is_in_it():
    made = world()
    image = commit(made, container(made, layer={"/a": File()}), Making(parse("app:1")), paused=True)
    _, files = saved(made, "app:1")
    (entry,) = json.loads(files["manifest.json"])
    assert digest_of(files[entry["Config"]]) == image.id
    assert entry["RepoTags"] == ["app:1"]
    diffs = [digest_of(files[path]) for path in entry["Layers"]]
    assert diffs == inspected(made, image)["RootFS"]["Layers"]
    top = entry["Layers"][-1].partition("/")[0]
    assert json.loads(files["repositories"]) == {"app": {"1": top}}
    assert files[f"{top}/VERSION"] == b"1.0"
    assert made.events[-1].action == "save"


def test_an_image_asked_for_by_id_is_saved_without_names():
    made = world()
    _, files = saved(made, image_of(made, "busybox").id)
    assert json.loads(files["manifest.json"])[0]["RepoTags"] is None
    assert "repositories" not in files


def test_a_repository_is_saved_whole_and_a_shared_layer_once():
    made = world()
    tag_image(made, image_of(made, "busybox").id, "app:1")
    base = image_of(made, "busybox")
    child = derive(made, base, config=Fields(), files={"/a": File()}, created_by="x")
    store(made, child, "app:2")
    _, files = saved(made, "app")
    entries = json.loads(files["manifest.json"])
    assert [entry["RepoTags"] for entry in entries] == [["app:1"], ["app:2"]]
    assert entries[1]["Parent"] == base.id
    assert [name for name, content in files.items() if name.endswith("/layer.tar") and content] == (
        sorted({*entries[0]["Layers"], entries[1]["Layers"][1]})
    )


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nope", 404, "No such image: nope"),
        ("nope:1", 404, "No such image: nope:1"),
        ("", 400, "invalid reference format"),
        ("BAD", 400, "invalid reference format: repository name must be lowercase"),
    ],
)
def test_what_is_not_there_is_not_saved(name, status, message):
    with pytest.raises(RefusedError) as refused:
        saved(world(), name)
    assert (refused.value.status, refused.value.message) == (status, message)


def test_without_names_the_archive_is_empty():
    assert saved(world())[1] == {"manifest.json": b"null\n"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_was_saved_comes_back_the_same(pack):
    made = world()
    layer = {"/a": File(content=b"1", mode=0o750, uid=3, changed=9.0), "/bin/yes": None}
    image = commit(made, container(made, layer=layer), Making(parse("app:1")), paused=True)
    content, _ = saved(made, "app:1")
    made.containers.clear()
    remove_image(made, "app:1", force=False, prune=True)
    made.events.clear()
    assert told(made, pack(content)) == ["Loaded image: app:1"]
    back = image_of(made, "app:1")
    assert (back.id, back.written) == (image.id, image.written)
    assert files_of(back) == files_of(image)
    assert events(made) == [("image", "load")]
    assert saved(made, "app:1")[0] == content


def test_parents_come_back_with_their_children():
    made = world()
    base = image_of(made, "busybox")
    store(made, derive(made, base, config=Fields(), files={}, created_by="x"), "app:1")
    content, _ = saved(made, "app:1", "busybox")
    other = World(clock=Clock(source=lambda: NOW))
    assert told(other, content) == ["Loaded image: app:1", "Loaded image: busybox:latest"]
    assert image_of(other, "app:1").parent == base.id


def test_an_archive_of_another_program_is_loaded():
    made = world()
    assert told(made, saved_image("theirs")) == ["Loaded image: theirs:latest"]
    image = image_of(made, "theirs")
    assert files_of(image)["/greeting"].content == b"hello\n"
    assert image.config.texts("Cmd") == ["/greeting"]
    assert inspected(made, image)["Created"].startswith("2017-01-01T00:00:00")


def test_a_name_that_another_image_has_moves():
    made = world()
    before = image_of(made, "busybox").id
    first, second = told(made, saved_image("busybox"))
    assert first.startswith("The image busybox:latest already exists, renaming the old one")
    assert before in first
    assert second == "Loaded image: busybox:latest"


def test_layers_are_told_of_unless_it_is_to_be_quiet():
    made = world()
    first, *_ = load(made, saved_image("theirs"), quiet=False)
    assert first["status"] == "Loading layer"
    assert first["progressDetail"]["current"] == first["progressDetail"]["total"]


CONFIG = b'{"rootfs":{"type":"layers","diff_ids":[]},"config":{"Cmd":5}}'
OTHER = b'{"rootfs":{"type":"layers","diff_ids":["sha256:aa"]}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"junk", "Error processing tar file(exit status 1): unexpected EOF"),
        (b"", "open repositories: no such file or directory"),
        (file_archive({"a": b""}), "open repositories: no such file or directory"),
        (file_archive({"manifest.json": b"x"}), "invalid character 'x' looking for beginning of"),
        (archive_of({}), "json: cannot unmarshal"),
        (archive_of([{}]), "open : no such file or directory"),
        (archive_of([5]), "open : no such file or directory"),
        (archive_of([{"Config": "../../etc/passwd"}]), "open ../../etc/passwd: no such file"),
        (archive_of([{"Config": "c.json"}], c_json=b"null"), "invalid image JSON, no RootFS key"),
        (archive_of([{"Config": "c.json"}], c_json=CONFIG), "json: cannot unmarshal the value of"),
        (archive_of([{"Config": "c.json"}], c_json=b"[" * 100_000), "invalid JSON"),
        (
            archive_of([{"Config": "c.json", "Layers": ["l"]}], c_json=CONFIG),
            "invalid manifest, layers length mismatch: expected 1, got 0",
        ),
        (
            archive_of([{"Config": "c.json", "Layers": ["l"]}], c_json=OTHER, l=b""),
            'invalid diffID for layer 0: expected "sha256:aa", got "sha256:e3b0c442',
        ),
        (
            archive_of([{"Config": "c.json", "RepoTags": ["BAD"]}], c_json=b'{"rootfs":{}}'),
            "invalid reference format: repository name must be lowercase",
        ),
    ],
)
def test_an_archive_that_is_wrong_ends_with_the_reason(content, message):
    made = world()
    *_, last = load(made, content)
    assert last["errorDetail"] == {"message": last["error"]}
    assert last["error"].startswith(message)
    assert len(made.images) == 1


def test_an_archive_without_images_loads_none():
    assert list(load(world(), archive_of([]))) == []
    assert list(load(world(), archive_of(None))) == []
