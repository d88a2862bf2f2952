"""Specs of a few operations, as tests of diffs need them."""

from harness.model.spec import Json, Spec
from harness.model.version import ApiVersion
from harness.specs.reader import read_spec


def tiny(version: str = "1.30", paths: Json = None, definitions: Json = None) -> Spec:
    """Return a spec with these paths, each operation of which needs an id and replies alone."""
    document: Json = {
        "swagger": "2.0",
        "info": {"title": "tiny", "version": version},
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths or {},
        "definitions": definitions or {},
    }
    return read_spec(document, f"tiny-{version}")


def number(text: str) -> ApiVersion:
    """Return a version by its text."""
    return ApiVersion.parse(text)
