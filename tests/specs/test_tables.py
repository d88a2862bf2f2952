"""The tables under contracts/, and what is said of wrong ones."""

import re

import pytest
import yaml

from harness.engine.makers import MAKERS
from harness.engine.workshop import HOSTED
from harness.engine.world import TOKEN
from harness.model.errors import SpecError
from harness.model.judgement import Streaming
from harness.model.tables import Cost, SwarmState, Tier
from harness.specs.library import load, versions
from harness.specs.tables import tables

# What a run can name beside what its makers make: in the world, in the session, and beside it.
FACTS = {
    *("run", "image", "image.id", "registry", "unknown", "now", "index", "start", "port"),
    *("auth.header", "auth.config", "privileges", "swarm.key"),
    *("join.listen", "join.advertise", "join.remote", "join.token"),
}
ARCHIVES = {"tar.build", "tar.files", "tar.rootfs", "tar.image", "tar.plugin"}
NEEDS = {"registry", "restart", "second-daemon"}
RECIPES = [recipe for recipes in tables().recipes.values() for recipe in recipes]
MAKEABLE = {*MAKERS, "node.gone"}

KIND = {"list": "/things", "name": "/Id", "remove": "/things/{name}"}
RESOURCES = {"kinds": {"thing": KIND}, "operations": {"ThingList": {}, "ThingMake": {"body": {}}}}
SAFETY = {"tiers": {"read": [["ThingList"]], "scoped": [["ThingMake"]]}, "limits": []}
LIST = "resources.yaml#/operations/ThingList"


@pytest.fixture
def read(tmp_path):
    """Read tables that are right, but for what a test says."""

    def read(resources=RESOURCES, safety=SAFETY):
        for name, value in (("resources", resources), ("safety", safety)):
            text = value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False)
            (tmp_path / f"{name}.yaml").write_text(text)
        return tables(tmp_path)

    return read


def recipe_of(**keys):
    return {**RESOURCES, "operations": {"ThingList": keys, "ThingMake": {}}}


def tokens(recipe):
    texts = [recipe.body or "", *(value for _, value in recipe.path + recipe.query)]
    texts += [value for _, value in recipe.headers]
    texts += [value for values in recipe.vary.values() for value in values]
    return [match for text in texts for match in TOKEN.finditer(text)]


@pytest.mark.parametrize("version", versions(), ids=str)
def test_every_operation_of_every_version_has_a_recipe_and_a_tier(version):
    assert load(version).operations.keys() - tables().recipes.keys() == set()


def test_every_recipe_is_for_an_operation_of_some_version():
    known = {name for version in versions() for name in load(version).operations}
    assert tables().recipes.keys() - known - {"Session"} == set()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_every_token_of_a_recipe_is_given_by_something(recipe):
    for match in tokens(recipe):
        name = match[1] + (f".{match[2]}" if match[2] else "")
        kind = name.partition(".")[0]
        assert name in {*MAKEABLE, *FACTS, *ARCHIVES} or kind == "new", name
        # Only what a maker makes can be a call's own, or have a name beside its id.
        assert name in MAKEABLE or not (match[3] or match[4]), match[0]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_no_recipe_has_something_that_looks_like_a_token_and_is_none(recipe):
    texts = [
        recipe.body or "",
        *(value for _, value in recipe.path + recipe.query + recipe.headers),
    ]
    assert [text for text in texts if "{{" in TOKEN.sub("", text)] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_every_need_is_one_that_a_run_knows(recipe):
    assert set(recipe.needs) <= NEEDS


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_what_a_success_leaves_behind_can_be_removed(recipe):
    assert {kind for kind, _ in recipe.makes} <= {*(kind.id for kind in tables().kinds), "swarm"}
    new = {match[2].removeprefix(HOSTED) for match in tokens(recipe) if match[1] == "new"}
    # A session ends with its connection.
    assert new <= {*(kind.id for kind in tables().kinds), "session"}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_whatever_a_call_uses_up_is_its_own(recipe):
    """What begins, changes or ends something shared would pull it from under other calls."""
    if recipe.tier is Tier.READ:
        assert [match[0] for match in tokens(recipe) if match[3]] == []
    if re.search(r"Delete$|Stop$|Kill$|Rename$|(?<!Un)[Pp]ause$", recipe.operation):
        assert all(match[3] for match in tokens(recipe) if match[1] != "new")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.operation)
def test_what_changes_a_swarm_is_disruptive(recipe):
    if recipe.swarm in {SwarmState.OUTSIDE, SwarmState.JOINABLE, SwarmState.LOCKED}:
        assert recipe.tier is Tier.DISRUPTIVE
    if ("swarm", "") in recipe.makes:
        assert recipe.tier is Tier.DISRUPTIVE


def test_every_prune_is_disruptive():
    assert {recipe.tier for recipe in RECIPES if "Prune" in recipe.operation} == {Tier.DISRUPTIVE}


