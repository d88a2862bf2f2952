"""What is removed at the end and by `clean`, and what never is."""

import pytest
from scripted_daemon import OTHER_RUN, RUN, ScriptedDaemon, refused, reply

from harness.engine.sweep import Found, leaks, survey, sweep
from harness.engine.workshop import LABEL, Workshop
from harness.model.call import Reply
from harness.model.version import ApiVersion
from harness.specs.tables import tables

KINDS = tables().kinds
MINE, THEIRS = {LABEL: RUN}, {LABEL: OTHER_RUN}


class Lists:
    """A daemon that lists things, and removes what it lists."""

    def __init__(self, refusing=(), **listed):
        self.listed = listed
        self.refusing = list(refusing)

    def __call__(self, method, target, body):
        collection = target.split("/")[1].partition("?")[0]
        if method == "DELETE":
            return self._removed(collection, target.partition("/")[2].partition("/")[2])
        if collection not in self.listed:
            return refused(503, "This node is not a swarm manager.")
        found = self.listed[collection]
        return reply(200, {"Volumes": found} if collection == "volumes" else found)

    def _removed(self, collection, rest):
        name = rest.partition("?")[0]
        if name in self.refusing:
            self.refusing.remove(name)
            return refused(409, "in use")
        self.listed[collection] = [
            element for element in self.listed[collection] if name not in element.values()
        ]
        return reply(204)


def shop_on(answer, version="1.30"):
    return Workshop(ScriptedDaemon(answer), ApiVersion.parse(version), RUN)


def swept(run="", **listed):
    return [(found.kind, found.id) for found in sweep(shop_on(Lists(**listed)), KINDS, run=run)]


def image(tag, labels=None):
    return {"Id": "sha256:1", "RepoTags": [tag] if tag else None, "Labels": labels}


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ({"containers": [{"Id": "c1", "Names": ["/x"], "Labels": MINE}]}, "container"),
        (
            {"containers": [{"Id": "c1", "Names": [f"/docker-contract-{RUN}-container-7"]}]},
            "container",
        ),
        ({"volumes": [{"Name": "v1", "Labels": MINE}]}, "volume"),
        ({"volumes": [{"Name": f"docker-contract-{RUN}-volume-1", "Labels": None}]}, "volume"),
        ({"networks": [{"Id": "n1", "Name": "x", "Labels": MINE}]}, "network"),
        ({"networks": [{"Id": "n1", "Name": f"docker-contract-{RUN}-network-2"}]}, "network"),
        ({"images": [image("x:1", MINE)]}, "image"),
        ({"images": [image(None, MINE)]}, "image"),
        ({"images": [image(f"docker-contract-{RUN}/base:latest")]}, "image"),
        ({"images": [image(f"docker-contract-{RUN}-image-3:two")]}, "image"),
        ({"images": [image(f"127.0.0.1:5000/docker-contract-{RUN}-pulled:latest")]}, "image"),
        ({"plugins": [{"Id": "p", "Name": f"docker-contract-{RUN}-plugin-1:latest"}]}, "plugin"),
        (
            {"plugins": [{"Id": "p", "Name": f"127.0.0.1:5000/docker-contract-{RUN}-pushed:a"}]},
            "plugin",
        ),
        ({"services": [{"ID": "s1", "Spec": {"Name": "x", "Labels": MINE}}]}, "service"),
        ({"secrets": [{"ID": "s1", "Spec": {"Name": "x", "Labels": MINE}}]}, "secret"),
        (
            {"secrets": [{"ID": "s1", "Spec": {"Name": f"docker-contract-{RUN}-secret-1"}}]},
            "secret",
        ),
        ({"configs": [{"ID": "s1", "Spec": {"Name": "x", "Labels": MINE}}]}, "config"),
    ],
)
@pytest.mark.parametrize("run", [RUN, ""])
def test_what_bears_the_label_or_the_name_of_a_run_is_removed(run, listed, kind):
    assert [kind for kind, _ in swept(run, **listed)] == [kind]
    assert swept(OTHER_RUN, **listed) == []


