"""One cause, one cluster."""

from harness.checks.clusters import cluster
from harness.model.call import Call, Exchange, Reply
from harness.model.judgement import Complaint, Finding, Severity
from harness.model.version import ApiVersion


def finding(  # noqa: PLR0913 - a row names what is different, whatever it is
    operation="ContainerList",
    *,
    check="body-matches-schema",
    severity=Severity.ERROR,
    pointer="/*/Ports",
    message="is null; the spec promises an array",
    version="1.30",
    query=(),
):
    asked = ApiVersion.parse(version)
    call = Call(operation=operation, method="GET", path="/x", query=query)
    exchange = Exchange(asked, call, Reply(status=200))
    return Finding(check, severity, operation, Complaint(pointer, message), exchange)


def test_nothing_found_is_no_cluster():
    assert cluster([]) == ()


def test_forty_replies_that_show_one_fault_are_one_line_with_a_count():
    found = [finding(version=f"1.{25 + number % 8}") for number in range(40)]
    (one,) = cluster(found)
    assert one.count == 40
    assert one.operations == ("ContainerList",)
    assert one.versions == tuple(ApiVersion(1, minor) for minor in range(25, 33))


def test_operations_that_send_the_same_part_of_a_reply_share_a_cluster():
    found = [
        finding("ContainerInspect", pointer="/HostConfig/PortBindings"),
        finding("SystemDataUsage", pointer="/Containers/*/HostConfig/PortBindings"),
    ]
    (one,) = cluster(found)
    assert one.operations == ("ContainerInspect", "SystemDataUsage")


def test_two_places_in_one_operation_are_two_causes():
    found = [
        finding(pointer="/Config/Healthcheck/Test"),
        finding(pointer="/Image/Config/Healthcheck/Test"),
    ]
    assert len(cluster(found)) == 2


def test_another_message_place_or_check_is_another_cause():
    found = [
        finding(),
        finding(message="is a string; the spec promises an array"),
        finding(pointer="/*/Mounts"),
        finding(check="key-letter-case"),
    ]
    assert [one.count for one in cluster(found)] == [1, 1, 1, 1]


def test_errors_come_before_warnings_and_what_reaches_most_comes_first():
    found = [
        *[finding(severity=Severity.WARNING, check="server-header", pointer="")] * 9,
        *[finding(pointer="/*/Ports")] * 2,
        *[finding(pointer="/*/Names")] * 5,
        finding("A", check="status-documented", pointer=""),
        finding("B", check="status-documented", pointer=""),
    ]
    assert [(one.check, one.pointer, one.count) for one in cluster(found)] == [
        ("status-documented", "", 2),
        ("body-matches-schema", "/*/Names", 5),
        ("body-matches-schema", "/*/Ports", 2),
        ("server-header", "", 9),
    ]


def test_the_example_is_the_smallest_call_at_the_lowest_version():
    found = [
        finding(query=(("limit", "1"),), version="1.25"),
        finding(version="1.31"),
        finding(version="1.27"),
    ]
    (one,) = cluster(found)
    assert one.example == found[2]


def test_the_order_of_findings_changes_nothing():
    found = [
        finding("ContainerInspect", pointer="/HostConfig/Binds"),
        finding("ContainerList", pointer="/*/HostConfig/Binds"),
        finding("SystemDataUsage", pointer="/Containers/*/HostConfig/Binds"),
        finding(version="1.26"),
    ]
    assert cluster(found) == cluster(reversed(found))
