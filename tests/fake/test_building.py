import asyncio
import gzip
import json
from urllib.parse import urlencode

import httpx
import pytest
from fake_asking import ask, asked, service_of, world_of

from harness.fake import FakeDaemon
from harness.fake.building.stage import files_of
from harness.fake.files.trees import write_tar
from harness.fake.handlers import building as handlers
from harness.fake.images.store import find_image, furnish_image
from harness.fake.networks.connections import furnish_networks
from harness.fake.requests.service import Request
from harness.fake.values import File

TAR = {"content-type": "application/x-tar"}
MISSING = "file not found in build context or excluded by .dockerignore"
OWNER = "unable to convert uid/gid chown string to host mapping"
REMOVED = "Removing intermediate container"


def world_with_busybox():
    world = world_of()
    furnish_networks(world)
    furnish_image(world, "busybox")
    return world


def context(dockerfile, files=None):
    tree = {"Dockerfile": dockerfile, **(files or {})}
    return write_tar(
        {
            f"/{path}": File(content=content.encode()) if isinstance(content, str) else content
            for path, content in tree.items()
        }
    )


def build(lines, files=None, *, world=None, version="1.33", **query):
    """Return what is answered to a build of some lines, which follow FROM busybox."""
    whole = lines if "FROM" in lines else f"FROM busybox\n{lines}"
    service = service_of(world or world_with_busybox(), handlers=handlers.HANDLERS)
    target = f"/v{version}/build?{urlencode(query, doseq=True)}"
    return ask(service, target, "POST", context(whole, files), TAR)


def streamed(told):
    assert told.status == 200
    return "".join(line.get("stream", "") for line in told.lines)


def failure(told):
    assert told.status == 200
    last = told.lines[-1]
    assert last["error"] == last["errorDetail"]["message"]
    return last["error"]


def built(lines, files=None, world=None, **query):
    """Return the image that a build leaves."""
    world = world or world_with_busybox()
    told = build(lines, files, world=world, **query)
    return world.images[next(line["aux"]["ID"] for line in reversed(told.lines) if "aux" in line)]


def history(image):
    return [layer.created_by.partition(" -c ")[2] for layer in image.layers[2:]]


def contents(image):
    return {
        path: file.content.decode()
        for path, file in files_of(image).items()
        if file.kind == "file" and not path.startswith(("/bin", "/etc"))
    }


def test_a_build_is_told_as_the_classic_builder_tells_it():
    world = world_with_busybox()
    base = find_image(world, "busybox").id[7:19]
    told = build("RUN echo hi\nCOPY a /b\n", {"a": "1"}, world=world, t=["one", "two:x"])
    image = find_image(world, "one")
    steps = [line.get("stream") for line in told.lines]
    container = steps[5].rsplit(maxsplit=1)[-1]
    below = image.parent[7:19]
    assert told.lines == [
        {"stream": "Step 1/3 : FROM busybox"},
        {"stream": "\n"},
        {"stream": f" ---> {base}\n"},
        {"stream": "Step 2/3 : RUN echo hi"},
        {"stream": "\n"},
        {"stream": f" ---> Running in {container}\n"},
        {"stream": "hi\n"},
        {"stream": f"{REMOVED} {container}\n"},
        {"stream": f" ---> {below}\n"},
        {"stream": "Step 3/3 : COPY a /b"},
        {"stream": "\n"},
        {"stream": f" ---> {image.id[7:19]}\n"},
        {"aux": {"ID": image.id}},
        {"stream": f"Successfully built {image.id[7:19]}\n"},
        {"stream": "Successfully tagged one:latest\n"},
        {"stream": "Successfully tagged two:x\n"},
    ]
    assert world.tags["one:latest"] == world.tags["two:x"] == image.id
    assert world.containers == {}


def test_old_versions_are_not_told_the_id_apart():
    assert not any("aux" in line for line in build("LABEL a=b", version="1.29").lines)


def test_a_quiet_build_tells_the_id_alone():
    world = world_with_busybox()
    told = build("LABEL a=b", world=world, q="1", t="one")
    assert told.lines == [{"stream": f"{world.tags['one:latest']}\n"}]
    assert "RUN false" in streamed(build("RUN false", q="1"))


