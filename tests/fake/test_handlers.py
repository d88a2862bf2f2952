"""The table of handlers is complete, and names nothing that is not there."""

import importlib
import inspect
import pkgutil

import pytest

from harness.fake import handlers
from harness.fake.handlers import HANDLERS
from harness.fake.requests.gates import gates
from harness.specs.library import load, versions

MODULES = [
    importlib.import_module(f"{handlers.__name__}.{each.name}")
    for each in pkgutil.iter_modules(handlers.__path__)
]
KNOWN = {id_ for version in versions() for id_ in load(version).operations}


def test_every_handler_answers_an_operation_that_some_spec_has():
    assert HANDLERS.keys() <= KNOWN


@pytest.mark.parametrize("version", versions(), ids=str)
def test_every_operation_has_a_handler(version):
    assert load(version).operations.keys() - HANDLERS.keys() == set()


def test_no_module_has_another_handler_for_an_operation():
    for module in MODULES:
        for operation, handler in module.HANDLERS.items():
            assert HANDLERS[operation] is handler, f"{module.__name__}: {operation}"


@pytest.mark.parametrize("operation", sorted(HANDLERS))
def test_a_handler_takes_the_world_and_what_is_asked(operation):
    inspect.signature(HANDLERS[operation]).bind("world", "asked")


def test_the_gates_name_only_known_operations():
    assert gates().read.keys() <= KNOWN
    assert gates().sent.keys() <= KNOWN
