"""Which operation a path asks for."""

import pytest

from harness.model.version import ApiVersion
from harness.specs.routing import routes


def found(method, path, version="1.33"):
    asked = routes(ApiVersion.parse(version)).find(method, path)
    return asked and (asked[0].id, asked[1])


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/containers/json", ("ContainerList", {})),
        ("GET", "/containers/json/json", ("ContainerInspect", {"id": "json"})),
        ("GET", "/images/a/b:c/json", ("ImageInspect", {"name": "a/b:c"})),
        ("GET", "/images/json", ("ImageList", {})),
        ("GET", "/images/get", ("ImageGetAll", {})),
        ("GET", "/images/a/get", ("ImageGet", {"name": "a"})),
        ("DELETE", "/images/a/json", ("ImageDelete", {"name": "a/json"})),
        ("POST", "/plugins/host:5000/a/enable", ("PluginEnable", {"name": "host:5000/a"})),
        ("GET", "/plugins/privileges", ("GetPluginPrivileges", {})),
        ("HEAD", "/containers/x/archive", ("ContainerArchiveInfo", {"id": "x"})),
        ("GET", "/services/x/logs", ("ServiceLogs", {"id": "x"})),
        ("GET", "/services/a/b", None),
        ("GET", "/nodes/", None),
        ("GET", "/containers//json", None),
        ("GET", "/containers/json/", None),
        ("GET", "/info ", None),
    ],
)
def test_a_path_leads_to_the_most_particular_operation(method, path, expected):
    assert found(method, path) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.24", ("PluginInspect", {"name": "a/b"})), ("1.25", None)],
)
def test_routes_are_those_of_the_version(version, expected):
    assert found("GET", "/plugins/a/b", version) == expected