def test_the_steps_of_a_build_happen_as_those_of_containers():
    world = world_with_busybox()
    build("LABEL a=b\nRUN true\n", world=world, t="one")
    assert [(event.kind, event.action) for event in world.events] == [
        ("container", "create"),
        ("container", "destroy"),
        ("container", "create"),
        ("container", "attach"),
        ("network", "connect"),
        ("container", "start"),
        ("container", "die"),
        ("network", "disconnect"),
        ("container", "destroy"),
        ("image", "tag"),
    ]


@pytest.mark.parametrize(
    ("lines", "config"),
    [
        ("CMD a b", {"Cmd": ["/bin/sh", "-c", "a b"]}),
        ('ENTRYPOINT ["a"]', {"Entrypoint": ["a"], "Cmd": None}),
        ('CMD ["a"]\nENTRYPOINT ["b"]', {"Entrypoint": ["b"], "Cmd": ["a"]}),
        ("ENV x=1\nENV y=$x z=${q:-d}", {"Env": ["x=1", "y=1", "z=d"]}),
        ('LABEL a=b "c d"="e f"', {"Labels": {"a": "b", "c d": "e f"}}),
        ("EXPOSE 80 90-91/udp", {"ExposedPorts": {"80/tcp": {}, "90/udp": {}, "91/udp": {}}}),
        ("VOLUME /a /b", {"Volumes": {"/a": {}, "/b": {}}}),
        ("WORKDIR a\nWORKDIR b", {"WorkingDir": "/a/b"}),
        ("USER me:us", {"User": "me:us"}),
        ("STOPSIGNAL SIGKILL", {"StopSignal": "SIGKILL"}),
        ('SHELL ["x", "-c"]\nCMD y', {"Cmd": ["x", "-c", "y"], "Shell": ["x", "-c"]}),
        ("ONBUILD RUN true", {"OnBuild": ["RUN true"]}),
        ("HEALTHCHECK NONE", {"Healthcheck": {"Test": ["NONE"]}}),
        ('HEALTHCHECK CMD ["x"]', {"Healthcheck": {"Test": ["CMD", "x"]}}),
        ("ARG a=1\nENV b=$a", {"Env": ["b=1"]}),
    ],
)
def test_instructions_change_the_configuration(lines, config):
    image = built(lines)
    found = {name: image.config.raw(name) for name in config}
    if "Env" in found:
        found["Env"] = [each for each in found["Env"] if not each.startswith("PATH=")]
    assert found == config


def test_the_maintainer_is_the_author():
    assert built("MAINTAINER me too").author == "me too"


def test_the_history_tells_each_step():
    image = built(
        'LABEL a=b\nRUN true\nWORKDIR /w\nCMD ["x"]\nARG v=1\nRUN true\n'
        "HEALTHCHECK --interval=90s CMD y\n"
    )
    assert history(image) == [
        "#(nop)  LABEL a=b",
        "true",
        "#(nop) WORKDIR /w",
        '#(nop)  CMD ["x"]',
        "#(nop)  ARG v=1",
        "true",
        '#(nop)  HEALTHCHECK &{["CMD-SHELL" "y"] "1m30s" "0s" "0s" \'\\x00\'}',
    ]
    assert image.layers[-2].created_by == "|1 v=1 /bin/sh -c true"


def test_commands_change_files():
    image = built("ENV A=1\nRUN echo $A > /x\nRUN mkdir /d; mv /x /d/y\nWORKDIR /d\nRUN cp y z")
    assert contents(image) == {"/d/y": "1\n", "/d/z": "1\n"}


def test_a_command_that_fails_ends_the_build():
    world = world_with_busybox()
    told = build("RUN exit 3\nLABEL a=b", world=world, t="one")
    message = "The command '/bin/sh -c exit 3' returned a non-zero code: 3"
    assert told.lines[-1] == {"errorDetail": {"code": 3, "message": message}, "error": message}
    assert "one:latest" not in world.tags
    assert len(world.containers) == 1


@pytest.mark.parametrize(
    ("query", "left"), [({}, 0), ({"rm": "0"}, 2), ({"rm": "0", "forcerm": "1"}, 0)]
)
def test_containers_of_steps_are_removed_unless_asked_otherwise(query, left):
    world = world_with_busybox()
    told = streamed(build("LABEL a=b\nRUN true", world=world, **query))
    assert (len(world.containers), told.count(REMOVED)) == (left, 2 - left)


