"""The settings of a plugin, changed by texts such as LEVEL=5."""

import pytest
from fake_asking import post, service_of
from fake_plugins import create, inspect, refused


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("LEVEL=5", "Env", ["LEVEL=5", "FIXED=2"]),
        ("LEVEL.value=5=6", "Env", ["LEVEL=5=6", "FIXED=2"]),
        ("LEVEL", "Env", ["LEVEL=", "FIXED=2"]),
        ("OPEN=3", "Env", ["LEVEL=1", "FIXED=2", "OPEN=3"]),
        ("ARGS=a b", "Args", ["a", "b"]),
        ("ARGS.value=", "Args", [""]),
    ],
)
def test_what_can_be_set_is_set(text, kind, expected):
    service = create(service_of())
    assert post(service, "/v1.30/plugins/mine/set", [text]).status == 204
    assert inspect(service)["Settings"][kind] == expected


@pytest.mark.parametrize(
    ("text", "kind", "member", "value"),
    [
        ("data=/other", "Mounts", "Source", "/other"),
        ("data.source=/other", "Mounts", "Source", "/other"),
        ("fuse.path=/dev/null", "Devices", "Path", "/dev/null"),
    ],
)
def test_mounts_and_devices_lead_elsewhere(text, kind, member, value):
    service = create(service_of())
    before = inspect(service)
    post(service, "/v1.30/plugins/mine/set", [text])
    after = inspect(service)
    assert after["Settings"][kind][0] == {**before["Settings"][kind][0], member: value}
    assert after["Settings"][kind][1:] == before["Settings"][kind][1:]
    assert after["Config"] == before["Config"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FIXED=1", '"FIXED" is not settable'),
        ("LEVEL.name=1", '"LEVEL.name" is not settable'),
        ("data.destination=/x", '"data.destination" is not settable'),
        ("nothing=1", 'setting "nothing" not found in the plugin configuration'),
        ("A.b.c=1", 'setting "A.b" not found in the plugin configuration'),
        (".x=1", 'setting ".x" not found in the plugin configuration'),
        ("=1", "invalid format, must be <name>[.<field>][=<value>]"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_is_set(text, message):
    service = create(service_of())
    before = inspect(service)
    told = post(service, "/v1.30/plugins/mine/set", ["LEVEL=9", text])
    assert refused(told) == (400, message)
    assert inspect(service) == before


def test_nothing_is_set_of_an_enabled_plugin():
    service = create(service_of())
    post(service, "/v1.30/plugins/mine/enable")
    told = post(service, "/v1.30/plugins/mine/set", [])
    message = "cannot set on an active plugin, disable plugin before setting"
    assert refused(told) == (400, message)
