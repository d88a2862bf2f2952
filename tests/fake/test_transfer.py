"""Pull, push, search, login, commit, import and load, as they are asked of a fake."""

import asyncio
import base64
import json
from urllib.parse import urlencode

import pytest

from harness.daemon.archives import file_archive, saved_image
from harness.fake.clock import Clock, Ids
from harness.fake.handlers import HANDLERS
from harness.fake.images.remote import Credentials
from harness.fake.images.store import furnish_image, image_of, tag_image
from harness.fake.requests.service import Request, Service
from harness.fake.world import World

AUTH = {"username": "bob", "password": "secret"}
JSON = {"content-type": "application/json"}
TAR = {"content-type": "application/x-tar"}


def world(**remote):
    made = World(clock=Clock(source=lambda: 1_500_000_000.0), ids=Ids("seed"))
    furnish_image(made, "busybox:latest")
    for name, value in remote.items():
        setattr(made.remote, name, value)
    return made


def ask(made, method, path, **asked):
    """Ask a fake, and return the status and the body: JSON, or a list where it is of lines.

    Beside body, headers, auth and api, all that is asked is the query.
    """
    query = {"body": b"", "headers": None, "auth": None, "api": "1.30", **asked}
    body, headers, auth, api = (query.pop(each) for each in ("body", "headers", "auth", "api"))
    named = {key: value for key, value in query.items() if value is not None}
    target = f"/v{api}{path}?{urlencode(named, doseq=True)}"
    sent = dict(headers or {})
    if auth is not None:
        sent["x-registry-auth"] = base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, target, tuple(sent.items()), content)

    async def answered():
        response = await Service(made, HANDLERS).respond(request)
        pieces = [response.body]
        if response.stream is not None:
            pieces += [piece async for piece in response.stream]
        return response, b"".join(pieces)

    response, received = asyncio.run(answered())
    if dict(response.headers).get("Content-Type") != "application/json":
        return response.status, received
    lines = [json.loads(line) for line in received.splitlines() if line]
    return response.status, lines[0] if response.stream is None else lines


def create(made, **query):
    return ask(made, "POST", "/images/create", **query)


def push(made, name, **more):
    return ask(made, "POST", f"/images/{name}/push", **{"auth": {}, **more})


def statuses(lines):
    return [line["status"] for line in lines if "status" in line]


# Pull


def test_a_pull_tells_of_each_layer_and_leaves_the_image_with_its_digest():
    made = world()
    status, lines = create(made, fromImage="alpine", tag="3")
    assert status == 200
    assert lines[0] == {"status": "Pulling from library/alpine", "id": "3"}
    assert statuses(lines[1:-2]) == [
        "Pulling fs layer",
        "Downloading",
        "Verifying Checksum",
        "Download complete",
        "Extracting",
        "Pull complete",
    ]
    digest = lines[-2]["status"].removeprefix("Digest: ")
    assert lines[-1] == {"status": "Status: Downloaded newer image for alpine:3"}
    assert made.digests == {f"alpine@{digest}": image_of(made, "alpine:3").id}
    event = made.events[-1]
    assert (event.action, event.actor, event.attributes) == ("pull", "alpine:3", {"name": "alpine"})
    assert create(made, fromImage="alpine:3")[1] == [
        lines[0],
        {"status": f"Digest: {digest}"},
        {"status": "Status: Image is up to date for alpine:3"},
    ]
    assert create(made, fromImage=f"alpine@{digest}")[0] == 404  # that of latest is another


def test_without_a_tag_all_of_a_repository_is_pulled():
    made = world()
    for tag in ("h:5000/app:1", "h:5000/app:2"):
        tag_image(made, image_of(made, "busybox").id, tag)
    push(made, "h:5000/app")
    made.tags.clear()
    assert create(made, fromImage="h:5000/app")[0] == 200
    assert sorted(made.tags) == ["h:5000/app:1", "h:5000/app:2"]
    assert create(made, fromImage="alpine")[0] == 200
    assert "alpine:latest" in made.tags


