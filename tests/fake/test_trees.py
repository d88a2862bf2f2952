import bz2
import contextlib
import gzip
import io
import lzma
import tarfile

import pytest

from harness.fake.files import trees
from harness.fake.files.trees import (
    clean,
    laid,
    merged,
    read_layer,
    read_tar,
    resolved,
    size_of,
    with_folders,
    write_tar,
)
from harness.fake.requests.answer import RefusedError
from harness.fake.values import File

FOLDER = File("dir", mode=0o755)


def text(content="", **attributes):
    return File(content=content.encode(), **attributes)


def archive(*entries, form=tarfile.PAX_FORMAT):
    """Return a tar of entries: a name, and a content, a kind with a target, or a TarInfo."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as writer:
        for name, what in entries:
            header = tarfile.TarInfo(name)
            header.mode = 0o644
            if isinstance(what, bytes):
                header.size = len(what)
                writer.addfile(header, io.BytesIO(what))
            else:
                header.type, header.linkname = what
                writer.addfile(header)
    return buffer.getvalue()


def refusal(content):
    with pytest.raises(RefusedError) as refused:
        read_tar(content)
    return refused.value.status, refused.value.message


def test_files_folders_and_links_are_read_by_their_absolute_paths():
    content = archive(
        ("etc/", (tarfile.DIRTYPE, "")),
        ("./etc/hosts", b"x"),
        ("/abs//name", b"y"),
        ("link", (tarfile.SYMTYPE, "etc")),
    )
    read = read_tar(content)
    assert {path: file.kind for path, file in read.items()} == {
        "/etc": "dir",
        "/etc/hosts": "file",
        "/abs/name": "file",
        "/link": "link",
    }
    assert read["/etc/hosts"].content == b"x"
    assert read["/link"].target == "etc"


@pytest.mark.parametrize("compressed", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_archive_is_read_as_a_plain_one(compressed):
    content = archive(("a", b"1"))
    assert read_tar(compressed(content)) == read_tar(content)


def test_a_hard_link_is_the_file_that_it_leads_to():
    content = archive(("a", b"1"), ("b", (tarfile.LNKTYPE, "a")))
    assert read_tar(content)["/b"] == read_tar(content)["/a"]


def test_devices_and_pipes_are_left_out():
    content = archive(("null", (tarfile.CHRTYPE, "")), ("pipe", (tarfile.FIFOTYPE, "")))
    assert read_tar(content) == {}


@pytest.mark.parametrize("content", [b"", bytes(1024), bytes(10240)])
def test_an_empty_body_is_an_empty_archive(content):
    assert read_tar(content) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"xx", "unexpected EOF"),
        (b"\x01" * 1024, "archive/tar: invalid tar header"),
        (archive(("a", b"1" * 600))[:1000], "unexpected EOF"),
        (archive(("a", b"1"))[:1024] + b"\x01" * 512, "archive/tar: invalid tar header"),
        (archive(("a", b"1"))[:1024] + b"\x01" * 5, "unexpected EOF"),
        (archive(("b", (tarfile.LNKTYPE, "a"))), "link a b: no such file or directory"),
        (archive(("../../a", b"1")), '"../../a" is outside of "/"'),
        (archive(("b/../../a", b"1")), '"b/../../a" is outside of "/"'),
        (gzip.compress(archive(("a", b"1")), mtime=0)[:-20], "unexpected EOF"),
    ],
)
def test_what_is_no_archive_is_refused_as_the_clients_fault(content, message):
    assert refusal(content) == (400, message)


def test_what_is_cut_off_after_the_last_content_is_no_loss():
    assert read_tar(archive(("a", b"1"))[:700])["/a"].content == b"1"


def test_a_compressed_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(trees, "_GREATEST", 5000)
    assert refusal(gzip.compress(bytes(10000)))[0] == 400


def test_a_sparse_file_may_not_claim_to_be_larger_than_is_bearable():
    header = tarfile.TarInfo("big")
    header.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "big",
        "GNU.sparse.realsize": str(2**40),
    }
    body = b"1\n0\n0\n".ljust(512, b"\0")
    header.size = len(body)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as writer:
        writer.addfile(header, io.BytesIO(body))
    assert refusal(buffer.getvalue()) == (400, "the archive is too large when it is unpacked")


@pytest.mark.parametrize("seed", range(40))
def test_garbage_is_refused_or_read_but_never_raises_anything_else(seed):
    content = bytearray(archive(("a/b", b"1" * 700), ("l", (tarfile.SYMTYPE, "a"))))
    for step in range(6):
        content[(seed * 7919 + step * 131) % 1536] ^= 1 + (seed + step) % 255
    with contextlib.suppress(RefusedError):
        assert isinstance(read_tar(bytes(content)), dict)


def test_what_is_written_reads_back_the_same():
    tree = {
        "/a": FOLDER,
        "/a/b": text("1", mode=0o4755, uid=7, gid=8, changed=99.0),
        "/a/é" + "x" * 200: text("2"),
        "/l": File("link", mode=0o777, target="a/b"),
    }
    assert read_tar(write_tar(tree)) == tree


@pytest.mark.parametrize(
    ("folder", "name", "names"),
    [
        ("/", "", ["a", "a/b", "a-c"]),
        ("/", "/", ["", "/a", "/a/b", "/a-c"]),
        ("/a", "a", ["a", "a/b"]),
        ("/a", ".", [".", "./b"]),
        ("/a", "", ["b"]),
        ("/a/b", "b", ["b"]),
    ],
)
def test_an_archive_has_the_names_that_are_asked_for(folder, name, names):
    tree = {"/a": FOLDER, "/a/b": text("1"), "/a-c": text("2")}
    with tarfile.open(fileobj=io.BytesIO(write_tar(tree, folder, name))) as reader:
        assert reader.getnames() == names


def test_what_a_layer_removes_survives_its_archive():
    layer = {"/a": FOLDER, "/a/gone": None, "/gone": None}
    assert read_layer(write_tar(layer)) == layer


def test_layers_lie_over_one_another():
    below = {"/a": FOLDER, "/a/b": text("1"), "/c": text("2"), "/d": FOLDER, "/d/e": text("3")}
    above = {"/a": None, "/c": text("4"), "/d": text("now a file")}
    assert merged(below, above) == {"/c": text("4"), "/d": text("now a file")}


def test_a_folder_that_is_made_anew_holds_only_what_is_new():
    below = {"/a": FOLDER, "/a/b": text("1")}
    above = {"/a": FOLDER, "/a/b": None, "/a/c": text("2")}
    assert merged(below, above) == {"/a": FOLDER, "/a/c": text("2")}


def test_a_change_of_a_layer_hides_what_was_below_it():
    layer = {"/a": FOLDER, "/a/b": text("1")}
    assert laid(layer, {"/a": None}) == {"/a": None}
    assert laid(layer, {"/a": text("2")}) == {"/a": text("2")}
    assert laid(layer, {"/a/c": text("2")}) == {**layer, "/a/c": text("2")}


def test_files_get_the_folders_that_they_stand_in():
    known = File("dir", mode=0o700)
    complete = with_folders({"/a/b/c": text("1", changed=5.0)}, {"/a": known})
    assert complete["/a"] == known
    assert complete["/a/b"] == File("dir", mode=0o755, changed=5.0)


def test_the_size_is_that_of_the_contents():
    assert size_of({"/a": text("12"), "/b": None, "/c": FOLDER, "/d": text("3")}) == 3


@pytest.mark.parametrize(
    ("path", "shown"),
    [("", "/"), ("a", "/a"), ("//a//b/", "/a/b"), ("/a/../../b", "/b"), ("..", "/"), (".", "/")],
)
def test_a_path_is_cleaned(path, shown):
    assert clean(path) == shown


@pytest.mark.parametrize(
    ("path", "last", "led"),
    [
        ("/relative/f", True, "/a/b/f"),
        ("/absolute", True, "/a/b"),
        ("/absolute", False, "/absolute"),
        ("/absolute/", False, "/absolute"),
        ("/up", True, "/a"),
        ("/out", True, "/etc"),
        ("/chain/f", True, "/a/b/f"),
        ("/circle", True, "/circle"),
        ("/absolute/nope", True, "/a/b/nope"),
    ],
)
def test_links_lead_within_the_root(path, last, led):
    links = {
        "/relative": "a/b",
        "/absolute": "/a/b",
        "/up": "a/b/..",
        "/out": "../../../etc",
        "/chain": "relative",
        "/circle": "circle",
    }
    tree = {path: File("link", target=target) for path, target in links.items()}
    tree |= {"/a": FOLDER, "/a/b": FOLDER, "/a/b/f": text("1")}
    assert resolved(tree, path, last=last) == led
