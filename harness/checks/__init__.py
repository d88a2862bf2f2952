"""Checks: an exchange in, findings out; pure."""

from harness.checks.catalogue import CHECKS, judge

__all__ = ["CHECKS", "judge"]
