"""What calls are given, and what becomes of it."""

from dataclasses import replace

import pytest
from scripted_daemon import RUN, Shelf, V, refused, reply, world_on

from harness.engine.workshop import Resource, UnmakeableError
from harness.model.call import Call, Exchange, Reply
from harness.model.tables import Recipe, Tier

RECIPE = Recipe("ContainerStart", Tier.SCOPED)
CALL = Call("ContainerStart", "POST", "/containers/{id}/start")


def holding(text, **more):
    """Make a call that names something in its path."""
    return replace(CALL, path_parameters=(("id", text),), **more)


def given(world, text):
    """Bind a call that names something in its path; return what it is given there."""
    return dict(world.bind(holding(text)).call.path_parameters)["id"]


def settled(world, bound, status, value=None, recipe=RECIPE):
    world.settle(bound, recipe, Exchange(V, bound.call, reply(status, value)))


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def world(shelf):
    return world_on(shelf)


@pytest.fixture
def daemon(world):
    return world.shop.daemon


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{container.running}}", "container1"),
        ("a {{container.running}} b", "a container1 b"),
        ("{{container.running.name}}", f"docker-contract-{RUN}-container-1"),
        ("{{unknown}}", "docker-contract-unknown"),
        ("{{run}} of {{image}}", f"{RUN} of base"),
        ("{{new.volume}}", f"docker-contract-{RUN}-volume-1"),
        ("{{ container.running }}", "{{ container.running }}"),
        ("{{.Names}}", "{{.Names}}"),
    ],
)
def test_a_token_becomes_the_name_of_what_it_means(world, text, value):
    assert given(world, text) == value


def test_a_shared_resource_is_made_once_for_all_calls(world, daemon):
    assert given(world, "{{container.running}}") == given(world, "{{container.running}}")
    assert daemon.times("POST", "/containers/create") == 1


def test_an_own_resource_is_nobody_elses(world):
    names = [
        given(world, text)
        for text in ("{{volume.plain}}", "{{volume.plain!}}", "{{volume.plain!}}")
    ]
    assert len(set(names)) == 3


@pytest.mark.parametrize("token", ["{{volume.plain}}", "{{volume.plain!}}", "{{new.volume}}"])
def test_a_token_is_one_name_throughout_a_call(world, token):
    call = holding(
        token,
        query=(("a", token), ("b", token)),
        headers=(("X-A", token),),
        body=f'{{"Name":"{token}"}}'.encode(),
    )
    bound = world.bind(call).call
    name = bound.path_parameters[0][1]
    assert "{{" not in name
    assert bound.query == (("a", name), ("b", name))
    assert bound.headers == (("X-A", name),)
    assert bound.body == f'{{"Name":"{name}"}}'.encode()


def test_a_resource_and_its_name_are_the_same_resource(world, daemon):
    call = holding("{{container.created!}}", query=(("name", "{{container.created!.name}}"),))
    bound = world.bind(call)
    assert len(bound.lent) == 1
    assert bound.call.path_parameters == (("id", bound.lent[0].id),)
    assert bound.call.query == (("name", bound.lent[0].name),)


def test_a_new_name_is_another_one_in_each_call(world):
    assert given(world, "{{new.volume}}") != given(world, "{{new.volume}}")


def test_a_fact_is_asked_for_when_a_call_needs_it(world):
    asked = []
    world.facts["swarm.key"] = lambda: asked.append(1) or f"key-{len(asked)}"
    assert not asked
    assert [given(world, "{{swarm.key}}") for _ in range(2)] == ["key-1", "key-2"]


def test_a_whole_body_can_be_an_archive(world):
    assert world.bind(holding("x", body=b"{{tar.files}}")).call.body == b"\0archive"


@pytest.mark.parametrize("body", [b"\xff{{run}}\xfe", b""])
def test_a_body_need_not_be_text(world, body):
    assert world.bind(holding("x", body=body)).call.body == body.replace(b"{{run}}", RUN.encode())


