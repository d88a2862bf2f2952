"""Images: where they come from, what they are called, and where they go."""

from contracts.scenarios.making import JSON, TAR, TEXT, created, own
from harness.daemon.archives import file_archive, saved_image
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED

_RAW = "application/octet-stream"


def _imported(engine: Stage, what: str, *changes: str) -> str:
    """Import an image of a file that no other has, with the scenario's labels; return its name."""
    name = engine.name(what)
    files = file_archive({"contract.txt": name.encode()})
    labels = " ".join(f"{key}={value}" for key, value in engine.labels.items())
    engine.call(
        "ImageCreate",
        files,
        media_type=_RAW,
        fromSrc="-",
        repo=name,
        changes="\n".join((f"LABEL {labels}", *changes)),
    )
    return name


def test_an_image_is_imported(engine: Stage) -> None:
    """An archive of files becomes an image, with a name, a message and settings."""
    name = engine.name("imported")
    labels = " ".join(f"{key}={value}" for key, value in engine.labels.items())
    engine.call(
        "ImageCreate",
        engine.archive("rootfs"),
        media_type=_RAW,
        fromSrc="-",
        repo=name,
        tag="one",
        message="from an archive",
        changes=f'LABEL {labels}\nENV COLOUR=blue\nCMD ["/contract.txt"]\nEXPOSE 80',
        platform="linux",
    )
    engine.call("ImageInspect", at=f"{name}:one")
    engine.call("ImageHistory", at=f"{name}:one")
    engine.call("ImageInspect", at=name)
    engine.call("ImageList", filters=own(engine))
    engine.call("ImageDelete", at=f"{name}:one")


def test_an_import_is_refused(engine: Stage) -> None:
    """Names, settings and archives that are none make no image."""
    files, name = engine.archive("rootfs"), engine.name("refused")
    create = "ImageCreate"
    engine.call(create, files, media_type=_RAW, fromSrc="-", repo="Not A Name")
    engine.call(create, files, media_type=_RAW, fromSrc="-", repo=name, tag="not a tag")
    engine.call(create, files, media_type=_RAW, fromSrc="-", repo=name, changes="RUN true")
    engine.call(create, b"no archive", media_type=_RAW, fromSrc="-", repo=name)
    engine.call(create, fromSrc=f"http://{engine.registry}/files/none", repo=name)
    engine.call(create)


def test_an_image_has_many_names(engine: Stage) -> None:
    """An image is there for as long as it has a name, and its last name removes it."""
    one, two = _imported(engine, "one"), engine.name("two")
    engine.call("ImageTag", at=one, repo=two)
    engine.call("ImageTag", at=one, repo=two, tag="second", force=True)
    engine.call("ImageTag", at=one, repo=two, tag="second", force=False)
    engine.call("ImageTag", at=one, repo="Not A Name")
    engine.call("ImageTag", at=one, repo=two, tag="not a tag")
    engine.call("ImageTag", at=one)
    engine.call("ImageTag", at=UNKNOWN, repo=two)
    made = engine.call("ImageInspect", at=one).text("/Id")
    engine.call("ImageList", filters=own(engine))
    engine.call("ImageDelete", at=made)
    engine.call("ImageDelete", at=f"{two}:second", noprune=True)
    engine.call("ImageDelete", at=two, force=False)
    engine.call("ImageInspect", at=two)
    engine.call("ImageDelete", at=made, force=True)
    engine.call("ImageInspect", at=one)


def test_an_image_in_use_is_kept(engine: Stage) -> None:
    """An image that a container was made of is not removed, and with force loses its name."""
    name = engine.name("used")
    engine.call("ImageTag", at=engine.image, repo=name)
    base = created(engine, "base")
    engine.call("ImageCommit", {"Labels": engine.labels}, container=base, repo=name)
    made = engine.call("ImageInspect", at=name).text("/Id")
    user: Json = {"Image": name, "Cmd": ["true"], "Labels": engine.labels}
    engine.call("ContainerCreate", user, name=engine.name("user"))
    engine.call("ImageDelete", at=name)
    engine.call("ImageDelete", at=made)
    engine.call("ImageDelete", at=name, force=True)
    engine.call("ContainerList", all=True, filters={"name": [engine.name("user")]})
    engine.call("ContainerList", all=True, filters={"ancestor": [made]})
    engine.call("ContainerDelete", at=engine.name("user"))
    engine.call("ImageDelete", at=made)