def test_a_failed_container_is_removed_if_forced():
    world = world_with_busybox()
    assert REMOVED in streamed(build("RUN false", world=world, forcerm="1"))
    assert world.containers == {}


def test_what_is_written_to_stderr_is_red():
    told = build("RUN echo a; echo b >&2")
    assert {"stream": "a\n"} in told.lines
    assert {"stream": "\x1b[91mb\n\x1b[0m"} in told.lines


def test_the_same_step_is_taken_from_the_cache_until_one_differs():
    world = world_with_busybox()
    lines = "ENV a=1\nCOPY f /f\nRUN true\n"
    first = built(lines, {"f": "1"}, world)
    again = build(lines, {"f": "1"}, world=world)
    assert streamed(again).count("Using cache") == 3
    assert again.lines[-2] == {"aux": {"ID": first.id}}
    assert streamed(build(lines, {"f": "2"}, world=world)).count("Using cache") == 1
    assert streamed(build(lines, {"f": "1"}, world=world, nocache="1")).count("Using cache") == 0


FILES = {
    "a": "1",
    "d/x": "2",
    "d/s/y": "3",
    "p.t": "4",
    "q.t": "5",
    "l": File("link", target="a"),
}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("COPY a /n", {"/n": "1"}),
        ("COPY a /n/", {"/n/a": "1"}),
        ("COPY a /opt", {"/opt/a": "1"}),
        ("WORKDIR /w\nCOPY a .\nCOPY a b", {"/w/a": "1", "/w/b": "1"}),
        ("COPY d /n", {"/n/x": "2", "/n/s/y": "3"}),
        ("COPY a d /n/", {"/n/a": "1", "/n/x": "2", "/n/s/y": "3"}),
        ("COPY *.t /n/", {"/n/p.t": "4", "/n/q.t": "5"}),
        ('COPY ["a", "/with space"]', {"/with space": "1"}),
        ("ENV t=/n\nCOPY a $t", {"/n": "1"}),
        ("COPY l /n", {"/n": "1"}),
        ("COPY a /n\nCOPY p.t /n", {"/n": "4"}),
        ("COPY a /up\nRUN rm /up", {}),
        ("ADD a /n", {"/n": "1"}),
        ("ADD in.tar /n", {"/n/u": "6"}),
        ("ADD in.tgz /n/", {"/n/u": "6"}),
    ],
)
def test_files_are_copied_where_dockerd_copies_them(lines, told):
    packed = write_tar({"/u": File(content=b"6")})
    archives = {"in.tar": File(content=packed), "in.tgz": File(content=gzip.compress(packed))}
    files = {**FILES, **archives}
    if "/opt" in lines:
        lines = f"RUN mkdir /opt\n{lines}"
    assert contents(built(lines, files)) == told


def test_what_is_copied_belongs_to_root_or_to_whom_is_asked():
    files = {"a": File(content=b"1", uid=7, gid=8, mode=0o751, changed=5.0)}
    tree = files_of(built("COPY a /n\nCOPY --chown=user:3 a /m/o", files))
    assert tree["/n"] == File(content=b"1", mode=0o751, changed=5.0)
    owned = [(tree[path].uid, tree[path].gid) for path in ("/m", "/m/o")]
    assert owned == [(1000, 3), (1000, 3)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("COPY n /x", f"COPY failed: {MISSING}: stat n: file does not exist"),
        ("COPY ../a /x", "COPY failed: forbidden path outside the build context: ../a ()"),
        ("COPY z* /x/", "COPY failed: no source files were specified"),
        ("COPY a d /x", "When using COPY with more than one source file, the destination must be"),
        ("COPY --from=busybox /n /x", "COPY failed: stat n: file does not exist"),
        ("COPY --from=3 /n /x", "invalid from flag value 3: index out of bounds"),
        ("COPY --from=0 /n /x", "invalid from flag value 0: refers to current build stage"),
        ("COPY --chown=zz a /x", f"{OWNER}: can't find uid for user zz: no such user: zz"),
        ("COPY --chown=1:zz a /x", f"{OWNER}: can't find gid for group zz: no such group: zz"),
        ("COPY --chown=1:2:3 a /x", f"{OWNER}: invalid chown string format: 1:2:3"),
        ("COPY http://h/x /x", "COPY failed: source can't be a URL for COPY"),
        ("ADD http://h/x /x", 'ADD failed: Get "http://h/x": dial tcp: connect: network is unr'),
        ("COPY d /etc/passwd", "failed to copy files: failed to copy directory: mkdir /etc/passwd"),
        ("COPY a /etc/passwd/x", "failed to copy files: open /etc/passwd/x: not a directory"),
        ("EXPOSE foo", "Invalid containerPort: foo"),
        ("STOPSIGNAL FOO", "Invalid signal: FOO"),
        ("ENV a=${b", "failed to process \"${b\": missing ':' in substitution"),
        ("WORKDIR /etc/passwd", "Cannot mkdir: /etc/passwd is not a directory"),
        ("USER zz\nRUN true", "unable to find user zz: no matching entries in passwd file"),
        ("RUN --mount=type=cache true", "the --mount option requires BuildKit. Refer to"),
        ("FROM UP", "invalid reference format: repository name must be lowercase"),
        ("FROM $x", "base name ($x) should not be blank"),
        ("FROM scratch", "No image was generated. Is your Dockerfile empty?"),
        ("FROM busybox AS x\nFROM busybox AS x", "x stage name already used"),
    ],
)
def test_a_step_that_cannot_be_ends_the_stream(lines, message):
    assert failure(build(lines, FILES)).startswith(message)


