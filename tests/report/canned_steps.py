"""Diffs of neighbouring versions, as few rows as a test needs."""

from harness.model.version import ApiVersion
from harness.model.version_diff import Document, VersionDiff


def version(minor):
    return ApiVersion(1, minor)


def step(old, new, *rows):
    old, new = version(old), version(new)
    return VersionDiff(Document(str(old), old, 3), Document(str(new), new, 3), rows)


def steps(*diffs):
    return {(diff.old.version, diff.new.version): diff for diff in diffs}
