"""The formats in which a version diff can be written, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from harness.model.version_diff import VersionDiff
from harness.report.version_diff.conclusion import fail_on_of

__all__ = ["FORMATS", "fail_on_of"]


@dataclass(frozen=True, slots=True)
class _Renderer:
    """The function `render` of a module that is read when it is first called.

    A diff is rendered in one format, and those of pages take long to read.
    """

    module: str

    def __call__(self, diff: VersionDiff) -> str:
        render: Callable[[VersionDiff], str] = import_module(self.module).render
        return render(diff)


FORMATS: Mapping[str, Callable[[VersionDiff], str]] = MappingProxyType(
    {
        name: _Renderer(f"harness.report.version_diff.{module}")
        for name, module in (
            ("github", "github"),
            ("html", "html"),
            ("json", "json_text"),
            ("junit", "junit"),
            ("markdown", "markdown"),
        )
    }
)
