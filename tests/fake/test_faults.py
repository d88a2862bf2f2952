"""Faults that the fake is asked to commit."""

import pytest
from fake_asking import ask, service_of

from harness.fake.requests.faults import Fault, Faults


def taken(*faults, operations=("SystemInfo",)):
    """Return which of some faults is committed for each of some calls, by place."""
    pending = Faults()
    for fault in faults:
        pending.add(fault)
    messages = [pending.take(each) for each in operations]
    return [each.message if each else None for each in messages]


@pytest.mark.parametrize(
    ("pattern", "operation", "expected"),
    [
        ("*", "SystemInfo", "x"),
        ("SystemInfo", "SystemInfo", "x"),
        ("System*", "SystemInfo", "x"),
        ("Container*", "SystemInfo", None),
        ("systeminfo", "SystemInfo", None),
    ],
)
def test_a_fault_is_for_the_operations_that_it_names(pattern, operation, expected):
    assert taken(Fault(pattern, message="x"), operations=[operation]) == [expected]


@pytest.mark.parametrize(
    ("times", "expected"),
    [(None, ["x"] * 3), (2, ["x", "x", None]), (1, ["x", None, None]), (0, [None] * 3)],
)
def test_a_fault_is_over_after_so_many_calls(times, expected):
    assert taken(Fault(message="x", times=times), operations=["A", "B", "C"]) == expected


def test_calls_of_other_operations_do_not_count():
    fault = Fault("SystemInfo", message="x", times=1)
    assert taken(fault, operations=["SystemPing", "SystemInfo"]) == [None, "x"]


def test_the_newest_fault_comes_first_and_the_older_one_stays():
    faults = Fault(message="old"), Fault(message="new", times=1)
    assert taken(*faults, operations=["A", "B"]) == ["new", "old"]


def test_a_status_refuses_the_call_before_it_is_done():
    service = service_of()
    service.faults.add(Fault("PluginDelete", status=503, times=1))
    told = ask(service, "/v1.30/plugins/nope", "DELETE")
    assert (told.status, told.message) == (503, "told to answer 503")
    assert told.headers["Api-Version"] == "1.33"
    assert ask(service, "/v1.30/plugins/nope", "DELETE").status == 404


def test_a_message_is_told_in_the_form_of_the_version():
    service = service_of()
    service.faults.add(Fault(status=500, message="broken"))
    assert ask(service, "/v1.18/info").body == b"broken\n"
    assert ask(service, "/v1.24/info").message == "broken"


def test_a_request_that_asks_for_no_operation_takes_no_fault():
    service = service_of()
    service.faults.add(Fault(status=500, times=1))
    assert ask(service, "/v1.24/nope").status == 404
    assert ask(service, "/v1.17/info").status == 400
    assert ask(service, "/v1.24/info").status == 500


def test_a_cleared_fault_is_not_committed():
    service = service_of()
    service.faults.add(Fault(status=500))
    service.faults.clear()
    assert ask(service, "/info").status == 200