def test_a_layer_that_is_there_is_not_fetched_again():
    made = world()
    tag_image(made, image_of(made, "busybox").id, "h:5000/app:1")
    push(made, "h:5000/app")
    made.tags.pop("h:5000/app:1")
    made.digests.clear()
    lines = create(made, fromImage="h:5000/app:1")[1]
    assert "Already exists" in statuses(lines)
    assert "Downloading" not in statuses(lines)


HUB = "registry-1.docker.io"
DENIED = "pull access denied for {}, repository does not exist or may require 'docker login': {}"


@pytest.mark.parametrize(
    ("remote", "query", "status", "message"),
    [
        (
            {"absent": {"nope"}},
            {"fromImage": "nope", "tag": "1"},
            404,
            DENIED.format("nope", "denied: requested access to the resource is denied"),
        ),
        (
            {"users": {"h:5000": {"bob": "secret"}}},
            {"fromImage": "h:5000/app:1"},
            404,
            DENIED.format("h:5000/app", "no basic auth credentials"),
        ),
        (
            {"users": {"h:5000": {"bob": "secret"}}},
            {"fromImage": "h:5000/app:1", "auth": {**AUTH, "password": "wrong"}},
            404,
            DENIED.format("h:5000/app", "unauthorized: incorrect username or password"),
        ),
        (
            {"offline": True},
            {"fromImage": "alpine"},
            500,
            f'Get "https://{HUB}/v2/": dial tcp: lookup {HUB}: no such host',
        ),
        ({}, {"fromImage": "scratch"}, 403, "'scratch' is a reserved name"),
        (
            {},
            {"fromImage": "BAD"},
            400,
            "invalid reference format: repository name must be lowercase",
        ),
        ({}, {"fromImage": "a", "tag": "a/b"}, 400, "invalid tag format"),
        ({}, {}, 400, 'Get "http:": http: no Host in request URL'),
        (
            {},
            {"fromImage": "a", "platform": "a/b/c/d", "api": "1.33"},
            400,
            '"a/b/c/d": cannot parse platform specifier: invalid argument',
        ),
    ],
)
def test_a_pull_that_cannot_be_is_refused(remote, query, status, message):
    assert create(world(**remote), **query) == (status, {"message": message})


def test_a_registry_sees_who_comes():
    made = world(users={"h:5000": {"bob": "secret"}})
    assert create(made, fromImage="h:5000/app:1", auth=AUTH)[0] == 200
    assert made.remote.visits[-1].credentials == Credentials("bob", "secret")


def test_the_platform_counts_where_it_is_documented():
    architectures = []
    for api in ("1.30", "1.33"):
        made = world()
        create(made, fromImage="alpine", tag="3", platform="linux/arm64", api=api)
        architectures.append(image_of(made, "alpine:3").architecture)
    assert architectures == ["amd64", "arm64"]


@pytest.mark.parametrize("api", ["1.18", "1.24", "1.33"])
def test_lines_name_their_layer_at_every_version(api):
    lines = create(world(), fromImage="alpine", tag="3", api=api)[1]
    assert lines[0]["id"] == "3"
    assert len(lines[1]["id"]) == 12


# Push


def test_what_was_pushed_can_be_pulled_with_the_same_digest():
    made = world()
    id_ = image_of(made, "busybox").id
    tag_image(made, id_, "h:5000/app:1")
    status, lines = push(made, "h:5000/app", tag="1")
    assert status == 200
    assert lines[0] == {"status": "The push refers to repository [h:5000/app]"}
    assert statuses(lines[1:-2]) == ["Preparing", "Pushing", "Pushed"]
    aux = lines[-1]["aux"]
    assert lines[-2]["status"] == f"1: digest: {aux['Digest']} size: {aux['Size']}"
    assert (made.events[-1].action, made.events[-1].actor) == ("push", "h:5000/app:1")
    assert "Layer already exists" in statuses(push(made, "h:5000/app", tag="1")[1])
    made.tags.clear()
    made.images.clear()
    pulled = create(made, fromImage="h:5000/app", tag="1")[1]
    assert {"status": f"Digest: {aux['Digest']}"} in pulled
    assert image_of(made, "h:5000/app:1").id == id_


