"""Archives: what is in them, and that they are the same each time."""

import hashlib
import io
import json
import os
import socket
import struct
import subprocess
import tarfile
import time

import pytest

from harness.daemon import archives
from harness.daemon.archives_program import socket_program
from harness.model.errors import UsageError


def opened(content):
    return tarfile.open(fileobj=io.BytesIO(content))


def elf(*kinds):
    """Return the headers of an ELF program with segments of some kinds."""
    table = b"".join(struct.pack("<I52x", kind) for kind in kinds)
    head = b"\x7fELF\x02\x01\x01".ljust(32, b"\0") + struct.pack("<Q", 64)
    return head.ljust(54, b"\0") + struct.pack("<HH", 56, len(kinds)) + b"\0" * 6 + table


@pytest.mark.parametrize(
    ("content", "static"),
    [
        (elf(1), True),
        (elf(1, 4, 7), True),
        (elf(1, 3), False),  # names a dynamic linker
        (elf(1)[:66], False),  # cut off
        (elf(1)[:5], False),
        (b"#!/bin/sh\n", False),
        (b"", False),
        (None, False),
    ],
)
def test_a_program_is_static_when_it_names_no_dynamic_linker(tmp_path, content, static):
    program = tmp_path / "busybox"
    if content is not None:
        program.write_bytes(content)
    assert archives.is_static(program) is static


@pytest.mark.parametrize(("content", "found"), [(elf(1), True), (elf(3), False)])
def test_a_busybox_on_the_path_is_found_if_it_is_static(tmp_path, monkeypatch, content, found):
    (tmp_path / "busybox").write_bytes(content)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(archives, "_USUAL_FOLDERS", ())
    assert archives.find_busybox() == (tmp_path / "busybox" if found else None)


def test_a_root_folder_has_a_shell_and_what_a_container_needs(tmp_path):
    (tmp_path / "busybox").write_bytes(b"program")
    with opened(archives.rootfs(tmp_path / "busybox")) as archive:
        assert archive.extractfile("bin/sh").read() == b"program"
        assert archive.getmember("bin/sh").linkname == "busybox"
        assert archive.getmember("bin/busybox").mode == 0o755
        assert archive.getmember("tmp").mode == 0o1777
        assert b"root:x:0:0" in archive.extractfile("etc/passwd").read()
        names = archive.getnames()
        assert {f"bin/{n}" for n in ("true", "false", "sleep", "cat", "echo", "ls", "ps")} < {
            *names
        }
        assert len(names) == len(set(names))


def test_a_build_context_starts_from_the_image_and_holds_what_it_copies():
    with opened(archives.build_context("some/image:v1")) as archive:
        lines = archive.extractfile("Dockerfile").read().decode().splitlines()
        assert lines[0] == "FROM some/image:v1"
        (source,) = [line.split()[1] for line in lines if line.startswith("COPY")]
        assert archive.extractfile(source).read()


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("saved:v1", "saved:v1"),
        ("saved", "saved:latest"),
        ("127.0.0.1:5000/saved", "127.0.0.1:5000/saved:latest"),
    ],
)
def test_a_saved_image_fits_together(name, tag):
    with opened(archives.saved_image(name)) as archive:
        (entry,) = json.load(archive.extractfile("manifest.json"))
        config = archive.extractfile(entry["Config"]).read()
        layers = [archive.extractfile(layer).read() for layer in entry["Layers"]]
    assert entry["RepoTags"] == [tag]
    assert entry["Config"] == f"{hashlib.sha256(config).hexdigest()}.json"
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    assert json.loads(config)["rootfs"]["diff_ids"] == digests


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_plugin_holds_the_program_that_it_names(machine):
    content = archives.plugin_archive(machine=machine, capabilities=["CAP_SYSLOG"])
    with opened(content) as archive:
        config = json.load(archive.extractfile("config.json"))
        entry = archive.getmember(f"rootfs{config['entrypoint'][0]}")
        program = archive.extractfile(entry).read()
    assert entry.mode == 0o755
    assert f"/run/docker/plugins/{config['interface']['socket']}\0".encode() in program
    assert config["linux"]["capabilities"] == ["CAP_SYSLOG"]


def test_a_machine_without_a_program_is_refused():
    with pytest.raises(UsageError, match=r"no plugin program for s390x; only for x86_64 and aarch"):
        archives.plugin_archive(machine="s390x")


@pytest.mark.parametrize("parts", [archives.image_parts, archives.plugin_parts])
def test_the_parts_for_a_registry_fit_together(parts):
    made = parts()
    layer = archives.gzip.decompress(made.layer)
    digest = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    assert json.loads(made.config)["rootfs"]["diff_ids"] == [digest]


@pytest.mark.parametrize(
    "make",
    [
        archives.image_parts,
        archives.plugin_parts,
        archives.plugin_archive,
        lambda: archives.saved_image("saved"),
        lambda: archives.build_context("image"),
    ],
)
def test_the_same_archive_is_the_same_bytes(make, monkeypatch):
    first = make()
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert make() == first


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="runs a program for x86_64")
def test_the_program_listens_again_and_again_and_ends_when_told(folder):
    path, program = folder / "socket", folder / "program"
    program.write_bytes(socket_program(str(path), "x86_64"))
    program.chmod(0o755)
    for _ in range(2):
        with subprocess.Popen([program]) as process, socket.socket(socket.AF_UNIX) as client:
            try:
                _connect(client, path)
                process.terminate()
                assert process.wait(5) == 0  # a default handler would show as -15
            finally:
                process.kill()


def test_the_program_for_arm_makes_the_calls_of_that_machine():
    program = socket_program("/s", "aarch64")
    assert struct.unpack_from("<H", program, 18) == (183,)
    (entry,) = struct.unpack_from("<Q", program, 24)
    words = [word for (word,) in struct.iter_unpack("<I", program[entry - 0x400000 :])]
    numbers = [(w >> 5) & 0xFFFF for w in words if w & 0xFFE0001F == 0xD2800008]  # movz x8
    assert numbers == [135, 35, 198, 200, 201, 137, 93]
    assert words.count(0xD4000001) == len(numbers)  # svc


def _connect(client, path):
    deadline = time.monotonic() + 5
    while True:
        try:
            return client.connect(str(path))
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.01)
