"""Builds: what a Dockerfile and its context become."""

from contracts.scenarios.making import TAR, TEXT, context, logins, own
from harness.daemon.archives import file_archive
from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_an_image_is_built(engine: Stage) -> None:
    """A Dockerfile becomes an image with its files and settings, and again from what is kept."""
    steps = ("ARG COLOUR=red", "LABEL colour=$COLOUR", "COPY greeting /", 'CMD ["/greeting"]')
    name, files = engine.name("built"), context(engine, *steps, greeting="hello\n")
    blue: dict[str, Json] = {"COLOUR": "blue"}
    for _ in range(2):
        engine.call("ImageBuild", files, t=name, buildargs=blue, labels=engine.labels)
    engine.call("ImageInspect", at=name)
    engine.call("ImageHistory", at=name)
    engine.call("ImageList", filters=own(engine))
    quiet = f"{name}:quiet"
    engine.call("ImageBuild", files, t=quiet, q=True, buildargs=blue, labels=engine.labels)
    engine.call("ImageBuild", context(engine), nocache=True, labels=engine.labels)
    engine.call("ImageList", filters=own(engine, dangling=["true"]))
    engine.call("ImageDelete", at=quiet)
    engine.call("ImageDelete", at=name)


def test_a_build_runs_commands(engine: Stage) -> None:
    """Commands run within limits, and one that fails ends the build."""
    name, files = engine.name("ran"), context(engine, "RUN echo told")
    engine.call(
        "ImageBuild",
        files,
        t=name,
        labels=engine.labels,
        networkmode="none",
        rm=True,
        forcerm=True,
        memory=67108864,
        memswap=-1,
        cpushares=512,
        cpuperiod=100000,
        cpuquota=50000,
        cpusetcpus="0",
        cpusetmems="0",
        shmsize=33554432,
        cgroupparent="",
        isolation="default",
        extrahosts="contract:127.0.0.1",
        ulimits='[{"Name":"nofile","Soft":1024,"Hard":2048}]',
    )
    engine.call("ImageHistory", at=name)
    failing = context(engine, "RUN exit 3")
    engine.call("ImageBuild", failing, labels=engine.labels, networkmode="none", forcerm=True)
    engine.call("ImageDelete", at=name)


def test_a_build_has_stages(engine: Stage) -> None:
    """A build goes as far as it is told, through stages that take from each other."""
    text = (
        f"FROM {engine.image} AS first\nCOPY greeting /first\n"
        f"FROM {engine.image} AS second\nCOPY --from=first /first /second\n"
    )
    files = file_archive({"other/Dockerfile": text.encode(), "greeting": b"hello\n"})
    name = engine.name("staged")
    engine.call("ImageBuild", files, t=name, dockerfile="other/Dockerfile", labels=engine.labels)
    engine.call(
        "ImageBuild",
        files,
        t=f"{name}:first",
        dockerfile="other/Dockerfile",
        labels=engine.labels,
        target="first",
        cachefrom=f'["{name}"]',
        platform="",
    )
    engine.call("ImageBuild", files, dockerfile="other/Dockerfile", target="third")
    engine.call("ImageHistory", at=f"{name}:first")
    engine.call("ImageDelete", at=f"{name}:first")
    engine.call("ImageDelete", at=name)


def test_a_build_pulls_its_base(engine: Stage) -> None:
    """A build asks the registry for its base, in the name of whoever builds."""
    base, name = engine.hosted("pulled"), engine.name("based")
    files = context(engine, base=base)
    config = (("X-Registry-Config", logins(engine)), ("Content-type", TAR))
    engine.call("ImageBuild", files, t=name, labels=engine.labels, pull=True, headers=config)
    engine.call("ImageInspect", at=name)
    auth = (("X-Registry-Auth", engine.auth),)
    missing = context(engine, base=engine.hosted("nothing"))
    engine.call("ImageBuild", missing, labels=engine.labels, pull=True, headers=auth)
    engine.call("ImageDelete", at=name)
    engine.call("ImageDelete", at=base)


def test_a_build_is_refused(engine: Stage) -> None:
    """Contexts, Dockerfiles and parameters that are none build nothing."""
    files, own_ = context(engine), engine.labels
    build = "ImageBuild"
    engine.call(build, files, labels=own_, t="Not A Name")
    engine.call(build, files, labels=own_, dockerfile="Nowhere")
    engine.call(build, files, labels="{")  # no JSON
    engine.call(build, files, labels=own_, buildargs="{")
    engine.call(build, files, labels=own_, cachefrom="{")
    engine.call(build, files, labels=own_, ulimits="{")
    engine.call(build, files, labels=own_, memory="much")
    engine.call(build, files, labels=own_, shmsize="much")
    engine.call(build, files, labels=own_, squash=True)
    engine.call(build, files, labels=own_, isolation="nowhere")
    engine.call(build, files, labels=own_, securityopt='["nothing=much"]')
    engine.call(build, files, labels=own_, platform="nothing")
    engine.call(build, files, labels=own_, session="docker-contract-unknown")
    engine.call(build, files, labels=own_, media_type=TEXT)
    engine.call(build, b"", labels=own_, media_type=TAR)
    engine.call(build, b"no archive", labels=own_)
    engine.call(build, labels=own_, remote=f"http://{engine.registry}/files/none")
    for step in ("COPY nothing /nothing", "NOTHING"):
        engine.call(build, context(engine, step), labels=own_)
    engine.call(build, file_archive({"Dockerfile": b"LABEL a=b\n"}), labels=own_)
