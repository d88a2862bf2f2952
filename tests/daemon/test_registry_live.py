"""Real daemons with the loopback registry: images and plugins go there and come back."""

import base64
import json
import os
import shutil

import httpx
import pytest

from harness.daemon.archives import (
    build_context,
    find_busybox,
    image_parts,
    plugin_archive,
    plugin_parts,
    rootfs,
    saved_image,
)
from harness.daemon.managed import REGISTRY_PORT, start_dockerd, start_podman
from harness.daemon.registry import Registry

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("dockerd", "podman"))),
        reason="needs root, dockerd and podman",
    ),
]

ANYBODY = {"X-Registry-Auth": "e30="}
TAR = {"Content-Type": "application/x-tar"}


@pytest.fixture(scope="module")
def dockerd():
    with start_dockerd() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def podman():
    with start_podman() as daemon:
        yield daemon


@pytest.fixture(params=["dockerd", "podman"])
def daemon(request):
    return request.getfixturevalue(request.param)


def opened(daemon, **options):
    return Registry(enter=daemon.network.enter, **options)


def ask(daemon, method, path, **options):
    """Ask a daemon, insist on success, also in the lines of a stream, and return the reply."""
    transport = httpx.HTTPTransport(uds=str(daemon.socket))
    with httpx.Client(transport=transport, base_url="http://daemon/v1.30", timeout=30) as client:
        reply = client.request(method, path, **options)
    assert reply.is_success, reply.text
    assert '"error"' not in reply.text
    return reply


def test_an_image_is_pulled_pushed_and_looked_up(daemon):
    with opened(daemon, port=REGISTRY_PORT) as registry:
        registry.add("contract/tiny", image_parts())
        name = f"{registry.host}/contract/tiny"
        ask(daemon, "POST", f"/images/create?fromImage={name}&tag=latest")
        ask(daemon, "POST", f"/images/{name}/tag?repo={registry.host}/contract/again&tag=v1")
        push = f"/images/{registry.host}/contract/again/push?tag=v1"
        ask(daemon, "POST", push, headers=ANYBODY)
        assert registry.store.tags("contract/again") == ["v1"]


def test_an_image_is_searched_for_and_described(dockerd):
    with opened(dockerd) as registry:
        registry.add("contract/tiny", image_parts())
        found = ask(dockerd, "GET", f"/images/search?term={registry.host}/contract").json()
        assert [result["name"] for result in found] == ["contract/tiny"]
        path = f"/distribution/{registry.host}/contract/tiny:latest/json"
        described = ask(dockerd, "GET", path).json()
        assert (
            described["Descriptor"]["digest"]
            == registry.store.manifest("contract/tiny", "latest").digest
        )


def test_who_logs_in_may_pull(dockerd):
    with opened(dockerd, user="user", password="secret") as registry:
        registry.add("contract/guarded", image_parts())
        person = {"username": "user", "password": "secret", "serveraddress": registry.host}
        assert ask(dockerd, "POST", "/auth", json=person).json()["Status"] == "Login Succeeded"
        encoded = base64.urlsafe_b64encode(json.dumps(person).encode()).decode()
        pull = f"/images/create?fromImage={registry.host}/contract/guarded:latest"
        with pytest.raises(AssertionError, match="no basic auth credentials"):
            ask(dockerd, "POST", pull)
        ask(dockerd, "POST", pull, headers={"X-Registry-Auth": encoded})
        assert {visit.credentials for visit in registry.visits} == {True, False}


def test_an_image_is_loaded_and_built_on(daemon):
    busybox = find_busybox()
    assert busybox
    ask(daemon, "POST", "/images/load", content=saved_image("contract/saved:v1"), headers=TAR)
    path = "/images/create?fromSrc=-&repo=root&tag=latest"
    ask(daemon, "POST", path, content=rootfs(busybox), headers=TAR)
    ask(daemon, "POST", "/build?t=built", content=build_context("root"), headers=TAR)


def test_a_plugin_lives_its_whole_life(dockerd):
    with opened(dockerd) as registry:
        name = f"{registry.host}/contract/plugin:latest"
        create = f"/plugins/create?name={name}"
        ask(dockerd, "POST", create, content=plugin_archive(), headers=TAR)
        ask(dockerd, "POST", f"/plugins/{name}/set", json=["DEBUG=1"])
        ask(dockerd, "POST", f"/plugins/{name}/enable?timeout=10")
        assert ask(dockerd, "GET", f"/plugins/{name}/json").json()["Enabled"]
        ask(dockerd, "POST", f"/plugins/{name}/disable")
        ask(dockerd, "POST", f"/plugins/{name}/push", headers=ANYBODY)
        ask(dockerd, "DELETE", f"/plugins/{name}")
        privileges = ask(dockerd, "GET", f"/plugins/privileges?remote={name}").json()
        ask(dockerd, "POST", f"/plugins/pull?remote={name}&name=pulled", json=privileges)
        ask(dockerd, "POST", f"/plugins/pulled/upgrade?remote={name}", json=privileges)
        ask(dockerd, "DELETE", "/plugins/pulled")
        assert ask(dockerd, "GET", "/plugins").json() == []


def test_a_plugin_that_was_added_asks_for_what_it_needs(dockerd):
    with opened(dockerd) as registry:
        registry.add("contract/plugin", plugin_parts(capabilities=["CAP_SYSLOG"]))
        name = f"{registry.host}/contract/plugin:latest"
        privileges = ask(dockerd, "GET", f"/plugins/privileges?remote={name}").json()
        assert ["CAP_SYSLOG"] in [privilege["Value"] for privilege in privileges]
        ask(dockerd, "POST", f"/plugins/pull?remote={name}&name=added", json=privileges)
        ask(dockerd, "POST", "/plugins/added/enable?timeout=10")
        ask(dockerd, "DELETE", "/plugins/added?force=1")
