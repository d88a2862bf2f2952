"""Which operation of a version's document a path asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.model.spec import Operation, Spec
from harness.model.version import ApiVersion
from harness.specs.library import load

# Where dockerd's router takes slashes into a name.
_DEEP = (
    "/containers/",
    "/images/",
    "/exec/",
    "/volumes/",
    "/networks/",
    "/plugins/",
    "/distribution/",
)
_VARIABLE = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """An operation and the pattern of its path."""

    operation: Operation
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one version, those without variables first, as a router would try them."""

    version: ApiVersion
    routes: tuple[Route, ...]
    plain: Mapping[tuple[str, str], Operation]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation of a decoded path, and its variables; None where there is none."""
        operation = self.plain.get((method, path))
        if operation is not None:
            return operation, {}
        for route in self.routes:
            if route.operation.method != method:
                continue
            match = route.pattern.fullmatch(path)
            if match is not None:
                names = _VARIABLE.findall(route.operation.path)
                return route.operation, dict(zip(names, match.groups(), strict=True))
        return None


@cache
def routes(version: ApiVersion) -> Routes:
    """Return the routes of a version's document."""
    return routes_of(load(version))


def routes_of(spec: Spec) -> Routes:
    """Return the routes of a document."""
    operations = spec.operations.values()
    fixed = {(each.method, each.path): each for each in operations if "{" not in each.path}
    # A longer template is the more particular one: /images/{name}/json before /images/{name}.
    variable = sorted(
        (each for each in operations if "{" in each.path),
        key=lambda each: (-each.path.count("/"), each.path),
    )
    return Routes(
        version=spec.version,
        routes=tuple(Route(each, _pattern(each.path)) for each in variable),
        plain=fixed,
    )


def _pattern(path: str) -> re.Pattern[str]:
    deep = path.startswith(_DEEP)
    parts = _VARIABLE.split(path)
    texts = [
        ("(.+)" if deep else "([^/]+)") if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(texts), re.DOTALL)