def test_images_are_listed(engine: Stage) -> None:
    """Lists tell the images that filters and parameters admit."""
    one = _imported(engine, "one", "LABEL colour=blue")
    two = _imported(engine, "two")
    engine.call("ImageTag", at=one, repo=two)  # what was called so has no name now
    engine.call("ImageList", filters=own(engine))
    engine.call("ImageList", all=True, filters=own(engine))
    engine.call("ImageList", all=False, digests=True, filters=own(engine))
    engine.call("ImageList", filter=one)
    engine.call("ImageList", filter=UNKNOWN)
    admitted: tuple[dict[str, Json], ...] = (
        {"dangling": ["true"]},
        {"dangling": ["false"]},
        {"dangling": ["perhaps"]},
        {"reference": [one]},
        {"before": [two]},
        {"since": [engine.image]},
        {"since": [UNKNOWN]},
        {"colour": ["blue"]},
    )
    for filters in admitted:
        engine.call("ImageList", filters=own(engine, **filters))
    engine.call("ImageList", filters={"label": ["colour=blue"]})
    engine.call("ImageList", filters="{")  # no JSON


def test_a_container_becomes_an_image(engine: Stage) -> None:
    """A container's files and settings are kept as an image, with changes."""
    name, container = engine.name("kept"), created(engine, "source")
    engine.call("PutContainerArchive", engine.archive("files"), at=container, path="/root")
    config: dict[str, Json] = {
        "Hostname": "contract",
        "Domainname": "contract.test",
        "User": "0",
        "AttachStdin": False,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Env": ["COLOUR=blue"],
        "Cmd": ["cat", "/root/contract.txt"],
        "Entrypoint": [],
        "WorkingDir": "/root",
        "Labels": engine.labels,
        "Volumes": {"/data": {}},
        "ExposedPorts": {"80/tcp": {}},
        "OnBuild": [],
        "PortSpecs": [],
        "NetworkDisabled": False,
        "MacAddress": "",
        "StopSignal": "SIGUSR1",
        "StopTimeout": 3,
        "Shell": ["/bin/sh", "-c"],
        "ArgsEscaped": False,
        "Image": engine.image,
        "Healthcheck": {
            "Test": ["CMD", "true"],
            "Interval": 1000000000,
            "Timeout": 1000000000,
            "Retries": 2,
            "StartPeriod": 1000000000,
        },
    }
    engine.call(
        "ImageCommit",
        config,
        container=container,
        repo=name,
        tag="one",
        comment="kept",
        author="docker-contract",
        pause=True,
        changes="ENV SHAPE=round",
    )
    engine.call("ImageInspect", at=f"{name}:one")
    engine.call("ImageHistory", at=f"{name}:one")
    labelled: Json = {"Labels": engine.labels}
    engine.call("ImageCommit", labelled, container=container, repo=name, tag="two", pause=False)
    engine.call("ImageCommit", labelled, container=container, repo="Not A Name")
    engine.call("ImageCommit", labelled, container=container, repo=name, changes="RUN true")
    engine.call("ImageCommit", b"{", media_type=JSON, container=container, repo=name)
    engine.call("ImageCommit", labelled, media_type=TEXT, container=container, repo=name)
    engine.call("ImageCommit", labelled)
    engine.call("ImageDelete", at=f"{name}:one")
    engine.call("ImageDelete", at=f"{name}:two")


def test_images_are_saved_and_loaded(engine: Stage) -> None:
    """What was saved is loaded again, under the name it had."""
    name = _imported(engine, "saved")
    engine.call("ImageGet", at=name)
    engine.call("ImageGetAll", names=name)
    saved = engine.call("ImageGet", at=f"{name}:latest").reply.body
    engine.call("ImageDelete", at=name)
    engine.call("ImageLoad", saved)
    engine.call("ImageInspect", at=name)
    tiny = saved_image(engine.name("tiny"))
    engine.call("ImageLoad", tiny, quiet=False)
    engine.call("ImageLoad", tiny, quiet=True, media_type=_RAW)
    engine.call("ImageInspect", at=engine.name("tiny"))
    engine.call("ImageLoad", b"no archive", media_type=TAR)
    engine.call("ImageLoad", file_archive({"greeting": b"hello\n"}), media_type=TAR)
    engine.call("ImageGet", at=UNKNOWN)
    engine.call("ImageGetAll", names=UNKNOWN)
    engine.call("ImageDelete", at=engine.name("tiny"))
    engine.call("ImageDelete", at=name)