def test_stages_build_on_one_another():
    world = world_with_busybox()
    image = built(
        "FROM busybox AS One\nRUN echo 1 > /made\n"
        "FROM scratch\nCOPY --from=one /made /copied\nLABEL a=b\n"
        "FROM One AS last\nCOPY --from=1 /copied /back\n",
        world=world,
    )
    assert contents(image) == {"/made": "1\n", "/back": "1\n"}
    told = build("FROM busybox AS One\nRUN true\nFROM scratch", world=world, target="ONE")
    assert "Step 2/2 : RUN true" in streamed(told)


def test_a_base_that_is_not_there_is_pulled():
    world = world_with_busybox()
    told = build("FROM other:1\nLABEL a=b", world=world)
    assert {"status": "Pulling from library/other", "id": "1"} in told.lines
    assert "other:1" in world.tags


def test_triggers_of_the_base_come_first():
    world = world_with_busybox()
    build("ONBUILD RUN echo triggered > /t\nONBUILD COPY a /a", world=world, t="base")
    told = build("FROM base\nLABEL x=y", {"a": "1"}, world=world, t="made")
    assert "# Executing 2 build triggers\n" in streamed(told)
    image = find_image(world, "made")
    assert contents(image) == {"/t": "triggered\n", "/a": "1"}
    assert image.config.raw("OnBuild") is None


@pytest.mark.parametrize(
    ("lines", "given", "told"),
    [
        ("ARG a\nRUN echo x$a", {"a": "1"}, "x1\n"),
        ("ARG a=2\nRUN echo x$a", {}, "x2\n"),
        ("ARG a=2\nRUN echo x$a", {"a": None}, "x2\n"),
        ("ARG a=2\nENV a=3\nRUN echo x$a", {"a": "1"}, "x3\n"),
        ("RUN echo x$a", {"a": "1"}, "[Warning] One or more build-args [a] were not consumed\n"),
        ("RUN echo x$http_proxy", {"http_proxy": "p"}, "xp\n"),
        ("ARG v=busybox\nFROM $v\nARG v\nRUN echo x$v", {}, "xbusybox\n"),
        ("ARG v=busybox\nFROM $v\nRUN echo x$v", {}, "x\n"),
    ],
)
def test_arguments_reach_the_steps_that_declare_them(lines, given, told):
    assert told in streamed(build(lines, buildargs=json.dumps(given)))