@pytest.mark.parametrize(
    ("name", "tag", "message"),
    [
        ("nope", None, "An image does not exist locally with the tag: nope"),
        ("nope", "x", "An image does not exist locally with the tag: nope"),
        ("busybox", "x", "tag does not exist: busybox:x"),
        ("me/app", None, "no basic auth credentials"),
    ],
)
def test_a_push_that_fails_says_so_in_its_stream(name, tag, message):
    made = world(users={"docker.io": {"bob": "secret"}})
    tag_image(made, image_of(made, "busybox").id, "me/app")
    status, lines = push(made, name, tag=tag)
    assert (status, lines[-1]) == (200, {"errorDetail": {"message": message}, "error": message})


@pytest.mark.parametrize("api", ["1.18", "1.24", "1.33"])
def test_the_detail_of_an_error_is_there_at_every_version(api):
    assert "errorDetail" in push(world(), "nope", api=api)[1][-1]


@pytest.mark.parametrize(
    ("headers", "body", "message"),
    [
        ({}, b"", "EOF"),
        ({"content-type": "application/x-www-form-urlencoded"}, b"{}", "EOF"),
        (JSON, b"{bad", "invalid character 'b' looking for beginning of object key string"),
        (JSON, b"[]", "json: cannot unmarshal array into AuthConfig"),
        (
            JSON,
            b'{"username":5}',
            "json: cannot unmarshal number into Go struct field AuthConfig.username of type string",
        ),
    ],
)
def test_a_push_needs_credentials_in_a_header_or_in_its_body(headers, body, message):
    status, told = push(world(), "busybox", auth=None, headers=headers, body=body)
    shown = f"Bad parameters and missing X-Registry-Auth: {message}"
    assert (status, told) == (400, {"message": shown})


def test_credentials_of_a_push_may_be_in_its_body():
    made = world(users={"docker.io": {"bob": "secret"}})
    lines = push(made, "busybox", auth=None, headers=JSON, body=AUTH)[1]
    assert "aux" in lines[-1]
    assert push(made, "busybox", auth=None, headers=JSON, body=b"null")[0] == 200


def test_credentials_that_cannot_be_decoded_are_none():
    made = world()
    assert push(made, "busybox", auth=None, headers={"x-registry-auth": "!!!"})[0] == 200
    assert made.remote.visits[-1].credentials == Credentials()


# Search, login, distribution