@pytest.mark.parametrize(
    ("path", "answer", "index"),
    [
        ("/services/{id}/update", {"Version": {"Index": 17}}, "17"),
        ("/nodes/{id}/update", {"Version": {"Index": 0}}, "0"),
        ("/secrets/{id}/update", None, "1"),
        ("/configs/{id}/update", {"Version": {"Index": "17"}}, "1"),
    ],
)
def test_an_update_names_the_version_index_of_what_it_updates(path, answer, index):
    world = world_on(
        lambda method, target, body: reply(200, answer) if answer else refused(404, "")
    )
    call = Call("X", "POST", path, (("id", "one"),), query=(("version", "{{index}}"),))
    assert world.bind(call).call.query == (("version", index),)
    assert world.shop.daemon.heard == [("GET", f"/{path.split('/')[1]}/one")]


def test_the_swarm_has_a_version_index_too():
    world = world_on(lambda method, target, body: reply(200, {"Version": {"Index": 5}}))
    call = Call("SwarmUpdate", "POST", "/swarm/update", query=(("version", "{{index}}"),))
    assert world.bind(call).call.query == (("version", "5"),)
    assert world.shop.daemon.heard == [("GET", "/swarm")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{container.dancing}}", "nothing makes container.dancing in this run"),
        ("{{tar.files}} and more", "nothing makes tar.files in this run"),
        ("{{index}}", "/containers/{id}/start names nothing with a version index"),
        ("{{registry}}", "needs a registry, which the daemon cannot reach"),
        ("{{image.pushable!}}", "needs a registry, which the daemon cannot reach"),
    ],
)
def test_what_nothing_gives_is_told(world, text, message):
    with pytest.raises(UnmakeableError) as error:
        world.bind(holding(text))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (refused(500, "no\n  room"), "POST /networks/create answered 500: no room"),
        (reply(409, body=b"taken\n"), "POST /networks/create answered 409: taken"),
        (Reply(0, ending="deadline"), "POST /networks/create answered 0: deadline"),
        (reply(201, {}), "a reply lacks /Id, which names what was made"),
        (reply(201, {"Id": ""}), "a reply lacks /Id, which names what was made"),
        (reply(201, body=b"OK"), "a reply lacks /Id, which names what was made"),
        (
            reply(200, body=b'{"status":"x"}\n{"errorDetail":{"message":"late"}}'),
            'POST /networks/create: {"errorDetail":{"message":"late"}}',
        ),
    ],
)
def test_a_daemon_that_makes_nothing_is_quoted(answer, message):
    with pytest.raises(UnmakeableError) as error:
        world_on(lambda method, target, body: answer).bind(holding("{{network.plain}}"))
    assert str(error.value) == message


def test_what_was_lent_before_something_could_not_be_made_is_lent_to_the_next_call():
    world = world_on(Shelf("POST /networks/create"))
    call = holding("{{volume.plain!}}", query=(("n", "{{network.plain!}}"),))
    for _ in range(2):
        with pytest.raises(UnmakeableError):
            world.bind(call)
    assert given(world, "{{volume.plain!}}") == f"docker-contract-{RUN}-volume-1"
    assert world.shop.daemon.times("POST", "/volumes/create") == 1


def test_what_a_refused_call_left_alone_is_lent_again(world, daemon):
    bound = world.bind(holding("{{container.created!}}"))
    settled(world, bound, 404)
    assert given(world, "{{container.created!}}") == bound.lent[0].id
    assert daemon.times("DELETE", "/") == 0


def test_what_a_refused_call_changed_all_the_same_is_removed(world, shelf):
    bound = world.bind(holding("{{container.created!}}"))
    shelf.held[bound.lent[0].id] = "running"
    settled(world, bound, 500)
    assert shelf.held == {}
    assert given(world, "{{container.created!}}") != bound.lent[0].id