@pytest.mark.parametrize(
    "listed",
    [
        {"containers": [{"Id": "c1", "Names": ["/web"], "Labels": {"app": RUN}}]},
        {"containers": [{"Id": "c1", "Names": ["/web"], "Labels": None}]},
        # Somebody's project may bear the program's name.
        {"containers": [{"Id": "c1", "Names": ["/docker-contract-web-1"], "Labels": {}}]},
        {"containers": [{"Id": "c1", "Names": [f"/my-docker-contract-{RUN}-container-1"]}]},
        {"containers": [{"Id": "c1", "Names": [f"/{RUN}"], "Labels": {}}]},
        {"volumes": [{"Name": "docker-contract-data", "Labels": None}]},
        {"volumes": [{"Name": f"docker-contract-{RUN}1", "Labels": None}]},
        {"networks": [{"Id": "n1", "Name": "bridge", "Labels": {}}]},
        {"networks": [{"Id": "n1", "Name": "docker-contract-default", "Labels": {}}]},
        {"images": [image("busybox:latest"), image(None), image("<none>:<none>", {})]},
        {"images": [image("docker-contract-tools:latest")]},
        {"images": [image("ghcr.io/me/docker-contract-server:1")]},
        {"images": [image(f"ghcr.io/my-docker-contract-{RUN}-pulled:1")]},
        {"plugins": [{"Id": "p", "Name": "docker-contract-driver:latest"}]},
        {"services": [{"ID": "s1", "Spec": {"Name": "web", "Labels": {}}}]},
        {"services": [{"ID": "s1", "Spec": {}}], "secrets": [], "configs": [{"ID": "c1"}]},
        {},
    ],
)
def test_what_bears_neither_is_never_removed(listed):
    answer = Lists(**listed)
    shop = shop_on(answer)
    assert sweep(shop, KINDS) == ()
    assert shop.daemon.times("DELETE", "/") == 0


def test_a_label_that_names_another_run_counts_more_than_a_name():
    listed = [{"Id": "c1", "Names": [f"/docker-contract-{RUN}-container-1"], "Labels": THEIRS}]
    assert swept(RUN, containers=listed) == []


def test_only_the_run_that_is_named_is_removed_and_all_runs_where_none_is():
    def volumes():
        return [
            {"Name": "v1", "Labels": MINE},
            {"Name": "v2", "Labels": THEIRS},
            {"Name": "v3", "Labels": {}},
        ]

    assert swept(RUN, volumes=volumes()) == [("volume", "v1")]
    assert swept(OTHER_RUN, volumes=volumes()) == [("volume", "v2")]
    assert swept(volumes=volumes()) == [("volume", "v1"), ("volume", "v2")]


def test_users_go_before_what_they_use():
    kinds = [
        kind
        for kind, _ in swept(
            volumes=[{"Name": "v1", "Labels": MINE}],
            networks=[{"Id": "n1", "Labels": MINE}],
            images=[image("x", MINE)],
            containers=[{"Id": "c1", "Labels": MINE}],
            secrets=[{"ID": "s2", "Spec": {"Labels": MINE}}],
            services=[{"ID": "s1", "Spec": {"Labels": MINE}}],
        )
    ]
    assert kinds == ["service", "secret", "container", "image", "volume", "network"]


def test_what_is_in_use_at_first_is_tried_again():
    answer = Lists(["i1"], images=[{"Id": "i1", "Labels": MINE}, {"Id": "i2", "Labels": MINE}])
    assert {found.id for found in sweep(shop_on(answer), KINDS)} == {"i1", "i2"}


@pytest.mark.parametrize("answer", [refused(409, "in use"), Reply(0, ending="deadline")])
def test_what_the_daemon_does_not_remove_is_not_said_to_be_removed(answer):
    listed = Lists(volumes=[{"Name": "v1", "Labels": MINE}])
    shop = shop_on(lambda method, *rest: answer if method == "DELETE" else listed(method, *rest))
    assert sweep(shop, KINDS) == ()
    assert shop.daemon.times("DELETE", "/volumes/v1") == 3


def test_a_survey_tells_all_that_is_there_and_whose_it_is():
    answer = Lists(
        volumes=[{"Name": "v1", "Labels": MINE}, {"Name": "v2"}],
        containers=[{"Id": "c1", "Labels": THEIRS}, {"Id": 7}, "odd"],
    )
    assert survey(shop_on(answer), KINDS) == (
        Found("container", "c1", OTHER_RUN),
        Found("volume", "v1", RUN),
        Found("volume", "v2", ""),
    )


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'"x"', b"{", b'{"Volumes":null}'])
def test_a_list_that_is_none_holds_nothing(body):
    assert survey(shop_on(lambda *_: reply(200, body=body)), KINDS) == ()


@pytest.mark.parametrize(("version", "asked"), [("1.29", 0), ("1.30", 1)])
def test_a_kind_is_asked_for_only_where_there_is_such_a_kind(version, asked):
    shop = shop_on(Lists(), version)
    survey(shop, KINDS)
    assert shop.daemon.times("GET", "/configs") == asked
    assert shop.daemon.times("GET", "/volumes") == 1


@pytest.mark.parametrize(
    ("after", "private", "left"),
    [
        ([], True, []),
        ([Found("container", "old", "")], True, []),
        ([Found("container", "new", "")], True, ["new"]),
        ([Found("container", "new", "")], False, []),
        ([Found("container", "new", RUN)], False, ["new"]),
        ([Found("container", "new", OTHER_RUN)], False, []),
        ([Found("network", "remade", "", "bridge")], True, []),
        ([Found("network", "n2", "", "docker_gwbridge")], True, ["n2"]),
    ],
)
def test_a_leak_is_what_is_new_and_the_runs(after, private, left):
    before = [Found("container", "old", ""), Found("network", "made", "", "bridge")]
    assert [found.id for found in leaks(before, after, run=RUN, private=private)] == left