def test_labels_of_the_request_are_the_last_steps():
    image = built("RUN true", labels='{"b":"$x","a":"1"}')
    assert history(image) == ["true", "#(nop)  LABEL a=1", "#(nop)  LABEL b=$x"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"buildargs": "{"}, "error reading build args: unexpected end of JSON input"),
        (
            {"buildargs": '"x"'},
            (
                "error reading build args: json: cannot unmarshal string into Go value of type "
                "map[string]*string"
            ),
        ),
        (
            {"labels": '{"a":1}'},
            ("error reading labels: json: cannot unmarshal number into Go value of type string"),
        ),
        ({"cachefrom": "{}"}, "json: cannot unmarshal object into Go value of type []string"),
        ({"ulimits": "{"}, "error reading ulimit settings: unexpected end of JSON input"),
        ({"shmsize": "x"}, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ({"t": "UP"}, "invalid reference format: repository name must be lowercase"),
        ({"t": f"a@sha256:{'0' * 64}"}, "build tag cannot contain a digest"),
        ({"squash": "1"}, "squash is only supported with experimental mode"),
        ({"target": "zz"}, "failed to reach build target zz in Dockerfile"),
        ({"platform": "a/b/c/d"}, '"a/b/c/d": cannot parse platform specifier: invalid argument'),
        ({"remote": "foo"}, "remoteURL (foo) could not be recognized as URL"),
        ({"dockerfile": "zz"}, "Cannot locate specified Dockerfile: zz"),
        ({"isolation": "hyperv"}, 'Unsupported isolation: "hyperv"'),
    ],
)
def test_what_the_client_got_wrong_is_refused_before_the_build(query, message):
    world = world_with_busybox()
    told = build("RUN true", world=world, **query)
    assert (told.status, told.message) == (400, message)
    assert not world.events


@pytest.mark.parametrize("remote", ["http://h/x.tar", "git://h/x.git", "https://h/x.git#main"])
def test_nothing_is_ever_fetched_from_elsewhere(remote):
    assert build("RUN true", remote=remote).status == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Cannot locate specified Dockerfile: Dockerfile"),
        (b"xx", "unexpected EOF"),
        (context("FROM busybox\nFOO"), "dockerfile parse error line 2: unknown instruction: FOO"),
    ],
)
def test_a_context_that_is_none_is_refused(body, message):
    service = service_of(world_with_busybox(), handlers=handlers.HANDLERS)
    told = ask(service, "/v1.33/build", "POST", body, TAR)
    assert (told.status, told.message) == (400, message)


def test_numbers_of_resources_are_read_as_leniently_as_dockerd_does():
    assert build("RUN true", memory="x", cpushares="").status == 200
    assert failure(build("RUN true", memory="100")) == "Minimum memory limit allowed is 6MB"


def test_a_build_that_nobody_waits_for_leaves_nothing_behind():
    world = world_with_busybox()
    service = service_of(world, handlers=handlers.HANDLERS)
    body = context("FROM busybox\nRUN sleep 100")

    async def ask_and_go():
        request = Request("POST", "/v1.33/build", tuple(TAR.items()), body)
        response = await service.respond(request)
        async for line in response.stream:
            if b"Running in" in line:
                break
        reading = asyncio.ensure_future(anext(response.stream))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [each.state.running for each in world.containers.values()] == [True]
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await response.stream.aclose()
        await asyncio.sleep(0)

    asyncio.run(ask_and_go())
    assert world.containers == {}
    assert world.processes.living == {}


def test_a_command_that_takes_its_time_is_waited_for():
    world = world_with_busybox()
    service = service_of(world, handlers=handlers.HANDLERS)

    async def build_and_wait():
        body = context("FROM busybox\nRUN sleep 100; echo done")
        asking = asyncio.ensure_future(asked(service, "/v1.33/build", "POST", body, TAR))
        await world.until(lambda: bool(world.processes.living))
        await asyncio.sleep(0)
        world.clock.advance(101)
        world.tick()
        return await asyncio.wait_for(asking, 10)

    assert "done\n" in streamed(asyncio.run(build_and_wait()))


def test_there_is_no_cache_of_builds_to_prune():
    service = service_of(world_of(), handlers=handlers.HANDLERS)
    assert ask(service, "/v1.33/build/prune", "POST").json == {"SpaceReclaimed": 0}


def test_a_daemon_builds_what_is_sent_to_it():
    with FakeDaemon(images=["busybox:latest"]) as daemon:
        transport = httpx.HTTPTransport(uds=daemon.host.removeprefix("unix://"))
        with httpx.Client(transport=transport, base_url="http://d") as client:
            body = context("FROM busybox\nRUN echo hi; sleep 0.1; echo ho")
            told = client.post("/v1.33/build?t=x", content=body, headers=TAR)
    lines = [json.loads(line) for line in told.text.splitlines()]
    assert {"stream": "ho\n"} in lines
    assert lines[-1] == {"stream": "Successfully tagged x:latest\n"}
