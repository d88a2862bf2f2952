"""The order of the tests: the longest first, so that two workers end at about the same time."""

import pytest

_LONG = 1000  # seconds that a test asks for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _seconds(item) < _LONG)


def _seconds(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker and marker.args else 0.0
