"""Findings of one cause are one cluster."""

import itertools

import pytest
from canned_run import V25, V26, V27, finding

from harness.model.call import Twist
from harness.model.events import FindingShrunk
from harness.model.judgement import Severity
from harness.report.clusters import cluster


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({}, {}, id="the same again"),
        pytest.param({}, {"version": V26}, id="another version"),
        pytest.param({}, {"operation": "ContainerInspect"}, id="another operation"),
        pytest.param(
            {"pointer": "/*/HostConfig/Binds"},
            {"pointer": "/HostConfig/Binds", "operation": "ContainerInspect"},
            id="a list and an inspection",
        ),
        pytest.param(
            {"pointer": "/a/Network/Ports/*/IP"},
            {"pointer": "/b/Ports/*/IP", "operation": "ContainerInspect"},
            id="the last two named segments agree",
        ),
        pytest.param({"pointer": "/Id"}, {"pointer": "/*/Id", "operation": "X"}, id="one segment"),
    ],
)
def test_findings_of_one_cause_are_one_cluster(one, other):
    (found,) = cluster([finding(**one), finding(**other)])
    assert found.count == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({}, {"check": "key-letter-case"}, id="another check"),
        pytest.param({}, {"message": "is a number"}, id="another message"),
        pytest.param({}, {"pointer": "/*/Ports/*/Type"}, id="another place"),
        pytest.param(
            {"pointer": "/a/Ports/IP"}, {"pointer": "/b/Ports/IP"}, id="two places, one operation"
        ),
        pytest.param(
            {"pointer": "/a/Ports/IP"},
            {"pointer": "/a/Hosts/IP", "operation": "X"},
            id="last two segments differ across operations",
        ),
    ],
)
def test_findings_of_two_causes_are_two_clusters(one, other):
    found = cluster([finding(**one), finding(**other)])
    assert len(found) == 2
    assert len({one.id for one in found}) == 2


def test_two_places_of_one_operation_stay_apart_where_others_share_one_of_them():
    findings = [
        finding(pointer="/a/Ports/IP"),
        finding(pointer="/b/Ports/IP"),
        finding(pointer="/a/Ports/IP", operation="X"),
    ]
    found = cluster(findings)
    assert sorted((one.pointer, one.operations) for one in found) == [
        ("/a/Ports/IP", ("ContainerList", "X")),
        ("/b/Ports/IP", ("ContainerList",)),
    ]


def test_a_cluster_tells_where_it_reaches():
    (found,) = cluster([finding(V27), finding(V25), finding(V25, "ContainerInspect")])
    assert found.versions == (V25, V27)
    assert found.operations == ("ContainerInspect", "ContainerList")
    assert found.places == (
        (V25, "ContainerInspect"),
        (V25, "ContainerList"),
        (V27, "ContainerList"),
    )
    assert found.count == 3


def test_the_order_of_findings_does_not_matter():
    findings = [
        finding(V26, number=2),
        finding(V25, number=1),
        finding(V25, twist=Twist.UNKNOWN_ID),
        finding(check="status-documented"),
    ]
    results = {cluster(order) for order in itertools.permutations(findings)}
    assert len(results) == 1


def test_the_example_is_the_simplest_call():
    (found,) = cluster([finding(V25, twist=Twist.UNKNOWN_ID), finding(V26, number=3), finding(V26)])
    assert found.example == finding(V26)


def test_the_shrunk_call_is_the_example():
    small = finding(V26, number=9)
    (found,) = cluster([finding(V25), finding(V26)], [FindingShrunk(small, "curl x")])
    assert found.example == small
    assert found.curl == "curl x"


def test_the_shrunk_call_of_another_cause_is_not():
    other = FindingShrunk(finding(message="is a number"), "curl x")
    (found,) = cluster([finding()], [other])
    assert found.curl == ""


def test_clusters_come_worst_first():
    mild = {"severity": Severity.WARNING, "check": "mild"}
    findings = [
        *(finding(number=number, **mild) for number in range(9)),
        finding(check="rare"),
        *(finding(number=number, check="often") for number in range(3)),
        *(finding(version, check="everywhere") for version in (V25, V26)),
    ]
    assert [found.check for found in cluster(findings)] == ["everywhere", "often", "rare", "mild"]


def test_an_id_names_the_same_fault_in_another_run():
    (one,) = cluster([finding(V25)])
    (other,) = cluster([finding(V26, number=4), finding(V27)])
    assert one.id == other.id


def test_no_findings_make_no_clusters():
    assert cluster([]) == ()