@pytest.mark.parametrize(
    ("key", "value", "field", "read_as"),
    [
        ("path", {"id": "{{thing.one}}"}, "path", (("id", "{{thing.one}}"),)),
        ("query", {"all": "1"}, "query", (("all", "1"),)),
        ("headers", {"X-A": "b"}, "headers", (("X-A", "b"),)),
        ("body", {"A": [1]}, "body", '{"A": [1]}'),
        ("body", ["A=1"], "body", '["A=1"]'),
        ("body", "{{tar.files}}", "body", "{{tar.files}}"),
        ("body", {"A": 1}, "media_type", "application/json"),
        ("query", {"a": "1"}, "media_type", ""),
        ("media_type", "application/x-tar", "media_type", "application/x-tar"),
        ("vary", {"query/a": ["1"], "query/b": []}, "vary", {"query/a": ("1",), "query/b": ()}),
        ("makes", {"thing": "/Id"}, "makes", (("thing", "/Id"),)),
        ("swarm", "locked", "swarm", SwarmState.LOCKED),
        ("needs", ["registry"], "needs", ("registry",)),
        ("streaming", "frames", "streaming", Streaming.FRAMES),
        ("endless", True, "endless", True),
        ("upgrade", True, "upgrade", True),
        ("cost", "shape", "cost", Cost.SHAPE),
    ],
)
def test_a_recipe_says_how_to_call_an_operation(read, key, value, field, read_as):
    (recipe,) = read(recipe_of(**{key: value})).recipes["ThingList"]
    assert getattr(recipe, field) == read_as
    assert recipe.tier is Tier.READ


def test_another_way_to_call_is_read_and_framed_as_the_main_one(read):
    also = [{"query": {"b": "1"}}, {"streaming": "raw"}]
    found = read(recipe_of(query={"a": "1"}, streaming="frames", endless=True, also=also))
    main, second, third = found.recipes["ThingList"]
    assert (second.query, second.streaming, second.endless) == ((("b", "1"),), "frames", True)
    assert (third.query, third.streaming, third.endless) == ((), "raw", True)
    assert main.query == (("a", "1"),)


def test_limits_and_kinds_are_read_in_their_order(read):
    limits = [{"at": "*/Binds", "allow": ["[]"], "why": "w"}, {"at": "a", "allow": [], "why": ""}]
    kinds = {"b": {**KIND, "prefix": True, "since": "1.30"}, "a": {**KIND, "items": "/L"}}
    found = read({**RESOURCES, "kinds": kinds}, {**SAFETY, "limits": limits})
    assert [(limit.at, limit.allow) for limit in found.limits] == [("*/Binds", ("[]",)), ("a", ())]
    assert [(k.id, k.items, k.prefixed, k.since) for k in found.kinds] == [
        ("b", "", True, "1.30"),
        ("a", "/L", False, ""),
    ]


def with_kind(**keys):
    return {**RESOURCES, "kinds": {"thing": {**KIND, **keys}}}


@pytest.mark.parametrize(
    ("resources", "safety", "message"),
    [
        (
            recipe_of(quary={}),
            SAFETY,
            "resources.yaml#/operations/ThingList: quary is not known here",
        ),
        (
            recipe_of(also=[{"costy": True}]),
            SAFETY,
            "resources.yaml#/operations/ThingList/also/0: costy is not known here",
        ),
        (
            recipe_of(query={"all": 1}),
            SAFETY,
            "resources.yaml#/operations/ThingList/query/all: should be a string",
        ),
        (
            recipe_of(endless="yes"),
            SAFETY,
            "resources.yaml#/operations/ThingList/endless: should be true or false",
        ),
        (
            recipe_of(swarm="lockd"),
            SAFETY,
            f"{LIST}/swarm: lockd is not one of any, outside, manager, locked, joinable",
        ),
        (
            recipe_of(streaming="frame"),
            SAFETY,
            f"{LIST}/streaming: frame is not one of {', '.join(Streaming)}",
        ),
        (
            {**RESOURCES, "operations": {**RESOURCES["operations"], "Other": {}}},
            SAFETY,
            "resources.yaml#/operations/Other: Other has no tier in safety.yaml",
        ),
        (
            {**RESOURCES, "operations": {"ThingList": {}}},
            SAFETY,
            "ThingMake is in only one of resources.yaml and safety.yaml",
        ),
        (
            RESOURCES,
            {**SAFETY, "tiers": {"read": [["ThingList"]], "scoped": [["ThingMake", "ThingList"]]}},
            "safety.yaml#/tiers/scoped/0/1: ThingList has two tiers",
        ),
        (
            RESOURCES,
            {**SAFETY, "tiers": {"read": [["ThingList", "ThingMake", "ThingList"]]}},
            "safety.yaml#/tiers/read/0/2: ThingList has two tiers",
        ),
        (
            RESOURCES,
            {**SAFETY, "tiers": {"harmless": [["ThingList", "ThingMake"]]}},
            "safety.yaml#/tiers/harmless: harmless is not one of read, scoped, disruptive",
        ),
        (RESOURCES, {"tiers": SAFETY["tiers"]}, "safety.yaml#: limits is missing"),
        (
            RESOURCES,
            {**SAFETY, "limits": [{"at": "*", "allow": []}]},
            "safety.yaml#/limits/0: why is missing",
        ),
        ({"operations": RESOURCES["operations"]}, SAFETY, "resources.yaml#: kinds is missing"),
        (
            {**RESOURCES, "kinds": {"thing": {"list": "/things", "name": "/Id"}}},
            SAFETY,
            "resources.yaml#/kinds/thing: remove is missing",
        ),
        (with_kind(lable="/L"), SAFETY, "resources.yaml#/kinds/thing: lable is not known here"),
        ("- a\n", SAFETY, "resources.yaml#: should be an object"),
        (
            RESOURCES,
            {**SAFETY, "limits": [{"at": "*", "allow": [], "why": "", "alow": []}]},
            "safety.yaml#/limits/0: alow is not known here",
        ),
        (
            RESOURCES,
            "tiers: {}\ntiers: {}\n",
            "safety.yaml is not YAML: tiers a second time in line 2",
        ),
    ],
)
def test_a_wrong_table_is_told_with_its_place(read, resources, safety, message):
    with pytest.raises(SpecError) as error:
        read(resources, safety)
    assert str(error.value) == message


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SpecError, match=r"resources\.yaml cannot be read: No such file"):
        tables(tmp_path)
