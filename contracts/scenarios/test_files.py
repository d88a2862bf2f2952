"""Files of containers: read, written, compared and exported, whether they run or not."""

from contracts.scenarios.making import JSON, TEXT, created, ended
from harness.daemon.archives import file_archive
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_files_are_copied_into_a_container_and_out_of_it(engine: Stage) -> None:
    """What was put into a container that never ran is there, and comes out as it went in."""
    name = created(engine, "files")
    engine.call("PutContainerArchive", engine.archive("files"), at=name, path="/root")
    engine.call("ContainerArchiveInfo", at=name, path="/root/contract.txt")
    engine.call("ContainerArchiveInfo", at=name, path="/root")
    engine.call("ContainerArchiveInfo", at=name, path="/bin/sh")
    engine.call("ContainerArchive", at=name, path="/root/contract.txt")
    engine.call("ContainerArchive", at=name, path="/root")
    engine.call("ContainerArchive", at=name, path="/root/.")
    engine.call("ContainerCopy", {"Resource": "/root/contract.txt"}, at=name)
    engine.call("ContainerCopy", {"Resource": "root"}, at=name)
    engine.call("ContainerChanges", at=name)
    engine.call("ContainerExport", at=name)
    engine.call("ContainerDelete", at=name)


def test_a_container_changes_files(engine: Stage) -> None:
    """What a container added, changed and removed is told, and is read after its end."""
    changes = ("echo hello > /greeting", "ln -s /greeting /link", "rm /etc/passwd")
    name = ended(engine, "changing", "sh", "-c", "; ".join(changes))
    engine.call("ContainerChanges", at=name)
    engine.call("ContainerArchive", at=name, path="/greeting")
    engine.call("ContainerArchiveInfo", at=name, path="/link")
    engine.call("ContainerArchive", at=name, path="/link")
    engine.call("ContainerCopy", {"Resource": "/link"}, at=name)
    engine.call(
        "PutContainerArchive",
        engine.archive("files"),
        at=name,
        path="/root",
        noOverwriteDirNonDir=True,
        copyUIDGID=True,
    )
    engine.call("ContainerChanges", at=name)
    engine.call("ContainerExport", at=name)


def test_files_are_refused(engine: Stage) -> None:
    """Paths that lead nowhere, and archives that are none, are refused."""
    name = created(engine, "refusing", host={"ReadonlyRootfs": True})
    open_ = created(engine, "open")
    files = engine.archive("files")
    for operation in ("ContainerArchiveInfo", "ContainerArchive"):
        engine.call(operation, at=open_, path="/not/there")
        engine.call(operation, at=open_, path="")
        engine.call(operation, at=open_)
        engine.call(operation, at=open_, path="/etc/passwd/")
    engine.call("PutContainerArchive", files, at=name, path="/root")
    engine.call("PutContainerArchive", files, at=open_, path="/not/there")
    engine.call("PutContainerArchive", files, at=open_, path="/etc/passwd")
    engine.call("PutContainerArchive", files, at=open_)
    engine.call("PutContainerArchive", b"no archive", at=open_, path="/root")
    engine.call("PutContainerArchive", b"", at=open_, path="/root")
    folder = file_archive({"root": b"no folder\n"})
    engine.call("PutContainerArchive", folder, at=open_, path="/", noOverwriteDirNonDir=True)
    engine.call("ContainerCopy", {"Resource": "/not/there"}, at=open_)
    engine.call("ContainerCopy", {"Resource": ""}, at=open_)
    engine.call("ContainerCopy", b"{", at=open_, media_type=JSON)
    engine.call("ContainerCopy", {"Resource": "/etc"}, at=open_, media_type=TEXT)