def test_an_image_is_pulled(engine: Stage) -> None:
    """An image comes from a registry, once; what is there already need not come again."""
    auth = (("X-Registry-Auth", engine.auth),)
    name = engine.hosted("pulled")
    engine.call("DistributionInspect", at=name, headers=auth)
    engine.call("DistributionInspect", at=f"{name}:latest")
    engine.call("ImageCreate", fromImage=name, tag="latest", headers=auth)
    engine.call("ImageCreate", fromImage=f"{name}:latest")
    engine.call("ImageCreate", fromImage=name, tag="latest", platform="linux")
    engine.call("ImageCreate", fromImage=name)
    made = engine.call("ImageInspect", at=name)
    engine.call("ImageInspect", at=made.text("/RepoDigests/0"))
    engine.call("ImageList", digests=True, filters={"reference": [name]})
    engine.call("ImageDelete", at=name)


def test_a_pull_is_refused(engine: Stage) -> None:
    """Images that a registry does not have, and names that are none, are not pulled."""
    name = engine.hosted("nothing")
    engine.call("ImageCreate", fromImage=name, tag="latest")
    engine.call("ImageCreate", fromImage=engine.hosted("pulled"), tag="none")
    engine.call("ImageCreate", fromImage="Not A Name")
    engine.call("ImageCreate", fromImage=name, tag="not a tag")
    engine.call("DistributionInspect", at=name)
    engine.call("DistributionInspect", at=f"{engine.hosted('pulled')}:none")
    engine.call("DistributionInspect", at=f"{engine.registry}/Not-A-Name")


def test_an_image_is_pushed(engine: Stage) -> None:
    """An image goes to a registry, is found there, and comes back."""
    auth = (("X-Registry-Auth", engine.auth),)
    name, image = engine.hosted("pushed"), _imported(engine, "source")
    engine.call("ImageTag", at=image, repo=name)
    engine.call("ImageTag", at=image, repo=name, tag="second")
    engine.call("ImagePush", at=name, tag="latest", headers=auth)
    engine.call("ImagePush", at=name, headers=auth)
    engine.call("ImagePush", at=name, tag="none", headers=auth)
    engine.call("ImagePush", at=name)
    engine.call("DistributionInspect", at=f"{name}:second", headers=auth)
    engine.call("ImageInspect", at=name)
    engine.call("ImageDelete", at=name)
    engine.call("ImageCreate", fromImage=name, tag="latest", headers=auth)
    engine.call("ImagePush", at=f"{engine.hosted('none')}", headers=auth)
    engine.call("ImageDelete", at=name)
    engine.call("ImageDelete", at=f"{name}:second")


def test_a_registry_is_searched(engine: Stage) -> None:
    """A registry tells what it has by a part of the name."""
    auth = (("X-Registry-Auth", engine.auth),)
    term = engine.hosted("pulled")  # others come and go there
    engine.call("ImageSearch", term=term, headers=auth)
    engine.call("ImageSearch", term=term, limit=1)
    engine.call("ImageSearch", term=term, limit=101)
    engine.call("ImageSearch", term=term, filters={"is-official": ["false"], "stars": ["0"]})
    engine.call("ImageSearch", term=term, filters={"is-automated": ["perhaps"]})
    engine.call("ImageSearch", term=term, filters={"colour": ["blue"]})


def test_an_unknown_image_is_told(engine: Stage) -> None:
    """Whatever is asked of an image that is not there, the answer says so."""
    engine.call("ImageInspect", at=UNKNOWN)
    engine.call("ImageInspect", at="sha256:0000")
    engine.call("ImageHistory", at=UNKNOWN)
    engine.call("ImageDelete", at=UNKNOWN)
    engine.call("ImageDelete", at=UNKNOWN, force=True)
    engine.call("ImageGet", at=UNKNOWN)
    engine.call("ImageInspect", at="Not-A-Name")
