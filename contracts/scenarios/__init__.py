"""Stories of several calls: each runs on any daemon, at every version.

A scenario is a function `test_…(engine)` in a module `test_….py` of this folder, which takes a
`harness.model.stage.Stage`. A module says by `TIER` how much its scenarios may disturb.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from harness.model.stage import Story


def stories() -> tuple[Story, ...]:
    """Return all scenarios of this folder, by module and then in the order they are written in."""
    return tuple(story for name in _modules() for story in _stories(name))


def _modules() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if name.startswith("test_"))


def _stories(module: str) -> Iterator[Story]:
    loaded = importlib.import_module(f"{__name__}.{module}")
    for name, play in vars(loaded).items():
        if name.startswith("test_") and callable(play):
            title = name.removeprefix("test_").replace("_", "-")
            yield Story(f"{module.removeprefix('test_')}/{title}", loaded.TIER, play)