def search(made, **query):
    status, told = ask(made, "GET", "/images/search", **query)
    return status, told["message"] if status != 200 else [each["name"] for each in told]


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ({"term": "app"}, 200, ["app", "me/app"]),
        ({"term": "app", "limit": 1}, 200, ["app"]),
        ({"term": "h:5000/ot"}, 200, ["other"]),
        ({"term": "app", "filters": '{"is-official":["true"]}'}, 200, ["app"]),
        ({"term": "app", "filters": '{"is-official":["false"]}'}, 200, ["me/app"]),
        ({"term": "app", "filters": '{"is-automated":["true"]}'}, 200, []),
        ({"term": "app", "filters": '{"stars":["1"]}'}, 200, ["app"]),
        ({"term": ""}, 200, ["me/app"]),
        ({"term": "app", "limit": 101}, 400, "Limit 101 is outside the range of [1, 100]"),
        ({"term": "app", "limit": 0}, 400, "Limit 0 is outside the range of [1, 100]"),
        ({"term": "a", "limit": "x"}, 400, 'strconv.Atoi: parsing "x": invalid syntax'),
        ({"term": "a", "filters": '{"stars":["x"]}'}, 400, "Invalid filter 'stars=x'"),
        (
            {"term": "a", "filters": '{"is-official":["x"]}'},
            400,
            "Invalid filter 'is-official=[x]'",
        ),
        ({"term": "a", "filters": '{"foo":["x"]}'}, 400, "Invalid filter 'foo'"),
    ],
)
def test_a_search_finds_names_in_the_registries_of_the_world(query, status, expected):
    made = world()
    for name in ("me/app", "h:5000/other"):
        tag_image(made, image_of(made, "busybox").id, name)
        push(made, name)
    assert search(made, **query) == (status, expected)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({**AUTH, "serveraddress": "h:5000"}, 200, None),
        ({**AUTH, "serveraddress": "https://h:5000/v1/"}, 200, None),
        ({"serveraddress": "elsewhere:5000"}, 200, None),
        (AUTH, 200, None),
        (
            {**AUTH, "password": "wrong", "serveraddress": "h:5000"},
            401,
            'Get "https://h:5000/v2/": unauthorized: incorrect username or password',
        ),
        (
            {"serveraddress": "h:5000"},
            401,
            'Get "https://h:5000/v2/": no basic auth credentials',
        ),
        ({**AUTH, "serveraddress": "://"}, 400, 'Get "https:///v2/": http: no Host in request URL'),
        ({}, 400, "neither credentials nor the address of a registry are given"),
        (None, 400, "neither credentials nor the address of a registry are given"),
        (b"", 400, "got EOF while reading request body"),
        (b"x", 400, "invalid character 'x' looking for beginning of value"),
    ],
)
def test_a_login_is_checked_by_the_registry(body, status, message):
    made = world(users={"h:5000": {"bob": "secret"}})
    expected = {"Status": "Login Succeeded", "IdentityToken": ""}
    expected = expected if message is None else {"message": message}
    assert ask(made, "POST", "/auth", body=body, headers=JSON) == (status, expected)


def test_nobody_logs_in_where_no_registry_can_be_reached():
    assert ask(world(offline=True), "POST", "/auth", body=AUTH, headers=JSON)[0] == 500


def test_the_digest_of_a_distribution_is_that_of_a_pull():
    made = world()
    status, told = ask(made, "GET", "/distribution/alpine/json")
    digest = told["Descriptor"]["digest"]
    assert status == 200
    assert told["Platforms"][0]["architecture"] == "amd64"
    assert {"status": f"Digest: {digest}"} in create(made, fromImage="alpine", tag="latest")[1]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("gone", 401),
        ("h:5000/app", 401),
        ("BAD", 400),
        ("a" * 64, 400),
        (f"alpine@sha256:{'a' * 64}", 404),
    ],
)
def test_a_distribution_that_nobody_may_see_is_refused(name, status):
    made = world(absent={"gone"}, users={"h:5000": {"bob": "secret"}})
    assert ask(made, "GET", f"/distribution/{name}/json")[0] == status


# Tag, inspect, delete, prune


def test_an_image_is_tagged_inspected_and_removed():
    made = world()
    assert ask(made, "POST", "/images/busybox/tag", repo="app", tag="1") == (201, b"")
    assert ask(made, "GET", "/images/app:1/json")[1]["RepoTags"] == ["app:1", "busybox:latest"]
    assert ask(made, "DELETE", "/images/app:1") == (200, [{"Untagged": "app:1"}])
    assert ask(made, "POST", "/images/prune")[1] == {"ImagesDeleted": None, "SpaceReclaimed": 0}
    assert made.events[-1].attributes == {"reclaimed": "0"}


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "message"),
    [
        (
            "GET",
            "/images/nope/json",
            {},
            404,
            "no such image: nope: No such image: nope:latest",
        ),
        ("GET", "/images/nope/history", {}, 404, "No such image: nope:latest"),
        ("DELETE", "/images/nope", {}, 404, "No such image: nope:latest"),
        ("POST", "/images/nope/tag", {"repo": "BAD"}, 404, "No such image: nope:latest"),
        ("POST", "/images/busybox/tag", {"repo": ""}, 400, "invalid reference format"),
        ("POST", "/images/busybox/tag", {"repo": "a", "tag": "/"}, 400, "invalid tag format"),
        ("GET", "/images/get", {"names": ["nope"]}, 404, "No such image: nope"),
        ("POST", "/commit", {}, 400, 'invalid name or ID supplied: ""'),
        ("POST", "/commit", {"container": "nope"}, 404, "No such container: nope"),
    ],
)
def test_what_is_not_there_or_no_name_is_refused(method, path, query, status, message):
    assert ask(world(), method, path, **query) == (status, {"message": message})


