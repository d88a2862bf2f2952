"""The formats in which a report can be written to a file, by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from harness.report import json_result, junit
from harness.report.values import Report

FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {"json": json_result.render, "junit": junit.render}
)
