"""Which image a run's containers start from."""

import json

import pytest
from scripted_daemon import RUN, refused, reply, shop_on

from harness.engine import image
from harness.engine.image import base_image
from harness.engine.workshop import LABEL
from harness.model.errors import UsageError

BASE = f"docker-contract-{RUN}/base"


class Images:
    """A daemon with images, of which some have a shell.

    `labels` tells whether it reads the label that an import asks for.
    """

    def __init__(self, shells=(), others=(), *, labels=True):
        self.shells = [*shells]
        self.listed = [*shells, *others]
        self.labels = labels
        self.containers = {}
        self.removed = []
        self.ran = []
        self.imported = None

    def __call__(self, method, target, body):
        path = target.partition("?")[0]
        if path == "/images/json":
            return reply(200, [{"RepoTags": [tag], "Size": 10} for tag in self.listed])
        if path == "/images/create":
            self.imported = (target, body)
            self.shells.append(f"{BASE}:latest")
            return reply(200, body=b'{"status":"sha256:1"}\n')
        if path.startswith("/images/"):
            return reply(200, {"Config": {"Labels": {LABEL: RUN} if self.labels else None}})
        if path == "/commit":
            assert f"repo={BASE}&tag=latest" in target
            assert json.loads(body)["Labels"] == {LABEL: RUN}
            return reply(201, {"Id": "sha256:2"})
        return self._container(method, path.split("/")[2:], body)

    def _container(self, method, parts, body):
        if parts == ["create"]:
            asked = json.loads(body)
            if asked["Image"] not in [*self.listed, *self.shells]:
                return refused(404, f"No such image: {asked['Image']}")
            assert asked["Labels"] == {LABEL: RUN}
            assert asked["HostConfig"] == {"NetworkMode": "none"}
            self.containers["c1"] = asked["Image"]
            self.ran.append(asked["Image"])
            return reply(201, {"Id": "c1"})
        if method == "DELETE":
            self.removed.append(self.containers.pop(parts[0]))
            return reply(204)
        shell = self.containers[parts[0]] in self.shells
        return reply(200, {"StatusCode": 0 if shell else 127})


@pytest.fixture
def busybox(tmp_path):
    program = tmp_path / "busybox"
    program.write_bytes(b"\x7fELF")
    return program


@pytest.fixture
def no_busybox(monkeypatch):
    monkeypatch.setattr(image, "find_busybox", lambda: None)


@pytest.mark.parametrize(
    ("there", "asked_for", "ran"),
    [
        (Images(["mine:1", "busybox:1"]), "mine:1", ["mine:1"]),
        (Images(["mine:1", "busybox:1"]), "", ["busybox:1"]),
        (Images(["mine:1"], ["alpine-like:1"]), "", ["alpine-like:1", "mine:1"]),
        (Images(["b:1", "a:1"]), "", ["a:1"]),
    ],
)
def test_the_base_image_derives_from_one_with_a_shell(no_busybox, there, asked_for, ran):
    assert base_image(shop_on(there), asked_for) == f"{BASE}:latest"
    assert there.ran == there.removed == ran
    assert there.containers == {}


def test_without_one_the_base_image_is_imported_from_a_busybox(busybox):
    there = Images([], ["scratch-like:1"])
    assert base_image(shop_on(there), "", busybox=busybox) == f"{BASE}:latest"
    target, body = there.imported
    assert f"changes=LABEL%20{LABEL}={RUN}" in target
    assert b"busybox" in body
    assert there.removed == ["scratch-like:1"]


def test_an_import_without_its_label_is_labelled_by_a_commit(busybox):
    there = Images(labels=False)
    assert base_image(shop_on(there), "", busybox=busybox) == f"{BASE}:latest"
    assert there.ran == there.removed == [f"{BASE}:latest"]


def test_what_other_runs_made_is_no_base(no_busybox):
    there = Images(["docker-contract-1111abcd/base:latest", "mine:1"])
    base_image(shop_on(there), "")
    assert there.ran == ["mine:1"]


def test_only_a_few_images_are_tried(busybox):
    there = Images([], [f"shell-less:{number}" for number in range(9)])
    base_image(shop_on(there), "", busybox=busybox)
    assert len(there.ran) == 5


@pytest.mark.parametrize("listed", [[], ["<none>:<none>"]])
def test_with_nothing_to_run_one_line_says_what_to_do(no_busybox, listed):
    with pytest.raises(UsageError) as error:
        base_image(shop_on(Images([], listed)), "")
    assert str(error.value) == (
        "no image to run: name one with --image, or install a static busybox "
        "(Debian: busybox-static)"
    )


@pytest.mark.parametrize(
    ("asked_for", "cause"),
    [
        ("gone:1", "POST /containers/create answered 404: No such image: gone:1"),
        ("bare:1", "bare:1 has no shell that runs sleep and echo"),
    ],
)
def test_an_image_that_will_not_do_is_named_with_its_fault(busybox, asked_for, cause):
    there = Images(["mine:1"], ["bare:1"])
    with pytest.raises(UsageError) as error:
        base_image(shop_on(there), asked_for, busybox=busybox)
    assert str(error.value) == (
        f"--image {asked_for} cannot be used: {cause}; name one that is on the daemon and has a "
        "shell"
    )
    assert there.containers == {}


@pytest.mark.parametrize(
    "answer", [reply(200), reply(200, {}), reply(200, [None, {}]), refused(500, "")]
)
def test_a_list_of_images_that_is_none_names_none(no_busybox, answer):
    with pytest.raises(UsageError, match="no image to run"):
        base_image(shop_on(lambda method, target, body: answer), "")


def test_an_import_that_fails_is_told(busybox):
    def answer(method, target, body):
        return (
            reply(200, body=b'{"errorDetail":{"message":"no space"}}') if body else reply(200, [])
        )

    with pytest.raises(image.UnmakeableError, match="no space"):
        base_image(shop_on(answer), "", busybox=busybox)