# Import, load, commit


def test_an_import_answers_with_the_id():
    made = world()
    body = file_archive({"a": b"1"})
    changes = ["ENV A=b", "CMD x"]
    status, lines = create(made, fromSrc="-", repo="app", tag="1", changes=changes, body=body)
    assert (status, lines) == (200, [{"status": image_of(made, "app:1").id}])
    assert image_of(made, "app:1").config.texts("Env") == ["A=b"]
    assert image_of(made, "app:1").comment == "Imported from -"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"fromSrc": "http://h/x"}, "cannot fetch http://h/x: this daemon reaches no network"),
        ({"fromSrc": "-", "repo": "BAD"}, "invalid reference format: repository name must be"),
        (
            {"fromSrc": "-", "platform": "windows", "api": "1.33"},
            "operating system is not supported",
        ),
        ({"fromSrc": "-", "body": b"junk"}, "Error processing tar file(exit status 1): unexpected"),
    ],
)
def test_an_import_that_cannot_be_is_refused(query, message):
    status, told = create(world(), **query)
    assert status == 400
    assert told["message"].startswith(message)


def test_what_was_saved_over_http_can_be_loaded():
    made = world()
    status, content = ask(made, "GET", "/images/busybox/get")
    assert status == 200
    other = World(clock=Clock(source=lambda: 1_500_000_000.0))
    loaded = ask(other, "POST", "/images/load", body=content, headers=TAR)
    assert loaded == (200, [{"stream": "Loaded image: busybox:latest\n"}])
    assert other.images.keys() == made.images.keys()


@pytest.mark.parametrize(("quiet", "lines"), [(None, 1), ("1", 1), ("0", 2)])
def test_a_load_is_quiet_unless_it_is_told_not_to_be(quiet, lines):
    body = saved_image("theirs")
    loaded = ask(world(), "POST", "/images/load", body=body, headers=TAR, quiet=quiet)
    assert len(loaded[1]) == lines


@pytest.mark.parametrize("api", ["1.18", "1.24", "1.33"])
def test_garbage_is_loaded_with_an_error_in_the_stream(api):
    message = "Error processing tar file(exit status 1): unexpected EOF"
    loaded = ask(world(), "POST", "/images/load", body=b"junk", headers=TAR, api=api)
    assert loaded == (200, [{"errorDetail": {"message": message}, "error": message}])


def test_a_commit_answers_with_the_id_whether_it_has_a_body_or_not():
    made = world()
    body = {"Image": "busybox", "Cmd": ["true"]}
    ask(made, "POST", "/containers/create", body=body, headers=JSON, name="one")
    query = {"container": "one", "repo": "app", "headers": JSON}
    for sent in ({"Cmd": ["x"]}, None, b""):
        status, told = ask(made, "POST", "/commit", body=sent, **query)
        assert (status, told) == (201, {"Id": image_of(made, "app").id})
    assert ask(made, "POST", "/commit", body=[], **query)[0] == 400
    assert ask(made, "POST", "/commit", body=b"{}", **{**query, "headers": {}})[0] == 400
