"""What is exercised, in which order, and why not the rest."""

import pytest

from harness.engine.plan import Planned, plan
from harness.model.errors import UsageError
from harness.model.spec import Operation, Spec
from harness.model.tables import Recipe, SwarmState, Tier
from harness.model.version import ApiVersion

OLD, NEW = ApiVersion(1, 9), ApiVersion(1, 30)
PATHS = {
    "ThingList": "GET /things",
    "ThingCreate": "POST /things/create",
    "ThingPrune": "POST /things/prune",
    "SwarmInit": "POST /swarm/init",
    "SwarmJoin": "POST /swarm/join",
    "SwarmUnlock": "POST /swarm/unlock",
    "NodeList": "GET /nodes",
    "Unheard": "GET /unheard",
}
RECIPES = {
    "ThingList": [Recipe("ThingList", Tier.READ)],
    "ThingCreate": [Recipe("ThingCreate", Tier.SCOPED)],
    "ThingPrune": [Recipe("ThingPrune", Tier.DISRUPTIVE)],
    "SwarmInit": [Recipe("SwarmInit", Tier.DISRUPTIVE, swarm=SwarmState.OUTSIDE)],
    "SwarmJoin": [Recipe("SwarmJoin", Tier.DISRUPTIVE, swarm=SwarmState.JOINABLE)],
    "SwarmUnlock": [Recipe("SwarmUnlock", Tier.DISRUPTIVE, swarm=SwarmState.LOCKED)],
    "NodeList": [Recipe("NodeList", Tier.READ, swarm=SwarmState.MANAGER)],
}


def spec(version, *names):
    operations = {}
    for name in names or PATHS:
        method, path = PATHS[name].split()
        operations[name] = Operation(name, method, path, (), {})
    return Spec(version, operations)


def planned(*specs, tier=Tier.DISRUPTIVE, only=()):
    return plan(specs, RECIPES, tier=tier, only=only)


def test_what_needs_no_swarm_comes_first_and_what_locks_one_last():
    order = [item.operation for item in planned(spec(NEW))]
    assert order[:2] == ["SwarmInit", "SwarmJoin"]
    assert order[-1] == "SwarmUnlock"


def test_versions_come_in_their_order_within_a_stage_and_disruption_after_the_rest():
    names = ("ThingPrune", "SwarmUnlock", "ThingList", "NodeList", "SwarmInit")
    items = planned(spec(NEW, *names), spec(OLD, *names))
    assert [(str(item.version), item.operation) for item in items] == [
        ("1.9", "SwarmInit"),
        ("1.30", "SwarmInit"),
        ("1.9", "ThingList"),
        ("1.9", "NodeList"),
        ("1.9", "ThingPrune"),
        ("1.30", "ThingList"),
        ("1.30", "NodeList"),
        ("1.30", "ThingPrune"),
        ("1.9", "SwarmUnlock"),
        ("1.30", "SwarmUnlock"),
    ]


@pytest.mark.parametrize(
    ("tier", "operation", "reason"),
    [
        (Tier.READ, "ThingList", ""),
        (Tier.READ, "ThingCreate", "scoped operations are left out; --tier scoped takes them in"),
        (Tier.SCOPED, "ThingCreate", ""),
        (
            Tier.SCOPED,
            "ThingPrune",
            "disruptive operations are left out; --tier disruptive takes them in",
        ),
        (Tier.DISRUPTIVE, "ThingPrune", ""),
        (Tier.DISRUPTIVE, "Unheard", "no recipe says how to call it"),
    ],
)
def test_what_is_left_out_stays_in_the_plan_with_its_reason(tier, operation, reason):
    assert Planned(NEW, operation, reason) in planned(spec(NEW), tier=tier)


@pytest.mark.parametrize(
    ("only", "operations"),
    [
        (["ThingList"], {"ThingList"}),
        (["thinglist"], {"ThingList"}),
        (["GET /things"], {"ThingList"}),
        (["get /things"], {"ThingList"}),
        (["Thing*"], {"ThingList", "ThingCreate", "ThingPrune"}),
        (["* /swarm/*"], {"SwarmInit", "SwarmJoin", "SwarmUnlock"}),
        (["POST /things/*", "NodeList"], {"ThingCreate", "ThingPrune", "NodeList"}),
        (["NodeList", "Node*"], {"NodeList"}),
        ([], set(PATHS)),
    ],
)
def test_only_names_operations_by_id_by_path_and_by_pattern(only, operations):
    assert {item.operation for item in planned(spec(NEW), only=only)} == operations


def test_only_may_name_what_only_one_of_the_versions_has():
    items = planned(spec(OLD, "ThingList"), spec(NEW), only=["NodeList"])
    assert [(item.version, item.operation) for item in items] == [(NEW, "NodeList")]


@pytest.mark.parametrize("only", [["Thing"], ["ThingList", "/things"], ["PUT /things"]])
def test_an_only_that_names_nothing_is_an_error(only):
    with pytest.raises(UsageError) as error:
        planned(spec(NEW), only=only)
    assert str(error.value) == f"--only {only[-1]!r} matches no operation of these versions"