def test_what_was_given_back_and_changed_since_is_not_lent_again(world, shelf):
    bound = world.bind(holding("{{container.created!}}"))
    settled(world, bound, 404)
    shelf.held[bound.lent[0].id] = "exited"
    assert given(world, "{{container.created!}}") != bound.lent[0].id


@pytest.mark.parametrize("status", [204, 304, 0])
def test_what_a_call_may_have_used_up_is_removed(world, shelf, status):
    settled(world, world.bind(holding("{{container.created!}}")), status)
    assert shelf.held == {}


def test_what_is_shared_outlives_the_call(world, shelf):
    settled(world, world.bind(holding("{{container.running}}")), 204)
    assert list(shelf.held.values()) == ["running"]


def test_what_a_call_made_is_removed_by_its_name_and_by_what_the_daemon_says(world, daemon):
    recipe = Recipe("ContainerCreate", Tier.SCOPED, makes=(("container", "/Id"),))
    bound = world.bind(holding("{{new.volume}}"))
    settled(world, bound, 201, {"Id": "c9"}, recipe)
    assert [target for method, target in daemon.heard if method == "DELETE"] == [
        f"/volumes/docker-contract-{RUN}-volume-1?force=1",
        "/containers/c9?force=1&v=1",
    ]


@pytest.mark.parametrize(("status", "value"), [(400, {"Id": "c9"}), (201, {}), (201, {"Id": 7})])
def test_nothing_is_removed_where_nothing_was_made(world, daemon, status, value):
    recipe = Recipe("ContainerCreate", Tier.SCOPED, makes=(("container", "/Id"),))
    settled(world, world.bind(holding("x")), status, value, recipe)
    assert daemon.times("DELETE", "/") == 0


def test_what_cannot_be_removed_by_a_call_is_let_be(world, daemon):
    world.remove("swarm", "it")
    assert daemon.heard == []


def test_what_is_shared_is_looked_at_again_after_a_refresh(world, shelf, daemon):
    first = given(world, "{{container.running}}")
    world.refresh()
    assert given(world, "{{container.running}}") == first
    shelf.held[first] = "exited"
    assert given(world, "{{container.running}}") == first
    world.refresh()
    assert given(world, "{{container.running}}") != first
    assert daemon.times("POST", "/containers/create") == 2


def test_what_holds_a_shared_resource_is_looked_at_again_as_well(world, shelf):
    holder = world.shared("container.running")
    made = world.shared("exec.created")
    assert made.name == holder.id
    world.refresh()
    del shelf.held[holder.id]
    shelf.held.pop(made.id, None)
    again = world.shared("exec.created")
    assert again.name == world.shared("container.running").id != holder.id


@pytest.mark.parametrize(
    ("forget", "remaining"),
    [
        (lambda world: world.forget(), []),
        (lambda world: world.forget_kinds("container"), ["volume"]),
        (lambda world: world.forget_kinds("service", "node"), ["container", "volume"]),
    ],
)
def test_what_is_forgotten_is_made_anew(world, forget, remaining):
    def names():
        return {
            kind: given(world, f"{{{{{kind}}}}}") for kind in ("container.running", "volume.plain")
        }

    before = names()
    forget(world)
    after = names()
    assert [kind.partition(".")[0] for kind in before if before[kind] == after[kind]] == remaining


def test_what_was_given_back_is_forgotten_with_its_kind(world):
    bound = world.bind(holding("{{volume.plain!}}"))
    settled(world, bound, 400)
    world.forget_kinds("volume")
    assert given(world, "{{volume.plain!}}") != bound.lent[0].id


def test_a_maker_of_the_runs_own_counts_like_the_others(world):
    world.makers["node.gone"] = lambda shop: Resource("node", "gone", "n1")
    bound = world.bind(holding("{{node.gone!}}"))
    assert bound.call.path_parameters == (("id", "n1"),)
